"""What stands out of a plan over its limits."""

from sync.domain.documents import Role
from sync.plan.diff import make_plan
from sync.plan.limits import Limits, exceeded
from sync.report.plan import plan_report
from sync.report.unusual import unusual
from tests.unit.rules.world import day, deliverable, project, retainer, run, terms, world


def report(as_of: str, limits: Limits):
    """A retainer of 5,000 a month since January, and milestones of 90,000, 3,000 and 2,000."""
    snapshot = world(
        retainer(terms("2025-01-01"), start="2025-01-01"),
        project(id=2, project_ids=(12,)),
        milestones=[
            deliverable(number, "2025-03-08", amount).model_copy(update={"engagement_id": 2})
            for number, amount in enumerate((90_000, 3_000, 2_000), 1)
        ],
    )
    outcome = run(snapshot, as_of)
    plan = make_plan(snapshot, outcome)
    return plan_report(snapshot, outcome, plan, exceeded(plan, limits))


def test_the_largest_with_their_share_who_has_most_and_what_is_late() -> None:
    found = report("2025-03-31", Limits(max_documents=1))
    fees = [each for each in found.invoices if each.role == Role.fee]
    assert [each.net for each in fees] == [5000] * 3
    names = {each.engagement_id: f"{each.engagement} ({each.client})" for each in found.invoices}
    assert found.unusual == (
        f"milestone of 2025-03-08, {names[2]}: 90,000.00 USD, 82 % of all USD",
        f"fee of 2025-01-01, {names[1]}: 5,000.00 USD, 5 % of all USD",
        f"fee of 2025-02-01, {names[1]}: 5,000.00 USD, 5 % of all USD",
        f"3 of 6 invoices are of {names[1]}",
        f"3 of 6 invoices are of {names[2]}",
        "1 is for service before February 2025",
    )


def test_within_its_limits_nothing_is_said() -> None:
    assert report("2025-03-31", Limits()).unusual == ()


def test_of_nothing_nothing_stands_out() -> None:
    assert unusual((), day("2025-03-31")) == ()
