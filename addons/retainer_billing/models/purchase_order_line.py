from odoo import api, fields, models
from odoo.exceptions import UserError


class PurchaseOrderLine(models.Model):
    _inherit = "purchase.order.line"

    retainer_move_id = fields.Many2one(
        "account.move",
        string="Recharged On",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The document that charged this purchase on to the client. A line is recharged once.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        self._retainer_refuse_binding(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._retainer_refuse_binding([vals])
        return super().write(vals)

    def _retainer_refuse_binding(self, vals_list):
        if self.env.su:
            return
        if any(
            vals.get("retainer_move_id") or (self and "retainer_move_id" in vals)
            for vals in vals_list
        ):
            raise UserError(
                self.env._(
                    "Only the billing service recharges purchases. Leave the field Recharged On "
                    "alone."
                )
            )
