from odoo import fields, models


class RetainerTombstone(models.Model):
    """Remembers the key of a deleted record, so that the service never recreates it unasked."""

    _name = "retainer.tombstone"
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

    _key_company = models.Index("(company_id, key)")
