"""Time that cannot be right as it was entered: more than a day has, by one person.

It is counted as it stands, since some people enter a week's work on one day; but somebody should
look, before it is overage.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import chain

from sync.domain import hours
from sync.domain.entries import TimeEntry
from sync.domain.issues import Issue, Severity, Source
from sync.rules.case import Case, Findings

DAY = 24 * hours.HOUR


def odd_time(case: Case, found: Findings) -> Findings:
    """A warning for each person and day with more than 24 hours among what is open."""
    entries = [*case.entries, *chain.from_iterable(case.extra.values())]
    worked: dict[date, int] = {}
    for entry in entries:
        worked[entry.day] = worked.get(entry.day, 0) + entry.seconds
    long = {day for day, seconds in worked.items() if seconds > DAY}
    if not long:
        return found
    return found.plus(issues=tuple(_of_one_person(case, entries, long)))


def _of_one_person(case: Case, entries: list[TimeEntry], days: set[date]) -> Iterable[Issue]:
    people: dict[tuple[date, str], list[TimeEntry]] = defaultdict(list)
    for entry in entries:
        if entry.day in days and entry.employee:
            people[entry.day, entry.employee].append(entry)
    for (day, employee), some in sorted(people.items()):
        total = sum(entry.seconds for entry in some)
        if total > DAY:
            yield Issue(
                code="more_than_a_day",
                severity=Severity.warning,
                source=Source(
                    model="account.analytic.line",
                    id=min(entry.id for entry in some),
                    name=f"{employee}, {day}",
                ),
                field="unit_amount",
                message=f"{hours.text(total)} h of one person on one day (entries"
                f" {', '.join(str(entry.id) for entry in some[:5])}); correct the hours, or spread"
                " them over the days on which they were worked",
                engagement_id=case.engagement.id,
            )
