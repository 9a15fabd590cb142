"""Whether the liability accounts tie, as a whole: read, expect, compare."""

from collections.abc import Collection
from datetime import date

from mappings.pulled import Pulled
from sync.books.examine import examine
from sync.books.ledger import LiabilityLedger
from sync.books.tie import BooksReport, three_way
from sync.domain.calendar import add_months, first_of
from sync.odoo.gateway import Gateway
from sync.rules.owed import Owed, owed

MONTHS_BACK = 12
"""Fees of which nothing is open are looked at when their service ended within so many months."""


def check_books(
    gateway: Gateway, pulled: Pulled, as_of: date | None, parked: Collection[int] = ()
) -> BooksReport:
    """The three-way tie, and what is foreign. Changes nothing. Raises ``GatewayError``.

    ``as_of``: the day of the last run, up to which revenue is recognised; None = there was none,
    and fees are compared with nothing. ``parked``: engagements that run did not touch.
    """
    snapshot = pulled.snapshot
    ledger = LiabilityLedger.of(gateway, pulled)
    examined = examine(ledger, add_months(first_of(as_of or date.max), -MONTHS_BACK))
    expected: dict[int, Owed | None] = {}
    if as_of is not None:
        credits_ = {line: each.amount for line, each in examined.draft_credits().items()}
        expected = owed(snapshot, examined.fees(), as_of, parked, credits_)
    return three_way(
        examined, expected, snapshot.advances, snapshot.engagements, snapshot.tombstones
    )
