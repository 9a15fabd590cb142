"""The reasons that the service wrote beside a document, read back."""

import re
from typing import Any

from mappings import fields
from mappings.fields import Row, Unreadable
from sync.domain.documents import Reason
from sync.domain.issues import Source

FIELD = "retainer_explanation"

_RECORD = re.compile(r"(?P<model>[^,]+),(?P<id>[0-9]{1,12})(?: \((?P<name>.*)\))?", re.DOTALL)


def reasons(row: Row) -> tuple[Reason, ...]:
    """Why the numbers of a document are what they are; empty where nothing was written."""
    raw = fields.raw_value(row, FIELD)
    if raw is False or raw is None:
        return ()
    if not isinstance(raw, list):
        raise _unreadable(raw)
    return tuple(_reason(each) for each in raw)


def _reason(raw: Any) -> Reason:
    if not isinstance(raw, dict) or not isinstance(raw.get("records", []), list):
        raise _unreadable(raw)
    rule, text = raw.get("rule"), raw.get("text")
    if not isinstance(rule, str) or not isinstance(text, str):
        raise _unreadable(raw)
    return Reason(
        rule=fields.clean(rule),
        text=fields.clean(text),
        records=tuple(_source(each) for each in raw.get("records", [])),
    )


def _source(raw: Any) -> Source:
    found = _RECORD.fullmatch(raw) if isinstance(raw, str) else None
    if found is None:
        raise _unreadable(raw)
    return Source(
        model=fields.clean(found["model"]),
        id=int(found["id"]),
        name=fields.clean(found["name"] or ""),
    )


def _unreadable(raw: Any) -> Unreadable:
    return Unreadable(FIELD, f"{fields.shown(raw)} is no explanation", "run the service again")
