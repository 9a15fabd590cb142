"""Under which key an entry is asked for, and how a draft is taken back."""

import pytest

from sync.domain.documents import Role
from sync.domain.ledger import ExistingEntry
from sync.rules.entries import next_key, withdrawal
from tests.unit.rules.world import JPY, USD, booked, day, money

STEM = "1/1/correction/i17"
OTHER = "1/1/correction/i1"
"""Another document's; its text begins like the stem."""


def entry(revision: int, stem: str = STEM, **changes: object) -> ExistingEntry:
    return booked(f"{stem}/{revision}", **{"id": revision + 1, **changes})


DRAFT, CANCELLED = {"state": "draft"}, {"state": "cancel"}
TOUCHED = {"state": "draft", "changed": True}


@pytest.mark.parametrize(
    ("standing", "deleted", "asked"),
    [
        ((), (), 0),
        ((entry(0),), (), 1),
        ((entry(0), entry(1)), (), 2),
        ((entry(9), entry(10)), (), 11),  # by number, not by text
        ((entry(10), entry(9)), (), 11),
        ((entry(0), entry(1, **DRAFT)), (), 1),  # rewritten
        ((entry(0), entry(1, **TOUCHED)), (), 2),  # left to the person
        ((entry(0), entry(1, **CANCELLED)), (), 1),  # for the plan to report
        ((entry(0), entry(1, **CANCELLED), entry(2, **DRAFT)), (), 1),
        ((entry(0),), (f"{STEM}/1",), 1),
        ((), (f"{STEM}/0",), 0),
        ((entry(0, **DRAFT),), (f"{STEM}/1",), 0),
        # what belongs to another document says nothing
        ((entry(4, OTHER), entry(5, OTHER, **DRAFT), entry(6, OTHER, **CANCELLED)), (), 0),
        ((entry(0), entry(4, OTHER)), (f"{OTHER}/7",), 1),
    ],
)
def test_the_next_key(standing, deleted, asked: int) -> None:
    assert next_key(f"{STEM}/0", standing, deleted) == f"{STEM}/{asked}"


def test_a_withdrawn_draft_is_its_key_and_its_days() -> None:
    draft = entry(
        1,
        engagement_id=None,
        service_start=day("2025-03-01"),
        service_end=day("2025-03-30"),
        **DRAFT,
    )
    found = withdrawal(draft, USD)
    assert (found.key, found.role, found.withdrawn) == (draft.key, Role.correction, True)
    assert (found.engagement_id, found.client_id, found.total) == (0, 0, money(300))
    assert [found.day, found.service_start, found.service_end] == [
        day("2025-03-31"),
        day("2025-03-01"),
        day("2025-03-30"),
    ]


def test_a_withdrawn_draft_without_days_or_an_amount_can_be_said_too() -> None:
    found = withdrawal(entry(0, amount=money("0.4"), **DRAFT), JPY)
    assert (found.total, found.engagement_id) == (1, 1)
    assert found.service_start == found.service_end == found.day


def test_what_is_posted_is_not_withdrawn() -> None:
    with pytest.raises(AssertionError, match="no draft of ours"):
        withdrawal(entry(0), USD)
