"""What the status asks of Odoo, in the form of ``mappings``: fields, domain, row to value. No I/O.

Only what is shown; nothing is computed from it, so a field that cannot be read shows as empty
instead of failing the whole status.
"""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from mappings.fields import Terms, clean
from sync.domain.calendar import first_of

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


ALERTS = "retainer.alert"


def open_alerts_domain(company_id: int) -> Terms:
    """Notices that nobody has marked as done."""
    return [("company_id", "=", company_id), ("state", "=", "open")]


CHANGE_ORDERS = "retainer.change.order"


def waiting_orders_domain(company_id: int) -> Terms:
    """Extra work that the client has not agreed to."""
    return [("company_id", "=", company_id), ("approval_state", "=", "waiting")]


NAMED_FIELDS = ("name",)


def of_ids(ids: Collection[int]) -> Terms:
    """Those records, archived ones too."""
    return [("id", "in", sorted(ids)), ("active", "in", [True, False])]


def of_engagements(ids: Collection[int]) -> Terms:
    """Those engagements."""
    return [("id", "in", sorted(ids))]


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
