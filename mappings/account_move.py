"""``account.move``: invoices, credit notes and entries of ours."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from mappings import acceptance, fields, res_currency
from mappings.as_read import AsRead
from mappings.books import Books
from mappings.fields import Row, Terms, Unreadable
from mappings.ledger_line import Billed
from mappings.outgoing import Document, amount, document, explanation, number
from mappings.reading import of_document
from sync.domain.documents import Invoice, Line, Role
from sync.domain.existing import ExistingInvoice
from sync.domain.keys import stem_of
from sync.domain.money import Currency
from sync.domain.value import Value

MODEL = "account.move"
KIND = "move"
FIELDS = (
    "name",
    "company_id",
    "move_type",
    "state",
    "date",
    "invoice_date",
    "currency_id",
    "amount_untaxed",
    "amount_total",
    "amount_residual",
    "payment_state",
    "retainer_key",
    "retainer_fingerprint",
    "retainer_engagement_id",
    "retainer_role",
    "retainer_client_po_id",
    "retainer_lifecycle",
    "retainer_service_start",
    "retainer_service_end",
    "retainer_sent_on",
    "posted_before",
    "retainer_changed",
    "retainer_changes",
    acceptance.WRITTEN,
    *acceptance.FIELDS,
)
engagement_of = of_document
_NO_LINES: Mapping[int, Sequence[Billed]] = {}

INVOICES = ("out_invoice", "out_refund")
OF_ADVANCES = ("advance_request", "advance_return")
"""Documents whose lines on the advances account are what they bill, no deduction."""
UNSEEN = ("sent",)
UNPAID = ("not_paid", "partial")


def domain(
    company_id: int,
    since: date,
    milestone_ids: Collection[int],
    corrected: Collection[str],
    ended: Mapping[int, date],
    advance_ids: Collection[int],
    cancelled_draws: Collection[int],
) -> Terms:
    """What the rules must know to be billed already, whatever the length of history.

    Drafts; what a person changed or cancelled and nobody accepted; documents whose service or own
    date reaches the earliest open month; those of milestones; all revisions of documents whose time
    is corrected (``corrected``: their keys); what was billed of engagements for the months in which
    they ended or later (``ended``: the first of that month by engagement); what requests or returns
    ``advance_ids``; ``cancelled_draws``, accepted ones too; and what the client has not looked at.
    """
    day = since.isoformat()
    stems = sorted({stem_of(key) for key in corrected})
    return [
        ("company_id", "=", company_id),
        ("retainer_key", "!=", False),
        ("move_type", "in", list(INVOICES)),
        *["|"] * (8 + len(stems)),
        *[("retainer_key", "=like", f"{stem}/%") for stem in stems],
        ("state", "=", "draft"),
        ("id", "in", sorted(cancelled_draws)),
        "&",
        ("retainer_accepted_on", "=", False),
        "|",
        ("retainer_changed", "=", True),
        ("state", "=", "cancel"),
        ("retainer_service_end", ">=", day),
        ("date", ">=", day),
        ("retainer_milestone_id", "in", sorted(milestone_ids)),
        "&",
        ("retainer_role", "in", list(OF_ADVANCES)),
        ("line_ids.retainer_advance_id", "in", sorted(advance_ids)),
        "&",
        ("retainer_engagement_id", "in", sorted(ended)),
        ("retainer_service_end", ">=", min(ended.values(), default=since).isoformat()),
        "&",
        "&",
        ("state", "=", "posted"),
        ("retainer_lifecycle", "in", list(UNSEEN)),
        ("payment_state", "in", list(UNPAID)),
    ]


def is_entry(row: Row) -> bool:
    """Whether it is a journal entry, no invoice or credit note."""
    return fields.needed_text(row, "move_type") == "entry"


def of_ids(ids: Collection[int]) -> Terms:
    """Those documents."""
    return [("id", "in", sorted(ids))]


def of_id(company_id: int, record: int) -> Terms:
    """A document of ours by its id."""
    return [("company_id", "=", company_id), ("id", "=", record), ("retainer_key", "!=", False)]


def named(company_id: int, name_or_key: str) -> Terms:
    """The document of ours with that number or key."""
    return [
        ("company_id", "=", company_id),
        ("retainer_key", "!=", False),
        "|",
        ("retainer_key", "=", name_or_key),
        ("name", "=", name_or_key),
    ]


def value(
    row: Row,
    company_id: int,
    currencies: dict[int, Currency],
    unearned: Mapping[int, Sequence[Billed]] = _NO_LINES,
    people: Mapping[int, str] | None = None,
    besides: Mapping[int, Sequence[Billed]] = _NO_LINES,
) -> ExistingInvoice:
    """The document as it stands. Amounts are in its own currency, always positive.

    ``unearned``: by document, its lines on the unearned revenue account; ``people``: users by id;
    ``besides``: by document, its lines on the advances account and its rounding for cash, which
    are not what it bills.
    """
    fields.of_company(row, company_id)
    own = currency(row, currencies)
    _, number_ = name(row)
    record, posted_on = fields.record_id(row), fields.day(row, "date")
    credit = fields.needed_text(row, "move_type") == "out_refund"
    role, state = fields.choice(row, "retainer_role", Role), state_of(row)
    deducted = [
        line for line in besides.get(record, ()) if line.rounding or role.value not in OF_ADVANCES
    ]
    net = sum((line.net for line in deducted), start=Decimal(0))
    return ExistingInvoice(
        id=record,
        name=number_,
        key=fields.needed_text(row, "retainer_key"),
        fingerprint=fields.text(row, "retainer_fingerprint"),
        role=role,
        engagement_id=fields.link_or_none(row, "retainer_engagement_id") or 0,
        state=state,
        credit=credit,
        changed=fields.flag(row, "retainer_changed"),
        changes=fields.text(row, "retainer_changes"),
        reset=was_reset(row),
        invoice_date=fields.day_or_none(row, "invoice_date") or posted_on,
        service_start=fields.day_or_none(row, "retainer_service_start"),
        service_end=fields.day_or_none(row, "retainer_service_end"),
        untaxed=fields.money(row, "amount_untaxed", own) - own.round(net),
        total=fields.money(row, "amount_total", own),
        residual=fields.money(row, "amount_residual", own),
        payment_state=fields.text(row, "payment_state"),
        lifecycle=fields.text(row, "retainer_lifecycle") or "draft",
        client_po_id=fields.link_or_none(row, "retainer_client_po_id"),
        unearned=record in unearned,
        sent_on=fields.day_or_none(row, "retainer_sent_on"),
        accepted=acceptance.value(row, people or {}),
        written=fields.money(row, acceptance.WRITTEN, own),
        deducts=tuple(
            (line.match_line_id, own.round(line.net if credit else -line.net))
            for line in (*deducted, *unearned.get(record, ()))
            if state == "draft" and line.match_line_id is not None
        ),
    )


WRITTEN_FIELDS = (*FIELDS, "partner_id", "invoice_date_due")


class Written(Value):
    """A document of ours as it came out of the push."""

    invoice: ExistingInvoice
    partner_id: int
    due_on: date | None
    date: date
    """Of the accounts; Odoo moves it by itself where the books are locked."""


def written(row: Row, company_id: int, currencies: dict[int, Currency]) -> Written:
    """The document, whom it is for, its date in the accounts and when it is due."""
    return Written(
        invoice=value(row, company_id, currencies),
        date=fields.day(row, "date"),
        due_on=fields.day_or_none(row, "invoice_date_due"),
        partner_id=fields.link(row, "partner_id"),
    )


NAME_FIELDS = ("name",)


def name(row: Row) -> tuple[int, str]:
    """(document, its number; nothing for a draft)."""
    found = fields.text(row, "name")
    return fields.record_id(row), "" if found == "/" else found


PO_NUMBER = "retainer_po_number"


def po_number(row: Row) -> str:
    """The number of the client's purchase order that stands on it."""
    return fields.text(row, PO_NUMBER)


KEY_FIELDS = ("retainer_key",)


def key(row: Row) -> tuple[int, str]:
    """(document, our key or nothing)."""
    return fields.record_id(row), fields.text(row, "retainer_key")


def currency(row: Row, currencies: dict[int, Currency]) -> Currency:
    """The currency of its amounts."""
    return res_currency.pick(row, "currency_id", currencies)


def was_reset(row: Row) -> bool:
    """Whether a document was posted and is a draft again."""
    return fields.flag(row, "posted_before") and state_of(row) == "draft"


def state_of(row: Row) -> str:
    """Odoo's own state of a document: ``draft``, ``posted`` or ``cancel``."""
    state = fields.text(row, "state")
    if state not in ("draft", "posted", "cancel"):
        raise Unreadable("state", f"{fields.shown(state)} is not known", "update this service")
    return state


class NoAccount(Exception):
    """A line needs an account that the company has not set."""

    def __init__(self, key: str, account: str = "unearned revenue") -> None:
        self.key = key
        super().__init__(
            f"{key}: the company has no {account} account; choose the {account} account under"
            " Invoicing > Configuration > Settings > Retainer Billing"
        )


def outgoing(
    invoice: Invoice, unit: str, books: Books, *, post: bool, as_read: AsRead | None = None
) -> Document:
    """The invoice as a document of the gateway; one that is withdrawn is only named.

    A credit note is an ``out_refund`` with positive amounts. Unearned lines and those of advances
    name their account; of the others Odoo takes account and taxes from the product. Raises
    ``NoAccount``.
    """
    if invoice.withdrawn:
        return document(KIND, invoice.key, unit, invoice.fingerprint, {}, withdraw=True)
    values: dict[str, Any] = {
        "move_type": "out_refund" if invoice.credit else "out_invoice",
        "partner_id": invoice.partner_id,
        "invoice_date": invoice.invoice_date.isoformat(),
        "currency_id": invoice.currency.id,
        "retainer_role": invoice.role.value,
        "retainer_service_start": invoice.service_start.isoformat(),
        "retainer_service_end": invoice.service_end.isoformat(),
    }
    optional: Mapping[str, Any] = {
        "journal_id": books.invoice_journal_id,
        "invoice_payment_term_id": invoice.payment_term_id,
        "invoice_date_due": invoice.due_on.isoformat() if invoice.due_on else None,
        # The customer reference is what e-invoices carry as the client's order.
        "ref": invoice.po_number or invoice.reference,
        "invoice_origin": invoice.reference if invoice.po_number else None,
        "retainer_engagement_id": invoice.engagement_id,
        "retainer_client_po_id": invoice.client_po_id,
        # The module takes the number from the register, letter by letter as it stands there.
        "retainer_po_number": None if invoice.client_po_id else invoice.po_number,
        "retainer_ap_contact_id": invoice.ap_contact_id,
        "invoice_currency_rate": number(invoice.rate) if invoice.rate else None,
        "retainer_milestone_id": (
            invoice.milestone_ids[0] if len(invoice.milestone_ids) == 1 else None
        ),
    }
    values.update({name: each for name, each in optional.items() if each})
    bind: dict[str, list[Any]] = {
        "entries": list(invoice.entry_ids),
        "entry_seconds": [list(each) for each in invoice.entry_seconds],
        "milestones": list(invoice.milestone_ids),
        "change_orders": list(invoice.change_order_ids),
        "purchases": [[line, number(quantity)] for line, quantity in invoice.purchases],
        "hour_blocks": list(invoice.block_ids),
        "advances": _requested(invoice),
    }
    expect = {
        "amount_untaxed": amount(invoice.net_total, invoice.currency),
        "date": invoice.invoice_date.isoformat(),
    }
    if invoice.total_due is not None:
        expect["amount_total"] = amount(invoice.total_due, invoice.currency)
    parts: dict[str, Any] = {}
    if as_read is not None and (read := as_read.of_invoice(invoice)):
        parts["read"] = read
    if invoice.settles:
        parts["settle"] = [
            {"account_id": account, "line_id": line} for account, line in invoice.settles
        ]
    if invoice.taxes_due:
        parts["taxes"] = [
            {"tax_id": tax, "amount": amount(due, invoice.currency)}
            for tax, due in invoice.taxes_due
        ]
    return document(
        KIND,
        invoice.key,
        unit,
        invoice.fingerprint,
        values,
        lines=[_line(line, invoice, books) for line in invoice.lines],
        post=post,
        expect=expect,
        bind={name: ids for name, ids in bind.items() if ids},
        explanation=explanation(invoice.reasons),
        **parts,
    )


def _requested(invoice: Invoice) -> list[int]:
    """The advance that it asks for."""
    asks = invoice.role is Role.advance_request and invoice.advance_id is not None
    return [invoice.advance_id] if asks and invoice.advance_id else []


def _line(line: Line, invoice: Invoice, books: Books) -> dict[str, Any]:
    values: dict[str, Any] = {
        "name": line.text,
        "quantity": number(line.quantity),
    }
    price = line.unit_price if line.price_with_tax is None else line.price_with_tax
    values["price_unit"] = amount(price, invoice.currency)
    if Decimal(values["price_unit"]) != price:
        values["price_unit"] = number(price)
    if line.product_id is not None:
        values["product_id"] = line.product_id
    if line.unearned:
        if books.unearned_account_id is None:
            raise NoAccount(invoice.key)
        values["account_id"] = books.unearned_account_id
    if line.advance_id is not None:
        if books.advance_account_id is None:
            raise NoAccount(invoice.key, "customer advances")
        values["account_id"] = books.advance_account_id
        values["retainer_advance_id"] = line.advance_id
    if line.part_taxes:
        values["retainer_taxes"] = [
            [tax, amount(part, invoice.currency)] for tax, part in line.part_taxes
        ]
    if line.tax_ids is not None:
        values["tax_ids"] = list(line.tax_ids)
    if line.match_line_id is not None:
        values["reconcile_line_id"] = line.match_line_id
    return values
