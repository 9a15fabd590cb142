"""Taxes of a line: percent and fixed ones, in the price or on top, rounded half-up per line."""

from decimal import Decimal
from typing import NamedTuple

from sync.odoo.errors import Rejected
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.values import rounded

HUNDRED = Decimal(100)


class Taxed(NamedTuple):
    """The net amount of a line and what each tax adds to it."""

    net: Decimal
    taxes: tuple[tuple[int, Decimal], ...]

    @property
    def total(self) -> Decimal:
        """Net and taxes."""
        return self.net + sum((amount for _, amount in self.taxes), Decimal(0))


def taxed(
    tables: Tables, quantity: Decimal, price: Decimal, tax_ids: list[int], currency: int
) -> Taxed:
    """Net and tax of ``quantity × price``. Raises ``Rejected`` for kinds of tax it cannot do."""
    taxes = [tables.row("account.tax", each) for each in tax_ids]
    for tax in taxes:
        if tax["amount_type"] not in ("percent", "fixed"):
            raise Rejected(f"The memory gateway computes no {tax['amount_type']} tax")
    gross = quantity * price
    inside = sum(
        (
            Decimal(str(tax["amount"]))
            for tax in taxes
            if tax["price_include_override"] == "tax_included" and tax["amount_type"] == "percent"
        ),
        Decimal(0),
    )
    exact = gross / (1 + inside / HUNDRED)
    amounts = []
    for tax in taxes:
        rate = Decimal(str(tax["amount"]))
        amount = rate * quantity if tax["amount_type"] == "fixed" else exact * rate / HUNDRED
        amounts.append((tax["id"], rounded(tables, amount, currency)))
    if not inside:
        return Taxed(rounded(tables, exact, currency), tuple(amounts))
    included = sum(
        (
            amount
            for tax, (_, amount) in zip(taxes, amounts, strict=True)
            if tax["price_include_override"] == "tax_included"
        ),
        Decimal(0),
    )
    return Taxed(rounded(tables, gross, currency) - included, tuple(amounts))
