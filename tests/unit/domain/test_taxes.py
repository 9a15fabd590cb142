"""Percentage taxes to the cent, and parts of something taxed."""

from decimal import Decimal

import pytest

from sync.domain.money import Currency
from sync.domain.taxes import Part, Rounding, Tax, TaxSetting, part_of, with_included

USD = Currency(id=1, code="USD")
JPY = Currency(id=2, code="JPY", digits=0)
KWD = Currency(id=3, code="KWD", digits=3)
VAT_19 = Tax(id=19, name="VAT 19 %", percent=Decimal(19))
STATE = Tax(id=5, name="State 5 %", percent=Decimal(5))
CITY = Tax(id=2, name="City 2.5 %", percent=Decimal("2.5"))
WITHHELD = Tax(id=9, name="Withheld 10 %", percent=Decimal(-10))


def money(*amounts: str | int) -> list[Decimal]:
    return [Decimal(each) for each in amounts]


@pytest.mark.parametrize(
    ("rounding", "tax"),
    [
        # 19 % of 33.33 = 6.3327: each line 6.33, three of them 18.99; of 99.99 it is 18.9981
        (Rounding.per_line, "18.99"),
        (Rounding.globally, "19.00"),
    ],
)
def test_a_tax_is_rounded_per_line_or_once(rounding, tax) -> None:
    setting = TaxSetting(engagement_id=1, taxes=(VAT_19,), rounding=rounding)
    assert setting.on(money("33.33", "33.33", "33.33"), USD) == {19: Decimal(tax)}


def test_several_taxes_count_on_the_net_amount() -> None:
    setting = TaxSetting(engagement_id=1, taxes=(STATE, CITY, WITHHELD))
    assert setting.on(money(1000), USD) == {5: 50, 2: 25, 9: -100}


def test_currencies_without_and_with_three_decimals() -> None:
    setting = TaxSetting(engagement_id=1, taxes=(VAT_19,))
    assert setting.on(money(1003), JPY) == {19: 191}  # 190.57
    assert setting.on(money("1.003"), KWD) == {19: Decimal("0.191")}  # 0.19057


def test_a_price_that_holds_its_tax() -> None:
    inside = VAT_19.model_copy(update={"included": True})
    assert with_included(Decimal(1000), [inside], USD) == 1190
    assert with_included(Decimal(1000), [VAT_19], USD) == 1000
    assert with_included(Decimal("-333.33"), [inside], USD) == Decimal("-396.66")  # 396.6627


def test_all_of_it_takes_all_of_its_tax() -> None:
    part = part_of(
        Decimal(1000), {19: Decimal(190)}, USD, at_most=Decimal(1000), limit=Decimal(5000)
    )
    assert part == Part(net=Decimal(1000), taxes=((19, Decimal(190)),))
    assert part.total == 1190


def test_a_part_up_to_a_limit_comes_to_the_limit() -> None:
    # 1,160.00 ÷ 1.19 = 974.79 net and 185.21 tax
    part = part_of(
        Decimal(1000), {19: Decimal(190)}, USD, at_most=Decimal(1000), limit=Decimal(1160)
    )
    assert (part.net, part.taxes) == (Decimal("974.79"), ((19, Decimal("185.21")),))


def test_a_cent_that_cannot_be_shared_goes_to_the_largest_part() -> None:
    # 0.24 + 0.05 tax (0.0456) = 0.29; 0.23 + 0.04 (0.0437) = 0.27: 0.28 lies between them
    part = part_of(
        Decimal(1000), {19: Decimal(190)}, USD, at_most=Decimal(1000), limit=Decimal("0.28")
    )
    assert (part.net, part.taxes) == (Decimal("0.24"), ((19, Decimal("0.04")),))
    assert part.total == Decimal("0.28")


def test_parts_of_parts_add_up_to_the_tax_that_was_charged() -> None:
    net, tax, taken = Decimal(1000), Decimal(190), []
    for limit in ("0.28", "396.66", "500.01", "900"):
        part = part_of(net, {19: tax}, USD, at_most=net, limit=Decimal(limit))
        taken.append(part)
        net, tax = net - part.net, tax - part.taxes[0][1]
    assert [part.total for part in taken] == money("0.28", "396.66", "500.01", "293.05")
    assert (net, tax) == (0, 0)


def test_nothing_there_or_nothing_due_is_nothing() -> None:
    taxes = {19: Decimal(190)}
    assert part_of(Decimal(1000), taxes, USD, at_most=Decimal(0), limit=Decimal(5)).total == 0
    assert part_of(Decimal(1000), taxes, USD, at_most=Decimal(9), limit=Decimal(0)).total == 0


def test_a_tax_that_is_not_in_percent_is_never_guessed() -> None:
    fixed = Tax(id=1, name="Eco", percent=Decimal(3), kind="fixed")
    with pytest.raises(AssertionError, match="cannot work out"):
        TaxSetting(engagement_id=1, taxes=(fixed,)).on([Decimal(1)], USD)
