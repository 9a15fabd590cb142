"""Rule 21: who always exceeds and who always underuses the allowance, and what would fit.

Looks at the last closed months under the present allowance; a recommendation states its evidence.
The account manager hears of it once a quarter, as long as it holds.
"""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from sync.domain import hours
from sync.domain.calendar import ONE_DAY, last_of, month_text
from sync.domain.documents import Alert
from sync.domain.engagement import Engagement
from sync.domain.existing import ClosedMonth
from sync.domain.keys import key
from sync.domain.money import ZERO, Currency, multiply
from sync.domain.value import Exact, Value
from sync.rules.case import Case, Findings, terms_on

FEWEST, MOST = 3, 6
"""Closed months that are needed before anything is recommended, and that are looked at."""
UNDERUSE = 70
"""Percent of the allowance below which a month counts as underused."""


class Direction(StrEnum):
    """Which way the allowance should go."""

    more = "more"
    less = "less"


class Recommendation(Value):
    """A proposed allowance and fee for one retainer. Hours are seconds, money its currency."""

    engagement_id: int
    engagement: str
    direction: Direction
    current_seconds: int
    current_fee: Exact
    proposed_seconds: int
    """The median month's use, rounded up to the whole hour; one hour at least."""
    proposed_fee: Exact
    """At the fee per hour of the present terms, half-up."""
    months: tuple[ClosedMonth, ...]
    """The evidence, oldest first."""
    paid: Exact
    """What these months came to: fees and overage."""
    would_be: Exact
    """What they would have come to under the proposal, hours beyond it at the overage rate."""


def recommend(engagement: Engagement, closed: Sequence[ClosedMonth]) -> Recommendation | None:
    """A recommendation where every one of the last closed months points the same way, else None.

    Only whole months under the allowance of the present terms count: what was changed already
    needs no advice.
    """
    terms = engagement.terms[-1] if engagement.terms else None
    if terms is None or terms.monthly_seconds <= 0 or terms.paused:
        return None
    allowance = terms.monthly_seconds
    months = tuple(
        each
        for each in sorted(closed, key=lambda each: each.date_start)
        if _is_whole(each) and _allowance_of(engagement, each) == allowance
    )[-MOST:]
    if len(months) < FEWEST:
        return None
    if all(each.used > allowance for each in months):
        direction = Direction.more
    elif all(each.used * 100 < allowance * UNDERUSE for each in months):
        direction = Direction.less
    else:
        return None
    median = _median([each.used for each in months])
    proposed = max(1, -(-median // hours.HOUR)) * hours.HOUR
    if proposed == allowance:
        return None
    currency = engagement.currency
    fee = currency.round(multiply(terms.monthly_fee, proposed, allowance))
    beyond = sum(max(0, each.used - proposed) for each in months)
    return Recommendation(
        engagement_id=engagement.id,
        engagement=engagement.name,
        direction=direction,
        current_seconds=allowance,
        current_fee=currency.round(terms.monthly_fee),
        proposed_seconds=proposed,
        proposed_fee=fee,
        months=months,
        paid=currency.round(sum((each.fee + each.overage_amount for each in months), ZERO)),
        would_be=currency.round(fee * len(months) + hours.charge(beyond, terms.overage_rate)),
    )


def recommendation(case: Case, found: Findings) -> Findings:
    """A notice once a quarter, from the run on that finds the quarter before it closed."""
    closed_until, quarter = case.engagement.closed_until, quarter_of(case.as_of)
    if closed_until is None or closed_until + ONE_DAY < quarter:
        return found
    advice = recommend(case.engagement, case.history) if case.in_force_on(case.as_of) else None
    if advice is None:
        return found
    source = f"{quarter.year}-q{quarter.month // 3 + 1}-recommendation"
    return found.plus(
        alerts=(
            Alert(
                key=key(case.company.id, case.engagement.id, "alert", source),
                kind="recommendation",
                severity="notice",
                engagement_id=case.engagement.id,
                message=f"{case.engagement.name}: {text(advice, case.engagement.currency)}",
            ),
        )
    )


def text(advice: Recommendation, currency: Currency) -> str:
    """The advice with its evidence, in one sentence after another."""
    money, allowance = currency.text, hours.text(advice.current_seconds)
    number = len(advice.months)
    found = {
        Direction.more: f"each of the last {number} closed months used more than the {allowance} h"
        " allowed",
        Direction.less: f"each of the last {number} closed months used less than {UNDERUSE} % of"
        f" the {allowance} h allowed",
    }[advice.direction]
    evidence = ", ".join(
        f"{month_text(each.date_start)} {hours.text(each.used)} h"
        f" ({percent(each.used, advice.current_seconds)} %)"
        for each in advice.months
    )
    return (
        f"{found}: {evidence}. {hours.text(advice.proposed_seconds)} h for"
        f" {money(advice.proposed_fee)} a month would fit, instead of {allowance} h for"
        f" {money(advice.current_fee)}; these months came to {money(advice.paid)}, they would have"
        f" come to {money(advice.would_be)}"
    )


def quarter_of(day: date) -> date:
    """The first day of the day's calendar quarter."""
    return date(day.year, day.month - (day.month - 1) % 3, 1)


def percent(used: int, allowance: int) -> Decimal:
    """Used in percent of the allowance, half-up to whole percent."""
    return multiply(Decimal(100), used, allowance).quantize(Decimal(1), ROUND_HALF_UP)


def _is_whole(month: ClosedMonth) -> bool:
    first = month.date_start
    return first.day == 1 and month.date_end == last_of(first)


def _allowance_of(engagement: Engagement, month: ClosedMonth) -> int:
    """The allowance that held all through the month; 0 where it changed inside, or was paused."""
    first, last = terms_on(engagement, month.date_start), terms_on(engagement, month.date_end)
    if first is None or last is None or first.paused or last.paused:
        return 0
    return first.monthly_seconds if first.monthly_seconds == last.monthly_seconds else 0


def _median(figures: Sequence[int]) -> int:
    """The middle one, or the middle between two."""
    ordered = sorted(figures)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) // 2
