from odoo import api, fields, models


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "retainer.content.mixin"]

    retainer_engagement_id = fields.Many2one(
        "retainer.engagement",
        string="Engagement",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The agreement this quotation adds work to.",
    )
    retainer_change_order_ids = fields.One2many(
        "retainer.change.order", "quote_id", string="Change Orders"
    )
    _retainer_key_unique = models.UniqueIndex(
        "(company_id, retainer_key) WHERE retainer_key IS NOT NULL",
        "There is already a quotation with this retainer key in the company.",
    )

    @api.depends(
        "retainer_key",
        "partner_id",
        "currency_id",
        "order_line.product_id",
        "order_line.name",
        "order_line.product_uom_qty",
        "order_line.price_unit",
        "order_line.discount",
        "order_line.tax_ids",
    )
    def _compute_retainer_content(self):
        return super()._compute_retainer_content()

    def _action_confirm(self):
        result = super()._action_confirm()
        self.sudo().retainer_change_order_ids._approve_by_quotation()
        return result

    def _retainer_content_values(self):
        """Return what the client sees of the quotation."""
        self.ensure_one()
        return [self.partner_id.id, self.currency_id.name] + [
            [
                line.display_type,
                line.product_id.id,
                line.name or "",
                f"{line.product_uom_qty:.6f}",
                f"{line.price_unit:.6f}",
                line.discount,
                sorted(line.tax_ids.ids),
            ]
            for line in self.order_line.sorted(lambda x: (x.sequence, x.id))
        ]
