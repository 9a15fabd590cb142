"""How an invoice meets what is billed already under its key: replace, correct, or leave alone."""

from decimal import Decimal

import pytest

from sync.domain.documents import Role
from tests.unit.rules.world import (
    billed,
    client_po,
    day,
    deliverable,
    entry,
    money,
    of_role,
    order,
    project,
    retainer,
    run,
    standing,
    terms,
    the,
    world,
)


def march(*invoices, fee="5000", **changes):
    return world(
        retainer(terms("2025-03-01", monthly_fee=money(fee)), start="2025-03-01", **changes),
        invoices=list(invoices),
    )


def fee_of(snapshot, on="2025-03-20"):
    return the(run(snapshot, on), Role.fee)


def test_what_is_billed_in_full_is_not_billed_again() -> None:
    assert of_role(run(march(billed("2025-03", 5000)), "2025-03-20"), Role.fee) == []


def test_a_fee_that_rose_after_billing_is_topped_up() -> None:
    # from 17 March 6200: (5000 × 16 + 6200 × 15) ÷ 31 = 5580.645… = 5580.65; 5000 billed: 580.65
    snapshot = world(
        retainer(
            terms("2025-03-01"),
            terms("2025-03-17", id=2, monthly_fee=money(6200)),
            start="2025-03-01",
        ),
        invoices=[billed("2025-03", 5000)],
    )
    invoice = fee_of(snapshot)
    assert (invoice.credit, invoice.untaxed) == (False, Decimal("580.65"))
    assert invoice.key == "1/1/fee/2025-03/1"
    assert invoice.invoice_date == day("2025-03-20")
    assert (invoice.service_start, invoice.service_end) == (day("2025-03-01"), day("2025-03-31"))
    assert "adjustment of INV/2025/0001" in invoice.lines[0].text
    assert invoice.lines[0].unearned
    assert invoice.reasons[-1].text == (
        "new total 5,580.65 USD − billed so far 5,000.00 USD = 580.65 USD"
    )


def test_a_fee_that_fell_after_billing_is_credited() -> None:
    invoice = fee_of(march(billed("2025-03", 5000), fee="4200"))
    assert (invoice.credit, invoice.untaxed) == (True, money(800))
    assert invoice.lines[0].amount == money(800)


def test_a_second_correction_counts_the_first() -> None:
    # 5000 billed, 800 given back, now 4500: 300 more, under the next revision
    credit = billed("2025-03", 800, revision=1, credit=True)
    invoice = fee_of(march(billed("2025-03", 5000), credit, fee="4500"))
    assert (invoice.credit, invoice.untaxed) == (False, money(300))
    assert invoice.key == "1/1/fee/2025-03/2"


def test_the_order_of_the_revisions_does_not_matter() -> None:
    both = (billed("2025-03", 800, revision=1, credit=True), billed("2025-03", 5000))
    forward, backward = march(*both, fee="4500"), march(*reversed(both), fee="4500")
    assert fee_of(forward) == fee_of(backward)


def test_the_tenth_revision_follows_the_ninth() -> None:
    # as text "10" sorts before "9"
    rest = [billed("2025-03", 10, revision=each) for each in range(1, 11)]
    invoice = fee_of(march(billed("2025-03", 5000), *rest, fee="5200"))
    assert (invoice.untaxed, invoice.key) == (money(100), "1/1/fee/2025-03/11")


def test_an_untouched_draft_is_replaced_under_its_own_key() -> None:
    draft = billed("2025-03", 5000, state="draft", name="")
    invoice = fee_of(march(draft, fee="4200"))
    assert (invoice.key, invoice.credit, invoice.untaxed) == (
        "1/1/fee/2025-03/0",
        False,
        money(4200),
    )


def test_a_draft_that_a_person_changed_is_left_to_the_plan() -> None:
    draft = billed("2025-03", 4000, state="draft", changed=True)
    invoice = fee_of(march(draft))
    assert (invoice.key, invoice.untaxed) == ("1/1/fee/2025-03/0", money(5000))


def test_a_cancelled_invoice_bills_nothing() -> None:
    cancelled = billed("2025-03", 5000, state="cancel")
    assert fee_of(march(cancelled)).key == "1/1/fee/2025-03/0"


def test_what_another_engagement_billed_does_not_count() -> None:
    other = billed("2025-03", 5000, engagement_id=2, key="1/2/fee/2025-03/0")
    assert fee_of(march(other)).untaxed == money(5000)


def test_a_milestone_billed_for_another_amount_is_corrected() -> None:
    snapshot = world(
        project(),
        milestones=[deliverable(17, "2025-03-08", 20000)],
        invoices=[billed("m17", 18000, Role.milestone)],
    )
    invoice = the(run(snapshot, "2025-03-20"), Role.milestone)
    assert (invoice.credit, invoice.untaxed) == (False, money(2000))
    assert not invoice.lines[0].unearned


@pytest.mark.parametrize("own", [None, 3])
def test_the_change_orders_purchase_order_comes_before_the_engagements(own: int | None) -> None:
    snapshot = world(
        project(client_po_id=1),
        client_pos=[client_po(1), client_po(3)],
        change_orders=[order(5, client_po_id=own)],
        entries=[entry(1, "2025-03-12", 1, change_order_id=5)],
    )
    invoice = the(run(snapshot, "2025-03-28"), Role.out_of_scope)
    assert (invoice.client_po_id, invoice.po_number) == ((own or 1), f"PO-{own or 1}")


def test_a_draft_written_by_this_very_run_is_the_same_document() -> None:
    snapshot = march()
    first = fee_of(snapshot)
    again = fee_of(march(standing(first, state="draft", name="")))
    assert again.fingerprint == first.fingerprint


def test_what_is_taken_back_names_the_days_of_service_of_what_was_billed() -> None:
    service = {"service_start": day("2025-03-10"), "service_end": day("2025-03-12")}
    on = {"invoice_date": day("2025-03-20")}
    for own, days in (
        ({**on, **service}, (day("2025-03-10"), day("2025-03-12"))),
        ({**on, "service_start": None, "service_end": None}, (day("2025-03-20"),) * 2),
    ):
        snapshot = world(
            project(),
            milestones=[deliverable(1, None, 500)],
            invoices=[billed("m1", 500, Role.milestone, **own)],
        )
        note = the(run(snapshot, "2025-04-01"), Role.milestone)
        assert (note.credit, note.service_start, note.service_end) == (True, *days)


@pytest.mark.parametrize("amount", ["0.01", "1", "1.01"])
def test_however_little_was_billed_is_taken_back(amount: str) -> None:
    snapshot = world(
        project(),
        milestones=[deliverable(17, None, amount)],
        invoices=[billed("m17", amount, Role.milestone)],
    )
    note = the(run(snapshot, "2025-03-31"), Role.milestone)
    assert (note.credit, note.untaxed) == (True, money(amount))
