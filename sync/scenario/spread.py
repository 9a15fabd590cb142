"""Hours given for a span, spread over its business days as somebody would have entered them."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date

from sync.domain.calendar import ONE_DAY, business_day, last_of
from sync.domain.hours import HOUR
from sync.scenario.model import Time

QUARTER = HOUR // 4


def entries(time: Time, holidays: Collection[date] = ()) -> list[tuple[date, int]]:
    """The (day, seconds) that a line of ``time`` stands for."""
    if time.date:
        assert time.hours is not None
        return [(time.date, time.hours)]
    days = time.dates or list(business_days(*_span(time), holidays))
    if time.hours_per_day is not None:
        return [(day, time.hours_per_day) for day in days]
    assert time.hours is not None
    return spread(time.hours, days)


def spread(seconds: int, days: Sequence[date]) -> list[tuple[date, int]]:
    """So many seconds over those days: whole quarter hours, as even as these allow.

    The sum is exact: what is no whole quarter goes to the last day. Days that get nothing have no
    entry.
    """
    assert days, "no day to spread the hours over"
    sign = -1 if seconds < 0 else 1
    quarters, rest = divmod(abs(seconds), QUARTER)
    count = len(days)
    shares = [
        (quarters * (at + 1) // count - quarters * at // count) * QUARTER for at in range(count)
    ]
    shares[-1] += rest
    return [(day, sign * share) for day, share in zip(days, shares, strict=True) if share]


def business_days(start: date, end: date, holidays: Collection[date] = ()) -> Iterator[date]:
    """The days of a span that are neither weekend nor holiday."""
    day = start
    while (day := business_day(day, holidays)) <= end:
        yield day
        day += ONE_DAY


def _span(time: Time) -> tuple[date, date]:
    if time.month:
        return time.month, last_of(time.month)
    assert time.from_ and time.to
    return time.from_, time.to
