from odoo import fields, models


class PurchaseOrderLine(models.Model):
    _name = "purchase.order.line"
    _inherit = ["purchase.order.line", "retainer.bound.mixin"]
    _retainer_binding = ("retainer_move_id", "retainer_recharged_qty")

    retainer_move_id = fields.Many2one(
        "account.move",
        string="Recharged On",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The last document that charged this purchase on to the client.",
    )
    retainer_recharged_qty = fields.Float(
        string="Recharged Quantity",
        digits="Product Unit",
        readonly=True,
        copy=False,
        help="Quantity on our invoices so far. What was recharged is not recharged again.",
    )
