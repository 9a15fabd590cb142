from odoo import api, fields, models
from odoo.exceptions import UserError

HOUR_FIELDS = (
    "allocated",
    "rolled_in",
    "available",
    "used",
    "remaining",
    "overage",
    "expired",
    "rolled_out",
    "late",
)


def _hours(label, help_text):
    return fields.Float(string=label, compute="_compute_hours", store=True, help=help_text)


def _seconds(label):
    # The service counts in whole seconds; the hours that people see are derived from them.
    return fields.Integer(string=f"{label} (seconds)", readonly=True)


class RetainerPeriod(models.Model):
    """One month of one retainer: the statement. Immutable once closed."""

    _name = "retainer.period"
    _description = "Retainer Statement"
    _inherit = "retainer.keyed.mixin"
    _order = "date_start desc, engagement_id, id desc"

    engagement_id = fields.Many2one(
        "retainer.engagement", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(
        related="engagement_id.company_id", store=True, index=True, precompute=True
    )
    partner_id = fields.Many2one(related="engagement_id.partner_id", store=True, string="Client")
    user_id = fields.Many2one(related="engagement_id.user_id", store=True, string="Account Manager")
    currency_id = fields.Many2one(related="engagement_id.currency_id", store=True)
    date_start = fields.Date(required=True, readonly=True)
    date_end = fields.Date(required=True, readonly=True)
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed")],
        required=True,
        readonly=True,
        default="open",
        index=True,
        help="A closed statement never changes. Late time counts in the open month.",
    )
    allocated_seconds = _seconds("Allocated")
    rolled_in_seconds = _seconds("Rolled In")
    available_seconds = _seconds("Available")
    used_seconds = _seconds("Used")
    remaining_seconds = _seconds("Remaining")
    overage_seconds = _seconds("Overage")
    expired_seconds = _seconds("Expired")
    rolled_out_seconds = _seconds("Rolled Out")
    late_seconds = _seconds("Late")
    allocated = _hours("Allocated", "Allowance of the month, with blocks bought in it.")
    rolled_in = _hours("Rolled In", "Hours carried in from earlier months.")
    available = _hours("Available", "Allocated plus rolled in.")
    used = _hours("Used", "Hours counted in this month.")
    remaining = _hours("Remaining", "Available less used; never below zero.")
    overage = _hours("Overage", "Used beyond what was available.")
    expired = _hours("Lapsed", "Hours that lapsed at the end of the month.")
    rolled_out = _hours("Rolled Out", "Hours carried into the next month.")
    late = _hours("Late", "Hours counted here that were worked in a closed month.")
    utilization = fields.Float(
        string="Utilisation (%)",
        readonly=True,
        aggregator="avg",
        help="Used hours in percent of the available hours.",
    )
    fee = fields.Monetary(readonly=True)
    overage_amount = fields.Monetary(readonly=True)
    money_opening = fields.Monetary(
        string="Unearned, Opening", readonly=True, help="Unearned revenue at the start."
    )
    money_billed = fields.Monetary(string="Billed", readonly=True)
    money_recognised = fields.Monetary(string="Recognised", readonly=True)
    money_expired = fields.Monetary(
        string="Breakage", readonly=True, help="Recognised because hours lapsed."
    )
    money_closing = fields.Monetary(
        string="Unearned, Closing", readonly=True, help="Unearned revenue at the end."
    )
    runs_out_on = fields.Date(
        readonly=True, help="Day the hours run out at the pace of this month; empty if they do not."
    )
    lot_ids = fields.One2many("retainer.period.lot", "period_id", string="Hour Lots", readonly=True)
    entry_ids = fields.One2many(
        "account.analytic.line", "retainer_period_id", string="Time Entries", readonly=True
    )
    retainer_explanation_html = fields.Html(
        string="Explanation", compute="_compute_retainer_explanation_html"
    )

    _retainer_key_unique = models.UniqueIndex(
        "(company_id, retainer_key) WHERE retainer_key IS NOT NULL",
        "There is already a statement with this key in the company.",
    )
    _month_unique = models.Constraint(
        "UNIQUE (engagement_id, date_start)",
        "There is already a statement of this engagement for this month.",
    )
    _date_order = models.Constraint(
        "CHECK (date_end >= date_start)",
        "The statement ends before it starts. Its end is the last day of its month.",
    )

    @api.depends(*(f"{name}_seconds" for name in HOUR_FIELDS))
    def _compute_hours(self):
        for period in self:
            for name in HOUR_FIELDS:
                period[name] = period[f"{name}_seconds"] / 3600

    @api.depends("engagement_id.name", "date_start")
    def _compute_display_name(self):
        for period in self:
            month = period.date_start.strftime("%Y-%m") if period.date_start else ""
            period.display_name = f"{period.engagement_id.name or ''}, {month}"

    @api.depends("retainer_explanation")
    def _compute_retainer_explanation_html(self):
        for period in self:
            period.retainer_explanation_html = period._retainer_render_explanation()

    def write(self, vals):
        self._check_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        self._check_open()

    def _check_open(self):
        for period in self:
            if period.state == "closed":
                raise UserError(
                    self.env._(
                        "The statement %(period)s is closed and never changes. Correct it by a "
                        "time entry or a document in the open month.",
                        period=period.display_name,
                    )
                )

    def action_view_entries(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Time Entries"),
            "res_model": "account.analytic.line",
            "view_mode": "list,form",
            "views": [
                (self.env.ref("hr_timesheet.hr_timesheet_line_tree").id, "list"),
                (self.env.ref("hr_timesheet.hr_timesheet_line_form").id, "form"),
            ],
            "domain": [("retainer_period_id", "=", self.id)],
            "context": {"create": False},
        }
