"""What was drawn beyond its payment is not there in the other lots; figures by hand beside each."""

from datetime import date
from decimal import Decimal

from sync.domain.held import with_held
from sync.domain.ledger import LotKind, MoneyLot
from sync.domain.shortfall import held
from tests.unit.rules.funds import lot, paid

D = Decimal


def restored(amount: int, **more) -> MoneyLot:
    return lot(
        line_id=more.pop("line_id", 50),
        day=date(2025, 3, 10),
        amount=D(amount),
        open=D(amount),
        move_key="1/1/drawdown/c7.l10.e8/0",
        receipts=(),
        **more,
    )


def bounced(**more) -> MoneyLot:
    """500 asked for, 300 drawn of it, and nobody paid in the end."""
    return lot(amount=500, open=D(200), **{"unpaid": D(500), "receipts": (), **more})


def test_the_first_lots_stand_for_it() -> None:
    # 500 - 200 = 300 were drawn without being paid: 100 of the first, 200 of the 250 of the second.
    stands = [("a", D(200), D(500)), ("a", D(100), D(0)), ("a", D(250), D(0)), ("b", D(90), D(0))]
    assert held(stands) == [0, 100, 200, 0]


def test_lots_of_nobody_stand_for_nothing() -> None:
    assert held([(None, D(0), D(500)), (None, D(100), D(0))]) == [0, 0]


def test_what_a_credit_note_gives_back_is_held_until_it_is_paid() -> None:
    request, back = with_held([bounced(), restored(300)])
    assert (request.available, back.available) == (0, 0)
    assert (request.shortfall, back.held) == (300, 300)
    assert back.there_by(date(2025, 12, 31)) == 0


def test_a_part_that_is_paid_for_is_free() -> None:
    # 200 were paid: 500 asked - 200 = 300 unpaid, 200 open: 100 too much drawn, 300 - 100 are free.
    paid_in_part = bounced(unpaid=D(300), receipts=paid(("2025-02-10", D(200))))
    _, back = with_held([paid_in_part, restored(300)])
    assert (back.held, back.available) == (100, 200)


def test_what_is_paid_later_is_there_from_that_day_on() -> None:
    # All 500 were paid again on 24 March: 200 are those of the request, 300 free what came back.
    again = bounced(unpaid=D(0), receipts=paid(("2025-03-24", D(500))))
    request, back = with_held([again, restored(300)])
    assert (request.available, back.available) == (200, 300)
    assert back.there_by(date(2025, 3, 23)) == 0
    assert back.there_by(date(2025, 3, 24)) == 300
    assert back.received_on == date(2025, 3, 24)


def test_lots_that_were_paid_in_time_stay_as_they_are() -> None:
    lots = [bounced(unpaid=D(0), receipts=paid(("2025-02-10", D(500)))), restored(300)]
    assert with_held(lots) == tuple(lots)
    other = restored(300, line_id=60, advance_id=2)
    assert with_held([bounced(), other])[1] == other
    fee = restored(300, advance_id=None, kind=LotKind.unearned)
    assert with_held([bounced(), fee])[1] == fee
