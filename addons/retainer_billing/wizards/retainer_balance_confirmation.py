from odoo import api, fields, models


class RetainerBalanceConfirmation(models.TransientModel):
    """What a client is asked to confirm: the money that we hold for it on a day."""

    _name = "retainer.balance.confirmation"
    _description = "Balance Confirmation"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one(
        "res.partner", string="Client", required=True, domain="[('parent_id', '=', False)]"
    )
    date = fields.Date(
        string="As Of",
        required=True,
        default=lambda self: fields.Date.end_of(
            fields.Date.subtract(fields.Date.context_today(self), months=1), "month"
        ),
    )
    reply_to = fields.Char(
        default=lambda self: self.env.company.email or self.env.user.email,
        help="Where the client sends its answer, such as the auditor's address.",
    )

    def action_preview(self):
        return self._report("action_report_balance_confirmation_preview")

    def action_print(self):
        return self._report("action_report_balance_confirmation")

    def _report(self, name):
        # Whoever prints a letter has not come to choose the layout of all documents.
        return self.env.ref(f"retainer_billing.{name}").report_action(self, config=False)

    @api.depends("partner_id", "date")
    def _compute_display_name(self):
        for wizard in self:
            wizard.display_name = f"{wizard.partner_id.name} {wizard.date}"

    def _balances(self):
        """Return, per currency, the open lots and their totals, for the letter."""
        self.ensure_one()
        lots = (
            self.env["retainer.lot"]
            .with_context(retainer_as_of=self.date)
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("partner_id", "=", self.partner_id.commercial_partner_id.id),
                    ("open", "!=", 0),
                ],
                order="kind, date, id",
            )
        )
        return [
            {
                "currency": currency,
                "lots": of_currency,
                "remaining": sum(of_currency.mapped("remaining")),
                "unpaid": sum(of_currency.mapped("unpaid")),
            }
            for currency, of_currency in lots.grouped("currency_id").items()
        ]
