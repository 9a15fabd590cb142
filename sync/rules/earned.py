"""How much of a fee is earned: the measure of progress of rule 16.

``as_consumed``: the fee of a month × hours drawn from that month's own allowance ÷ its hours, by
closed statements (IFRS 15.B44, B46: a prepaid right is revenue as it is exercised). Rolled hours
stay deferred until they are drawn or lapse. ``straight_line``: by the days of its service, for each
price apart (IFRS 15.B18). Blocks of hours are always earned as they are drawn.

Without hours there is nothing to draw: such a month is earned by days. ``immediate`` puts fees
straight to income; what stands on the liability from terms before it is earned at once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from sync.domain.calendar import days, first_of, last_of, months
from sync.domain.documents import LotLine, LotSource
from sync.domain.engagement import Engagement
from sync.domain.existing import ExistingPeriod
from sync.domain.keys import month_source
from sync.domain.terms import Recognition, Terms
from sync.rules.case import Case, Segment, terms_on
from sync.rules.fee_lots import FeeDocument
from sync.rules.grant import allowance, segments
from sync.rules.grant import fee as month_fee

NOTHING, WHOLE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Hours:
    """What became of one lot of hours by the end of a month. Quantities in seconds."""

    granted: int
    drawn: int = 0
    lapsed: int = 0

    def plus(self, line: LotLine, *, first: bool) -> "Hours":
        """With what one more statement says; what a carried deficit absorbed counts as drawn."""
        absorbed = line.granted - line.opening if first else 0
        return Hours(line.granted, self.drawn + absorbed + line.drawn, self.lapsed + line.lapsed)


@dataclass(frozen=True, slots=True)
class Part:
    """A share of a document that one month, or one lot of hours, earns."""

    month: date
    """First of the month whose service it is."""
    weight: Fraction
    """Relative to the other parts of the document."""
    pattern: Recognition
    hours_of: str = ""
    """The lot of hours whose draws earn it; empty = time alone."""
    expected_breakage: Decimal = Decimal(0)
    """Percent of the hours that are never drawn, by experience (IFRS 15.B46)."""
    forfeited: bool = False
    """Paid and kept for days after the engagement's end: no service, all of it is breakage."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a document is earned by the end of a month, as fractions of its amount."""

    revenue: Fraction
    total: Fraction
    """Revenue and breakage together; 1 = nothing is owed any more."""


NONE = Progress(NOTHING, NOTHING)


@dataclass(frozen=True)
class Usage:
    """What the closed statements of an engagement say of its lots of hours, month by month."""

    by_month: Mapping[date, Mapping[str, Hours]] = field(default_factory=dict)
    """By first of the month: every lot of hours that was ever seen, as that month left it."""
    missing: tuple[date, ...] = ()
    """Closed months whose statement was not read."""

    @property
    def last(self) -> date | None:
        """First of the last closed month that was read."""
        return max(self.by_month, default=None)

    def at(self, month: date) -> Mapping[str, Hours]:
        """The lots as the last closed month up to this one left them."""
        known = [each for each in self.by_month if each <= month]
        return self.by_month[max(known)] if known else {}


def usage_of(case: Case, periods: Iterable[ExistingPeriod], since: date) -> Usage:
    """Add up the closed statements from a month on.

    Where the engagement ended inside what is closed, what its last statement left lapses there: no
    later statement will say so.
    """
    engagement = case.engagement
    closed = sorted((each for each in periods if each.closed), key=lambda each: each.date_start)
    running: dict[str, Hours] = {}
    by_month: dict[date, Mapping[str, Hours]] = {}
    for period in closed:
        month = first_of(period.date_start)
        if month < since:
            continue
        for line in period.lots:
            name = _lot_name(line)
            if name:
                lot = running.get(name, Hours(line.granted))
                running[name] = lot.plus(line, first=first_of(line.granted_on) == month)
        by_month[month] = dict(running)
    end = engagement.date_end
    if closed and end is not None and end <= closed[-1].date_end and by_month:
        left = {
            name: Hours(each.granted, each.drawn, each.granted - each.drawn)
            for name, each in running.items()
        }
        by_month[max(by_month)] = left
    return Usage(by_month, _missing(case, by_month, since))


def _missing(case: Case, read: Mapping[date, object], since: date) -> tuple[date, ...]:
    until = case.engagement.closed_until
    if until is None:
        return ()
    return tuple(
        month
        for month in months(max(since, first_statement(case)), until)
        if month not in read and case.in_force(month)
    )


def first_statement(case: Case) -> date:
    """The first month of an engagement that ever has a statement."""
    start, go_live = case.engagement.date_start, case.company.go_live
    return first_of(max(start, go_live) if go_live else start)


def _lot_name(line: LotLine) -> str:
    """The lot of hours that a fee pays for; hours given back by a correction cost nothing."""
    match line.source:
        case LotSource.allowance:
            return month_source(line.granted_on)
        case LotSource.block:
            return f"b{line.block_id}"
        case _:
            return ""


def parts_of(case: Case, document: FeeDocument, usage: Usage) -> tuple[Part, ...]:
    """The months (or the one block of hours) that a document pays for; empty when it names none."""
    lot = document.lots[0]
    if document.block:
        bought = lot.service_start or lot.day
        return (
            Part(
                month=first_of(bought),
                weight=WHOLE,
                pattern=Recognition.as_consumed,
                hours_of=document.block,
                expected_breakage=_expected(case.engagement, bought),
            ),
        )
    if lot.service_start is None or lot.service_end is None:
        return ()
    return _months(case, lot.service_start, lot.service_end, usage)


def _expected(engagement: Engagement, day: date) -> Decimal:
    terms = terms_on(engagement, day)
    return terms.expected_breakage if terms is not None else Decimal(0)


def _months(case: Case, start: date, end: date, usage: Usage) -> tuple[Part, ...]:
    cuts = {month: _clipped(case, month, start, end) for month in months(start, end)}
    fees = {
        month: Fraction(month_fee(cut, month, case.engagement.currency))
        for month, cut in cuts.items()
    }
    if not sum(fees.values()):
        return _forfeited(case, start) or _by_days(cuts, start, end)
    patterns = {month: _pattern(case, month, cut, usage) for month, cut in cuts.items()}
    even = {
        month: cut for month, cut in cuts.items() if patterns[month] is Recognition.straight_line
    }
    weights = {**fees, **_evenly(even, fees)}
    return tuple(
        Part(
            month=month,
            weight=weights[month],
            pattern=patterns[month],
            hours_of=(month_source(month) if patterns[month] is Recognition.as_consumed else ""),
            expected_breakage=_terms(cut).expected_breakage,
        )
        for month, cut in cuts.items()
        if weights[month]
    )


def _clipped(case: Case, month: date, start: date, end: date) -> tuple[Segment, ...]:
    """The month's days in force under their terms, no more than the service that was billed."""
    if not case.engagement.terms:
        return ()
    return tuple(
        Segment(each.terms, max(each.start, start), min(each.end, end))
        for each in segments(case, month)
        if each.start <= end and each.end >= start
    )


def _terms(cut: tuple[Segment, ...]) -> Terms:
    """The terms that decide how a month is earned: the first that are not paused."""
    running = [each.terms for each in cut if not each.terms.paused]
    return running[0] if running else cut[0].terms


def _pattern(case: Case, month: date, cut: tuple[Segment, ...], usage: Usage) -> Recognition:
    """How a month is earned; by days where there are no hours to draw, or never a statement."""
    if not cut:
        return Recognition.straight_line
    pattern = _terms(cut).recognition
    if pattern is not Recognition.as_consumed:
        return pattern
    if any(month_source(month) in lots for lots in usage.by_month.values()):
        return pattern
    if month < first_statement(case) or not allowance(cut, month):
        return Recognition.straight_line
    return pattern


def _forfeited(case: Case, start: date) -> tuple[Part, ...]:
    """A fee for days after the end that nobody gives back."""
    end = case.engagement.date_end
    if end is None or end >= start:
        return ()
    return (Part(first_of(end), WHOLE, Recognition.immediate, forfeited=True),)


def _by_days(cuts: Mapping[date, tuple[Segment, ...]], start: date, end: date) -> tuple[Part, ...]:
    """Where no month has a fee any more: the days of the service that was billed."""
    return tuple(
        Part(
            month=month,
            weight=Fraction(days(max(month, start), min(last_of(month), end))),
            pattern=Recognition.straight_line,
        )
        for month in cuts
    )


def _evenly(
    cuts: Mapping[date, tuple[Segment, ...]], fees: Mapping[date, Fraction]
) -> dict[date, Fraction]:
    """The fees of these months, spread evenly over the days under the same terms."""
    amounts: dict[int, Fraction] = {}
    spans: dict[int, int] = {}
    running = {
        month: [each for each in cut if not each.terms.paused] for month, cut in cuts.items()
    }
    for month, cut in running.items():
        whole = sum(days(each.start, each.end) for each in cut)
        for each in cut:
            length = days(each.start, each.end)
            share = fees[month] * length / whole
            amounts[each.terms.id] = amounts.get(each.terms.id, NOTHING) + share
            spans[each.terms.id] = spans.get(each.terms.id, 0) + length
    return {
        month: sum(
            (
                amounts[each.terms.id] * days(each.start, each.end) / spans[each.terms.id]
                for each in cut
            ),
            NOTHING,
        )
        for month, cut in running.items()
    }


def progress(parts: tuple[Part, ...], usage: Usage, month: date, posted_on: date) -> Progress:
    """How far a document is earned by the end of a month that has ended.

    ``posted_on``: the document's day in the books.
    """
    revenue = total = NOTHING
    for part in parts:
        earned = part_progress(part, usage, month, posted_on)
        if earned is not NONE:
            revenue += part.weight * earned.revenue
            total += part.weight * earned.total
    if not total:
        return NONE
    whole = sum((part.weight for part in parts), NOTHING)
    return Progress(revenue / whole, total / whole)


def part_progress(part: Part, usage: Usage, month: date, posted_on: date) -> Progress:
    """How far one part of a document is earned by the end of a month that has ended."""
    lots = usage.at(month)
    match part.pattern:
        case Recognition.immediate:
            done = month >= min(part.month, first_of(posted_on))
        case Recognition.straight_line:
            done = month >= part.month
        case Recognition.as_consumed:
            if part.hours_of in lots:
                return _drawn(lots[part.hours_of], part.expected_breakage)
            # A month that closed without a lot of its own: a deficit absorbed all of it.
            last = usage.last
            done = part.hours_of[0].isdigit() and last is not None and part.month <= last
            done = done and month >= part.month
    if not done:
        return NONE
    return Progress(NOTHING if part.forfeited else WHOLE, WHOLE)


def _drawn(lot: Hours, expected_breakage: Decimal) -> Progress:
    """Revenue by hours drawn; breakage as hours lapse or, where experience expects it, in
    proportion to the hours drawn, whichever is more; never beyond the fee.
    """
    if lot.granted <= 0:
        return Progress(WHOLE, WHOLE)
    drawn = Fraction(lot.drawn, lot.granted)
    total = Fraction(lot.drawn + lot.lapsed, lot.granted)
    if expected_breakage > 0 and drawn:
        kept = WHOLE - Fraction(expected_breakage) / 100
        total = max(total, drawn / kept if drawn < kept else WHOLE)
    return Progress(min(drawn, WHOLE), min(total, WHOLE))
