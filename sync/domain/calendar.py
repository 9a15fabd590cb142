"""Days and months. Every date is inclusive: the last day of a month still counts."""

from calendar import monthrange
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from functools import lru_cache

ONE_DAY = timedelta(days=1)

MONTHS = (
    "",
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
"""By their number; the machine's language must not change what an invoice says."""


def first_of(day: date) -> date:
    """The first day of the day's month."""
    return day.replace(day=1)


@lru_cache(maxsize=4096)
def last_of(day: date) -> date:
    """The last day of the day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def days_in(day: date) -> int:
    """How many days the day's calendar month has."""
    return last_of(day).day


def add_months(first: date, months: int) -> date:
    """The first of the month that lies ``months`` after the given first of a month."""
    assert first.day == 1, f"{first} is not the first of a month"
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)


def months(start: date, end: date) -> Iterator[date]:
    """The first days of the months that the span touches, in order."""
    month = first_of(start)
    while month <= end:
        yield month
        month = add_months(month, 1)


def days(start: date, end: date) -> int:
    """Days in the span, both ends counted; 0 when it is empty."""
    return max(0, (end - start).days + 1)


def day_of(month: date, day: int) -> date:
    """That day of the month, or its last where the month is shorter."""
    return month.replace(day=min(day, days_in(month)))


def billing_month(billing_day: int, as_of: date) -> date:
    """The first of the month of the last day of billing (``billing_day`` of each) that has come."""
    month = first_of(as_of)
    return month if day_of(month, billing_day) <= as_of else add_months(month, -1)


def last_year_end(year_end: tuple[int, int], day: date) -> date:
    """The last day, before the given one, on which a financial year ended; (month, day)."""
    month, last = year_end
    found = day_of(date(day.year, month, 1), last)
    return found if found < day else day_of(date(day.year - 1, month, 1), last)


def business_day(day: date, holidays: Collection[date] = ()) -> date:
    """The day itself, or the next one that is neither weekend nor holiday."""
    while day.weekday() >= 5 or day in holidays:
        day += ONE_DAY
    return day


def month_text(month: date) -> str:
    """``March 2025``."""
    return f"{MONTHS[month.month]} {month.year}"


def span_text(start: date, end: date) -> str:
    """``12–18 March 2025``, ``28 February–3 March 2025``, or a single ``12 March 2025``."""
    if start == end:
        return f"{start.day} {month_text(start)}"
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}–{end.day} {month_text(end)}"
    if start.year == end.year:
        return f"{start.day} {MONTHS[start.month]}–{end.day} {month_text(end)}"
    return f"{start.day} {month_text(start)}–{end.day} {month_text(end)}"


def months_text(start: date, end: date) -> str:
    """``March 2025``, ``January–March 2025`` or ``November 2024–January 2025``."""
    if (start.year, start.month) == (end.year, end.month):
        return month_text(start)
    if start.year == end.year:
        return f"{MONTHS[start.month]}–{month_text(end)}"
    return f"{month_text(start)}–{month_text(end)}"
