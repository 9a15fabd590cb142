"""Rule 21: who always exceeds or underuses the allowance, what would fit, and the evidence."""

from decimal import Decimal
from typing import Any

import pytest

from sync.domain.calendar import last_of
from sync.domain.existing import ClosedMonth, ExistingPeriod
from sync.rules.recommend import Direction, percent, quarter_of, recommend
from tests.unit.rules.world import day, h, money, retainer, run, terms, world


def month(text: str, used: str | int, **changes: Any) -> ClosedMonth:
    first = day(f"{text}-01")
    over = max(0, h(used) - h(40))
    return ClosedMonth(
        **{
            "engagement_id": 1,
            "date_start": first,
            "date_end": last_of(first),
            "allocated": h(40),
            "used": h(used),
            "overage": over,
            "fee": money(5000),
            "overage_amount": money(175) * over / 3600,
            **changes,
        }
    )


def months(*used: str | int) -> list[ClosedMonth]:
    """From January 2025 on."""
    return [month(f"2025-{at:02d}", each) for at, each in enumerate(used, 1)]


def test_always_above_the_allowance() -> None:
    advice = recommend(retainer(), months(46, 44, "45.5"))
    assert advice is not None
    assert advice.direction is Direction.more
    # the median is 45:30, rounded up 46; 5000 ÷ 40 × 46 = 5750
    assert (advice.proposed_seconds, advice.proposed_fee) == (h(46), money(5750))
    assert (advice.current_seconds, advice.current_fee) == (h(40), money(5000))
    # 3 × 5000 + (6 + 4 + 5.5) × 175 = 17,712.50; 3 × 5750 = 17,250, nothing beyond 46 h
    assert (advice.paid, advice.would_be) == (Decimal("17712.50"), money(17250))
    assert [each.used for each in advice.months] == [h(46), h(44), h("45.5")]


def test_what_would_still_go_over_costs_the_overage_rate() -> None:
    advice = recommend(retainer(), months(42, 44, 60))
    assert advice is not None
    # median 44: 5500 a month; 16 h beyond × 175 = 2800
    assert advice.would_be == money(3 * 5500 + 2800)


def test_always_far_below_the_allowance() -> None:
    advice = recommend(retainer(), months(20, 24, 27))
    assert advice is not None
    assert advice.direction is Direction.less
    assert (advice.proposed_seconds, advice.proposed_fee) == (h(24), money(3000))
    assert (advice.paid, advice.would_be) == (money(15000), money(3 * 3000 + 3 * 175))


def test_the_middle_of_an_even_number_of_months() -> None:
    # 43 and 46 in the middle: 44:30, rounded up 45
    advice = recommend(retainer(), months(41, 43, 46, 50))
    assert advice is not None
    assert advice.proposed_seconds == h(45)


@pytest.mark.parametrize(
    "used",
    [
        (46, 44),  # too few months
        (46, 44, 40),  # one that is exactly the allowance
        (46, 44, 39),
        (20, 24, 28),  # 28 of 40 h is 70 %, not below it
        (20, 45, 20),
    ],
)
def test_one_month_that_says_otherwise_is_enough(used) -> None:
    assert recommend(retainer(), months(*used)) is None


def test_no_more_than_six_months_are_looked_at() -> None:
    advice = recommend(retainer(), months(10, 41, 42, 43, 44, 45, 46))
    assert advice is not None
    assert len(advice.months) == 6
    assert advice.months[0].date_start == day("2025-02-01")


def test_their_order_does_not_matter() -> None:
    found = months(10, 41, 42, 43, 44, 45, 46)
    assert recommend(retainer(), found) == recommend(retainer(), list(reversed(found)))


def test_months_under_an_earlier_allowance_do_not_count() -> None:
    old, new = terms(monthly_seconds=h(30)), terms("2025-03-01", id=2)
    assert recommend(retainer(old, new), months(46, 46, 46, 46)) is None
    advice = recommend(retainer(old, new), months(46, 46, 46, 46, 46))
    assert advice is not None
    assert [each.date_start.month for each in advice.months] == [3, 4, 5]


def test_another_fee_for_the_same_hours_is_no_other_allowance() -> None:
    dearer = terms("2025-03-01", id=2, monthly_fee=money(6000))
    advice = recommend(retainer(terms(), dearer), months(46, 46, 46))
    assert advice is not None
    assert (advice.current_fee, advice.proposed_fee) == (money(6000), money(6900))


def test_months_in_part_and_paused_ones_do_not_count() -> None:
    whole = months(46, 46)
    in_part = month("2025-03", 46, date_start=day("2025-03-10"))
    cut = month("2025-03", 46, date_end=day("2025-03-30"))
    assert recommend(retainer(), [*whole, in_part]) is None
    assert recommend(retainer(), [*whole, cut]) is None
    paused = terms("2025-03-15", id=2, paused=True)
    again = terms("2025-04-01", id=3)
    assert recommend(retainer(terms(), paused, again), months(46, 46, 46)) is None
    assert recommend(retainer(terms(), paused), months(46, 46, 46, 46)) is None


def test_a_month_before_the_first_terms_does_not_count() -> None:
    assert recommend(retainer(terms("2025-02-01")), months(46, 46, 46)) is None


def test_an_allowance_is_one_hour_at_least() -> None:
    advice = recommend(retainer(), months(0, 0, 0))
    assert advice is not None
    assert (advice.proposed_seconds, advice.proposed_fee) == (h(1), money(125))


def test_what_is_rounded_to_the_present_allowance_is_no_advice() -> None:
    small = terms(monthly_seconds=h("0.5"))
    assert recommend(retainer(small), months("0.1", "0.1", "0.1")) is not None
    one = terms(monthly_seconds=h(1))
    assert recommend(retainer(one), months("0.1", "0.1", "0.1")) is None


def test_nothing_to_recommend_without_an_allowance() -> None:
    assert recommend(retainer(terms(monthly_seconds=0)), months(5, 5, 5)) is None
    assert recommend(retainer(terms(), terms=()), months(5, 5, 5)) is None


@pytest.mark.parametrize(
    ("on", "first"),
    [
        ("2025-01-01", "2025-01-01"),
        ("2025-03-31", "2025-01-01"),
        ("2025-04-01", "2025-04-01"),
        ("2025-09-30", "2025-07-01"),
        ("2025-12-31", "2025-10-01"),
    ],
)
def test_the_quarter_of_a_day(on: str, first: str) -> None:
    assert quarter_of(day(on)) == day(first)


def test_percent_is_rounded_half_up() -> None:
    assert percent(h("40.2"), h(40)) == Decimal(101)
    assert percent(h("40.1"), h(40)) == Decimal(100)


# ------------------------------------------------------------------ the notice in Odoo


def noticed(on: str, closed_until: str = "2025-03-31", **changes: Any) -> list[tuple[str, str]]:
    closed = ExistingPeriod(
        id=1,
        key="1/1/statement/2025-03/0",
        fingerprint="",
        engagement_id=1,
        date_start=day(closed_until).replace(day=1),
        date_end=day(closed_until),
        closed=True,
    )
    snapshot = world(
        retainer(
            terms("2024-01-01"), start="2024-01-01", closed_until=day(closed_until), **changes
        ),
        periods=[closed],
        history=[*months(46, 44, 45), month("2025-01", 5, engagement_id=2)],
    )
    found = run(snapshot, on).alerts
    return [(each.key, each.message) for each in found if each.kind == "recommendation"]


def test_the_account_manager_hears_of_it_with_the_evidence() -> None:
    ((key, message),) = noticed("2025-04-01")
    assert key == "1/1/alert/2025-q2-recommendation/0"
    assert message == (
        "Retainer 1: each of the last 3 closed months used more than the 40:00 h allowed:"
        " January 2025 46:00 h (115 %), February 2025 44:00 h (110 %), March 2025 45:00 h (113 %)."
        " 45:00 h for 5,625.00 USD a month would fit, instead of 40:00 h for 5,000.00 USD; these"
        " months came to 17,625.00 USD, they would have come to 17,050.00 USD"
    )


def test_once_a_quarter() -> None:
    keys = {noticed(on)[0][0] for on in ("2025-04-01", "2025-05-10", "2025-06-30")}
    assert keys == {"1/1/alert/2025-q2-recommendation/0"}


@pytest.mark.parametrize(("on", "quarter"), [("2025-02-10", "q1"), ("2025-11-30", "q4")])
def test_each_quarter_has_its_own(on: str, quarter: str) -> None:
    until = {"q1": "2024-12-31", "q4": "2025-09-30"}[quarter]
    ((key, _),) = noticed(on, until)
    assert key == f"1/1/alert/2025-{quarter}-recommendation/0"


def test_it_waits_until_the_quarter_before_is_closed() -> None:
    assert noticed("2025-04-01", "2025-02-28") == []
    assert len(noticed("2025-03-31", "2025-02-28")) == 1, "the quarter before is closed"
    snapshot = world(retainer(), history=months(46, 44, 45))
    assert [
        each for each in run(snapshot, "2025-04-01").alerts if each.kind == "recommendation"
    ] == []


def test_what_has_ended_needs_no_advice() -> None:
    assert noticed("2025-05-10", end="2025-04-30") == []
    assert len(noticed("2025-04-30", end="2025-04-30")) == 1


def test_underuse_is_said_as_such() -> None:
    closed = ExistingPeriod(
        id=1,
        key="1/1/statement/2025-03/0",
        fingerprint="",
        engagement_id=1,
        date_start=day("2025-03-01"),
        date_end=day("2025-03-31"),
        closed=True,
    )
    snapshot = world(
        retainer(closed_until=day("2025-03-31")), periods=[closed], history=months(20, 21, 22)
    )
    (alert,) = [
        each for each in run(snapshot, "2025-04-01").alerts if each.kind == "recommendation"
    ]
    assert (
        "used less than 70 % of the 40:00 h allowed: January 2025 20:00 h (50 %)" in alert.message
    )
    assert alert.severity == "notice"


def test_what_is_paused_needs_no_advice() -> None:
    # paused from April on with the same hours written into the terms
    paused = terms("2025-04-01", id=2, paused=True)
    assert recommend(retainer(terms(), paused), months(46, 46, 46)) is None
