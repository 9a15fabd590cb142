"""From rows to values: what can be read is a value, what cannot is an issue; the rest goes on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import ValidationError

from mappings.fields import Row, Unreadable, clean
from sync.domain.issues import Issue, Severity, Source
from sync.domain.keys import engagement_of as key_engagement
from sync.domain.keys import is_key

T = TypeVar("T")

EngagementOf = Callable[[Row], object]
"""Which engagement a row belongs to, as far as it says; anything but an id counts as unknown."""

Suspects = Callable[[Row], Iterable[int]]
"""The engagements that a refused row may belong to where it does not say: all of them wait."""


@dataclass(frozen=True)
class Read(Generic[T]):
    """The values of some rows, and an issue for each row that is none.

    ``bad`` holds the ids of the refused rows, so that what refers to them can be parked too.
    """

    values: tuple[T, ...]
    issues: tuple[Issue, ...]
    bad: frozenset[int]


def read_each(
    model: str,
    rows: Iterable[Row],
    value: Callable[[Row], T],
    engagement_of: EngagementOf | None = None,
    suspects: Suspects | None = None,
) -> Read[T]:
    """Read every row with ``value``; a row that raises ``Unreadable`` becomes a blocking issue.

    A row that is missing makes the documents of its engagement wrong. Where nobody can say whose it
    is, there is an issue for each of the ``suspects``.
    """
    values: list[T] = []
    issues: list[Issue] = []
    for row in rows:
        try:
            values.append(value(row))
        except Unreadable as trouble:
            issues += refused(model, row, trouble, engagement_of, suspects)
        except ValidationError as trouble:
            issues += refused(model, row, _as_unreadable(trouble), engagement_of, suspects)
    bad = frozenset(issue.source.id for issue in issues if issue.source.id)
    return Read(tuple(values), tuple(issues), bad)


def refused(
    model: str,
    row: Row,
    trouble: Unreadable,
    engagement_of: EngagementOf | None = None,
    suspects: Suspects | None = None,
) -> list[Issue]:
    """What a row that could not be read means: an issue, or one per engagement it may be of."""
    issue = unreadable(model, row, trouble, engagement_of)
    if issue.engagement_id is not None or suspects is None:
        return [issue]
    whose = sorted(set(suspects(row if isinstance(row, dict) else {})))
    return [issue.model_copy(update={"engagement_id": each}) for each in whose] or [issue]


def unreadable(
    model: str, row: Row, trouble: Unreadable, engagement_of: EngagementOf | None = None
) -> Issue:
    """The issue of a row that could not be read. Takes anything for a row, even no row at all."""
    fields = row if isinstance(row, dict) else {}
    record, name = fields.get("id"), fields.get("name")
    return Issue(
        code="unreadable",
        severity=Severity.blocker,
        source=Source(
            model=model,
            id=record if type(record) is int else 0,
            name=clean(name)[:80] if isinstance(name, str) else "",
        ),
        field=trouble.field,
        message=f"{trouble.what}; {trouble.remedy}",
        engagement_id=_engagement(fields, engagement_of),
    )


def _engagement(fields: Row, engagement_of: EngagementOf | None) -> int | None:
    if engagement_of is None:
        return None
    found = engagement_of(fields)
    if isinstance(found, list | tuple) and found:
        found = found[0]
    return found if type(found) is int and found > 0 else None


def field_of(name: str) -> EngagementOf:
    """The engagement named by a many2one of the row."""

    def engagement(row: Row) -> object:
        return row.get(name)

    return engagement


def of_document(row: Row) -> object:
    """The engagement of a document of ours: the one that it names, else the one in its key."""
    named, key = row.get("retainer_engagement_id"), row.get("retainer_key")
    if type(named) is not int and isinstance(key, str) and is_key(key):
        return key_engagement(key)
    return named


def _as_unreadable(trouble: ValidationError) -> Unreadable:
    """The first thing that the domain's own checks have against a row."""
    first = trouble.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return Unreadable(place or "record", clean(first["msg"])[:200], "correct the record in Odoo")
