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

Name = TypeVar("Name")
"""What a need is known by."""


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
        drawn, short = self.take_each([(None, need)])
        draws = [Draw(lot, part) for lot, parts in drawn.items() for _, part in parts]
        return draws, short[0][1] if short else self._zero

    def take_each(
        self, needs: Iterable[tuple[Name, Quantity]]
    ) -> tuple[dict[str, list[tuple[Name, Quantity]]], list[tuple[Name, Quantity]]]:
        """Draw need after need: by lot what each took of it, and what no lot covered.

        There may be thousands of needs and few lots: most of them find enough in the lot that the
        one before them drew from.
        """
        lots, zero = self._order, self._zero
        drawn: dict[str, list[tuple[Name, Quantity]]] = {lot: [] for lot in lots}
        short: list[tuple[Name, Quantity]] = []
        left = self._left_in_lot()
        for each in needs:
            name, need = each
            assert need >= zero, "a need is never below zero"
            while need > left and self._at < len(lots):
                if left > zero:
                    drawn[lots[self._at]].append((name, left))
                    need = need - left
                    each = name, need
                self._left[lots[self._at]] = zero
                self._at += 1
                left = self._left_in_lot()
            if need > left:
                short.append(each)
            elif need > zero:
                drawn[lots[self._at]].append(each)
                left = left - need
        if self._at < len(lots):
            self._left[lots[self._at]] = left
        return drawn, short

    def _left_in_lot(self) -> Quantity:
        """What is left in the lot that is drawn from; zero when all lots are used up."""
        return self._left[self._order[self._at]] if self._at < len(self._order) else self._zero

    def remaining(self) -> dict[str, Quantity]:
        """What is left in each lot."""
        return dict(self._left)


def drain(
    lots: Sequence[tuple[str, Quantity]], need: Quantity, zero: Quantity
) -> tuple[list[Draw[Quantity]], Quantity]:
    """Draw one need from lots in their order: ``(draws, shortfall)``."""
    return Drain(lots, zero).take(need)
