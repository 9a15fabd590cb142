"""The day on which a month's hours run out, and how that was reached."""

import pytest

from sync.domain.existing import ExistingPeriod
from tests.unit.rules.world import block, day, entry, retainer, run, statement, terms, world

EIGHT_A_DAY = [entry(number, f"2025-03-{number:02d}", 8) for number in range(3, 6)]


def march(*entries, on: str, **changes):
    engagement = retainer(terms("2025-03-01"), start="2025-03-01", **changes)
    return statement(run(world(engagement, entries=list(entries)), on), "2025-03")


def said(found) -> list[str]:
    return [each.text for each in found.reasons if each.rule == "forecast"]


def test_at_the_pace_so_far() -> None:
    # 24 h in 5 days; 40 h ÷ 24 h × 5 days = 8.33 days, so on the ninth
    found = march(*EIGHT_A_DAY, on="2025-03-05")
    assert found.runs_out_on == day("2025-03-09")
    assert said(found) == [
        "at the pace so far (24:00 h used in 5 days) the 40:00 h last 9 days: until 2025-03-09"
    ]


def test_days_without_work_slow_the_pace() -> None:
    # 24 h in 15 days; 40 ÷ 24 × 15 = 25 days exactly
    assert march(*EIGHT_A_DAY, on="2025-03-15").runs_out_on == day("2025-03-25")


def test_beyond_the_months_end_there_is_no_day() -> None:
    # 24 h in 19 days: 40 h would last 31.67 days, more than March has
    found = march(*EIGHT_A_DAY, on="2025-03-19")
    assert found.runs_out_on is None
    assert said(found) == [
        "at the pace so far (24:00 h used in 19 days) the 40:00 h last beyond the month's end"
    ]


def test_the_last_day_of_the_month_still_counts() -> None:
    # 40 h in 31 days: exactly on the 31st
    entries = [*EIGHT_A_DAY, entry(9, "2025-03-06", 16)]
    assert march(*entries, on="2025-03-31").runs_out_on == day("2025-03-31")


def test_once_over_it_is_the_day_of_the_first_overage() -> None:
    entries = [entry(1, "2025-03-10", 39), entry(2, "2025-03-12", 2), entry(3, "2025-03-13", 5)]
    for on in ("2025-03-14", "2025-04-01"):
        found = march(*entries, on=on)
        assert found.runs_out_on == day("2025-03-12")
        assert said(found) == ["the hours ran out on 2025-03-12, with entry 2 of 2025-03-12"]


def test_late_time_runs_out_in_the_month_that_counts_it() -> None:
    closed = ExistingPeriod(
        id=1,
        key="1/1/statement/2025-02/0",
        fingerprint="",
        engagement_id=1,
        date_start=day("2025-02-01"),
        date_end=day("2025-02-28"),
        closed=True,
    )
    snapshot = world(
        retainer(terms("2025-02-01"), start="2025-02-01", closed_until=day("2025-02-28")),
        entries=[entry(1, "2025-02-10", 41)],
        periods=[closed],
    )
    found = statement(run(snapshot, "2025-03-05"), "2025-03")
    assert found.runs_out_on == day("2025-03-01")
    assert said(found) == ["the hours ran out on 2025-03-01, with entry 1 of 2025-02-10"]


@pytest.mark.parametrize("hours", [[], [-2]])
def test_nothing_worked_says_nothing(hours) -> None:
    found = march(
        *(entry(at, "2025-03-04", each) for at, each in enumerate(hours, 1)), on="2025-03-05"
    )
    assert found.runs_out_on is None
    assert said(found) == []


def test_a_month_without_hours_says_nothing() -> None:
    engagement = retainer(terms("2025-03-01", monthly_seconds=0), start="2025-03-01")
    found = statement(run(world(engagement), "2025-03-05"), "2025-03")
    assert (found.runs_out_on, said(found)) == (None, [])


def test_an_ended_month_that_was_enough_says_nothing() -> None:
    found = march(*EIGHT_A_DAY, on="2025-04-01")
    assert (found.runs_out_on, said(found)) == (None, [])


def test_blocks_of_hours_make_them_last_longer() -> None:
    engagement = retainer(terms("2025-03-01"), start="2025-03-01")
    snapshot = world(engagement, entries=EIGHT_A_DAY, hour_blocks=[block(1, "2025-03-03", 8)])
    # 48 h ÷ 24 h × 5 days = 10 days
    assert statement(run(snapshot, "2025-03-05"), "2025-03").runs_out_on == day("2025-03-10")


def test_a_month_that_began_in_part_counts_its_own_days() -> None:
    # from 17 March: 15 of 31 days of 62 h = 30 h; 12 h in 3 days: 7.5 days, so on the 24th
    engagement = retainer(terms("2025-03-17", monthly_seconds=62 * 3600), start="2025-03-17")
    entries = [entry(1, "2025-03-17", 6), entry(2, "2025-03-19", 6)]
    found = statement(run(world(engagement, entries=entries), "2025-03-19"), "2025-03")
    assert found.runs_out_on == day("2025-03-24")


def test_the_notice_says_it_too() -> None:
    engagement = retainer(terms("2025-03-01"), start="2025-03-01")
    outcome = run(world(engagement, entries=EIGHT_A_DAY), "2025-03-05")
    (alert,) = [each for each in outcome.alerts if each.kind == "near_limit"]
    assert alert.message.endswith(
        "16:00 h left; at the pace so far (24:00 h used in 5 days) the 40:00 h last 9 days:"
        " until 2025-03-09"
    )


def test_one_second_of_one_is_a_pace() -> None:
    second = EIGHT_A_DAY[0]._replace(day=day("2025-03-01"), seconds=1)
    engagement = retainer(terms("2025-03-01", monthly_seconds=1), start="2025-03-01")
    found = statement(run(world(engagement, entries=[second]), "2025-03-02"), "2025-03")
    assert found.runs_out_on == day("2025-03-02")
    assert said(found) == [
        "at the pace so far (0:00:01 h used in 2 days) the 0:00:01 h last 2 days: until 2025-03-02"
    ]
