"""Rule 2: grant the month's allowance of hours and its fee.

A month that is not whole, or in which the terms change, weighs each terms by its days in force
÷ the days of the calendar month; the same fraction for fee and hours, rounded half-up once.
Days under paused terms grant nothing and cost nothing.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from sync.domain.calendar import add_months, days, days_in, last_of, span_text
from sync.domain.documents import LotSource
from sync.domain.keys import month_source
from sync.domain.money import ZERO, Currency, multiply
from sync.domain.terms import Proration, Terms
from sync.rules.case import Case, HourLot, Month, Segment


def grant(case: Case, month: Month) -> Month:
    """Add the month's own lots: the allowance, the blocks of hours, hours given back."""
    seconds = allowance(month.segments, month.first)
    absorbed = min(month.deficit, seconds)
    lots = list(month.lots)
    if seconds > absorbed:
        lots.append(
            HourLot(
                id=month_source(month.first),
                source=LotSource.allowance,
                granted_on=month.start,
                expires_on=_expiry(month),
                granted=seconds,
                opening=seconds - absorbed,
            )
        )
    lots += _blocks(case, month)
    return month._replace(
        lots=tuple(lots),
        deficit=month.deficit - absorbed,
        deficit_absorbed=absorbed,
        fee=fee(month.segments, month.first, case.engagement.currency),
    )


def allowance(segments: tuple[Segment, ...], month: date) -> int:
    """Seconds granted for a month, rounded half-up to the second, once."""
    running = [each for each in segments if not each.terms.paused]
    if not running:
        return 0
    if running[0].terms.proration is Proration.none:
        return running[0].terms.monthly_seconds
    weighed = sum(each.terms.monthly_seconds * days(each.start, each.end) for each in running)
    whole = days_in(month)
    return (2 * weighed + whole) // (2 * whole)


def fee(segments: tuple[Segment, ...], month: date, currency: Currency) -> Decimal:
    """Fee of a month in the currency's precision, rounded half-up once."""
    running = [each for each in segments if not each.terms.paused]
    if not running:
        return ZERO
    if running[0].terms.proration is Proration.none:
        return currency.round(running[0].terms.monthly_fee)
    weighed = sum((each.terms.monthly_fee * days(each.start, each.end) for each in running), ZERO)
    return currency.round(multiply(weighed, 1, days_in(month)))


def shares(cut: tuple[Segment, ...], month: date, figure: Callable[[Terms], str]) -> str:
    """How a month's figure was weighed: ``40:00 h``, ``40:00 h × 15 ÷ 31 (17–31 March 2025)``."""
    running = [each for each in cut if not each.terms.paused]
    if not running:
        return "nothing, the terms are paused"
    whole = days_in(month)
    if running[0].terms.proration is Proration.none:
        in_part = cut[0].start > month or cut[-1].end < last_of(month) or len(cut) > 1
        return figure(running[0].terms) + (", a month in part counts whole" if in_part else "")
    if len(cut) == 1 and days(cut[0].start, cut[0].end) == whole:
        return figure(cut[0].terms)
    return " + ".join(
        f"nothing for {span_text(each.start, each.end)} (paused)"
        if each.terms.paused
        else f"{figure(each.terms)} × {days(each.start, each.end)} ÷ {whole}"
        f" ({span_text(each.start, each.end)})"
        for each in cut
    )


def segments(case: Case, month: date) -> tuple[Segment, ...]:
    """The month's days in force, cut where the terms change; empty when none is in force."""
    span = case.in_force(month)
    if span is None:
        return ()
    start, end = span
    cuts = [t for t in case.engagement.terms if start < t.date_start <= end]
    starts = [start, *(terms.date_start for terms in cuts)]
    found = []
    for index, first in enumerate(starts):
        last = starts[index + 1] if index + 1 < len(starts) else None
        until = end if last is None else last.fromordinal(last.toordinal() - 1)
        found.append(Segment(terms=case.terms_on(first), start=first, end=until))
    return tuple(found)


def _expiry(month: Month) -> date | None:
    """Last day on which this month's allowance can be drawn."""
    if not month.terms.rollover:
        return last_of(month.first)
    if month.terms.rollover_months == 0:
        return None
    return last_of(add_months(month.first, month.terms.rollover_months))


def _blocks(case: Case, month: Month) -> list[HourLot]:
    """Blocks of hours bought in this month; the first open month takes those entered late, too."""
    first_open = month.first == case.open_from
    return [
        HourLot(
            id=f"b{block.id}",
            source=LotSource.block,
            granted_on=block.bought_on,
            expires_on=block.expiry_date,
            granted=block.seconds,
            opening=block.seconds,
            block_id=block.id,
        )
        for block in case.hour_blocks
        if not block.counted
        and case.in_force_on(block.bought_on)
        and (first_open or month.first <= block.bought_on)
        and block.bought_on <= min(last_of(month.first), case.as_of)
    ]
