"""Rule 21: who always exceeds and who always underuses the allowance, and what would fit.

Looks at the last closed statements only; a recommendation states its evidence.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from sync.domain import hours
from sync.domain.calendar import month_text
from sync.domain.engagement import Engagement
from sync.domain.existing import ExistingPeriod
from sync.domain.money import multiply
from sync.domain.value import Exact, Value

MONTHS = 3
"""Fewest closed months before anything is recommended."""
UNDERUSE = 70
"""Percent of the allowance below which a month counts as underused."""


class Direction(StrEnum):
    """Which way the allowance should go."""

    more = "more"
    less = "less"


class Recommendation(Value):
    """A proposed allowance and fee for one retainer."""

    engagement_id: int
    engagement: str
    direction: Direction
    current_seconds: int
    current_fee: Exact
    proposed_seconds: int
    """The median month's use, rounded up to the whole hour."""
    proposed_fee: Exact
    """At the fee per hour of the present terms."""
    evidence: tuple[str, ...]
    """One line per month looked at."""


def recommend(engagement: Engagement, closed: Sequence[ExistingPeriod]) -> Recommendation | None:
    """A recommendation where every one of the last closed months points the same way, else None."""
    months = sorted(closed, key=lambda each: each.date_start)[-MONTHS * 2 :]
    terms = engagement.terms[-1] if engagement.terms else None
    if len(months) < MONTHS or terms is None or not terms.monthly_seconds or terms.paused:
        return None
    allowance = terms.monthly_seconds
    if all(each.used > allowance for each in months):
        direction = Direction.more
    elif all(each.used * 100 < allowance * UNDERUSE for each in months):
        direction = Direction.less
    else:
        return None
    used = sorted(each.used for each in months)
    middle = len(used) // 2
    median = used[middle] if len(used) % 2 else (used[middle - 1] + used[middle]) // 2
    proposed = -(-median // hours.HOUR) * hours.HOUR
    fee = multiply(terms.monthly_fee, proposed, allowance)
    return Recommendation(
        engagement_id=engagement.id,
        engagement=engagement.name,
        direction=direction,
        current_seconds=allowance,
        current_fee=terms.monthly_fee,
        proposed_seconds=proposed,
        proposed_fee=engagement.currency.round(fee),
        evidence=tuple(
            f"{month_text(each.date_start)}: {hours.text(each.used)} of"
            f" {hours.text(allowance)} h"
            f" ({_percent(each.used, allowance)} %)"
            for each in months
        ),
    )


def _percent(used: int, allowance: int) -> Decimal:
    return multiply(Decimal(100), used, allowance).quantize(Decimal(1), ROUND_HALF_UP)
