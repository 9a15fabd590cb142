"""Rule 11: the client's purchase order must cover the invoice, or it is held, or warned of."""

import pytest

from sync.domain.documents import Role, StatementState
from sync.domain.engagement import PoPolicy
from sync.domain.issues import Severity
from tests.properties.settle import runs
from tests.unit.rules.world import (
    JPY,
    all_invoices,
    billed,
    client_po,
    codes,
    company,
    day,
    days,
    deliverable,
    entry,
    money,
    of_role,
    order,
    project,
    retainer,
    run,
    standing,
    statement,
    terms,
    the,
    world,
)


def january(policy=PoPolicy.hold, po=None, **changes):
    """One retainer in its first month, 5000.00 dated 1 January, on purchase order 1."""
    return world(
        retainer(po_policy=policy, **{"client_po_id": 1, **changes}),
        client_pos=[po if po is not None else client_po(1)],
    )


def test_a_purchase_order_that_covers_it_is_quoted() -> None:
    outcome = run(january(), "2025-01-31")
    invoice = the(outcome, Role.fee)
    assert (invoice.held, invoice.client_po_id, invoice.po_number) == (None, 1, "PO-1")
    assert outcome.issues == ()


@pytest.mark.parametrize(
    ("po", "engagement", "code"),
    [
        (client_po(1), {"client_po_id": None}, "po_missing"),
        (client_po(1), {"client_po_id": 99}, "po_missing"),
        (client_po(1, date_start=day("2025-01-02")), {}, "po_not_yet_valid"),
        (client_po(1, date_end=day("2024-12-31")), {}, "po_expired"),
        (client_po(1, "4999.99"), {}, "po_exceeded"),
        (client_po(1, 10000, "5000.01"), {}, "po_exceeded"),
    ],
)
@pytest.mark.parametrize("policy", [PoPolicy.hold, PoPolicy.warn, PoPolicy.ignore])
def test_what_does_not_cover(po, engagement, code: str, policy: PoPolicy) -> None:
    outcome = run(january(policy, po, **engagement), "2025-01-31")
    invoice = the(outcome, Role.fee)
    if policy is PoPolicy.ignore:
        assert (invoice.held, outcome.issues) == (None, ())
        return
    assert codes(outcome.issues) == [code]
    assert outcome.issues[0].severity is Severity.warning
    assert outcome.issues[0].engagement_id == 1
    assert "5,000.00 USD" in outcome.issues[0].message
    if policy is PoPolicy.hold:
        assert invoice.held == outcome.issues[0]
    else:
        assert invoice.held is None


@pytest.mark.parametrize(
    ("po", "code"),
    [
        (client_po(1, client_id=8), "po_other_client"),
        (client_po(1, engagement_ids=(2,)), "po_other_engagement"),
        (client_po(1, currency=JPY), "po_currency"),
    ],
)
@pytest.mark.parametrize("policy", list(PoPolicy))
def test_what_odoo_lets_stand_on_no_document_is_held_whatever_the_policy(
    po, code: str, policy: PoPolicy
) -> None:
    outcome = run(january(policy, po), "2025-01-31")
    assert codes(outcome.issues) == [code]
    assert outcome.issues[0].severity is Severity.warning
    assert outcome.issues[0].engagement_id == 1
    assert "(5,000.00 USD) held" in outcome.issues[0].message
    assert the(outcome, Role.fee).held == outcome.issues[0]


@pytest.mark.parametrize(
    "po",
    [
        client_po(1, date_start=day("2025-01-01"), date_end=day("2025-01-01")),
        client_po(1, 5000),
        client_po(1, 10000, 5000),
        client_po(1, 0, 999999),  # 0 = unlimited, whatever was invoiced
        client_po(1, engagement_ids=(2, 1)),
    ],
)
def test_the_last_day_and_the_last_cent_still_cover(po) -> None:
    outcome = run(january(PoPolicy.hold, po), "2025-01-31")
    assert the(outcome, Role.fee).held is None


def test_the_companys_policy_holds_where_the_engagement_has_none() -> None:
    snapshot = world(retainer(po_policy=None), company=company(po_policy=PoPolicy.hold))
    assert the(run(snapshot, "2025-01-31"), Role.fee).held is not None
    snapshot = world(retainer(po_policy=PoPolicy.ignore), company=company(po_policy=PoPolicy.hold))
    assert the(run(snapshot, "2025-01-31"), Role.fee).held is None


def test_two_engagements_use_up_one_purchase_order_in_the_order_of_their_dates() -> None:
    # 20,000 in all: the fee of 1 January takes 5000, then the milestone of 8 January finds 15,000
    snapshot = world(
        retainer(id=1, client_po_id=1, po_policy=PoPolicy.hold),
        project(id=2, client_po_id=1, po_policy=PoPolicy.hold),
        client_pos=[client_po(1, 20000)],
        milestones=[deliverable(17, "2025-01-08", engagement_id=2)],
    )
    outcome = run(snapshot, "2025-01-31")
    assert the(outcome, Role.fee).held is None
    held = the(outcome, Role.milestone).held
    assert held is not None
    assert "15,000.00 USD left" in held.message  # 20,000 − 5000


def test_a_held_invoice_leaves_the_purchase_order_to_the_next() -> None:
    # the milestone of 25,000 does not fit into 20,000; the fee of February still does
    snapshot = world(
        retainer(
            terms("2025-02-01"), id=1, start="2025-02-01", client_po_id=1, po_policy=PoPolicy.hold
        ),
        project(id=2, client_po_id=1, po_policy=PoPolicy.hold),
        client_pos=[client_po(1, 20000)],
        milestones=[deliverable(17, "2025-01-08", 25000, engagement_id=2)],
    )
    outcome = run(snapshot, "2025-02-28")
    assert the(outcome, Role.milestone).held is not None
    assert the(outcome, Role.fee).held is None


def test_an_invoice_sent_with_a_warning_uses_the_purchase_order_up() -> None:
    snapshot = world(
        retainer(client_po_id=1, po_policy=PoPolicy.warn), client_pos=[client_po(1, 7000)]
    )
    outcome = run(snapshot, "2025-03-31")
    # January 5000 of 7000, February 5000 of 2000, March 5000 of −3000: two warnings
    assert codes(outcome.issues) == ["po_exceeded", "po_exceeded"]
    assert "2,000.00 USD left" in outcome.issues[0].message
    assert "0.00 USD left" in outcome.issues[1].message


def test_a_draft_that_is_replaced_is_not_counted_twice() -> None:
    # the draft of 5000 is in ``invoiced`` already; its replacement adds nothing
    draft = standing(the(run(january(), "2025-01-31"), Role.fee), state="draft")
    snapshot = january(PoPolicy.hold, client_po(1, 5000, 5000)).model_copy(
        update={"invoices": (draft,)}
    )
    assert the(run(snapshot, "2025-01-31"), Role.fee).held is None


def test_a_credit_note_is_never_held() -> None:
    # January was billed 6000, the terms say 5000: 1000 back. The order has 4000 left; February's
    # 5000 is dated before the note, which cannot make room for it: it waits, the note does not.
    snapshot = world(
        retainer(client_po_id=1, po_policy=PoPolicy.hold),
        client_pos=[client_po(1, 10000, 6000)],
        invoices=[billed("2025-01", 6000)],
    )
    outcome = run(snapshot, "2025-02-28")
    credit, february = sorted(of_role(outcome, Role.fee), key=lambda each: not each.credit)
    assert (credit.credit, credit.untaxed, credit.held) == (True, money(1000), None)
    assert credit.key.endswith("/fee/2025-01/1")
    assert february.untaxed == money(5000)
    assert credit.invoice_date == day("2025-02-28")
    assert february.held is not None


def test_held_overage_keeps_its_month_and_the_later_ones_open() -> None:
    snapshot = world(
        retainer(client_po_id=1, po_policy=PoPolicy.hold),
        client_pos=[client_po(1, 15000)],  # three fees and no overage
        entries=[entry(1, "2025-01-10", 46)],
    )
    outcome = run(snapshot, "2025-03-31")
    # in the order of their dates: 1 January 5000, 31 January 1050, 1 February 5000 = 11,050;
    # March's 5000 would make 16,050
    fees = of_role(outcome, Role.fee)
    assert [each.held is None for each in fees] == [True, True, False]
    assert statement(outcome, "2025-01").state is StatementState.closed
    assert statement(outcome, "2025-02").state is StatementState.closed
    assert statement(outcome, "2025-03").state is StatementState.open
    april = run(snapshot, "2025-04-01")
    assert statement(april, "2025-03").state is StatementState.open  # its fee is held


def test_while_overage_is_held_no_later_month_closes() -> None:
    snapshot = world(
        retainer(client_po_id=1, po_policy=PoPolicy.hold),
        client_pos=[client_po(1, date_start=day("2025-01-01"), date_end=day("2025-01-30"))],
        entries=[entry(1, "2025-01-10", 46), entry(2, "2025-02-10", 46)],
    )
    outcome = run(snapshot, "2025-03-01")
    assert [each.state for each in outcome.statements] == [StatementState.open] * 3
    overage = of_role(outcome, Role.overage)
    assert all(each.held for each in overage)
    assert the(run(snapshot, "2025-01-31"), Role.fee).held is None


def test_under_fit_extra_work_that_did_not_fit_is_billed_when_it_does() -> None:
    # 480 and 600 of extra work, 500 on the order: 480 now; when it is raised, 600 more
    snapshot = world(
        project(client_po_id=1, po_policy=PoPolicy.fit),
        client_pos=[client_po(1, 500)],
        change_orders=[order(5), order(6)],
        entries=[
            entry(1, "2025-03-12", 4, change_order_id=5),
            entry(2, "2025-03-12", 5, change_order_id=6),
        ],
    )
    snapshot, first = runs(snapshot, days("2025-03-28"))
    assert [each.untaxed for each in all_invoices(first)] == [money(480)]
    snapshot = snapshot.model_copy(update={"client_pos": (client_po(1, 2000, 480),)})
    _, then = runs(snapshot, days("2025-03-29", "2025-04-28"))
    assert [each.untaxed for each in all_invoices(then)] == [money(600)]


def test_under_fit_a_fee_is_billed_in_parts_and_the_month_waits() -> None:
    snapshot = world(
        retainer(terms("2025-03-01"), start="2025-03-01", client_po_id=1, po_policy=PoPolicy.fit),
        client_pos=[client_po(1, 3000)],
    )
    snapshot, first = runs(snapshot, days("2025-03-03", "2025-04-01"))
    assert [each.untaxed for each in all_invoices(first)] == [money(3000)]
    assert snapshot.engagements[0].closed_until is None
    snapshot = snapshot.model_copy(update={"client_pos": (client_po(1, 20000, 3000),)})
    snapshot, then = runs(snapshot, days("2025-04-02"))
    assert sorted(each.untaxed for each in all_invoices(then)) == [money(2000), money(5000)]
    assert snapshot.engagements[0].closed_until == day("2025-03-31")


def test_two_currencies_never_meet_on_one_purchase_order() -> None:
    snapshot = world(
        retainer(id=1, client_po_id=1, po_policy=PoPolicy.hold),
        retainer(id=2, client_po_id=1, po_policy=PoPolicy.hold, currency=JPY),
        client_pos=[client_po(1, 6000)],
    )
    outcome = run(snapshot, "2025-01-31")
    held = {each.engagement_id: each.held for each in outcome.invoices}
    assert held[1] is None
    assert held[2] is not None
    assert held[2].code == "po_currency"


def test_overage_waits_for_the_months_before_it() -> None:
    # the order is valid from February on: January's fee is held, January stays open, and with it
    # February; what January leaves may still change, so February's overage is not billed yet
    snapshot = world(
        retainer(client_po_id=1, po_policy=PoPolicy.hold),
        client_pos=[client_po(1, date_start=day("2025-02-01"))],
        entries=[entry(1, "2025-02-10", 60)],
    )
    outcome = run(snapshot, "2025-03-10")
    assert statement(outcome, "2025-02").overage > 0
    assert of_role(outcome, Role.overage) == []
    assert [each.held is None for each in of_role(outcome, Role.fee)] == [False, True, True]
    early = client_po(1, date_start=day("2025-01-01"))
    snapshot = snapshot.model_copy(update={"client_pos": (early,)})
    assert the(run(snapshot, "2025-03-10"), Role.overage).untaxed == money(1750)  # 60 − 50 = 10 h


def test_under_fit_a_draft_grows_with_its_purchase_order() -> None:
    # 15,000 of 20,000 in draft; the client raises the order to 17,000: the draft becomes 17,000,
    # or 2000 more are drafted; never less than before
    snapshot = world(
        project(client_po_id=1, po_policy=PoPolicy.fit),
        client_pos=[client_po(1, 15000)],
        milestones=[deliverable(17, "2025-03-08", 20000)],
    )
    snapshot, _ = runs(snapshot, days("2025-03-08"), state="draft")
    raised = client_po(1, 17000, 15000)
    snapshot = snapshot.model_copy(update={"client_pos": (raised,)})
    snapshot, _ = runs(snapshot, days("2025-03-20"), state="draft")
    assert sum(each.untaxed for each in snapshot.invoices) == money(17000)


def test_yen_warned_of_do_not_use_up_dollars() -> None:
    # engagement 2's yen go out with a warning on a dollar order; its 5000 are no dollars
    snapshot = world(
        retainer(id=2, client_po_id=1, po_policy=PoPolicy.warn, currency=JPY),
        retainer(
            terms("2025-01-02"), id=1, start="2025-01-02", client_po_id=1, po_policy=PoPolicy.hold
        ),
        client_pos=[client_po(1, 6000)],
    )
    outcome = run(snapshot, "2025-01-31")
    assert {each.engagement_id: each.held for each in outcome.invoices}[1] is None


@pytest.mark.parametrize(
    ("invoiced", "amount", "used"),
    [
        (7000, 1999, None),  # 89.99 %
        (7000, 2000, "90 % used: 9,000.00 USD of 10,000.00 USD"),
        (9500, 1000, "95 % used: 9,500.00 USD"),  # exceeded: held, so it uses nothing
    ],
)
def test_what_goes_out_now_counts_as_used(invoiced: int, amount: int, used: str | None) -> None:
    snapshot = world(
        project(client_po_id=1, po_policy=PoPolicy.hold),
        client_pos=[client_po(1, 10000, invoiced)],
        milestones=[deliverable(17, "2025-03-08", amount)],
    )
    told = [
        each.message for each in run(snapshot, "2025-03-31").alerts if each.kind == "po_nearly_used"
    ]
    assert len(told) == (used is not None)
    assert all(used is not None and used in each for each in told)
