"""``retainer.hour.block``: hours bought in addition."""

from collections.abc import Collection, Mapping

from mappings import fields
from mappings.fields import Row, Terms, Unreadable
from mappings.reading import field_of
from sync.domain.engagement import HourBlock
from sync.domain.money import Currency

MODEL = "retainer.hour.block"
FIELDS = ("engagement_id", "date", "hours", "price", "expiry_date", "move_id")
engagement_of = field_of("engagement_id")


def domain(engagement_ids: Collection[int]) -> Terms:
    """All blocks of those engagements: one may be entered long after the day it was bought."""
    return [("engagement_id", "in", sorted(engagement_ids))]


def value(
    row: Row, currency_of: Mapping[int, Currency], counted: Collection[int] = ()
) -> HourBlock:
    """The block; its price is in the engagement's currency. ``counted``: in closed statements."""
    engagement = fields.link(row, "engagement_id")
    currency = currency_of.get(engagement)
    if currency is None:
        raise Unreadable(
            "engagement_id", "its engagement could not be read", "see the issue of the engagement"
        )
    seconds = fields.hours(row, "hours")
    if seconds <= 0:
        raise Unreadable("hours", "a block has more than 0 hours", "enter how many were bought")
    bought = fields.day(row, "date")
    expiry = fields.day_or_none(row, "expiry_date")
    if expiry is not None and expiry < bought:
        raise Unreadable(
            "expiry_date", f"it expires on {expiry}, before it was bought", "correct the dates"
        )
    record = fields.record_id(row)
    return HourBlock(
        id=record,
        engagement_id=engagement,
        bought_on=bought,
        seconds=seconds,
        price=fields.money(row, "price", currency),
        expiry_date=expiry,
        counted=record in counted,
        billed=fields.link_or_none(row, "move_id") is not None,
    )
