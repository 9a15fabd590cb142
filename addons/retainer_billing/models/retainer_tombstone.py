from odoo import api, fields, models
from odoo.exceptions import UserError

from .account_move import ROLES
from .gateway import tally


class RetainerTombstone(models.Model):
    """Remembers the key of a deleted record, so that the service never recreates it unasked.

    A manager allows it again by deleting the tombstone, or accepts that the document is rightly
    not billed; then the extra work and the purchases that were on it count as settled.
    """

    _name = "retainer.tombstone"
    _inherit = ["retainer.acceptable.mixin", "mail.thread"]
    _description = "Deleted Retainer Record"
    _order = "id desc"
    _rec_name = "key"

    key = fields.Char(required=True, readonly=True)
    kind = fields.Char(string="Model", required=True, readonly=True)
    name = fields.Char(readonly=True, help="How the deleted record was called.")
    res_id = fields.Integer(string="Deleted Record Id", readonly=True)
    fingerprint = fields.Char(readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    deleted_by = fields.Many2one("res.users", readonly=True)
    deleted_on = fields.Datetime(default=fields.Datetime.now, readonly=True)

    engagement_id = fields.Many2one("retainer.engagement", readonly=True, ondelete="set null")
    role = fields.Selection(ROLES, readonly=True)
    move_type = fields.Char(string="Document Type", readonly=True)
    invoice_date = fields.Date(readonly=True)
    service_start = fields.Date(string="Service From", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    retainer_amount_written = fields.Monetary(
        string="Amount Written by the Service",
        readonly=True,
        help="Net of tax. Once accepted, it is not asked for again.",
    )
    entry_ids = fields.One2many(
        "account.analytic.line", "retainer_tombstone_id", string="Extra Work Not Billed"
    )
    retainer_bound = fields.Json(
        readonly=True, help="Time of extra work that was on the deleted document."
    )
    retainer_tally = fields.Json(
        readonly=True,
        help="Parts of time entries and quantities of purchases that were on the deleted document.",
    )

    _key_company = models.Index("(company_id, key)")

    @api.ondelete(at_uninstall=False)
    def _unlink_unsettle(self):
        # Whoever deletes the tombstone wants the document written again.
        self.filtered("retainer_accepted_on")._retainer_unsettle()

    def _retainer_check_acceptable(self):
        if self.move_type not in ("out_invoice", "out_refund"):
            raise UserError(
                self.env._(
                    "%(name)s was no invoice and no credit note: nothing of it is billed, so there "
                    "is nothing to accept.",
                    name=self.name or self.key,
                )
            )

    def _retainer_settle(self):
        # No document names what it bills any more: the time itself says that it is settled.
        for stone in self.sudo():
            entries = self.env["account.analytic.line"].sudo().browse(stone.retainer_bound or [])
            entries.exists().filtered(
                lambda entry: not entry._retainer_is_counted()
            ).retainer_tombstone_id = stone
        tally.settle(self.sudo().filtered("retainer_tally"))

    def _retainer_unsettle(self):
        stones = self.sudo()
        stones.entry_ids.retainer_tombstone_id = False
        tally.take_back(stones.filtered("retainer_tally"))
