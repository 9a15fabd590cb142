"""A statement as it stands, for ``drawdown statement`` and ``drawdown explain``."""

from datetime import date
from decimal import Decimal

from mappings import explained, res_currency, retainer_period, retainer_terms
from mappings.fields import Terms
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
    return _read(gateway, retainer_period.closed(engagement_id, month, last_of(month)))


def read_statement(gateway: Gateway, record: int) -> tuple[Statement, tuple[Decimal, ...]] | None:
    """The same of a statement by its id, open or closed."""
    return _read(gateway, retainer_period.of_ids([record]))


def _read(gateway: Gateway, domain: Terms) -> tuple[Statement, tuple[Decimal, ...]] | None:
    reader = Reader(gateway, page_size=1000)
    found = gateway.search_read(
        retainer_period.MODEL,
        domain,
        (*retainer_period.STATEMENT_FIELDS, explained.FIELD),
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
        lambda row: retainer_period.statement(row, currencies, own).model_copy(
            update={"reasons": explained.reasons(row)}
        ),
        retainer_period.engagement_of,
    ).values
    if reader.issues:
        raise PullError(str(reader.issues[0]))
    rates = reader.read(
        retainer_terms.MODEL,
        reader.rows(
            retainer_terms.MODEL,
            retainer_terms.domain({statements[0].engagement_id}),
            retainer_terms.RATE_FIELDS,
        ),
        retainer_terms.overage_rate,
    ).values
    if reader.issues:
        raise PullError(str(reader.issues[0]))
    return statements[0], rates
