"""Net amounts and taxes of an invoice's lines, rounded the way the company has set.

Odoo's default, ``round_globally``, rounds the document: two lines of 33.335 make 66.67. What the
rounded lines differ from that goes to the largest of them, cent by cent, in the books only; each
line still shows its own rounded amount. ``round_per_line`` rounds each line, and adds.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from sync.odoo.errors import Rejected
from sync.odoo.gateway import Row
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.values import digits_of, rounded

ZERO = Decimal(0)
HUNDRED = Decimal(100)


class Exact(NamedTuple):
    """A line before rounding: what it costs net, and what each tax adds."""

    net: Decimal
    taxes: tuple[tuple[int, Decimal], ...]
    included: bool
    """Whether all its taxes are in the price (true without taxes)."""


class Taxed(NamedTuple):
    """An invoice's lines after rounding."""

    shown: list[Decimal]
    """Per line, the net amount it shows."""
    booked: list[Decimal]
    """Per line, the net amount in the books."""
    totals: list[Decimal]
    """Per line, with taxes."""
    taxes: dict[int, Decimal]
    bases: dict[int, Decimal]


def exact(tables: Tables, line: Row) -> Exact:
    """A line's amounts, unrounded. Raises ``Rejected`` for kinds of tax it cannot do."""
    quantity, price = Decimal(str(line["quantity"])), Decimal(str(line["price_unit"]))
    gross = quantity * price * (1 - Decimal(str(line["discount"])) / HUNDRED)
    taxes = [tables.row("account.tax", each) for each in line["tax_ids"]]
    for tax in taxes:
        if tax["amount_type"] not in ("percent", "fixed"):
            raise Rejected(f"The memory gateway computes no {tax['amount_type']} tax")
    inside = [tax for tax in taxes if tax["price_include_override"] == "tax_included"]
    percent = sum(
        (Decimal(str(tax["amount"])) for tax in inside if tax["amount_type"] == "percent"), ZERO
    )
    net = gross / (1 + percent / HUNDRED)
    amounts = []
    for tax in taxes:
        rate = Decimal(str(tax["amount"]))
        amounts.append(
            (tax["id"], rate * quantity if tax["amount_type"] == "fixed" else net * rate / HUNDRED)
        )
    return Exact(net, tuple(amounts), len(inside) == len(taxes))


def taxed(
    tables: Tables, lines: Sequence[Exact], currency: int, *, globally: bool, rate: Decimal
) -> Taxed:
    """The lines rounded, in a currency that is worth ``1 ÷ rate`` of the lines' own."""
    lines = [
        Exact(line.net / rate, tuple((tax, a / rate) for tax, a in line.taxes), line.included)
        for line in lines
    ]
    if not globally:
        lines = [_rounded_line(tables, line, currency) for line in lines]
    shown = [rounded(tables, line.net, currency) for line in lines]
    sums: dict[int, Decimal] = {}
    bases: dict[int, Decimal] = {}
    for line, net in zip(lines, shown, strict=True):
        for tax, amount in line.taxes:
            sums[tax] = sums.get(tax, ZERO) + amount
            bases[tax] = bases.get(tax, ZERO) + net
    taxes = {tax: rounded(tables, amount, currency) for tax, amount in sums.items()}
    whole = sum((line.net for line in lines), ZERO)
    if all(line.included for line in lines):
        gross = whole + sum(sums.values(), ZERO)
        target = rounded(tables, gross, currency) - sum(taxes.values(), ZERO)
    else:
        target = rounded(tables, whole, currency)
    booked = _spread(shown, [line.net for line in lines], target, digits_of(tables, currency))
    totals = [
        net + sum((rounded(tables, amount, currency) for _, amount in line.taxes), ZERO)
        for line, net in zip(lines, shown, strict=True)
    ]
    return Taxed(shown, booked, totals, taxes, bases)


def _rounded_line(tables: Tables, line: Exact, currency: int) -> Exact:
    taxes = tuple((tax, rounded(tables, amount, currency)) for tax, amount in line.taxes)
    if not line.included:
        return Exact(rounded(tables, line.net, currency), taxes, included=False)
    gross = line.net + sum((amount for _, amount in line.taxes), ZERO)
    net = rounded(tables, gross, currency) - sum((amount for _, amount in taxes), ZERO)
    return Exact(net, taxes, included=True)


def _spread(
    parts: list[Decimal], weights: list[Decimal], target: Decimal, unit: Decimal
) -> list[Decimal]:
    """The parts with what is missing to the target, largest first, in proportion and by unit."""
    delta = target - sum(parts, ZERO)
    units = int(abs(delta) / unit)
    if not units:
        return parts
    step = unit if delta > 0 else -unit
    order = sorted(range(len(parts)), key=lambda at: -abs(weights[at]))
    whole, left, result = sum((abs(weight) for weight in weights), ZERO), units, list(parts)
    for at in order:
        share = min(round(float(abs(weights[at]) / whole * units)), left) if whole else 0
        result[at] += step * share
        left -= share
    for at in order[:left]:
        result[at] += step
    return result
