"""Which field of Odoo each field of the story is, and how its value is written there.

One table per kind of record; it serves the loader and the step ``change`` alike.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from sync.domain.hours import HOUR
from sync.scenario.load.world import World
from sync.scenario.model import Entry

Write = Callable[[World, Any], Any]
Values = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A field of Odoo and how a value of the story is written there."""

    field: str
    write: Write


def plain(_: World, value: Any) -> Any:
    """Text, whole numbers, truth values, days, choices."""
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def number(_: World, value: Decimal) -> float:
    """Money and percentages: Odoo's interfaces know no decimals."""
    return float(value)


def hours(_: World, seconds: int) -> float:
    """Hours, as Odoo keeps them."""
    return seconds / HOUR


def percentages(_: World, value: Iterable[int]) -> str:
    """``50,75,90,100``."""
    return ",".join(map(str, value))


def record(kind: str) -> Write:
    """The id of the record that the story calls so."""
    return lambda world, name: world.id(kind, str(name))


def records(kind: str) -> Write:
    """The ids of several, replacing what was there."""
    return lambda world, names: replace_with(world.id(kind, name) for name in names)


def replace_with(ids: Iterable[int]) -> list[list[Any]]:
    """Odoo's command that sets a many2many to exactly these."""
    return [[6, 0, list(ids)]]


Table = Mapping[str, Column]

CLIENT: Table = {
    "name": Column("name", plain),
    "payment_days": Column("property_payment_term_id", record("payment_days")),
    "email": Column("email", plain),
    "street": Column("street", plain),
    "city": Column("city", plain),
    "zip": Column("zip", plain),
    "country": Column("country_id", record("country")),
}

PROJECT: Table = {
    "name": Column("name", plain),
    "client": Column("partner_id", record("client")),
    "ignore": Column("retainer_ignore", plain),
}

ENGAGEMENT: Table = {
    "name": Column("name", plain),
    "client": Column("partner_id", record("client")),
    "kind": Column("kind", plain),
    "start": Column("date_start", plain),
    "end": Column("date_end", plain),
    "state": Column("state", plain),
    "projects": Column("project_ids", records("project")),
    "manager": Column("user_id", record("user")),
    "po": Column("client_po_id", record("purchase_order")),
    "po_policy": Column("po_policy", plain),
    "quote": Column("sale_order_id", record("quote")),
    "billing_entity": Column("invoice_partner_id", record("contact")),
    "ap_contact": Column("ap_contact_id", record("contact")),
    "payment_days": Column("payment_term_id", record("payment_days")),
    "use_advances": Column("use_advances", plain),
    "top_up": Column("top_up_policy", plain),
    "top_up_amount": Column("top_up_amount", number),
    "top_up_below": Column("top_up_below", number),
    "lines_per_entry": Column("lines_per_entry", plain),
    "recharge_purchases": Column("recharge_purchases", plain),
    "recharge_markup": Column("recharge_markup", number),
    "currency": Column("currency_id", record("currency")),
    "taxes": Column("product_id", lambda world, names: world.id("product", product_name(names))),
}

TERMS: Table = {
    "from_": Column("date_start", plain),
    "monthly_hours": Column("monthly_hours", hours),
    "monthly_fee": Column("monthly_fee", number),
    "hourly_rate": Column("hourly_rate", number),
    "overage_rate": Column("overage_rate", number),
    "billing": Column("billing", plain),
    "billing_months": Column("billing_months", plain),
    "overage_policy": Column("overage_policy", plain),
    "rollover": Column("rollover", plain),
    "max_rollover": Column("max_rollover", hours),
    "rollover_months": Column("rollover_months", plain),
    "proration": Column("proration", plain),
    "recognition": Column("recognition", plain),
    "expected_breakage": Column("expected_breakage", number),
    "time_increment": Column("time_increment", plain),
    "alert_thresholds": Column("alert_thresholds", percentages),
    "paused": Column("paused", plain),
    "carries_over": Column("carries_over", plain),
    "overage_cap": Column("overage_cap", hours),
    "overage_increment": Column("overage_increment", plain),
}

ROLE_RATE: Table = {
    "factor": Column("factor", number),
    "overage_rate": Column("overage_rate", number),
}

PURCHASE_ORDER: Table = {
    "number": Column("name", plain),
    "client": Column("partner_id", record("client")),
    "engagements": Column("engagement_ids", records("engagement")),
    "from_": Column("date_start", plain),
    "to": Column("date_end", plain),
    "amount": Column("amount", number),
    "currency": Column("currency_id", record("currency")),
}

MILESTONE: Table = {
    "name": Column("name", plain),
    "engagement": Column("retainer_engagement_id", record("engagement")),
    "project": Column("project_id", record("project")),
    "number": Column("retainer_number", plain),
    "amount": Column("retainer_amount", number),
    "percent": Column("retainer_percent", number),
    "quantity": Column("retainer_quantity", number),
    "unit_price": Column("retainer_unit_price", number),
    "deadline": Column("deadline", plain),
    "reference": Column("retainer_sign_off_reference", plain),
}

CHANGE_ORDER: Table = {
    "name": Column("name", plain),
    "engagement": Column("engagement_id", record("engagement")),
    "requester": Column("requester", plain),
    "requested_on": Column("request_date", plain),
    "approval": Column("approval_state", plain),
    "reference": Column("approval_reference", plain),
    "approved_on": Column("approved_on", plain),
    "rate": Column("hourly_rate", number),
    "cap": Column("hours_cap", hours),
    "po": Column("client_po_id", record("purchase_order")),
}

HOUR_BLOCK: Table = {
    "engagement": Column("engagement_id", record("engagement")),
    "date": Column("date", plain),
    "hours": Column("hours", hours),
    "price": Column("price", number),
    "expires": Column("expiry_date", plain),
}

ADVANCE: Table = {
    "client": Column("partner_id", record("client")),
    "engagements": Column("engagement_ids", records("engagement")),
    "amount": Column("amount", number),
    "currency": Column("currency_id", record("currency")),
    "request_on": Column("date_request", plain),
    "due": Column("date_due", plain),
    "maturity": Column("maturity_date", plain),
    "priority": Column("priority", plain),
    "refundable": Column("refundable", plain),
    "tax_mode": Column("tax_mode", plain),
}

PURCHASE: Table = {
    "text": Column("name", plain),
    "quantity": Column("product_qty", number),
    "cost": Column("price_unit", number),
    "received": Column("qty_received", number),
}

COMPANY: Table = {
    "go_live": Column("retainer_go_live_date", plain),
    "po_policy": Column("retainer_po_policy", plain),
    "po_warning_days": Column("retainer_po_warning_days", plain),
    "post_policy": Column("retainer_post_policy", plain),
    "entry_post_policy": Column("retainer_entry_post_policy", plain),
    "out_of_scope_day": Column("retainer_out_of_scope_day", plain),
    "close_after_days": Column("retainer_close_after_days", plain),
    "stuck_after_days": Column("retainer_stuck_after_days", plain),
    "split_noncurrent": Column("retainer_split_noncurrent", plain),
    "tax_rounding": Column("tax_calculation_rounding_method", lambda _, value: f"round_{value}"),
}

LOCK_DATES: Table = {
    "fiscal_year": Column("fiscalyear_lock_date", plain),
    "tax": Column("tax_lock_date", plain),
    "sales": Column("sale_lock_date", plain),
    "purchases": Column("purchase_lock_date", plain),
    "hard": Column("hard_lock_date", plain),
}


def row(world: World, table: Table, entry: Entry) -> Values:
    """What the story says of a record, as Odoo's field values; what is left out is not there."""
    return {
        column.field: column.write(world, value)
        for name, column in table.items()
        if (value := getattr(entry, name)) is not None
    }


def product_name(taxes: Iterable[str]) -> str:
    """Services that carry the same taxes are one product."""
    return ", ".join(["Services", *sorted(taxes)])
