from odoo import fields, models, tools


class RetainerDrawdown(models.Model):
    """What was drawn from an advance: a view over the reconciliations of its liability line.

    It stores nothing of its own, so it cannot disagree with the ledger.
    """

    _name = "retainer.drawdown"
    _description = "Drawdown of an Advance"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "entry_id"
    # What the view reads, so that Odoo writes it to the database before it is asked.
    _depends = {
        "account.partial.reconcile": [
            "amount",
            "credit_amount_currency",
            "credit_move_id",
            "debit_move_id",
        ],
        "account.move.line": ["account_id", "currency_id", "date", "display_type", "move_id"],
        "account.move": ["move_type", "retainer_role"],
        "retainer.advance": ["company_id", "partner_id", "request_move_id"],
        "res.company": ["retainer_advance_account_id"],
    }

    advance_id = fields.Many2one("retainer.advance", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Client", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    company_currency_id = fields.Many2one("res.currency", readonly=True)
    entry_id = fields.Many2one(
        "account.move",
        readonly=True,
        help="The document whose debit was reconciled with the advance.",
    )
    invoice_id = fields.Many2one(
        "account.move", readonly=True, help="The invoice that was paid by it."
    )
    kind = fields.Selection(
        [("draw", "Drawn"), ("return", "Returned"), ("breakage", "Kept")], readonly=True
    )
    date = fields.Date(readonly=True)
    amount = fields.Monetary(readonly=True)
    amount_company = fields.Monetary(
        string="Amount in Company Currency",
        currency_field="company_currency_id",
        readonly=True,
    )

    @property
    def _table_query(self):
        return tools.SQL(
            """
            SELECT part.id AS id,
                   adv.id AS advance_id,
                   adv.partner_id AS partner_id,
                   adv.company_id AS company_id,
                   credit.currency_id AS currency_id,
                   credit.company_currency_id AS company_currency_id,
                   entry.id AS entry_id,
                   CASE WHEN entry.move_type = 'out_invoice' THEN entry.id ELSE paid.move_id END
                       AS invoice_id,
                   CASE WHEN entry.move_type = 'out_refund'
                             OR entry.retainer_role = 'advance_return' THEN 'return'
                        WHEN entry.retainer_role = 'breakage' THEN 'breakage'
                        ELSE 'draw' END AS kind,
                   GREATEST(debit.date, credit.date) AS date,
                   part.credit_amount_currency AS amount,
                   part.amount AS amount_company
              FROM account_partial_reconcile part
              JOIN account_move_line credit ON credit.id = part.credit_move_id
                   AND credit.display_type = 'product'
              JOIN retainer_advance adv ON adv.request_move_id = credit.move_id
              JOIN res_company company ON company.id = adv.company_id
                   AND company.retainer_advance_account_id = credit.account_id
              JOIN account_move_line debit ON debit.id = part.debit_move_id
              JOIN account_move entry ON entry.id = debit.move_id
              LEFT JOIN LATERAL (
                    SELECT owed.move_id
                      FROM account_move_line own
                      JOIN account_partial_reconcile pay ON pay.credit_move_id = own.id
                      JOIN account_move_line owed ON owed.id = pay.debit_move_id
                     WHERE own.move_id = entry.id
                     ORDER BY pay.id
                     LIMIT 1
                   ) paid ON TRUE
            """
        )
