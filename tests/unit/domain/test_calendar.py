"""Days and months, all ends inclusive."""

from datetime import date

import pytest

from sync.domain.calendar import (
    add_months,
    billing_month,
    business_day,
    day_of,
    days,
    days_in,
    first_of,
    last_of,
    month_text,
    months,
    months_text,
    span_text,
)


def test_the_ends_of_a_month() -> None:
    assert first_of(date(2025, 3, 31)) == date(2025, 3, 1)
    assert last_of(date(2025, 2, 1)) == date(2025, 2, 28)
    assert last_of(date(2024, 2, 1)) == date(2024, 2, 29)  # leap year
    assert last_of(date(2000, 2, 29)) == date(2000, 2, 29)  # a leap century
    assert last_of(date(2100, 2, 1)) == date(2100, 2, 28)  # a common century
    assert days_in(date(2025, 4, 30)) == 30


def test_adding_months_passes_the_years_end_both_ways() -> None:
    assert add_months(date(2025, 11, 1), 3) == date(2026, 2, 1)
    assert add_months(date(2025, 2, 1), -2) == date(2024, 12, 1)
    assert add_months(date(2025, 2, 1), 0) == date(2025, 2, 1)
    assert add_months(date(2025, 1, 1), 12) == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("as_of", "month"),
    [
        (date(2025, 3, 27), date(2025, 2, 1)),
        (date(2025, 3, 28), date(2025, 3, 1)),
        (date(2025, 4, 1), date(2025, 3, 1)),
        (date(2025, 1, 1), date(2024, 12, 1)),
    ],
)
def test_the_month_of_the_last_billing_day(as_of: date, month: date) -> None:
    assert billing_month(28, as_of) == month


def test_a_billing_day_that_a_month_does_not_have_is_its_last() -> None:
    assert billing_month(31, date(2025, 2, 28)) == date(2025, 2, 1)
    assert billing_month(31, date(2025, 4, 29)) == date(2025, 3, 1)


def test_months_are_added_to_firsts_only() -> None:
    with pytest.raises(AssertionError):
        add_months(date(2025, 1, 31), 1)


def test_the_months_that_a_span_touches() -> None:
    assert list(months(date(2024, 12, 31), date(2025, 2, 1))) == [
        date(2024, 12, 1),
        date(2025, 1, 1),
        date(2025, 2, 1),
    ]
    assert list(months(date(2025, 3, 15), date(2025, 3, 15))) == [date(2025, 3, 1)]
    assert list(months(date(2025, 3, 15), date(2025, 2, 28))) == []


def test_days_count_both_ends() -> None:
    assert days(date(2025, 3, 1), date(2025, 3, 31)) == 31
    assert days(date(2025, 3, 5), date(2025, 3, 5)) == 1
    assert days(date(2025, 3, 5), date(2025, 3, 4)) == 0
    assert days(date(2025, 3, 5), date(2025, 1, 1)) == 0


def test_a_day_that_a_month_does_not_have_is_its_last() -> None:
    assert day_of(date(2025, 2, 1), 31) == date(2025, 2, 28)
    assert day_of(date(2024, 2, 1), 31) == date(2024, 2, 29)
    assert day_of(date(2025, 3, 1), 28) == date(2025, 3, 28)


def test_the_first_business_day() -> None:
    assert business_day(date(2025, 4, 1)) == date(2025, 4, 1)  # a Tuesday
    assert business_day(date(2025, 3, 1)) == date(2025, 3, 3)  # a Saturday: Monday
    assert business_day(date(2025, 6, 1)) == date(2025, 6, 2)  # a Sunday: Monday
    # New Year's Day 2025 is a Wednesday and a holiday, so is the 2nd: Friday the 3rd
    holidays = (date(2025, 1, 1), date(2025, 1, 2))
    assert business_day(date(2025, 1, 1), holidays) == date(2025, 1, 3)
    # a holiday on the Monday after a weekend pushes on to Tuesday
    assert business_day(date(2025, 3, 1), (date(2025, 3, 3),)) == date(2025, 3, 4)


def test_months_and_spans_in_words() -> None:
    assert month_text(date(2025, 3, 1)) == "March 2025"
    assert span_text(date(2025, 3, 12), date(2025, 3, 12)) == "12 March 2025"
    assert span_text(date(2025, 3, 12), date(2025, 3, 18)) == "12–18 March 2025"
    assert span_text(date(2025, 2, 28), date(2025, 3, 3)) == "28 February–3 March 2025"
    assert span_text(date(2024, 12, 30), date(2025, 1, 2)) == "30 December 2024–2 January 2025"
    assert months_text(date(2025, 3, 1), date(2025, 3, 1)) == "March 2025"
    assert months_text(date(2025, 1, 1), date(2025, 3, 1)) == "January–March 2025"
    assert months_text(date(2024, 11, 1), date(2025, 1, 1)) == "November 2024–January 2025"
