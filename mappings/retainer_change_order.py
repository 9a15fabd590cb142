"""``retainer.change.order``: pieces of extra work and their approval."""

import re
from collections.abc import Collection, Mapping
from datetime import date

from mappings import fields
from mappings.fields import Row, Terms
from mappings.outgoing import Document, document, explanation, number
from mappings.reading import field_of
from sync.domain.documents import ApprovalRequest
from sync.domain.engagement import Approval, ChangeOrder
from sync.domain.hours import to_hours
from sync.domain.money import Currency

MODEL = "retainer.change.order"
KIND = "change_order"
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
    "retainer_key",
)
engagement_of = field_of("engagement_id")

_MONTH = re.compile(r"[^/]+/[^/]+/[^/]+/([0-9]{4}-[0-9]{2})/[0-9]+")
_HOUR_DIGITS = 6
"""Enough that a second survives the way there and back."""


def domain(engagement_ids: Collection[int], ids: Collection[int], since: date) -> Terms:
    """Orders that wait for approval, those with time that is not billed yet, and what the service
    asked for since the earliest open month.
    """
    return [
        ("engagement_id", "in", sorted(engagement_ids)),
        "|",
        "|",
        ("approval_state", "=", "waiting"),
        ("id", "in", sorted(ids)),
        "&",
        ("retainer_key", "!=", False),
        ("request_date", ">=", since.isoformat()),
    ]


def value(row: Row, currency_of: Mapping[int, Currency]) -> tuple[ChangeOrder, str]:
    """(change order, our key or nothing). Its rate is in the engagement's currency.

    One that the service wrote asks approval for a month's overage: its key says which month.
    """
    engagement = fields.link(row, "engagement_id")
    currency = currency_of.get(engagement)
    if currency is None:
        raise fields.Unreadable(
            "engagement_id", "its engagement could not be read", "see the issue of the engagement"
        )
    key = fields.text(row, "retainer_key")
    month = _overage_month(key)
    cap = fields.hours(row, "hours_cap")
    order = ChangeOrder(
        id=fields.record_id(row),
        name=fields.needed_text(row, "name"),
        engagement_id=engagement,
        requester=fields.text(row, "requester"),
        request_date=fields.day_or_none(row, "request_date"),
        approval=fields.choice(row, "approval_state", Approval),
        reference=fields.text(row, "approval_reference"),
        approved_on=fields.day_or_none(row, "approved_on"),
        hourly_rate=fields.rate(row, "hourly_rate", currency.digits),
        cap_seconds=cap if month is None else 0,
        client_po_id=fields.link_or_none(row, "client_po_id"),
        quote_id=fields.link_or_none(row, "quote_id"),
        overage_month=month,
        overage_seconds=0 if month is None else cap,
    )
    return order, key


def _overage_month(key: str) -> date | None:
    """``1/42/approval/2025-03/0`` → 1 March 2025."""
    if not key:
        return None
    found = _MONTH.fullmatch(key)
    if found is None:
        raise fields.Unreadable(
            "retainer_key", f"{fields.shown(key)} names no month", "delete the change order"
        )
    return fields.parse_day(f"{found[1]}-01", "retainer_key")


def outgoing(request: ApprovalRequest, unit: str) -> Document:
    """A request to approve a month's overage, as a waiting change order."""
    return document(
        KIND,
        request.key,
        unit,
        request.fingerprint,
        {
            "name": request.name,
            "engagement_id": request.engagement_id,
            "request_date": request.request_date.isoformat(),
            "hourly_rate": number(request.hourly_rate),
            "hours_cap": number(round(to_hours(request.seconds), _HOUR_DIGITS)),
        },
        explanation=explanation(request.reasons),
    )
