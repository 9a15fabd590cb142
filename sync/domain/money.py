"""Money: Decimal amounts in the precision of their currency, rounded half-up, once."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal, localcontext

from pydantic import Field

from sync.domain.value import Value

ZERO = Decimal(0)

MOST_DIGITS = 6
"""No currency has more decimals."""

_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
"""Wide enough for a million hours at any rate in any currency."""


_UNITS = tuple(Decimal(1).scaleb(-digits) for digits in range(MOST_DIGITS + 1))


class Currency(Value):
    """A currency as Odoo holds it: ISO code and number of decimals (JPY 0, USD 2, KWD 3)."""

    id: int
    code: str
    digits: int = Field(default=2, ge=0, le=MOST_DIGITS)

    @property
    def unit(self) -> Decimal:
        """The smallest amount that can be posted."""
        return _UNITS[self.digits]

    def round(self, amount: Decimal) -> Decimal:
        """The amount in this currency's precision, half-up (away from zero on a tie)."""
        return amount.quantize(self.unit, rounding=ROUND_HALF_UP, context=_EXACT)

    def text(self, amount: Decimal) -> str:
        """The amount as people read it: ``1,050.00 USD``."""
        return f"{self.round(amount):,} {self.code}"


def multiply(amount: Decimal, numerator: int, denominator: int) -> Decimal:
    """``amount × numerator ÷ denominator`` without intermediate rounding that could show."""
    product = _EXACT.multiply(amount, Decimal(numerator))
    return product if denominator == 1 else _EXACT.divide(product, Decimal(denominator))


def value_of_part(part: Decimal, whole: Decimal, value: Decimal, currency: Currency) -> Decimal:
    """What a part of something is worth in another currency; the last part takes the rest.

    ``value``: of the whole, in ``currency``.
    """
    assert ZERO <= part <= whole, f"{part} of {whole} open"
    return value if part == whole else currency.round(value * part / whole)


def split(total: Decimal, weights: Sequence[Decimal | int], currency: Currency) -> list[Decimal]:
    """Share ``total`` by ``weights`` so that the parts add up to it exactly.

    Each part is within one unit of its exact share and never has the other sign. Units that cannot
    be shared go to the parts that rounding down cut most; on a tie to the largest, then the first.
    """
    assert weights, "nothing to share among"
    assert total == currency.round(total), f"{total} is finer than {currency.code} can say"
    with localcontext(_EXACT):
        shares = [Decimal(weight) for weight in weights]
        whole = sum(shares, ZERO)
        assert whole > 0, "weights must add up to more than zero"
        exact = [total * share / whole for share in shares]
        parts = [each.quantize(currency.unit, rounding=ROUND_DOWN) for each in exact]
        unit = currency.unit.copy_sign(total)
        left = int((total - sum(parts, ZERO)) / unit) if total else 0
        order = sorted(range(len(parts)), key=lambda i: (-abs(exact[i] - parts[i]), -shares[i], i))
        for i in order[:left]:
            parts[i] += unit
    assert sum(parts, ZERO) == total, "a split preserves the total"
    return parts
