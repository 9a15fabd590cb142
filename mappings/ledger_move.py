"""``account.move`` as the ledger sees it: the documents behind open lines."""

from collections.abc import Collection, Mapping
from datetime import date

from mappings import fields, res_currency
from mappings.account_move import MODEL, state_of
from mappings.fields import Row, Terms, Unreadable
from mappings.reading import of_document
from sync.domain import keys
from sync.domain.documents import Role
from sync.domain.money import Currency
from sync.domain.value import Exact, Value

__all__ = [
    "DRAWN_FIELDS",
    "FIELDS",
    "KEY_FIELDS",
    "MODEL",
    "ORIGIN_FIELDS",
    "LedgerMove",
    "drawn",
    "draws_of",
    "engagement_of",
    "invoices_under",
    "key",
    "of_ids",
    "origin",
    "value",
]

FIELDS = (
    "name",
    "company_id",
    "move_type",
    "date",
    "invoice_date",
    "partner_id",
    "commercial_partner_id",
    "currency_id",
    "amount_untaxed",
    "amount_total",
    "amount_residual",
    "reversed_entry_id",
    "retainer_key",
    "retainer_role",
    "retainer_engagement_id",
    "retainer_service_start",
    "retainer_service_end",
    "retainer_tally",
)
engagement_of = of_document


class LedgerMove(Value):
    """A posted document with an open line, or one that it reverses."""

    id: int
    name: str
    move_type: str
    key: str
    role: Role | None
    engagement_id: int | None
    partner_id: int | None
    client_id: int | None
    """The commercial entity of its partner."""
    day: date
    invoice_date: date
    reverses_id: int | None
    service_start: date | None
    service_end: date | None
    untaxed: Exact
    total: Exact
    unpaid: Exact
    """In its currency."""
    purchase_line_ids: frozenset[int]
    """Lines of purchase orders that it recharges or gives back."""


def of_ids(ids: Collection[int]) -> Terms:
    """Those documents."""
    return [("id", "in", sorted(ids))]


def invoices_under(company_id: int, stems: Collection[str]) -> Terms:
    """The posted invoices of ours whose keys begin so."""
    keys: list[Terms] = [[("retainer_key", "=like", f"{stem}/%")] for stem in sorted(stems)]
    return [
        ("company_id", "=", company_id),
        ("state", "=", "posted"),
        ("move_type", "=", "out_invoice"),
        *["|"] * (len(keys) - 1),
        *(term for each in keys for term in each),
    ]


def value(row: Row, company_id: int, currencies: Mapping[int, Currency]) -> LedgerMove:
    """The document."""
    fields.of_company(row, company_id)
    currency = res_currency.pick(row, "currency_id", dict(currencies))
    name, day = fields.text(row, "name"), fields.day(row, "date")
    role = fields.text(row, "retainer_role")
    return LedgerMove(
        id=fields.record_id(row),
        name="" if name == "/" else name,
        move_type=fields.needed_text(row, "move_type"),
        key=fields.text(row, "retainer_key"),
        role=fields.choice(row, "retainer_role", Role) if role else None,
        engagement_id=fields.link_or_none(row, "retainer_engagement_id"),
        partner_id=fields.link_or_none(row, "partner_id"),
        client_id=fields.link_or_none(row, "commercial_partner_id"),
        day=day,
        invoice_date=fields.day_or_none(row, "invoice_date") or day,
        reverses_id=fields.link_or_none(row, "reversed_entry_id"),
        service_start=fields.day_or_none(row, "retainer_service_start"),
        service_end=fields.day_or_none(row, "retainer_service_end"),
        untaxed=fields.money(row, "amount_untaxed", currency),
        total=fields.money(row, "amount_total", currency),
        unpaid=fields.money(row, "amount_residual", currency),
        purchase_line_ids=_purchase_lines(row),
    )


def _purchase_lines(row: Row) -> frozenset[int]:
    """The lines whose quantities it counts, ``{"purchases": [[line, quantity], …]}``."""
    raw = fields.raw_value(row, "retainer_tally")
    if raw is False or raw is None:
        return frozenset()
    try:
        return frozenset(_line(line) for line, _ in raw.get("purchases", ()))
    except (AttributeError, TypeError, ValueError):
        raise Unreadable(
            "retainer_tally", f"{fields.shown(raw)} lists no purchases", "restore what stood there"
        ) from None


def _line(raw: object) -> int:
    if type(raw) is not int or raw <= 0:
        raise ValueError(raw)
    return raw


KEY_FIELDS = ("retainer_key",)
ORIGIN_FIELDS = (*KEY_FIELDS, "reversed_entry_id")
DRAWN_FIELDS = (*KEY_FIELDS, "state")


def draws_of(company_id: int, invoices: Mapping[int, int], since: date) -> Terms:
    """The draws of those invoices (engagement by invoice) that are posted or that people cancelled,
    whatever they drew from. ``since``: when the first of the invoices is dated, since no draw is
    dated before its invoice.
    """
    named = [
        (
            "retainer_key",
            "=like",
            f"{company_id}/{engagement}/{Role.drawdown.value}/{keys.draws_of(invoice)}%",
        )
        for invoice, engagement in sorted(invoices.items())
    ]
    return [
        ("company_id", "=", company_id),
        ("state", "in", ["posted", "cancel"]),
        ("retainer_role", "=", Role.drawdown.value),
        ("retainer_engagement_id", "in", sorted(set(invoices.values()))),
        ("date", ">=", since.isoformat()),
        *["|"] * (len(named) - 1),
        *named,
    ]


def origin(row: Row) -> tuple[int, str, int]:
    """(document, our key or nothing, the one that it reverses or 0)."""
    return *key(row), fields.link_or_none(row, "reversed_entry_id") or 0


def drawn(row: Row) -> tuple[int, str, bool]:
    """(document, our key, whether it is cancelled)."""
    return *key(row), state_of(row) == "cancel"


def key(row: Row) -> tuple[int, str]:
    """(document, our key or nothing)."""
    return fields.record_id(row), fields.text(row, "retainer_key")
