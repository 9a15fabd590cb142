"""Rule 5: hours beyond all lots × the rate in force on each entry's day."""

from decimal import Decimal

import pytest

from sync.domain import hours
from sync.domain.documents import LotLine, LotSource, Role, StatementState
from sync.domain.engagement import Approval
from sync.domain.existing import ExistingPeriod
from sync.domain.terms import OveragePolicy
from tests.properties.settle import runs
from tests.unit.rules.world import (
    JPY,
    all_invoices,
    codes,
    company,
    day,
    days,
    entry,
    h,
    issue,
    money,
    of_role,
    order,
    retainer,
    run,
    statement,
    terms,
    the,
    world,
)


def small(*more, hours=10, **changes):
    """March 2025 onward, 10 h a month, no rollover."""
    return retainer(
        terms("2025-03-01", monthly_seconds=h(hours), rollover=False, **changes),
        *more,
        start="2025-03-01",
    )


def test_exactly_the_allowance_is_no_overage() -> None:
    outcome = run(world(small(), entries=[entry(1, "2025-03-10", 10)]), "2025-04-01")
    assert of_role(outcome, Role.overage) == []
    assert statement(outcome, "2025-03").overage == 0


def test_one_second_over_is_billed_to_the_cent() -> None:
    # 175.00 ÷ 3600 = 0.0486… = 0.05
    entries = [entry(1, "2025-03-10", 10)._replace(seconds=h(10) + 1)]
    invoice = the(run(world(small(), entries=entries), "2025-04-01"), Role.overage)
    assert invoice.untaxed == Decimal("0.05")


def test_overage_is_rounded_once_per_line_not_per_entry() -> None:
    # three entries of 0:20 h over at 100.00: one hour = 100.00 (33.33 × 3 would be 99.99)
    entries = [entry(1, "2025-03-10", 10)] + [
        entry(each, "2025-03-11", 0)._replace(seconds=1_200) for each in (2, 3, 4)
    ]
    snapshot = world(small(overage_rate=money(100)), entries=entries)
    assert the(run(snapshot, "2025-04-01"), Role.overage).untaxed == Decimal("100.00")


def test_the_rate_is_the_one_on_the_entrys_day() -> None:
    # 10 h a month; from 16 March 200.00 an hour. 2 h over on the 15th at 175, 3 h on the 16th:
    # 2 × 175 + 3 × 200 = 950.00 on two lines of one invoice
    snapshot = world(
        small(
            terms("2025-03-16", id=2, monthly_seconds=h(10), overage_rate=money(200)),
        ),
        entries=[entry(1, "2025-03-15", 12), entry(2, "2025-03-16", 3)],
    )
    invoice = the(run(snapshot, "2025-04-01"), Role.overage)
    assert [(each.quantity, each.unit_price, each.amount) for each in invoice.lines] == [
        (Decimal(2), Decimal(175), Decimal(350)),
        (Decimal(3), Decimal(200), Decimal(600)),
    ]
    assert statement(run(snapshot, "2025-04-01"), "2025-03").overage_amount == Decimal(950)


def test_the_same_rate_after_a_change_of_terms_stays_one_line() -> None:
    snapshot = world(
        small(terms("2025-03-16", id=2, monthly_seconds=h(10))),
        entries=[entry(1, "2025-03-15", 12), entry(2, "2025-03-16", 3)],
    )
    invoice = the(run(snapshot, "2025-04-01"), Role.overage)
    assert [each.quantity for each in invoice.lines] == [Decimal(5)]


def test_overage_in_yen() -> None:
    # 0:50 h × 10,001 = 8,334.1666… = 8,334
    snapshot = world(
        small(overage_rate=money(10001)).model_copy(update={"currency": JPY}),
        entries=[entry(1, "2025-03-10", 10)._replace(seconds=h(10) + 3_000)],
    )
    assert the(run(snapshot, "2025-04-01"), Role.overage).untaxed == Decimal(8334)


def test_overage_is_billed_when_the_month_is_over_and_not_before() -> None:
    snapshot = world(small(), entries=[entry(1, "2025-03-10", 16)])
    assert of_role(run(snapshot, "2025-03-31"), Role.overage) == []
    invoice = the(run(snapshot, "2025-04-01"), Role.overage)
    assert (invoice.raised_on, invoice.invoice_date) == (day("2025-04-01"), day("2025-03-31"))


def test_overage_waits_while_the_month_stays_open_for_late_time() -> None:
    snapshot = world(
        small(), company=company(close_after_days=5), entries=[entry(1, "2025-03-10", 16)]
    )
    assert of_role(run(snapshot, "2025-04-05"), Role.overage) == []
    assert the(run(snapshot, "2025-04-06"), Role.overage).untaxed == money(1050)


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        (OveragePolicy.block, "overage_block"),
        (OveragePolicy.write_off, "overage_write_off"),
    ],
)
def test_what_is_not_billed_is_said_with_its_amount(policy: OveragePolicy, code: str) -> None:
    snapshot = world(small(overage_policy=policy), entries=[entry(1, "2025-03-10", 16)])
    outcome = run(snapshot, "2025-04-01")
    assert of_role(outcome, Role.overage) == []
    found = issue(outcome, code)
    assert "6:00 h of overage (1,050.00 USD)" in found.message
    march = statement(outcome, "2025-03")
    assert (march.overage, march.overage_amount) == (h(6), money(1050))
    assert march.state is StatementState.closed


@pytest.mark.parametrize("policy", [OveragePolicy.approve, OveragePolicy.carry])
def test_overage_that_waits_or_is_carried_is_on_no_invoice(policy: OveragePolicy) -> None:
    snapshot = world(small(overage_policy=policy), entries=[entry(1, "2025-03-10", 16)])
    assert of_role(run(snapshot, "2025-04-01"), Role.overage) == []


def test_the_policy_at_the_months_end_decides() -> None:
    snapshot = world(
        small(
            terms("2025-03-31", id=2, monthly_seconds=h(10), rollover=False),
            overage_policy=OveragePolicy.write_off,
        ),
        entries=[entry(1, "2025-03-10", 16)],
    )
    assert the(run(snapshot, "2025-04-01"), Role.overage).untaxed == money(1050)


def test_without_an_allowance_every_hour_is_overage() -> None:
    snapshot = world(small(hours=0, monthly_fee=money(0)), entries=[entry(1, "2025-03-10", "0.5")])
    outcome = run(snapshot, "2025-04-01")
    assert the(outcome, Role.overage).untaxed == Decimal("87.50")  # 0.5 × 175
    assert statement(outcome, "2025-03").utilization == 0


def test_the_months_that_went_over_are_billed_apart() -> None:
    snapshot = world(small(), entries=[entry(1, "2025-03-10", 11), entry(2, "2025-04-10", 12)])
    march, april = of_role(run(snapshot, "2025-05-01"), Role.overage)
    assert (march.untaxed, april.untaxed) == (money(175), money(350))
    assert march.key != april.key


@pytest.mark.parametrize("policy", [OveragePolicy.bill, OveragePolicy.approve])
def test_overage_at_a_rate_of_zero_waits_for_a_rate(policy: OveragePolicy) -> None:
    engagement = small(overage_rate=money(0), overage_policy=policy)
    snapshot = world(engagement, entries=[entry(1, "2025-03-10", 16)])
    outcome = run(snapshot, "2025-04-01")
    assert "overage" in [each.kind for each in outcome.alerts]
    found = issue(outcome, "overage_without_rate")
    assert (found.source.model, found.field) == ("retainer.terms", "overage_rate")
    assert "6:00 h of overage in March 2025 wait for it" in found.message
    held = the(outcome, Role.overage)
    assert (held.held, held.untaxed) == (found, 0)
    march = statement(outcome, "2025-03")
    assert (march.overage, march.state) == (h(6), StatementState.open)
    assert outcome.requests == ()
    assert [each.key for each in of_role(outcome, Role.fee)] != [], "the fee is not held up"


@pytest.mark.parametrize("policy", [OveragePolicy.write_off, OveragePolicy.block])
def test_overage_that_is_not_billed_needs_no_rate(policy: OveragePolicy) -> None:
    engagement = small(overage_rate=money(0), overage_policy=policy)
    outcome = run(world(engagement, entries=[entry(1, "2025-03-10", 16)]), "2025-04-01")
    assert "overage_without_rate" not in codes(outcome.issues)
    assert statement(outcome, "2025-03").state is StatementState.closed


def test_hours_at_a_rate_wait_together_with_those_at_none() -> None:
    free = terms("2025-03-16", id=2, monthly_seconds=h(10), rollover=False, overage_rate=money(0))
    entries = [entry(1, "2025-03-10", 12), entry(2, "2025-03-20", 3)]
    outcome = run(world(small(free), entries=entries), "2025-04-01")
    found = issue(outcome, "overage_without_rate")
    assert found.source.id == 2
    assert "3:00 h of overage" in found.message
    assert the(outcome, Role.overage).held == found


def test_late_time_goes_over_at_the_rate_of_its_own_day() -> None:
    # closed until 31 March; an entry of 20 March comes in April: counted in April, at March's rate
    engagement = small(
        terms("2025-04-01", id=2, monthly_seconds=h(10), rollover=False, overage_rate=money(200)),
    ).model_copy(update={"closed_until": day("2025-03-31")})
    snapshot = world(
        engagement,
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
                        granted=h(10),
                        opening=h(10),
                        drawn=h(10),
                    ),
                ),
            )
        ],
        entries=[entry(1, "2025-03-20", 12)],
    )
    outcome = run(snapshot, "2025-05-01")
    april = statement(outcome, "2025-04")
    assert (april.used, april.late, april.overage) == (h(12), h(12), h(2))
    assert the(outcome, Role.overage).untaxed == money(350)  # 2 × 175, not 2 × 200
    assert codes(outcome.issues) == []


def approving():
    """2 h over at 175.00 on the 15th, 3 h at 200.00 on the 16th: 950.00 for approval."""
    return world(
        retainer(
            terms(
                "2025-03-01",
                monthly_seconds=h(10),
                rollover=False,
                overage_policy=OveragePolicy.approve,
            ),
            terms(
                "2025-03-16",
                id=2,
                monthly_seconds=h(10),
                rollover=False,
                overage_rate=money(200),
                overage_policy=OveragePolicy.approve,
            ),
            start="2025-03-01",
        ),
        entries=[entry(1, "2025-03-15", 12), entry(2, "2025-03-16", 3)],
    )


def test_what_the_client_is_asked_to_approve_is_what_is_billed() -> None:
    # rule 5: overage = shortfall × the rate in force on the entry's date = 350 + 600
    requests = run(approving(), "2025-04-01").requests
    assert [each.amount for each in requests] == [money(350), money(600)]
    for request in requests:
        assert hours.charge(request.seconds, request.hourly_rate) == request.amount
    assert len({each.key for each in requests}) == 2


def test_overage_that_was_approved_is_billed_once() -> None:
    snapshot, _ = runs(approving(), days("2025-04-01"))
    approved = order(
        9,
        approval=Approval.approved,
        approved_on=day("2025-04-10"),
        overage_month=day("2025-03-01"),
        overage_seconds=h(5),
        hourly_rate=money(190),
    )
    snapshot = snapshot.model_copy(update={"change_orders": (approved,)})
    _, plans = runs(snapshot, days("2025-04-10", "2025-04-11", "2025-05-02", "2025-06-02"))
    overage = [each for each in all_invoices(plans) if each.role is Role.overage]
    assert [(each.untaxed, each.invoice_date) for each in overage] == [
        (money(950), day("2025-04-10"))
    ]


def test_a_deficit_that_the_last_month_absorbed_is_none_at_the_end() -> None:
    # 12 of 10 h in March, 8 of the 8 h that are left in April, the last month
    engagement = small(overage_policy=OveragePolicy.carry).model_copy(
        update={"date_end": day("2025-04-30")}
    )
    for worked, told in ((8, []), (9, ["deficit_at_end"])):
        entries = [entry(1, "2025-03-10", 12), entry(2, "2025-04-10", worked)]
        outcome = run(world(engagement, entries=entries), "2025-05-01")
        assert [each.code for each in outcome.issues if each.code == "deficit_at_end"] == told


def test_an_approval_is_asked_for_at_every_rate_above_nothing() -> None:
    cheap = small(overage_policy=OveragePolicy.approve, overage_rate=Decimal("0.50"))
    outcome = run(world(cheap, entries=[entry(1, "2025-03-10", 12)]), "2025-04-01")
    assert [(each.hourly_rate, each.amount) for each in outcome.requests] == [
        (Decimal("0.50"), money(1))
    ]
