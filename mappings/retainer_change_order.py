"""``retainer.change.order``: pieces of extra work and their approval."""

from collections.abc import Collection

from mappings import fields
from mappings.fields import Row, Terms
from mappings.reading import field_of
from sync.domain.engagement import Approval, ChangeOrder

MODEL = "retainer.change.order"
FIELDS = (
    "name",
    "engagement_id",
    "requester",
    "request_date",
    "approval_state",
    "approval_reference",
    "approved_on",
    "hourly_rate",
    "hours_cap",
    "client_po_id",
    "quote_id",
)
engagement_of = field_of("engagement_id")


def domain(engagement_ids: Collection[int], ids: Collection[int]) -> Terms:
    """Orders that wait for approval, and those with time that is not billed yet."""
    return [
        ("engagement_id", "in", sorted(engagement_ids)),
        "|",
        ("approval_state", "=", "waiting"),
        ("id", "in", sorted(ids)),
    ]


def value(row: Row) -> ChangeOrder:
    """The change order; its rate is in the engagement's currency."""
    return ChangeOrder(
        id=fields.record_id(row),
        name=fields.needed_text(row, "name"),
        engagement_id=fields.link(row, "engagement_id"),
        requester=fields.text(row, "requester"),
        request_date=fields.day_or_none(row, "request_date"),
        approval=fields.choice(row, "approval_state", Approval),
        reference=fields.text(row, "approval_reference"),
        approved_on=fields.day_or_none(row, "approved_on"),
        hourly_rate=fields.rate(row, "hourly_rate"),
        cap_seconds=fields.hours(row, "hours_cap"),
        client_po_id=fields.link_or_none(row, "client_po_id"),
        quote_id=fields.link_or_none(row, "quote_id"),
    )
