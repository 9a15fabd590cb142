"""Hours are whole seconds inside and h:mm for people."""

from decimal import Decimal

import pytest

from sync.domain import hours


@pytest.mark.parametrize(
    ("decimal", "seconds"),
    [
        ("40", 144_000),
        ("0.25", 900),
        ("1.3333", 4_800),  # 4799.88 s
        ("0.0001", 0),  # 0.36 s
        ("0.00014", 1),  # 0.504 s
        ("0.000125", 0),  # 0.45 s
        ("-0.5", -1_800),
        ("1000000", 3_600_000_000),
    ],
)
def test_decimal_hours_become_whole_seconds_half_up(decimal: str, seconds: int) -> None:
    assert hours.from_hours(Decimal(decimal)) == seconds


def test_a_tie_of_half_a_second_goes_up() -> None:
    # 1.5 s is 1.5 ÷ 3600 h, not a finite decimal; 0.00125 h is 4.5 s exactly
    assert hours.from_hours(Decimal("0.00125")) == 5
    assert hours.from_hours(Decimal("-0.00125")) == -5


def test_seconds_as_decimal_hours() -> None:
    assert hours.to_hours(5_400) == Decimal("1.5")
    assert str(hours.to_hours(4_800)).startswith("1.333333")
    assert hours.from_hours(hours.to_hours(4_801)) == 4_801


@pytest.mark.parametrize(
    ("seconds", "exact"),
    [
        (22_500, "6.25"),
        (21_600, "6.00"),
        (1_200, None),  # 0:20 is 0.333…
        (36, "0.01"),
        (35, None),
        (0, "0.00"),
        (-900, "-0.25"),
    ],
)
def test_hours_in_two_decimals_only_where_those_are_exact(seconds: int, exact: str | None) -> None:
    found = hours.in_hundredths(seconds)
    assert found == (None if exact is None else Decimal(exact))


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0:00"),
        (21_600, "6:00"),
        (-1_800, "-0:30"),
        (4_830, "1:20:30"),
        (59, "0:00:59"),
        (-1, "-0:00:01"),
        (3_600_000_000, "1000000:00"),
    ],
)
def test_hours_as_people_read_them(seconds: int, shown: str) -> None:
    assert hours.text(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "minutes", "counted"),
    [
        (1, 15, 900),
        (900, 15, 900),  # already whole: not rounded further
        (901, 15, 1_800),
        (0, 15, 0),
        (-1, 15, -900),  # takes back what the entry of one second had counted
        (-900, 15, -900),
        (-901, 15, -1_800),
        (61, 0, 61),  # no increment: as entered
        (61, -15, 61),
        (3_601, 60, 7_200),
    ],
)
def test_rounding_up_is_per_entry_and_away_from_zero(
    seconds: int, minutes: int, counted: int
) -> None:
    assert hours.round_up(seconds, minutes) == counted


def test_a_charge_is_not_rounded() -> None:
    # 100 s at 100.00 = 2.777…; 36 of them are 100.00 exactly
    assert hours.charge(100, Decimal(100)) != Decimal("2.78")
    assert round(hours.charge(100, Decimal(100)) * 36, 20) == 100


@pytest.mark.parametrize(
    ("used", "available", "percent"),
    [
        (56, 50, "112.0"),  # the founding case
        (1, 3, "33.3"),
        (2, 3, "66.7"),
        (1, 800, "0.1"),  # 0.125 %
        (1, 2000, "0.1"),  # 0.05 %: a tie goes up
        (1, 2001, "0.0"),
        (0, 50, "0.0"),
        (5, 0, "0.0"),  # nothing was available: there is no share of it
        (-5, 50, "-10.0"),
    ],
)
def test_utilization_in_percent_with_one_decimal(used: int, available: int, percent: str) -> None:
    assert str(hours.utilization(used, available)) == percent
