"""The lot: a quantity received before it is earned, drained later in a fixed order.

A month's allowance of hours is a lot of hours (integer seconds); a client's advance is a lot of
money (Decimal). One function drains both: a shortfall of hours is overage, a shortfall of money is
what the client still has to pay.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Generic, NamedTuple, TypeVar

Quantity = TypeVar("Quantity", int, Decimal)
"""``int`` seconds or ``Decimal`` money, never mixed."""


class Draw(NamedTuple, Generic[Quantity]):
    """So much was taken from that lot."""

    lot: str
    quantity: Quantity


class Drain(Generic[Quantity]):
    """Lots being drained in the given order, need after need.

    The lots are (id, quantity) pairs in the order in which they are to be drained. Nothing goes
    below zero; what the lots cannot cover is the shortfall.
    """

    __slots__ = ("_at", "_left", "_order", "_zero")

    def __init__(self, lots: Iterable[tuple[str, Quantity]], zero: Quantity) -> None:
        self._order: list[str] = []
        self._left: dict[str, Quantity] = {}
        for lot, quantity in lots:
            assert quantity >= zero, f"lot {lot} is below zero"
            assert lot not in self._left, f"lot {lot} is given twice"
            self._order.append(lot)
            self._left[lot] = quantity
        self._zero: Quantity = zero
        self._at = 0

    def take(self, need: Quantity) -> tuple[list[Draw[Quantity]], Quantity]:
        """Draw ``need``; answers what was drawn from which lot, and the shortfall."""
        zero = self._zero
        assert need >= zero, "a need is never below zero"
        draws: list[Draw[Quantity]] = []
        while need > zero and self._at < len(self._order):
            lot = self._order[self._at]
            part = min(need, self._left[lot])
            if part > zero:
                draws.append(Draw(lot, part))
                need = need - part
                self._left[lot] -= part
            if self._left[lot] == zero:
                self._at += 1
        return draws, need

    def remaining(self) -> dict[str, Quantity]:
        """What is left in each lot."""
        return dict(self._left)


def drain(
    lots: Sequence[tuple[str, Quantity]], need: Quantity, zero: Quantity
) -> tuple[list[Draw[Quantity]], Quantity]:
    """Draw one need from lots in their order: ``(draws, shortfall)``."""
    return Drain(lots, zero).take(need)
