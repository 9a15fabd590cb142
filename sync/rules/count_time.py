"""Rule 1, second half: how much of an entry counts.

Each entry is rounded up to the increment of its terms and weighed by the role of who did the work;
what an invoice billed of it already does not count again.
"""

from decimal import Decimal

from sync.domain import hours
from sync.domain.entries import TimeEntry
from sync.domain.terms import Terms


def count_time(terms: Terms | None, entries: list[TimeEntry]) -> list[TimeEntry]:
    """The entries of days under the same terms (None: before the first) with what of them counts.

    Nearly all agreements count time as it is; their entries are not touched.
    """
    increment = terms.time_increment if terms else 0
    factors: dict[int | None, Decimal] = {}
    for each in reversed(terms.role_rates if terms else ()):
        factors[each.role_id] = each.factor
    if increment <= 0 and not factors and not any(entry.billed_seconds for entry in entries):
        return entries
    counted = []
    for entry in entries:
        seconds = hours.round_up(entry.seconds, increment)
        if entry.role_id in factors:
            seconds = hours.weigh(seconds, factors[entry.role_id])
        seconds -= entry.billed_seconds
        counted.append(entry if seconds == entry.seconds else entry._replace(seconds=seconds))
    return counted
