"""Unearned cash: what the company has received or billed and still owes in work, per client.

``ledger`` is the balance of the liability account's posted lines, ``open`` what is not reconciled
of them: the lots. Both come from the same rows of the general ledger; where they differ, somebody
posted or reconciled by hand.
"""

from sync.domain.money import ZERO
from sync.domain.value import Exact, Value
from sync.push.books import BooksReport, Tie
from sync.report.blocks import Amount, Block, Message, Row, Table, Tone, amounts, texts
from sync.report.text import counted

REMEDY = (
    "open this account in Odoo, filter by the client, and look for an entry made or reconciled by"
    " hand"
)


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
    currency: str
    digits: int

    def money(self, amount: Exact) -> Amount:
        """An amount in the company's currency."""
        return Amount(amount=amount, currency=self.currency, digits=self.digits)


class BooksView(Value):
    """Whether the books tie, and every balance that was compared."""

    ties: bool
    balances: tuple[ShownBalance, ...]


def books_view(books: BooksReport) -> BooksView:
    """The comparison as data."""
    return BooksView(ties=books.ties, balances=tuple(_balance(each) for each in books.lines))


def _balance(line: Tie) -> ShownBalance:
    return ShownBalance(
        kind=line.kind,
        account_id=line.account_id,
        account=line.account,
        client_id=line.client_id,
        client=line.client,
        ledger=line.ledger,
        open=line.open,
        difference=line.difference,
        currency=line.currency.code,
        digits=line.currency.digits,
    )


def books_blocks(books: BooksView) -> list[Block]:
    """Unearned cash per client and account, and whether it ties."""
    return [
        Table(
            tag="unearned",
            title="Unearned cash",
            columns=(
                *texts("client", "account", "kind"),
                *amounts("ledger", "open lots", "difference"),
            ),
            detail="what to do",
            rows=tuple(
                Row(
                    cells=(
                        each.client or "no client",
                        each.account,
                        each.kind,
                        each.money(each.ledger),
                        each.money(each.open),
                        each.money(each.difference),
                    ),
                    detail=REMEDY if each.difference else "",
                    tone=Tone.bad if each.difference else Tone.plain,
                )
                for each in books.balances
            ),
        ),
        _verdict(books),
    ]


def _verdict(books: BooksView) -> Message:
    if books.ties:
        total = _totals(books.balances)
        text = "The books tie." + (f" Unearned cash in all: {total}." if total else "")
        return Message(tag="books", text=text, tone=Tone.good)
    number = sum(bool(each.difference) for each in books.balances)
    text = f"The books do not tie: {counted(number, 'difference')}."
    return Message(tag="books", text=text, tone=Tone.bad)


def _totals(balances: tuple[ShownBalance, ...]) -> str:
    if not balances:
        return ""
    return balances[0].money(sum((each.open for each in balances), ZERO)).text
