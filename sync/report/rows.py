"""What the status asks of Odoo, in the form of ``mappings``: fields, domain, row to value. No I/O.

Only what is shown; nothing is computed from it, so a field that cannot be read shows as empty
instead of failing the whole status.
"""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from mappings.fields import Terms, clean
from sync.domain import hours
from sync.domain.calendar import first_of
from sync.domain.documents import LotLine, LotSource
from sync.domain.money import Currency
from sync.report.statement import ShownStatement, rate_of
from sync.report.status import ShownRun, StandingInvoice

Row = Mapping[str, Any]

INVOICES = "account.move"
INVOICE_FIELDS = (
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


def invoices_domain(company_id: int, as_of: date) -> Terms:
    """Invoices of ours of this month, the drafts, and whatever is still to be paid."""
    return [
        ("company_id", "=", company_id),
        ("retainer_key", "!=", False),
        ("move_type", "in", ["out_invoice", "out_refund"]),
        ("state", "!=", "cancel"),
        "|",
        "|",
        ("state", "=", "draft"),
        ("payment_state", "in", ["not_paid", "partial"]),
        "&",
        ("invoice_date", ">=", first_of(as_of).isoformat()),
        ("invoice_date", "<=", as_of.isoformat()),
    ]


def invoice_of_id(company_id: int, record: int) -> Terms:
    """A document of ours by its id."""
    return [("company_id", "=", company_id), ("id", "=", record), ("retainer_key", "!=", False)]


RUNS = "retainer.sync.run"
RUN_FIELDS = (
    "state",
    "as_of",
    "owner",
    "started_at",
    "finished_at",
    "lease_until",
    "checksum",
    "created_count",
    "unchanged_count",
    "conflict_count",
    "rejected_count",
    "issue_count",
    "log",
)


def runs_domain(company_id: int) -> Terms:
    """The runs of a company; the newest come first by their id."""
    return [("company_id", "=", company_id)]


def leases_domain(company_id: int) -> Terms:
    """Runs that have not ended."""
    return [("company_id", "=", company_id), ("state", "=", "running")]


ALERTS = "retainer.alert"


def open_alerts_domain(company_id: int) -> Terms:
    """Notices that nobody has marked as done."""
    return [("company_id", "=", company_id), ("state", "=", "open")]


CHANGE_ORDERS = "retainer.change.order"


def waiting_orders_domain(company_id: int) -> Terms:
    """Extra work that the client has not agreed to."""
    return [("company_id", "=", company_id), ("approval_state", "=", "waiting")]


COMPANIES = "res.company"
COMPANY_FIELDS = ("retainer_stuck_after_days",)

PARTNERS = "res.partner"
NAMED_FIELDS = ("name",)

ENGAGEMENTS = "retainer.engagement"
ENGAGEMENT_FIELDS = ("name", "partner_id")


DESCRIBED: Mapping[str, tuple[str, ...]] = {
    "account.analytic.line": ("date", "unit_amount", "name"),
    "account.move": ("name",),
    "project.milestone": ("name",),
    "project.project": ("name",),
    "purchase.order.line": ("name",),
    "retainer.change.order": ("name",),
    "retainer.client.po": ("name",),
    "retainer.engagement": ("name",),
    "retainer.hour.block": ("date", "hours"),
    "retainer.terms": ("date_start",),
}
"""What says which record it is, per model that a document's reasons name."""


def described(row: Row, fields: tuple[str, ...]) -> str:
    """``2025-03-10, 3:00 h, Landing page``: the fields in the order given."""
    parts = []
    for field in fields:
        if field in ("unit_amount", "hours"):
            parts.append(f"{hours.text(hours.from_hours(amount(row, field)))} h")
        else:
            parts.append(text(row, field))
    return ", ".join(part for part in parts if part)


def plain_ids(ids: Collection[int]) -> Terms:
    """Those records, of a model that archives nothing."""
    return [("id", "in", sorted(ids))]


def of_ids(ids: Collection[int]) -> Terms:
    """Those records, archived ones too."""
    return [("id", "in", sorted(ids)), ("active", "in", [True, False])]


def engagements_domain(company_id: int, wanted: str) -> Terms:
    """The engagement with that id or name."""
    domain: Terms = [("company_id", "=", company_id), ("active", "in", [True, False])]
    if wanted.isascii() and wanted.isdigit():
        return [*domain, "|", ("id", "=", int(wanted)), ("name", "=", wanted)]
    return [*domain, ("name", "=ilike", _literal(wanted))]


def _literal(text: str) -> str:
    """A text in which no character is a wildcard of ``ilike``."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


PERIODS = "retainer.period"
PERIOD_FIELDS = (
    "engagement_id",
    "date_start",
    "date_end",
    "state",
    "currency_id",
    "retainer_key",
    "allocated_seconds",
    "rolled_in_seconds",
    "available_seconds",
    "used_seconds",
    "remaining_seconds",
    "overage_seconds",
    "expired_seconds",
    "rolled_out_seconds",
    "late_seconds",
    "utilization",
    "fee",
    "overage_amount",
)


def closed_period(engagement_id: int, first: date, last: date) -> Terms:
    """The closed statement of a month."""
    return [
        ("engagement_id", "=", engagement_id),
        ("date_start", ">=", first.isoformat()),
        ("date_start", "<=", last.isoformat()),
        ("state", "=", "closed"),
    ]


LOTS = "retainer.period.lot"
LOT_FIELDS = (
    "source",
    "granted_on",
    "expires_on",
    "granted",
    "opening",
    "drawn",
    "lapsed",
    "closing",
)


def lots_of(period_id: int) -> Terms:
    """The lots of a statement."""
    return [("period_id", "=", period_id)]


TERMS = "retainer.terms"
TERMS_FIELDS = ("overage_rate",)


def terms_of(engagement_id: int) -> Terms:
    """All terms of an engagement."""
    return [("engagement_id", "=", engagement_id)]


def text(row: Row, field: str) -> str:
    """A text on one line; empty where there is none."""
    raw = row.get(field)
    return clean(raw) if isinstance(raw, str) else ""


def link(row: Row, field: str) -> int | None:
    """The id of a many2one."""
    raw = row.get(field)
    if isinstance(raw, list | tuple) and raw:
        raw = raw[0]
    return raw if type(raw) is int and raw > 0 else None


def day(row: Row, field: str) -> date | None:
    """A date."""
    raw = row.get(field)
    try:
        return date.fromisoformat(raw[:10]) if isinstance(raw, str) else None
    except ValueError:
        return None


def number(row: Row, field: str) -> int:
    """A whole number; 0 where there is none."""
    raw = row.get(field)
    return raw if type(raw) is int else 0


def amount(row: Row, field: str) -> Decimal:
    """An amount as Odoo shows it, a float in its JSON; 0 where there is none."""
    raw = row.get(field)
    try:
        return Decimal(str(raw)) if isinstance(raw, int | float) else Decimal(0)
    except InvalidOperation:
        return Decimal(0)


def invoice(
    row: Row,
    clients: Mapping[int, str],
    engagements: Mapping[int, str],
    currencies: Mapping[int, Currency],
    as_of: date,
    stuck_after: int,
) -> StandingInvoice:
    """A document of ours as it stands with the client."""
    currency = _currency(row, currencies)
    dated = day(row, "invoice_date")
    sent = day(row, "retainer_sent_on") or dated
    credit = text(row, "move_type") == "out_refund"
    sign = -1 if credit else 1
    name = text(row, "name")
    return StandingInvoice(
        id=row["id"],
        key=text(row, "retainer_key"),
        number="" if name == "/" else name,
        client=clients.get(link(row, "partner_id") or 0, ""),
        engagement=engagements.get(link(row, "retainer_engagement_id") or 0, ""),
        role=text(row, "retainer_role"),
        credit=credit,
        invoice_date=dated,
        po=text(row, "retainer_po_number"),
        net=sign * currency.round(amount(row, "amount_untaxed")),
        due=sign * currency.round(amount(row, "amount_residual")),
        currency=currency.code,
        digits=currency.digits,
        state=text(row, "state"),
        lifecycle=text(row, "retainer_lifecycle") or "draft",
        payment_state=text(row, "payment_state"),
        days_out=max(0, (as_of - sent).days) if sent else 0,
        stuck_after=stuck_after,
    )


def run(row: Row) -> ShownRun:
    """A run's record."""
    return ShownRun(
        id=row["id"],
        state=text(row, "state"),
        as_of=day(row, "as_of"),
        owner=text(row, "owner"),
        started_at=text(row, "started_at"),
        finished_at=text(row, "finished_at"),
        lease_until=text(row, "lease_until"),
        checksum=text(row, "checksum"),
        created=number(row, "created_count"),
        unchanged=number(row, "unchanged_count"),
        conflicts=number(row, "conflict_count"),
        rejected=number(row, "rejected_count"),
        issues=number(row, "issue_count"),
        log=text(row, "log"),
    )


def statement(
    row: Row,
    *,
    client: str,
    engagement: str,
    currencies: Mapping[int, Currency],
    lots: tuple[LotLine, ...],
    rates: tuple[Decimal, ...],
) -> ShownStatement:
    """A closed statement as it stands."""
    currency = _currency(row, currencies)
    start, end = day(row, "date_start"), day(row, "date_end")
    assert start is not None and end is not None, "a statement has its month"
    overage = number(row, "overage_seconds")
    overage_amount = currency.round(amount(row, "overage_amount"))
    return ShownStatement(
        key=text(row, "retainer_key"),
        client=client,
        engagement=engagement,
        engagement_id=link(row, "engagement_id") or 0,
        month=f"{start:%Y-%m}",
        date_start=start,
        date_end=end,
        state=text(row, "state"),
        currency=currency.code,
        digits=currency.digits,
        allocated=number(row, "allocated_seconds"),
        rolled_in=number(row, "rolled_in_seconds"),
        available=number(row, "available_seconds"),
        used=number(row, "used_seconds"),
        late=number(row, "late_seconds"),
        remaining=number(row, "remaining_seconds"),
        overage=overage,
        overage_rate=rate_of(overage, overage_amount, currency, rates),
        overage_amount=overage_amount,
        expired=number(row, "expired_seconds"),
        rolled_out=number(row, "rolled_out_seconds"),
        utilization=amount(row, "utilization").quantize(Decimal("0.1"), ROUND_HALF_UP),
        fee=currency.round(amount(row, "fee")),
        lots=lots,
    )


def lot(row: Row) -> LotLine:
    """A lot of hours of a closed statement."""
    granted_on = day(row, "granted_on")
    assert granted_on is not None, "a lot has the day of its grant"
    return LotLine(
        source=LotSource(text(row, "source")),
        granted_on=granted_on,
        expires_on=day(row, "expires_on"),
        granted=number(row, "granted"),
        opening=number(row, "opening"),
        drawn=number(row, "drawn"),
        lapsed=number(row, "lapsed"),
        closing=number(row, "closing"),
    )


def _currency(row: Row, currencies: Mapping[int, Currency]) -> Currency:
    return currencies.get(link(row, "currency_id") or 0) or Currency(id=1, code="?", digits=2)
