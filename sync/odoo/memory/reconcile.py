"""Reconciliation: partials between debits and credits, and what remains open on each line."""

from collections.abc import Sequence
from decimal import Decimal

from sync.odoo.errors import Rejected
from sync.odoo.gateway import Row
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.values import get, rounded

ZERO = Decimal(0)
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


def reconcile(tables: Tables, records: Sequence[int]) -> None:
    """Match debits with credits of one account, oldest first.

    Raises ``Rejected`` with Odoo's reasons: lines already reconciled, cancelled, of several
    accounts or companies, or an account that does not allow it.
    """
    lines = [tables.row("account.move.line", each) for each in dict.fromkeys(records)]
    _check(tables, lines)
    ordered = sorted(lines, key=lambda line: _order(tables, line))
    debits = [line["id"] for line in ordered if line["amount_residual_currency"] > 0]
    credits_ = [line["id"] for line in ordered if line["amount_residual_currency"] < 0]
    touched: set[int] = set()
    while debits and credits_:
        _match(tables, debits[0], credits_[0])
        touched.update((debits[0], credits_[0]))
        for side in (debits, credits_):
            if not tables.row("account.move.line", side[0])["amount_residual_currency"]:
                side.pop(0)
    for each in sorted(touched):
        tables.pending[tables.row("account.move.line", each)["move_id"]] = None


def _order(tables: Tables, line: Row) -> tuple[str, int]:
    day = line.get("date_maturity") or get(tables, "account.move.line", line, "date")
    return day, line["id"]


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


def _match(tables: Tables, debit: int, credit: int) -> None:
    """One partial between a debit and a credit, in their common currency or the company's."""
    rows = tables.rows("account.move.line")
    plus, minus = rows[debit], rows[credit]
    if plus["currency_id"] == minus["currency_id"]:
        own = min(plus["amount_residual_currency"], -minus["amount_residual_currency"])
        amount = min(_in_books(tables, plus, own), _in_books(tables, minus, own))
        debit_own = credit_own = own
    else:
        amount = min(plus["amount_residual"], -minus["amount_residual"])
        debit_own, credit_own = (_in_own(tables, line, amount) for line in (plus, minus))
    days = [get(tables, "account.move.line", line, "date") for line in (plus, minus)]
    tables.insert(
        "account.partial.reconcile",
        {
            "debit_move_id": debit,
            "credit_move_id": credit,
            "amount": amount,
            "debit_amount_currency": debit_own,
            "credit_amount_currency": credit_own,
            "max_date": max(days),
        },
    )
    refresh(tables, debit)
    refresh(tables, credit)


def _in_books(tables: Tables, line: Row, own: Decimal) -> Decimal:
    """A part of a line's open amount, in the company's currency, at the line's own rate."""
    open_own, open_books = _open(line)
    if own == open_own:
        return open_books
    company = get(tables, "account.move.line", line, "company_currency_id")
    return rounded(tables, open_books * own / open_own, company)


def _in_own(tables: Tables, line: Row, amount: Decimal) -> Decimal:
    """A part of a line's open amount in books, in the line's currency."""
    open_own, open_books = _open(line)
    if amount == open_books:
        return open_own
    return rounded(tables, open_own * amount / open_books, line["currency_id"])


def _open(line: Row) -> tuple[Decimal, Decimal]:
    """What is open on a line, without sign: in its own currency and in the company's."""
    return abs(line["amount_residual_currency"]), abs(line["amount_residual"])


def unreconcile(tables: Tables, records: Sequence[int]) -> None:
    """Take back every match of these lines."""
    for record in records:
        for side in ("debit", "credit"):
            field = f"{side}_move_id"
            for each in tables.referring("account.partial.reconcile", field, record):
                row = tables.row("account.partial.reconcile", each)
                tables.delete("account.partial.reconcile", each)
                for line in (row["debit_move_id"], row["credit_move_id"]):
                    tables.pending[tables.row("account.move.line", line)["move_id"]] = None
