from odoo import fields, models
from odoo.exceptions import UserError

from .lot_query import LotQuery

KINDS = [("advances", "Advance"), ("unearned", "Unearned fee")]

ORIGINS = [
    ("request", "Requested"),
    ("opening", "Taken over"),
    ("restored", "Restored"),
    ("fee", "Fee invoice"),
]

BANDS = [
    ("b030", "0-30 days"),
    ("b060", "31-60 days"),
    ("b090", "61-90 days"),
    ("b180", "91-180 days"),
    ("b365", "181-365 days"),
    ("b999", "More than 365 days"),
]

DECISIONS = [
    ("undecided", "Undecided"),
    ("return", "Return to the client"),
    ("keep", "Keep as a debt"),
    ("recognise", "Recognise as revenue"),
]

STATUSES = [
    ("unpaid", "Not paid yet"),
    ("open", "Open"),
    ("matured", "Matured"),
    ("settled", "Settled"),
]


class RetainerLot(models.Model):
    """Unearned cash: posted credit lines on the liability accounts, and what is left of them.

    A view over the ledger that stores nothing, so it cannot disagree with it. Amounts are in the
    lot's own currency unless they say otherwise; a taxed lot counts net of tax. With a day as
    ``retainer_as_of`` in the context, it is the ledger as of that day.
    """

    _name = "retainer.lot"
    _description = "Unearned Cash"
    _auto = False
    _order = "date, id"
    # What the view reads, so that Odoo writes it to the database before it is asked.
    _depends = LotQuery.READS

    name = fields.Char(
        string="Lot", readonly=True, help="The advance, or the document where there is none."
    )
    move_id = fields.Many2one("account.move", string="Document", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    account_id = fields.Many2one("account.account", readonly=True)
    kind = fields.Selection(KINDS, readonly=True)
    origin = fields.Selection(
        ORIGINS,
        readonly=True,
        help="Requested: the line of a request. Taken over: an entry that a person made, such as "
        "an opening balance. Restored: given back by the credit note of an invoice that had drawn "
        "it.",
    )
    partner_id = fields.Many2one("res.partner", string="Client", readonly=True)
    engagement_id = fields.Many2one("retainer.engagement", readonly=True)
    advance_id = fields.Many2one("retainer.advance", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    company_currency_id = fields.Many2one("res.currency", readonly=True)
    date = fields.Date(readonly=True, help="Day of the accounts.")
    received_on = fields.Date(
        readonly=True, help="First day on which anything of it had been received."
    )
    maturity_date = fields.Date(
        string="Maturity",
        readonly=True,
        help="Last day on which the advance may be used; last day that a fee covers.",
    )
    amount = fields.Monetary(readonly=True, help="As it was posted.")
    received = fields.Monetary(
        readonly=True,
        help="What the client has paid of an advance, net of tax; what a fee was billed at.",
    )
    unpaid = fields.Monetary(
        readonly=True,
        help="Requested and not paid yet: it stands in the liability and in receivables alike, "
        "and cannot be drawn.",
    )
    shortfall = fields.Monetary(
        readonly=True,
        help="Drawn, although its payment was taken back since: the client owes it.",
    )
    consumed = fields.Monetary(
        readonly=True,
        help="Drawn by invoices, or recognised as revenue or breakage. What was restored counts "
        "against it.",
    )
    returned = fields.Monetary(readonly=True, help="Discharged by credit notes.")
    open = fields.Monetary(readonly=True, help="Left of it in the ledger, paid or not.")
    remaining = fields.Monetary(
        string="Still Owing", readonly=True, help="Left of what was received: owed to the client."
    )
    amount_company = fields.Monetary(
        string="Amount (Company)", currency_field="company_currency_id", readonly=True
    )
    open_company = fields.Monetary(
        string="Open (Company)", currency_field="company_currency_id", readonly=True
    )
    remaining_company = fields.Monetary(
        string="Still Owing (Company)", currency_field="company_currency_id", readonly=True
    )
    unpaid_company = fields.Monetary(
        string="Unpaid (Company)", currency_field="company_currency_id", readonly=True
    )
    last_draw_on = fields.Date(string="Last Draw", readonly=True)
    age_days = fields.Integer(
        string="Age (days)",
        readonly=True,
        aggregator="max",
        help="Days since it was received; before that, since it was billed.",
    )
    age_band = fields.Selection(BANDS, string="Age", readonly=True)
    drawn_lately = fields.Monetary(
        string="Drawn in 90 Days", readonly=True, help="What was restored is taken off."
    )
    daily_sales = fields.Monetary(
        string="Net Sales a Day",
        currency_field="company_currency_id",
        readonly=True,
        aggregator="max",
        help="Average net sales to this client over the last 90 days.",
    )
    days_of_sales = fields.Float(
        readonly=True,
        aggregator="max",
        digits=(16, 1),
        help="Still owing, divided by the average daily net sales to this client.",
    )
    days_of_cover = fields.Float(
        readonly=True,
        aggregator="max",
        digits=(16, 1),
        help="Still owing, divided by the average that is drawn a day.",
    )
    runs_out_on = fields.Date(
        readonly=True, help="The day on which it is used up, if it is drawn as lately."
    )
    status = fields.Selection(STATUSES, readonly=True)
    decision = fields.Selection(
        DECISIONS, readonly=True, help="What becomes of it at maturity or at year end."
    )
    decision_by = fields.Many2one("res.users", string="Decided By", readonly=True)
    decision_on = fields.Date(string="Decided On", readonly=True)
    decision_note = fields.Text(string="Why", readonly=True)
    decision_evidence_ids = fields.Many2many(related="advance_id.decision_evidence_ids")

    @property
    def _table_query(self):
        as_of = fields.Date.to_date(self.env.context.get("retainer_as_of"))
        return LotQuery(as_of or fields.Date.context_today(self), past=bool(as_of)).sql()

    # ------------------------------------------------------------------ what people do with them

    def action_open_document(self):
        self.ensure_one()
        return self.move_id.get_formview_action()

    def action_open_advance(self):
        self.ensure_one()
        return self.advance_id.get_formview_action()

    def action_decide(self):
        """Open the wizard in which it is decided what becomes of these lots' advances."""
        for lot in self:
            if lot.kind != "advances":
                raise UserError(
                    self.env._(
                        "%s is an unearned fee: it is earned by the days or the hours of its "
                        "terms. Decide on advances only.",
                        lot.display_name,
                    )
                )
            if not lot.advance_id:
                raise UserError(
                    self.env._(
                        "%s belongs to no advance yet, so nobody knows whose decision it is. Set "
                        "its advance first.",
                        lot.display_name,
                    )
                )
        return self.advance_id.action_decide()

    def action_set_advance(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Set the Advance"),
            "res_model": "retainer.lot.link",
            "view_mode": "form",
            "target": "new",
            "context": {"default_line_id": self.id, "default_advance_id": self.advance_id.id},
        }
