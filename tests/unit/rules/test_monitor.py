"""Rule 22 with figures worked out by hand, written next to each."""

from datetime import date

import pytest

from sync.books.lots import lots_on
from sync.domain.advances import Advance, Decision
from sync.domain.books import Posting, RequestPaid, Settlement
from sync.domain.documents import Role
from sync.domain.money import Currency
from sync.rules.monitor import Figures, Monitor, RecentTake, Status, Watched, monitor
from tests.unit.books.book_lines import (
    ACME,
    EUR,
    JPY,
    LUMEN,
    UNEARNED,
    USD,
    document,
    line,
    match,
    money,
    ours,
)

DAY = date(2025, 6, 30)


def draw(number: int, on: date, amount: str, role: Role = Role.drawdown, **more) -> Posting:
    return line(number, f"-{amount}", ours(number, on, role), **more)


def watch(
    lots: list[Posting],
    draws: list[tuple[Posting, Posting, str]] | None = None,
    payments: dict[int, RequestPaid] | None = None,
    *,
    on: date = DAY,
    company: Currency = USD,
    **more,
) -> Monitor:
    matches = [match(*each) for each in draws or []]
    lines = {each.id: each for pair in draws or [] for each in pair[:2]}
    found = lots_on(on, lots, matches, lines, payments or {}, company)
    return monitor(Watched(as_of=on, currency=company, lots=found, **more))


def advance(number: int = 3, **more) -> Advance:
    values = {
        "name": f"ADV/{number}",
        "client_id": ACME,
        "partner_id": ACME,
        "currency": USD,
        "amount": money("10000"),
        "request_on": date(2025, 3, 1),
    } | more
    return Advance(id=number, **values)


def requested(number: int, amount: str, on: date, **more) -> Posting:
    of = ours(number, on, Role.advance_request, "out_invoice")
    return line(number, amount, of, advance_id=3, **more)


def paid(move: int, total: str, *settled: tuple[date, str, bool]) -> dict[int, RequestPaid]:
    return {
        move: RequestPaid(
            move_id=move,
            total=money(total),
            settlements=tuple(
                Settlement(day=day, amount=money(amount), cancels=cancels)
                for day, amount, cancels in settled
            ),
        )
    }


def figures(received: str, consumed: str, returned: str, owing: str, unpaid: str = "0") -> Figures:
    return Figures(
        received=money(received),
        consumed=money(consumed),
        returned=money(returned),
        owing=money(owing),
        unpaid=money(unpaid),
    )


def test_an_advance_half_used():
    """10,000 requested on 1 March, paid on 11 March; 1,800 drawn on 1 April, 2,700 on 31 May.

    Age: 11 March to 30 June = 111 days. In the 90 days to 30 June (2 April to 30 June) only the
    2,700 of 31 May were drawn: 30.00 a day. Owing 10,000 − 4,500 = 5,500; 5,500 ÷ 30 = 183.3 days,
    which is 30 December. Sales of the window 9,000 = 100 a day; 5,500 ÷ 100 = 55 days of sales.
    """
    lot = requested(1, "10000.00", date(2025, 3, 1))
    first, second = draw(2, date(2025, 4, 1), "1800.00"), draw(3, date(2025, 5, 31), "2700.00")
    found = watch(
        [lot],
        [(first, lot, "1800.00"), (second, lot, "2700.00")],
        paid(1, "10000.00", (date(2025, 3, 11), "10000.00", False)),
        advances=(advance(maturity=date(2025, 12, 31)),),
        sales=((ACME, money("9000.00")),),
    )
    (one,) = found.lots
    assert one.figures == figures("10000.00", "4500.00", "0", "5500.00")
    assert one.in_books == one.figures
    assert (one.since, one.age, one.band) == (date(2025, 3, 11), 111, 3)
    assert one.last_draw == date(2025, 5, 31)
    assert one.matures_on == date(2025, 12, 31)
    assert one.status is Status.open
    assert one.advance == "ADV/3"
    assert one.pace.average_draw == money("30")
    assert one.pace.days_of_cover == money("183.3")
    assert one.pace.days_of_sales == money("55.0")
    assert one.pace.runs_out_on == date(2025, 12, 30)


def test_what_a_request_waits_for_is_shown_apart():
    """1,200 with 20 % tax on 1,000; 300 came in, 240 were credited: 660 are unpaid, 550 net.

    Net parts: received 250, cancelled 200, of which nothing goes back; open 1,000 − 200 = 800, of
    which 550 are nobody's cash, so 250 are owing.
    """
    lot = requested(1, "1000.00", date(2025, 6, 1))
    note = line(2, "-200.00", document(2, date(2025, 6, 20), "out_refund", key="c"), advance_id=3)
    found = watch(
        [lot],
        [(note, lot, "200.00")],
        paid(
            1, "1200.00", (date(2025, 6, 10), "300.00", False), (date(2025, 6, 20), "240.00", True)
        ),
        advances=(advance(due_on=date(2025, 6, 15)),),
    )
    (one,) = found.lots
    assert one.figures == figures("250.00", "0", "0.00", "250.00", "550.00")
    assert one.since == date(2025, 6, 10)


def test_what_was_drawn_and_is_not_paid_any_more_is_not_owed_by_what_was_given_back():
    """500 asked for; 300 were drawn and given back on 10 June; the payment bounced.

    Nothing was received: of the 200 left of the request and the 300 that came back nothing is
    owing, and 500 are unpaid. Once 400 of the 500 are paid, 500 - 400 = 100 are unpaid still.
    """
    lot = requested(1, "500.00", date(2025, 3, 1))
    taken = draw(2, date(2025, 6, 1), "300.00")
    back = line(3, "300.00", ours(3, date(2025, 6, 10), Role.drawdown), advance_id=3)
    books = [(taken, lot, "300.00")]
    found = watch([lot, back], books, paid(1, "500.00"), advances=(advance(),))
    assert [(each.figures.owing, each.figures.unpaid) for each in found.lots] == [
        (money("0"), money("200")),
        (money("0"), money("300")),
    ]
    repaid = paid(1, "500.00", (date(2025, 6, 20), "400.00", False))
    found = watch([lot, back], books, repaid, advances=(advance(),))
    assert [(each.figures.owing, each.figures.unpaid) for each in found.lots] == [
        (money("100"), money("100")),
        (money("300"), money("0")),
    ]


@pytest.mark.parametrize(
    ("due", "status"), [(date(2025, 6, 29), Status.overdue), (date(2025, 6, 30), Status.requested)]
)
def test_an_unpaid_request_is_no_cash(due, status):
    lot = requested(1, "1000.00", date(2025, 6, 1))
    found = watch([lot], payments=paid(1, "1000.00"), advances=(advance(due_on=due),))
    (one,) = found.lots
    assert one.figures == figures("0", "0", "0", "0", "1000.00")
    assert (one.status, one.since, one.age) == (status, date(2025, 6, 1), 29)
    assert found.in_books == one.figures
    assert found.bands_in_books == (0, 0, 0, 0, 0, 0), "ageing is of what is owed"


def test_the_day_decides():
    """What is matched or paid after the day has not happened yet."""
    lot = requested(1, "1000.00", date(2025, 6, 1))
    later = draw(2, date(2025, 7, 1), "400.00")
    payments = paid(
        1, "1000.00", (date(2025, 6, 30), "600.00", False), (date(2025, 7, 2), "400.00", False)
    )
    draws = [(later, lot, "400.00")]
    assert watch([lot], draws, payments).lots[0].figures == figures(
        "600.00", "0", "0", "600.00", "400.00"
    )
    after = watch([lot], draws, payments, on=date(2025, 7, 2)).lots[0]
    assert after.figures == figures("1000.00", "400.00", "0", "600.00")
    assert watch([lot], draws, payments, on=date(2025, 5, 31)).lots == ()


def test_a_restored_lot_is_no_new_money():
    """1,000 received, 400 drawn, the invoice credited: 400 restored. Received stays 1,000."""
    lot = requested(1, "1000.00", date(2025, 3, 1))
    drawn = draw(2, date(2025, 4, 1), "400.00")
    back = line(
        3,
        "400.00",
        document(3, date(2025, 5, 1), key="u", role=Role.drawdown),
        advance_id=3,
    )
    found = watch(
        [lot, back],
        [(drawn, lot, "400.00")],
        paid(1, "1000.00", (date(2025, 3, 5), "1000.00", False)),
    )
    assert [each.figures for each in found.lots] == [
        figures("1000.00", "400.00", "0", "600.00"),
        figures("0.00", "-400.00", "0", "400.00"),
    ]
    assert found.in_books == figures("1000.00", "0.00", "0", "1000.00")


def test_returned_and_kept_are_told_apart():
    """1,000 received; 100 drawn, 250 given back, 50 kept: 600 owing."""
    lot = line(1, "1000.00", document(1, date(2025, 1, 1)), advance_id=3)
    found = watch(
        [lot],
        [
            (draw(2, date(2025, 2, 1), "100.00"), lot, "100.00"),
            (
                line(3, "-250.00", document(3, date(2025, 3, 1), "out_refund", key="x")),
                lot,
                "250.00",
            ),
            (draw(4, date(2025, 4, 1), "50.00", Role.breakage), lot, "50.00"),
        ],
    )
    assert found.lots[0].figures == figures("1000.00", "150.00", "250.00", "600.00")


def test_the_lot_s_own_rate():
    """1,000 EUR at 1.10 = 1,100 USD; 300 EUR drawn = 330 USD at that rate, not the day's."""
    lot = line(
        1,
        "1000.00",
        document(1, date(2025, 6, 1)),
        currency=EUR,
        amount_company=money("1100.00"),
    )
    drawn = draw(2, date(2025, 6, 10), "300.00", currency=EUR, amount_company=money("-330.00"))
    matches = [match(drawn, lot, "300.00", "330.00")]
    found = lots_on(DAY, [lot], matches, {2: drawn}, {}, USD)
    (one,) = monitor(Watched(as_of=DAY, currency=USD, lots=found)).lots
    assert one.figures == figures("1000.00", "300.00", "0", "700.00")
    assert one.in_books == figures("1100.00", "330.00", "0", "770.00")


def test_totals_never_mix_currencies():
    lots = [
        line(1, "1000.00", document(1, date(2025, 6, 1), engagement_id=40)),
        line(2, "500.00", document(2, date(2025, 2, 1), engagement_id=41)),
        line(
            3,
            "150000",
            document(3, date(2025, 6, 20), engagement_id=41),
            currency=JPY,
            amount_company=money("1000.00"),
        ),
        line(4, "70.00", document(4, date(2024, 6, 1)), UNEARNED, client_id=LUMEN),
    ]
    found = watch(lots, sales=((ACME, money("900.00")), (LUMEN, money("90.00"))))
    clients = {(each.client_id, each.currency.code): each for each in found.clients}
    assert set(clients) == {(ACME, "USD"), (ACME, "JPY"), (LUMEN, "USD")}
    acme = clients[ACME, "USD"]
    assert (acme.lots, acme.figures.owing, acme.oldest) == (2, money("1500.00"), 149)
    # Ages: 1 June 29 days, 1 February 149 days.
    assert acme.bands == (money("1000.00"), 0, 0, money("500.00"), 0, 0)
    assert acme.pace.days_of_sales == money("150.0"), "1,500 ÷ (900 ÷ 90)"
    assert clients[ACME, "JPY"].figures.owing == money("150000")
    assert clients[ACME, "JPY"].in_books.owing == money("1000.00")
    assert {(each.currency.code, each.figures.owing) for each in found.company} == {
        ("USD", money("1570.00")),
        ("JPY", money("150000")),
    }
    assert found.in_books.owing == money("2570.00")
    assert found.bands_in_books == (money("2000.00"), 0, 0, money("500.00"), 0, money("70.00"))
    assert {(each.client_id, each.engagement_id) for each in found.engagements} == {
        (ACME, 40),
        (ACME, 41),
        (LUMEN, None),
    }


@pytest.mark.parametrize(
    ("age", "band"),
    [(0, 0), (30, 0), (31, 1), (60, 1), (90, 2), (91, 3), (180, 3), (365, 4), (366, 5)],
)
def test_the_bands_of_age(age, band):
    day = date.fromordinal(DAY.toordinal() - age)
    (one,) = watch([line(1, "1.00", document(1, day))]).lots
    assert (one.age, one.band) == (age, band)


def test_a_young_advance_is_averaged_over_its_own_days():
    """Received on 20 June, 10 days before; 500 drawn: 50 a day. Owing 500 lasts 10 days."""
    lot = line(1, "1000.00", document(1, date(2025, 6, 20)), advance_id=3)
    (one,) = watch([lot], [(draw(2, date(2025, 6, 25), "500.00"), lot, "500.00")]).lots
    assert one.pace.average_draw == money("50")
    assert one.pace.days_of_cover == money("10.0")
    assert one.pace.runs_out_on == date(2025, 7, 10)


def test_a_client_s_pace_counts_lots_that_are_used_up():
    """900 were drawn in the window from a lot that is gone: 10 a day for the 500 that are left."""
    lot = line(1, "500.00", document(1, date(2025, 6, 25)))
    gone = RecentTake(
        line_id=99,
        client_id=ACME,
        engagement_id=None,
        currency=USD,
        amount=money("900.00"),
        amount_company=money("900.00"),
    )
    found = watch([lot], recent=(gone,))
    assert found.lots[0].pace.days_of_cover is None
    assert found.clients[0].pace.days_of_cover == money("50.0")
    assert found.pace_in_books.days_of_cover == money("50.0")


def test_nothing_to_compare_with():
    (one,) = watch([line(1, "500.00", document(1, date(2025, 6, 25)))]).lots
    assert one.pace.days_of_sales is None
    assert one.pace.days_of_cover is None
    assert one.pace.runs_out_on is None
    assert watch([]).lots == watch([]).company == ()


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"maturity": date(2025, 6, 30)}, Status.open),
        ({"maturity": date(2025, 6, 29)}, Status.matured),
        (
            {
                "maturity": date(2025, 6, 29),
                "decision": Decision.keep,
                "decided_by": "Kim",
                "decision_note": "asked for",
            },
            Status.decided,
        ),
    ],
)
def test_maturity_is_the_last_day_of_use(changes, status):
    lot = line(1, "500.00", document(1, date(2025, 6, 1)), advance_id=3)
    found = watch([lot], advances=(advance(**changes),))
    assert found.lots[0].status is status
    assert found.clients[0].status is status


def test_what_several_lots_returned_is_added_up():
    """1,000 and 500 received; 250 and 100 of them given back: 750 and 400 owing, 1,150 in all."""
    first, second = (
        line(at, amount, document(at, date(2025, 1, 1)), advance_id=3)
        for at, amount in ((1, "1000.00"), (2, "500.00"))
    )

    def back(number: int, amount: str) -> Posting:
        return line(number, f"-{amount}", document(number, date(2025, 3, 1), "out_refund", key="x"))

    found = watch(
        [first, second],
        [(back(3, "250.00"), first, "250.00"), (back(4, "100.00"), second, "100.00")],
    )
    assert found.in_books == figures("1500.00", "0.00", "350.00", "1150.00")
