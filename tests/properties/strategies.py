"""Agencies as Hypothesis draws them: terms that change inside a month, hours that roll and lapse,
blocks that expire early, late and correcting time, engagements that start and end anywhere.

Strategies that do not depend on what was drawn before are made once: making them is what costs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from hypothesis import strategies as st

from sync.domain.engagement import (
    Approval,
    ChangeOrder,
    Client,
    ClientPo,
    Engagement,
    HourBlock,
    Kind,
    Milestone,
    PoPolicy,
)
from sync.domain.entries import TimeEntry
from sync.domain.money import ZERO, Currency
from sync.domain.snapshot import Company, Project, Snapshot
from sync.domain.terms import Billing, OveragePolicy, Proration, Terms

USD = Currency(id=1, code="USD")
JPY = Currency(id=2, code="JPY", digits=0)
KWD = Currency(id=3, code="KWD", digits=3)
CLIENTS = (
    Client(id=7, name="Acme Corp", commercial_id=7),
    Client(id=8, name="Globex", commercial_id=8),
)
STRAY = 999
"""A project that no engagement claims."""
FIRST = date(2023, 11, 20)
"""So that the span holds a year's end and February 2024, a leap month."""
SPAN = 150
"""Days within which everything happens."""
LAST = FIRST + timedelta(days=SPAN)

EVEN_FEE = Decimal("3775.80")
"""Divides by 28, 29, 30 and 31 without a rest, to the cent: prorated it needs no rounding."""


@dataclass(frozen=True)
class Style:
    """What an agency may be made of."""

    negative: bool = True
    """Correcting entries."""
    even: bool = False
    """Amounts and times that never need rounding."""
    limited_po: bool = False
    """Purchase orders with an amount, and invoices that are held."""
    capped: bool = True
    """Change orders with a cap."""
    go_live: bool = True


PLAIN = Style()
Option = TypeVar("Option")


@cache
def _number(top: int) -> st.SearchStrategy[int]:
    return st.integers(0, top)


def pick(draw: st.DrawFn, *options: Option) -> Option:
    """One of the options; Hypothesis simplifies towards the first."""
    return options[draw(_number(len(options) - 1))]


@cache
def day_numbers(low: int, high: int) -> st.SearchStrategy[int]:
    """Days after ``FIRST``, the first and the last of a month more often than by chance."""
    ends = [
        each
        for each in range(low, high + 1)
        if 1 in ((FIRST + timedelta(each)).day, (FIRST + timedelta(each + 1)).day)
    ]
    anywhere = st.integers(low, high)
    return st.one_of(anywhere, st.sampled_from(ends)) if ends else anywhere


@cache
def days(low: int = 0, high: int = SPAN) -> st.SearchStrategy[date]:
    """A day of the span."""
    return day_numbers(low, high).map(lambda each: FIRST + timedelta(each))


def maybe(draw: st.DrawFn, strategy: st.SearchStrategy[Option]) -> Option | None:
    """Nothing, every other time."""
    return draw(strategy) if pick(draw, False, True) else None


@cache
def seconds(style: Style) -> st.SearchStrategy[int]:
    """Quarter hours mostly, whole days of work, and odd seconds."""
    quarters = st.integers(1, 48).map(lambda each: each * 900)
    if style.even:
        return quarters
    kinds = [quarters, quarters, st.integers(1, 40_000), st.integers(1, 30).map(lambda h: h * 3600)]
    if style.negative:
        kinds.append(st.integers(-20_000, 0))
    return st.one_of(*kinds)


@cache
def money(style: Style, top: int, low: int = 0) -> st.SearchStrategy[Decimal]:
    """Whole amounts, cents, and finer than a cent."""
    if style.even:
        return st.integers(1, top // 40).map(lambda each: Decimal(each * 40))
    return st.one_of(
        st.integers(low, top).map(Decimal),
        st.integers(low * 100, top * 100).map(lambda each: Decimal(each).scaleb(-2)),
        st.integers(low * 10_000, top * 10_000).map(lambda each: Decimal(each).scaleb(-4)),
    )


def _terms(draw: st.DrawFn, style: Style, number: int, start: date) -> Terms:
    allowance = pick(draw, 4, 10, 20, 0, draw(_number(60))) * 3600
    return Terms(
        id=number,
        date_start=start,
        monthly_seconds=allowance + pick(draw, 0, 0, draw(_number(3599))),
        monthly_fee=pick(draw, 1, 2, 3) * EVEN_FEE if style.even else _fee(draw, style),
        hourly_rate=Decimal(150),
        overage_rate=pick(draw, 1, 160) + draw(money(style, 140)),
        billing=pick(draw, *Billing),
        billing_months=pick(draw, 1, 1, 1, 3, 6, 12),
        overage_policy=pick(draw, OveragePolicy.bill, OveragePolicy.bill, *OveragePolicy),
        rollover=pick(draw, False, True),
        max_rollover_seconds=pick(draw, 0, 1, 3600, 36_000, 100_000),
        rollover_months=pick(draw, 0, 0, 1, 2, 3),
        proration=Proration.actual_days if style.even else pick(draw, *Proration),
        time_increment=0 if style.even else pick(draw, 0, 0, 6, 15, 30),
        carries_over=pick(draw, True, True, True, False),
        paused=pick(draw, *[False] * 9, True),
        alert_thresholds=pick(draw, (50, 75, 90, 100), (80,), ()),
    )


def _fee(draw: st.DrawFn, style: Style) -> Decimal:
    """A fee as people agree on it, and one that does not divide by anything."""
    return pick(draw, Decimal(5000), Decimal(1000), ZERO) + draw(money(style, 900))


def _engagement(draw: st.DrawFn, style: Style, id: int) -> Engagement:
    kind = Kind.retainer
    if not style.even:
        kind = pick(draw, *[Kind.retainer] * 6, Kind.project, Kind.out_of_scope)
    begins = draw(day_numbers(0, 70))
    start = FIRST + timedelta(begins)
    its_terms: list[Terms] = []
    if kind is Kind.retainer:
        early = timedelta(pick(draw, 0, 0, 40))
        changes = {draw(day_numbers(1, SPAN)) for _ in range(pick(draw, 0, 1, 2))}
        starts = [start - early, *(FIRST + timedelta(each) for each in sorted(changes))]
        starts = [each for number, each in enumerate(starts) if not number or each > start]
        its_terms = [
            _terms(draw, style, id * 10 + number, each) for number, each in enumerate(starts)
        ]
    lasts = pick(draw, None, None, draw(day_numbers(0, SPAN)))
    return Engagement(
        id=id,
        name=f"Engagement {id}",
        kind=kind,
        client_id=7,
        currency=USD
        if style.even
        else pick(draw, *[USD] * (9 if style.limited_po else 2), JPY, KWD),
        date_start=start,
        date_end=None if lasts is None else start + timedelta(lasts),
        project_ids=(id * 10, id * 10 + 1),
        client_po_id=pick(draw, 1, 1, 1, 1, 2, None),
        po_policy=pick(draw, None, PoPolicy.warn, PoPolicy.hold if style.limited_po else None),
        quote_name=pick(draw, "", "S00042"),
        terms=tuple(its_terms),
    )


def _change_order(draw: st.DrawFn, style: Style, id: int, engagement: Engagement) -> ChangeOrder:
    approval = pick(draw, *[Approval.approved] * 6, Approval.waiting, Approval.rejected)
    return ChangeOrder(
        id=id,
        name=f"Extra work {id}",
        engagement_id=engagement.id,
        requester=pick(draw, "", "Dana Cole"),
        approval=approval,
        reference=pick(draw, "e-mail", "e-mail", "e-mail", ""),
        approved_on=maybe(draw, days()),
        hourly_rate=draw(money(style, 300, 1)),
        cap_seconds=pick(draw, 0, 0, 20_000) if style.capped else 0,
        client_po_id=pick(draw, None, None, 2, 3),
    )


def _entries(
    draw: st.DrawFn, style: Style, found: list[Engagement], orders: list[ChangeOrder]
) -> tuple[TimeEntry, ...]:
    projects = [project for each in found for project in each.project_ids] * 3
    extra = [None, None, None, *(order.id for order in orders)]
    return tuple(
        TimeEntry(
            id=number,
            day=draw(days()),
            seconds=draw(seconds(style)),
            project_id=pick(draw, *projects, STRAY),
            change_order_id=pick(draw, *extra),
            billable=pick(draw, *[True] * 9, False),
            employee="Kim",
        )
        for number in range(1, pick(draw, 8, 20, 0, draw(_number(22))) + 1)
    )


def _block(draw: st.DrawFn, style: Style, id: int, engagement: Engagement) -> HourBlock:
    """Bought while the engagement is in force."""
    last = min(engagement.date_end or LAST, LAST)
    length = max((last - engagement.date_start).days, 0)
    bought = engagement.date_start + timedelta(draw(_number(length)))
    life = pick(draw, None, draw(_number(70)))
    return HourBlock(
        id=id,
        engagement_id=engagement.id,
        bought_on=bought,
        seconds=1 + draw(_number(80_000)),
        price=draw(money(style, 4000)),
        expiry_date=None if life is None else bought + timedelta(life),
    )


def _milestone(draw: st.DrawFn, style: Style, id: int, engagement: Engagement) -> Milestone:
    return Milestone(
        id=id,
        name=f"stage {id}",
        engagement_id=engagement.id,
        project_id=engagement.project_ids[0],
        project_name="Website rebuild",
        number=pick(draw, "", "1", "2"),
        amount=draw(money(style, 50_000, 1)),
        reached_on=maybe(draw, days()),
        reference=pick(draw, "", "e-mail"),
    )


def _client_po(draw: st.DrawFn, style: Style, id: int) -> ClientPo:
    """Good for most invoices; where amounts are limited, soon used up."""
    return ClientPo(
        id=id,
        number=f"PO-{id}",
        client_id=pick(draw, *[7] * 9, 8),
        engagement_ids=pick(draw, *[()] * 8, (2,), (2, 3, 4)),
        currency=pick(draw, *[USD] * 9, JPY),
        amount=pick(draw, 4000, 9000, 20_000, 0) if style.limited_po else 0,
        invoiced=0,
        date_start=pick(draw, None, None, None, draw(days(0, 60))),
        date_end=pick(draw, None, None, None, draw(days(61, SPAN + 60))),
    )


def _company(draw: st.DrawFn, style: Style) -> Company:
    return Company(
        id=1,
        name="Agency",
        currency=USD,
        po_policy=pick(
            draw, PoPolicy.ignore, PoPolicy.warn, *([PoPolicy.hold] * 3 * style.limited_po)
        ),
        out_of_scope_day=pick(draw, 28, 28, 1, 15, 30, 31),
        close_after_days=pick(draw, 0, 0, 0, 5, 35),
        go_live=pick(draw, None, None, draw(days(0, 90))) if style.go_live else None,
        holidays=tuple(draw(days()) for _ in range(pick(draw, 0, 1, 3))),
    )


@st.composite
def agencies(draw: st.DrawFn, style: Style = PLAIN) -> Snapshot:
    """A company with one to three engagements and everything that happens to them."""
    found = [_engagement(draw, style, id) for id in range(2, pick(draw, 2, 3, 4) + 1)]
    orders = _some(draw, style, found, _change_order, 3)
    retainers = [each for each in found if each.kind is Kind.retainer]
    return Snapshot(
        company=_company(draw, style),
        clients=CLIENTS,
        projects=(Project(id=STRAY, name="Elsewhere"),),
        engagements=tuple(found),
        client_pos=tuple(_client_po(draw, style, id) for id in (1, 2, 3)),
        milestones=tuple(_some(draw, style, found, _milestone, 3)),
        change_orders=tuple(orders),
        hour_blocks=tuple(_some(draw, style, retainers, _block, 2)),
        entries=_entries(draw, style, found, orders),
    )


def _some(
    draw: st.DrawFn,
    style: Style,
    found: list[Engagement],
    make: Callable[[st.DrawFn, Style, int, Engagement], Any],
    most: int,
) -> list[Any]:
    """A few records, each of one of the engagements."""
    if not found:
        return []
    return [make(draw, style, id, pick(draw, *found)) for id in range(1, draw(_number(most)) + 1)]


def schedules() -> st.SearchStrategy[list[date]]:
    """Days of runs, in their order; the last one is the day of the catch-up."""
    return st.lists(days(0, SPAN + 45), min_size=1, max_size=8, unique=True).map(sorted)
