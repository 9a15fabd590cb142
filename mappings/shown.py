"""Lenient reading of what is only shown: a field that cannot be read shows as empty.

Nothing is computed or written from these values, so that one odd field must not keep people from
seeing all the others. What the rules read goes through ``fields``.
"""

from collections.abc import Collection
from datetime import date
from decimal import Decimal, InvalidOperation

from mappings.fields import Row, Terms, clean
from sync.domain import hours

NAME_FIELDS = ("name",)

DESCRIBED: dict[str, tuple[str, ...]] = {
    "account.analytic.line": ("date", "unit_amount", "name"),
    "account.move": ("name",),
    "project.milestone": ("name",),
    "project.project": ("name",),
    "purchase.order.line": ("name",),
    "retainer.change.order": ("name",),
    "retainer.client.po": ("name",),
    "retainer.engagement": ("name",),
    "retainer.hour.block": ("date", "hours"),
    "retainer.terms": ("date_start",),
}
"""What says which record it is, per model that a document's reasons name."""

_HOURS = ("unit_amount", "hours")


def of_ids(ids: Collection[int]) -> Terms:
    """Those records, of a model that archives nothing."""
    return [("id", "in", sorted(ids))]


def named(row: Row) -> tuple[int, str]:
    """(record, its name)."""
    return row["id"], text(row, "name")


def described(model: str, row: Row) -> str:
    """``2025-03-10, 3:00 h, Landing page``: what says which record it is."""
    parts = []
    for field in DESCRIBED[model]:
        if field in _HOURS:
            parts.append(f"{hours.text(hours.from_hours(amount(row, field)))} h")
        else:
            parts.append(text(row, field))
    return ", ".join(part for part in parts if part)


def text(row: Row, field: str) -> str:
    """A text on one line; empty where there is none."""
    raw = row.get(field)
    return clean(raw) if isinstance(raw, str) else ""


def link(row: Row, field: str) -> int | None:
    """The id of a many2one."""
    raw = row.get(field)
    if isinstance(raw, list | tuple) and raw:
        raw = raw[0]
    return raw if type(raw) is int and raw > 0 else None


def day(row: Row, field: str) -> date | None:
    """A date."""
    raw = row.get(field)
    try:
        return date.fromisoformat(raw[:10]) if isinstance(raw, str) else None
    except ValueError:
        return None


def number(row: Row, field: str) -> int:
    """A whole number; 0 where there is none."""
    raw = row.get(field)
    return raw if type(raw) is int else 0


def amount(row: Row, field: str) -> Decimal:
    """An amount as Odoo shows it, a float in its JSON; 0 where there is none."""
    raw = row.get(field)
    try:
        return Decimal(str(raw)) if isinstance(raw, int | float) else Decimal(0)
    except InvalidOperation:
        return Decimal(0)
