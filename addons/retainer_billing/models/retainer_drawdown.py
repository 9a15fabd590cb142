from odoo import fields, models, tools


class RetainerDrawdown(models.Model):
    """What was drawn from an advance: a view over the reconciliations of all its lots.

    It stores nothing of its own, so it cannot disagree with the ledger. What was restored is a lot
    of its own, no drawdown.
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
        "account.move.line": ["currency_id", "date", "move_id", "retainer_advance_id"],
        "account.move": ["move_type", "retainer_engagement_id", "retainer_role"],
        "retainer.advance": ["company_id", "partner_id"],
    }

    advance_id = fields.Many2one("retainer.advance", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Client", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    company_currency_id = fields.Many2one("res.currency", readonly=True)
    engagement_id = fields.Many2one("retainer.engagement", readonly=True)
    lot_move_id = fields.Many2one(
        "account.move",
        string="Lot",
        readonly=True,
        help="The document whose credit was drawn: the request, or an opening balance.",
    )
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
            SELECT MIN(part.id) AS id,
                   adv.id AS advance_id,
                   adv.partner_id AS partner_id,
                   adv.company_id AS company_id,
                   credit.currency_id AS currency_id,
                   credit.company_currency_id AS company_currency_id,
                   COALESCE(invoice.retainer_engagement_id, entry.retainer_engagement_id)
                       AS engagement_id,
                   credit.move_id AS lot_move_id,
                   entry.id AS entry_id,
                   invoice.id AS invoice_id,
                   CASE WHEN entry.retainer_role = 'drawdown' THEN 'draw'
                        WHEN entry.move_type = 'out_refund'
                             OR entry.retainer_role = 'advance_return' THEN 'return'
                        WHEN entry.retainer_role = 'breakage' THEN 'breakage'
                        ELSE 'draw' END AS kind,
                   GREATEST(debit.date, credit.date) AS date,
                   SUM(part.credit_amount_currency) AS amount,
                   SUM(part.amount) AS amount_company
              FROM account_partial_reconcile part
              JOIN account_move_line credit ON credit.id = part.credit_move_id
              JOIN retainer_advance adv ON adv.id = credit.retainer_advance_id
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
              LEFT JOIN account_move invoice ON invoice.id =
                   CASE WHEN entry.move_type = 'out_invoice' THEN entry.id ELSE paid.move_id END
             -- At year end a lot only changes its account.
             WHERE entry.retainer_role IS DISTINCT FROM 'reclassification'
             GROUP BY credit.id, debit.id, entry.id, adv.id, invoice.id
             -- Exchange differences move nothing in the lot's own currency.
            HAVING SUM(part.credit_amount_currency) <> 0
            """
        )
