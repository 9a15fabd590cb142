import json

from odoo import api, fields, models
from odoo.tools import SQL


class RetainerContentMixin(models.AbstractModel):
    """A keyed record that people may edit: it knows whether it still is what was written."""

    _name = "retainer.content.mixin"
    _description = "Record written by the retainer service that people may edit"
    _inherit = "retainer.keyed.mixin"

    retainer_content = fields.Char(
        compute="_compute_retainer_content",
        store=True,
        copy=False,
        help="What the client and the ledger see of the record, as JSON.",
    )
    retainer_content_written = fields.Char(
        readonly=True, copy=False, help="The same when the service wrote the record."
    )
    retainer_changed = fields.Boolean(
        string="Changed by a Person",
        compute="_compute_retainer_changed",
        store=True,
        copy=False,
        help="The record is no longer what the service wrote. The service leaves it alone.",
    )

    @api.depends("retainer_key")
    def _compute_retainer_content(self):
        for record in self:
            # Looking through every record of the company would slow down everyone else's work.
            record.retainer_content = record.retainer_key and json.dumps(
                record._retainer_content_values(), sort_keys=True, separators=(",", ":")
            )

    def _retainer_content_values(self):
        """Return what a change of counts as a change of the record, as JSON-able values."""
        raise NotImplementedError

    @api.depends("retainer_content")
    def _compute_retainer_changed(self):
        for record in self:
            record.retainer_changed = bool(
                record.retainer_content_written
                and record.retainer_content != record.retainer_content_written
            )

    def _retainer_remember_content(self):
        """Take the present content as what the service wrote.

        In one statement, around the ORM: written per record it would run Odoo's synchronisation
        of invoice lines for each of them, and change write_date.
        """
        if not self:
            return
        remembered = self._retainer_remembered()
        names = ["retainer_changed", *remembered, *remembered.values()]
        self.flush_recordset(names)
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET retainer_changed = FALSE, %s"
                " WHERE id = ANY(%s) AND retainer_key IS NOT NULL",
                SQL.identifier(self._table),
                SQL(", ").join(
                    SQL("%s = %s", SQL.identifier(written), SQL.identifier(present))
                    for written, present in remembered.items()
                ),
                self.ids,
            )
        )
        self.invalidate_recordset(names, flush=False)

    def _retainer_remembered(self):
        """Return what is kept of a record as the service wrote it: field to field."""
        return {"retainer_content_written": "retainer_content"}
