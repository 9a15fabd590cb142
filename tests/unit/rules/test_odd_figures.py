"""Odd and bad figures park, or are told; none stops a run."""

import pytest

from sync.domain.terms import RoleRate
from tests.unit.rules.world import (
    codes,
    deliverable,
    entry,
    money,
    order,
    project,
    retainer,
    run,
    statement,
    terms,
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
