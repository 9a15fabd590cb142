from odoo import api, fields, models


class RetainerLotLink(models.TransientModel):
    """Asks which advance a line on the customer advances account belongs to."""

    _name = "retainer.lot.link"
    _description = "Set the Advance of a Lot"

    line_id = fields.Many2one("account.move.line", required=True, readonly=True)
    company_id = fields.Many2one(related="line_id.company_id")
    partner_id = fields.Many2one(related="line_id.partner_id", string="Client")
    commercial_partner_id = fields.Many2one(related="line_id.partner_id.commercial_partner_id")
    currency_id = fields.Many2one(related="line_id.currency_id")
    amount = fields.Monetary(compute="_compute_amount")
    advance_id = fields.Many2one("retainer.advance")

    @api.depends("line_id.amount_currency")
    def _compute_amount(self):
        for wizard in self:
            # Owed to the client: a credit.
            wizard.amount = -wizard.line_id.amount_currency

    def action_apply(self):
        self.ensure_one()
        self.line_id.retainer_advance_id = self.advance_id
        return {"type": "ir.actions.act_window_close"}
