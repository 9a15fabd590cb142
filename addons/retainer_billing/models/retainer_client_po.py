from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

# An advance is cash, not turnover: its request does not use up the purchase order, the invoices
# that draw on it do, for what they bill before the advance is deducted.
NOT_ON_PO = ("advance_request", "advance_return")


class RetainerClientPo(models.Model):
    _name = "retainer.client.po"
    _description = "Client Purchase Order"
    _inherit = ["mail.thread"]
    _order = "date_end desc, id desc"
    _check_company_auto = True

    name = fields.Char(string="Number", required=True, tracking=True)
    active = fields.Boolean(default=True)
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
        "retainer_client_po_engagement_rel",
        "po_id",
        "engagement_id",
        string="Engagements",
        check_company=True,
        help="The order is valid for these engagements only. Empty: any of the client's.",
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    amount = fields.Monetary(tracking=True, help="Net of tax. 0: unlimited.")
    date_start = fields.Date(tracking=True, help="First day it is valid. Empty: from the start.")
    date_end = fields.Date(tracking=True, help="Last day it is valid. Empty: without end.")
    note = fields.Text()
    move_ids = fields.One2many("account.move", "retainer_client_po_id", string="Invoices")
    invoiced = fields.Monetary(
        compute="_compute_invoiced",
        compute_sudo=True,
        help="Net total of its invoices, drafts included, less its credit notes.",
    )
    remaining = fields.Monetary(
        compute="_compute_invoiced",
        compute_sudo=True,
        help="Amount less invoiced. 0 where the amount is unlimited.",
    )
    state = fields.Selection(
        [
            ("valid", "Valid"),
            ("expiring", "Expiring"),
            ("expired", "Expired"),
            ("exhausted", "Exhausted"),
        ],
        compute="_compute_state",
        search="_search_state",
    )

    _number_unique = models.UniqueIndex(
        "(company_id, commercial_partner_id, name)",
        "This client has a purchase order with this number already. Open that one, or correct the "
        "number.",
    )
    _amount_positive = models.Constraint(
        "CHECK (amount IS NULL OR amount >= 0)",
        "The amount of a purchase order cannot be negative. Enter 0 where it is unlimited.",
    )
    _date_order = models.Constraint(
        "CHECK (date_start IS NULL OR date_end IS NULL OR date_end >= date_start)",
        "The purchase order ends before it starts. Set its end to its start or later.",
    )

    @api.depends("amount", "move_ids.state", "move_ids.amount_untaxed_signed")
    def _compute_invoiced(self):
        invoiced = dict.fromkeys(self.ids, 0.0)
        billed = Domain(
            [
                ("retainer_client_po_id", "in", self.ids),
                ("state", "!=", "cancel"),
                ("move_type", "in", ("out_invoice", "out_refund")),
                "|",
                ("retainer_role", "=", False),
                ("retainer_role", "not in", NOT_ON_PO),
            ]
        )
        groups = self.env["account.move"]._read_group(
            billed, ["retainer_client_po_id", "move_type"], ["amount_untaxed:sum"]
        )
        for po, move_type, amount in groups:
            invoiced[po.id] += amount if move_type == "out_invoice" else -amount
        accounts = self.env["account.account"]
        for company in self.company_id:
            accounts |= company._retainer_advance_accounts()
        for line in self.env["account.move.line"].search_fetch(
            [("account_id", "in", accounts.ids), ("move_id", "any", billed)],
            ["move_id", "price_subtotal"],
        ):
            sign = 1 if line.move_id.move_type == "out_invoice" else -1
            invoiced[line.move_id.retainer_client_po_id.id] -= sign * line.price_subtotal
        for po in self:
            po.invoiced = invoiced.get(po._origin.id, 0.0)
            po.remaining = po.amount - po.invoiced if po.amount else 0.0

    @api.depends("date_end", "amount", "invoiced")
    @api.depends_context("uid")
    def _compute_state(self):
        for po in self:
            today = fields.Date.context_today(po)
            days = po.company_id.sudo().retainer_po_warning_days
            if po.date_end and po.date_end < today:
                po.state = "expired"
            elif po.amount and po.currency_id.compare_amounts(po.remaining, 0.0) <= 0:
                po.state = "exhausted"
            elif po.date_end and po.date_end <= fields.Date.add(today, days=days):
                po.state = "expiring"
            else:
                po.state = "valid"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        # The state depends on today and on invoices; the register is short enough to look through.
        found = self.with_context(active_test=False).search(
            [("company_id", "in", self.env.companies.ids)]
        )
        return [("id", "in", found.filtered(lambda po: po.state in value).ids)]

    @api.depends("name", "partner_id.name")
    @api.depends_context("retainer_po_with_client")
    def _compute_display_name(self):
        for po in self:
            po.display_name = po.name
            if self.env.context.get("retainer_po_with_client"):
                po.display_name = f"{po.name} ({po.partner_id.name})"

    @api.constrains("partner_id", "currency_id", "engagement_ids", "company_id")
    def _check_users_of_po(self):
        """A change of the register must not invalidate what refers to it already."""
        engagements = self.env["retainer.engagement"].sudo().with_context(active_test=False)
        for po in self.sudo():
            for engagement in po.engagement_ids:
                po._check_client(engagement.partner_id, engagement.display_name)
                po._check_currency(engagement.currency_id, engagement.display_name)
            for engagement in engagements.search([("client_po_id", "=", po.id)]):
                po._check_usable(engagement.partner_id, engagement, engagement.currency_id)
            for move in po.move_ids.filtered(lambda move: move.state != "cancel"):
                po._check_usable(
                    move.partner_id, move.retainer_engagement_id, move.currency_id, move
                )

    def _check_usable(self, partner, engagement, currency, document=None):
        """Raise unless a document of this client, engagement and currency may refer to the PO."""
        self.ensure_one()
        name = (document or engagement).display_name
        self._check_client(partner, name)
        po = self.sudo()
        if engagement and po.engagement_ids and engagement not in po.engagement_ids:
            raise ValidationError(
                self.env._(
                    "The purchase order %(po)s is for %(engagements)s, not for %(engagement)s. "
                    "Choose another order, or add the engagement to it in the register.",
                    po=po.name,
                    engagements=", ".join(po.engagement_ids.mapped("name")),
                    engagement=engagement.name,
                )
            )
        self._check_currency(currency, name)

    def _check_client(self, partner, name):
        if partner.commercial_partner_id != self.commercial_partner_id:
            raise ValidationError(
                self.env._(
                    "The purchase order %(po)s is of %(owner)s, but %(record)s is for %(client)s. "
                    "Choose a purchase order of that client.",
                    po=self.name,
                    owner=self.commercial_partner_id.display_name,
                    record=name,
                    client=partner.commercial_partner_id.display_name,
                )
            )

    def _check_currency(self, currency, name):
        if currency != self.currency_id:
            raise ValidationError(
                self.env._(
                    "The purchase order %(po)s is in %(po_currency)s, but %(record)s is in "
                    "%(currency)s. Choose an order in %(currency)s.",
                    po=self.name,
                    po_currency=self.currency_id.name,
                    record=name,
                    currency=currency.name,
                )
            )

    def action_view_moves(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invoices"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "views": [
                (self.env.ref("retainer_billing.retainer_move_view_list").id, "list"),
                (False, "form"),
            ],
            "domain": [("retainer_client_po_id", "=", self.id)],
            "context": {"create": False},
        }
