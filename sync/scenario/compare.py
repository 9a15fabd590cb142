"""What is expected against what is there: differences that say the field and both values."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import partial
from typing import Any

from sync.domain import hours
from sync.scenario.model import Entry, ExpectedEntryLine

Seen = Mapping[str, Any]

_IDENTITY = 100
"""What it weighs when a field that says which record is meant differs."""

IDENTITIES: Mapping[str, tuple[str, ...]] = {
    "invoices": ("engagement", "role", "credit", "month", "date", "advance"),
    "held": ("engagement", "role", "month"),
    "statements": ("engagement", "month"),
    "issues": ("code", "engagement", "record"),
    "alerts": ("kind", "engagement"),
    "quotations": ("change_order",),
    "requests": ("engagement", "month"),
    "withdrawn": ("engagement", "role", "month"),
    "entries": ("engagement", "role", "month", "date", "advance"),
    "conflicts": ("engagement", "role", "code"),
    "rejected": ("engagement", "role", "code"),
    "foreign": ("kind", "client", "document"),
    "lots": ("client", "kind", "advance", "engagement", "role", "month", "document"),
    "receivables": ("client", "engagement", "role", "document"),
    "advances": ("advance", "engagement", "amount"),
    "parked": (),
}
"""The fields by which a record is recognised, so that its other fields can be compared."""

_HOURS = {
    "allocated",
    "rolled_in",
    "available",
    "used",
    "remaining",
    "overage",
    "expired",
    "rolled_out",
    "late",
    "hours",
    "granted",
    "opening",
    "drawn",
    "lapsed",
    "closing",
}
_MONTHS = {"month"}
_WORDS = {"message"}
"""Fields of which a part is expected."""


@dataclass(frozen=True)
class Difference:
    """One thing that is not as expected: where in the story, which field, what was got."""

    where: str
    """The step, ``run 2025-03-28``, or ``end``."""
    what: str
    expected: str
    got: str

    def __str__(self) -> str:
        """``run 2025-03-28: invoices[0] total: expected 5000 got 4500``."""
        return f"{self.where}: {self.what}: expected {self.expected} got {self.got}"


def compare_list(
    where: str, listing: str, expected: Sequence[Entry], seen: Sequence[Seen], *, at_least: bool
) -> Iterator[Difference]:
    """Match each expected record with the nearest one that is there; then field by field."""
    identity = IDENTITIES[listing]
    left = list(range(len(seen)))
    pairs = sorted(
        (_distance(entry, seen[at], identity), number, at)
        for number, entry in enumerate(expected)
        for at in left
    )
    matched: dict[int, int] = {}
    for distance, number, at in pairs:
        if number not in matched and at in left and distance < _IDENTITY:
            matched[number] = at
            left.remove(at)
    for number, entry in enumerate(expected):
        name = f"{listing}[{number}]"
        if number not in matched:
            near = [seen[at] for at in left]
            got = "; ".join(_brief(each, identity) for each in near) or "none"
            yield Difference(where, f"{name}, one with", _brief(_given(entry), identity), got)
        else:
            yield from _fields(where, name, entry, seen[matched[number]], identity)
    if not at_least:
        unmatched = len(expected) - len(matched)
        for at in left[unmatched:] if unmatched else left:
            yield Difference(where, listing, "no more", _brief(seen[at], identity, full=True))


def compare_value(where: str, what: str, expected: object, got: object) -> Iterator[Difference]:
    """A difference where two plain values are not the same."""
    if expected != got:
        yield Difference(where, what, show(what, expected), show(what, got))


def _given(entry: Entry) -> dict[str, Any]:
    """The fields to check: those that the story gives, and those with a meaning of their own."""
    return {
        name: value
        for name in type(entry).model_fields
        if (value := getattr(entry, name)) is not None
    }


def _distance(entry: Entry, seen: Seen, identity: Sequence[str]) -> int:
    """How far a record is from what is expected: fields that differ, the identifying ones most."""
    return sum(
        _IDENTITY if name in identity else 1
        for name, value in _given(entry).items()
        if not _same(name, value, seen.get(name))
    )


def _same(name: str, expected: Any, got: Any) -> bool:
    if name in _WORDS:
        return str(expected) in str(got)
    if isinstance(expected, list) and expected and isinstance(expected[0], Entry):
        if not isinstance(got, list) or len(expected) != len(got):
            return False
        pairs = zip(*_in_order(expected, got), strict=True)
        return all(_distance(entry, line, ()) == 0 for entry, line in pairs)
    if isinstance(expected, Enum):
        expected = expected.value
    return bool(expected == got)


def _fields(
    where: str, name: str, entry: Entry, seen: Seen, identity: Sequence[str]
) -> Iterator[Difference]:
    label = f"{name} ({_brief(seen, identity)})" if identity else name
    for field, value in _given(entry).items():
        got = seen.get(field)
        if _same(field, value, got):
            continue
        if isinstance(value, list) and value and isinstance(value[0], Entry):
            yield from _inner(where, f"{label} {field}", value, got or [])
        else:
            yield Difference(where, f"{label} {field}", show(field, value), show(field, got))


def _in_order(
    expected: Sequence[Entry], seen: Sequence[Seen]
) -> tuple[Sequence[Entry], Sequence[Seen]]:
    """Lines side by side: those of a document in their order, those of the books by account."""
    if not isinstance(expected[0], ExpectedEntryLine):
        return expected, seen

    def place(get: Callable[[str], Any]) -> tuple[str, Decimal, Decimal]:
        return str(get("account")), get("debit"), get("credit")

    return (
        sorted(expected, key=lambda entry: place(partial(getattr, entry))),
        sorted(seen, key=lambda line: place(line.__getitem__)),
    )


def _inner(
    where: str, name: str, expected: Sequence[Entry], seen: Sequence[Seen]
) -> Iterator[Difference]:
    if len(expected) != len(seen):
        got = " | ".join(_brief(each, (), full=True) for each in seen) or "none"
        yield Difference(where, name, f"{len(expected)}", f"{len(seen)}: {got}")
        return
    for at, (entry, line) in enumerate(zip(*_in_order(expected, seen), strict=True)):
        yield from _fields(where, f"{name}[{at}]", entry, line, ())


def _brief(seen: Seen, identity: Sequence[str], *, full: bool = False) -> str:
    """A record in a few words: what identifies it, or all that is to be said."""
    names = [name for name in seen if full or not identity or name in identity]
    return ", ".join(
        f"{name} {show(name, seen[name])}"
        for name in names
        if seen[name] is not None and (full or seen[name] is not False)
    )


def show(name: str, value: Any) -> str:
    """A value as it would be written in the story."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool):
        return str(value).lower()
    if name in _HOURS and isinstance(value, int):
        return hours.text(value)
    if name in _MONTHS and isinstance(value, date):
        return f"{value:%Y-%m}"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Entry):
        return "{" + _brief(_given(value), (), full=True) + "}"
    if isinstance(value, Mapping):
        return "{" + _brief(value, (), full=True) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(show(name, each) for each in value) + "]"
    return "nothing" if value is None else f"“{value}”" if isinstance(value, str) else str(value)
