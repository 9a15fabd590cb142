"""Bad data parks its engagement and only that one, and says what to do."""

import pytest

from sync.domain.engagement import Kind
from sync.domain.issues import Issue, Severity, Source
from tests.unit.rules.world import (
    codes,
    day,
    entry,
    issue,
    money,
    project,
    retainer,
    run,
    terms,
    world,
)

GOOD = retainer(id=2)


def parked_alone(bad, code: str):
    """Engagement 1 is parked with that code, engagement 2 is billed as ever."""
    outcome = run(world(bad, GOOD), "2025-01-31")
    assert outcome.parked == (1,)
    assert {each.engagement_id for each in outcome.invoices} == {2}
    assert {each.engagement_id for each in outcome.statements} == {2}
    found = issue(outcome, code)
    assert found.severity is Severity.blocker
    assert found.engagement_id == 1
    return found


def test_an_end_before_the_start() -> None:
    found = parked_alone(retainer(end="2024-12-31"), "end_before_start")
    assert (found.source.id, found.field) == (1, "date_end")


def test_an_end_on_the_day_of_the_start_is_fine() -> None:
    assert run(world(retainer(end="2025-01-01")), "2025-01-31").parked == ()


def test_no_terms() -> None:
    bad = GOOD.model_copy(update={"id": 1, "terms": (), "project_ids": (10,)})
    parked_alone(bad, "no_terms")


def test_terms_that_start_after_the_engagement() -> None:
    parked_alone(retainer(terms("2025-01-02")), "terms_gap")


def test_two_terms_from_the_same_day() -> None:
    parked_alone(retainer(terms(), terms(id=2)), "terms_overlap")


@pytest.mark.parametrize(
    "changes",
    [
        {"monthly_seconds": -1},
        {"monthly_fee": money("-0.01")},
        {"hourly_rate": money(-1)},
        {"overage_rate": money(-1)},
        {"max_rollover_seconds": -1},
        {"rollover_months": -1},
        {"time_increment": -1},
        {"expected_breakage": money(-1)},
    ],
)
def test_negative_terms(changes) -> None:
    found = parked_alone(retainer(terms(id=33, **changes)), "negative_terms")
    assert (found.source.model, found.source.id) == ("retainer.terms", 33)
    assert found.field in ("monthly_hours", "max_rollover") or found.field in changes


@pytest.mark.parametrize("months", [0, 2, 13, -1])
def test_billing_months_that_are_not_offered(months: int) -> None:
    parked_alone(retainer(terms(billing_months=months)), "billing_months")


def test_terms_of_zero_everything_are_odd_but_fine() -> None:
    nothing = terms(
        monthly_seconds=0, monthly_fee=money(0), hourly_rate=money(0), overage_rate=money(0)
    )
    assert run(world(retainer(nothing)), "2025-01-31").parked == ()


def test_a_project_needs_no_terms() -> None:
    assert run(world(project()), "2025-01-31").parked == ()


def test_a_project_claimed_by_two_engagements_parks_both() -> None:
    outcome = run(world(retainer(id=1), retainer(id=3, project_ids=(10,)), GOOD), "2025-01-31")
    assert outcome.parked == (1, 3)
    assert {each.engagement_id for each in outcome.invoices} == {2}
    blockers = [each for each in outcome.issues if each.code == "project_claimed_twice"]
    assert [each.engagement_id for each in blockers] == [1, 3]


@pytest.mark.parametrize(
    ("first_ends", "second_starts", "parked"),
    [
        ("2025-03-31", "2025-04-01", ()),
        ("2025-03-31", "2025-03-31", (1, 3)),  # both in force on that one day
        (None, "2025-04-01", (1, 3)),
    ],
)
def test_two_engagements_may_follow_each_other_on_a_project(
    first_ends, second_starts: str, parked: tuple[int, ...]
) -> None:
    snapshot = world(
        retainer(id=1, end=first_ends),
        retainer(terms(second_starts), id=3, start=second_starts, project_ids=(10,)),
    )
    assert run(snapshot, "2025-04-30").parked == parked


def test_engagements_of_other_kinds_claim_projects_too() -> None:
    snapshot = world(retainer(id=1), project(id=3, project_ids=(10,), kind=Kind.project))
    assert run(snapshot, "2025-01-31").parked == (1, 3)


def test_a_row_that_could_not_be_read_parks_its_engagement() -> None:
    problem = Issue(
        code="unreadable",
        severity=Severity.blocker,
        source=Source(model="retainer.terms", id=5),
        message="has no rate; enter one",
        engagement_id=1,
    )
    outcome = run(world(retainer(id=1), GOOD, problems=[problem]), "2025-01-31")
    assert outcome.parked == (1,)
    assert {each.engagement_id for each in outcome.invoices} == {2}
    assert problem in outcome.issues


def test_a_parked_engagement_has_no_document_of_any_kind() -> None:
    bad = retainer(terms(monthly_fee=money(-1)))
    outcome = run(world(bad, entries=[entry(1, "2025-01-10", 80)]), "2025-02-01")
    assert (outcome.invoices, outcome.statements, outcome.alerts, outcome.quotations) == (
        (),
        (),
        (),
        (),
    )


def test_blockers_come_first_and_nothing_is_said_twice() -> None:
    snapshot = world(
        retainer(terms(monthly_fee=money(-1)), id=3),
        retainer(id=1),
        entries=[entry(1, "2024-12-31", 1, 10), entry(2, "2024-12-31", 1, 99)],
    )
    found = run(snapshot, "2025-01-31").issues
    assert [each.severity for each in found] == [
        Severity.blocker,
        Severity.warning,
        Severity.warning,
    ]
    assert len(set(found)) == len(found)
    assert set(codes(found)) == {"negative_terms", "time_before_start", "time_on_no_engagement"}


def test_as_of_before_everything_asks_for_nothing() -> None:
    outcome = run(world(entries=[entry(1, "2025-01-10", 80)]), "2024-12-31")
    assert (outcome.invoices, outcome.statements, outcome.issues) == ((), (), ())
    assert outcome.as_of == day("2024-12-31")
