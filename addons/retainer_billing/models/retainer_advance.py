from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .lot_query import AVERAGE_DAYS
from .retainer_lot import DECISIONS

# What the lots of an advance come to: field of the lot, and how it adds up.
FIGURES = {
    "received": "sum",
    "consumed": "sum",
    "returned": "sum",
    "unpaid": "sum",
    "shortfall": "sum",
    "remaining": "sum",
    "remaining_company": "sum",
    "drawn_lately": "sum",
    "daily_sales": "max",
    "date": "min",
    "received_on": "min",
    "last_draw_on": "max",
}


class RetainerAdvance(models.Model):
    """One document that requests an advance of funds.

    What became of the money is read from the ledger: from all lots that name the advance, be they
    of its request, taken over from another system, or restored. Nothing of it is stored here.
    """

    _name = "retainer.advance"
    _description = "Client Advance"
    _inherit = ["retainer.content.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date_due desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        required=True, readonly=True, copy=False, default=lambda self: self.env._("New")
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Client",
        required=True,
        index=True,
        check_company=True,
        tracking=True,
    )
    commercial_partner_id = fields.Many2one(
        "res.partner",
        related="partner_id.commercial_partner_id",
        store=True,
        index=True,
        string="Commercial Client",
    )
    engagement_ids = fields.Many2many(
        "retainer.engagement",
        "retainer_advance_engagement_rel",
        "advance_id",
        "engagement_id",
        string="Engagements",
        check_company=True,
        help="The advance pays invoices of these engagements only. Empty: any of the client's.",
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    amount = fields.Monetary(required=True, tracking=True, help="Requested amount, net of tax.")
    date_request = fields.Date(
        string="Request On",
        default=fields.Date.context_today,
        tracking=True,
        help="The service sends the request from this day on.",
    )
    date_due = fields.Date(
        string="Due",
        default=fields.Date.context_today,
        tracking=True,
        help="Day the client is to pay it.",
    )
    maturity_date = fields.Date(
        string="Maturity",
        tracking=True,
        help="Last day it may be used. What remains then needs a decision.",
    )
    priority = fields.Integer(
        help="Advances with a priority are used first, lowest number first. 0: no priority."
    )
    refundable = fields.Boolean(default=True, tracking=True)
    tax_mode = fields.Selection(
        [("none", "Tax on the service invoice"), ("on_receipt", "Tax on the advance")],
        required=True,
        default="none",
        tracking=True,
    )
    request_move_id = fields.Many2one(
        "account.move",
        string="Request",
        copy=False,
        index="btree_not_null",
        check_company=True,
        domain="[('move_type', '=', 'out_invoice'), ('company_id', '=', company_id)]",
        help="The customer invoice, on the customer advances account, that asks for the money.",
    )
    decision = fields.Selection(
        DECISIONS,
        required=True,
        default="undecided",
        tracking=True,
        help="What happens with the remainder at maturity or at year end.",
    )
    decision_by = fields.Many2one("res.users", string="Decided By", tracking=True, copy=False)
    decision_on = fields.Date(
        string="Decided On",
        tracking=True,
        copy=False,
        help="The day on which it was decided. Its entries are dated no earlier.",
    )
    decision_amount = fields.Monetary(
        tracking=True,
        copy=False,
        help="How much of the remainder the decision is about. 0: all that remains.",
    )
    decision_note = fields.Text(
        tracking=True, copy=False, help="Why it was decided so, and on what evidence."
    )
    decision_evidence_ids = fields.Many2many(
        "ir.attachment",
        "retainer_advance_evidence_rel",
        "advance_id",
        "attachment_id",
        string="Evidence",
        copy=False,
        help="Letters, contracts and calculations that the decision stands on.",
    )
    line_ids = fields.One2many(
        "account.move.line",
        "retainer_advance_id",
        string="Journal Items",
        readonly=True,
        help="Every line in the ledger that belongs to this advance.",
    )
    received = fields.Monetary(
        compute="_compute_figures", compute_sudo=True, help="What the client has paid, net of tax."
    )
    consumed = fields.Monetary(
        compute="_compute_figures",
        compute_sudo=True,
        help="What invoices have drawn, or was recognised. What was restored is taken off.",
    )
    returned = fields.Monetary(
        compute="_compute_figures", compute_sudo=True, help="What credit notes have discharged."
    )
    unpaid = fields.Monetary(
        compute="_compute_figures",
        compute_sudo=True,
        help="Requested and not paid yet, net of tax. It cannot be drawn.",
    )
    shortfall = fields.Monetary(
        compute="_compute_figures",
        compute_sudo=True,
        help="Drawn, although its payment was taken back since: the client owes it.",
    )
    remaining = fields.Monetary(
        compute="_compute_figures", compute_sudo=True, help="What may still be drawn."
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("requested", "Requested"),
            ("paid", "Paid"),
            ("exhausted", "Exhausted"),
            ("matured", "Matured"),
            ("closed", "Closed"),
        ],
        compute="_compute_figures",
        compute_sudo=True,
        search="_search_state",
    )
    received_on = fields.Date(compute="_compute_figures", compute_sudo=True)
    last_draw_on = fields.Date(compute="_compute_figures", compute_sudo=True)
    age_days = fields.Integer(
        string="Age (days)",
        compute="_compute_figures",
        compute_sudo=True,
        help="Days since the money came in; before that, since the request.",
    )
    days_of_sales = fields.Float(
        compute="_compute_figures",
        compute_sudo=True,
        help="Remainder divided by the company's average daily net sales to this client.",
    )
    average_daily_draw = fields.Monetary(
        compute="_compute_figures",
        compute_sudo=True,
        help="Average drawn per day over the last 90 days, or since the receipt where later.",
    )
    runs_out_on = fields.Date(
        compute="_compute_figures",
        compute_sudo=True,
        help="Day the remainder is used up at the average draw.",
    )
    drawdown_ids = fields.One2many("retainer.drawdown", "advance_id", string="Drawdowns")
    lot_ids = fields.One2many("retainer.lot", "advance_id", string="Lots")

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "An advance asks for more than 0. Enter the amount to request."
    )
    _priority_positive = models.Constraint(
        "CHECK (priority IS NULL OR priority >= 0)",
        "The priority cannot be negative. Enter 1 for the first, or 0 for none.",
    )
    _request_unique = models.UniqueIndex(
        "(request_move_id) WHERE request_move_id IS NOT NULL",
        "This invoice is the request of another advance already. One request, one advance.",
    )
    _retainer_key_unique = models.UniqueIndex(
        "(company_id, retainer_key) WHERE retainer_key IS NOT NULL",
        "There is already an advance with this retainer key in the company.",
    )
    _decision_amount_positive = models.Constraint(
        "CHECK (decision_amount IS NULL OR decision_amount >= 0)",
        "The amount of a decision cannot be negative. Enter 0 where it is about all that remains.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not vals.get("name"):
                company = self.env["res.company"].browse(vals.get("company_id"))
                vals["name"] = (
                    self.env["ir.sequence"]
                    .with_company(company or self.env.company)
                    .next_by_code("retainer.advance")
                ) or self.env._("New")
        advances = super().create(vals_list)
        advances._link_request()
        advances._date_decisions()
        return advances

    def write(self, vals):
        result = super().write(vals)
        if vals.get("request_move_id"):
            self._link_request()
        if "decision" in vals or "decision_on" in vals:
            self._date_decisions()
        return result

    def _date_decisions(self):
        """Date today the decisions that name no day."""
        undated = self.filtered(
            lambda advance: advance.decision != "undecided" and not advance.decision_on
        )
        if undated:
            undated.decision_on = fields.Date.context_today(self)

    @api.depends(
        "retainer_key",
        "partner_id",
        "currency_id",
        "amount",
        "tax_mode",
        "engagement_ids",
    )
    def _compute_retainer_content(self):
        return super()._compute_retainer_content()

    def _retainer_content_values(self):
        """Return what is asked of the client. Days, priority and decision are for people."""
        self.ensure_one()
        return [
            self.partner_id.id,
            self.currency_id.name,
            f"{self.amount:.6f}",
            self.tax_mode,
            sorted(self.engagement_ids.ids),
        ]

    def _link_request(self):
        """Name this advance on the line of its request that stands on the advances account.

        The service does so itself; a request that a person made does not know its advance.
        """
        for advance in self.sudo().filtered("request_move_id"):
            accounts = advance.company_id._retainer_advance_accounts()
            advance.request_move_id.line_ids.filtered(
                lambda line, accounts=accounts: (
                    line.account_id in accounts
                    # Odoo books a tax that has no account of its own beside its base.
                    and line.display_type == "product"
                    and not line.retainer_advance_id
                )
            ).retainer_advance_id = advance

    @api.depends(
        "amount",
        "maturity_date",
        "request_move_id.state",
        "request_move_id.amount_residual",
        "line_ids.parent_state",
        "line_ids.amount_residual",
        "line_ids.amount_residual_currency",
    )
    def _compute_figures(self):
        today = fields.Date.context_today(self)
        found = {
            row[0]: dict(zip(FIGURES, row[1:], strict=True))
            for row in self.env["retainer.lot"]._read_group(
                [("advance_id", "in", self.ids)],
                ["advance_id"],
                [f"{name}:{aggregate}" for name, aggregate in FIGURES.items()],
            )
        }
        for advance in self:
            lots = found.get(advance._origin, dict.fromkeys(FIGURES, 0))
            for name in ("received", "consumed", "returned", "unpaid", "shortfall", "remaining"):
                # Restored lots count against what was consumed; that may leave a trace of a float.
                advance[name] = advance.currency_id.round(lots[name])
            advance.received_on = lots["received_on"]
            advance.last_draw_on = lots["last_draw_on"]
            advance.state = advance._state_of(today, advance._origin in found)
            start = advance.received_on or lots["date"] or advance.date_due
            advance.age_days = max((today - start).days, 0) if start else 0
            advance._set_averages(lots, today)

    def _set_averages(self, lots, today):
        self.ensure_one()
        days = AVERAGE_DAYS
        if self.received_on:
            days = min(max((today - self.received_on).days, 1), days)
        draw = max(lots["drawn_lately"], 0.0) / days
        sales = lots["daily_sales"]
        self.average_daily_draw = draw
        self.days_of_sales = lots["remaining_company"] / sales if sales else 0.0
        self.runs_out_on = (
            fields.Date.add(today, days=min(int(self.remaining / draw), 36500))
            if draw and self.remaining
            else False
        )

    def _state_of(self, today, has_lots):
        self.ensure_one()
        currency = self.currency_id
        if not has_lots:
            return "draft"
        if not currency.is_zero(self.remaining):
            return "matured" if self.maturity_date and self.maturity_date < today else "paid"
        if not currency.is_zero(self.unpaid):
            return "requested" if currency.is_zero(self.received) else "exhausted"
        if currency.is_zero(self.consumed) or not currency.is_zero(self.returned):
            return "closed"
        return "exhausted"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        # The state comes from the ledger and from today, so there is no column to search.
        found = self.search([("company_id", "in", self.env.companies.ids)])
        return [("id", "in", found.filtered(lambda advance: advance.state in value).ids)]

    @api.constrains("partner_id", "engagement_ids", "currency_id")
    def _check_engagements(self):
        for advance in self:
            for engagement in advance.sudo().engagement_ids:
                if engagement.commercial_partner_id != advance.commercial_partner_id:
                    raise ValidationError(
                        self.env._(
                            "The advance is of %(client)s, but the engagement %(engagement)s is of "
                            "%(other)s. Choose engagements of the same client.",
                            client=advance.commercial_partner_id.display_name,
                            engagement=engagement.name,
                            other=engagement.commercial_partner_id.display_name,
                        )
                    )
                if engagement.currency_id != advance.currency_id:
                    raise ValidationError(
                        self.env._(
                            "The advance is in %(currency)s, but the engagement %(engagement)s is "
                            "in %(other)s. Request the advance in %(other)s.",
                            currency=advance.currency_id.name,
                            engagement=engagement.name,
                            other=engagement.currency_id.name,
                        )
                    )

    @api.constrains("request_move_id", "partner_id", "currency_id")
    def _check_request(self):
        for advance in self.filtered("request_move_id"):
            move = advance.sudo().request_move_id
            problem = False
            if move.move_type != "out_invoice":
                problem = self.env._("is not a customer invoice")
            elif move.commercial_partner_id != advance.commercial_partner_id:
                problem = self.env._("is for another client")
            elif move.currency_id != advance.currency_id:
                problem = self.env._("is in another currency")
            elif move.line_ids and not (
                move.line_ids.account_id & advance.company_id.sudo().retainer_advance_account_id
            ):
                problem = self.env._("has no line on the customer advances account")
            if problem:
                raise ValidationError(
                    self.env._(
                        "%(move)s cannot be the request of this advance: it %(problem)s. Choose "
                        "the customer invoice that asks this client for the advance.",
                        move=move.display_name,
                        problem=problem,
                    )
                )

    def action_decide(self):
        """Open the wizard in which it is decided what becomes of what remains."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decide"),
            "res_model": "retainer.decision",
            "view_mode": "form",
            "target": "new",
            "context": {"default_advance_ids": self.ids},
        }

    @api.constrains("date_due", "maturity_date")
    def _check_dates(self):
        for advance in self:
            if (
                advance.date_due
                and advance.maturity_date
                and advance.maturity_date < advance.date_due
            ):
                raise ValidationError(
                    self.env._(
                        "The advance matures before it is due. Set the maturity to the due date "
                        "or later."
                    )
                )

    @api.constrains("decision", "decision_by", "decision_note", "refundable")
    def _check_decision(self):
        for advance in self.filtered(lambda record: record.decision != "undecided"):
            if not advance.decision_by or not (advance.decision_note or "").strip():
                raise ValidationError(
                    self.env._(
                        "A decision on %(advance)s needs the person who took it and a note why. "
                        "Fill in both fields.",
                        advance=advance.name,
                    )
                )
            if advance.decision == "recognise" and advance.refundable:
                raise ValidationError(
                    self.env._(
                        "%(advance)s is refundable, so its remainder cannot become revenue. Return "
                        "it, keep it as a debt, or correct the field Refundable if the client has "
                        "waived it.",
                        advance=advance.name,
                    )
                )

    @api.onchange("decision")
    def _onchange_decision(self):
        if self.decision != "undecided":
            self.decision_by = self.decision_by or self.env.user
            self.decision_on = self.decision_on or fields.Date.context_today(self)
