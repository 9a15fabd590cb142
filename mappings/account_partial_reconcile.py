"""``account.partial.reconcile``: which debit was set off against which credit, and how much."""

from collections.abc import Collection, Mapping
from datetime import date

from mappings import fields, res_currency
from mappings.fields import Row, Terms
from sync.domain.money import Currency
from sync.domain.value import Exact, Value

MODEL = "account.partial.reconcile"
FIELDS = (
    "debit_move_id",
    "credit_move_id",
    "debit_currency_id",
    "credit_currency_id",
    "amount",
    "debit_amount_currency",
    "credit_amount_currency",
    "max_date",
)


class Match(Value):
    """A part of a debit line set off against a part of a credit line. Amounts are positive."""

    debit_line: int
    credit_line: int
    day: date
    """The later of the two lines' days."""
    amount_company: Exact
    of_debit: Exact
    """In the debit line's currency; 0 for a difference of rates."""
    of_credit: Exact


def of_lots_and_documents(lots: Collection[int], documents: Collection[int]) -> Terms:
    """Matches of those credit lines, and of the debit lines of those documents."""
    return [
        "|",
        ("credit_move_id", "in", sorted(lots)),
        ("debit_move_id.move_id", "in", sorted(documents)),
    ]


def of_debits(documents: Collection[int], account_id: int, drawing: Collection[int]) -> Terms:
    """Matches of debits on an account: of those documents, and of draws among ``drawing``."""
    return [
        ("debit_move_id.account_id", "=", account_id),
        "|",
        ("debit_move_id.move_id", "in", sorted(documents)),
        "&",
        ("debit_move_id.move_id", "in", sorted(drawing)),
        ("debit_move_id.move_id.retainer_role", "=", "drawdown"),
    ]


def value(row: Row, company: Currency, currencies: Mapping[int, Currency]) -> Match:
    """The match; ``company`` is the company's currency."""
    debit, credit = (
        res_currency.pick(row, name, dict(currencies))
        for name in ("debit_currency_id", "credit_currency_id")
    )
    return Match(
        debit_line=fields.link(row, "debit_move_id"),
        credit_line=fields.link(row, "credit_move_id"),
        day=fields.day(row, "max_date"),
        amount_company=fields.money(row, "amount", company),
        of_debit=fields.money(row, "debit_amount_currency", debit),
        of_credit=fields.money(row, "credit_amount_currency", credit),
    )
