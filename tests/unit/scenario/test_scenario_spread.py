"""Hours for a span are cut into quarter hours on business days, the same way every time."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.hours import HOUR
from sync.scenario.model import Time
from sync.scenario.spread import QUARTER, business_days, entries, spread


def test_a_month_has_its_business_days() -> None:
    days = list(business_days(date(2025, 3, 1), date(2025, 3, 31)))
    assert len(days) == 21
    assert days[0] == date(2025, 3, 3)


def test_a_holiday_is_no_business_day() -> None:
    new_year = date(2025, 1, 1)
    assert new_year not in list(business_days(new_year, date(2025, 1, 31), [new_year]))


def test_a_month_of_hours_is_exact_in_sum() -> None:
    time = Time.model_validate({"month": "2025-03", "project": "P", "hours": "28"})
    found = entries(time)
    assert sum(seconds for _, seconds in found) == 28 * HOUR
    assert {seconds for _, seconds in found} == {5 * QUARTER, 6 * QUARTER}


def test_hours_per_day() -> None:
    time = Time.model_validate(
        {"from": "2025-03-03", "to": "2025-03-09", "project": "P", "hours_per_day": Decimal("7.5")}
    )
    assert entries(time) == [(date(2025, 3, day), 27000) for day in range(3, 8)]


def test_given_days_are_taken_as_they_are() -> None:
    saturday = date(2025, 3, 8)
    time = Time.model_validate({"dates": [saturday], "project": "P", "hours": "1:10"})
    assert entries(time) == [(saturday, 4200)]


@given(st.integers(-2_000_000, 2_000_000), st.integers(1, 31))
def test_spreading_loses_nothing(seconds: int, count: int) -> None:
    days = [date(2025, 3, day) for day in range(1, count + 1)]
    shares = spread(seconds, days)
    assert sum(share for _, share in shares) == seconds
    assert all(share % QUARTER == 0 for _, share in shares[:-1])
    assert all(share * (1 if seconds > 0 else -1) > 0 for _, share in shares)
