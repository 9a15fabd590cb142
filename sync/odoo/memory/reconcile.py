"""Reconciliation: partials between debits and credits, and what remains open on each line."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from sync.odoo.errors import Rejected
from sync.odoo.gateway import Row
from sync.odoo.memory.currencies import rate_on
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.values import digits_of, get, rounded

ZERO = Decimal(0)
BookDifference = Callable[[Tables, list[tuple[int, Decimal, Decimal]], str, Row], int]
BOOK_DIFFERENCE: list[BookDifference] = []
"""Book differences of rates on lines, as of a day, with values of the other side; ``exchange.py``
fills it."""
REVERSE_DIFFERENCE: list[Callable[[Tables, int], None]] = []
REC_PAY = ("asset_receivable", "liability_payable")
OPEN_ANYWAY = ("asset_cash", "liability_credit_card")


def refresh(tables: Tables, record: int) -> None:
    """What is open on a line: its balance less what was matched; nothing on other accounts."""
    line = tables.row("account.move.line", record)
    account = line.get("account_id") and tables.row("account.account", line["account_id"])
    if not account or not (account["reconcile"] or account["account_type"] in OPEN_ANYWAY):
        values: Row = {"amount_residual": ZERO, "amount_residual_currency": ZERO}
        values["reconciled"] = False
    else:
        open_books, open_own = line["balance"], line["amount_currency"]
        matched = False
        partials = tables.rows("account.partial.reconcile")
        for side, sign in (("debit", -1), ("credit", 1)):
            field = f"{side}_move_id"
            for each in tables.referring("account.partial.reconcile", field, record):
                open_books += sign * partials[each]["amount"]
                open_own += sign * partials[each][f"{side}_amount_currency"]
                matched = True
        values = {"amount_residual": open_books, "amount_residual_currency": open_own}
        # A line of nothing is settled once it stands in a posted entry or was matched.
        values["reconciled"] = (
            not open_books and not open_own and (matched or _posted(tables, line))
        )
    if any(line.get(name) != value for name, value in values.items()):
        tables.update("account.move.line", record, values, quietly=True)


def _posted(tables: Tables, line: Row) -> bool:
    return bool(get(tables, "account.move.line", line, "parent_state") == "posted")


def reconcile(
    tables: Tables, records: Sequence[int], *, exactly: bool = False, revenue: Row | None = None
) -> None:
    """Match debits with credits of one account, oldest first.

    ``exactly``: no difference of rates is booked; what a line says it is worth is what it takes.
    ``revenue``: values of the line that takes such a difference, where it is no gain or loss.
    Raises ``Rejected`` with Odoo's reasons: lines already reconciled, cancelled, of several
    accounts or companies, or an account that does not allow it.
    """
    lines = [tables.row("account.move.line", each) for each in dict.fromkeys(records)]
    _check(tables, lines)
    ordered = sorted(lines, key=lambda line: _order(tables, line))
    if len({line["partner_id"] for line in ordered}) > 1:
        ordered.sort(key=lambda line: line["partner_id"] or 0)
    debits = [line["id"] for line in ordered if line["balance"] > 0 or line["amount_currency"] > 0]
    credits_ = [
        line["id"] for line in ordered if line["balance"] < 0 or line["amount_currency"] < 0
    ]
    touched: set[int] = set()
    while debits and credits_:
        touched.update((debits[0], credits_[0]))
        matched = _match(tables, debits[0], credits_[0], exactly=exactly, revenue=revenue or {})
        done = [side for side in (debits, credits_) if _settled(tables, side[0])]
        for side in done:
            side.pop(0)
        if not matched and not done:
            # Nothing that both have in a common currency: the next credit may have.
            credits_.pop(0)
    for each in sorted(touched):
        tables.pending[tables.row("account.move.line", each)["move_id"]] = None


def _settled(tables: Tables, record: int) -> bool:
    line = tables.row("account.move.line", record)
    return not line["amount_residual"] and not line["amount_residual_currency"]


def _order(tables: Tables, line: Row) -> tuple[Any, ...]:
    day = line.get("date_maturity") or get(tables, "account.move.line", line, "date")
    return day, line["currency_id"], line["amount_currency"], line["balance"]


def _check(tables: Tables, lines: Sequence[Row]) -> None:
    if any(line["reconciled"] for line in lines):
        raise Rejected("You are trying to reconcile some entries that are already reconciled.")
    if any(get(tables, "account.move.line", line, "parent_state") == "cancel" for line in lines):
        raise Rejected("You can not reconcile cancelled entries.")
    accounts = {line["account_id"] for line in lines}
    if len(accounts) > 1:
        named = ", ".join(tables.row("account.account", each)["name"] for each in sorted(accounts))
        raise Rejected(f"Entries are not from the same account: {named}")
    if len({get(tables, "account.move.line", line, "company_id") for line in lines}) > 1:
        raise Rejected("Entries don't belong to the same company")
    for each in accounts:
        account = tables.row("account.account", each)
        if not account["reconcile"] and account["account_type"] not in OPEN_ANYWAY:
            raise Rejected(
                f"Account {account['name']} does not allow reconciliation. First change the"
                " configuration of this account to allow it."
            )


class Side(NamedTuple):
    """One of two lines being matched; what is open on it is without sign."""

    id: int
    currency: int
    open_own: Decimal
    open_books: Decimal
    rate: Decimal | None
    """Units of its currency per unit of the company's, as it was posted."""
    foreign: Decimal | None
    """What is open in the other line's foreign currency, where it is in the company's."""
    foreign_rate: Decimal | None


def _side(tables: Tables, line: Row, other: Row, books: int) -> Side:
    currency = line["currency_id"]
    balance, amount = abs(line["balance"]), abs(line["amount_currency"])
    rate = amount / balance if balance and amount else None
    foreign = foreign_rate = None
    payable = get(tables, "account.move.line", line, "account_type") in REC_PAY
    if currency == books and payable and other["currency_id"] != books:
        move = tables.row("account.move", line["move_id"])
        day = move["invoice_date"] or move["date"]
        foreign_rate = rate_on(tables, other["currency_id"], move["company_id"], day)
        open_books = abs(line["amount_residual"])
        foreign = rounded(tables, open_books * foreign_rate, other["currency_id"])
    return Side(
        line["id"],
        currency,
        abs(line["amount_residual_currency"]),
        abs(line["amount_residual"]),
        rate,
        foreign,
        foreign_rate,
    )


def _match(tables: Tables, debit: int, credit: int, *, exactly: bool, revenue: Row) -> bool:
    """One partial between a debit and a credit, as Odoo works it out.

    In their common foreign currency where they have one, else in the company's. Where both amounts
    in books may be the same amount rounded, they are taken as equal; else the difference is booked
    as one of exchange.
    """
    rows = tables.rows("account.move.line")
    books = get(tables, "account.move.line", rows[debit], "company_currency_id")
    plus = _side(tables, rows[debit], rows[credit], books)
    minus = _side(tables, rows[credit], rows[debit], books)
    foreign = _common_currency(plus, minus, books)
    if foreign is None:
        if not (plus.open_books and minus.open_books):
            return False
        found = _in_books(tables, plus, minus, books)
    else:
        found = _in_currency(tables, plus, minus, books, foreign)
    days = [get(tables, "account.move.line", rows[each], "date") for each in (debit, credit)]
    partial = tables.insert(
        "account.partial.reconcile",
        {
            "debit_move_id": debit,
            "credit_move_id": credit,
            "amount": found.amount,
            "debit_amount_currency": found.of_debit,
            "credit_amount_currency": found.of_credit,
            "max_date": max(days),
        },
    )
    refresh(tables, debit)
    refresh(tables, credit)
    if found.differences and not exactly:
        book = BOOK_DIFFERENCE[0]
        move = book(tables, found.differences, max(days), revenue)
        tables.update("account.partial.reconcile", partial, {"exchange_move_id": move})
    return True


class Found(NamedTuple):
    """A partial, and differences of rates: (line, in books, in its currency) to take off it."""

    amount: Decimal
    of_debit: Decimal
    of_credit: Decimal
    differences: list[tuple[int, Decimal, Decimal]]


def _common_currency(plus: Side, minus: Side, books: int) -> int | None:
    """The foreign currency in which both have something open."""
    for one, other in ((plus, minus), (minus, plus)):
        if one.currency == books or not one.open_own:
            continue
        if other.currency == one.currency and other.open_own:
            return one.currency
        if other.foreign:
            return one.currency
    return None


def _in_books(tables: Tables, plus: Side, minus: Side, books: int) -> Found:
    """Matched in the company's currency."""
    amount = min(plus.open_books, minus.open_books)
    # A line without an amount in the currency they share is a difference of rates itself.
    difference_mode = plus.currency == minus.currency != books and not (
        plus.open_own and minus.open_own
    )

    def own(side: Side) -> Decimal:
        if side.currency == books:
            return amount
        if difference_mode or side.rate is None:
            return ZERO
        return min(rounded(tables, amount * side.rate, side.currency), side.open_own)

    of_debit, of_credit = own(plus), own(minus)
    differences = []
    for side, part in ((plus, of_debit), (minus, of_credit)):
        left = side.open_own - part
        if side.open_books == amount and left and side.currency != books and not difference_mode:
            sign = 1 if side is plus else -1
            differences.append((side.id, ZERO, sign * left))
    return Found(amount, of_debit, of_credit, differences)


def _in_currency(tables: Tables, plus: Side, minus: Side, books: int, currency: int) -> Found:
    """Matched in a foreign currency: what it is worth in books on both sides may differ."""
    half = digits_of(tables, currency) / 2

    def open_in(side: Side) -> Decimal:
        return side.open_own if side.currency == currency else side.foreign or ZERO

    def worth(side: Side) -> tuple[Decimal, Decimal, Decimal]:
        rate = side.rate if side.currency == currency else side.foreign_rate
        if not rate:
            return ZERO, ZERO, ZERO
        low, middle, high = (
            rounded(tables, (own + change) / rate, books) for change in (-half, ZERO, half)
        )
        return low, middle, high

    own = min(open_in(plus), open_in(minus))
    debit_range, credit_range = worth(plus), worth(minus)
    of_debit = min(debit_range[1], plus.open_books)
    of_credit = min(credit_range[1], minus.open_books)
    amount = min(of_debit, of_credit)
    if (
        credit_range[0] <= of_debit <= credit_range[2]
        and debit_range[0] <= of_credit <= debit_range[2]
    ):
        # Close enough to be the same amount, rounded.
        amount = of_debit = of_credit = min(plus.open_books, minus.open_books)
    differences = []
    for side, part, sign in ((plus, of_debit, 1), (minus, of_credit, -1)):
        whole = open_in(side) == own
        difference = (side.open_books if whole else part) - amount
        if difference > 0 or (whole and difference):
            in_own = difference if side.currency == books else ZERO
            differences.append((side.id, sign * difference, sign * in_own))
    return Found(
        amount,
        own if plus.currency == currency else amount,
        own if minus.currency == currency else amount,
        differences,
    )


def unreconcile(tables: Tables, records: Sequence[int]) -> None:
    """Take back every match of these lines, and the differences of rates that were booked."""
    for record in records:
        for side in ("debit", "credit"):
            field = f"{side}_move_id"
            for each in tables.referring("account.partial.reconcile", field, record):
                if each not in tables.rows("account.partial.reconcile"):
                    continue
                row = tables.row("account.partial.reconcile", each)
                tables.delete("account.partial.reconcile", each)
                for line in (row["debit_move_id"], row["credit_move_id"]):
                    tables.pending[tables.row("account.move.line", line)["move_id"]] = None
                    refresh(tables, line)
                if row["exchange_move_id"]:
                    REVERSE_DIFFERENCE[0](tables, row["exchange_move_id"])
