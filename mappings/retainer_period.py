"""``retainer.period``: statements, and ``retainer.period.lot``: their lots of hours."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from mappings import fields, res_currency
from mappings.as_read import AsRead
from mappings.fields import Row, Terms
from mappings.outgoing import Document, amount, document, explanation, number
from mappings.reading import field_of
from sync.domain.documents import LotLine, LotSource, Statement, StatementState
from sync.domain.existing import ClosedMonth, ExistingPeriod
from sync.domain.money import Currency

MODEL = "retainer.period"
KIND = "period"
FIELDS = (
    "engagement_id",
    "date_start",
    "date_end",
    "state",
    "used_seconds",
    "available_seconds",
    "overage_seconds",
    "retainer_key",
    "retainer_fingerprint",
)
STATEMENT_FIELDS = (
    *FIELDS,
    "currency_id",
    "allocated_seconds",
    "rolled_in_seconds",
    "remaining_seconds",
    "expired_seconds",
    "rolled_out_seconds",
    "late_seconds",
    "utilization",
    "fee",
    "overage_amount",
    "runs_out_on",
)
HISTORY_FIELDS = (
    "engagement_id",
    "date_start",
    "date_end",
    "currency_id",
    "allocated_seconds",
    "used_seconds",
    "overage_seconds",
    "expired_seconds",
    "fee",
    "overage_amount",
)
LOT_MODEL = "retainer.period.lot"
LOT_FIELDS = (
    "period_id",
    "engagement_id",
    "sequence",
    "granted_on",
    "expires_on",
    "source",
    "block_id",
    "granted",
    "opening",
    "drawn",
    "lapsed",
    "closing",
    "draws",
)
engagement_of = field_of("engagement_id")


def domain(closed_until: Mapping[int, date | None], since: Mapping[int, date]) -> Terms:
    """Of each engagement its open statements and the last closed one (``closed_until``).

    ``since``: of engagements with open fee lots, the first month that these cover; their closed
    statements are read from there on. The ends of closed months are few, so one search finds them
    all; what it finds of other engagements besides is dropped after reading.
    """
    ends = sorted({day.isoformat() for day in closed_until.values() if day is not None})
    reached: dict[date, list[int]] = {}
    for engagement, day in since.items():
        reached.setdefault(day, []).append(engagement)
    back: Terms = []
    for day, engagements in sorted(reached.items()):
        back += [
            "|",
            "&",
            ("engagement_id", "in", sorted(engagements)),
            ("date_end", ">=", day.isoformat()),
        ]
    return [
        ("engagement_id", "in", sorted(closed_until)),
        *back,
        "|",
        ("state", "=", "open"),
        "&",
        ("state", "=", "closed"),
        ("date_end", "in", ends),
    ]


def of_keys(company_id: int, keys: Collection[str]) -> Terms:
    """The statements under those keys."""
    return [("company_id", "=", company_id), ("retainer_key", "in", sorted(keys))]


def closed(engagement_id: int, first: date, last: date) -> Terms:
    """The closed statement of a month."""
    return [
        ("engagement_id", "=", engagement_id),
        ("date_start", ">=", first.isoformat()),
        ("date_start", "<=", last.isoformat()),
        ("state", "=", "closed"),
    ]


def history(engagement_ids: Collection[int], since: date, until: date) -> Terms:
    """The closed statements of some months, both inclusive."""
    return [
        ("engagement_id", "in", sorted(engagement_ids)),
        ("state", "=", "closed"),
        ("date_start", ">=", since.isoformat()),
        ("date_start", "<=", until.isoformat()),
    ]


def closed_month(row: Row, currencies: dict[int, Currency]) -> ClosedMonth:
    """The figures of a closed statement."""
    currency = res_currency.pick(row, "currency_id", currencies)
    return ClosedMonth(
        engagement_id=fields.link(row, "engagement_id"),
        date_start=fields.day(row, "date_start"),
        date_end=fields.day(row, "date_end"),
        allocated=fields.whole(row, "allocated_seconds"),
        used=fields.whole(row, "used_seconds"),
        overage=fields.whole(row, "overage_seconds"),
        lapsed=fields.whole(row, "expired_seconds"),
        fee=fields.money(row, "fee", currency),
        overage_amount=fields.money(row, "overage_amount", currency),
    )


def of_ids(ids: Collection[int]) -> Terms:
    """Those statements."""
    return [("id", "in", sorted(ids))]


def lots_domain(period_ids: Collection[int]) -> Terms:
    """The lots of those statements."""
    return [("period_id", "in", sorted(period_ids))]


BY_BLOCK = "block_id"


def counted_blocks_domain(block_ids: Collection[int]) -> Terms:
    """Lots of closed statements that came from those blocks of hours."""
    return [("block_id", "in", sorted(block_ids)), ("period_id.state", "=", "closed")]


def counted_block(row: Row) -> int:
    """The block that a group of lots came from."""
    return fields.link(row, BY_BLOCK)


def wanted(
    period: ExistingPeriod,
    closed_until: Mapping[int, date | None],
    since: Mapping[int, date],
) -> bool:
    """Whether it is open, the last closed one of its engagement, or one that open lots reach."""
    if not period.closed or period.date_end == closed_until.get(period.engagement_id):
        return True
    reached = since.get(period.engagement_id)
    return reached is not None and period.date_end >= reached


def value(row: Row, lots: Mapping[int, tuple[LotLine, ...]]) -> ExistingPeriod:
    """The statement; all quantities are seconds."""
    record = fields.record_id(row)
    return ExistingPeriod(
        id=record,
        key=fields.needed_text(row, "retainer_key"),
        fingerprint=fields.text(row, "retainer_fingerprint"),
        engagement_id=fields.link(row, "engagement_id"),
        date_start=fields.day(row, "date_start"),
        date_end=fields.day(row, "date_end"),
        closed=fields.choice(row, "state", StatementState) is StatementState.closed,
        used=fields.whole(row, "used_seconds"),
        available=fields.whole(row, "available_seconds"),
        overage=fields.whole(row, "overage_seconds"),
        lots=lots.get(record, ()),
    )


def statement(row: Row, currencies: dict[int, Currency], lots: tuple[LotLine, ...]) -> Statement:
    """The statement as the client reads it. Money is in the engagement's currency."""
    currency = res_currency.pick(row, "currency_id", currencies)
    return Statement(
        key=fields.needed_text(row, "retainer_key"),
        engagement_id=fields.link(row, "engagement_id"),
        date_start=fields.day(row, "date_start"),
        date_end=fields.day(row, "date_end"),
        state=fields.choice(row, "state", StatementState),
        currency=currency,
        allocated=fields.whole(row, "allocated_seconds"),
        rolled_in=fields.whole(row, "rolled_in_seconds"),
        available=fields.whole(row, "available_seconds"),
        used=fields.whole(row, "used_seconds"),
        late=fields.whole(row, "late_seconds"),
        remaining=fields.whole(row, "remaining_seconds"),
        overage=fields.whole(row, "overage_seconds"),
        expired=fields.whole(row, "expired_seconds"),
        rolled_out=fields.whole(row, "rolled_out_seconds"),
        utilization=fields.exact(row, "utilization", 1),
        fee=fields.money(row, "fee", currency),
        overage_amount=fields.money(row, "overage_amount", currency),
        runs_out_on=fields.day_or_none(row, "runs_out_on"),
        lots=lots,
    )


def lot(row: Row) -> tuple[int, int, LotLine]:
    """(statement, place in its order, lot of hours)."""
    fields.link(row, "engagement_id")
    line = LotLine(
        source=fields.choice(row, "source", LotSource),
        granted_on=fields.day(row, "granted_on"),
        expires_on=fields.day_or_none(row, "expires_on"),
        block_id=fields.link_or_none(row, "block_id"),
        granted=fields.whole(row, "granted"),
        opening=fields.whole(row, "opening"),
        drawn=fields.whole(row, "drawn"),
        lapsed=fields.whole(row, "lapsed"),
        closing=fields.whole(row, "closing"),
        draws=_draws(row),
    )
    return fields.link(row, "period_id"), fields.whole(row, "sequence"), line


def _draws(row: Row) -> tuple[tuple[int, int], ...]:
    """Which entries drew from the lot: ``[[entry, seconds], ...]``."""
    raw = fields.raw_value(row, "draws")
    if raw is False or raw is None:
        return ()
    if not isinstance(raw, list) or not all(
        isinstance(each, list) and len(each) == 2 and all(type(part) is int for part in each)
        for each in raw
    ):
        raise fields.Unreadable(
            "draws", f"{fields.shown(raw)} is no list of draws", "run the service again"
        )
    return tuple((entry, seconds) for entry, seconds in raw)


def lots_by_period(lots: Iterable[tuple[int, int, LotLine]]) -> dict[int, tuple[LotLine, ...]]:
    """Lots per statement, in the order in which they are drawn."""
    grouped: dict[int, list[tuple[int, LotLine]]] = {}
    for period, place, line in lots:
        grouped.setdefault(period, []).append((place, line))
    return {
        period: tuple(line for _, line in sorted(each, key=lambda pair: pair[0]))
        for period, each in grouped.items()
    }


def outgoing(statement: Statement, unit: str, as_read: AsRead | None = None) -> Document:
    """The statement as a document; a closed one binds the time that it counts."""
    values: dict[str, Any] = {
        "engagement_id": statement.engagement_id,
        "date_start": statement.date_start.isoformat(),
        "date_end": statement.date_end.isoformat(),
        "state": statement.state.value,
        "allocated_seconds": statement.allocated,
        "rolled_in_seconds": statement.rolled_in,
        "available_seconds": statement.available,
        "used_seconds": statement.used,
        "remaining_seconds": statement.remaining,
        "overage_seconds": statement.overage,
        "expired_seconds": statement.expired,
        "rolled_out_seconds": statement.rolled_out,
        "late_seconds": statement.late,
        "utilization": number(statement.utilization),
        "fee": amount(statement.fee, statement.currency),
        "overage_amount": amount(statement.overage_amount, statement.currency),
        "runs_out_on": statement.runs_out_on.isoformat() if statement.runs_out_on else False,
    }
    closes = statement.state is StatementState.closed
    binds = closes and bool(statement.entry_ids)
    parts = {"read": as_read.of_statement(statement)} if binds and as_read is not None else {}
    return document(
        KIND,
        statement.key,
        unit,
        statement.fingerprint,
        values,
        lots=[_lot(place, each) for place, each in enumerate(statement.lots)],
        bind={"entries": list(statement.entry_ids)} if binds else {},
        explanation=explanation(statement.reasons),
        **parts,
    )


def _lot(place: int, line: LotLine) -> dict[str, Any]:
    return {
        "sequence": place,
        "granted_on": line.granted_on.isoformat(),
        "expires_on": line.expires_on.isoformat() if line.expires_on else False,
        "source": line.source.value,
        "block_id": line.block_id or False,
        "granted": line.granted,
        "opening": line.opening,
        "drawn": line.drawn,
        "lapsed": line.lapsed,
        "closing": line.closing,
        "draws": [list(each) for each in line.draws],
    }
