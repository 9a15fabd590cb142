"""Rule 11: drafts that are settled, and the purchase order that their agreement has by now."""

import pytest

from sync.domain.documents import Role
from sync.domain.engagement import PoPolicy
from sync.rules.po_of_drafts import po_of_drafts
from tests.unit.rules.world import (
    billed,
    client_po,
    company,
    day,
    deliverable,
    money,
    of_role,
    project,
    retainer,
    run,
    terms,
    world,
)

ORDERS = {"client_pos": [client_po(1), client_po(2)]}


def said(draft, **changes):
    engagement = project(**{"client_po_id": 2, **changes})
    found = po_of_drafts(world(engagement, invoices=[draft], **ORDERS), ())
    return [(each.code, each.source.id, each.field) for each in found]


def draft(role=Role.milestone, source="m7", **changes):
    return billed(source, 7000, role, **{"state": "draft", "client_po_id": 1, **changes})


NAMED = [("draft_under_another_po", 900, "retainer_client_po_id")]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (draft(), NAMED),
        (draft(client_po_id=None), NAMED),
        (draft(changed=True), NAMED),
        (draft(Role.out_of_scope, "2025-03"), NAMED),
        (draft(Role.out_of_scope, "2025-03-p1"), []),  # the piece of work's own order
        (draft(client_po_id=2), []),
        (draft(state="posted"), []),
        (draft(state="cancel"), []),
        (draft(credit=True), []),  # under the order of what it credits
        (draft(Role.advance_request, "a1"), []),
        (draft(engagement_id=9), []),
    ],
)
def test_which_drafts_are_named(found, expected) -> None:
    assert said(found) == expected


@pytest.mark.parametrize(
    ("number", "called"), [("", "1/1/milestone/m7/0"), ("INV/2025/00007", "INV/2025/00007")]
)
def test_it_is_called_by_its_number_or_its_key(number, called) -> None:
    (issue,) = po_of_drafts(
        world(project(client_po_id=2), invoices=[draft(name=number)], **ORDERS), ()
    )
    assert issue.source.name == called


def test_nothing_is_said_of_a_parked_agreement() -> None:
    snapshot = world(project(client_po_id=2), invoices=[draft()], **ORDERS)
    assert po_of_drafts(snapshot, (), parked={1}) == ()


def test_a_withdrawn_draft_frees_its_order_for_the_next_invoice() -> None:
    """A draft of 5,000 under an order of 6,000 would become 7,000: it goes, and 3,000 fit."""
    found = run(
        world(
            retainer(terms("2025-01-01", monthly_fee=money(7000)), client_po_id=1),
            project(id=2, project_ids=(12,), client_po_id=1),
            company=company(post_invoices=False, po_policy=PoPolicy.hold),
            client_pos=[client_po(1, 6000, 5000)],
            invoices=[standing_draft()],
            milestones=[deliverable(7, "2025-01-02", 3000).model_copy(update={"engagement_id": 2})],
        ),
        "2025-01-02",
    )
    (fee, gone) = of_role(found, Role.fee)
    assert fee.held is not None and gone.withdrawn
    (milestone,) = of_role(found, Role.milestone)
    assert milestone.held is None
    assert [each.key for each in found.alerts if "-used-" in each.key] == []


def test_an_agreement_without_an_order_asks_for_none() -> None:
    assert said(draft(), client_po_id=None) == []


def test_an_order_that_could_not_be_read_is_not_recommended() -> None:
    assert said(draft(), client_po_id=77) == []


def standing_draft(**changes):
    drafts = {"state": "draft", "fingerprint": "of before", "client_po_id": 1, **changes}
    return billed("2025-01", 5000, **drafts)


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({}, [(True, False), (False, True)]),  # (held, withdrawn)
        ({"changed": True}, [(True, False)]),
        ({"state": "posted"}, []),
    ],
)
def test_a_draft_whose_order_ended_is_withdrawn_unless_a_person_changed_it(changes, kinds) -> None:
    ended = client_po(1, date_end=day("2024-12-31"))
    found = run(
        world(
            retainer(client_po_id=1),
            company=company(post_invoices=False, po_policy=PoPolicy.hold),
            client_pos=[ended],
            invoices=[standing_draft(**changes)],
        ),
        "2025-01-02",
    )
    fees = of_role(found, Role.fee)
    assert [(each.held is not None, each.withdrawn) for each in fees] == kinds
    assert all(each.untaxed == money(5000) for each in fees)
