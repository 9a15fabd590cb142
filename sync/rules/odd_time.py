"""Time that cannot be right as it was entered: more than a day has, by one person.

It is counted as it stands, since some people enter a week's work on one day; but somebody should
look, before it is overage.
"""

from datetime import date
from itertools import chain

from sync.domain import hours
from sync.domain.issues import Issue, Severity, Source
from sync.rules.case import Case, Findings

DAY = 24 * hours.HOUR


def odd_time(case: Case, found: Findings) -> Findings:
    """A warning for each person and day with more than 24 hours among what is open."""
    entries = [*case.entries, *chain.from_iterable(case.extra.values())]
    worked: dict[tuple[date, str], int] = {}
    for entry in entries:
        of = entry.day, entry.employee
        worked[of] = worked.get(of, 0) + entry.seconds
    long = {of: seconds for of, seconds in worked.items() if seconds > DAY and of[1]}
    ids: dict[tuple[date, str], list[int]] = {of: [] for of in sorted(long)}
    for entry in entries if long else ():
        if (entry.day, entry.employee) in ids:
            ids[entry.day, entry.employee].append(entry.id)
    return found.plus(issues=tuple(_issue(case, *of, long[of], some) for of, some in ids.items()))


def _issue(case: Case, day: date, employee: str, seconds: int, entries: list[int]) -> Issue:
    return Issue(
        code="more_than_a_day",
        severity=Severity.warning,
        source=Source(model="account.analytic.line", id=min(entries), name=f"{employee}, {day}"),
        field="unit_amount",
        message=f"{hours.text(seconds)} h of one person on one day (entries"
        f" {', '.join(map(str, entries[:5]))}); correct the hours, or spread them over the days on"
        " which they were worked",
        engagement_id=case.engagement.id,
    )
