"""What Odoo already has of ours: documents, statements, notices, and what people deleted."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from mappings import (
    Books,
    acceptance,
    account_move,
    ledger_line,
    res_users,
    retainer_alert,
    retainer_period,
    retainer_tombstone,
)
from mappings.fields import Row, ids_in
from mappings.ledger_line import Billed
from sync.domain.advances import Advance
from sync.domain.calendar import add_months
from sync.domain.engagement import Engagement, Kind, Milestone
from sync.domain.existing import ClosedMonth, ExistingInvoice, ExistingPeriod, Tombstone
from sync.domain.money import Currency
from sync.domain.snapshot import Company
from sync.pull.reader import Reader

_LOOKED_BACK = 6
"""Months of closed statements that recommendations look at."""
_ALERT_MEMORY = timedelta(days=92)
"""How long before the earliest open month an alert may have been raised and still be due."""


def read_documents(
    reader: Reader,
    company: Company,
    books: Books,
    milestones: tuple[Milestone, ...],
    corrected: Collection[str],
    engagements: Collection[int],
    ended: Mapping[int, date],
    since: date,
    advances: tuple[Advance, ...],
    cancelled_draws: Collection[int],
    currencies: dict[int, Currency],
) -> tuple[ExistingInvoice, ...]:
    """Keyed documents that the rules must know.

    ``corrected``: keys whose time is corrected. ``ended``: engagements that ended lately, with the
    first of the month in which they did. ``advances``: their requests and returns are among them.
    ``cancelled_draws``: by people, of invoices that advances may pay.
    ``engagements``: whose they may be.
    """
    rows = reader.rows(
        account_move.MODEL,
        account_move.domain(
            company.id,
            since,
            {each.id for each in milestones},
            corrected,
            ended,
            {each.id for each in advances},
            cancelled_draws,
        ),
        account_move.FIELDS,
    )
    unearned: dict[int, list[Billed]] = {}
    besides: dict[int, list[Billed]] = {}
    accounts = set(books.liability_accounts.values())
    behind = {each: row for row in rows for each in ids_in([row], "id")}
    if rows:
        for line in reader.read(
            ledger_line.MODEL,
            reader.rows(
                ledger_line.MODEL,
                ledger_line.of_moves_on(ids_in(rows, "id"), accounts),
                ledger_line.BILLED_FIELDS,
            ),
            ledger_line.billed,
            lambda row: account_move.engagement_of(behind.get(ledger_line.document(row), {})),
            suspects=lambda _: engagements,
        ).values:
            if line.account_id == books.unearned_account_id and not line.rounding:
                unearned.setdefault(line.move_id, []).append(line)
            else:
                besides.setdefault(line.move_id, []).append(line)
    people = _people(reader, rows)
    return reader.read(
        account_move.MODEL,
        rows,
        lambda row: account_move.value(row, company.id, currencies, unearned, people, besides),
        account_move.engagement_of,
        suspects=lambda _: engagements,
    ).values


def cancelled_sources(documents: Collection[ExistingInvoice]) -> frozenset[str]:
    """Sources (``m17``, ``b4``) that only cancelled documents bill: they are billed no longer."""
    sources = {each.key: each.key.split("/")[-2] for each in documents if each.key.count("/") >= 2}
    stands = {sources[each.key] for each in documents if each.counts and each.key in sources}
    return frozenset(set(sources.values()) - stands)


def read_periods(
    reader: Reader, engagements: tuple[Engagement, ...], since: Mapping[int, date]
) -> tuple[ExistingPeriod, ...]:
    """The open statements and each retainer's last closed one, with their lots.

    ``since``: of engagements with open fee lots, the first month from which all are read.
    """
    closed_until = {
        each.id: each.closed_until for each in engagements if each.kind is Kind.retainer
    }
    rows = reader.rows(
        retainer_period.MODEL,
        retainer_period.domain(closed_until, since),
        retainer_period.FIELDS,
    )
    bare = reader.read(
        retainer_period.MODEL,
        rows,
        lambda row: retainer_period.value(row, {}),
        retainer_period.engagement_of,
        suspects=lambda _: closed_until,
    ).values
    wanted = [each for each in bare if retainer_period.wanted(each, closed_until, since)]
    lots = reader.read(
        retainer_period.LOT_MODEL,
        reader.rows(
            retainer_period.LOT_MODEL,
            retainer_period.lots_domain([each.id for each in wanted]),
            retainer_period.LOT_FIELDS,
        ),
        retainer_period.lot,
        retainer_period.engagement_of,
        suspects=lambda _: closed_until,
    )
    by_period = retainer_period.lots_by_period(lots.values)
    return tuple(each.model_copy(update={"lots": by_period.get(each.id, ())}) for each in wanted)


def read_history(
    reader: Reader,
    engagements: tuple[Engagement, ...],
    month: date,
    currencies: dict[int, Currency],
) -> tuple[ClosedMonth, ...]:
    """The closed months of running retainers before a month, as many as advice looks at; one call.

    A month that cannot be read is an issue, and is missing from the evidence.
    """
    running = [
        each.id
        for each in engagements
        if each.kind is Kind.retainer and each.closed_until is not None
    ]
    if not running:
        return ()
    return reader.read(
        retainer_period.MODEL,
        reader.rows(
            retainer_period.MODEL,
            retainer_period.history(running, add_months(month, -_LOOKED_BACK), month),
            retainer_period.HISTORY_FIELDS,
        ),
        lambda row: retainer_period.closed_month(row, currencies),
    ).values


def read_alerts(
    reader: Reader, company: Company, ids: Collection[int], since: date
) -> tuple[str, ...]:
    """Keys of the notices that must not be raised again."""
    return tuple(
        sorted(
            reader.read(
                retainer_alert.MODEL,
                reader.rows(
                    retainer_alert.MODEL,
                    retainer_alert.domain(company.id, ids, since - _ALERT_MEMORY),
                    retainer_alert.FIELDS,
                ),
                lambda row: retainer_alert.value(row, company.id),
            ).values
        )
    )


def read_tombstones(
    reader: Reader, company: Company, engagements: Collection[int], currencies: dict[int, Currency]
) -> tuple[Tombstone, ...]:
    """Keys of documents of those engagements, and of others, that people deleted."""
    rows = reader.rows(
        retainer_tombstone.MODEL, retainer_tombstone.domain(company.id), retainer_tombstone.FIELDS
    )
    people = _people(reader, rows)
    return reader.read(
        retainer_tombstone.MODEL,
        rows,
        lambda row: retainer_tombstone.value(row, company.id, currencies, people),
        retainer_tombstone.engagement_of,
        suspects=lambda _: engagements,
    ).values


def _people(reader: Reader, rows: Sequence[Row]) -> dict[int, str]:
    """The names of those who accepted something; no call where nobody did."""
    ids = acceptance.people(rows)
    if not ids:
        return {}
    found = reader.rows(res_users.MODEL, res_users.of_ids(ids), res_users.FIELDS)
    return dict(reader.read(res_users.MODEL, found, res_users.value).values)
