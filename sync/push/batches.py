"""A plan cut into calls: whole units, in the plan's order."""

from collections.abc import Iterator, Sequence

from mappings import Books, gateway
from mappings.account_move import NoAccount
from mappings.as_read import AsRead
from mappings.outgoing import Document
from sync.plan.changes import Change
from sync.push.report import Result, Status

Unit = tuple[Change, ...]
"""Changes that are written together or not at all."""


def units(changes: Sequence[Change]) -> list[Unit]:
    """The changes by unit, each where its first change stands."""
    grouped: dict[str, list[Change]] = {}
    for change in changes:
        grouped.setdefault(change.unit, []).append(change)
    return [tuple(each) for each in grouped.values()]


def batches(whole: Sequence[Unit], size: int) -> Iterator[list[Unit]]:
    """Units together up to so many changes; a bigger unit goes alone."""
    assert size > 0, "a batch holds at least one document"
    batch: list[Unit] = []
    count = 0
    for unit in whole:
        if batch and count + len(unit) > size:
            yield batch
            batch, count = [], 0
        batch.append(unit)
        count += len(unit)
    if batch:
        yield batch


def payload(unit: Unit, books: Books, as_read: AsRead) -> list[Document] | list[Result]:
    """A unit's documents, or why none of them can be written."""
    company = as_read.snapshot.company
    try:
        return [
            gateway.outgoing(each.document, each.unit, company, books, as_read) for each in unit
        ]
    except NoAccount as trouble:
        return [
            Result(
                key=change.key,
                status=Status.rejected,
                code="no_account" if change.key == trouble.key else "unit",
                reason=str(trouble),
            )
            for change in unit
        ]
