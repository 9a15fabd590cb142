"""``retainer.sync.run``: the runs of the service."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from mappings import shown
from mappings.fields import Row, Terms
from sync.domain.status import SyncRun

MODEL = "retainer.sync.run"
FIELDS = (
    "state",
    "as_of",
    "owner",
    "started_at",
    "finished_at",
    "lease_until",
    "checksum",
    "created_count",
    "unchanged_count",
    "conflict_count",
    "rejected_count",
    "issue_count",
    "log",
)


def domain(company_id: int) -> Terms:
    """The runs of a company; the newest come first by their id."""
    return [("company_id", "=", company_id)]


def others(company_id: int, run_id: int) -> Terms:
    """The runs of a company but that one; 0 = none is left out."""
    return [*domain(company_id), ("id", "!=", run_id)]


def under_way(company_id: int) -> Terms:
    """Runs that have not ended."""
    return [("company_id", "=", company_id), ("state", "=", "running")]


def done_by(company_id: int, as_of: date) -> Terms:
    """Runs that did their work, for days up to that one."""
    return [
        ("company_id", "=", company_id),
        ("state", "=", "done"),
        ("as_of", "<=", as_of.isoformat()),
    ]


NEWEST_DAY = "as_of desc"
DAY_FIELDS = ("as_of", "counters")
FOLLOWS = "follows"
"""Counter: how many documents followed from what a run wrote, and were left to the next one."""
NEWEST = "id desc"
BY_STATE = ("state",)
SIGNS = ("id:max", "lease_touches:sum")
"""What changes whenever a run begins, writes or ends."""


class Signs(NamedTuple):
    """How far the runs of a company are: the same again, and none of them has written meanwhile."""

    states: frozenset[tuple[str, ...]] = frozenset()
    """By state: (state, newest run, how often runs showed their lease), in Odoo's own words: all
    that counts is whether they are the same.
    """

    @property
    def under_way(self) -> bool:
        """Whether a run has not ended, as far as its record says."""
        return any("running" in each for each in self.states)


NO_SIGNS = Signs()


def signs(rows: Iterable[Row]) -> Signs:
    """How far runs are, of rows grouped ``BY_STATE`` with ``SIGNS``."""
    names = (*BY_STATE, *SIGNS)
    return Signs(frozenset(tuple(str(row.get(name)) for name in names) for row in rows))


def whole_day(row: Row) -> date | None:
    """The day that a run was for; None where something was left to the next one."""
    counters = row.get("counters")
    if isinstance(counters, dict) and counters.get(FOLLOWS):
        return None
    return shown.day(row, "as_of")


def value(row: Row) -> SyncRun:
    """The run's record."""
    return SyncRun(
        id=row["id"],
        state=shown.text(row, "state"),
        as_of=shown.day(row, "as_of"),
        owner=shown.text(row, "owner"),
        started_at=shown.text(row, "started_at"),
        finished_at=shown.text(row, "finished_at"),
        lease_until=shown.text(row, "lease_until"),
        checksum=shown.text(row, "checksum"),
        created=shown.number(row, "created_count"),
        unchanged=shown.number(row, "unchanged_count"),
        conflicts=shown.number(row, "conflict_count"),
        rejected=shown.number(row, "rejected_count"),
        issues=shown.number(row, "issue_count"),
        log=shown.text(row, "log"),
    )
