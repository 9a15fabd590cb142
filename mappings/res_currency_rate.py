"""``res.currency.rate``: what a currency was worth on a day."""

from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from mappings import fields
from mappings.fields import Row, Terms, Unreadable

MODEL = "res.currency.rate"
FIELDS = ("name", "currency_id", "company_id", "rate")


CURRENCY = "currency_id"


class Rate(NamedTuple):
    """Units of a currency per unit of the company's, from a day on."""

    currency_id: int
    day: date
    units: Decimal
    own: bool
    """Whether it is the company's own; those of all companies give way to it."""


def domain(
    company_id: int, currency_ids: Collection[int], earliest: date | None, latest: date
) -> Terms:
    """The rates of those currencies between two days, both included."""
    terms: Terms = [
        ("company_id", "in", [company_id, False]),
        (CURRENCY, "in", sorted(currency_ids)),
        ("name", "<=", latest.isoformat()),
    ]
    return terms if earliest is None else [*terms, ("name", ">=", earliest.isoformat())]


def of_currencies(company_id: int, currency_ids: Collection[int]) -> Terms:
    """All rates of those currencies."""
    return [
        ("company_id", "in", [company_id, False]),
        (CURRENCY, "in", sorted(currency_ids)),
    ]


def rated(groups: Iterable[Row]) -> set[int]:
    """The currencies among groups of rates."""
    return fields.ids_in(groups, CURRENCY)


def value(row: Row, company_id: int) -> Rate:
    """The rate."""
    fields.of_company(row, company_id, shared=True)
    units = fields.ratio(row, "rate")
    if units <= 0:
        raise Unreadable("rate", f"it is {units}", "enter a rate above 0")
    return Rate(
        currency_id=fields.link(row, "currency_id"),
        day=fields.day(row, "name"),
        units=units,
        own=fields.link_or_none(row, "company_id") is not None,
    )


def on(day: date, currency_id: int, rates: Iterable[Rate]) -> Decimal | None:
    """What Odoo takes: the company's own latest rate up to the day, else the shared latest one."""
    known = [rate for rate in rates if rate.currency_id == currency_id and rate.day <= day]
    return max(known, key=lambda rate: (rate.own, rate.day)).units if known else None
