"""``sale.order``: accepted quotes by their numbers, and quotations for extra work."""

from collections.abc import Collection
from typing import Any

from mappings import fields
from mappings.fields import Row, Terms
from mappings.outgoing import Document, amount, document, explanation, number
from sync.domain.documents import Line, Quotation
from sync.domain.money import Currency
from sync.domain.value import Exact, Value

MODEL = "sale.order"
KIND = "quotation"
FIELDS = ("name", "company_id", "amount_untaxed", "retainer_key")


SHOWN_FIELDS = (*FIELDS, "currency_id", "retainer_engagement_id", "state")


class Quote(Value):
    """A quotation or sales order."""

    id: int
    name: str
    """Its number."""
    untaxed: Exact
    """Net of tax, in its own currency."""
    key: str = ""
    """Ours, where the service wrote it."""


def domain(company_id: int, ids: Collection[int]) -> Terms:
    """Those orders, and our quotations that the client has not accepted (cancelled ones too)."""
    return [
        ("company_id", "=", company_id),
        "|",
        ("id", "in", sorted(ids)),
        "&",
        ("retainer_key", "!=", False),
        ("state", "!=", "sale"),
    ]


def named(company_id: int, name_or_key: str) -> Terms:
    """The quotation of ours with that number or key."""
    return [
        ("company_id", "=", company_id),
        ("retainer_key", "!=", False),
        "|",
        ("retainer_key", "=", name_or_key),
        ("name", "=", name_or_key),
    ]


def value(row: Row, company_id: int) -> Quote:
    """The order."""
    fields.of_company(row, company_id)
    return Quote(
        id=fields.record_id(row),
        name=fields.text(row, "name"),
        untaxed=fields.exact(row, "amount_untaxed", fields.RATE_DIGITS),
        key=fields.text(row, "retainer_key"),
    )


def engagement(row: Row) -> int:
    """The engagement that a quotation of ours is for."""
    return fields.link(row, "retainer_engagement_id")


def outgoing(quotation: Quotation, unit: str, company_currency: Currency) -> Document:
    """The quotation as a document.

    It names its currency only where that is not the company's own.
    """
    values: dict[str, Any] = {
        "partner_id": quotation.partner_id,
        "retainer_engagement_id": quotation.engagement_id,
    }
    if quotation.currency.id != company_currency.id:
        values["currency_id"] = quotation.currency.id
    return document(
        KIND,
        quotation.key,
        unit,
        quotation.fingerprint,
        values,
        lines=[_line(line, quotation.currency) for line in quotation.lines],
        bind={"change_orders": [quotation.change_order_id]},
        explanation=explanation(quotation.reasons),
    )


def _line(line: Line, currency: Currency) -> dict[str, Any]:
    values: dict[str, Any] = {
        "name": line.text,
        "quantity": number(line.quantity),
        "price_unit": amount(line.unit_price, currency),
    }
    if line.product_id is not None:
        values["product_id"] = line.product_id
    return values
