import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class RetainerTerms(models.Model):
    """What was agreed from a day on. A row is in force until the next row's start."""

    _name = "retainer.terms"
    _description = "Retainer Terms"
    _order = "engagement_id, date_start desc, id desc"

    engagement_id = fields.Many2one(
        "retainer.engagement", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="engagement_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="Currency of the prices below. It is the engagement's.",
    )
    date_start = fields.Date(
        required=True,
        default=fields.Date.context_today,
        help="First day of these terms. They stay in force until the day before the next terms.",
    )
    date_end = fields.Date(
        compute="_compute_date_end", help="Last day of these terms; empty for the latest."
    )
    monthly_hours = fields.Float(help="Allowance of hours per calendar month.")
    monthly_fee = fields.Monetary(help="Fee per calendar month, net of tax.")
    hourly_rate = fields.Monetary(
        help="Price of an hour within the agreement, net of tax. Blocks of hours take it as well."
    )
    overage_rate = fields.Monetary(help="Price of an hour beyond the available hours, net of tax.")
    billing = fields.Selection(
        [("in_advance", "In advance"), ("in_arrears", "In arrears")],
        required=True,
        default="in_advance",
        help="In advance: the fee invoice is dated the first of the months it covers. "
        "In arrears: their last day.",
    )
    billing_months = fields.Integer(
        string="Months per Invoice",
        required=True,
        default=1,
        help="Months that one fee invoice covers: 1, 3, 6 or 12.",
    )
    overage_policy = fields.Selection(
        [
            ("bill", "Bill"),
            ("approve", "Ask for approval"),
            ("block", "Block"),
            ("write_off", "Write off"),
            ("carry", "Carry to the next month"),
        ],
        required=True,
        default="bill",
        help="Bill: an invoice of its own at month end. Ask for approval: a waiting change order, "
        "nothing is billed yet. Block: an alert. Write off: recorded, not billed. Carry: the "
        "deficit reduces the next month.",
    )
    rollover = fields.Boolean(help="Unused hours roll into the next month.")
    max_rollover = fields.Float(
        string="Rollover Cap",
        help="Most hours that may be carried into a month, in all. What exceeds it lapses.",
    )
    rollover_months = fields.Integer(
        help="Months after which rolled hours lapse. 0: not before the engagement ends."
    )
    proration = fields.Selection(
        [("actual_days", "By actual days"), ("none", "None")],
        required=True,
        default="actual_days",
        help="How a first or last month that is not whole is counted, for fee and hours alike.",
    )
    recognition = fields.Selection(
        [
            ("as_consumed", "As hours are consumed"),
            ("straight_line", "Straight line, by days"),
            ("immediate", "At once"),
        ],
        required=True,
        default="as_consumed",
        help="When the fee becomes revenue. Until then it stays on the unearned revenue account.",
    )
    expected_breakage = fields.Float(
        string="Expected Breakage (%)",
        help="Share of the hours that is expected never to be used, recognised in proportion to "
        "the hours drawn (IFRS 15.B46).",
    )
    time_increment = fields.Integer(
        string="Rounding (minutes)",
        help="Each time entry is rounded up to a multiple of these minutes. 0: as entered.",
    )
    paused = fields.Boolean(
        help="No fee and no allowance while these terms are in force; what is left is kept."
    )
    carries_over = fields.Boolean(
        default=True,
        help="Hours that earlier terms left over may be used under these terms.",
    )
    overage_cap = fields.Float(help="Most hours of overage that are billed in a month. 0: no cap.")
    overage_increment = fields.Integer(
        string="Overage Rounding (minutes)",
        help="The overage of a month is rounded up to a multiple of these minutes. 0: as it is.",
    )
    role_rate_ids = fields.One2many(
        "retainer.role.rate",
        "terms_id",
        copy=True,
        help="Where an hour of one role counts or costs more than that of another.",
    )
    alert_thresholds = fields.Char(
        default="50,75,90,100",
        help="Percentages of the available hours at which an alert is raised, e.g. 50,75,90,100.",
    )

    _start_unique = models.Constraint(
        "UNIQUE (engagement_id, date_start)",
        "Two terms of one engagement start on the same day, so they overlap. Change the existing "
        "row, or give the new one a later first day.",
    )
    _not_negative = models.Constraint(
        "CHECK (COALESCE(monthly_hours, 0) >= 0 AND COALESCE(max_rollover, 0) >= 0"
        " AND COALESCE(monthly_fee, 0) >= 0 AND COALESCE(hourly_rate, 0) >= 0"
        " AND COALESCE(overage_rate, 0) >= 0 AND COALESCE(overage_cap, 0) >= 0)",
        "Hours, fee and rates of the terms cannot be negative. Enter 0 or more.",
    )
    _billing_months = models.Constraint(
        "CHECK (billing_months IN (1, 3, 6, 12))",
        "A fee invoice covers 1, 3, 6 or 12 months. Choose one of these.",
    )
    _percent = models.Constraint(
        "CHECK (COALESCE(expected_breakage, 0) BETWEEN 0 AND 100)",
        "The expected breakage is a percentage. Enter a number from 0 to 100.",
    )
    _counts = models.Constraint(
        "CHECK (COALESCE(rollover_months, 0) >= 0 AND COALESCE(time_increment, 0) >= 0"
        " AND COALESCE(overage_increment, 0) >= 0)",
        "Rollover months and rounding minutes cannot be negative. Enter 0 or more.",
    )

    @api.depends("engagement_id.currency_id")
    def _compute_currency_id(self):
        for terms in self:
            terms.currency_id = terms.currency_id or terms.engagement_id.currency_id

    @api.depends("engagement_id.terms_ids.date_start", "engagement_id.date_end")
    def _compute_date_end(self):
        for terms in self:
            later = [
                other.date_start
                for other in terms.engagement_id.terms_ids
                if other.date_start and terms.date_start and other.date_start > terms.date_start
            ]
            terms.date_end = (
                fields.Date.subtract(min(later), days=1) if later else terms.engagement_id.date_end
            )

    @api.depends("engagement_id.name", "date_start")
    def _compute_display_name(self):
        for terms in self:
            terms.display_name = self.env._(
                "%(engagement)s, terms from %(date)s",
                engagement=terms.engagement_id.name or "",
                date=terms.date_start or "",
            )

    @api.constrains("currency_id", "engagement_id")
    def _check_currency(self):
        for terms in self:
            if terms.currency_id != terms.engagement_id.currency_id:
                raise ValidationError(
                    self.env._(
                        "The terms are in %(terms)s, the engagement %(engagement)s is in "
                        "%(currency)s. Use the engagement's currency.",
                        terms=terms.currency_id.name,
                        engagement=terms.engagement_id.name,
                        currency=terms.engagement_id.currency_id.name,
                    )
                )

    @api.constrains("alert_thresholds")
    def _check_alert_thresholds(self):
        for terms in self:
            text = (terms.alert_thresholds or "").replace(" ", "")
            if not text:
                continue
            if not re.fullmatch(r"\d{1,3}(,\d{1,3})*", text) or any(
                not 0 < int(part) <= 999 for part in text.split(",")
            ):
                raise ValidationError(
                    self.env._(
                        "“%(text)s” is not a list of alert thresholds. Write whole percentages "
                        "separated by commas, for example 50,75,90,100.",
                        text=terms.alert_thresholds,
                    )
                )

    @api.constrains("date_start", "engagement_id")
    def _check_date_start(self):
        for terms in self:
            end = terms.engagement_id.date_end
            if end and terms.date_start > end:
                raise ValidationError(
                    self.env._(
                        "The terms start on %(start)s, after the engagement %(engagement)s has "
                        "ended (%(end)s). Choose an earlier day, or extend the engagement.",
                        start=terms.date_start,
                        engagement=terms.engagement_id.name,
                        end=end,
                    )
                )
