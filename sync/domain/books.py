"""The liability accounts as the ledger has them, line by line: what reports and checks read.

The rules see lots (``ledger.py``); here stands everything on the accounts, whoever posted it, so
that what is foreign can be told from what is ours. Amounts are signed as the client sees them:
credits are positive (owed to the client), debits negative.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum

from sync.domain.documents import Role
from sync.domain.ledger import LotKind
from sync.domain.money import ZERO, Currency
from sync.domain.value import Exact, Value


class JournalKind(StrEnum):
    """Which kind of journal a document is in."""

    sale = "sale"
    purchase = "purchase"
    cash = "cash"
    bank = "bank"
    credit = "credit"
    general = "general"

    @property
    def is_money(self) -> bool:
        """Whether its entries are payments and bank lines."""
        return self in (JournalKind.cash, JournalKind.bank, JournalKind.credit)


class BookDocument(Value):
    """A journal entry, invoice or credit note that touches a liability account."""

    id: int
    name: str
    move_type: str
    """Odoo's own: ``entry``, ``out_invoice``, ``out_refund``, …"""
    state: str
    """``draft``, ``posted``, ``cancel``."""
    was_posted: bool = False
    """Whether it had been posted before; a draft that was is one that a person reset."""
    journal: JournalKind
    exchange: bool = False
    """Whether Odoo posted it by itself for a difference of rates."""
    key: str = ""
    """Ours; empty for a document that a person made."""
    role: Role | None = None
    engagement_id: int | None = None
    reverses_key: str = ""
    """The key of the document of ours that it reverses."""
    day: date
    service_start: date | None = None
    service_end: date | None = None
    accepted: bool = False
    """Whether finance accepted that a person changed or cancelled it."""

    @property
    def ours(self) -> bool:
        """Whether the service wrote it, or it is a person's credit note of one that it wrote."""
        return bool(self.key or (self.reverses_key and self.move_type == "out_refund"))

    @property
    def shown(self) -> str:
        """As people find it in Odoo."""
        return self.name or f"draft {self.id}"


class Posting(Value):
    """A line on a liability account. Credits positive."""

    id: int
    account_id: int
    kind: LotKind
    noncurrent: bool = False
    """On the account that shows what is owed for longer than twelve months."""
    document: BookDocument
    advance_id: int | None = None
    client_id: int | None
    """The commercial entity; None where the line names no partner."""
    text: str = ""
    currency: Currency
    amount: Exact
    """In ``currency``."""
    amount_company: Exact
    open: Exact
    """Not matched by now, in ``currency``."""
    open_company: Exact

    @property
    def day(self) -> date:
        """Of the accounts."""
        return self.document.day

    @property
    def is_credit(self) -> bool:
        """Whether it is a lot: owed to the client."""
        return (self.amount_company or self.amount) > 0

    @property
    def restores(self) -> bool:
        """Whether it is a lot that gives back what an invoice had drawn: no new money."""
        document = self.document
        undone = document.role is Role.drawdown or document.move_type == "out_refund"
        return self.is_credit and undone


class Match(Value):
    """A reconciliation of a debit with a credit of the same account. Amounts are positive."""

    id: int
    debit_id: int
    credit_id: int
    debit: Exact
    """In the currency of the debit's line."""
    credit: Exact
    """In the currency of the credit's line."""
    company: Exact
    """In the company's currency."""
    day: date
    """The later of both lines' days: from then on they are matched."""


class Matches:
    """Matches by the lines that they settle."""

    def __init__(self, matches: Iterable[Match]) -> None:
        self._by_credit: dict[int, list[Match]] = {}
        self._by_debit: dict[int, list[Match]] = {}
        for each in sorted(matches, key=lambda match: (match.day, match.id)):
            self._by_credit.setdefault(each.credit_id, []).append(each)
            self._by_debit.setdefault(each.debit_id, []).append(each)

    def of_credit(self, line_id: int, until: date | None = None) -> list[Match]:
        """What took from a credit, by day; up to and with a day where given."""
        return _until(self._by_credit.get(line_id, []), until)

    def of_debit(self, line_id: int, until: date | None = None) -> list[Match]:
        """What a debit took, by day."""
        return _until(self._by_debit.get(line_id, []), until)


def _until(matches: list[Match], until: date | None) -> list[Match]:
    return matches if until is None else [each for each in matches if each.day <= until]


class Taken(StrEnum):
    """What became of a part of a lot."""

    drawn = "drawn"
    """Paid an invoice, or became revenue."""
    breakage = "breakage"
    """Kept: it lapsed, or a person decided so."""
    returned = "returned"
    """Given back by a credit note."""
    moved = "moved"
    """Only shown on another liability account."""
    other = "other"
    """By something that is none of ours."""


def taken_as(document: BookDocument) -> Taken:
    """What a debit of that document is."""
    if document.role is Role.reclassification:
        return Taken.moved
    if document.role is Role.breakage:
        return Taken.breakage
    if document.role is Role.drawdown:
        return Taken.drawn
    if document.role is Role.advance_return or document.move_type == "out_refund":
        return Taken.returned
    return Taken.drawn if document.ours else Taken.other


class Settlement(Value):
    """What was matched with the receivable of a request."""

    day: date
    amount: Exact
    """In the request's currency, with tax."""
    cancels: bool = False
    """By a credit note: the request was taken back, nobody paid."""
    money: bool = True
    """By a payment or a bank line; anything else is a hand's entry."""
    document: str = ""
    """What it was matched with."""


class RequestPaid(Value):
    """How far an advance's request was paid."""

    move_id: int
    total: Exact
    """Of its receivable: with tax, in its currency."""
    open: Exact = ZERO
    """What of it is not settled by now."""
    settlements: tuple[Settlement, ...] = ()
    """By day."""

    def paid(self, until: date) -> Decimal:
        """What was paid up to and with a day, with tax."""
        return self._sum(until, cancels=False)

    def cancelled(self, until: date) -> Decimal:
        """What credit notes took back, with tax."""
        return self._sum(until, cancels=True)

    def _sum(self, until: date, *, cancels: bool) -> Decimal:
        return sum(
            (
                each.amount
                for each in self.settlements
                if each.day <= until and each.cancels is cancels
            ),
            ZERO,
        )


class OpenLot(Value):
    """A lot as it stood at the end of a day."""

    posting: Posting
    open: Exact
    open_company: Exact
    unpaid: Exact = ZERO
    """What of ``open`` the client still has to pay, net of tax: of a request, or of another lot of
    the same advance of which more was taken than was paid."""
    unpaid_company: Exact = ZERO
    shortfall: Exact = ZERO
    """Of a request: what was taken of it and is not paid (any more), net of tax."""
    cancelled: Exact = ZERO
    """Of a request: what credit notes took back before it was paid, net of tax."""
    received_on: date | None = None
    """First money of it; None while nothing was paid."""
    takes: tuple[tuple[date, Taken, Exact], ...] = ()
    """(day, what it was, amount) by day, in the lot's currency."""
    foreign: bool = False
    """Whether it does not belong there: no lot of ours."""

    @property
    def owing(self) -> Decimal:
        """Received and not yet consumed, in the lot's currency."""
        return max(ZERO, self.open - self.unpaid)

    def taken(self, *kinds: Taken) -> Decimal:
        """What was taken of it in these ways."""
        return sum((amount for _, kind, amount in self.takes if kind in kinds), ZERO)
