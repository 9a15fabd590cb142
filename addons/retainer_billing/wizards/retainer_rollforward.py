from odoo import api, fields, models
from odoo.exceptions import UserError

from .rollforward_query import COLUMNS, movements


class RetainerRollforward(models.TransientModel):
    """Asks for a period, and shows how the contract liability came from its opening to its close.

    IFRS 15.116 to 118: what was received and billed, and what of the revenue was in the opening
    balance. Amounts are in the company's currency and signed, so that each row adds up.
    """

    _name = "retainer.rollforward"
    _description = "Contract Liability Roll-Forward"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date_start = fields.Date(
        string="From",
        required=True,
        default=lambda self: fields.Date.start_of(
            fields.Date.subtract(fields.Date.context_today(self), years=1), "year"
        ),
    )
    date_end = fields.Date(
        string="To",
        required=True,
        default=lambda self: fields.Date.end_of(
            fields.Date.subtract(fields.Date.context_today(self), years=1), "year"
        ),
    )
    line_ids = fields.One2many("retainer.rollforward.line", "rollforward_id", readonly=True)

    @api.constrains("date_start", "date_end")
    def _check_dates(self):
        for wizard in self:
            if wizard.date_end < wizard.date_start:
                raise UserError(
                    self.env._("The period ends before it starts. Correct one of the two days.")
                )

    def action_show(self):
        self.ensure_one()
        self._fill()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._(
                "Contract liability %(start)s to %(end)s",
                start=fields.Date.to_string(self.date_start),
                end=fields.Date.to_string(self.date_end),
            ),
            "res_model": "retainer.rollforward.line",
            "view_mode": "list,pivot",
            "domain": [("rollforward_id", "=", self.id)],
            "context": {"search_default_group_account": 1},
        }

    def _fill(self):
        """Work the lines out anew: one per account, client and engagement."""
        self.company_id.check_access("read")
        self.line_ids.unlink()
        rows = movements(self.env, self.company_id, self.date_start, self.date_end)
        lots = self._open_lots()
        for key in sorted(set(rows) | set(lots), key=str):
            rows.setdefault(key, dict.fromkeys(COLUMNS, 0.0))
        self.env["retainer.rollforward.line"].create(
            [
                {
                    "rollforward_id": self.id,
                    "account_id": account,
                    "partner_id": partner,
                    "engagement_id": engagement,
                    "lots": lots.get((account, partner, engagement), 0.0),
                    **amounts,
                }
                for (account, partner, engagement), amounts in rows.items()
                if any(amounts.values()) or lots.get((account, partner, engagement))
            ]
        )

    def _open_lots(self):
        """Return what the lots come to at the end: the other side of the tie."""
        groups = (
            self.env["retainer.lot"]
            .with_context(retainer_as_of=self.date_end)
            ._read_group(
                [("company_id", "=", self.company_id.id), ("open", "!=", 0)],
                ["account_id", "partner_id", "engagement_id"],
                ["open_company:sum"],
            )
        )
        found = {
            (account.id, partner.id, engagement.id): amount
            for account, partner, engagement, amount in groups
        }
        for account, partner, amount in self._shown_apart():
            key = (account.id, partner.commercial_partner_id.id, False)
            found[key] = found.get(key, 0.0) - amount
        return found

    def _shown_apart(self):
        """Return what the entries of a year's end show on another account than their lots'."""
        return (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    ("company_id", "=", self.company_id.id),
                    ("account_id", "in", self.company_id._retainer_liability_accounts().ids),
                    ("move_id.retainer_role", "=", "reclassification"),
                    ("parent_state", "=", "posted"),
                    ("date", "<=", self.date_end),
                ],
                ["account_id", "partner_id"],
                ["balance:sum"],
            )
        )


class RetainerRollforwardLine(models.TransientModel):
    _name = "retainer.rollforward.line"
    _description = "Line of a Contract Liability Roll-Forward"
    _order = "account_id, partner_id, engagement_id, id"

    rollforward_id = fields.Many2one("retainer.rollforward", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="rollforward_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id", store=True)
    account_id = fields.Many2one("account.account", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Client", readonly=True)
    engagement_id = fields.Many2one("retainer.engagement", readonly=True)
    opening = fields.Monetary(readonly=True)
    received = fields.Monetary(
        string="Received and Billed",
        readonly=True,
        help="Advances requested or taken over, fees billed ahead.",
    )
    restored = fields.Monetary(
        readonly=True, help="Draws that were taken back because their invoice was credited."
    )
    recognised_opening = fields.Monetary(
        string="Recognised from Opening",
        readonly=True,
        help="Drawn by invoices or recognised, of what stood in the opening balance.",
    )
    recognised_period = fields.Monetary(
        string="Recognised from Period",
        readonly=True,
        help="Drawn by invoices or recognised, of what came in during the period.",
    )
    passed_on = fields.Monetary(
        readonly=True,
        help="Advances that paid fees which are themselves still to be earned: no revenue yet.",
    )
    breakage = fields.Monetary(readonly=True, help="Lapsed unused and taken as income.")
    returned = fields.Monetary(
        string="Returned and Credited", readonly=True, help="Taken back by credit notes."
    )
    currency_difference = fields.Monetary(
        readonly=True, help="Exchange differences that were booked on the account."
    )
    reclassified = fields.Monetary(
        readonly=True, help="Moved between current and non-current accounts."
    )
    unexplained = fields.Monetary(
        readonly=True,
        help="What the service did not write and cannot explain, such as entries by hand. Reverse "
        "them, or reconcile them with what they belong to.",
    )
    closing = fields.Monetary(compute="_compute_closing", store=True)
    lots = fields.Monetary(
        string="Open Lots",
        readonly=True,
        help="What is left of the lots on the last day, on the account where it is shown.",
    )
    difference = fields.Monetary(
        compute="_compute_closing",
        store=True,
        help="Closing balance of the ledger less open lots: 0 where the books tie.",
    )

    @api.depends("lots", *COLUMNS)
    def _compute_closing(self):
        for line in self:
            line.closing = line.currency_id.round(sum(line[name] for name in COLUMNS))
            line.difference = line.currency_id.round(line.closing - line.lots)
