from odoo import api, fields, models


class RetainerAcceptance(models.TransientModel):
    """Asks why a document that a person changed, cancelled or deleted rightly stands so."""

    _name = "retainer.acceptance"
    _description = "Accept a Document as It Stands"

    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Integer(required=True, readonly=True)
    document = fields.Char(compute="_compute_document")
    reason = fields.Char(
        required=True, help="Kept with the document, with your name and the day, for the audit."
    )

    @api.depends("res_model", "res_id")
    def _compute_document(self):
        for wizard in self:
            record = wizard._record()
            wizard.document = record.display_name if record else False

    def _record(self):
        self.ensure_one()
        if self.res_model not in ("account.move", "retainer.tombstone"):
            return self.env["account.move"]
        return self.env[self.res_model].browse(self.res_id).exists()

    def action_accept(self):
        self._record().retainer_accept(self.reason)
        return {"type": "ir.actions.act_window_close"}
