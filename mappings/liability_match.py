"""``account.partial.reconcile``: which debit took how much of which credit."""

from collections.abc import Collection, Mapping
from datetime import date

from mappings import fields
from mappings.fields import Row, Terms, Unreadable
from sync.domain.books import Match
from sync.domain.money import Currency

MODEL = "account.partial.reconcile"
FIELDS = (
    "debit_move_id",
    "credit_move_id",
    "amount",
    "debit_amount_currency",
    "credit_amount_currency",
    "max_date",
)


def of_credits(ids: Collection[int]) -> Terms:
    """What took from those credit lines."""
    return [("credit_move_id", "in", sorted(ids))]


def of_debits(ids: Collection[int]) -> Terms:
    """What those debit lines took."""
    return [("debit_move_id", "in", sorted(ids))]


def of_lines(debits: Collection[int], credit_ids: Collection[int]) -> Terms:
    """What those debit lines took, and what took from those credit lines."""
    return ["|", *of_debits(debits), *of_credits(credit_ids)]


def between_clients(account_ids: Collection[int], partners: Collection[int]) -> Terms:
    """What those partners' lines on those accounts took of each other."""
    return [
        ("debit_move_id.account_id", "in", sorted(account_ids)),
        ("debit_move_id.partner_id", "in", sorted(partners)),
        ("credit_move_id.partner_id", "in", sorted(partners)),
    ]


def on_accounts(account_ids: Collection[int], after: date, until: date) -> Terms:
    """What was matched on those accounts after one day, up to and with another."""
    return [
        ("debit_move_id.account_id", "in", sorted(account_ids)),
        ("max_date", ">", after.isoformat()),
        ("max_date", "<=", until.isoformat()),
    ]


def lines(row: Row) -> tuple[int, int]:
    """(debit line, credit line)."""
    return fields.link(row, "debit_move_id"), fields.link(row, "credit_move_id")


def value(row: Row, company: Currency, currency_of: Mapping[int, Currency]) -> Match:
    """The match; ``currency_of`` are the currencies of its lines."""
    debit, credit = lines(row)
    return Match(
        id=fields.record_id(row),
        debit_id=debit,
        credit_id=credit,
        debit=fields.money(row, "debit_amount_currency", _of(debit, "debit_move_id", currency_of)),
        credit=fields.money(
            row, "credit_amount_currency", _of(credit, "credit_move_id", currency_of)
        ),
        company=fields.money(row, "amount", company),
        day=fields.day(row, "max_date"),
    )


def _of(line: int, field: str, currency_of: Mapping[int, Currency]) -> Currency:
    found = currency_of.get(line)
    if found is None:
        raise Unreadable(field, f"line {line} was not read", "run again")
    return found
