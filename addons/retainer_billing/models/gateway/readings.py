"""What of a record decides how it is billed, and how the service says what it read of that."""

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

HOUR = 3600


def seconds_of(hours):
    """Return hours, a float, as seconds: rounded half-up as the service rounds them."""
    exact = Decimal(repr(float(hours))) * HOUR
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def plain(number):
    return f"{number:.6f}".rstrip("0").rstrip(".")


def _close(one, other):
    """Numbers travel with six decimals, prices of units with more digits than that."""
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-6)


class Column(NamedTuple):
    """One thing that was read: what people call it, its form, and how to read it now."""

    label: str
    form: str
    now: object

    def same(self, one, other):
        return _close(one, other) if self.form == "number" else one == other

    def show(self, value):
        if self.form == "seconds":
            return _hours(value)
        if self.form == "number":
            return plain(value)
        return str(value or "none")[:100]


def _hours(seconds):
    minutes, rest = divmod(abs(seconds), 60)
    text = f"{minutes // 60}:{minutes % 60:02}" + (f":{rest:02}" if rest else "")
    return f"-{text}" if seconds < 0 else text


class Reading(NamedTuple):
    """What is read of the records of one list: trailing columns may be left out for nothing."""

    model: str
    fields: tuple
    columns: tuple
    gone: object = None


def _job(entry, company):
    # The service knows the company's own people.
    employee = entry.employee_id
    mine = not employee.company_id or employee.company_id == company
    return employee.job_id.id or 0 if mine else 0


def _milestone_amount(milestone, _company):
    if milestone.retainer_amount or milestone.retainer_percent or milestone.retainer_quantity:
        return milestone.retainer_amount
    line = milestone.sale_line_id
    return milestone.retainer_currency_id.round(line.price_subtotal) if line else 0.0


def _bought(field):
    return lambda line, _company: 0.0 if line.order_id.state == "cancel" else line[field]


def _unit_cost(line, _company):
    """Return the price, or what a discount makes of it."""
    of_price = line.product_qty * line.price_unit
    if line.product_qty and line.currency_id.compare_amounts(of_price, line.price_subtotal):
        return line.price_subtotal / line.product_qty
    return line.price_unit


def _field(name):
    return lambda record, _company: record[name]


def _ref(name):
    return lambda record, _company: record[name].id or 0


READINGS = {
    "entries": Reading(
        "account.analytic.line",
        (
            "date",
            "unit_amount",
            "project_id",
            "retainer_change_order_id",
            "employee_id",
            "retainer_corrects_id",
            "retainer_billed_seconds",
            "retainer_non_billable",
        ),
        (
            Column("day", "day", _field("date")),
            Column("hours", "seconds", lambda entry, _company: seconds_of(entry.unit_amount)),
            Column("project", "ref", _ref("project_id")),
            Column("change order", "ref", _ref("retainer_change_order_id")),
            Column("job", "ref", _job),
            Column("corrected entry", "ref", _ref("retainer_corrects_id")),
            Column("billed before", "seconds", _field("retainer_billed_seconds")),
        ),
        lambda entry: entry.retainer_non_billable and "was marked as not counted",
    ),
    "milestones": Reading(
        "project.milestone",
        (
            "is_reached",
            "reached_date",
            "retainer_amount",
            "retainer_percent",
            "retainer_quantity",
            "retainer_unit_price",
            "sale_line_id",
        ),
        (
            Column(
                "signed off on",
                "day",
                lambda milestone, _company: milestone.is_reached and milestone.reached_date,
            ),
            Column("amount", "number", _milestone_amount),
            Column("percent", "number", _field("retainer_percent")),
            Column("quantity", "number", _field("retainer_quantity")),
            Column("unit price", "number", _field("retainer_unit_price")),
        ),
    ),
    "purchases": Reading(
        "purchase.order.line",
        (
            "product_qty",
            "price_unit",
            "price_subtotal",
            "qty_received",
            "qty_invoiced",
            "retainer_recharged_qty",
            "order_id",
        ),
        (
            Column("received", "number", _bought("qty_received")),
            Column("billed by the vendor", "number", _bought("qty_invoiced")),
            Column("cost of a unit", "number", _unit_cost),
            Column("recharged before", "number", _field("retainer_recharged_qty")),
        ),
    ),
    "hour_blocks": Reading(
        "retainer.hour.block",
        ("date", "hours", "price", "expiry_date"),
        (
            Column("day", "day", _field("date")),
            Column("hours", "seconds", lambda block, _company: seconds_of(block.hours)),
            Column("price", "number", _field("price")),
        ),
    ),
    "change_orders": Reading(
        "retainer.change.order",
        ("approval_state", "overage_seconds", "hourly_rate"),
        (
            Column("approval", "text", _field("approval_state")),
            Column("hours", "seconds", _field("overage_seconds")),
            Column("hourly rate", "number", _field("hourly_rate")),
        ),
    ),
}

# Which list of readings covers the records that a document adds to.
READ_OF = {"entry_seconds": "entries", "purchases": "purchases"}
