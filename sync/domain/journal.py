"""Journal entries that the rules ask for: draws, recognition, breakage, restored lots."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import model_validator

from sync.domain.documents import Reasons, Role
from sync.domain.keys import fingerprint
from sync.domain.money import ZERO, Currency
from sync.domain.value import Exact, Value


class Account(StrEnum):
    """Which of the company's accounts; the push knows their ids."""

    advances = "advances"
    unearned = "unearned"
    advances_noncurrent = "advances_noncurrent"
    unearned_noncurrent = "unearned_noncurrent"
    income = "income"
    """Revenue of the engagement's product."""
    breakage = "breakage"
    exchange = "exchange"
    """Exchange gains and losses; the push takes the gain or the loss account by the sign."""
    receivable = "receivable"
    """Given by id: the invoice's own."""


class EntryLine(Value):
    """One line of an entry. Debits are positive, credits negative."""

    account: Account
    account_id: int | None = None
    """Only for ``receivable``."""
    text: str
    amount: Exact
    """In the entry's currency; zero for a line that only holds a difference of rates."""
    amount_company: Exact
    """In the company's currency."""
    partner_id: int | None = None
    advance_id: int | None = None
    """The advance that a line on the advances account belongs to."""
    analytic_id: int | None = None
    """The analytic account of the engagement's project."""
    match_line_id: int | None = None
    """The open line in the ledger that this one is reconciled with."""
    match_key: str = ""
    """An entry of ours whose lines on the same account this one is set off against when it is
    posted, where they are posted and open by then."""


class Entry(Value):
    """A balanced journal entry, in one currency.

    Lines with ``match_line_id`` are reconciled with that line in the same transaction, in full.
    """

    key: str
    role: Role
    engagement_id: int
    """0 = none: of an advance that any engagement of the client may draw."""
    client_id: int = 0
    """0 = none: of a withdrawn one only the key counts."""
    day: date
    service_start: date
    service_end: date
    """The days whose service it is about, whatever day it is posted on."""
    currency: Currency
    company_currency: Currency
    lines: tuple[EntryLine, ...]
    reference: str = ""
    unit: str = ""
    """Entries of the same unit are written together or not at all; empty = it stands alone."""
    reasons: Reasons = ()
    withdrawn: bool = False
    """An untouched draft of ours that is to be removed: it is not wanted any more."""
    at_once: bool = False
    """Posted whatever the review policy says: a draw is a payment, not an estimate."""

    @model_validator(mode="after")
    def _balances(self) -> "Entry":
        assert self.lines, f"{self.key} has no line"
        assert self.client_id or self.withdrawn, f"{self.key} is nobody's"
        total = sum((line.amount for line in self.lines), ZERO)
        books = sum((line.amount_company for line in self.lines), ZERO)
        assert total == ZERO, f"{self.key}: debits and credits differ by {total}"
        assert books == ZERO, f"{self.key}: debits and credits differ by {books} in the books"
        for line in self.lines:
            assert line.amount == self.currency.round(line.amount), f"{self.key}: {line}"
            assert line.amount_company == self.company_currency.round(line.amount_company), line
            assert line.amount or line.amount_company, f"{self.key} has an empty line"
        return self

    @property
    def total(self) -> Decimal:
        """Sum of the debits, in the entry's currency."""
        return sum((line.amount for line in self.lines if line.amount > 0), ZERO)

    def content(self) -> dict[str, Any]:
        """The part that the fingerprint covers."""
        return self.model_dump(exclude={"reasons"})

    @property
    def fingerprint(self) -> str:
        """Digest of the content."""
        return fingerprint(self.content())
