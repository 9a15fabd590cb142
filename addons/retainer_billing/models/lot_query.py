"""The query behind ``retainer.lot``: lots of unearned cash, read from the ledger."""

from datetime import date, timedelta

from odoo.tools import SQL

# Days over which draws and sales are averaged.
AVERAGE_DAYS = 90


class LotQuery:
    """Posted credit lines on the liability accounts, with what became of them.

    ``today`` is the day as of which ages are counted. In the ``past`` mode the ledger is read as it
    stood on that day: what was entered or matched for a later day does not count.
    """

    # What the query reads, so that Odoo writes it to the database before it is asked.
    READS = {
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
            "name",
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
            "decision_by",
            "decision_note",
            "decision_on",
            "engagement_ids",
            "maturity_date",
            "name",
        ],
        "retainer.engagement": ["partner_id"],
    }

    def __init__(self, today, *, past=False):
        self.today = today
        self.past = past
        self.since = today - timedelta(days=AVERAGE_DAYS)
        self.until = today if past else date.max

    def sql(self):
        """Return the whole query, with ages and what follows from the averages."""
        return SQL(
            """
            SELECT lot.*,
                   aged.days AS age_days,
                   CASE WHEN aged.days <= 30 THEN 'b030'
                        WHEN aged.days <= 60 THEN 'b060'
                        WHEN aged.days <= 90 THEN 'b090'
                        WHEN aged.days <= 180 THEN 'b180'
                        WHEN aged.days <= 365 THEN 'b365'
                        ELSE 'b999' END AS age_band,
                   ROUND(lot.remaining_company / NULLIF(lot.daily_sales, 0), 1) AS days_of_sales,
                   ROUND(lot.remaining / NULLIF(lot.daily_draw, 0), 1) AS days_of_cover,
                   CASE WHEN lot.daily_draw > 0 AND lot.remaining > 0
                        THEN %(today)s::date
                             + LEAST(FLOOR(lot.remaining / lot.daily_draw), 36500)::int
                   END AS runs_out_on,
                   CASE WHEN lot.open = 0 THEN 'settled'
                        WHEN lot.remaining = 0 THEN 'unpaid'
                        -- A fee may well be earned after its months: by hours that rolled over.
                        WHEN lot.maturity_date < %(today)s AND lot.kind = 'advances'
                        THEN 'matured'
                        ELSE 'open' END AS status
              FROM (%(figures)s) AS lot
              CROSS JOIN LATERAL (
                    SELECT GREATEST(%(today)s::date - COALESCE(lot.received_on, lot.date), 0)
                        AS days
                   ) AS aged
            """,
            today=self.today,
            figures=self._figures(),
        )

    def _figures(self):
        """Add what was paid, drawn and sold to the lines; round in the lot's currency."""
        return SQL(
            """
            SELECT line.*,
                   state.open,
                   state.open_company,
                   split.unpaid,
                   split.shortfall,
                   GREATEST(state.open - split.unpaid, 0) AS remaining,
                   CASE WHEN line.origin = 'restored' THEN 0
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
                   COALESCE(split.remaining_company, 0) AS remaining_company,
                   state.open_company - COALESCE(split.remaining_company, 0) AS unpaid_company,
                   GREATEST(sales.total, 0) / %(days)s AS daily_sales
              FROM (%(lines)s) AS line
              LEFT JOIN LATERAL (%(paid)s) AS paid ON TRUE
              CROSS JOIN LATERAL (%(drawn)s) AS drawn
              CROSS JOIN LATERAL (%(open)s) AS state
              CROSS JOIN LATERAL (%(shared)s) AS shared
              CROSS JOIN LATERAL (
                    SELECT shares.*,
                           ROUND(state.open_company * GREATEST(state.open - shares.unpaid, 0)
                                 / NULLIF(state.open, 0), line.company_decimals)
                               AS remaining_company
                      FROM (
                            SELECT LEAST(asked.unpaid, state.open) + shared.held AS unpaid,
                                   GREATEST(asked.unpaid - state.open, 0) - shared.covered
                                       AS shortfall,
                                   asked.unpaid AS billed_unpaid,
                                   ROUND(COALESCE(paid.cancelled * line.share, 0), line.decimals)
                                       AS cancelled
                              FROM (
                                    SELECT ROUND(COALESCE(paid.residual * line.share, 0),
                                                 line.decimals) AS unpaid
                                   ) AS asked
                           ) AS shares
                   ) AS split
              LEFT JOIN (%(sales)s) AS sales
                   ON sales.partner_id = line.partner_id AND sales.company_id = line.company_id
            """,
            since=self.since,
            today=self.today,
            days=AVERAGE_DAYS,
            lines=self._lines(),
            paid=self._paid(),
            drawn=self._drawn(),
            open=self._open(),
            shared=self._shared(),
            sales=self._sales(),
        )

    def _shared(self):
        """Return what of a lot is held, and what of its shortfall is covered, by its advance.

        What was drawn of one lot and is not paid any more is not there in the others, oldest first:
        nobody has paid for what a credit note gives back of it. Requests that nothing more was
        drawn of than was paid are not compared with any.
        """
        return SQL(
            """
            SELECT LEAST(own.free, GREATEST(COALESCE(others.short, 0)
                                            - COALESCE(others.free_before, 0), 0)) AS held,
                   LEAST(own.short, GREATEST(COALESCE(others.free, 0)
                                             - COALESCE(others.short_before, 0), 0)) AS covered
              FROM (
                    SELECT line.id, line.advance_id, line.currency_id, line.is_billed,
                           GREATEST(asked.unpaid - state.open, 0) AS short,
                           GREATEST(state.open - asked.unpaid, 0) AS free
                      FROM (SELECT ROUND(COALESCE(paid.residual * line.share, 0), line.decimals)
                                AS unpaid) AS asked
                   ) AS own
              LEFT JOIN LATERAL (
                    SELECT SUM(other.short) AS short,
                           SUM(other.free) AS free,
                           SUM(other.short) FILTER (WHERE other.id < own.id) AS short_before,
                           SUM(other.free) FILTER (WHERE other.id < own.id) AS free_before
                      FROM (
                            SELECT line.id,
                                   GREATEST(asked.unpaid - state.open, 0) AS short,
                                   GREATEST(state.open - asked.unpaid, 0) AS free
                              FROM (%(lines)s) AS line
                              LEFT JOIN LATERAL (%(paid)s) AS paid ON TRUE
                              CROSS JOIN LATERAL (%(drawn)s) AS drawn
                              CROSS JOIN LATERAL (%(open)s) AS state
                              CROSS JOIN LATERAL (
                                    SELECT ROUND(COALESCE(paid.residual * line.share, 0),
                                                 line.decimals) AS unpaid
                                   ) AS asked
                             WHERE line.advance_id = own.advance_id
                               AND line.currency_id = own.currency_id
                               AND line.kind = 'advances'
                               AND (NOT own.is_billed OR own.short > 0)
                           ) AS other
                   ) AS others ON TRUE
            """,
            lines=self._lines(),
            paid=self._paid(),
            drawn=self._drawn(),
            open=self._open(),
        )

    def _open(self):
        """Return what is left of a lot: what Odoo keeps of it, or kept on that day."""
        if self.past:
            return SQL(
                "SELECT GREATEST(line.amount - drawn.matched, 0) AS open,"
                " GREATEST(line.amount_company - drawn.matched_company, 0) AS open_company"
            )
        return SQL("SELECT line.residual AS open, line.residual_company AS open_company")

    def _lines(self):
        """Return the query of the lots as the ledger has them."""
        return SQL(
            """
            SELECT line.id,
                   line.move_id,
                   COALESCE(advance.name, move.name) AS name,
                   line.company_id,
                   line.account_id,
                   CASE WHEN line.account_id IN (company.retainer_unearned_account_id,
                                                 company.retainer_unearned_noncurrent_account_id)
                        THEN 'unearned' ELSE 'advances' END AS kind,
                   -- A draw that was taken back: of a taxed advance it is an invoice.
                   CASE WHEN move.retainer_role = 'drawdown' THEN 'restored'
                        WHEN move.move_type = 'out_invoice'
                        THEN CASE WHEN line.account_id IN (
                                       company.retainer_unearned_account_id,
                                       company.retainer_unearned_noncurrent_account_id)
                                  THEN 'fee' ELSE 'request' END
                        WHEN move.move_type = 'out_refund' OR move.retainer_key IS NOT NULL
                             OR move.reversed_entry_id IS NOT NULL
                        THEN 'restored'
                        ELSE 'opening' END AS origin,
                   -- Only of a request does it matter what was paid: it is drawn as money. The
                   -- service of a fee is owed from the day on which it was billed (IFRS 15.106).
                   requested.it AS is_billed,
                   partner.commercial_partner_id AS partner_id,
                   COALESCE(move.retainer_engagement_id, scope.engagement_id) AS engagement_id,
                   line.retainer_advance_id AS advance_id,
                   advance.decision,
                   advance.decision_by,
                   advance.decision_on,
                   advance.decision_note,
                   line.currency_id,
                   line.company_currency_id,
                   line.date,
                   COALESCE(advance.maturity_date, move.retainer_service_end) AS maturity_date,
                   -line.amount_currency AS amount,
                   -line.balance AS amount_company,
                   GREATEST(-line.amount_residual_currency, 0) AS residual,
                   GREATEST(-line.amount_residual, 0) AS residual_company,
                   currency.decimal_places AS decimals,
                   company_currency.decimal_places AS company_decimals,
                   CASE WHEN requested.it
                        THEN -line.amount_currency / NULLIF(billed.total, 0)
                        ELSE 0 END AS share
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              JOIN res_company company ON company.id = line.company_id
              JOIN res_currency currency ON currency.id = line.currency_id
              JOIN res_currency company_currency
                   ON company_currency.id = line.company_currency_id
              CROSS JOIN LATERAL (
                    SELECT move.move_type = 'out_invoice'
                           AND COALESCE(move.retainer_role, '') <> 'drawdown'
                           AND line.account_id NOT IN (
                               COALESCE(company.retainer_unearned_account_id, 0),
                               COALESCE(company.retainer_unearned_noncurrent_account_id, 0))
                        AS it
                   ) AS requested
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
                     WHERE requested.it AND other.move_id = line.move_id
                       AND other.display_type = 'product' AND other.price_total > 0
                   ) AS billed ON TRUE
             WHERE line.parent_state = 'posted'
               AND line.date <= %(until)s
               -- Odoo books a tax that has no account of its own beside its base.
               AND line.display_type = 'product'
               AND line.amount_currency < 0
               -- What is shown apart at year end stays where it is: these entries match nothing.
               AND move.retainer_role IS DISTINCT FROM 'reclassification'
               AND (line.account_id IN (company.retainer_advance_account_id,
                                        company.retainer_advance_noncurrent_account_id,
                                        company.retainer_unearned_account_id,
                                        company.retainer_unearned_noncurrent_account_id)
                    OR line.retainer_advance_id IS NOT NULL)
            """,
            until=self.until,
        )

    def _paid(self):
        """Return the query of what became of the receivable of a lot that was billed."""
        residual = SQL("owed.amount_residual_currency")
        if self.past:
            residual = SQL("owed.amount_currency - settled.matched")
        return SQL(
            """
            SELECT SUM(%(residual)s) AS residual,
                   SUM(settled.cancelled) AS cancelled,
                   MIN(settled.received_on) AS received_on
              FROM account_move_line owed
              JOIN account_account account ON account.id = owed.account_id
                   AND account.account_type = 'asset_receivable'
              CROSS JOIN LATERAL (
                    SELECT COALESCE(SUM(part.debit_amount_currency), 0) AS matched,
                           COALESCE(SUM(part.debit_amount_currency)
                               FILTER (WHERE payer.move_type = 'out_refund'), 0) AS cancelled,
                           MIN(part.max_date)
                               FILTER (WHERE payer.move_type <> 'out_refund') AS received_on
                      FROM account_partial_reconcile part
                      JOIN account_move_line credit ON credit.id = part.credit_move_id
                      JOIN account_move payer ON payer.id = credit.move_id
                     WHERE part.debit_move_id = owed.id
                       AND part.max_date <= %(until)s
                   ) AS settled
             WHERE line.is_billed AND owed.move_id = line.move_id
            """,
            residual=residual,
            until=self.until,
        )

    def _drawn(self):
        """Return the query of what was taken from a lot."""
        return SQL(
            """
            SELECT COALESCE(SUM(part.credit_amount_currency), 0) AS matched,
                   COALESCE(SUM(part.amount), 0) AS matched_company,
                   COALESCE(SUM(part.credit_amount_currency)
                       FILTER (WHERE taken.how = 'draw'), 0) AS consumed,
                   COALESCE(SUM(part.credit_amount_currency)
                       FILTER (WHERE taken.how = 'return'), 0) AS credited,
                   COALESCE(SUM(part.credit_amount_currency)
                       FILTER (WHERE taken.how = 'draw' AND part.max_date > %(since)s), 0)
                       AS lately,
                   -- Exchange differences move nothing in the lot's own currency.
                   MAX(part.max_date) FILTER (
                       WHERE taken.how = 'draw' AND part.credit_amount_currency <> 0)
                       AS last_draw_on
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
               AND part.max_date <= %(until)s
            """,
            since=self.since,
            until=self.until,
        )

    def _sales(self):
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
               AND move.invoice_date <= %(until)s
             GROUP BY move.company_id, move.commercial_partner_id
            """,
            since=self.since,
            until=self.until,
        )
