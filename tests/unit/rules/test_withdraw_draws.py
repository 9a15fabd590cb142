"""Drafts on advances that are not asked for any more are withdrawn; others are left alone."""

import pytest

from sync.domain.documents import Role
from sync.domain.ledger import ExistingEntry
from tests.unit.rules.funds import books, user
from tests.unit.rules.world import billed, booked, money, parking, run

ON = "2025-07-01"
DRAW, DECIDED = "1/1/drawdown/l10.r1001/0", "1/1/breakage/a1-2025-06-30/0"
LAPSED = "1/1/breakage/2025-03.i17/0"


def draft(key: str, **changes: object) -> ExistingEntry:
    """An entry of ours that waits for review."""
    return booked(key, **{"state": "draft", **changes})


def withdrawn(*entries: ExistingEntry, **facts: object) -> list[str]:
    """The keys of the entries that are withdrawn; the fee is no business of an advance."""
    snapshot = books(engagements=(user(1), user(2)), entries=entries, **facts)
    found = run(snapshot, ON).entries
    assert all(each.withdrawn for each in found)
    return [each.key for each in found]


@pytest.mark.parametrize("key", [DRAW, DECIDED])
def test_a_draw_and_a_decided_breakage_without_ground_are_withdrawn(key: str) -> None:
    assert withdrawn(draft(key)) == [key]


@pytest.mark.parametrize("change", [{"state": "posted"}, {"state": "cancel"}, {"changed": True}])
@pytest.mark.parametrize("key", [DRAW, DECIDED])
def test_what_stands_or_a_person_touched_is_left_alone(key: str, change) -> None:
    assert withdrawn(draft(key, **change)) == []


def test_entries_of_fees_and_of_parked_engagements_are_left_alone() -> None:
    problem = parking()
    other = draft("1/2/drawdown/l10.r2001/0", engagement_id=2)
    # what lapsed of a fee is withdrawn by the rule of fees, and so once only
    assert withdrawn(draft(LAPSED)) == [LAPSED]
    assert withdrawn(draft("1/1/reclassification/a1/0")) == []
    assert withdrawn(draft(DRAW), other, problems=[problem]) == [other.key]


def test_a_withdrawn_return_names_nobody_and_its_days() -> None:
    for role in (Role.advance_return, Role.drawdown):
        own = billed("a1-2025-06-30", 300, role, state="draft", credit=True)
        (found,) = run(books(invoices=[own]), ON).invoices
        assert (found.key, found.role, found.withdrawn) == (own.key, role, True)
        assert (found.partner_id, found.credit, found.untaxed) == (0, True, money(300))
        assert found.invoice_date == found.raised_on == own.invoice_date
        assert (found.service_start, found.service_end) == own.days


@pytest.mark.parametrize(
    "changes", [{"state": "posted"}, {"state": "draft", "changed": True}, {"engagement_id": 2}]
)
def test_an_invoice_that_stands_is_left_alone(changes) -> None:
    problem = parking(2)
    own = billed("a1-2025-06-30", 300, Role.drawdown, **{"state": "draft", **changes})
    snapshot = books(engagements=(user(1), user(2)), invoices=[own], problems=[problem])
    assert run(snapshot, ON).invoices == ()
