from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import format_date, format_duration


class RetainerPeriodLot(models.Model):
    """A lot of hours as one month found and left it, in seconds."""

    _name = "retainer.period.lot"
    _description = "Hour Lot of a Statement"
    _order = "period_id, sequence, id"

    period_id = fields.Many2one(
        "retainer.period", required=True, readonly=True, ondelete="cascade", index=True
    )
    engagement_id = fields.Many2one(related="period_id.engagement_id", store=True, index=True)
    company_id = fields.Many2one(related="period_id.company_id", store=True, index=True)
    sequence = fields.Integer(readonly=True, help="Order in which the lots are drawn.")
    granted_on = fields.Date(required=True, readonly=True)
    expires_on = fields.Date(readonly=True, help="Last day the hours can be drawn; empty: none.")
    source = fields.Selection(
        [
            ("allowance", "Monthly allowance"),
            ("block", "Block of hours"),
            ("correction", "Given back by a correction"),
            ("deficit", "Deficit carried in"),
        ],
        required=True,
        readonly=True,
        default="allowance",
    )
    block_id = fields.Many2one(
        "retainer.hour.block", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    granted = fields.Integer(string="Granted (seconds)", readonly=True)
    opening = fields.Integer(string="Opening (seconds)", readonly=True)
    drawn = fields.Integer(string="Drawn (seconds)", readonly=True)
    lapsed = fields.Integer(string="Lapsed (seconds)", readonly=True)
    closing = fields.Integer(string="Closing (seconds)", readonly=True)
    draws = fields.Json(
        readonly=True,
        help="Which time entries drew from the lot: pairs of entry and seconds, in their order.",
    )
    granted_hours = fields.Float(string="Granted", compute="_compute_hours")
    opening_hours = fields.Float(string="Opening", compute="_compute_hours")
    drawn_hours = fields.Float(string="Drawn", compute="_compute_hours")
    lapsed_hours = fields.Float(string="Lapsed", compute="_compute_hours")
    closing_hours = fields.Float(string="Closing", compute="_compute_hours")

    lapsed_on = fields.Date(
        compute="_compute_lapsed_on",
        help="The day on which the lapsed hours did so: their last day, or the month's end.",
    )
    draws_html = fields.Html(string="Drawn By", compute="_compute_draws_html")

    @api.depends("lapsed", "expires_on", "period_id.date_end")
    def _compute_lapsed_on(self):
        for lot in self:
            end = lot.period_id.date_end
            lot.lapsed_on = lot.lapsed and min(lot.expires_on or end, end)

    @api.depends("draws")
    def _compute_draws_html(self):
        """Say which time entries drew from the lot, as far as the reader may see them."""
        entries = self.env["account.analytic.line"]
        drawn = {entry for lot in self for entry, _seconds in lot.draws or []}
        known = {entry.id: entry for entry in entries.search([("id", "in", list(drawn))])}
        row = Markup("<tr><td>%s</td><td>%s</td><td>%s</td><td class='text-end'>%s</td></tr>")
        for lot in self:
            rows = []
            for number, seconds in lot.draws or []:
                entry = known.get(number, entries)
                rows.append(
                    row
                    % (
                        format_date(self.env, entry.date) if entry else "",
                        entry.employee_id.display_name or "" if entry else "",
                        entry.name or "/" if entry else self.env._("Time entry %s", number),
                        format_duration(seconds / 3600),
                    )
                )
            lot.draws_html = rows and Markup("<table class='table table-sm'>%s</table>") % (
                Markup().join(rows)
            )

    @api.depends("granted", "opening", "drawn", "lapsed", "closing")
    def _compute_hours(self):
        for lot in self:
            for name in ("granted", "opening", "drawn", "lapsed", "closing"):
                lot[f"{name}_hours"] = lot[name] / 3600

    @api.model_create_multi
    def create(self, vals_list):
        lots = super().create(vals_list)
        lots.period_id._check_open()
        return lots

    def write(self, vals):
        self.period_id._check_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        self.period_id._check_open()
