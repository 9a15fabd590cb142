"""Differences of rates between lines that were matched: an entry of gain or loss each."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sync.odoo.errors import Rejected
from sync.odoo.gateway import Row
from sync.odoo.memory import posting
from sync.odoo.memory.moves import lines_of
from sync.odoo.memory.reconcile import (
    BOOK_DIFFERENCE,
    REVERSE_DIFFERENCE,
    reconcile,
    unreconcile,
)
from sync.odoo.memory.records import create
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.values import get

ZERO = Decimal(0)
NAME = "Currency exchange rate difference"


def book(
    tables: Tables,
    differences: Sequence[tuple[int, Decimal, Decimal]],
    matched_on: str,
    revenue: Row,
) -> int:
    """Take differences off lines: (line, in books, in its currency), debits positive.

    ``revenue``: values of the other side where it is no exchange difference.
    """
    first = tables.row("account.move.line", differences[0][0])
    company = tables.row("res.company", get(tables, "account.move.line", first, "company_id"))
    journal = company["currency_exchange_journal_id"]
    if not journal:
        raise Rejected(
            "You have to configure the 'Exchange Gain or Loss Journal' in your company settings, to"
            " manage automatically the booking of accounting entries related to differences between"
            " exchange rates."
        )
    days = [matched_on]
    lines: list[Row] = []
    for record, books, own in differences:
        line = tables.row("account.move.line", record)
        days.append(get(tables, "account.move.line", line, "date"))
        loss = (books or own) > 0
        account = company[f"{'expense' if loss else 'income'}_currency_exchange_account_id"]
        common = {
            "name": NAME,
            "currency_id": line["currency_id"],
            "partner_id": line["partner_id"],
        }
        lines += [
            {
                **common,
                "account_id": line["account_id"],
                "balance": -books,
                "amount_currency": -own,
            },
            {**common, "account_id": account, "balance": books, "amount_currency": own, **revenue},
        ]
    day = posting.accounting_date(tables, company["id"], journal, date.fromisoformat(max(days)))
    made = create(
        tables,
        "account.move",
        {
            "move_type": "entry",
            "journal_id": journal,
            "date": day.isoformat(),
            "line_ids": [[0, 0, each] for each in lines],
        },
    )
    posting.post(tables, [made])
    for (record, _, _), own_line in zip(differences, lines_of(tables, made)[::2], strict=True):
        reconcile(tables, [record, own_line["id"]], exactly=True)
    return made


def reverse(tables: Tables, record: int) -> None:
    """What the match was for is gone: so is its difference."""
    move = tables.row("account.move", record)
    unreconcile(tables, [line["id"] for line in lines_of(tables, record)])
    day = posting.accounting_date(
        tables, move["company_id"], move["journal_id"], date.fromisoformat(move["date"])
    )
    lines = [
        {
            "name": line["name"],
            "account_id": line["account_id"],
            "currency_id": line["currency_id"],
            "partner_id": line["partner_id"],
            "balance": -line["balance"],
            "amount_currency": -line["amount_currency"],
        }
        for line in lines_of(tables, record)
    ]
    made = create(
        tables,
        "account.move",
        {
            "move_type": "entry",
            "journal_id": move["journal_id"],
            "date": day.isoformat(),
            "ref": f"Reversal of: {move['name']}",
            "reversed_entry_id": record,
            "line_ids": [[0, 0, each] for each in lines],
        },
    )
    posting.post(tables, [made])


BOOK_DIFFERENCE.append(book)
REVERSE_DIFFERENCE.append(reverse)
