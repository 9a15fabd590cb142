"""Money is rounded half-up, once, in the currency's own precision; a split loses nothing."""

from decimal import Decimal

import pytest
from pydantic import TypeAdapter, ValidationError

from sync.domain.money import ZERO, Currency, multiply, split
from sync.domain.value import Exact

USD = Currency(id=1, code="USD")
JPY = Currency(id=2, code="JPY", digits=0)
KWD = Currency(id=3, code="KWD", digits=3)


@pytest.mark.parametrize(
    ("currency", "amount", "rounded"),
    [
        (USD, "1.005", "1.01"),  # a float would say 1.00
        (USD, "1.004999", "1.00"),
        (USD, "2.675", "2.68"),  # a float would say 2.67
        (USD, "-1.005", "-1.01"),  # half-up is away from zero: a credit mirrors its invoice
        (USD, "0.045", "0.05"),  # half-even would say 0.04
        (JPY, "1050.5", "1051"),
        (JPY, "1050.4", "1050"),
        (KWD, "1.0005", "1.001"),
        (KWD, "1.0004", "1.000"),
        (USD, "0", "0.00"),
    ],
)
def test_rounding_is_half_up_in_the_currencys_precision(
    currency: Currency, amount: str, rounded: str
) -> None:
    assert str(currency.round(Decimal(amount))) == rounded


def test_the_smallest_amount_of_each_currency() -> None:
    assert (USD.unit, JPY.unit, KWD.unit) == (Decimal("0.01"), Decimal(1), Decimal("0.001"))


def test_money_reads_with_thousands_and_code() -> None:
    assert USD.text(Decimal("1050")) == "1,050.00 USD"
    assert JPY.text(Decimal("1234567.5")) == "1,234,568 JPY"
    assert KWD.text(Decimal("-0.5")) == "-0.500 KWD"


def test_a_currency_has_at_most_six_decimals() -> None:
    with pytest.raises(ValidationError):
        Currency(id=9, code="XXX", digits=7)
    with pytest.raises(ValidationError):
        Currency(id=9, code="XXX", digits=-1)


def test_multiplying_leaves_no_trace_of_rounding() -> None:
    # 175.00 an hour, 20 minutes: 175 × 1200 ÷ 3600 = 58.333…, three times that is 175 exactly
    third = multiply(Decimal("175.00"), 1200, 3600)
    assert USD.round(third) == Decimal("58.33")
    assert USD.round(third * 3) == Decimal("175.00")


def test_a_tie_after_division_is_still_a_tie() -> None:
    # 0.01 × 1 ÷ 2 = 0.005 exactly, which is a cent half-up
    assert USD.round(multiply(Decimal("0.01"), 1, 2)) == Decimal("0.01")


def test_a_million_hours_at_a_rate_with_four_decimals_is_exact() -> None:
    # 1,000,000 h × 1234.5678 = 1,234,567,800.00
    assert multiply(Decimal("1234.5678"), 1_000_000 * 3600, 3600) == Decimal("1234567800")


def test_a_split_gives_the_odd_cent_to_the_largest_part() -> None:
    # 100.00 by 1:1:1 is 33.33 × 3 = 99.99; the cent goes to the first of the equal largest
    assert split(Decimal("100.00"), [1, 1, 1], USD) == [
        Decimal("33.34"),
        Decimal("33.33"),
        Decimal("33.33"),
    ]
    # 100.00 by 1:2:3 is 16.67 + 33.33 + 50.00 = 100.00: nothing is left over
    assert split(Decimal("100.00"), [1, 2, 3], USD) == [
        Decimal("16.67"),
        Decimal("33.33"),
        Decimal("50.00"),
    ]
    # 0.05 by 1:1 is 0.02 each; the cent that is left goes to the first of the equal largest
    assert split(Decimal("0.05"), [1, 1], USD) == [Decimal("0.03"), Decimal("0.02")]


def test_a_split_in_whole_yen() -> None:
    # 1000 by 1:1:1 is 333 × 3 = 999
    assert split(Decimal(1000), [1, 1, 1], JPY) == [Decimal(334), Decimal(333), Decimal(333)]


def test_a_split_of_a_credit_mirrors_that_of_the_invoice() -> None:
    invoice = split(Decimal("100.00"), [1, 1, 1], USD)
    assert split(Decimal("-100.00"), [1, 1, 1], USD) == [-part for part in invoice]


def test_a_weight_of_zero_takes_nothing() -> None:
    assert split(Decimal("10.00"), [0, 1], USD) == [ZERO, Decimal("10.00")]


@pytest.mark.parametrize("weights", [[], [0], [0, 0]])
def test_a_split_among_nobody_is_a_programming_error(weights: list[int]) -> None:
    with pytest.raises(AssertionError):
        split(Decimal("10.00"), weights, USD)


@pytest.mark.parametrize("raw", [0.1, 5000.0, True, float("nan")])
def test_no_float_and_no_truth_value_passes_for_an_amount(raw: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Exact).validate_python(raw)


@pytest.mark.parametrize("raw", ["NaN", "Infinity", "-Infinity", "five", ""])
def test_no_text_passes_that_is_not_a_number(raw: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Exact).validate_python(raw)


def test_decimal_text_and_whole_numbers_are_amounts() -> None:
    assert TypeAdapter(Exact).validate_python("1050.00") == Decimal("1050")
    assert TypeAdapter(Exact).validate_python(3) == Decimal(3)


def test_no_part_of_a_split_has_the_wrong_sign() -> None:
    # ten equal parts of 0.05: half a cent each, so five of them get a cent
    parts = split(Decimal("0.05"), [1] * 10, USD)
    assert sum(parts) == Decimal("0.05")
    assert min(parts) == 0
    assert max(parts) == Decimal("0.01")


def test_a_split_of_what_the_currency_cannot_say_is_a_programming_error() -> None:
    with pytest.raises(AssertionError):
        split(Decimal("0.005"), [1, 1], USD)
