"""Taxes on sales that are a percentage of the price, worked out as Odoo does, to the cent.

The rules work out a tax only where they must know an invoice's total before it stands: when a taxed
advance is deducted on it. Everywhere else tax is read as Odoo posted it.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum

from sync.domain.money import ZERO, Currency, multiply
from sync.domain.value import Exact, Value

HUNDRED = Decimal(100)


class Rounding(StrEnum):
    """Where a company rounds its taxes."""

    per_line = "round_per_line"
    globally = "round_globally"
    """Once per tax and document; Odoo's default."""


class Tax(Value):
    """A tax on sales, as Odoo has it."""

    id: int
    name: str
    percent: Exact
    """Of the net amount; below zero for one that the client withholds."""
    included: bool = False
    """Whether Odoo's prices hold it."""
    kind: str = "percent"
    """Odoo's way of computing it; any other than ``percent`` is not worked out here."""

    @property
    def known(self) -> bool:
        """Whether it can be worked out here."""
        return self.kind == "percent"


class TaxSetting(Value):
    """What Odoo itself would charge on a line of an engagement's product, for its addressee."""

    engagement_id: int
    taxes: tuple[Tax, ...] = ()
    rounding: Rounding = Rounding.globally

    def on(self, amounts: Sequence[Decimal], currency: Currency) -> dict[int, Decimal]:
        """The taxes on an invoice whose lines come to these net amounts, by tax.

        Each tax counts on the net amount; taxes on taxes are not worked out.
        """
        assert all(tax.known for tax in self.taxes), f"cannot work out {self.taxes}"
        found: dict[int, Decimal] = {}
        for tax in self.taxes:
            exact = [multiply(amount * tax.percent, 1, 100) for amount in amounts]
            if self.rounding is Rounding.per_line:
                exact = [currency.round(each) for each in exact]
            found[tax.id] = currency.round(sum(exact, ZERO))
        return found


def with_included(amount: Decimal, taxes: Iterable[Tax], currency: Currency) -> Decimal:
    """The price to tell Odoo for a net amount, where prices hold some of the taxes.

    Odoo takes the taxes out again and comes back to the net amount to the cent, since a cent of
    the price is less than a cent of the net amount.
    """
    percent = sum((tax.percent for tax in taxes if tax.included and tax.known), ZERO)
    return currency.round(multiply(amount * (HUNDRED + percent), 1, 100)) if percent else amount


class Part(Value):
    """A part of something taxed: net, and what of each tax goes with it."""

    net: Exact
    taxes: tuple[tuple[int, Exact], ...] = ()

    @property
    def total(self) -> Decimal:
        """Net and taxes."""
        return self.net + sum((amount for _, amount in self.taxes), ZERO)

    def coming_to(self, total: Decimal, currency: Currency) -> "Part":
        """The same net, with the largest tax changed by what rounding left of the total."""
        left, most = total - self.total, currency.unit * (1 + len(self.taxes))
        if not left or not self.taxes or abs(left) > most:
            return self
        amounts = dict(self.taxes)
        largest = max(amounts, key=lambda tax: amounts[tax])
        if amounts[largest] + left < ZERO:
            return self
        amounts[largest] += left
        return Part(net=self.net, taxes=tuple(amounts.items()))


def part_of(
    net: Decimal,
    taxes: Mapping[int, Decimal],
    currency: Currency,
    *,
    at_most: Decimal,
    limit: Decimal,
) -> Part:
    """The largest part of ``net`` and its ``taxes`` that comes to no more than ``limit`` in all.

    ``at_most`` bounds its net amount. Each tax goes with it in proportion to the net amount that is
    left, so that the last part takes the residual. Where net and proportional taxes jump over the
    limit by a cent, that cent goes to the largest of them: the part then comes to the limit
    exactly.
    """
    assert ZERO <= at_most <= net, f"{at_most} of {net}"
    if at_most == ZERO or limit <= ZERO:
        return Part(net=ZERO)
    whole = _share(at_most, net, taxes, currency)
    if whole.total <= limit:
        return whole
    gross = net + sum(taxes.values(), ZERO)
    if gross <= ZERO:
        return Part(net=ZERO)
    guess = (limit * net / gross).quantize(currency.unit, rounding=ROUND_DOWN)
    guess = min(max(guess, ZERO), at_most)
    while guess < at_most and _share(guess + currency.unit, net, taxes, currency).total <= limit:
        guess += currency.unit
    while guess > ZERO and _share(guess, net, taxes, currency).total > limit:
        guess -= currency.unit
    found = _share(guess, net, taxes, currency)
    return _completed(found, limit - found.total, at_most, taxes)


def _share(part: Decimal, net: Decimal, taxes: Mapping[int, Decimal], currency: Currency) -> Part:
    """So much of the net amount with its share of each tax; all of it takes all."""
    return Part(
        net=part,
        taxes=tuple(
            (tax, amount if part == net else currency.round(amount * part / net))
            for tax, amount in taxes.items()
        ),
    )


def _completed(
    found: Part, missing: Decimal, at_most: Decimal, taxes: Mapping[int, Decimal]
) -> Part:
    """The part with what is missing to the limit added to its largest amount that has room."""
    if missing == ZERO:
        return found
    amounts = dict(found.taxes)
    if found.net + missing <= at_most and found.net >= max(amounts.values(), default=ZERO):
        return Part(net=found.net + missing, taxes=found.taxes)
    for tax in sorted(amounts, key=lambda each: -amounts[each]):
        if amounts[tax] + missing <= taxes[tax]:
            return Part(
                net=found.net, taxes=tuple({**amounts, tax: amounts[tax] + missing}.items())
            )
    return found
