"""Two ways to the same figure: what recognition leaves of a fee, and what is still owed of it.

Recognition adds up what was drawn and lapsed, month by month, and posts it; ``owed`` looks at what
the last closed statement leaves. After any history both come to the same cent.
"""

import itertools
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.books import BookDocument, JournalKind, OpenLot, Posting, Taken
from sync.domain.documents import Role
from sync.domain.ledger import MoneyLot
from sync.domain.money import ZERO
from sync.domain.snapshot import Snapshot
from sync.domain.terms import Recognition, Terms
from sync.rules.owed import owed
from tests.properties.books import Books
from tests.properties.settle import run
from tests.properties.strategies import agencies, schedules


def open_lot(lot: MoneyLot) -> OpenLot:
    """The lot as verification reads it."""
    document = BookDocument(
        id=lot.move_id,
        name=lot.move_name,
        move_type="out_invoice",
        state="posted",
        journal=JournalKind.sale,
        key=lot.move_key,
        role=Role.fee,
        engagement_id=lot.engagement_id,
        day=lot.day,
        service_start=lot.service_start,
        service_end=lot.service_end,
    )
    posting = Posting(
        id=lot.line_id,
        account_id=1,
        kind=lot.kind,
        document=document,
        client_id=lot.client_id,
        currency=lot.currency,
        amount=lot.amount,
        amount_company=lot.amount_company,
        open=lot.open,
        open_company=lot.open_company,
    )
    takes = ((lot.day, Taken.returned, lot.credited),) if lot.credited else ()
    return OpenLot(posting=posting, open=lot.open, open_company=lot.open_company, takes=takes)


def left(books: Books) -> dict[int, Decimal]:
    """What the ledger has left of each document."""
    found: dict[int, Decimal] = {}
    for lot in books.lots.values():
        found[lot.move_id] = found.get(lot.move_id, ZERO) + lot.open
    return found


def earning(snapshot: Snapshot, patterns: list[tuple[Recognition, int]]) -> Snapshot:
    """The same agency with these patterns of recognition, terms by terms, and books of its own."""
    turns = itertools.cycle(patterns)

    def with_pattern(terms: Terms) -> Terms:
        pattern, breakage = next(turns)
        return terms.model_copy(
            update={"recognition": pattern, "expected_breakage": Decimal(breakage)}
        )

    return snapshot.model_copy(
        update={
            "company": snapshot.company.model_copy(update={"post_entries": True}),
            "engagements": tuple(
                each.model_copy(update={"terms": tuple(map(with_pattern, each.terms))})
                for each in snapshot.engagements
            ),
        }
    )


PATTERNS = st.lists(
    st.tuples(st.sampled_from(Recognition), st.sampled_from([0, 0, 10, 33, 100])),
    min_size=1,
    max_size=3,
)


@given(agencies(), schedules(), PATTERNS)
def test_what_recognition_leaves_is_what_is_owed(
    snapshot: Snapshot, schedule: list[date], patterns: list[tuple[Recognition, int]]
) -> None:
    """Of open documents to the cent; of those of which nothing is left, nothing."""
    books = Books(earning(snapshot, patterns))
    books.run(*schedule)
    outcome, _ = run(books.snapshot, schedule[-1])
    lots = [open_lot(each) for each in books.lots.values()]
    expected = owed(books.snapshot, lots, schedule[-1], outcome.parked)
    ledger = left(books)
    told = {move: each.nearest(ledger[move]) for move, each in expected.items() if each}
    assert {move: ledger[move] for move in told} == told
    given_back = {lot.move_id for lot in books.lots.values() if lot.credited}
    assert all(
        each.least == each.most
        for move, each in expected.items()
        if each is not None and move not in given_back
    ), "a range only where something was given back"
