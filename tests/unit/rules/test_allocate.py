"""Rule 1: time goes to the change order of its task, else to the engagement of its project."""

import pytest

from sync.domain.documents import Role
from sync.domain.engagement import Kind
from sync.domain.issues import Severity
from sync.domain.snapshot import Project
from sync.rules.allocate import allocate
from tests.unit.rules.world import (
    codes,
    company,
    day,
    entry,
    h,
    issue,
    order,
    project,
    retainer,
    run,
    statement,
    terms,
    the,
    world,
)


def case_of(snapshot, on="2025-03-31", engagement_id=1):
    cases, _ = allocate(snapshot, day(on))
    return next(each for each in cases if each.engagement.id == engagement_id)


def test_time_belongs_to_the_engagement_of_its_project() -> None:
    snapshot = world(
        retainer(id=1),
        retainer(id=2),
        entries=[entry(1, "2025-03-05", 3, 10), entry(2, "2025-03-05", 4, 20)],
    )
    assert [each.id for each in case_of(snapshot, engagement_id=1).entries] == [1]
    assert [each.id for each in case_of(snapshot, engagement_id=2).entries] == [2]


def test_time_of_a_change_order_is_extra_and_leaves_the_allowance_alone() -> None:
    snapshot = world(
        change_orders=[order(5)],
        entries=[entry(1, "2025-03-05", 3), entry(2, "2025-03-05", 4, change_order_id=5)],
    )
    case = case_of(snapshot)
    assert [each.id for each in case.entries] == [1]
    assert [each.id for each in case.extra[5]] == [2]
    assert statement(run(snapshot, "2025-03-31"), "2025-03").used == h(3)


def test_a_change_order_wins_over_the_project() -> None:
    # the task sits on engagement 2's project, the work was ordered under engagement 1
    snapshot = world(
        retainer(id=1),
        retainer(id=2),
        change_orders=[order(5, engagement_id=1)],
        entries=[entry(1, "2025-03-05", 3, 20, change_order_id=5)],
    )
    assert [each.id for each in case_of(snapshot, engagement_id=1).extra[5]] == [1]
    assert case_of(snapshot, engagement_id=2).entries == ()


def test_an_unknown_change_order_leaves_the_time_to_its_project() -> None:
    snapshot = world(entries=[entry(1, "2025-03-05", 3, change_order_id=99)])
    assert [each.id for each in case_of(snapshot).entries] == [1]


def test_non_billable_time_does_not_count() -> None:
    snapshot = world(entries=[entry(1, "2025-03-05", 3, billable=False)])
    assert case_of(snapshot).entries == ()
    assert run(snapshot, "2025-03-31").issues == ()


def test_time_on_no_engagement_is_reported_with_its_project() -> None:
    snapshot = world(
        projects=[Project(id=99, name="Acme intranet", client_id=7)],
        entries=[
            entry(1, "2025-03-05", "2.5", 99),
            entry(2, "2025-03-06", 3, 99),
            entry(3, "2025-03-06", 3),
        ],
    )
    found = issue(run(snapshot, "2025-03-31"), "time_on_no_engagement")
    assert found.severity is Severity.warning
    assert (found.source.model, found.source.id) == ("project.project", 99)
    assert found.source.name == "Acme intranet"
    assert "2 time entries (5:30 h, ids 1, 2)" in found.message  # 2:30 + 3:00


def test_many_stray_entries_are_summed_up() -> None:
    snapshot = world(entries=[entry(each, "2025-03-05", 1, 99) for each in range(1, 9)])
    found = issue(run(snapshot, "2025-03-31"), "time_on_no_engagement")
    assert "8 time entries (8:00 h, ids 1, 2, 3, 4, 5 and 3 more)" in found.message


@pytest.mark.parametrize(
    ("on", "code", "field"),
    [
        ("2025-01-31", "time_before_start", "date_start"),
        ("2025-04-16", "time_after_end", "date_end"),
    ],
)
def test_time_outside_the_engagements_dates_is_reported(on: str, code: str, field: str) -> None:
    snapshot = world(
        retainer(terms("2025-02-01"), start="2025-02-01", end="2025-04-15"),
        entries=[entry(1, on, 2)],
    )
    outcome = run(snapshot, "2025-04-30")
    found = issue(outcome, code)
    assert (found.engagement_id, found.field) == (1, field)
    assert "1 time entry (2:00 h, ids 1)" in found.message
    assert sum(each.used for each in outcome.statements) == 0


@pytest.mark.parametrize("on", ["2025-02-01", "2025-04-15"])
def test_the_first_and_the_last_day_count(on: str) -> None:
    snapshot = world(
        retainer(terms("2025-02-01"), start="2025-02-01", end="2025-04-15"),
        entries=[entry(1, on, 2)],
    )
    outcome = run(snapshot, "2025-04-30")
    assert outcome.issues == ()
    assert sum(each.used for each in outcome.statements) == h(2)


def test_a_renewal_takes_over_on_its_first_day() -> None:
    snapshot = world(
        retainer(id=1, end="2025-02-28"),
        retainer(terms("2025-03-01"), id=2, start="2025-03-01", project_ids=(10,)),
        entries=[entry(1, "2025-02-28", 2), entry(2, "2025-03-01", 3)],
    )
    outcome = run(snapshot, "2025-03-31")
    assert outcome.issues == ()
    assert statement(outcome, "2025-02", 1).used == h(2)
    assert statement(outcome, "2025-03", 2).used == h(3)


def test_time_in_the_gap_between_two_engagements_is_after_the_first() -> None:
    snapshot = world(
        retainer(id=1, end="2025-02-15"),
        retainer(terms("2025-03-01"), id=2, start="2025-03-01", project_ids=(10,)),
        entries=[entry(1, "2025-02-20", 2)],
    )
    found = issue(run(snapshot, "2025-03-31"), "time_after_end")
    assert found.engagement_id == 1


def test_time_after_as_of_is_not_looked_at_yet() -> None:
    snapshot = world(entries=[entry(1, "2025-03-20", 2), entry(2, "2025-03-21", 2, 99)])
    outcome = run(snapshot, "2025-03-19")
    assert statement(outcome, "2025-03").used == 0
    assert outcome.issues == ()
    assert statement(run(snapshot, "2025-03-20"), "2025-03").used == h(2)


def test_time_before_the_go_live_is_none_of_ours() -> None:
    snapshot = world(
        company=company(go_live=day("2025-03-01")),
        entries=[
            entry(1, "2025-02-28", 2),
            entry(2, "2025-02-28", 2, 99),
            entry(3, "2025-03-01", 3),
        ],
    )
    outcome = run(snapshot, "2025-03-31")
    assert outcome.issues == ()
    assert statement(outcome, "2025-03").used == h(3)


def test_each_entry_is_rounded_up_to_the_increment_of_the_terms_on_its_day() -> None:
    snapshot = world(
        retainer(
            terms(time_increment=15),
            terms("2025-03-16", id=2, time_increment=30),
        ),
        entries=[
            entry(1, "2025-03-15", "0.1"),  # 6 min → 15
            entry(2, "2025-03-15", "0.1"),  # 6 min → 15: each entry, not the day's sum
            entry(3, "2025-03-16", "0.1"),  # 6 min → 30
            entry(4, "2025-03-16", "0.5"),  # 30 min stays
        ],
    )
    assert [each.seconds // 60 for each in case_of(snapshot).entries] == [15, 15, 30, 30]
    assert statement(run(snapshot, "2025-03-31"), "2025-03").used == h("1.5")


def test_seconds_count_where_nothing_rounds_them_and_round_up_to_the_minute() -> None:
    # 0:01:30; before the first terms nothing rounds
    odd = entry(1, "2025-03-05", "0.025")
    assert [each.seconds for each in case_of(world(entries=[odd])).entries] == [90]
    by_minute = world(retainer(terms(time_increment=1)), entries=[odd])
    assert [each.seconds for each in case_of(by_minute).entries] == [120]
    billed_in_part = entry(2, "2025-03-05", "0.055", billed_seconds=90)
    late = world(retainer(terms("2025-03-10"), start="2025-03-01"), entries=[billed_in_part])
    assert [each.seconds for each in case_of(late).entries] == [108]


def test_time_on_a_fixed_price_project_is_bound_to_nothing_and_no_trouble() -> None:
    outcome = run(world(project(), entries=[entry(1, "2025-03-05", 3)]), "2025-03-31")
    assert (outcome.invoices, outcome.statements, outcome.issues) == ((), (), ())


def test_time_on_an_out_of_scope_engagement_needs_a_change_order() -> None:
    snapshot = world(
        project(kind=Kind.out_of_scope),
        change_orders=[order(5)],
        entries=[entry(1, "2025-03-05", 3), entry(2, "2025-03-05", 4, change_order_id=5)],
    )
    outcome = run(snapshot, "2025-03-31")
    found = issue(outcome, "extra_work_without_change_order")
    assert "1 time entry (3:00 h, ids 1)" in found.message
    assert the(outcome, Role.out_of_scope).entry_ids == (2,)


def test_time_on_extra_work_after_the_engagements_end_is_reported() -> None:
    snapshot = world(
        retainer(end="2025-02-28"),
        change_orders=[order(5)],
        entries=[entry(1, "2025-03-05", 3, change_order_id=5)],
    )
    outcome = run(snapshot, "2025-03-31")
    assert codes(outcome.issues) == ["time_after_end"]


def test_entries_come_by_day_then_id_whatever_their_order() -> None:
    entries = [entry(9, "2025-03-05", 1), entry(3, "2025-03-06", 1), entry(2, "2025-03-05", 1)]
    assert [each.id for each in case_of(world(entries=entries)).entries] == [2, 9, 3]


def test_each_day_of_a_project_goes_to_whoever_has_it_on_that_day() -> None:
    # 1–2 nobody yet, 3–4 the first, 5–6 its pause, 7–8 over, 9–10 the second, 11–12 over; the
    # entry of day n has the number 20 − n
    snapshot = world(
        retainer(
            terms("2025-03-03"),
            terms("2025-03-05", id=2, paused=True),
            id=1,
            start="2025-03-03",
            end="2025-03-06",
        ),
        retainer(
            terms("2025-01-01"), id=2, start="2025-03-09", end="2025-03-10", project_ids=(10,)
        ),
        entries=[entry(20 - n, f"2025-03-{n:02}", 1) for n in range(1, 13)],
    )
    assert [each.id for each in case_of(snapshot, engagement_id=1).entries] == [17, 16]
    assert [each.id for each in case_of(snapshot, engagement_id=2).entries] == [11, 10]
    _, issues = allocate(snapshot, day("2025-03-31"))
    assert {(each.code, each.engagement_id, each.message.split(")")[0]) for each in issues} == {
        ("time_before_start", 1, "2 time entries (2:00 h, ids 18, 19"),
        ("time_while_paused", 1, "2 time entries (2:00 h, ids 14, 15"),
        ("time_after_end", 1, "2 time entries (2:00 h, ids 12, 13"),
        ("time_after_end", 2, "2 time entries (2:00 h, ids 8, 9"),
    }


def test_time_of_several_projects_comes_by_day_then_id_too() -> None:
    # project 20 was another engagement's before; the retainer has it from March on, beside its own
    snapshot = world(
        retainer(id=1, project_ids=(10, 20)),
        retainer(id=2, start="2024-01-01", end="2024-12-31", project_ids=(20,)),
        entries=[
            entry(1, "2025-03-06", 1, 20),
            entry(2, "2025-03-05", 1, 10),
            entry(3, "2025-03-05", 1, 20),
            entry(4, "2025-03-04", 1, 20),
        ],
    )
    assert [each.id for each in case_of(snapshot).entries] == [4, 2, 3, 1]


def test_the_last_day_of_an_engagement_is_in_it_and_the_day_after_is_not() -> None:
    snapshot = world(
        retainer(end="2025-03-15"),
        entries=[entry(1, "2025-03-15", 2), entry(2, "2025-03-16", 3)],
    )
    outcome = run(snapshot, "2025-03-31")
    assert statement(outcome, "2025-03").used == h(2)
    found = issue(outcome, "time_after_end")
    assert "1 time entry (3:00 h, ids 2)" in found.message


def test_a_project_between_two_engagements_names_the_one_that_ended() -> None:
    snapshot = world(
        retainer(id=1, end="2025-03-15", project_ids=(10,)),
        retainer(terms("2025-04-01", id=2), id=2, start="2025-04-01", project_ids=(10,)),
        entries=[entry(1, "2025-03-16", 3), entry(2, "2025-03-31", 1)],
    )
    found = issue(run(snapshot, "2025-04-05"), "time_after_end")
    assert found.engagement_id == 1
    assert "ids 1, 2" in found.message
