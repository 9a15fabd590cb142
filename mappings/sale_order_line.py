"""``sale.order.line``: what a milestone costs where only the accepted quote says so."""

from collections.abc import Collection
from decimal import Decimal

from mappings import fields
from mappings.fields import Row, Terms

MODEL = "sale.order.line"
FIELDS = ("price_subtotal",)


def domain(ids: Collection[int]) -> Terms:
    """Those order items."""
    return [("id", "in", sorted(ids))]


def value(row: Row) -> tuple[int, Decimal]:
    """(order item, its amount net of tax)."""
    return fields.record_id(row), fields.exact(row, "price_subtotal", fields.RATE_DIGITS)
