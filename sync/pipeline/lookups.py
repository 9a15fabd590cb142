"""Names and currencies behind the ids of what people ask about."""

from collections.abc import Collection
from typing import NamedTuple

from mappings import read_each, res_currency, res_partner, retainer_engagement, shown
from sync.domain.money import Currency
from sync.odoo.gateway import Gateway
from sync.odoo.paging import read_all


class Found(NamedTuple):
    """An engagement and its client, by their names."""

    id: int
    name: str
    client: str


def clients(gateway: Gateway, ids: Collection[int | None]) -> dict[int, str]:
    """Names of clients and their addresses."""
    wanted = {each for each in ids if each}
    if not wanted:
        return {}
    rows = read_all(gateway, res_partner.MODEL, res_partner.of_ids(wanted), shown.NAME_FIELDS)
    return dict(map(shown.named, rows))


def engagements(gateway: Gateway, ids: Collection[int | None]) -> dict[int, str]:
    """Names of engagements."""
    wanted = {each for each in ids if each}
    if not wanted:
        return {}
    domain = retainer_engagement.of_ids(wanted)
    return dict(
        map(shown.named, read_all(gateway, retainer_engagement.MODEL, domain, shown.NAME_FIELDS))
    )


def engagement(gateway: Gateway, record: int | None) -> Found | None:
    """An engagement with its client, None where there is none or it cannot be read."""
    if not record:
        return None
    found = gateway.search_read(
        retainer_engagement.MODEL,
        retainer_engagement.of_ids({record}),
        retainer_engagement.SHOWN_FIELDS,
        limit=1,
    )
    for row in found:
        client = retainer_engagement.client_of(row)
        return Found(*shown.named(row), clients(gateway, {client}).get(client, ""))
    return None


def currencies(gateway: Gateway) -> dict[int, Currency]:
    """Every currency of the company's Odoo that can be read; for what is only shown."""
    rows = read_all(gateway, res_currency.MODEL, res_currency.domain(), res_currency.FIELDS)
    return {
        each.id: each for each in read_each(res_currency.MODEL, rows, res_currency.value).values
    }
