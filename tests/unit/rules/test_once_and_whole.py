"""What must be billed is billed once: no month, block or share closes without its invoice."""

from datetime import timedelta
from decimal import Decimal

import pytest

from sync.domain.documents import LotSource, Role
from sync.domain.engagement import PoPolicy
from sync.domain.terms import Billing, OveragePolicy
from tests.properties.settle import runs
from tests.unit.rules.world import (
    all_invoices,
    block,
    client_po,
    codes,
    company,
    day,
    days,
    deliverable,
    entry,
    h,
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


def test_a_month_waits_for_a_fee_in_arrears_although_new_terms_bill_in_advance() -> None:
    # 31 May 2025 is a Saturday: the fee of May, in arrears by the terms of 1 May, is raised on
    # Monday 2 June. A run on Sunday 1 June must leave May open, or the fee is never billed.
    snapshot = world(
        retainer(
            terms("2025-05-01", billing=Billing.in_arrears),
            terms("2025-05-15", id=2),
            start="2025-05-01",
        )
    )
    _, plans = runs(snapshot, days("2025-06-01", "2025-06-02"))
    assert "1/1/fee/2025-05/0" in [each.key for each in all_invoices(plans)]


def test_a_month_that_begins_on_its_last_day_a_saturday_waits_for_its_fee() -> None:
    # in advance, from Saturday 31 May: raised on Monday 2 June; 5000 ÷ 31 = 161.29
    snapshot = world(retainer(terms("2025-05-31"), start="2025-05-31"))
    _, plans = runs(snapshot, days("2025-06-01", "2025-06-02"))
    fees = {each.key: each.untaxed for each in all_invoices(plans)}
    assert fees.get("1/1/fee/2025-05/0") == Decimal("161.29")


def test_a_month_of_holidays_waits_for_its_fee() -> None:
    holidays = tuple(day("2025-03-01") + timedelta(days=each) for each in range(35))
    snapshot = world(
        retainer(terms("2025-03-01"), start="2025-03-01"), company=company(holidays=holidays)
    )
    _, plans = runs(snapshot, days("2025-04-01", "2025-04-07"))
    assert "1/1/fee/2025-03/0" in [each.key for each in all_invoices(plans)]


def ended():
    """Ended on 15 March, all closed: 56 h used, 40 × 15/31 = 19:21:17 + 20 h... billed."""
    snapshot = world(
        retainer(terms("2025-03-01"), start="2025-03-01", end="2025-03-15"),
        entries=[entry(1, "2025-03-10", 30)],
    )
    return runs(snapshot, days("2025-04-01"))[0]


def test_an_engagement_that_ended_inside_a_month_has_no_open_month_left() -> None:
    outcome = run(ended(), "2025-04-02")
    assert outcome.statements == ()
    assert outcome.invoices == ()


def test_late_time_after_an_end_inside_a_month_is_reported_not_swallowed() -> None:
    late = entry(2, "2025-03-12", 3)
    snapshot = ended()
    snapshot = snapshot.model_copy(update={"entries": (*snapshot.entries, late)})
    assert codes(run(snapshot, "2025-04-05").issues) == ["time_after_close"]


def test_late_time_after_an_end_inside_a_month_changes_no_invoice() -> None:
    late = entry(2, "2025-03-12", 25)
    snapshot = ended()
    snapshot = snapshot.model_copy(update={"entries": (*snapshot.entries, late)})
    assert run(snapshot, "2025-04-05").invoices == ()


def test_a_run_as_of_an_earlier_day_gives_nothing_back() -> None:
    # on 1 April the fee of April went out; a plan as of 31 March must not credit it
    snapshot = world(retainer(terms("2025-03-01"), start="2025-03-01"))
    snapshot, _ = runs(snapshot, days("2025-03-31", "2025-04-01"))
    assert run(snapshot, "2025-03-31").invoices == ()


def test_a_run_as_of_an_earlier_day_does_not_say_that_the_engagement_is_over() -> None:
    snapshot = world(retainer(terms("2025-03-01"), start="2025-03-01"))
    snapshot, _ = runs(snapshot, days("2025-04-01"))
    snapshot = snapshot.model_copy(update={"entries": (entry(2, "2025-03-12", 3),)})
    assert "time_after_close" not in codes(run(snapshot, "2025-03-31").issues)


def test_a_block_recorded_after_its_month_was_closed_is_not_lost() -> None:
    snapshot = world(retainer(terms("2025-03-01"), start="2025-03-01"))
    snapshot, _ = runs(snapshot, days("2025-04-01"))
    snapshot = snapshot.model_copy(update={"hour_blocks": (block(4, "2025-03-20", 20, 2800),)})
    outcome = run(snapshot, "2025-04-02")
    bought = [each for each in outcome.invoices if "/b4/" in each.key]
    assert bought or [each for each in outcome.issues if each.source.id == 4]


def test_a_block_bought_before_the_engagement_starts_is_not_lost() -> None:
    snapshot = world(
        retainer(terms("2025-03-01"), start="2025-03-01"),
        hour_blocks=[block(4, "2025-02-20", 20, 2800)],
    )
    outcome = run(snapshot, "2025-03-31")
    bought = [each for each in outcome.invoices if "/b4/" in each.key]
    assert bought or [each for each in outcome.issues if each.source.id == 4]


@pytest.mark.parametrize(
    ("bought", "in_force"),
    [("2025-02-28", False), ("2025-03-01", True), ("2025-03-31", True), ("2025-04-01", False)],
)
def test_a_block_is_billed_where_the_engagement_is_in_force_and_told_elsewhere(
    bought: str, in_force: bool
) -> None:
    snapshot = world(
        retainer(terms("2025-03-01"), start="2025-03-01", end="2025-03-31"),
        hour_blocks=[block(4, bought, 20, 2800)],
    )
    outcome = run(snapshot, "2025-04-30")
    assert len([each for each in outcome.invoices if "/b4/" in each.key]) == in_force
    assert ("block_outside_engagement" in codes(outcome.issues)) is not in_force


def test_a_block_bought_after_the_engagements_end_is_not_billed_in_silence() -> None:
    # it can never be drawn
    snapshot = world(
        retainer(terms("2025-03-01"), start="2025-03-01", end="2025-03-31"),
        hour_blocks=[block(4, "2025-04-20", 20, 2800)],
    )
    outcome = run(snapshot, "2025-04-30")
    assert [each for each in outcome.invoices if "/b4/" in each.key] == []
    assert [each for each in outcome.issues if each.source.id == 4]


def test_a_deficit_that_no_month_can_absorb_any_more_is_reported() -> None:
    # 46 of 40 h in the last month: 6 h owed that nothing will ever absorb
    snapshot = world(
        retainer(
            terms("2025-03-01", overage_policy=OveragePolicy.carry),
            start="2025-03-01",
            end="2025-03-31",
        ),
        entries=[entry(1, "2025-03-10", 46)],
    )
    found = run(snapshot, "2025-04-01").issues
    assert any("6:00" in each.message for each in found), codes(found)


def test_a_milestone_signed_off_before_the_go_live_is_none_of_ours() -> None:
    snapshot = world(
        project(),
        company=company(go_live=day("2025-03-01")),
        milestones=[deliverable(17, "2025-02-14"), deliverable(18, "2025-03-01")],
    )
    outcome = run(snapshot, "2025-03-31")
    assert [each.milestone_ids for each in outcome.invoices] == [(18,)]


def test_a_quarter_that_was_billed_before_the_go_live_is_not_billed_again() -> None:
    # in advance, raised on 1 January by whatever was there before
    snapshot = world(retainer(terms(billing_months=3)), company=company(go_live=day("2025-03-01")))
    fees = of_role(run(snapshot, "2025-04-30"), Role.fee)
    assert [each.key for each in fees] == ["1/1/fee/2025-04/0"]


def test_a_block_bought_before_the_go_live_is_not_billed_again() -> None:
    snapshot = world(
        company=company(go_live=day("2025-03-15")), hour_blocks=[block(4, "2025-03-02", 20, 2800)]
    )
    outcome = run(snapshot, "2025-03-31")
    assert [each for each in outcome.invoices if "/b4/" in each.key] == []


def test_work_under_the_engagements_own_order_is_on_one_invoice() -> None:
    # one change order names the purchase order, the other leaves it to the engagement: the same one
    snapshot = world(
        project(client_po_id=1),
        client_pos=[client_po(1)],
        change_orders=[order(5), order(6, client_po_id=1)],
        entries=[
            entry(1, "2025-03-12", 1, change_order_id=5),
            entry(2, "2025-03-13", 2, change_order_id=6),
        ],
    )
    invoice = the(run(snapshot, "2025-03-28"), Role.out_of_scope)
    assert invoice.entry_ids == (1, 2)


def test_a_purchase_order_is_used_up_in_the_order_in_which_invoices_are_raised() -> None:
    # close after 10 days: March's overage (dated 31 March) is raised on 11 April, April's fee on
    # 1 April. 11,000 cover March's and April's fee; the overage does not fit, however late the run.
    snapshot = world(
        retainer(terms("2025-03-01"), start="2025-03-01", client_po_id=1, po_policy=PoPolicy.hold),
        company=company(close_after_days=10),
        client_pos=[client_po(1, 11000)],
        entries=[entry(1, "2025-03-10", 46)],
    )
    _, daily = runs(snapshot, days("2025-03-03", "2025-04-01", "2025-04-11"))
    _, once = runs(snapshot, days("2025-04-11"))
    assert {each.key for each in all_invoices(daily)} == {each.key for each in all_invoices(once)}


def test_a_quarter_cut_short_is_given_back_by_its_days() -> None:
    # 15,000 for January to March on 1 January; ended on 14 February: 5000 + 5000 × 14/28 = 7500
    snapshot = world(retainer(terms(billing_months=3)))
    snapshot, _ = runs(snapshot, days("2025-01-01", "2025-02-03"))
    ended = snapshot.engagements[0].model_copy(update={"date_end": day("2025-02-14")})
    snapshot = snapshot.model_copy(update={"engagements": (ended,)})
    snapshot, plans = runs(snapshot, days("2025-02-10", "2025-03-01", "2025-04-01"))
    assert [(each.credit, each.untaxed) for each in all_invoices(plans)] == [(True, money(7500))]
    assert snapshot.engagements[0].closed_until == day("2025-02-14")


def test_a_held_invoice_goes_out_when_the_purchase_order_comes() -> None:
    snapshot = world(
        retainer(terms("2025-03-01"), start="2025-03-01", po_policy=PoPolicy.hold),
        client_pos=[client_po(1)],
        entries=[entry(1, "2025-03-10", 46)],
    )
    snapshot, first = runs(snapshot, days("2025-03-03", "2025-04-01", "2025-05-01"))
    assert all_invoices(first) == []
    covered = snapshot.engagements[0].model_copy(update={"client_po_id": 1})
    snapshot = snapshot.model_copy(update={"engagements": (covered,)})
    _, then = runs(snapshot, days("2025-05-02"))
    assert [(each.role, each.untaxed, str(each.invoice_date)) for each in all_invoices(then)] == [
        (Role.fee, money(5000), "2025-03-01"),
        (Role.overage, money(1050), "2025-03-31"),
        (Role.fee, money(5000), "2025-04-01"),
        (Role.fee, money(5000), "2025-05-01"),
    ]


def test_late_time_before_the_close_is_counted_in_its_own_month() -> None:
    snapshot = world(
        retainer(terms("2025-03-01"), start="2025-03-01"), company=company(close_after_days=10)
    )
    snapshot, _ = runs(snapshot, days("2025-04-01", "2025-04-05"))
    snapshot = snapshot.model_copy(update={"entries": (entry(1, "2025-03-30", 46),)})
    snapshot, plans = runs(snapshot, days("2025-04-09", "2025-04-11"))
    overage = [each for each in all_invoices(plans) if each.role is Role.overage]
    assert [(each.key, each.untaxed) for each in overage] == [
        ("1/1/overage/2025-03/0", money(1050))
    ]


def test_late_extra_work_of_a_closed_month_is_billed_in_the_open_one() -> None:
    # as the pull does it: unbilled extra work of March keeps March's invoices in sight
    snapshot = world(
        retainer(terms("2025-03-01"), start="2025-03-01"),
        change_orders=[order(5)],
        entries=[entry(1, "2025-03-12", 4, change_order_id=5)],
    )
    march = standing(the(run(snapshot, "2025-03-28"), Role.out_of_scope))
    snapshot, _ = runs(snapshot, days("2025-03-28", "2025-04-01"))
    late = entry(2, "2025-03-20", 1, change_order_id=5)
    snapshot = snapshot.model_copy(
        update={"entries": (late,), "invoices": (*snapshot.invoices, march)}
    )
    _, then = runs(snapshot, days("2025-04-05", "2025-04-28"))
    extra = [each for each in all_invoices(then) if each.role is Role.out_of_scope]
    assert [(each.key, each.untaxed) for each in extra] == [
        ("1/1/out_of_scope/2025-04/0", money(120))
    ]


def test_a_block_entered_late_is_not_drawn_after_it_expired() -> None:
    # bought on 20 March, expired on 31 March, entered on 2 April: April's work cannot draw it
    snapshot = world(retainer(terms("2025-03-01"), start="2025-03-01"))
    snapshot, _ = runs(snapshot, days("2025-04-01"))
    late = block(4, "2025-03-20", 20, 2800, expiry_date=day("2025-03-31"))
    snapshot = snapshot.model_copy(
        update={"hour_blocks": (late,), "entries": (entry(1, "2025-04-10", 5),)}
    )
    april = statement(run(snapshot, "2025-05-01"), "2025-04")
    (bought,) = [lot for lot in april.lots if lot.source is LotSource.block]
    assert (bought.drawn, bought.lapsed) == (0, h(20))


def test_a_block_bought_tomorrow_is_not_there_today() -> None:
    snapshot = world(
        retainer(terms("2025-03-01"), start="2025-03-01"),
        hour_blocks=[block(4, "2025-03-20", 20, 2800)],
    )
    assert statement(run(snapshot, "2025-03-19"), "2025-03").available == h(40)
    assert statement(run(snapshot, "2025-03-20"), "2025-03").available == h(60)
