from odoo import fields, models


class RetainerLotLink(models.TransientModel):
    """Asks which advance a line on the customer advances account belongs to."""

    _name = "retainer.lot.link"
    _description = "Set the Advance of a Lot"

    line_id = fields.Many2one("account.move.line", required=True, readonly=True)
    company_id = fields.Many2one(related="line_id.company_id")
    partner_id = fields.Many2one(related="line_id.partner_id", string="Client")
    commercial_partner_id = fields.Many2one(related="line_id.partner_id.commercial_partner_id")
    currency_id = fields.Many2one(related="line_id.currency_id")
    amount_currency = fields.Monetary(related="line_id.amount_currency", string="Amount")
    advance_id = fields.Many2one("retainer.advance")

    def action_apply(self):
        self.ensure_one()
        self.line_id.retainer_advance_id = self.advance_id
        return {"type": "ir.actions.act_window_close"}
