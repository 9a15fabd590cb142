"""Journal entries of ours as ``account.move`` of type entry: draws, recognition, breakage."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from mappings import fields, res_currency
from mappings.account_move import KIND, MODEL, NoAccount, state_of, was_reset
from mappings.books import Books
from mappings.fields import Row, Terms
from mappings.outgoing import Document, amount, document, explanation
from mappings.reading import of_document
from sync.domain.documents import Role
from sync.domain.journal import Account, Entry, EntryLine
from sync.domain.ledger import ExistingEntry
from sync.domain.money import ZERO, Currency
from sync.domain.value import Exact, Value

__all__ = [
    "FIELDS",
    "LINE_FIELDS",
    "LINE_MODEL",
    "MODEL",
    "accounts",
    "domain",
    "engagement_of",
    "line",
    "lines_of",
    "of_ids",
    "outgoing",
    "value",
]

FIELDS = (
    "name",
    "company_id",
    "state",
    "date",
    "currency_id",
    "amount_total",
    "retainer_key",
    "retainer_fingerprint",
    "retainer_engagement_id",
    "retainer_role",
    "retainer_service_start",
    "retainer_service_end",
    "posted_before",
    "retainer_changed",
    "retainer_changes",
)
engagement_of = of_document

LINE_MODEL = "account.move.line"
LINE_FIELDS = (
    "move_id",
    "name",
    "account_id",
    "partner_id",
    "currency_id",
    "amount_currency",
    "balance",
    "amount_residual",
    "amount_residual_currency",
)

_NAMES = {
    Account.advances: "customer advances",
    Account.unearned: "unearned revenue",
    Account.advances_noncurrent: "non-current customer advances",
    Account.unearned_noncurrent: "non-current unearned revenue",
    Account.income: "revenue",
    Account.breakage: "breakage income",
    Account.exchange: "exchange difference",
}


OF_A_FEE = ("recognition", "breakage", "correction")
"""What the rules write about a fee, and about the remainder of an advance."""


def domain(
    company_id: int,
    months: Mapping[date, Collection[int]],
    besides: Collection[int],
    advance_ids: Collection[int],
    credit_notes: Collection[int],
    since_year_end: date,
) -> Terms:
    """Entries of ours that open lots depend on, whatever the length of history.

    Every draft; recognition of the documents that open fee lots stand on (``months``: engagements
    by the first month that these cover), and what people cancelled since; what was recognised of
    ``advance_ids``; corrections of ``credit_notes``; those found ``besides`` (draws whose lines are
    open or that people cancelled); and the reclassifications since the last financial year ended.
    """
    of_months: Terms = []
    for month, engagements in sorted(months.items()):
        of_months += [
            "|",
            "&",
            "&",
            ("retainer_engagement_id", "in", sorted(engagements)),
            ("date", ">=", month.isoformat()),
            "|",
            ("state", "=", "cancel"),
            ("retainer_role", "in", list(OF_A_FEE)),
        ]
    of_notes: Terms = []
    for note in sorted(credit_notes):
        of_notes += ["|", ("retainer_key", "like", f"/i{note}/")]
    return [
        ("company_id", "=", company_id),
        ("retainer_key", "!=", False),
        ("move_type", "=", "entry"),
        *of_months,
        *of_notes,
        "|",
        "|",
        "|",
        ("state", "=", "draft"),
        ("id", "in", sorted(besides)),
        "&",
        ("retainer_role", "in", list(OF_A_FEE)),
        ("line_ids.retainer_advance_id", "in", sorted(advance_ids)),
        "&",
        ("retainer_role", "=", "reclassification"),
        ("date", ">=", since_year_end.isoformat()),
    ]


def of_ids(ids: Collection[int]) -> Terms:
    """Those entries."""
    return [("id", "in", sorted(ids))]


def lines_of(ids: Collection[int]) -> Terms:
    """The lines of those entries."""
    return [("move_id", "in", sorted(ids))]


def value(row: Row, company_id: int, currencies: dict[int, Currency]) -> ExistingEntry:
    """The entry as it stands."""
    fields.of_company(row, company_id)
    currency = res_currency.pick(row, "currency_id", currencies)
    name = fields.text(row, "name")
    return ExistingEntry(
        id=fields.record_id(row),
        name="" if name == "/" else name,
        key=fields.needed_text(row, "retainer_key"),
        fingerprint=fields.text(row, "retainer_fingerprint"),
        role=fields.choice(row, "retainer_role", Role),
        engagement_id=fields.link_or_none(row, "retainer_engagement_id"),
        state=state_of(row),
        changed=fields.flag(row, "retainer_changed"),
        changes=fields.text(row, "retainer_changes"),
        reset=was_reset(row),
        day=fields.day(row, "date"),
        service_start=fields.day_or_none(row, "retainer_service_start"),
        service_end=fields.day_or_none(row, "retainer_service_end"),
        amount=fields.money(row, "amount_total", currency),
    )


class WrittenLine(Value):
    """A line of an entry as the ledger has it. Debits positive."""

    move_id: int
    text: str
    account_id: int
    partner_id: int | None
    currency: Currency
    amount: Exact
    """In ``currency``."""
    amount_company: Exact
    open: Exact
    """Not matched, in ``currency``."""
    open_company: Exact


def line(row: Row, company: Currency, currencies: dict[int, Currency]) -> WrittenLine:
    """A line of an entry."""
    currency = res_currency.pick(row, "currency_id", currencies)
    return WrittenLine(
        move_id=fields.link(row, "move_id"),
        text=fields.text(row, "name"),
        account_id=fields.link(row, "account_id"),
        partner_id=fields.link_or_none(row, "partner_id"),
        currency=currency,
        amount=fields.money(row, "amount_currency", currency),
        amount_company=fields.money(row, "balance", company),
        open=fields.money(row, "amount_residual_currency", currency),
        open_company=fields.money(row, "amount_residual", company),
    )


def accounts(entry: Entry, books: Books) -> tuple[int, ...]:
    """The account of each line. Raises ``NoAccount``."""
    return tuple(_account(each, entry, books) for each in entry.lines)


def outgoing(entry: Entry, unit: str, books: Books, *, post: bool) -> Document:
    """The entry as a document of the gateway; one that is withdrawn is only named.

    Each line with a counterpart is reconciled with it in the same transaction, in full. Raises
    ``NoAccount``.
    """
    if entry.withdrawn:
        return document(KIND, entry.key, unit, entry.fingerprint, {}, withdraw=True)
    values: dict[str, Any] = {
        "move_type": "entry",
        "date": entry.day.isoformat(),
        "currency_id": entry.currency.id,
        "retainer_role": entry.role.value,
        "retainer_service_start": entry.service_start.isoformat(),
        "retainer_service_end": entry.service_end.isoformat(),
    }
    optional = {
        "journal_id": books.journal_id,
        "ref": entry.reference,
        "retainer_engagement_id": entry.engagement_id,
    }
    values.update({name: each for name, each in optional.items() if each})
    on = accounts(entry, books)
    return document(
        KIND,
        entry.key,
        unit,
        entry.fingerprint,
        values,
        lines=[_line(line, account, entry) for line, account in zip(entry.lines, on, strict=True)],
        post=post,
        expect={"date": entry.day.isoformat()},
        reconcile=[
            {"account_id": account, "line_ids": [line.match_line_id]}
            for line, account in zip(entry.lines, on, strict=True)
            if line.match_line_id is not None
        ]
        + [
            {"account_id": account, "keys": [line.match_key], "optional": True}
            for line, account in zip(entry.lines, on, strict=True)
            if line.match_key
        ],
        explanation=explanation(entry.reasons),
    )


def _account(line: EntryLine, entry: Entry, books: Books) -> int:
    match line.account:
        case Account.receivable:
            found = line.account_id
        case Account.advances:
            found = books.advance_account_id
        case Account.unearned:
            found = books.unearned_account_id
        case Account.advances_noncurrent:
            found = books.advance_noncurrent_account_id
        case Account.unearned_noncurrent:
            found = books.unearned_noncurrent_account_id
        case Account.income:
            found = dict(books.income_accounts).get(entry.engagement_id, books.income_account_id)
        case Account.breakage:
            found = books.breakage_account_id
        case Account.exchange:
            gain = line.amount_company < ZERO
            found = books.exchange_gain_account_id if gain else books.exchange_loss_account_id
    if found is None:
        raise NoAccount(entry.key, _NAMES.get(line.account, "receivable"))
    return found


def _line(line: EntryLine, account: int, entry: Entry) -> dict[str, Any]:
    values: dict[str, Any] = {
        "name": line.text,
        "account_id": account,
        "currency_id": entry.currency.id,
        "amount_currency": amount(line.amount, entry.currency),
        "balance": amount(line.amount_company, entry.company_currency),
    }
    optional: dict[str, Any] = {
        "partner_id": line.partner_id,
        "retainer_advance_id": line.advance_id,
        "analytic_distribution": {str(line.analytic_id): 100} if line.analytic_id else None,
    }
    values.update({name: each for name, each in optional.items() if each})
    return values
