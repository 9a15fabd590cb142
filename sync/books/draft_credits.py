"""What draft credit notes of ours are going to take of fees once they are posted. Pure.

Recognition leaves them that part of a lot (rule 16), so the lot holds it until they are posted.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from sync.domain.books import OpenLot, Posting
from sync.domain.keys import stem_of
from sync.domain.ledger import LotKind
from sync.domain.money import ZERO, Currency


class Credit(NamedTuple):
    """Of one lot."""

    amount: Decimal
    """In the lot's currency."""
    company: Decimal
    """In the company's, at the lot's rate."""


def draft_credits(
    lots: Iterable[OpenLot], unposted: Iterable[Posting], company: Currency
) -> dict[int, Credit]:
    """By line of a fee's lot what drafts are going to take, the latest lots of the fee first.

    ``unposted``: lines of ours in drafts and cancelled documents. A draft that was posted before
    waits for no review: what it had taken is missed.
    """
    waiting: dict[str, Decimal] = {}
    for line in unposted:
        if _waits(line):
            stem = stem_of(line.document.key)
            waiting[stem] = waiting.get(stem, ZERO) - line.amount
    found = {}
    for lot in sorted(lots, key=lambda each: (each.posting.day, each.posting.id), reverse=True):
        posting = lot.posting
        stem = stem_of(posting.document.key)
        amount = min(waiting.get(stem, ZERO), lot.open)
        if amount > 0:
            waiting[stem] -= amount
            part = company.round(amount * posting.amount_company / posting.amount)
            found[posting.id] = Credit(amount, part)
    return found


def _waits(line: Posting) -> bool:
    document = line.document
    return (
        line.kind is LotKind.unearned
        and not line.is_credit
        and document.move_type == "out_refund"
        and document.state == "draft"
        and not document.was_posted
        and bool(document.key)
    )
