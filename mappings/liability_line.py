"""``account.move.line``: lines on the liability accounts, and what settles their requests."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from mappings import fields, res_currency
from mappings.fields import Row, Terms, Unreadable
from sync.domain.books import BookDocument, Posting
from sync.domain.ledger import LotKind
from sync.domain.money import Currency

MODEL = "account.move.line"
FIELDS = (
    "move_id",
    "account_id",
    "partner_id",
    "currency_id",
    "amount_currency",
    "balance",
    "amount_residual",
    "amount_residual_currency",
    "name",
    "retainer_advance_id",
)
RECEIVABLE_FIELDS = ("move_id", "currency_id", "amount_currency", "amount_residual_currency")
MOVE_FIELDS = ("move_id",)
MOVE_AND_CURRENCY = ("move_id", "currency_id")

BY_CLIENT = ("partner_id",)
SALES = ("balance:sum",)
BY_ACCOUNT = ("account_id", "partner_id")
LEDGER = ("balance:sum", "amount_residual:sum")


def posted(company_id: int, account_ids: Collection[int]) -> Terms:
    """Posted lines of those accounts."""
    return [
        ("company_id", "=", company_id),
        ("account_id", "in", sorted(account_ids)),
        ("parent_state", "=", "posted"),
    ]


def open_on(company_id: int, account_ids: Collection[int], day: date) -> Terms:
    """Posted credits that were not wholly matched at the end of a day, and those of advances whose
    invoice was not wholly paid then.
    """
    return [
        *posted(company_id, account_ids),
        ("date", "<=", day.isoformat()),
        ("balance", "<", 0),
        "|",
        "|",
        ("amount_residual_currency", "!=", 0),
        ("matched_debit_ids.max_date", ">", day.isoformat()),
        "&",
        ("retainer_advance_id", "!=", False),
        "|",
        ("move_id.amount_residual", "!=", 0),
        ("move_id.line_ids.matched_credit_ids.max_date", ">", day.isoformat()),
    ]


def until(company_id: int, account_ids: Collection[int], day: date) -> Terms:
    """Posted lines up to and with a day."""
    return [*posted(company_id, account_ids), ("date", "<=", day.isoformat())]


def between(company_id: int, account_ids: Collection[int], first: date, last: date) -> Terms:
    """Posted lines of some days, both inclusive."""
    return [*until(company_id, account_ids, last), ("date", ">=", first.isoformat())]


def examined(
    company_id: int,
    account_ids: Collection[int],
    advances: Collection[int],
    unearned: Collection[int],
    since: date,
) -> Terms:
    """What tells whether the accounts tie, and nothing that is settled and ours.

    Posted: whatever has anything open; what is of no document of ours, without a client, or a lot
    of advances that names none; fees whose service reaches to ``since`` or beyond. Not posted:
    drafts of ours, and what a person cancelled.
    """
    wanted: list[Terms] = [
        [("amount_residual", "!=", 0)],
        [("amount_residual_currency", "!=", 0)],
        [("move_id.retainer_key", "=", False)],
        [("partner_id", "=", False)],
        [
            ("account_id", "in", sorted(advances)),
            ("balance", "<", 0),
            ("retainer_advance_id", "=", False),
        ],
        [
            ("account_id", "in", sorted(unearned)),
            ("balance", "<", 0),
            ("move_id.retainer_service_end", ">=", since.isoformat()),
        ],
    ]
    return [
        ("company_id", "=", company_id),
        ("account_id", "in", sorted(account_ids)),
        "|",
        "&",
        ("parent_state", "in", ["draft", "cancel"]),
        ("move_id.retainer_key", "!=", False),
        "&",
        ("parent_state", "=", "posted"),
        *["|"] * (len(wanted) - 1),
        *[term for terms in wanted for term in (*["&"] * (len(terms) - 1), *terms)],
    ]


def drafts(company_id: int, account_ids: Collection[int], day: date) -> Terms:
    """Lines of journal entries of ours, up to a day, that wait for review."""
    return [
        ("company_id", "=", company_id),
        ("account_id", "in", sorted(account_ids)),
        ("parent_state", "=", "draft"),
        ("date", "<=", day.isoformat()),
        ("move_id.retainer_key", "!=", False),
        ("move_id.move_type", "=", "entry"),
    ]


def credits_of(move_ids: Collection[int], account_ids: Collection[int]) -> Terms:
    """Credits of those documents on those accounts."""
    return [
        ("move_id", "in", sorted(move_ids)),
        ("account_id", "in", sorted(account_ids)),
        ("balance", "<", 0),
    ]


def loose_draws(company_id: int) -> Terms:
    """Receivable lines of draws, and of what takes them back, that are matched with nothing."""
    return [
        ("company_id", "=", company_id),
        ("parent_state", "=", "posted"),
        ("account_type", "=", "asset_receivable"),
        ("move_id.retainer_role", "=", "drawdown"),
        ("amount_residual", "!=", 0),
    ]


def of_ids(ids: Collection[int]) -> Terms:
    """Those lines."""
    return [("id", "in", sorted(ids))]


def receivables(move_ids: Collection[int]) -> Terms:
    """Receivable lines of those documents."""
    return [("move_id", "in", sorted(move_ids)), ("account_type", "=", "asset_receivable")]


def sales(company_id: int, advance_accounts: Collection[int], after: date, until: date) -> Terms:
    """What customers were invoiced, net of tax and of credit notes; advances are no sales."""
    return [
        ("company_id", "=", company_id),
        ("parent_state", "=", "posted"),
        ("move_id.move_type", "in", ["out_invoice", "out_refund", "out_receipt"]),
        ("display_type", "=", "product"),
        ("account_id", "not in", sorted(advance_accounts)),
        ("date", ">", after.isoformat()),
        ("date", "<=", until.isoformat()),
    ]


def value(
    row: Row,
    accounts: Mapping[int, tuple[LotKind, bool]],
    documents: Mapping[int, BookDocument],
    client_of: Mapping[int, int],
    company: Currency,
    currencies: dict[int, Currency],
) -> Posting:
    """The line; ``accounts`` says what is on them and whether they are the non-current ones. The
    receivable side of a draw is of an advance.
    """
    currency = res_currency.pick(row, "currency_id", currencies)
    account = fields.link(row, "account_id")
    document = _document(row, documents)
    kind, noncurrent = accounts.get(account, (LotKind.advances, False))
    partner = fields.link_or_none(row, "partner_id")
    return Posting(
        id=fields.record_id(row),
        account_id=account,
        kind=kind,
        noncurrent=noncurrent,
        document=document,
        advance_id=fields.link_or_none(row, "retainer_advance_id"),
        client_id=None if partner is None else client_of.get(partner, partner),
        text=fields.text(row, "name"),
        currency=currency,
        amount=-fields.money(row, "amount_currency", currency),
        amount_company=-fields.money(row, "balance", company),
        open=-fields.money(row, "amount_residual_currency", currency),
        open_company=-fields.money(row, "amount_residual", company),
    )


class Receivable(NamedTuple):
    """A receivable line of a request; debits positive, in its currency."""

    id: int
    move_id: int
    currency: Currency
    amount: Decimal
    open: Decimal


def receivable(row: Row, currencies: dict[int, Currency]) -> Receivable:
    """The line."""
    currency = res_currency.pick(row, "currency_id", currencies)
    return Receivable(
        fields.record_id(row),
        fields.link(row, "move_id"),
        currency,
        fields.money(row, "amount_currency", currency),
        fields.money(row, "amount_residual_currency", currency),
    )


class Group(NamedTuple):
    """Lines that were added up, in the company's currency; credits positive."""

    account_id: int
    """0 where the sum is over several."""
    partner_id: int | None
    balance: Decimal
    unmatched: Decimal


def sold(row: Row, currency: Currency) -> Group:
    """One group of ``SALES``."""
    return Group(
        account_id=0,
        partner_id=fields.link_or_none(row, "partner_id"),
        balance=_sum(row, "balance:sum", currency),
        unmatched=currency.round(Decimal(0)),
    )


def standing(row: Row, currency: Currency) -> Group:
    """One group of ``LEDGER``."""
    return Group(
        account_id=fields.link(row, "account_id"),
        partner_id=fields.link_or_none(row, "partner_id"),
        balance=_sum(row, "balance:sum", currency),
        unmatched=_sum(row, "amount_residual:sum", currency),
    )


def documents_of(rows: Iterable[Row]) -> set[int]:
    """The documents that some lines belong to."""
    return fields.ids_in(rows, "move_id")


def partners_of(rows: Iterable[Row]) -> set[int]:
    """The partners that some lines name."""
    return fields.ids_in(rows, "partner_id")


def place(
    row: Row, documents: Mapping[int, BookDocument], currencies: dict[int, Currency]
) -> tuple[int, BookDocument, Currency]:
    """(line, document, currency), of a row with ``MOVE_AND_CURRENCY``."""
    currency = res_currency.pick(row, "currency_id", currencies)
    return fields.record_id(row), _document(row, documents), currency


def _document(row: Row, documents: Mapping[int, BookDocument]) -> BookDocument:
    found = documents.get(fields.link(row, "move_id"))
    if found is None:
        raise Unreadable("move_id", "its journal entry could not be read", "see its access rights")
    return found


def _sum(row: Row, field: str, currency: Currency) -> Decimal:
    """A sum of debits less credits as a credit; nothing summed is 0."""
    raw: Any = fields.raw_value(row, field)
    if raw is False or raw is None:
        return currency.round(Decimal(0))
    return -fields.money(row, field, currency)
