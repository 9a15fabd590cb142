"""``retainer.client.po``: the client's purchase orders."""

from collections.abc import Collection
from datetime import date

from mappings import fields, res_currency
from mappings.fields import Row, Terms, Unreadable
from sync.domain.engagement import ClientPo
from sync.domain.money import Currency

MODEL = "retainer.client.po"
FIELDS = (
    "name",
    "company_id",
    "commercial_partner_id",
    "engagement_ids",
    "currency_id",
    "amount",
    "invoiced",
    "date_start",
    "date_end",
)


def domain(
    company_id: int, ids: Collection[int], client_ids: Collection[int], since: date
) -> Terms:
    """Orders that something names, archived ones too, and the clients' others still of use."""
    return [
        ("company_id", "=", company_id),
        "|",
        "&",
        ("id", "in", sorted(ids)),
        ("active", "in", [True, False]),
        "&",
        "&",
        ("active", "=", True),
        ("commercial_partner_id", "in", sorted(client_ids)),
        "|",
        ("date_end", "=", False),
        ("date_end", ">=", since.isoformat()),
    ]


def value(row: Row, company_id: int, currencies: dict[int, Currency]) -> ClientPo:
    """The purchase order; its amounts are net of tax."""
    fields.of_company(row, company_id)
    currency = res_currency.pick(row, "currency_id", currencies)
    start = fields.day_or_none(row, "date_start")
    end = fields.day_or_none(row, "date_end")
    if start is not None and end is not None and end < start:
        raise Unreadable(
            "date_end", f"it ends on {end}, before it starts on {start}", "correct the dates"
        )
    amount = fields.money(row, "amount", currency)
    if amount < 0:
        raise Unreadable("amount", "it is negative", "enter the amount, or 0 for unlimited")
    return ClientPo(
        id=fields.record_id(row),
        number=fields.needed_text(row, "name"),
        client_id=fields.link(row, "commercial_partner_id"),
        engagement_ids=fields.links(row, "engagement_ids"),
        currency=currency,
        amount=amount,
        invoiced=fields.money(row, "invoiced", currency),
        date_start=start,
        date_end=end,
    )
