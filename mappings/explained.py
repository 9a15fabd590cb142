"""The reasons that the service wrote beside a document, read back."""

from typing import Any

from mappings import fields
from mappings.fields import Row, Unreadable
from sync.domain.documents import Reason
from sync.domain.issues import Source

FIELD = "retainer_explanation"


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
    model, _, record = raw.partition(",") if isinstance(raw, str) else ("", "", "")
    if not model or not record.isascii() or not record.isdigit() or len(record) > 12:
        raise _unreadable(raw)
    return Source(model=fields.clean(model), id=int(record))


def _unreadable(raw: Any) -> Unreadable:
    return Unreadable(FIELD, f"{fields.shown(raw)} is no explanation", "run the service again")
