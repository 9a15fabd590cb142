from odoo import fields, models


class PurchaseOrderLine(models.Model):
    _name = "purchase.order.line"
    _inherit = ["purchase.order.line", "retainer.bound.mixin"]

    retainer_move_id = fields.Many2one(
        "account.move",
        string="Recharged On",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The document that charged this purchase on to the client. A line is recharged once.",
    )
