"""Odd and bad figures park, or are told; none stops a run."""

from decimal import Decimal

import pytest

from sync.domain.documents import Role
from sync.domain.terms import RoleRate
from sync.plan.diff import make_plan
from tests.properties.settle import runs
from tests.unit.rules.world import (
    all_invoices,
    codes,
    days,
    deliverable,
    entry,
    money,
    of_role,
    order,
    project,
    retainer,
    run,
    statement,
    terms,
    the,
    world,
)


def test_one_second_of_work_in_a_large_allowance_stops_nothing() -> None:
    snapshot = world(entries=[entry(1, "2025-01-31", 0)._replace(seconds=1)])
    january = statement(run(snapshot, "2025-01-31"), "2025-01")
    assert january.runs_out_on is None


@pytest.mark.parametrize(
    "changes",
    [
        {"overage_cap_seconds": -3600},
        {"overage_increment": -15},
        {"role_rates": (RoleRate(role_id=3, factor="-1"),)},
        {"role_rates": (RoleRate(role_id=3, overage_rate="-1"),)},
    ],
)
def test_negative_terms_of_the_newer_kind_park_too(changes) -> None:
    snapshot = world(
        retainer(terms("2025-03-01", **changes), start="2025-03-01"),
        entries=[entry(1, "2025-03-10", 46, role_id=3)],
    )
    assert run(snapshot, "2025-04-01").parked == (1,)


@pytest.mark.parametrize("rate", ["0", "-120"])
def test_extra_work_at_no_rate_is_reported_not_billed(rate: str) -> None:
    snapshot = world(
        project(),
        change_orders=[order(5, hourly_rate=money(rate))],
        entries=[entry(1, "2025-03-12", 4, change_order_id=5)],
    )
    outcome = run(snapshot, "2025-03-28")
    assert outcome.invoices == ()
    assert [each for each in outcome.issues if each.source.id == 5]


def test_a_milestone_of_less_than_a_cent_has_no_amount() -> None:
    snapshot = world(project(), milestones=[deliverable(17, "2025-03-08", "0.004")])
    outcome = run(snapshot, "2025-03-31")
    assert (outcome.invoices, codes(outcome.issues)) == ((), ["milestone_without_amount"])


def test_a_million_hours() -> None:
    snapshot = world(entries=[entry(1, "2025-01-10", 1_000_000)])
    invoice = the(run(snapshot, "2025-02-01"), Role.overage)
    assert invoice.untaxed == Decimal(175) * (1_000_000 - 40)
    assert make_plan(snapshot, run(snapshot, "2025-02-01")).changes


def test_an_engagement_until_the_end_of_time() -> None:
    snapshot = world(retainer(end="9999-12-31"))
    assert len(of_role(run(snapshot, "2025-06-30"), Role.fee)) == 6


def test_twenty_years_without_a_run() -> None:
    snapshot = world(
        retainer(terms("2005-01-01"), start="2005-01-01"), entries=[entry(1, "2005-01-10", 1)]
    )
    outcome = run(snapshot, "2025-01-31")
    assert len(outcome.statements) == 241
    assert len(of_role(outcome, Role.fee)) == 241


@pytest.mark.parametrize("seconds", [0, -1])
def test_entries_of_no_time_are_nothing(seconds: int) -> None:
    snapshot = world(entries=[entry(1, "2025-01-10", 0)._replace(seconds=seconds)])
    outcome = run(snapshot, "2025-02-01")
    assert of_role(outcome, Role.overage) == []
    assert statement(outcome, "2025-01").entry_ids == (1,)


def test_start_and_end_on_the_same_leap_day() -> None:
    snapshot = world(
        retainer(terms("2024-02-29"), start="2024-02-29", end="2024-02-29"),
        entries=[entry(1, "2024-02-29", 2), entry(2, "2024-03-01", 2)],
    )
    _, plans = runs(snapshot, days("2024-02-29", "2024-03-01", "2024-04-01"))
    # 144,000 s ÷ 29 = 4,966 s granted; 7,200 used: 2,234 over = 108.60; fee 172.41
    assert [(each.role, each.untaxed) for each in all_invoices(plans)] == [
        (Role.fee, Decimal("172.41")),
        (Role.overage, Decimal("108.60")),
    ]
    assert codes(run(snapshot, "2024-04-01").issues) == ["time_after_end"]
