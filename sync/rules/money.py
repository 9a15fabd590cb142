"""The rules of unearned cash in their order.

They follow once every engagement is evaluated: they see all invoices of the run, and each takes
what was found so far and answers it with what it adds. What is planned here is never counted as
posted: what follows from it (a draw of an invoice that goes out now) comes with the next wave.
"""

from collections.abc import Callable
from datetime import date

from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot

MoneyRule = Callable[[Snapshot, date, Outcome], Outcome]
"""A rule about unearned cash: ``(snapshot, as_of, found) -> found``."""

MONEY_RULES: tuple[MoneyRule, ...] = ()
"""In this order; ``lock_dates`` comes last, since it moves what the others ask for."""


def money(snapshot: Snapshot, as_of: date, found: Outcome) -> Outcome:
    """Everything that the ledger asks for on this day."""
    for rule in MONEY_RULES:
        found = rule(snapshot, as_of, found)
    return found
