"""Laws of running: whenever and however often, the same documents come of it, each once."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sync.domain.documents import Role, StatementState
from sync.domain.engagement import PoPolicy
from sync.domain.snapshot import Snapshot
from tests.properties.settle import run, runs, settle, written
from tests.properties.strategies import SPAN, Style, agencies, days, schedules

LATER = days(60, 210)


@given(agencies(Style(limited_po=True)), LATER, st.sampled_from(["posted", "draft"]))
def test_a_second_run_has_nothing_to_do(snapshot: Snapshot, as_of: date, state: str) -> None:
    after, _ = runs(snapshot, [as_of], state=state)
    _, plan = run(after, as_of)
    assert [change.key for change in plan.changes] == []
    assert plan.conflicts == ()


@given(agencies(), schedules(), st.sampled_from(["posted", "draft"]))
def test_many_runs_come_to_the_same_as_one_at_the_end(
    snapshot: Snapshot, schedule: list[date], state: str
) -> None:
    often, plans = runs(snapshot, schedule, state=state)
    once, plan = runs(snapshot, schedule[-1:], state=state)
    assert written(plans) == written(plan)
    assert {each.id for each in often.entries} == {each.id for each in once.entries}
    assert [each.closed_until for each in often.engagements] == [
        each.closed_until for each in once.engagements
    ]
    assert {each.key: each.fingerprint for each in often.periods} == {
        each.key: each.fingerprint for each in once.periods
    }


@given(agencies(Style(limited_po=True)), schedules())
def test_every_document_is_written_once(snapshot: Snapshot, schedule: list[date]) -> None:
    _, plans = runs(snapshot, schedule)
    keys = [each.key for plan in plans for each in plan.invoices]
    assert len(keys) == len(set(keys))
    closed = [
        change.key
        for plan in plans
        for change in plan.changes
        if change.statement and change.statement.state is StatementState.closed
    ]
    assert len(closed) == len(set(closed))


@given(agencies(Style(limited_po=True)), schedules())
def test_a_closed_month_is_never_looked_at_again(snapshot: Snapshot, schedule: list[date]) -> None:
    for on in schedule:
        outcome, plan = run(snapshot, on)
        until = {each.id: each.closed_until for each in snapshot.engagements}
        for each in outcome.statements:
            closed = until[each.engagement_id]
            assert closed is None or each.date_start > closed
        months = [
            (each.engagement_id, each.date_start)
            for each in outcome.statements
            if each.state is StatementState.closed
        ]
        assert months == sorted(months)
        snapshot = settle(snapshot, plan)


@given(agencies(Style(negative=False)), schedules())
def test_all_time_of_closed_months_is_counted_for_good(
    snapshot: Snapshot, schedule: list[date]
) -> None:
    after, _ = runs(snapshot, schedule)
    projects = {
        project: each for each in after.engagements for project in each.project_ids if each.terms
    }
    go_live = after.company.go_live
    for entry in after.entries:
        owner = projects.get(entry.project_id)
        if (
            owner is None
            or owner.closed_until is None
            or not entry.billable
            or entry.change_order_id is not None
            or entry.day < max(owner.date_start, go_live or owner.date_start)
        ):
            continue
        terms = [each for each in owner.terms if each.date_start <= entry.day][-1]
        after_end = owner.date_end is not None and entry.day > owner.date_end
        assert entry.day > owner.closed_until or terms.paused or after_end, entry


@given(agencies(), schedules(), st.integers(0, 10**6))
def test_late_time_changes_nothing_that_was_closed(
    snapshot: Snapshot, schedule: list[date], choice: int
) -> None:
    # one entry arrives only after the first runs: what those closed stays as it was written
    if not snapshot.entries:
        return
    late = snapshot.entries[choice % len(snapshot.entries)]
    early = snapshot.model_copy(
        update={"entries": tuple(each for each in snapshot.entries if each is not late)}
    )
    middle = len(schedule) // 2
    between, first = runs(early, schedule[:middle])
    _, then = runs(
        between.model_copy(update={"entries": (*between.entries, late)}), schedule[middle:]
    )
    assert not set(written(first)) & set(written(then))
    assert all(not plan.conflicts for plan in then)


@given(agencies(), schedules())
def test_what_one_day_asks_for_every_later_day_asks_for_too(
    snapshot: Snapshot, schedule: list[date]
) -> None:
    asked: dict[str, str] = {}
    for on in schedule:
        outcome, _ = run(snapshot, on)
        now = {each.key: each.fingerprint for each in outcome.invoices}
        assert {key: now.get(key) for key in asked} == asked
        asked = now


@given(
    agencies(Style(limited_po=True)), schedules(), st.sampled_from([PoPolicy.hold, PoPolicy.fit])
)
def test_no_purchase_order_is_exceeded_run_after_run(
    snapshot: Snapshot, schedule: list[date], policy: PoPolicy
) -> None:
    strict = snapshot.model_copy(
        update={
            "company": snapshot.company.model_copy(update={"po_policy": policy}),
            "engagements": tuple(
                each.model_copy(update={"po_policy": None}) for each in snapshot.engagements
            ),
        }
    )
    for on in schedule:
        _, plan = run(strict, on)
        strict = settle(strict, plan)
        for po in strict.client_pos:
            assert not po.limited or po.invoiced <= po.amount, (on, po)


@given(agencies(), schedules())
def test_no_piece_of_extra_work_is_billed_beyond_its_cap(
    snapshot: Snapshot, schedule: list[date]
) -> None:
    after, _ = runs(snapshot, schedule)
    for order in after.change_orders:
        assert not order.cap_seconds or order.billed_seconds <= order.cap_seconds


@pytest.mark.parametrize("state", ["posted", "draft"])
@given(agencies(Style(capped=False, negative=False, go_live=False)))
@example(None)
def test_nightly_runs_come_to_the_same_as_one(state: str, snapshot: Snapshot | None) -> None:
    # every night for two months, as the administrator's job does it
    if snapshot is None:
        return
    start = snapshot.engagements[0].date_start
    nights = [start + timedelta(days=each) for each in range(min(62, SPAN))]
    _, plans = runs(snapshot, nights, state=state)
    _, plan = runs(snapshot, nights[-1:], state=state)
    assert written(plans) == written(plan)
    assert all(
        each.role in (Role.fee, Role.overage, Role.milestone, Role.out_of_scope)
        for plan in plans
        for each in plan.invoices
    )
