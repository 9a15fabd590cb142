"""Lots are drained in their order, never below zero; what they cannot cover is the shortfall."""

from decimal import Decimal

import pytest

from sync.domain.lots import Drain, Draw, drain


def test_a_need_is_drawn_in_the_order_of_the_lots() -> None:
    # 10 + 40 = 50 there, 28 needed: 10 from the first, 18 from the second
    draws, shortfall = drain([("rolled", 10), ("own", 40)], 28, 0)
    assert draws == [Draw("rolled", 10), Draw("own", 18)]
    assert shortfall == 0


def test_what_the_lots_cannot_cover_is_the_shortfall() -> None:
    # 50 there, 56 needed: 6 short
    draws, shortfall = drain([("rolled", 10), ("own", 40)], 56, 0)
    assert draws == [Draw("rolled", 10), Draw("own", 40)]
    assert shortfall == 6


def test_money_is_drained_like_hours() -> None:
    lots = [("a", Decimal("1000.00")), ("b", Decimal("250.00"))]
    draws, shortfall = drain(lots, Decimal("1049.99"), Decimal(0))
    assert draws == [Draw("a", Decimal("1000.00")), Draw("b", Decimal("49.99"))]
    assert shortfall == 0


def test_no_lots_is_all_shortfall() -> None:
    assert drain([], 5, 0) == ([], 5)


def test_an_empty_lot_is_passed_over_and_draws_nothing() -> None:
    assert drain([("empty", 0), ("full", 5)], 5, 0) == ([Draw("full", 5)], 0)


def test_no_need_draws_nothing() -> None:
    assert drain([("full", 5)], 0, 0) == ([], 0)


def test_need_after_need_goes_on_where_the_last_one_stopped() -> None:
    lots = Drain([("a", 3), ("b", 3)], 0)
    assert lots.take(2) == ([Draw("a", 2)], 0)
    assert lots.take(2) == ([Draw("a", 1), Draw("b", 1)], 0)
    assert lots.remaining() == {"a": 0, "b": 2}
    assert lots.take(5) == ([Draw("b", 2)], 3)
    assert lots.take(1) == ([], 1)
    assert lots.remaining() == {"a": 0, "b": 0}


def test_many_needs_at_once_by_lot_and_what_is_short() -> None:
    # 3 + 3 there; 2, 2, 0 and 5 needed: the second need takes of both lots, the last is 3 short
    lots = Drain([("a", 3), ("b", 3)], 0)
    drawn, short = lots.take_each([("w", 2), ("x", 2), ("y", 0), ("z", 5)])
    assert drawn == {"a": [("w", 2), ("x", 1)], "b": [("x", 1), ("z", 2)]}
    assert short == [("z", 3)]
    assert lots.remaining() == {"a": 0, "b": 0}


def test_a_lot_drawn_to_the_last_second_is_not_overdrawn() -> None:
    lots = Drain([("a", 3)], 0)
    assert lots.take(3) == ([Draw("a", 3)], 0)
    assert lots.remaining() == {"a": 0}


@pytest.mark.parametrize("lots", [[("a", -1)], [("a", 1), ("a", 2)]])
def test_a_lot_below_zero_or_given_twice_is_a_programming_error(
    lots: list[tuple[str, int]],
) -> None:
    with pytest.raises(AssertionError):
        Drain(lots, 0)


def test_a_need_below_zero_is_a_programming_error() -> None:
    with pytest.raises(AssertionError):
        Drain([("a", 1)], 0).take(-1)
