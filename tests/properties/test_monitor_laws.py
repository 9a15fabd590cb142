"""Laws of the monitor (rule 22): what came in is consumed, returned or owed, and every total is the
sum of its lots.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.books import OpenLot, Taken
from sync.domain.money import ZERO
from sync.rules.monitor import Figures, Status, Total, Watched, WatchedLot, monitor
from tests.properties.strategies import JPY, KWD, USD, pick
from tests.unit.books.book_lines import ACME, ADVANCES, LUMEN, UNEARNED, document, line

DAY = date(2025, 6, 30)
WINDOW = 90
BANDS = (30, 60, 90, 180, 365)
FIGURES = tuple(Figures.model_fields)
CONSUMED = (Taken.drawn, Taken.breakage, Taken.other)


def a_lot(draw: st.DrawFn, id: int) -> OpenLot:
    """Taken from in some ways, part of the rest not paid yet."""
    currency = pick(draw, USD, JPY, KWD)
    whole = currency.unit * draw(st.integers(1, 400_000))
    on = DAY - timedelta(days=draw(st.integers(0, 500)))
    takes, left = [], whole
    for _ in range(draw(st.integers(0, 3))):
        part = currency.round(left * draw(st.integers(0, 100)) / 100)
        after = on + timedelta(days=draw(st.integers(0, (DAY - on).days)))
        takes.append((after, pick(draw, *CONSUMED, Taken.returned), part))
        left -= part
    unpaid = pick(draw, ZERO, ZERO, currency.round(left * draw(st.integers(0, 100)) / 100))
    rate = Fraction(draw(st.integers(50, 150)), 100) if currency != USD else Fraction(1)

    def books(amount: Decimal) -> Decimal:
        return USD.round(amount * rate.numerator / rate.denominator)

    posting = line(
        id,
        str(whole),
        document(id, on, engagement_id=pick(draw, None, 40, 41)),
        pick(draw, ADVANCES, UNEARNED),
        client_id=pick(draw, ACME, LUMEN),
        currency=currency,
        amount_company=books(whole),
    )
    return OpenLot(
        posting=posting,
        open=left,
        open_company=books(left),
        unpaid=unpaid,
        unpaid_company=books(unpaid),
        received_on=on + timedelta(days=draw(st.integers(0, (DAY - on).days))),
        takes=tuple(sorted(takes, key=lambda each: each[0])),
        foreign=pick(draw, *[False] * 5, True),
    )


@st.composite
def watched(draw: st.DrawFn) -> Watched:
    sales = st.integers(0, 900_000).map(lambda each: Decimal(each) / 100)
    return Watched(
        as_of=DAY,
        currency=USD,
        lots=tuple(a_lot(draw, id) for id in range(1, draw(st.integers(1, 6)) + 1)),
        sales=((ACME, draw(sales)), (LUMEN, draw(sales))),
    )


def summed(figures: Iterable[Figures]) -> dict[str, Decimal]:
    rows = list(figures)
    return {name: sum((getattr(each, name) for each in rows), ZERO) for name in FIGURES}


@given(watched())
def test_what_came_in_was_consumed_returned_or_is_owed(facts: Watched) -> None:
    for lot, shown in zip(facts.lots, monitor(facts).lots, strict=True):
        figures = shown.figures
        assert figures.consumed == sum((a for _, how, a in lot.takes if how in CONSUMED), ZERO)
        assert figures.returned == lot.posting.amount - lot.open - figures.consumed
        assert figures.owing == lot.open - lot.unpaid
        assert figures.unpaid == lot.unpaid
        for each in (figures, shown.in_books):
            assert each.received == each.consumed + each.returned + each.owing
        owed = shown.figures.owing
        assert shown.in_books.owing == (lot.open_company - lot.unpaid_company if owed else ZERO)


@given(watched())
def test_every_total_is_the_sum_of_its_lots(facts: Watched) -> None:
    found = monitor(facts)
    keys: dict[str, Callable[[WatchedLot | Total], tuple[object, ...]]] = {
        "company": lambda each: (each.currency.code,),
        "clients": lambda each: (each.currency.code, each.client_id),
        "engagements": lambda each: (each.currency.code, each.client_id, each.engagement_id),
    }
    for name, key in keys.items():
        totals: dict[tuple[object, ...], Total] = {key(each): each for each in getattr(found, name)}
        assert len(totals) == len(getattr(found, name)), "one for each"
        assert set(totals) == {key(each) for each in found.lots}
        for place, total in totals.items():
            own = [each for each in found.lots if key(each) == place]
            owed = [each for each in own if each.figures.owing]
            assert total.lots == len(own)
            assert summed([total.figures]) == summed(each.figures for each in own)
            assert summed([total.in_books]) == summed(each.in_books for each in own)
            assert sum(total.bands, ZERO) == total.figures.owing
            assert total.oldest == max((each.age for each in owed), default=0)
            worst = [status for status in Status if status in {each.status for each in own}]
            assert total.status == worst[0]
    assert summed([found.in_books]) == summed(each.in_books for each in found.lots)
    assert sum(found.bands_in_books, ZERO) == found.in_books.owing


@given(watched())
def test_age_and_pace_of_each_lot(facts: Watched) -> None:
    """Band by age; averages over the window, or the life of younger money."""
    for lot, shown in zip(facts.lots, monitor(facts).lots, strict=True):
        assert lot.received_on is not None
        assert shown.age == (DAY - lot.received_on).days
        assert shown.band == sum(shown.age > last for last in BANDS)
        drawn = [(day, amount) for day, how, amount in lot.takes if how in CONSUMED]
        assert shown.last_draw == max((day for day, _ in drawn), default=None)
        recent = sum((amount for day, amount in drawn if (DAY - day).days < WINDOW), ZERO)
        over = min(max(shown.age, 1), WINDOW)
        pace = shown.pace
        assert abs(pace.average_draw * over - recent) < Decimal("1e-12")
        lasts = shown.figures.owing and recent
        assert (pace.days_of_cover is not None) == bool(lasts)
        if pace.days_of_cover is not None:
            assert abs(pace.days_of_cover * recent - shown.figures.owing * over) <= recent / 20
        sales = dict(facts.sales)[shown.client_id or 0]
        assert (pace.days_of_sales is None) == (not sales)
        if pace.days_of_sales is not None:
            assert abs(pace.days_of_sales * sales - shown.in_books.owing * WINDOW) <= sales / 20
