"""``account.move.line``: lines of invoices, and what the ledger says of a liability account."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from mappings import fields
from mappings.fields import Row, Terms
from sync.domain.money import Currency
from sync.domain.value import Exact, Value

MODEL = "account.move.line"
FIELDS = ("move_id", "name", "quantity", "price_unit", "price_subtotal", "retainer_advance_id")

OWED_FIELDS = ("move_id", "account_id", "reconciled")

BY_CLIENT = ("account_id", "partner_id")
LEDGER = ("balance:sum", "amount_residual:sum")


class InvoiceLine(Value):
    """One line of an invoice as Odoo has it."""

    text: str
    quantity: Exact
    unit_price: Exact
    amount: Exact
    """Net of tax, in the invoice's currency."""
    of_advance: bool = False
    """Whether it asks for, deducts or gives back an advance."""


class OwedLine(Value):
    """A line of a document on a liability account."""

    move_id: int
    account_id: int
    settled: bool
    """Whether nothing of it is open."""


class Balance(Value):
    """What the ledger says of one account and client, in the company's currency.

    Positive is what the client paid or was billed and is still owed: a credit balance.
    """

    account_id: int
    partner_id: int | None
    """None = lines without a partner."""
    ledger: Exact
    """Balance of the posted lines."""
    open: Exact
    """Sum of what is not reconciled of them: the open lots."""


def of_moves(ids: Collection[int]) -> Terms:
    """The lines that a client reads on those invoices."""
    return [("move_id", "in", sorted(ids)), ("display_type", "=", "product")]


def of_moves_on(ids: Collection[int], account_ids: Collection[int]) -> Terms:
    """The lines of those documents on those accounts."""
    return [("move_id", "in", sorted(ids)), ("account_id", "in", sorted(account_ids))]


def owed(row: Row) -> OwedLine:
    """A line on a liability account."""
    return OwedLine(
        move_id=fields.link(row, "move_id"),
        account_id=fields.link(row, "account_id"),
        settled=fields.flag(row, "reconciled"),
    )


def posted_on(company_id: int, account_ids: Collection[int]) -> Terms:
    """Posted lines of those accounts."""
    return [
        ("company_id", "=", company_id),
        ("account_id", "in", sorted(account_ids)),
        ("parent_state", "=", "posted"),
    ]


CREDITED_FIELDS = ("purchase_line_id", "quantity")


def credited_by_vendors(purchase_lines: Collection[int]) -> Terms:
    """What vendors credited of those lines of purchase orders."""
    return [
        ("purchase_line_id", "in", sorted(purchase_lines)),
        ("move_type", "=", "in_refund"),
        ("parent_state", "=", "posted"),
    ]


def purchased(row: Row) -> int:
    """The purchase line that a vendor's credit is of; 0 where that cannot be read."""
    return min(fields.ids_in([row], "purchase_line_id"), default=0)


def credited(row: Row) -> tuple[int, Decimal]:
    """(line of a purchase order, quantity)."""
    return fields.link(row, "purchase_line_id"), fields.rate(row, "quantity")


def value(row: Row, currency: Currency) -> tuple[int, InvoiceLine]:
    """(move, line)."""
    return fields.link(row, "move_id"), InvoiceLine(
        text=fields.text(row, "name"),
        quantity=fields.rate(row, "quantity"),
        unit_price=fields.rate(row, "price_unit"),
        amount=fields.money(row, "price_subtotal", currency),
        of_advance=fields.link_or_none(row, "retainer_advance_id") is not None,
    )


def balance(row: Row, currency: Currency) -> Balance:
    """One group of the ledger; ``currency`` is the company's."""
    return Balance(
        account_id=fields.link(row, "account_id"),
        partner_id=fields.link_or_none(row, "partner_id"),
        ledger=_credit(row, "balance:sum", currency),
        open=_credit(row, "amount_residual:sum", currency),
    )


def _credit(row: Row, field: str, currency: Currency) -> Decimal:
    """A sum over debits and credits as a credit balance; nothing summed is 0."""
    raw: Any = fields.raw_value(row, field)
    if raw is False or raw is None:
        return currency.round(Decimal(0))
    return -fields.money(row, field, currency)
