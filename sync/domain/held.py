"""What of the lots of an advance stands for what was drawn of another of its lots and not paid."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from sync.domain.ledger import MoneyLot, Receipt
from sync.domain.money import ZERO
from sync.domain.shortfall import held


def with_held(lots: Iterable[MoneyLot]) -> tuple[MoneyLot, ...]:
    """The lots in their order, each with what is held of it today, and with the days on which money
    for the others set it free: nothing is drawn before its receipt (rule 13).
    """
    ordered = list(lots)
    groups: dict[tuple[int, str], list[int]] = {}
    for at, lot in enumerate(ordered):
        if lot.advance_id is not None:
            groups.setdefault((lot.advance_id, lot.currency.code), []).append(at)
    for group in groups.values():
        own = [ordered[at] for at in group]
        if len(own) > 1 and any(each.receipts or each.unpaid for each in own):
            days = sorted({each.day for lot in own for each in lot.receipts})
            by_day = [_held_on(own, day) for day in (date.min, *days)]
            for at, lot, parts in zip(group, own, zip(*by_day, strict=True), strict=True):
                ordered[at] = _lot(lot, days, parts)
    return tuple(ordered)


def _held_on(lots: Iterable[MoneyLot], day: date) -> list[Decimal]:
    """What is held of each with the money that had come in by the end of a day."""
    return held(
        (0, lot.open, lot.unpaid + sum((e.amount for e in lot.receipts if e.day > day), ZERO))
        for lot in lots
    )


def _lot(lot: MoneyLot, days: Sequence[date], parts: Sequence[Decimal]) -> MoneyLot:
    """``parts``: what was held of it before the first of those days, and at the end of each."""
    found = lot.model_copy(update={"held": parts[-1]}) if parts[-1] else lot
    if lot.receipts or lot.unpaid:
        return found
    free = [lot.open - part for part in parts]
    came: dict[date, Decimal] = {}
    so_far = lot.open - lot.amount
    for at, day in enumerate((lot.day, *days)):
        there = min(free[at:])
        came[max(day, lot.day)] = came.get(max(day, lot.day), ZERO) + there - so_far
        so_far = there
    receipts = tuple(Receipt(day=day, amount=part) for day, part in sorted(came.items()) if part)
    if all(each.day == lot.day for each in receipts):
        return found
    return found.model_copy(update={"receipts": receipts})
