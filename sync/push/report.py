"""What became of each document of a plan."""

from collections import Counter
from enum import StrEnum

from sync.domain.value import Value


class Status(StrEnum):
    """What became of one document."""

    created = "created"
    replaced = "replaced"
    """An untouched draft, or an open statement, of ours was rewritten."""
    withdrawn = "withdrawn"
    """An untouched draft of ours was removed."""
    unchanged = "unchanged"
    """It was there already, as planned."""
    conflict = "conflict"
    """A person's change stands in its way; nothing was written."""
    rejected = "rejected"
    """Odoo, or a check before it, refused it; nothing was written."""
    not_sent = "not_sent"
    """The push stopped before it; the next run writes it."""
    unknown = "unknown"
    """It was sent and no answer came; looked up, it was not there yet, or that failed as well. The
    next run finds out."""


WRITTEN = (Status.created, Status.replaced, Status.unchanged)
"""Those that stand in Odoo now."""


class Result(Value):
    """One document's answer."""

    key: str
    status: Status
    id: int | None = None
    """Of the record in Odoo."""
    name: str = ""
    """Its number or name there."""
    code: str = ""
    """Why not, for programs: one of the gateway's codes, or ``no_account``, ``server_fault``."""
    reason: str = ""
    """Why not, for people."""


class PushReport(Value):
    """What a push did: one result per document of the plan, in the plan's order."""

    results: tuple[Result, ...] = ()
    run_id: int | None = None
    """Of the run's record in Odoo."""
    stopped: str = ""
    """Why it ended before its last document; empty when it did not."""
    notes: tuple[str, ...] = ()
    """What else went on: unclear answers and how they were cleared up."""

    @property
    def counts(self) -> dict[Status, int]:
        """Documents per answer; all answers are there."""
        found = Counter(result.status for result in self.results)
        return {status: found[status] for status in Status}

    @property
    def ok(self) -> bool:
        """Whether everything that was planned stands in Odoo now."""
        return not self.stopped and all(
            result.status in (*WRITTEN, Status.withdrawn) for result in self.results
        )
