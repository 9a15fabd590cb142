"""``sale.order.line``: what a milestone costs where only the accepted quote says so."""

from collections.abc import Collection
from decimal import Decimal

from mappings import fields
from mappings.account_move_line import InvoiceLine
from mappings.fields import Row, Terms
from sync.domain.money import Currency

MODEL = "sale.order.line"
FIELDS = ("price_subtotal",)


def domain(ids: Collection[int]) -> Terms:
    """Those order items."""
    return [("id", "in", sorted(ids))]


SHOWN_FIELDS = ("name", "product_uom_qty", "price_unit", "price_subtotal")


def of_order(order: int) -> Terms:
    """The items that the client reads on that order."""
    return [("order_id", "=", order), ("display_type", "=", False)]


def shown(row: Row, currency: Currency) -> InvoiceLine:
    """An item as the client reads it."""
    return InvoiceLine(
        text=fields.text(row, "name"),
        quantity=fields.rate(row, "product_uom_qty"),
        unit_price=fields.rate(row, "price_unit"),
        amount=fields.money(row, "price_subtotal", currency),
    )


def value(row: Row) -> tuple[int, Decimal]:
    """(order item, its amount net of tax)."""
    return fields.record_id(row), fields.exact(row, "price_subtotal", fields.RATE_DIGITS)
