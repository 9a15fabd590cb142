"""A closed statement as it stands, for ``drawdown statement``."""

from datetime import date
from decimal import Decimal

from mappings import res_currency, retainer_period, retainer_terms
from sync.domain.calendar import last_of
from sync.domain.documents import Statement
from sync.odoo.gateway import Gateway
from sync.pull.errors import PullError
from sync.pull.reader import Reader


def read_closed_statement(
    gateway: Gateway, engagement_id: int, month: date
) -> tuple[Statement, tuple[Decimal, ...]] | None:
    """The closed statement of the month that begins on ``month``, and the agreed overage rates.

    None where the month is not closed. Raises ``PullError`` and ``GatewayError``. Four calls.
    """
    reader = Reader(gateway, page_size=1000)
    found = gateway.search_read(
        retainer_period.MODEL,
        retainer_period.closed(engagement_id, month, last_of(month)),
        retainer_period.STATEMENT_FIELDS,
        limit=1,
    )
    if not found:
        return None
    currencies = {
        each.id: each
        for each in reader.read(
            res_currency.MODEL,
            reader.rows(res_currency.MODEL, res_currency.domain(), res_currency.FIELDS),
            res_currency.value,
        ).values
    }
    lots = reader.read(
        retainer_period.LOT_MODEL,
        reader.rows(
            retainer_period.LOT_MODEL,
            retainer_period.lots_domain([row["id"] for row in found]),
            retainer_period.LOT_FIELDS,
        ),
        retainer_period.lot,
    ).values
    own = retainer_period.lots_by_period(lots).get(found[0]["id"], ())
    statements = reader.read(
        retainer_period.MODEL,
        found,
        lambda row: retainer_period.statement(row, currencies, own),
        retainer_period.engagement_of,
    ).values
    rates = reader.read(
        retainer_terms.MODEL,
        reader.rows(
            retainer_terms.MODEL,
            retainer_terms.domain({engagement_id}),
            retainer_terms.RATE_FIELDS,
        ),
        retainer_terms.overage_rate,
    ).values
    if reader.issues:
        raise PullError(str(reader.issues[0]))
    return statements[0], rates
