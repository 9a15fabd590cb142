from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Days over which the averages below are taken.
AVERAGE_DAYS = 90


class RetainerAdvance(models.Model):
    """One document that requests an advance of funds.

    What became of the money is read from the reconciliations of the request's liability and
    receivable lines; nothing of it is stored here.
    """

    _name = "retainer.advance"
    _description = "Client Advance"
    _inherit = ["mail.thread", "mail.activity.mixin"]
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
    date_due = fields.Date(
        default=fields.Date.context_today, tracking=True, help="Day the client is to pay it."
    )
    maturity_date = fields.Date(
        tracking=True, help="Last day it may be used. What remains then needs a decision."
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
        [
            ("undecided", "Undecided"),
            ("return", "Return to the client"),
            ("keep", "Keep as a debt"),
            ("recognise", "Recognise as revenue"),
        ],
        required=True,
        default="undecided",
        tracking=True,
        help="What happens with the remainder at maturity or at year end.",
    )
    decision_by = fields.Many2one("res.users", string="Decided By", tracking=True, copy=False)
    decision_note = fields.Text(tracking=True, copy=False, help="Why it was decided so.")
    received = fields.Monetary(
        compute="_compute_figures", compute_sudo=True, help="What the client has paid, net of tax."
    )
    consumed = fields.Monetary(
        compute="_compute_figures",
        compute_sudo=True,
        help="What invoices have drawn, or was recognised.",
    )
    returned = fields.Monetary(
        compute="_compute_figures", compute_sudo=True, help="What credit notes have discharged."
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
        compute="_compute_figures",
        compute_sudo=True,
        help="Days since the money came in; before that, since the request.",
    )
    days_of_sales = fields.Float(
        compute="_compute_averages",
        compute_sudo=True,
        help="Remainder divided by the company's average daily net sales to this client.",
    )
    average_daily_draw = fields.Monetary(
        compute="_compute_averages",
        compute_sudo=True,
        help="Average drawn per day over the last 90 days, or since the receipt where later.",
    )
    runs_out_on = fields.Date(
        compute="_compute_averages",
        compute_sudo=True,
        help="Day the remainder is used up at the average draw.",
    )
    drawdown_ids = fields.One2many("retainer.drawdown", "advance_id", string="Drawdowns")

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
        return super().create(vals_list)

    def _liability_lines(self):
        """Return the lines of the requests that are the advances in the ledger."""
        return self.sudo().request_move_id.line_ids.filtered(
            lambda line: (
                line.account_id == line.company_id.retainer_advance_account_id
                and line.parent_state == "posted"
                # Odoo books a tax that has no account of its own beside its base.
                and line.display_type == "product"
            )
        )

    @api.depends(
        "amount",
        "maturity_date",
        "request_move_id.state",
        "request_move_id.amount_residual",
        "request_move_id.line_ids.amount_residual",
    )
    def _compute_figures(self):
        today = fields.Date.context_today(self)
        lines_of = defaultdict(self.env["account.move.line"].browse)
        for line in self._liability_lines():
            lines_of[line.move_id] |= line
        for advance in self:
            request = advance.request_move_id
            figures = advance._ledger_figures(request, lines_of[request])
            advance.update(figures)
            advance.state = advance._state_of(figures, request, today)
            start = figures["received_on"] or request.invoice_date or advance.date_due
            advance.age_days = max((today - start).days, 0) if start else 0

    def _ledger_figures(self, request, lines):
        """Return what the ledger says of one advance, in the currency of the request."""
        self.ensure_one()
        zero = {
            "received": 0.0,
            "consumed": 0.0,
            "returned": 0.0,
            "remaining": 0.0,
            "received_on": False,
            "last_draw_on": False,
        }
        if not lines:
            return zero
        round_ = request.currency_id.round
        net = -sum(lines.mapped("amount_currency"))
        # The request may carry tax: what comes in is split like the request itself.
        share = net / request.amount_total if request.amount_total else 1.0
        receivable = request.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        paid, cancelled, received_on = 0.0, 0.0, False
        for part in receivable.matched_credit_ids:
            if part.credit_move_id.move_id.move_type == "out_refund":
                cancelled += part.debit_amount_currency
            else:
                paid += part.debit_amount_currency
                received_on = min(filter(None, (received_on, part.max_date)))
        drawn, credited, last_draw_on = 0.0, 0.0, False
        for part in lines.matched_debit_ids:
            if part.debit_move_id.move_id.move_type == "out_refund":
                credited += part.credit_amount_currency
            else:
                drawn += part.credit_amount_currency
                last_draw_on = max(filter(None, (last_draw_on, part.max_date)))
        owed = -sum(lines.mapped("amount_residual_currency"))
        unpaid = round_(request.amount_residual * share)
        return {
            "received": round_(paid * share),
            "consumed": round_(drawn),
            # A credit note against an unpaid request cancels it; nothing goes back.
            "returned": round_(max(credited - cancelled * share, 0.0)),
            "remaining": round_(max(owed - unpaid, 0.0)),
            "received_on": received_on,
            "last_draw_on": last_draw_on,
        }

    def _state_of(self, figures, request, today):
        self.ensure_one()
        if not request or request.state != "posted":
            return "draft"
        currency = request.currency_id
        if not currency.is_zero(figures["remaining"]):
            return "matured" if self.maturity_date and self.maturity_date < today else "paid"
        if not currency.is_zero(request.amount_residual):
            return "requested" if currency.is_zero(figures["received"]) else "exhausted"
        if currency.is_zero(figures["consumed"]) or not currency.is_zero(figures["returned"]):
            return "closed"
        return "exhausted"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        # The state comes from the ledger and from today, so there is no column to search.
        found = self.search([("company_id", "in", self.env.companies.ids)])
        return [("id", "in", found.filtered(lambda advance: advance.state in value).ids)]

    @api.depends("remaining", "received_on")
    def _compute_averages(self):
        today = fields.Date.context_today(self)
        since = fields.Date.subtract(today, days=AVERAGE_DAYS)
        drawn = dict(
            self.env["retainer.drawdown"]._read_group(
                [("advance_id", "in", self.ids), ("date", ">", since), ("kind", "=", "draw")],
                ["advance_id"],
                ["amount:sum"],
            )
        )
        sales = dict(
            self.env["account.move"]._read_group(
                [
                    ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                    ("company_id", "in", self.company_id.ids),
                    ("move_type", "in", ("out_invoice", "out_refund")),
                    ("state", "=", "posted"),
                    ("invoice_date", ">", since),
                    "|",
                    ("retainer_role", "=", False),
                    ("retainer_role", "not in", ("advance_request", "advance_return")),
                ],
                ["commercial_partner_id"],
                ["amount_untaxed_signed:sum"],
            )
        )
        for advance in self:
            days = AVERAGE_DAYS
            if advance.received_on and advance.received_on > since:
                days = max((today - advance.received_on).days, 1)
            draw = max(drawn.get(advance._origin, 0.0), 0.0) / days
            advance.average_daily_draw = draw
            company_currency = advance.company_id.currency_id
            remaining = advance.currency_id._convert(
                advance.remaining, company_currency, advance.company_id, today
            )
            daily_sales = max(sales.get(advance.commercial_partner_id, 0.0), 0.0) / AVERAGE_DAYS
            advance.days_of_sales = remaining / daily_sales if daily_sales else 0.0
            advance.runs_out_on = (
                fields.Date.add(today, days=int(advance.remaining / draw))
                if draw and advance.remaining
                else False
            )

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
        if self.decision != "undecided" and not self.decision_by:
            self.decision_by = self.env.user
