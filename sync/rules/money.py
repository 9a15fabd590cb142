"""The rules of unearned cash in their order.

They follow once every engagement is evaluated: they see all invoices of the run, and each takes
what was found so far and answers it with what it adds. What is planned here is never counted as
posted: what follows from it (a draw of an invoice that goes out now) comes with the next wave.
"""

from collections.abc import Callable
from datetime import date

from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot
from sync.rules.advance import advance
from sync.rules.advance_notices import advance_notices
from sync.rules.check_advances import check_advances
from sync.rules.decide import decide
from sync.rules.deduct_advances import deduct_advances
from sync.rules.drain_advances import drain_advances
from sync.rules.fee_credit import fee_credit
from sync.rules.included_taxes import included_taxes
from sync.rules.lock_dates import lock_dates
from sync.rules.reclassify import reclassify
from sync.rules.recognise import recognise
from sync.rules.top_up import top_up
from sync.rules.undo import undo
from sync.rules.withdraw_draws import withdraw_draws

MoneyRule = Callable[[Snapshot, date, Outcome], Outcome]
"""A rule about unearned cash: ``(snapshot, as_of, found) -> found``."""

MONEY_RULES: tuple[MoneyRule, ...] = (
    check_advances,
    fee_credit,
    undo,
    drain_advances,
    deduct_advances,
    decide,
    advance,
    top_up,
    advance_notices,
    withdraw_draws,
    recognise,
    reclassify,
    included_taxes,
    lock_dates,
)
"""In this order; ``lock_dates`` comes last, since it moves what the others ask for."""


def money(snapshot: Snapshot, as_of: date, found: Outcome) -> Outcome:
    """Everything that the ledger asks for on this day."""
    for rule in MONEY_RULES:
        found = rule(snapshot, as_of, found)
    return found
