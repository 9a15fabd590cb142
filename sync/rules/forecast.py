"""Rule 20, the forecast: on which day a month's hours run out, and how that was reached."""

from datetime import date, timedelta

from sync.domain import hours
from sync.domain.calendar import days
from sync.rules.case import Case, Month


def runs_out_on(case: Case, month: Month) -> date | None:
    """The day on which the hours run out: the day of the first overage, or, while the month goes
    on, the day reached at the average of its days so far (hours used ÷ days gone). None when the
    hours last beyond the month's end at that pace.
    """
    if month.over:
        return max(month.over[0].entry.day, month.start)
    if not month.used:
        return None
    gone = days(month.start, case.as_of)
    needed = -(-month.available * gone // month.used)
    if needed > days(month.start, month.end):
        return None
    return month.start + timedelta(days=needed - 1)


def forecast(case: Case, month: Month) -> str:
    """How the day was reached: ``9:00 h used in 10 days, 20:00 h last 23 days: until 2025-03-23``.

    Empty for a month in which the hours did not run out, or in which nothing says when they will.
    """
    day = runs_out_on(case, month)
    if month.over:
        first = month.over[0].entry
        return f"the hours ran out on {day}, with entry {first.id} of {first.day}"
    if month.ended or not month.used:
        return ""
    gone = days(month.start, case.as_of)
    pace = f"at the pace so far ({hours.text(month.used)} h used in {gone} days)"
    if day is None:
        return f"{pace} the {hours.text(month.available)} h last beyond the month's end"
    lasting = days(month.start, day)
    return f"{pace} the {hours.text(month.available)} h last {lasting} days: until {day}"
