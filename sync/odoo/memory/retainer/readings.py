"""What of a record decides how it is billed, as it is now: the columns of ``read``."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sync.odoo.gateway import Row
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.values import get, rounded

Now = Callable[[Tables, Row], Any]
READ_OF = {"entry_seconds": "entries", "purchases": "purchases"}
"""Which list covers the records that a document adds to."""


@dataclass(frozen=True)
class Column:
    """One thing that was read: how people call it, its form, and what it is now."""

    label: str
    form: str
    now: Now


@dataclass(frozen=True)
class Reading:
    """What is read of the records of one list; nothing at a row's end may be left out."""

    model: str
    columns: tuple[Column, ...]


def seconds_of(hours: Any) -> int:
    """Hours, a float, as seconds rounded half-up."""
    exact = Decimal(repr(float(hours))) * 3600
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _field(model: str, name: str) -> Now:
    return lambda tables, row: get(tables, model, row, name) or 0


def _seconds(model: str, name: str) -> Now:
    return lambda tables, row: seconds_of(get(tables, model, row, name) or 0)


def _job(tables: Tables, row: Row) -> int:
    employee = tables.rows("hr.employee").get(row["employee_id"] or 0, {})
    if employee.get("company_id") not in (None, False, tables.company_id):
        return 0
    return int(employee.get("job_id") or 0)


def _signed_off(_tables: Tables, row: Row) -> Any:
    return row["reached_date"] if row["is_reached"] else 0


def _milestone_amount(tables: Tables, row: Row) -> Any:
    own = row["retainer_amount"]
    if own or row["retainer_percent"] or row["retainer_quantity"] or not row["sale_line_id"]:
        return own
    line = tables.row("sale.order.line", row["sale_line_id"])
    currency = get(tables, "project.milestone", row, "retainer_currency_id")
    return rounded(tables, get(tables, "sale.order.line", line, "price_subtotal"), currency)


def _bought(name: str) -> Now:
    def now(tables: Tables, row: Row) -> Any:
        order = tables.row("purchase.order", row["order_id"])
        gone = get(tables, "purchase.order", order, "state") == "cancel"
        return 0 if gone else get(tables, "purchase.order.line", row, name)

    return now


def _unit_cost(tables: Tables, row: Row) -> Any:
    quantity, price = (Decimal(str(row[name] or 0)) for name in ("product_qty", "price_unit"))
    subtotal = Decimal(str(get(tables, "purchase.order.line", row, "price_subtotal") or 0))
    currency = get(tables, "purchase.order.line", row, "currency_id")
    if quantity and rounded(tables, quantity * price, currency) != subtotal:
        return subtotal / quantity
    return price


_ENTRY, _MILESTONE, _PURCHASE = "account.analytic.line", "project.milestone", "purchase.order.line"
_BLOCK, _ORDER = "retainer.hour.block", "retainer.change.order"

READINGS = {
    "entries": Reading(
        _ENTRY,
        (
            Column("day", "day", _field(_ENTRY, "date")),
            Column("hours", "whole", _seconds(_ENTRY, "unit_amount")),
            Column("project", "whole", _field(_ENTRY, "project_id")),
            Column("change order", "whole", _field(_ENTRY, "retainer_change_order_id")),
            Column("job", "whole", _job),
            Column("corrected entry", "whole", _field(_ENTRY, "retainer_corrects_id")),
            Column("billed before", "whole", _field(_ENTRY, "retainer_billed_seconds")),
        ),
    ),
    "milestones": Reading(
        _MILESTONE,
        (
            Column("signed off on", "day", _signed_off),
            Column("amount", "number", _milestone_amount),
            Column("percent", "number", _field(_MILESTONE, "retainer_percent")),
            Column("quantity", "number", _field(_MILESTONE, "retainer_quantity")),
            Column("unit price", "number", _field(_MILESTONE, "retainer_unit_price")),
        ),
    ),
    "purchases": Reading(
        _PURCHASE,
        (
            Column("received", "number", _bought("qty_received")),
            Column("billed by the vendor", "number", _bought("qty_invoiced")),
            Column("cost of a unit", "number", _unit_cost),
            Column("recharged before", "number", _field(_PURCHASE, "retainer_recharged_qty")),
        ),
    ),
    "hour_blocks": Reading(
        _BLOCK,
        (
            Column("day", "day", _field(_BLOCK, "date")),
            Column("hours", "whole", _seconds(_BLOCK, "hours")),
            Column("price", "number", _field(_BLOCK, "price")),
        ),
    ),
    "change_orders": Reading(
        _ORDER,
        (
            Column("approval", "text", _field(_ORDER, "approval_state")),
            Column("hours", "whole", _field(_ORDER, "overage_seconds")),
            Column("hourly rate", "number", _field(_ORDER, "hourly_rate")),
        ),
    ),
}
