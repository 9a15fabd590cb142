"""What we buy from vendors for a client's project, to be recharged."""

from datetime import date
from decimal import Decimal

from sync.scenario.load.columns import Values, replace_with
from sync.scenario.load.company import use_currencies
from sync.scenario.load.world import World
from sync.scenario.model import Given, Purchase

PRODUCT = "Purchased services"


def purchases(world: World, given: Given) -> None:
    """Confirmed purchase orders of one line each, with what was received of them."""
    if not given.purchases:
        return
    use_currencies(world, [each.currency for each in given.purchases.values() if each.currency])
    vendors = sorted({each.vendor for each in given.purchases.values()})
    world.create(
        "vendor",
        "res.partner",
        {
            name: {"name": name, "is_company": True}
            for name in vendors
            if not world.known("vendor", name)
        },
    )
    if not world.known("product", PRODUCT):
        product: Values = {
            "name": PRODUCT,
            "type": "service",
            "supplier_taxes_id": replace_with([]),
        }
        world.create("product", "product.product", {PRODUCT: product})
    orders = world.gateway.create(
        "purchase.order", [_order(world, each) for each in given.purchases.values()]
    )
    world.gateway.call_on("purchase.order", orders, "button_confirm")
    for order, each in zip(orders, given.purchases.values(), strict=True):
        # Confirming dates the confirmation now; the story says when it was.
        world.gateway.write("purchase.order", [order], {"date_approve": _noon(each)})
    lines = world.rows("purchase.order.line", [("order_id", "in", orders)], ["order_id"])
    of_order = {line["order_id"]: line["id"] for line in lines}
    world.remember("purchase", given.purchases, [of_order[order] for order in orders])
    for name, each in given.purchases.items():
        if each.received is not None:
            values = {"qty_received": float(each.received)}
            world.gateway.write("purchase.order.line", [world.id("purchase", name)], values)


def vendor_document(world: World, name: str, quantity: Decimal, day: date, *, credit: bool) -> None:
    """A posted bill or credit note of the vendor over so much of a purchase."""
    record = world.id("purchase", name)
    fields = ["order_id", "name", "product_id", "price_unit", "currency_id"]
    (line,) = world.rows("purchase.order.line", [("id", "=", record)], fields)
    (order,) = world.rows("purchase.order", [("id", "=", line["order_id"])], ["partner_id"])
    item = {
        "product_id": line["product_id"],
        "name": line["name"],
        "quantity": float(quantity),
        "price_unit": line["price_unit"],
        "purchase_line_id": record,
        "tax_ids": replace_with([]),
    }
    values = {
        "move_type": "in_refund" if credit else "in_invoice",
        "partner_id": order["partner_id"],
        "company_id": world.company_id,
        "currency_id": line["currency_id"],
        "invoice_date": day.isoformat(),
        "invoice_line_ids": [[0, 0, item]],
    }
    made = world.gateway.create("account.move", [values])
    world.gateway.call_on("account.move", made, "action_post")


def cancel_purchase(world: World, name: str) -> None:
    """Cancel the order of a purchase."""
    domain = [("id", "=", world.id("purchase", name))]
    (line,) = world.rows("purchase.order.line", domain, ["order_id"])
    world.gateway.call_on("purchase.order", [line["order_id"]], "button_cancel")


def _noon(purchase: Purchase) -> str:
    return f"{purchase.date} 12:00:00"


def _order(world: World, purchase: Purchase) -> Values:
    noon = _noon(purchase)
    return {
        "partner_id": world.id("vendor", purchase.vendor),
        "company_id": world.company_id,
        "currency_id": world.id("currency", purchase.currency or world.currency),
        "date_order": noon,
        "project_id": world.id("project", purchase.project),
        "order_line": [
            [
                0,
                0,
                {
                    "product_id": world.id("product", PRODUCT),
                    "name": purchase.text,
                    "product_qty": float(purchase.quantity),
                    "price_unit": float(purchase.cost),
                    "date_planned": noon,
                },
            ]
        ],
    }
