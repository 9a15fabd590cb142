"""What the service read of the records that it binds, compared with what they are now."""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sync.odoo.gateway import Row
from sync.odoo.memory.retainer.convert import Refusal
from sync.odoo.memory.retainer.document import Document
from sync.odoo.memory.retainer.readings import READ_OF, READINGS, Column, Reading, seconds_of
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.tally import TALLIES
from sync.odoo.memory.values import get

_LONGEST_INCREMENT = 24 * 60
_NEXT = "The next run bills it as it is now."


def check(tables: Tables, company: int, documents: Sequence[Document]) -> None:
    """Refuse documents that were made of something else than what is there now."""
    added: dict[tuple[str, int], str] = {}
    for document in documents:
        try:
            for name, rows in document.read.items():
                for record, then in rows.items():
                    _compare(tables, READINGS[name], record, then)
            _check_parts(tables, company, document, added)
        except Refusal as refusal:
            document.refuse(refusal.code, refusal.reason)
        else:
            for name, parts in document.tally.items():
                added.update({(name, record): document.key for record, _ in parts})


def _compare(tables: Tables, reading: Reading, record: int, then: tuple[Any, ...]) -> None:
    row = tables.row(reading.model, record)
    if row.get("retainer_non_billable"):
        text = f"{reading.model},{record} was marked as not counted since it was read. {_NEXT}"
        raise Refusal("stale", text)
    for column, value in zip(reading.columns, then, strict=True):
        now = column.now(tables, row)
        if not _same(column, now, value):
            raise Refusal(
                "stale",
                f"{reading.model},{record} was changed since it was read: {column.label}"
                f" {value or 'none'} → {now or 'none'}. {_NEXT}",
            )


def _same(column: Column, one: Any, other: Any) -> bool:
    if column.form == "number":
        return math.isclose(float(one or 0), float(other or 0), rel_tol=1e-9, abs_tol=1e-6)
    return (one or 0) == (other or 0)


def _check_parts(
    tables: Tables, company: int, document: Document, added: Mapping[tuple[str, int], str]
) -> None:
    """Refuse parts beyond what there is, and parts of what this call adds to already."""
    old = tables.row("account.move", document.record) if document.tally and document.record else {}
    for name, parts in document.tally.items():
        model, field, _ = TALLIES[name]
        mine = dict((old.get("retainer_tally") or {}).get(name, []))
        for record, amount in parts:
            if record not in document.read.get(READ_OF[name], {}):
                text = f"bind.{name} adds to {model},{record}, and read does not say what was read"
                raise Refusal("refused", f"{text} of it.")
            if other := added.get((name, record)):
                text = f"{model},{record} is added to by {other} in the same call. {_NEXT}"
                raise Refusal("stale", text)
            row = tables.row(model, record)
            total = float(row[field] or 0) - float(mine.get(record, 0)) + float(amount)
            least, most = _LIMITS[name](tables, company, row)
            if not least - 1e-6 <= total <= most + 1e-6:
                raise Refusal(
                    "refused",
                    f"{model},{record} would be billed for {total:g} in all, and there is"
                    f" {most:g} of it.",
                )


def _limits_of_entry(tables: Tables, company: int, row: Row) -> tuple[float, float]:
    """How far rounding up and weighing may go beyond what was worked."""
    terms = [
        each
        for each in tables.rows("retainer.terms").values()
        if tables.row("retainer.engagement", each["engagement_id"])["company_id"] == company
    ]
    ids = {each["id"] for each in terms}
    increment = max((each["time_increment"] or 0 for each in terms), default=0)
    factors = (
        float(each["factor"] or 0)
        for each in tables.rows("retainer.role.rate").values()
        if each["terms_id"] in ids
    )
    worked = seconds_of(row["unit_amount"] or 0)
    weight = max(1.0, max(factors, default=1.0))
    most = math.ceil((abs(worked) + min(increment, _LONGEST_INCREMENT) * 60) * weight)
    return (-most, 0) if worked < 0 else (0, most)


def _limits_of_purchase(tables: Tables, _company: int, row: Row) -> tuple[float, float]:
    names = ("product_qty", "qty_received", "qty_invoiced")
    found = (get(tables, "purchase.order.line", row, name) or Decimal(0) for name in names)
    return 0, max(float(each) for each in found)


_LIMITS = {"entry_seconds": _limits_of_entry, "purchases": _limits_of_purchase}
