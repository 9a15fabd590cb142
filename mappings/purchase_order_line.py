"""``purchase.order.line``: what is recharged to a client, and how much of it was already."""

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal

from mappings import fields, res_currency
from mappings.fields import Row, Terms, Unreadable
from mappings.purchase_order import Purchase
from sync.domain.engagement import Engagement, PurchaseLine
from sync.domain.money import Currency

MODEL = "purchase.order.line"
FIELDS = (
    "name",
    "order_id",
    "product_qty",
    "qty_received",
    "qty_invoiced",
    "price_unit",
    "price_subtotal",
    "currency_id",
    "retainer_recharged_qty",
)


def domain(order_ids: Collection[int]) -> Terms:
    """The lines of those orders."""
    return [("order_id", "in", sorted(order_ids))]


def value(
    row: Row,
    orders: Mapping[int, Purchase],
    engagement_of: Callable[[Purchase], Engagement | None],
    vendors: Mapping[int, str | None],
    credited: Mapping[int, Decimal],
    currencies: dict[int, Currency],
) -> PurchaseLine | None:
    """The line, without its rate of exchange; None where no engagement recharges its order.

    ``vendors``: names by id, None of one that could not be read. ``credited``: quantities on
    vendors' credit notes by line.

    A discount is part of the cost: the unit's cost is the subtotal ÷ the quantity where that is not
    the price itself.
    """
    order = orders.get(fields.link(row, "order_id"))
    if order is None:
        raise Unreadable("order_id", "its order could not be read", "see the issue of the order")
    engagement = engagement_of(order)
    if engagement is None:
        return None
    vendor = vendors.get(order.vendor_id, "")
    if vendor is None:
        raise Unreadable(
            "order_id", "the vendor of its order could not be read", "see the issue of the vendor"
        )
    currency = res_currency.pick(row, "currency_id", currencies)
    quantity = fields.rate(row, "product_qty")
    price = fields.rate(row, "price_unit", currency.digits)
    subtotal = fields.money(row, "price_subtotal", currency)
    if quantity and currency.round(quantity * price) != subtotal:
        price = subtotal / quantity
    record, nothing = fields.record_id(row), Decimal(0)
    received, invoiced = fields.rate(row, "qty_received"), fields.rate(row, "qty_invoiced")
    return PurchaseLine(
        id=record,
        order_name=order.name,
        engagement_id=engagement.id,
        text=fields.text(row, "name"),
        vendor=vendor,
        ordered_on=order.ordered_on,
        received=nothing if order.cancelled else received,
        invoiced=nothing if order.cancelled else invoiced,
        credited=nothing if order.cancelled else credited.get(record, nothing),
        recharged=fields.rate(row, "retainer_recharged_qty"),
        unit_cost=price,
        currency=currency,
    )


def project_of(row: Row, orders: Mapping[int, Purchase]) -> int | None:
    """The project of its order, as far as both can be read."""
    for order in fields.ids_in([row], "order_id"):
        if order in orders:
            return orders[order].project_id
    return None


def is_settled(line: PurchaseLine) -> bool:
    """Whether all that is the client's to pay of it is recharged."""
    return line.chargeable == line.recharged
