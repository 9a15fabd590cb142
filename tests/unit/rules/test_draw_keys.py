"""A draw keeps its key: nothing that happens beside it makes a second one of it."""

from typing import Any

import pytest

from sync.domain.documents import Role
from sync.domain.existing import ExistingInvoice, Tombstone
from sync.domain.snapshot import Snapshot
from sync.rules.draw_keys import DrawKeys
from tests.unit.rules.funds import advance, books, lot, receivable
from tests.unit.rules.world import billed, booked, money

OWN = "1/1/drawdown/i1000.l10/0"


def keys(snapshot: Snapshot, *amounts: int) -> list[str]:
    """Those of draws of the first invoice from the first lot, one after the other."""
    of = DrawKeys(snapshot)
    (first, *_), (one, *_) = snapshot.ledger.receivables, snapshot.ledger.lots
    return [of.draw(first, one, money(each)) for each in amounts]


def note(source: str = "i1000.l10", revision: int = 0, **changes: Any) -> ExistingInvoice:
    """A credit note on the advance."""
    return billed(
        source, 600, Role.drawdown, revision, **{"state": "draft", "credit": True, **changes}
    )


# 400.00 of 600.00 are open: 200.00 were paid since the draw was written
PAID_SINCE = receivable(1, 400, total=money(600))


@pytest.mark.parametrize(
    "standing",
    [
        {"invoices": [note()]},
        {"invoices": [note(changed=True)]},
        {"invoices": [note(state="cancel")]},
        {"entries": (booked(OWN, 600, state="draft"),)},
        {"entries": (booked(OWN, 600, state="cancel"),)},
        {"entries": (booked(OWN, 600, state="posted"),)},
        {"tombstones": [Tombstone(key=OWN, model="account.move")]},
    ],
    ids=["draft", "changed", "cancelled", "reset", "cancelled entry", "loose", "deleted"],
)
def test_what_waits_for_somebody_keeps_its_key(standing: dict[str, Any]) -> None:
    snapshot = books(advance(), lots=(lot(),), receivables=(PAID_SINCE,), **standing)
    assert keys(snapshot, 400) == [OWN]


def test_what_is_posted_and_matched_is_another_draw() -> None:
    stands = {"invoices": [note(state="posted")]}
    snapshot = books(advance(), lots=(lot(),), receivables=(PAID_SINCE,), **stands)
    assert keys(snapshot, 400) == ["1/1/drawdown/i1000.l10/20000"]


def test_others_draws_are_no_concern() -> None:
    others = [note("i1000.l20"), note("i2000.l10")]
    others += [note("c1000.l10.e3")]
    broken = [Tombstone(key="1/1/drawdown/i1000.l10/x", model="account.move")]
    snapshot = books(
        advance(),
        lots=(lot(),),
        receivables=(PAID_SINCE,),
        invoices=others,
        tombstones=broken,
    )
    assert keys(snapshot, 400) == ["1/1/drawdown/i1000.l10/20000"]


def test_two_draws_of_one_pair_keep_their_keys_in_their_order() -> None:
    drafts = [note(revision=30000), note(revision=2000)]
    snapshot = books(advance(), lots=(lot(),), receivables=(PAID_SINCE,), invoices=drafts)
    assert keys(snapshot, 50, 50, 300) == [
        "1/1/drawdown/i1000.l10/2000",
        "1/1/drawdown/i1000.l10/30000",
        # 200.00 and the two draws of 50.00; 30000 is taken
        "1/1/drawdown/i1000.l10/30001",
    ]


def test_never_below_nothing() -> None:
    odd = receivable(1, 400, total=money(300))
    assert keys(books(advance(), lots=(lot(),), receivables=(odd,)), 100) == [OWN]


def test_the_key_of_a_draw_that_stands_is_not_used_again() -> None:
    # 200.00 are paid, as before a draw of which another payment was taken back since
    snapshot = books(advance(), lots=(lot(),), receivables=(PAID_SINCE,))
    stands = ("1/1/drawdown/i1000.l10/20000", "1/1/drawdown/i1000.l10/20001")
    drawn = snapshot.ledger.model_copy(update={"drawn": stands})
    snapshot = snapshot.model_copy(update={"ledger": drawn})
    assert keys(snapshot, 400) == ["1/1/drawdown/i1000.l10/20002"]


def test_a_draw_taken_apart_keeps_its_key_though_it_is_posted() -> None:
    snapshot = books(
        advance(),
        lots=(lot(),),
        receivables=(PAID_SINCE,),
        entries=(booked(OWN, 600, state="posted"),),
    )
    drawn = snapshot.ledger.model_copy(update={"drawn": (OWN,)})
    assert keys(snapshot.model_copy(update={"ledger": drawn}), 400) == [OWN]
