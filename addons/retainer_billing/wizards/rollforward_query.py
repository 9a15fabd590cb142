"""The query behind the roll-forward: every movement on the liability accounts, once."""

from collections import defaultdict

from odoo.tools import SQL

# In the order of the sum; closing is what they add up to.
COLUMNS = (
    "opening",
    "received",
    "restored",
    "recognised_opening",
    "recognised_period",
    "passed_on",
    "breakage",
    "returned",
    "currency_difference",
    "reclassified",
    "unexplained",
)


def movements(env, company, start, end):
    """Return {(account, client, engagement): {column: amount}}, in the company's currency.

    A debit counts where the lot stands that it was taken from, so that each row adds up by itself;
    what was taken from no lot stands in a column of its own.
    """
    env.flush_all()
    env.cr.execute(_query(company, start, end))
    rows = defaultdict(lambda: dict.fromkeys(COLUMNS, 0.0))
    for account, partner, engagement, column, amount in env.cr.fetchall():
        rows[account, partner or False, engagement or False][column] += float(amount)
    return {
        key: {name: company.currency_id.round(amount) for name, amount in amounts.items()}
        for key, amounts in rows.items()
    }


def _query(company, start, end):
    accounts = company._retainer_liability_accounts().ids
    return SQL(
        """
        WITH line AS (%(lines)s),
        movement AS (
            -- What came in.
            SELECT line.account_id, line.partner_id, line.engagement_id, line.date,
                   -line.balance AS amount, COALESCE(line.special, line.credit_kind) AS kind
              FROM line
             WHERE line.balance < 0
            UNION ALL
            -- What was taken from a lot.
            SELECT lot.account_id, lot.partner_id, lot.engagement_id, line.date, -part.amount,
                   CASE WHEN line.special IS NOT NULL THEN line.special
                        WHEN line.debit_kind <> 'drawn' THEN line.debit_kind
                        WHEN line.pays_fee THEN 'passed_on'
                        WHEN lot.date < %(start)s THEN 'recognised_opening'
                        ELSE 'recognised_period' END
              FROM line
              JOIN account_partial_reconcile part ON part.debit_move_id = line.id
              JOIN line lot ON lot.id = part.credit_move_id
             WHERE line.balance > 0
            UNION ALL
            -- What was taken from none, or from one of after the end.
            SELECT line.account_id, line.partner_id, line.engagement_id, line.date,
                   COALESCE(matched.amount, 0) - line.balance,
                   CASE WHEN line.special IS NOT NULL THEN line.special
                        WHEN line.debit_kind = 'returned' THEN 'returned'
                        ELSE 'unexplained' END
              FROM line
              LEFT JOIN LATERAL (
                    SELECT SUM(part.amount) AS amount
                      FROM account_partial_reconcile part
                      JOIN line lot ON lot.id = part.credit_move_id
                     WHERE part.debit_move_id = line.id
                   ) AS matched ON TRUE
             WHERE line.balance > 0 AND COALESCE(matched.amount, 0) <> line.balance
        )
        SELECT account_id, partner_id, engagement_id,
               CASE WHEN date < %(start)s THEN 'opening' ELSE kind END,
               SUM(amount)
          FROM movement
         GROUP BY 1, 2, 3, 4
        """,
        lines=_lines(company, accounts, end),
        start=start,
    )


def _lines(company, accounts, end):
    return SQL(
        """
        SELECT line.id, line.account_id, partner.commercial_partner_id AS partner_id,
               -- What is shown apart at year end is a client's, of whatever engagements.
               CASE WHEN move.retainer_role IS DISTINCT FROM 'reclassification'
                    THEN COALESCE(move.retainer_engagement_id, scope.engagement_id) END
                   AS engagement_id,
               line.date, line.balance,
               CASE WHEN move.retainer_role = 'reclassification' THEN 'reclassified'
                    WHEN line.amount_currency = 0 OR move.journal_id = %(exchange)s
                    THEN 'currency_difference' END AS special,
               CASE WHEN move.move_type = 'out_refund' OR move.retainer_role = 'drawdown'
                         OR move.reversed_entry_id IS NOT NULL THEN 'restored'
                    -- What a credit note took beyond the lot goes back against revenue.
                    WHEN move.move_type = 'entry' AND move.retainer_role = 'correction'
                    THEN 'returned'
                    WHEN move.retainer_key IS NOT NULL OR line.retainer_advance_id IS NOT NULL
                         OR move.move_type = 'out_invoice' THEN 'received'
                    ELSE 'unexplained' END AS credit_kind,
               CASE WHEN move.retainer_role = 'breakage' THEN 'breakage'
                    WHEN move.retainer_role = 'drawdown' THEN 'drawn'
                    WHEN move.move_type = 'out_refund' OR move.retainer_role = 'advance_return'
                    THEN 'returned'
                    WHEN move.retainer_key IS NOT NULL THEN 'drawn'
                    ELSE 'unexplained' END AS debit_kind,
               -- An advance that pays a fee which is itself still to be earned is no revenue yet.
               line.account_id = ANY(%(advances)s) AND EXISTS (
                    SELECT 1
                      FROM account_move_line earned
                     WHERE earned.move_id = COALESCE(paid.move_id, move.id)
                       AND earned.account_id = ANY(%(unearned)s)
                   ) AS pays_fee
          FROM account_move_line line
          JOIN account_move move ON move.id = line.move_id
          LEFT JOIN res_partner partner ON partner.id = line.partner_id
          LEFT JOIN LATERAL (
                SELECT MIN(rel.engagement_id) AS engagement_id
                  FROM retainer_advance_engagement_rel rel
                 WHERE rel.advance_id = line.retainer_advance_id
                HAVING COUNT(*) = 1
               ) AS scope ON TRUE
          LEFT JOIN LATERAL (
                SELECT MIN(owed.move_id) AS move_id
                  FROM account_move_line own
                  JOIN account_partial_reconcile pay ON pay.credit_move_id = own.id
                  JOIN account_move_line owed ON owed.id = pay.debit_move_id
                 WHERE own.move_id = line.move_id AND line.balance > 0
                   AND move.move_type = 'entry'
               ) AS paid ON TRUE
         WHERE line.company_id = %(company)s
           AND line.account_id = ANY(%(accounts)s)
           AND line.parent_state = 'posted'
           AND line.date <= %(end)s
        """,
        company=company.id,
        accounts=accounts,
        advances=company._retainer_advance_accounts().ids,
        unearned=company._retainer_unearned_accounts().ids,
        end=end,
        exchange=company.currency_exchange_journal_id.id or 0,
    )
