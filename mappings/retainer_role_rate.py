"""``retainer.role.rate``: how the time of one role counts under some terms."""

from collections.abc import Collection, Mapping

from mappings import fields
from mappings.fields import Row, Terms, Unreadable
from sync.domain.money import Currency
from sync.domain.terms import RoleRate

MODEL = "retainer.role.rate"
FIELDS = ("terms_id", "job_id", "factor", "overage_rate", "currency_id")


def domain(engagement_ids: Collection[int]) -> Terms:
    """Those of all terms of the engagements."""
    return [("terms_id.engagement_id", "in", sorted(engagement_ids))]


def terms(row: Row) -> int:
    """The terms that it belongs to; 0 where that cannot be read."""
    return min(fields.ids_in([row], "terms_id"), default=0)


def value(row: Row, currencies: Mapping[int, Currency]) -> tuple[int, RoleRate]:
    """(terms, rate of a role). A rate of 0 is none of its own: the terms' rate holds."""
    currency = currencies.get(fields.link(row, "currency_id"))
    if currency is None:
        raise Unreadable(
            "currency_id", "its currency could not be read", "see the issue of the currency"
        )
    factor = fields.rate(row, "factor")
    if factor <= 0:
        raise Unreadable("factor", f"it is {factor}", "enter more than 0; 1 counts as worked")
    return fields.link(row, "terms_id"), RoleRate(
        role_id=fields.link(row, "job_id"),
        factor=factor,
        overage_rate=fields.rate(row, "overage_rate", currency.digits) or None,
    )
