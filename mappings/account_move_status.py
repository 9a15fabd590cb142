"""``account.move`` as the status shows it: where each document stands with the client."""

from collections.abc import Mapping
from datetime import date

from mappings import account_move, shown
from mappings.fields import Row, Terms
from sync.domain.calendar import last_of
from sync.domain.money import Currency
from sync.domain.status import UNPAID, VIEWED, StandingInvoice

MODEL = account_move.MODEL
FIELDS = (
    "name",
    "partner_id",
    "move_type",
    "state",
    "invoice_date",
    "amount_untaxed",
    "amount_residual",
    "currency_id",
    "payment_state",
    "retainer_key",
    "retainer_role",
    "retainer_engagement_id",
    "retainer_po_number",
    "retainer_lifecycle",
    "retainer_sent_on",
)
CLIENT = "partner_id"
ENGAGEMENT = "retainer_engagement_id"

_UNKNOWN = Currency(id=1, code="?", digits=2)


_SETTLED = tuple(each for each in VIEWED if each != "change_requested")
"""What an invoice that is in nobody's way is for its client."""


def domain(company_id: int, month: date | None) -> Terms:
    """Invoices of ours dated in the month that begins on ``month``, and the older ones that may be
    stuck or not sent yet; all of them without a month.
    """
    ours: Terms = [
        ("company_id", "=", company_id),
        ("retainer_key", "!=", False),
        ("move_type", "in", ["out_invoice", "out_refund"]),
        ("state", "!=", "cancel"),
    ]
    if month is None:
        return ours
    return [
        *ours,
        "|",
        "&",
        ("invoice_date", ">=", month.isoformat()),
        ("invoice_date", "<=", last_of(month).isoformat()),
        "&",
        "&",
        "|",
        ("invoice_date", "=", False),
        ("invoice_date", "<", month.isoformat()),
        ("retainer_lifecycle", "not in", list(_SETTLED)),
        "|",
        ("state", "=", "draft"),
        ("payment_state", "in", list(UNPAID)),
    ]


def value(
    row: Row,
    clients: Mapping[int, str],
    engagements: Mapping[int, str],
    currencies: Mapping[int, Currency],
    as_of: date,
    month: date | None,
    stuck_after: int,
) -> StandingInvoice:
    """The document. Amounts are below zero for a credit note, in its own currency."""
    currency = currencies.get(shown.link(row, "currency_id") or 0) or _UNKNOWN
    dated = shown.day(row, "invoice_date")
    sent = shown.day(row, "retainer_sent_on") or dated
    credit = shown.text(row, "move_type") == "out_refund"
    sign = -1 if credit else 1
    name = shown.text(row, "name")
    return StandingInvoice(
        id=row["id"],
        key=shown.text(row, "retainer_key"),
        number="" if name == "/" else name,
        client=clients.get(shown.link(row, CLIENT) or 0, ""),
        engagement=engagements.get(shown.link(row, ENGAGEMENT) or 0, ""),
        role=shown.text(row, "retainer_role"),
        credit=credit,
        invoice_date=dated,
        po=shown.text(row, "retainer_po_number"),
        net=sign * currency.round(shown.amount(row, "amount_untaxed")),
        due=sign * currency.round(shown.amount(row, "amount_residual")),
        currency=currency.code,
        digits=currency.digits,
        state=shown.text(row, "state"),
        lifecycle=shown.text(row, "retainer_lifecycle") or "draft",
        payment_state=shown.text(row, "payment_state"),
        days_out=max(0, (as_of - sent).days) if sent else 0,
        stuck_after=stuck_after,
        older=month is not None and (dated is None or dated < month),
    )
