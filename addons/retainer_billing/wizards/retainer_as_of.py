from odoo import fields, models
from odoo.tools.safe_eval import safe_eval


class RetainerAsOf(models.TransientModel):
    """Asks for a day, and opens the lots as the ledger had them on it."""

    _name = "retainer.as.of"
    _description = "Unearned Cash as of a Day"

    date = fields.Date(
        required=True,
        default=lambda self: fields.Date.end_of(
            fields.Date.subtract(fields.Date.context_today(self), years=1), "year"
        ),
        help="Entries and payments of later days do not count.",
    )

    def action_monitor(self):
        return self._open("retainer_billing.retainer_lot_action")

    def action_year_end(self):
        return self._open("retainer_billing.retainer_lot_action_year_end")

    def _open(self, xmlid):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        day = fields.Date.to_string(self.date)
        action["name"] = self.env._("%(name)s as of %(day)s", name=action["name"], day=day)
        context = safe_eval(action["context"] or "{}", {"uid": self.env.uid})
        action["context"] = {**context, "retainer_as_of": day}
        return action
