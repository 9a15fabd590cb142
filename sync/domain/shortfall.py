"""What was drawn of one lot beyond its payment is not there in the other lots of its advance.

A payment bounces after its money was drawn, and then the invoice is credited: what comes back is a
lot that nobody has paid for. It may not be drawn or returned before the client pays (rules 12, 15).
"""

from collections.abc import Hashable, Iterable
from decimal import Decimal

from sync.domain.money import ZERO

Stand = tuple[Hashable | None, Decimal, Decimal]
"""(whose lot: its advance and currency, None for nobody's; open; unpaid), one currency each."""


def beyond(opened: Decimal, unpaid: Decimal) -> Decimal:
    """What was taken of a lot although nobody has paid for it."""
    return max(ZERO, unpaid - opened)


def held(lots: Iterable[Stand]) -> list[Decimal]:
    """What of each lot stands for what the others of its advance gave beyond their payment, the
    first lots first. Never more than is open and paid of it.
    """
    lots = list(lots)
    short: dict[Hashable, Decimal] = {}
    for owner, opened, unpaid in lots:
        if owner is not None:
            short[owner] = short.get(owner, ZERO) + beyond(opened, unpaid)
    found = []
    for owner, opened, unpaid in lots:
        missing = short.get(owner, ZERO) if owner is not None else ZERO
        part = min(missing, max(ZERO, opened - unpaid))
        if part:
            short[owner] = missing - part
        found.append(part)
    return found
