"""Laws of money, lots and hours, whatever the figures."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sync.domain import hours
from sync.domain.documents import Line
from sync.domain.keys import fingerprint
from sync.domain.lots import Drain, drain
from sync.domain.money import Currency, split

currencies = st.integers(0, 3).map(lambda digits: Currency(id=1, code="XXX", digits=digits))
amounts = st.decimals(-(10**9), 10**9, places=6)


@given(currencies, amounts)
def test_rounding_is_within_half_a_unit_and_mirrors_its_sign(
    currency: Currency, amount: Decimal
) -> None:
    rounded = currency.round(amount)
    assert abs(rounded - amount) * 2 <= currency.unit
    assert currency.round(-amount) == -rounded
    assert currency.round(rounded) == rounded


@given(
    currencies,
    st.integers(-(10**9), 10**9),
    st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any),
)
def test_a_split_adds_up_to_its_total(currency: Currency, units: int, weights: list[int]) -> None:
    total = currency.unit * units
    parts = split(total, weights, currency)
    assert sum(parts) == total
    assert all(part == currency.round(part) for part in parts)
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if not weight) or (
        max(weights) == 0
    )


@given(
    st.lists(st.integers(0, 10**6), max_size=8),
    st.lists(st.integers(0, 10**6), max_size=8),
)
def test_drained_and_remaining_are_what_was_received(lots: list[int], needs: list[int]) -> None:
    named = [(str(number), quantity) for number, quantity in enumerate(lots)]
    drained = Drain(named, 0)
    total = 0
    for need in needs:
        draws, shortfall = drained.take(need)
        taken = sum(draw.quantity for draw in draws)
        assert taken + shortfall == need
        assert all(draw.quantity > 0 for draw in draws)
        assert not shortfall or not any(drained.remaining().values())
        total += taken
    left = drained.remaining()
    assert total + sum(left.values()) == sum(lots)
    assert all(0 <= left[name] <= quantity for name, quantity in named)


@given(st.lists(st.integers(0, 10**6), max_size=8), st.integers(0, 10**7))
def test_lots_are_drained_in_their_order(lots: list[int], need: int) -> None:
    named = [(str(number), quantity) for number, quantity in enumerate(lots)]
    draws, _ = drain(named, need, 0)
    touched = [int(draw.lot) for draw in draws]
    assert touched == sorted(touched)
    for draw in draws[:-1]:
        assert draw.quantity == lots[int(draw.lot)]  # emptied before the next is touched
    if touched:
        assert all(lots[each] == 0 for each in range(touched[-1]) if each not in touched)


@given(st.lists(st.integers(0, 10**6), max_size=8), st.lists(st.integers(0, 10**6), max_size=6))
def test_one_need_or_many_draw_the_same(lots: list[int], needs: list[int]) -> None:
    named = [(str(number), quantity) for number, quantity in enumerate(lots)]
    many = Drain(named, 0)
    short = sum(many.take(need)[1] for need in needs)
    one = Drain(named, 0)
    assert one.take(sum(needs))[1] == short
    assert one.remaining() == many.remaining()


@given(st.lists(st.integers(0, 10**6), max_size=8), st.lists(st.integers(0, 10**6), max_size=8))
def test_needs_at_once_draw_what_they_draw_one_by_one(lots: list[int], needs: list[int]) -> None:
    named = [(str(number), quantity) for number, quantity in enumerate(lots)]
    together, singly = Drain(named, 0), Drain(named, 0)
    drawn, short = together.take_each(enumerate(needs))
    each = [singly.take(need) for need in needs]
    assert [
        (lot, number, part) for lot, parts in drawn.items() for number, part in parts
    ] == sorted(
        (
            (draw.lot, number, draw.quantity)
            for number, (draws, _) in enumerate(each)
            for draw in draws
        ),
        key=lambda draw: (int(draw[0]), draw[1]),
    )
    assert short == [(number, left) for number, (_, left) in enumerate(each) if left]
    assert together.remaining() == singly.remaining()


@given(st.integers(-(10**9), 10**9), st.integers(-60, 600))
def test_rounding_up_never_takes_time_away_and_mirrors_corrections(
    seconds: int, minutes: int
) -> None:
    counted = hours.round_up(seconds, minutes)
    assert abs(counted) >= abs(seconds)
    assert hours.round_up(-seconds, minutes) == -counted
    if minutes > 0:
        assert counted % (minutes * 60) == 0
        assert abs(counted) - abs(seconds) < minutes * 60


@given(st.integers(-(10**9), 10**9))
def test_hours_survive_being_written_as_decimals(seconds: int) -> None:
    assert hours.from_hours(hours.to_hours(seconds)) == seconds
    exact = hours.in_hundredths(seconds)
    assert (exact is not None) == (seconds % 36 == 0)
    if exact is not None:
        assert exact * 3600 == seconds


@given(
    currencies,
    st.integers(0, 10**8),
    st.decimals(0, 10**5, places=4),
)
def test_a_line_of_hours_multiplies_and_is_rounded_once(
    currency: Currency, seconds: int, rate: Decimal
) -> None:
    line = Line.of_hours("Work", seconds, rate, currency, None)
    assert currency.round(line.quantity * line.unit_price) == line.amount
    exact = Decimal(seconds) * rate  # per 3600; compare without dividing
    assert abs(line.amount * 3600 - exact) * 2 <= currency.unit * 3600


@given(st.decimals(-(10**6), 10**6, places=6), st.integers(0, 8))
def test_zeros_behind_a_figure_are_no_content(amount: Decimal, zeros: int) -> None:
    longer = Decimal(f"{amount:f}" + "0" * zeros)
    assert fingerprint({"amount": longer}) == fingerprint({"amount": amount})
