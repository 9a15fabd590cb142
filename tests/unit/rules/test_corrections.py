"""What was billed and changes: replaced, corrected, given back, or left to a person."""

from decimal import Decimal

from sync.domain.documents import LotLine, LotSource, Role
from sync.domain.engagement import PoPolicy, PurchaseLine
from sync.domain.existing import ExistingInvoice, ExistingPeriod
from sync.domain.issues import Severity
from sync.domain.snapshot import Snapshot
from sync.domain.terms import OveragePolicy
from sync.plan.diff import make_plan
from tests.properties.settle import run as one_run
from tests.properties.settle import runs
from tests.unit.rules.world import (
    USD,
    all_invoices,
    billed,
    client_po,
    day,
    days,
    deliverable,
    entry,
    h,
    issue,
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


def test_a_correction_in_draft_is_not_turned_into_the_whole_invoice() -> None:
    # 5000 posted, then changed by a person; a draft credit note of 800 under revision 1.
    # Writing the whole 4200 into that draft would bill twice.
    snapshot = world(
        retainer(terms("2025-03-01", monthly_fee=money(4200)), start="2025-03-01"),
        invoices=[
            billed("2025-03", 5000, changed=True),
            billed("2025-03", 800, revision=1, credit=True, state="draft"),
        ],
    )
    plan = make_plan(snapshot, run(snapshot, "2025-03-20"))
    assert [each.key for each in plan.changes if each.invoice] == []
    assert [each.code for each in plan.conflicts] == ["changed_by_person"]


def test_a_cancelled_invoice_with_a_credit_note_is_not_billed_again() -> None:
    # 5000 cancelled by a person, its credit note of 800 stands: nothing is recreated
    snapshot = world(
        retainer(terms("2025-03-01"), start="2025-03-01"),
        invoices=[
            billed("2025-03", 5000, state="cancel"),
            billed("2025-03", 800, revision=1, credit=True),
        ],
    )
    plan = make_plan(snapshot, run(snapshot, "2025-03-20"))
    assert [each.key for each in plan.changes if each.invoice] == []
    assert [each.code for each in plan.conflicts] == ["cancelled"]


def test_a_correction_in_draft_is_replaced_by_the_next() -> None:
    # 5000 posted, a draft credit note of 800 (fee 4200); now the fee is 4500: the draft becomes 500
    snapshot = world(
        retainer(terms("2025-03-01", monthly_fee=money(4500)), start="2025-03-01"),
        invoices=[
            billed("2025-03", 5000),
            billed("2025-03", 800, revision=1, credit=True, state="draft"),
        ],
    )
    invoice = the(run(snapshot, "2025-03-20"), Role.fee)
    assert (invoice.key, invoice.credit, invoice.untaxed) == (
        "1/1/fee/2025-03/1",
        True,
        money(500),
    )


def test_a_fee_to_be_taken_back_that_a_person_changed_is_reported() -> None:
    # billed for April, the engagement then ended on 31 March; a person had changed the invoice
    snapshot = world(
        retainer(terms("2025-03-01"), start="2025-03-01", end="2025-03-31"),
        invoices=[billed("2025-03", 5000), billed("2025-04", 5000, changed=True)],
    )
    plan = make_plan(snapshot, run(snapshot, "2025-04-10"))
    assert [each.code for each in plan.conflicts] == ["changed_by_person"]


def test_the_statement_adds_up_where_hours_are_given_back() -> None:
    # 40 h and 2 h corrected downward, nothing used: 42 h are left
    snapshot = world(
        retainer(terms("2025-03-01"), start="2025-03-01"), entries=[entry(1, "2025-03-10", -2)]
    )
    march = statement(run(snapshot, "2025-03-31"), "2025-03")
    assert march.remaining == h(42)
    assert march.available - march.used + march.overage == march.remaining


def corrected(*entries):
    """March closed with 6 h of overage billed at 175.00; then corrections come."""
    key = "1/1/overage/2025-03/0"
    return world(
        retainer(terms("2025-03-01"), start="2025-03-01", closed_until=day("2025-03-31")),
        periods=[
            ExistingPeriod(
                id=1,
                key="1/1/statement/2025-03/0",
                fingerprint="f",
                engagement_id=1,
                date_start=day("2025-03-01"),
                date_end=day("2025-03-31"),
                closed=True,
                lots=(
                    LotLine(
                        source=LotSource.allowance,
                        granted_on=day("2025-03-01"),
                        granted=h(40),
                        opening=h(40),
                        drawn=h(40),
                    ),
                ),
            )
        ],
        invoices=[
            billed(
                "2025-03",
                1050,
                Role.overage,
                invoice_date=day("2025-04-01"),
                service_end=day("2025-03-31"),
            ),
            billed("2025-04", 5000),
            billed("2025-05", 5000),
        ],
        entries=[
            each._replace(corrects_id=1, corrects_day=day("2025-03-28"), corrects_key=key)
            for each in entries
        ],
    )


def test_two_months_of_corrections_of_one_invoice_have_two_keys() -> None:
    snapshot = corrected(entry(2, "2025-04-10", -2), entry(3, "2025-05-12", -1))
    notes = of_role(run(snapshot, "2025-06-01"), Role.overage)
    assert [each.untaxed for each in notes] == [money(350), money(175)]
    assert len({each.key for each in notes}) == 2
    assert {(each.service_start, each.service_end) for each in notes} == {
        (day("2025-03-01"), day("2025-03-31"))
    }


def test_less_than_one_unit_of_the_currency_is_given_back_too() -> None:
    # 0:00:10 × 175.00 = 0.49
    (note,) = of_role(run(corrected(entry(2, "2025-04-10", "-0.0028")), "2025-05-01"), Role.overage)
    assert (note.credit, note.untaxed) == (True, money("0.49"))


def test_no_more_is_given_back_than_was_billed_even_in_two_months() -> None:
    # 6 h were billed; 4 h corrected in April, 4 h in May: 700.00 + 350.00, and 2 h of hours back
    snapshot = corrected(entry(2, "2025-04-10", -4), entry(3, "2025-05-12", -4))
    notes = of_role(run(snapshot, "2025-06-01"), Role.overage)
    assert sum(each.untaxed for each in notes) == money(1050)


def test_a_second_correction_of_extra_work_in_a_month_credits_itself_only() -> None:
    # 2 h were credited on 28 March; another hour is corrected on the 29th, for 20 March
    snapshot = world(
        project(),
        change_orders=[order(5, billed_seconds=h(10))],
        entries=[entry(1, "2025-03-12", -2, change_order_id=5)],
    )
    snapshot, first = runs(snapshot, days("2025-03-28"))
    assert [each.untaxed for each in all_invoices(first)] == [money(240)]
    snapshot = snapshot.model_copy(
        update={"entries": (entry(2, "2025-03-20", -1, change_order_id=5),)}
    )
    _, then = runs(snapshot, days("2025-03-29", "2025-04-28"))
    assert [(each.credit, each.untaxed) for each in all_invoices(then)] == [(True, money(120))]


def test_a_draft_credit_note_of_extra_work_is_not_overwritten_by_the_next() -> None:
    snapshot = world(
        project(),
        change_orders=[order(5, billed_seconds=h(10))],
        entries=[entry(1, "2025-03-12", -2, change_order_id=5)],
    )
    snapshot, _ = runs(snapshot, days("2025-03-28"), state="draft")
    snapshot = snapshot.model_copy(
        update={"entries": (entry(2, "2025-03-20", -1, change_order_id=5),)}
    )
    snapshot, _ = runs(snapshot, days("2025-03-29", "2025-04-28"), state="draft")
    assert sum(each.untaxed for each in snapshot.invoices if each.credit) == money(360)


def purchase(id: int, received: int, invoiced: int, recharged: int = 0, cost: int = 600, **changes):
    return PurchaseLine(
        **{
            "id": id,
            "order_name": "P00012",
            "engagement_id": 1,
            "text": "Stock photos",
            "ordered_on": day("2025-03-05"),
            "received": received,
            "invoiced": invoiced,
            "recharged": recharged,
            "unit_cost": cost,
            "currency": USD,
            "rate": 1,
            **changes,
        }
    )


def test_a_second_vendor_credit_in_a_month_gives_back_itself_only() -> None:
    # two were recharged; the vendor credits one, then the other, before the next billing day
    client = project(recharge_purchases=True)
    first = world(client, purchase_lines=[purchase(1, 0, 1, recharged=2)])
    note = the(run(first, "2025-03-28"), Role.recharge)
    assert (note.credit, note.untaxed) == (True, money(600))
    second = world(
        client, purchase_lines=[purchase(1, 0, 0, recharged=1)], invoices=[standing(note)]
    )
    again = of_role(run(second, "2025-03-29"), Role.recharge)
    assert sum(each.untaxed for each in again) <= money(600)


def test_under_fit_a_recharge_binds_only_what_is_on_the_invoice() -> None:
    # 600 + 600, of which the purchase order covers 700: one line now, the other held
    snapshot = world(
        project(recharge_purchases=True, client_po_id=1, po_policy=PoPolicy.fit),
        client_pos=[client_po(1, 700)],
        purchase_lines=[purchase(1, 1, 0), purchase(2, 1, 0)],
    )
    outcome = run(snapshot, "2025-03-28")
    (fits,) = [each for each in outcome.invoices if each.held is None]
    (rest,) = [each for each in outcome.invoices if each.held is not None]
    assert (fits.untaxed, rest.untaxed) == (money(600), money(600))
    assert [each[0] for each in fits.purchases] == [1]
    assert [each[0] for each in rest.purchases] == [2]


def test_under_fit_the_rest_of_a_milestone_is_billed_once_there_is_room() -> None:
    # 20,000 signed off, 15,000 on the purchase order: 15,000 now, 5000 when it was raised
    snapshot = world(
        project(client_po_id=1, po_policy=PoPolicy.fit),
        client_pos=[client_po(1, 15000)],
        milestones=[deliverable(17, "2025-03-08", 20000)],
    )
    snapshot, first = runs(snapshot, days("2025-03-08"))
    raised = client_po(1, 30000, 15000)
    snapshot = snapshot.model_copy(update={"client_pos": (raised,)})
    _, then = runs(snapshot, days("2025-03-20"))
    assert [each.untaxed for each in all_invoices(first)] == [money(15000)]
    assert [each.untaxed for each in all_invoices(then)] == [money(5000)]


def test_percentages_of_a_quote_come_to_the_quote_although_billed_one_by_one() -> None:
    # 0.10 by 33, 33 and 34 %: 0.03 + 0.03 and the last takes 0.04
    percents = {1: "33", 2: "33", 3: "34"}
    reached = {1: "2025-03-03", 2: "2025-03-10", 3: "2025-03-17"}
    snapshot = world(
        project(quote_total=Decimal("0.10")),
        milestones=[
            deliverable(each, reached[each], 0, percent=percents[each], number=str(each))
            for each in percents
        ],
    )
    _, plans = runs(snapshot, days(*reached.values()))
    assert sum(each.untaxed for each in all_invoices(plans)) == Decimal("0.10")


def test_overage_approved_without_a_date_is_the_same_document_tomorrow() -> None:
    approved = order(
        9,
        overage_month=day("2025-03-01"),
        overage_seconds=h(6),
        hourly_rate=money(175),
    )
    snapshot = world(
        retainer(
            terms("2025-03-01", overage_policy=OveragePolicy.approve),
            start="2025-03-01",
            closed_until=day("2025-03-31"),
        ),
        periods=corrected().periods,
        change_orders=[approved],
    )
    snapshot, first = runs(snapshot, days("2025-04-10"), state="draft")
    assert [each.untaxed for each in all_invoices(first) if each.role is Role.overage] == [
        money(1050)
    ]
    _, plan = one_run(snapshot, day("2025-04-11"))
    assert [each.key for each in plan.changes if each.invoice] == []


def test_an_end_set_inside_a_closed_month_gives_back_its_fee_and_is_reported() -> None:
    # March was billed and closed; on 10 April the end is set to 15 March.
    snapshot = world(retainer(terms("2025-03-01"), start="2025-03-01"))
    snapshot, _ = runs(snapshot, days("2025-03-03", "2025-04-01"))
    snapshot = ended(snapshot, "2025-03-15", billed("2025-03", 5000))
    outcome = run(snapshot, "2025-04-10")
    # March: 5000 × 15/31 = 2419.35 is due of 5000; April: nothing of 5000.
    assert {each.key: each.untaxed for each in outcome.invoices if each.credit} == {
        "1/1/fee/2025-03/1": money("2580.65"),
        "1/1/fee/2025-04/1": money(5000),
    }
    found = issue(outcome, "end_in_closed_month")
    assert (found.source.id, found.field, found.severity) == (1, "date_end", Severity.warning)
    assert "credit by hand" in found.message
    assert outcome.parked == ()


def test_an_end_on_the_last_day_of_a_closed_month_needs_nobody() -> None:
    snapshot = world(retainer(terms("2025-03-01"), start="2025-03-01"))
    snapshot, _ = runs(snapshot, days("2025-03-03", "2025-04-01"))
    outcome = run(ended(snapshot, "2025-03-31", billed("2025-03", 5000)), "2025-04-10")
    assert outcome.issues == ()
    assert [each.key for each in outcome.invoices if each.credit] == ["1/1/fee/2025-04/1"]


def ended(snapshot: Snapshot, on: str, *read_again: ExistingInvoice) -> Snapshot:
    """The same with an end; the pull then reads the fees of the month of the end again."""
    engagement = snapshot.engagements[0].model_copy(update={"date_end": day(on)})
    return snapshot.model_copy(
        update={"engagements": (engagement,), "invoices": (*snapshot.invoices, *read_again)}
    )


def test_what_was_billed_at_an_earlier_rate_is_given_back_at_that_rate() -> None:
    # 2 h of March at 175.00; from April on an hour costs 200.00
    snapshot = corrected(entry(2, "2025-04-10", -2))
    (engagement,) = snapshot.engagements
    dearer = terms("2025-04-01", id=2, overage_rate=money(200))
    now = engagement.model_copy(update={"terms": (*engagement.terms, dearer)})
    snapshot = snapshot.model_copy(update={"engagements": (now,)})
    (note,) = of_role(run(snapshot, "2025-05-01"), Role.overage)
    assert note.untaxed == money(350)
    unknown = snapshot.entries[0]._replace(corrects_day=None)  # its own day is all that is known
    snapshot = snapshot.model_copy(update={"entries": (unknown,)})
    (note,) = of_role(run(snapshot, "2025-05-01"), Role.overage)
    assert note.untaxed == money(400)


def test_several_corrections_of_one_invoice_are_added_up() -> None:
    snapshot = corrected(entry(2, "2025-04-10", -2), entry(3, "2025-04-11", -1))
    (note,) = of_role(run(snapshot, "2025-05-01"), Role.overage)
    assert note.reasons[0].text.endswith(
        ": 2:00 h × 175 = 350.00 USD + 1:00 h × 175 = 175.00 USD = 525.00 USD"
    )
