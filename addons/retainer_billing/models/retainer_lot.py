from odoo import fields, models
from odoo.tools import SQL

# Days over which draws and sales are averaged.
AVERAGE_DAYS = 90

KINDS = [("advances", "Advance"), ("unearned", "Unearned fee")]

ORIGINS = [
    ("request", "Requested"),
    ("opening", "Taken over"),
    ("restored", "Restored"),
    ("fee", "Fee invoice"),
    ("reclassification", "Moved at year end"),
]

BANDS = [
    ("b030", "0-30 days"),
    ("b060", "31-60 days"),
    ("b090", "61-90 days"),
    ("b180", "91-180 days"),
    ("b365", "181-365 days"),
    ("b999", "More than 365 days"),
]

STATUSES = [
    ("unpaid", "Not paid yet"),
    ("open", "Open"),
    ("matured", "Matured"),
    ("settled", "Settled"),
]


class RetainerLot(models.Model):
    """Unearned cash: posted credit lines on the liability accounts, and what is left of them.

    A view over the ledger that stores nothing, so it cannot disagree with it. Amounts are in the
    lot's own currency unless they say otherwise; a taxed lot counts net of tax.
    """

    _name = "retainer.lot"
    _description = "Unearned Cash"
    _auto = False
    _order = "date, id"
    _rec_name = "move_id"
    # What the view reads, so that Odoo writes it to the database before it is asked.
    _depends = {
        "account.partial.reconcile": [
            "amount",
            "credit_amount_currency",
            "credit_move_id",
            "debit_amount_currency",
            "debit_move_id",
            "max_date",
        ],
        "account.move.line": [
            "account_id",
            "amount_currency",
            "amount_residual",
            "amount_residual_currency",
            "balance",
            "company_id",
            "currency_id",
            "date",
            "display_type",
            "move_id",
            "parent_state",
            "partner_id",
            "price_total",
            "retainer_advance_id",
        ],
        "account.move": [
            "commercial_partner_id",
            "invoice_date",
            "move_type",
            "retainer_engagement_id",
            "retainer_key",
            "retainer_role",
            "retainer_service_end",
            "reversed_entry_id",
            "state",
        ],
        "account.account": ["account_type"],
        "res.company": [
            "retainer_advance_account_id",
            "retainer_advance_noncurrent_account_id",
            "retainer_unearned_account_id",
            "retainer_unearned_noncurrent_account_id",
        ],
        "res.partner": ["commercial_partner_id"],
        "retainer.advance": [
            "commercial_partner_id",
            "decision",
            "engagement_ids",
            "maturity_date",
        ],
        "retainer.engagement": ["partner_id"],
    }

    move_id = fields.Many2one("account.move", string="Document", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    account_id = fields.Many2one("account.account", readonly=True)
    kind = fields.Selection(KINDS, readonly=True)
    origin = fields.Selection(
        ORIGINS,
        readonly=True,
        help="Requested: the line of a request. Taken over: an entry that a person made, such as "
        "an opening balance. Restored: given back by the credit note of an invoice that had drawn "
        "it.",
    )
    partner_id = fields.Many2one("res.partner", string="Client", readonly=True)
    engagement_id = fields.Many2one("retainer.engagement", readonly=True)
    advance_id = fields.Many2one("retainer.advance", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    company_currency_id = fields.Many2one("res.currency", readonly=True)
    date = fields.Date(readonly=True, help="Day of the accounts.")
    received_on = fields.Date(
        readonly=True, help="First day on which anything of it had been received."
    )
    maturity_date = fields.Date(
        string="Maturity",
        readonly=True,
        help="Last day on which the advance may be used; last day that a fee covers.",
    )
    amount = fields.Monetary(readonly=True, help="As it was posted.")
    received = fields.Monetary(readonly=True, help="What the client has paid of it, net of tax.")
    unpaid = fields.Monetary(
        readonly=True,
        help="Billed and not paid yet: it stands in the liability and in receivables alike, and "
        "cannot be drawn.",
    )
    shortfall = fields.Monetary(
        readonly=True,
        help="Drawn, although its payment was taken back since: the client owes it.",
    )
    consumed = fields.Monetary(
        readonly=True,
        help="Drawn by invoices, or recognised as revenue or breakage. What was restored counts "
        "against it.",
    )
    returned = fields.Monetary(readonly=True, help="Discharged by credit notes.")
    open = fields.Monetary(readonly=True, help="Left of it in the ledger, paid or not.")
    remaining = fields.Monetary(
        string="Still Owing", readonly=True, help="Left of what was received: owed to the client."
    )
    amount_company = fields.Monetary(
        string="Amount (Company)", currency_field="company_currency_id", readonly=True
    )
    open_company = fields.Monetary(
        string="Open (Company)", currency_field="company_currency_id", readonly=True
    )
    remaining_company = fields.Monetary(
        string="Still Owing (Company)", currency_field="company_currency_id", readonly=True
    )
    unpaid_company = fields.Monetary(
        string="Unpaid (Company)", currency_field="company_currency_id", readonly=True
    )
    last_draw_on = fields.Date(string="Last Draw", readonly=True)
    age_days = fields.Integer(
        string="Age (days)",
        readonly=True,
        aggregator="max",
        help="Days since it was received; before that, since it was billed.",
    )
    age_band = fields.Selection(BANDS, string="Age", readonly=True)
    drawn_lately = fields.Monetary(
        string="Drawn in 90 Days", readonly=True, help="What was restored is taken off."
    )
    daily_sales = fields.Monetary(
        string="Net Sales a Day",
        currency_field="company_currency_id",
        readonly=True,
        aggregator="max",
        help="Average net sales to this client over the last 90 days.",
    )
    days_of_sales = fields.Float(
        readonly=True,
        aggregator="max",
        digits=(16, 1),
        help="Still owing, divided by the average daily net sales to this client.",
    )
    days_of_cover = fields.Float(
        readonly=True,
        aggregator="max",
        digits=(16, 1),
        help="Still owing, divided by the average that is drawn a day.",
    )
    runs_out_on = fields.Date(
        readonly=True, help="The day on which it is used up, if it is drawn as lately."
    )
    status = fields.Selection(STATUSES, readonly=True)
    decision = fields.Selection(related="advance_id.decision")

    @property
    def _table_query(self):
        today = fields.Date.context_today(self)
        return SQL(
            """
            SELECT lot.*,
                   %(today)s::date - COALESCE(lot.received_on, lot.date) AS age_days,
                   CASE WHEN %(today)s::date - COALESCE(lot.received_on, lot.date) <= 30 THEN 'b030'
                        WHEN %(today)s::date - COALESCE(lot.received_on, lot.date) <= 60 THEN 'b060'
                        WHEN %(today)s::date - COALESCE(lot.received_on, lot.date) <= 90 THEN 'b090'
                        WHEN %(today)s::date - COALESCE(lot.received_on, lot.date) <= 180
                             THEN 'b180'
                        WHEN %(today)s::date - COALESCE(lot.received_on, lot.date) <= 365
                             THEN 'b365'
                        ELSE 'b999' END AS age_band,
                   lot.remaining_company / NULLIF(lot.daily_sales, 0) AS days_of_sales,
                   lot.remaining / NULLIF(lot.daily_draw, 0) AS days_of_cover,
                   CASE WHEN lot.daily_draw > 0 AND lot.remaining > 0
                        THEN %(today)s::date
                             + LEAST(FLOOR(lot.remaining / lot.daily_draw), 36500)::int
                   END AS runs_out_on,
                   CASE WHEN lot.open = 0 THEN 'settled'
                        WHEN lot.remaining = 0 THEN 'unpaid'
                        WHEN lot.maturity_date < %(today)s THEN 'matured'
                        ELSE 'open' END AS status
              FROM (%(figures)s) AS lot
            """,
            today=today,
            figures=self._figures_query(today),
        )

    def _figures_query(self, today):
        """Add what was paid, drawn and sold to the lines; round in the lot's currency."""
        since = fields.Date.subtract(today, days=AVERAGE_DAYS)
        return SQL(
            """
            SELECT line.*,
                   split.unpaid,
                   GREATEST(split.billed_unpaid - split.unpaid, 0) AS shortfall,
                   GREATEST(line.open - split.unpaid, 0) AS remaining,
                   CASE WHEN line.origin IN ('restored', 'reclassification') THEN 0
                        ELSE line.amount - split.billed_unpaid - split.cancelled END AS received,
                   drawn.consumed
                   - CASE WHEN line.origin = 'restored' THEN line.amount ELSE 0 END AS consumed,
                   -- A credit note against what was not paid cancels it; nothing goes back.
                   GREATEST(drawn.credited - split.cancelled, 0) AS returned,
                   drawn.last_draw_on,
                   drawn.lately
                   - CASE WHEN line.origin = 'restored' AND line.date > %(since)s
                          THEN line.amount ELSE 0 END AS drawn_lately,
                   GREATEST(drawn.lately / LEAST(%(days)s, GREATEST(
                       %(today)s::date - COALESCE(paid.received_on, line.date), 1)), 0)
                       AS daily_draw,
                   CASE WHEN NOT line.is_billed THEN line.date
                        -- Nothing was left to pay, such as of an invoice of 0.00.
                        WHEN COALESCE(paid.residual, 0) = 0
                        THEN COALESCE(paid.received_on, line.date)
                        ELSE paid.received_on END AS received_on,
                   ROUND(line.open_company * GREATEST(line.open - split.unpaid, 0)
                         / NULLIF(line.open, 0), line.company_decimals) AS remaining_company,
                   line.open_company - ROUND(line.open_company
                         * GREATEST(line.open - split.unpaid, 0)
                         / NULLIF(line.open, 0), line.company_decimals) AS unpaid_company,
                   GREATEST(sales.total, 0) / %(days)s AS daily_sales
              FROM (%(lines)s) AS line
              LEFT JOIN LATERAL (%(paid)s) AS paid ON line.is_billed
              CROSS JOIN LATERAL (
                    SELECT LEAST(ROUND(COALESCE(paid.residual * line.share, 0), line.decimals),
                                 line.open) AS unpaid,
                           ROUND(COALESCE(paid.residual * line.share, 0), line.decimals)
                               AS billed_unpaid,
                           ROUND(COALESCE(paid.cancelled * line.share, 0), line.decimals)
                               AS cancelled
                   ) AS split
              CROSS JOIN LATERAL (%(drawn)s) AS drawn
              LEFT JOIN (%(sales)s) AS sales
                   ON sales.partner_id = line.partner_id AND sales.company_id = line.company_id
            """,
            since=since,
            today=today,
            days=AVERAGE_DAYS,
            lines=self._lines_query(),
            paid=self._paid_query(),
            drawn=self._drawn_query(since),
            sales=self._sales_query(since),
        )

    def _lines_query(self):
        """Return the query of the lots as the ledger has them."""
        return SQL(
            """
            SELECT line.id,
                   line.move_id,
                   line.company_id,
                   line.account_id,
                   CASE WHEN line.account_id IN (company.retainer_unearned_account_id,
                                                 company.retainer_unearned_noncurrent_account_id)
                        THEN 'unearned' ELSE 'advances' END AS kind,
                   CASE WHEN move.retainer_role = 'reclassification' THEN 'reclassification'
                        -- A draw that was taken back: of a taxed advance it is an invoice.
                        WHEN move.retainer_role = 'drawdown' THEN 'restored'
                        WHEN move.move_type = 'out_invoice'
                        THEN CASE WHEN line.account_id IN (
                                       company.retainer_unearned_account_id,
                                       company.retainer_unearned_noncurrent_account_id)
                                  THEN 'fee' ELSE 'request' END
                        WHEN move.move_type = 'out_refund' OR move.retainer_key IS NOT NULL
                             OR move.reversed_entry_id IS NOT NULL
                        THEN 'restored'
                        ELSE 'opening' END AS origin,
                   move.move_type = 'out_invoice'
                        AND COALESCE(move.retainer_role, '') <> 'drawdown' AS is_billed,
                   partner.commercial_partner_id AS partner_id,
                   COALESCE(move.retainer_engagement_id, scope.engagement_id) AS engagement_id,
                   line.retainer_advance_id AS advance_id,
                   line.currency_id,
                   line.company_currency_id,
                   line.date,
                   COALESCE(advance.maturity_date, move.retainer_service_end) AS maturity_date,
                   -line.amount_currency AS amount,
                   -line.balance AS amount_company,
                   GREATEST(-line.amount_residual_currency, 0) AS open,
                   GREATEST(-line.amount_residual, 0) AS open_company,
                   currency.decimal_places AS decimals,
                   company_currency.decimal_places AS company_decimals,
                   CASE WHEN move.move_type = 'out_invoice'
                             AND COALESCE(move.retainer_role, '') <> 'drawdown'
                        THEN -line.amount_currency / NULLIF(billed.total, 0)
                        ELSE 0 END AS share
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              JOIN res_company company ON company.id = line.company_id
              JOIN res_currency currency ON currency.id = line.currency_id
              JOIN res_currency company_currency
                   ON company_currency.id = line.company_currency_id
              LEFT JOIN res_partner partner ON partner.id = line.partner_id
              LEFT JOIN retainer_advance advance ON advance.id = line.retainer_advance_id
              LEFT JOIN LATERAL (
                    SELECT MIN(rel.engagement_id) AS engagement_id
                      FROM retainer_advance_engagement_rel rel
                     WHERE rel.advance_id = line.retainer_advance_id
                    HAVING COUNT(*) = 1
                   ) AS scope ON TRUE
              LEFT JOIN LATERAL (
                    -- With tax, and before advances were deducted.
                    SELECT SUM(other.price_total) AS total
                      FROM account_move_line other
                     WHERE other.move_id = line.move_id AND other.display_type = 'product'
                       AND other.price_total > 0
                   ) AS billed ON move.move_type = 'out_invoice'
             WHERE line.parent_state = 'posted'
               -- Odoo books a tax that has no account of its own beside its base.
               AND line.display_type = 'product'
               AND line.amount_currency < 0
               AND (line.account_id IN (company.retainer_advance_account_id,
                                        company.retainer_advance_noncurrent_account_id,
                                        company.retainer_unearned_account_id,
                                        company.retainer_unearned_noncurrent_account_id)
                    OR line.retainer_advance_id IS NOT NULL)
            """
        )

    def _paid_query(self):
        """Return the query of what became of the receivable of a lot that was billed."""
        return SQL(
            """
            SELECT SUM(owed.amount_residual_currency) AS residual,
                   SUM(settled.cancelled) AS cancelled,
                   MIN(settled.received_on) AS received_on
              FROM account_move_line owed
              JOIN account_account account ON account.id = owed.account_id
                   AND account.account_type = 'asset_receivable'
              CROSS JOIN LATERAL (
                    SELECT COALESCE(SUM(part.debit_amount_currency)
                               FILTER (WHERE payer.move_type = 'out_refund'), 0) AS cancelled,
                           MIN(part.max_date)
                               FILTER (WHERE payer.move_type <> 'out_refund') AS received_on
                      FROM account_partial_reconcile part
                      JOIN account_move_line credit ON credit.id = part.credit_move_id
                      JOIN account_move payer ON payer.id = credit.move_id
                     WHERE part.debit_move_id = owed.id
                   ) AS settled
             WHERE owed.move_id = line.move_id
            """
        )

    def _drawn_query(self, since):
        """Return the query of what was taken from a lot."""
        return SQL(
            """
            SELECT COALESCE(SUM(part.credit_amount_currency)
                       FILTER (WHERE taken.how = 'draw'), 0) AS consumed,
                   COALESCE(SUM(part.credit_amount_currency)
                       FILTER (WHERE taken.how = 'return'), 0) AS credited,
                   COALESCE(SUM(part.credit_amount_currency)
                       FILTER (WHERE taken.how = 'draw' AND part.max_date > %(since)s), 0)
                       AS lately,
                   MAX(part.max_date) FILTER (WHERE taken.how = 'draw') AS last_draw_on
              FROM account_partial_reconcile part
              JOIN account_move_line debit ON debit.id = part.debit_move_id
              JOIN account_move entry ON entry.id = debit.move_id
              CROSS JOIN LATERAL (
                    SELECT CASE WHEN entry.retainer_role = 'drawdown' THEN 'draw'
                                WHEN entry.move_type = 'out_refund'
                                     OR entry.retainer_role = 'advance_return' THEN 'return'
                                WHEN entry.retainer_role = 'reclassification' THEN 'moved'
                                ELSE 'draw' END AS how
                   ) AS taken
             WHERE part.credit_move_id = line.id
               -- Exchange differences move nothing in the lot's own currency.
               AND part.credit_amount_currency <> 0
            """,
            since=since,
        )

    def _sales_query(self, since):
        """Return the query of the net sales to each client, before advances are deducted."""
        return SQL(
            """
            SELECT move.company_id, move.commercial_partner_id AS partner_id,
                   SUM(-sold.balance) AS total
              FROM account_move move
              JOIN res_company company ON company.id = move.company_id
              JOIN account_move_line sold ON sold.move_id = move.id
                   AND sold.display_type = 'product'
                   AND sold.account_id NOT IN (
                       COALESCE(company.retainer_advance_account_id, 0),
                       COALESCE(company.retainer_advance_noncurrent_account_id, 0))
             WHERE move.move_type IN ('out_invoice', 'out_refund')
               AND move.state = 'posted'
               AND move.invoice_date > %(since)s
             GROUP BY move.company_id, move.commercial_partner_id
            """,
            since=since,
        )
