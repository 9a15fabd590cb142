"""Unearned cash: what the company has received or billed and still owes in work, per client.

``ledger`` is the balance of the liability account's posted lines, ``open`` what is unmatched of the
lines that belong there: the lots. ``expected`` is what the rules say is still owed. All three come
from different rows; where they differ, something foreign stands there, and is named.
"""

from datetime import date

from sync.books import BooksReport, Foreign, Tie
from sync.domain.money import ZERO, Currency
from sync.domain.value import Exact, Value
from sync.report.blocks import (
    Amount,
    Block,
    Message,
    Row,
    Table,
    Tone,
    amounts,
    counts,
    days,
    files_only,
    texts,
)
from sync.report.text import counted

REMEDY = (
    "open this account in Odoo, filter by the client, and look for an entry made or reconciled by"
    " hand"
)
BEYOND = "what is due is not recognised, or too much is: run again, then see the issues"


class ShownBalance(Value):
    """What one client's money on one liability account comes to; positive = owed to the client."""

    kind: str
    """``unearned`` or ``advances``."""
    account_id: int
    account: str
    client_id: int | None
    client: str
    ledger: Exact
    open: Exact
    difference: Exact
    """Ledger less open lots."""
    awaiting_review: Exact
    """What draft entries will take or add once they are posted."""
    expected: Exact
    """What the rules say is owed."""
    beyond_rules: Exact
    """Open lots and drafts less what is expected."""
    received: Exact
    """Money that came in for open requests, net of tax."""
    not_received: Exact
    """What their lots count as received beyond that."""
    currency: str
    digits: int

    @property
    def ties(self) -> bool:
        """Whether all legs agree."""
        return not (self.difference or self.beyond_rules or self.not_received)

    def money(self, amount: Exact) -> Amount:
        """An amount in the company's currency."""
        return Amount(amount=amount, currency=self.currency, digits=self.digits)


class ShownForeign(Value):
    """Something that does not belong on the account."""

    kind: str
    account: str
    client_id: int | None
    client: str
    document: str
    document_id: int | None
    line_id: int | None
    day: date | None
    amount: Exact
    currency: str
    digits: int
    what: str
    remedy: str


class BooksView(Value):
    """Whether the books tie, every balance that was compared, and everything foreign."""

    ties: bool
    balances: tuple[ShownBalance, ...]
    foreign: tuple[ShownForeign, ...] = ()


def books_view(books: BooksReport) -> BooksView:
    """The comparison as data."""
    ordered = sorted(books.lines, key=lambda each: (each.kind, each.client, each.client_id or 0))
    return BooksView(
        ties=books.ties,
        balances=tuple(_balance(each) for each in ordered),
        foreign=tuple(_foreign(each, books) for each in books.foreign),
    )


def _balance(line: Tie) -> ShownBalance:
    return ShownBalance(
        kind=line.kind,
        account_id=line.account_id,
        account=line.account,
        client_id=line.client_id,
        client=line.client,
        ledger=line.ledger,
        open=line.lots,
        difference=line.difference,
        awaiting_review=line.awaiting,
        expected=line.expected,
        beyond_rules=line.beyond_rules,
        received=line.received,
        not_received=line.not_received,
        currency=line.currency.code,
        digits=line.currency.digits,
    )


def _foreign(each: Foreign, books: BooksReport) -> ShownForeign:
    return ShownForeign(
        kind=each.kind.value,
        account=books.accounts[each.on] if each.on else "",
        client_id=each.client_id,
        client=books.clients.get(each.client_id or 0, ""),
        document=each.document,
        document_id=each.document_id,
        line_id=each.line_id,
        day=each.day,
        amount=each.amount,
        currency=books.currency.code,
        digits=books.currency.digits,
        what=each.what,
        remedy=each.remedy,
    )


def books_blocks(books: BooksView, company: str = "") -> list[Block]:
    """Unearned cash per client and account, what is foreign, and whether it ties."""
    return [_balances(books, company), _strangers(books, company), _verdict(books)]


def _balances(books: BooksView, company: str) -> Table:
    return Table(
        tag="unearned",
        title="Unearned cash",
        columns=(
            *files_only(*texts("company"), *counts("client id")),
            *texts("client", "account", "kind"),
            *amounts("ledger", "open lots", "difference", "awaiting review", "expected"),
            *amounts("against the rules", "not received"),
        ),
        detail="what to do",
        rows=tuple(
            Row(
                cells=(
                    company,
                    each.client_id,
                    each.client or "no client",
                    each.account,
                    each.kind,
                    each.money(each.ledger),
                    each.money(each.open),
                    each.money(each.difference),
                    each.money(each.awaiting_review),
                    each.money(each.expected),
                    each.money(each.beyond_rules),
                    each.money(each.not_received),
                ),
                detail=_remedy(each, books),
                tone=Tone.plain if each.ties else Tone.bad,
            )
            for each in books.balances
        ),
    )


def _remedy(balance: ShownBalance, books: BooksView) -> str:
    if balance.ties:
        return ""
    named = [
        each.document
        for each in books.foreign
        if each.client_id == balance.client_id and each.account == balance.account
    ]
    if named:
        return f"see {', '.join(dict.fromkeys(named))} below"
    return BEYOND if not balance.difference and balance.beyond_rules else REMEDY


def _strangers(books: BooksView, company: str) -> Table:
    return Table(
        tag="foreign",
        title="Does not belong on these accounts",
        columns=(
            *files_only(*texts("company"), *counts("client id", "document id", "line id")),
            *texts("kind", "client", "account", "document"),
            *days("date"),
            *amounts("amount"),
            *texts("what"),
        ),
        detail="what to do",
        rows=tuple(
            Row(
                cells=(
                    company,
                    each.client_id,
                    each.document_id,
                    each.line_id,
                    each.kind.replace("_", " "),
                    each.client or "no client",
                    each.account,
                    each.document,
                    each.day,
                    Amount(amount=each.amount, currency=each.currency, digits=each.digits),
                    each.what,
                ),
                detail=each.remedy,
                tone=Tone.bad,
            )
            for each in books.foreign
        ),
    )


def _verdict(books: BooksView) -> Message:
    strange = counted(len(books.foreign), "thing does", "things do")
    if books.ties and not books.foreign:
        total = _total(books.balances)
        text = "The books tie." + (f" Unearned cash in all: {total}." if total else "")
        return Message(tag="books", text=text, tone=Tone.good)
    if books.ties:
        text = f"The books tie, but {strange} not belong on these accounts."
        return Message(tag="books", text=text, tone=Tone.warn)
    number = sum(not each.ties for each in books.balances)
    text = f"The books do not tie: {counted(number, 'difference')}."
    if books.foreign:
        text += f" {strange} not belong on these accounts."
    return Message(tag="books", text=text, tone=Tone.bad)


def _total(balances: tuple[ShownBalance, ...]) -> str:
    if not balances:
        return ""
    currency = Currency(id=1, code=balances[0].currency, digits=balances[0].digits)
    return currency.text(sum((each.open for each in balances), ZERO))
