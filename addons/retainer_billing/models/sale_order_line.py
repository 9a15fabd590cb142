from odoo import api, models
from odoo.fields import Domain


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.depends(
        "timesheet_ids.retainer_period_id",
        "timesheet_ids.retainer_move_id",
        "timesheet_ids.retainer_billed_seconds",
    )
    def _compute_qty_delivered(self):
        return super()._compute_qty_delivered()

    def _timesheet_compute_delivered_quantity_domain(self):
        # Hours that a retainer has counted are not to be invoiced from the sales order. Lines
        # billed on ordered quantities only inform about delivery, so they keep the hours.
        uncounted = (
            Domain("retainer_period_id", "=", False)
            & Domain("retainer_move_id", "=", False)
            & Domain("retainer_billed_seconds", "in", (False, 0))
        )
        return list(
            Domain(super()._timesheet_compute_delivered_quantity_domain())
            & (uncounted | Domain("so_line.product_id.invoice_policy", "=", "order"))
        )
