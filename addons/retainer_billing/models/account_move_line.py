from odoo import api, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.model
    def _timesheet_domain_get_invoiced_lines(self, sale_line_delivery):
        # Odoo's own sales invoicing must not take hours that a retainer has counted or billed,
        # also not after a credit note, which frees Odoo's link but never ours.
        return [
            *super()._timesheet_domain_get_invoiced_lines(sale_line_delivery),
            ("retainer_period_id", "=", False),
            ("retainer_move_id", "=", False),
            ("retainer_billed_seconds", "in", (False, 0)),
        ]

    def _retainer_content_values(self):
        self.ensure_one()
        values = [
            self.display_type,
            self.product_id.id,
            self.name or "",
            self.account_id.id,
            sorted(self.tax_ids.ids),
        ]
        if self.move_id.is_invoice():
            return [*values, f"{self.quantity:.6f}", f"{self.price_unit:.6f}", self.discount]
        return [*values, self.partner_id.id, f"{self.balance:.6f}", f"{self.amount_currency:.6f}"]
