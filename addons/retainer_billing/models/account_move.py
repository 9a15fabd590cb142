from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column

from . import content_changes
from .gateway import matching, schema, tally, tax_amounts

ROLES = [
    ("fee", "Fee"),
    ("overage", "Overage"),
    ("milestone", "Milestone"),
    ("out_of_scope", "Out of scope"),
    ("recharge", "Recharge"),
    ("hour_block", "Block of hours"),
    ("advance_request", "Advance request"),
    ("advance_return", "Advance return"),
    ("drawdown", "Drawdown"),
    ("recognition", "Recognition"),
    ("breakage", "Breakage"),
    ("correction", "Correction"),
    ("reclassification", "Reclassification"),
]

# Documents whose lines on the advances account are what they are about, no deduction.
ABOUT_ADVANCES = ("advance_request", "advance_return", "drawdown")

LIFECYCLE = [
    ("draft", "Draft"),
    ("sent", "Sent"),
    ("viewed", "Viewed"),
    ("change_requested", "Change requested"),
    ("approved", "Approved"),
    ("locked", "Locked"),
]


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "retainer.content.mixin", "retainer.acceptable.mixin"]

    retainer_engagement_id = fields.Many2one(
        "retainer.engagement",
        string="Engagement",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The agreement this document bills. One engagement, one invoice.",
    )
    retainer_role = fields.Selection(
        ROLES, index="btree_not_null", help="What the document does for its engagement."
    )
    retainer_client_po_id = fields.Many2one(
        "retainer.client.po",
        string="Client Purchase Order",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The client's purchase order, from the register. A document refers to one only.",
    )
    retainer_po_number = fields.Char(
        string="Purchase Order Number",
        compute="_compute_retainer_po_number",
        store=True,
        readonly=False,
        help="As the client gave it. From the register where an order is chosen there.",
    )
    retainer_ap_contact_id = fields.Many2one(
        "res.partner",
        string="Accounts Payable Contact",
        check_company=True,
        help="Who receives the invoice at the client. From the engagement.",
    )
    retainer_lifecycle = fields.Selection(
        LIFECYCLE,
        string="Client Status",
        default="draft",
        copy=False,
        help="Where the invoice stands with the client.",
    )
    retainer_sent_on = fields.Date(
        string="Sent to the Client On", copy=False, help="The day it went to the client."
    )
    retainer_version = fields.Integer(default=1, copy=False, readonly=True)
    retainer_service_start = fields.Date(
        string="Service From", copy=False, help="First day that the document bills."
    )
    retainer_service_end = fields.Date(
        string="Service To", copy=False, help="Last day that the document bills."
    )
    retainer_milestone_id = fields.Many2one(
        "project.milestone",
        string="Milestone",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    retainer_entry_ids = fields.One2many(
        "account.analytic.line", "retainer_move_id", string="Time Entries", readonly=True
    )
    retainer_amendments_written = fields.Json(
        readonly=True,
        copy=False,
        help="Purchase order, contacts and terms as the service wrote them, so that what people "
        "amended survives when a draft is rewritten.",
    )
    retainer_changes = fields.Char(
        string="Changes by a Person",
        compute="_compute_retainer_changes",
        compute_sudo=True,
        help="What of the document is no longer as the service wrote it, of all that the billing "
        "rules decide.",
    )
    retainer_tally = fields.Json(
        readonly=True,
        copy=False,
        help="Parts of time entries and quantities of purchases that this document added to them.",
    )
    retainer_amount_written = fields.Monetary(
        string="Amount Written by the Service",
        currency_field="currency_id",
        readonly=True,
        copy=False,
        help="Net of tax, when the service wrote the document. What is missing of it once it was "
        "accepted is not asked for again.",
    )
    retainer_tax_amounts = fields.Json(
        readonly=True,
        copy=False,
        help="Tax amounts that the service set, by tax: those of the work less those that were "
        "posted on an advance.",
    )
    retainer_pending_reconcile = fields.Json(
        readonly=True,
        copy=False,
        help="Reconciliations that follow when the document is posted.",
    )
    retainer_explanation_html = fields.Html(
        string="Explanation", compute="_compute_retainer_explanation_html"
    )

    _retainer_key_unique = models.UniqueIndex(
        "(company_id, retainer_key) WHERE retainer_key IS NOT NULL",
        "There is already a document with this retainer key in the company.",
    )
    _retainer_service_order = models.Constraint(
        "CHECK (retainer_service_start IS NULL OR retainer_service_end IS NULL"
        " OR retainer_service_end >= retainer_service_start)",
        "The service period of the document ends before it starts. Correct its dates.",
    )

    def _auto_init(self):
        # No document has a key or an order of the register yet when the module is installed.
        for name in ("retainer_content", "retainer_po_number"):
            if not column_exists(self.env.cr, self._table, name):
                create_column(self.env.cr, self._table, name, "varchar")
        if not column_exists(self.env.cr, self._table, "retainer_changed"):
            create_column(self.env.cr, self._table, "retainer_changed", "bool")
        return super()._auto_init()

    def write(self, vals):
        if vals.get("is_move_sent"):
            unsent = self.filtered(
                lambda move: (
                    move.retainer_engagement_id and move.retainer_lifecycle in (False, "draft")
                )
            )
            result = super().write(vals)
            if unsent:
                unsent.write({"retainer_lifecycle": "sent"})
            return result
        if vals.get("retainer_lifecycle") == "sent" and "retainer_sent_on" not in vals:
            vals = {"retainer_sent_on": fields.Date.context_today(self), **vals}
        before = []
        if "ref" not in vals and not vals.keys().isdisjoint(schema.PO_FIELDS):
            ours = self.filtered("retainer_engagement_id")
            before = [(move, move.retainer_po_number) for move in ours]
        result = super().write(vals)
        self._retainer_reference_follows(before)
        return result

    def _retainer_reference_follows(self, before):
        """Keep the customer reference, which e-invoices carry as the order, the number of the
        purchase order. What stood there becomes the source document.
        """
        for move, number in before:
            if not move.retainer_po_number or move.retainer_po_number == number:
                continue
            if not move.ref or move.ref == number:
                move.ref = move.retainer_po_number
            elif not number and not move.invoice_origin:
                move.write({"ref": move.retainer_po_number, "invoice_origin": move.ref})

    @api.depends("retainer_client_po_id")
    def _compute_retainer_po_number(self):
        for move in self:
            if move.retainer_client_po_id:
                move.retainer_po_number = move.retainer_client_po_id.sudo().name

    @api.depends(
        "retainer_key",
        "move_type",
        "partner_id",
        "invoice_date",
        "date",
        "currency_id",
        "line_ids.display_type",
        "line_ids.product_id",
        "line_ids.name",
        "line_ids.quantity",
        "line_ids.price_unit",
        "line_ids.discount",
        "line_ids.account_id",
        "line_ids.retainer_advance_id",
        "line_ids.partner_id",
        "line_ids.tax_ids",
        "line_ids.balance",
        "line_ids.amount_currency",
    )
    def _compute_retainer_content(self):
        return super()._compute_retainer_content()

    def _retainer_content_values(self):
        """Return what the client and the ledger see. Contacts, terms and PO are not part of it."""
        self.ensure_one()
        lines = self.invoice_line_ids if self.is_invoice() else self.line_ids
        return {
            "type": self.move_type,
            "client": self.partner_id.id,
            "currency": self.currency_id.name,
            "date": str((self.invoice_date if self.is_invoice() else self.date) or ""),
            "lines": [
                line._retainer_content_values()
                for line in lines.sorted(lambda x: (x.sequence, x.id))
            ],
        }

    @api.depends("retainer_changed", "retainer_content", "retainer_content_written")
    def _compute_retainer_changes(self):
        for move in self:
            move.retainer_changes = move.retainer_changed and content_changes.changes(
                self.env, move.retainer_content_written, move.retainer_content
            )

    @api.depends("retainer_explanation")
    def _compute_retainer_explanation_html(self):
        for move in self:
            move.retainer_explanation_html = move._retainer_render_explanation()

    @api.constrains("retainer_client_po_id", "retainer_engagement_id", "partner_id", "currency_id")
    def _check_retainer_client_po(self):
        for move in self:
            engagement = move.retainer_engagement_id
            if (
                engagement
                and move.partner_id
                and move.is_invoice()
                and move.currency_id != engagement.currency_id
            ):
                raise ValidationError(
                    self.env._(
                        "%(move)s is in %(currency)s, the engagement %(engagement)s is in "
                        "%(other)s. Bill the engagement in its own currency.",
                        move=move.display_name,
                        currency=move.currency_id.name,
                        engagement=engagement.name,
                        other=engagement.currency_id.name,
                    )
                )
            if move.retainer_client_po_id and move.partner_id:
                # The billing entity of an engagement may be another company of the client's group.
                move.retainer_client_po_id._check_usable(
                    engagement.partner_id or move.partner_id, engagement, move.currency_id, move
                )

    @api.constrains("retainer_engagement_id", "partner_id")
    def _check_retainer_client(self):
        for move in self:
            engagement = move.retainer_engagement_id.sudo()
            if not engagement or not move.is_invoice() or not move.partner_id:
                continue
            clients = engagement.commercial_partner_id | (
                engagement.invoice_partner_id.commercial_partner_id
            )
            if move.partner_id.commercial_partner_id not in clients:
                raise ValidationError(
                    self.env._(
                        "%(move)s is for %(partner)s, but the engagement %(engagement)s is of "
                        "%(client)s. Choose an engagement of this client.",
                        move=move.display_name,
                        partner=move.partner_id.display_name,
                        engagement=engagement.name,
                        client=engagement.commercial_partner_id.display_name,
                    )
                )

    @api.constrains("retainer_client_po_id", "retainer_po_number")
    def _check_retainer_one_po(self):
        for move in self:
            po = move.retainer_client_po_id.sudo()
            if po and move.retainer_po_number and move.retainer_po_number != po.name:
                raise ValidationError(
                    self.env._(
                        "%(move)s would carry two purchase orders: %(po)s from the register and "
                        "the number %(number)s. Choose the other order in the register, or issue "
                        "a second invoice for it.",
                        move=move.display_name,
                        po=po.name,
                        number=move.retainer_po_number,
                    )
                )

    def _retainer_remembered(self):
        return {**super()._retainer_remembered(), "retainer_amount_written": "amount_untaxed"}

    def _retainer_remember_content(self):
        """What was written is what the document bills: an advance that it deducts pays part of
        that, and is no part of what may rightly not be billed.
        """
        super()._retainer_remember_content()
        if not self:
            return
        self.line_ids.flush_recordset(["account_id", "display_type", "move_id", "price_subtotal"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE account_move move
                   SET retainer_amount_written = move.amount_untaxed - deducted.net
                  FROM (SELECT line.move_id, SUM(line.price_subtotal) AS net
                          FROM account_move_line line
                          JOIN account_move bill ON bill.id = line.move_id
                          JOIN res_company company ON company.id = bill.company_id
                         WHERE bill.id = ANY(%s)
                           AND bill.retainer_key IS NOT NULL
                           AND bill.retainer_role NOT IN %s
                           AND line.display_type = 'product'
                           AND line.account_id IN (
                                   company.retainer_advance_account_id,
                                   company.retainer_advance_noncurrent_account_id)
                      GROUP BY line.move_id) deducted
                 WHERE move.id = deducted.move_id
                """,
                self.ids,
                ABOUT_ADVANCES,
            )
        )

    def _retainer_check_acceptable(self):
        if not self.retainer_key or not self.is_invoice():
            raise UserError(
                self.env._(
                    "%s is no invoice of the billing service: there is nothing to accept.",
                    self.display_name,
                )
            )
        if self.state != "cancel" and not self.retainer_changed:
            raise UserError(
                self.env._(
                    "%s is what the billing service wrote: there is nothing to accept.",
                    self.display_name,
                )
            )

    def _retainer_tombstone_vals(self):
        # Only time of extra work would be asked for again: that of a retainer counts in its month.
        extra = self.retainer_entry_ids.filtered("retainer_change_order_id")
        return {
            **super()._retainer_tombstone_vals(),
            "retainer_accepted_on": self.retainer_accepted_on,
            "retainer_accepted_by": self.retainer_accepted_by.id,
            "retainer_accepted_reason": self.retainer_accepted_reason,
            "engagement_id": self.retainer_engagement_id.id,
            "role": self.retainer_role,
            "move_type": self.move_type,
            "invoice_date": self.invoice_date,
            "service_start": self.retainer_service_start,
            "currency_id": self.currency_id.id,
            "retainer_amount_written": self.retainer_amount_written,
            "retainer_bound": extra.ids,
            "retainer_tally": self.retainer_tally,
        }

    def button_draft(self):
        # Whoever takes a cancelled document up again bills it after all.
        accepted = self.filtered(lambda move: move.state == "cancel" and move.retainer_accepted_on)
        # Odoo would work taxes out anew, which may change what is owed by a cent and take the
        # client's payment off it.
        taxed = self.filtered("retainer_tax_amounts")
        super(AccountMove, taxed.with_context(skip_invoice_sync=True)).button_draft()
        result = super(AccountMove, self - taxed).button_draft()
        accepted._retainer_withdraw_acceptance()
        return result

    def _post(self, soft=True):
        keyed = self.filtered(lambda move: move.retainer_key and not move.retainer_changed)
        posted = super()._post(soft)
        keyed &= posted
        # Posting may fill in or move a date by itself; that is nobody's change.
        self.env["retainer.advance"].sudo().search(
            [("request_move_id", "in", posted.ids)]
        )._link_request()
        keyed._retainer_remember_content()
        matching.reconcile(posted & self)
        return posted

    def copy(self, default=None):
        copies = super().copy(default)
        if (default or {}).get("reversed_entry_id"):
            # Odoo works taxes out anew, but what was posted is what is taken back.
            for move, reversal in zip(self, copies, strict=True):
                if move.retainer_tax_amounts:
                    tax_amounts.set_on(reversal, move.retainer_tax_amounts)
        return copies

    def unlink(self):
        # The database empties the link to a deleted draft by itself, so Odoo would not notice that
        # the sales order lines of its time have undelivered hours again.
        entries = self.sudo().retainer_entry_ids.filtered("so_line")
        tally.take_back(self.sudo().filtered("retainer_tally"))
        result = super().unlink()
        entries.exists().modified(["retainer_move_id"])
        return result

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, self._retainer_form_id())

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Show a form of our own to those who may not read what Odoo's form needs."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form" and view == self.env.ref("account.view_move_form"):
            form_id = self._retainer_form_id()
            if form_id:
                return super()._get_view(form_id, view_type, **options)
        return arch, view

    @api.model
    def _retainer_form_id(self):
        """Return the form for who has our rights and cannot read payments; empty for others."""
        user = self.env.user
        if self.env["account.payment"].has_access("read") or not (
            user.has_group("retainer_billing.group_user")
            or user.has_group("retainer_billing.group_auditor")
        ):
            return False
        return self.env.ref("retainer_billing.retainer_move_view_form").id

    def action_view_retainer_entries(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Time Entries"),
            "res_model": "account.analytic.line",
            "views": [
                (self.env.ref("hr_timesheet.hr_timesheet_line_tree").id, "list"),
                (self.env.ref("hr_timesheet.hr_timesheet_line_form").id, "form"),
            ],
            "domain": [("retainer_move_id", "=", self.id)],
            "context": {"create": False},
        }
