"""``retainer.change.order``: pieces of extra work and their approval."""

from collections.abc import Collection, Mapping
from datetime import date

from mappings import fields, res_currency
from mappings.fields import Row, Terms
from mappings.outgoing import Document, document, explanation, number
from mappings.reading import field_of
from sync.domain.calendar import first_of
from sync.domain.documents import ApprovalRequest
from sync.domain.engagement import Approval, ChangeOrder
from sync.domain.money import Currency
from sync.domain.value import Exact, Value

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
    "overage_month",
    "overage_seconds",
    "billed_seconds",
    "retainer_move_id",
    "retainer_key",
)
engagement_of = field_of("engagement_id")

SHOWN_FIELDS = (
    "name",
    "engagement_id",
    "currency_id",
    "hourly_rate",
    "overage_seconds",
    "approval_state",
    "approval_reference",
    "retainer_key",
)


class Request(Value):
    """A request to approve overage, as it stands in Odoo."""

    id: int
    key: str
    name: str
    engagement_id: int
    seconds: int
    hourly_rate: Exact
    currency: Currency
    state: str
    reference: str


def of_key(company_id: int, key: str) -> Terms:
    """The request under that key."""
    return [
        ("company_id", "=", company_id),
        ("retainer_key", "!=", False),
        ("retainer_key", "=", key),
    ]


def request(row: Row, currencies: Mapping[int, Currency]) -> Request:
    """What is asked of the client."""
    currency = res_currency.pick(row, "currency_id", dict(currencies))
    return Request(
        id=fields.record_id(row),
        key=fields.needed_text(row, "retainer_key"),
        name=fields.needed_text(row, "name"),
        engagement_id=fields.link(row, "engagement_id"),
        seconds=fields.whole(row, "overage_seconds", least=0),
        hourly_rate=fields.rate(row, "hourly_rate", currency.digits),
        currency=currency,
        state=fields.text(row, "approval_state"),
        reference=fields.text(row, "approval_reference"),
    )


def domain(engagement_ids: Collection[int], ids: Collection[int], since: date) -> Terms:
    """Orders that wait for approval, those with time that is not billed yet, approved overage that
    is not, and all overage of the open months.
    """
    return [
        ("engagement_id", "in", sorted(engagement_ids)),
        "|",
        "|",
        "|",
        ("approval_state", "=", "waiting"),
        ("id", "in", sorted(ids)),
        ("overage_month", ">=", since.isoformat()),
        "&",
        "&",
        ("overage_month", "!=", False),
        ("approval_state", "=", "approved"),
        ("retainer_move_id", "=", False),
    ]


def waiting(company_id: int) -> Terms:
    """Extra work that the client has not agreed to."""
    return [("company_id", "=", company_id), ("approval_state", "=", "waiting")]


def value(row: Row, currency_of: Mapping[int, Currency]) -> tuple[ChangeOrder, str]:
    """(change order, our key or nothing). Its rate is in the engagement's currency."""
    engagement = fields.link(row, "engagement_id")
    currency = currency_of.get(engagement)
    if currency is None:
        raise fields.Unreadable(
            "engagement_id", "its engagement could not be read", "see the issue of the engagement"
        )
    month = fields.day_or_none(row, "overage_month")
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
        cap_seconds=fields.hours(row, "hours_cap"),
        billed_seconds=fields.whole(row, "billed_seconds"),
        client_po_id=fields.link_or_none(row, "client_po_id"),
        quote_id=fields.link_or_none(row, "quote_id"),
        overage_month=None if month is None else first_of(month),
        overage_seconds=fields.whole(row, "overage_seconds", least=0),
        billed=fields.link_or_none(row, "retainer_move_id") is not None,
    )
    return order, fields.text(row, "retainer_key")


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
            "overage_month": request.overage_month.isoformat(),
            "overage_seconds": request.seconds,
        },
        explanation=explanation(request.reasons),
    )
