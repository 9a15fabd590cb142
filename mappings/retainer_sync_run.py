"""``retainer.sync.run``: the runs of the service."""

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
DAY_FIELDS = ("as_of",)
NEWEST = "id desc"
STATE_FIELDS = ("state",)
"""All that is asked where only it counts whether a run has begun or ended."""


class Progress(NamedTuple):
    """Which run of a company is its newest (0 = none yet), and how far it is."""

    id: int = 0
    state: str = ""

    @property
    def under_way(self) -> bool:
        """Whether it has not ended, as far as its record says."""
        return self.state == "running"


def progress(row: Row) -> Progress:
    """How far a run is, of a row with ``STATE_FIELDS``."""
    return Progress(row["id"], shown.text(row, "state"))


def day(row: Row) -> date | None:
    """The day that the run was for."""
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
