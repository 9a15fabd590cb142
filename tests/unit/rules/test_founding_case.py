"""The founding case: 40 h a month for 5000.00, overage at 175.00 an hour, up to 10 h roll over.

March 2025: 28 h used. April: 56 h used.
"""

from datetime import date
from decimal import Decimal

from sync.domain.documents import Role, StatementState
from sync.domain.hours import HOUR
from tests.unit.rules.world import (
    day,
    entry,
    h,
    of_role,
    retainer,
    run,
    statement,
    terms,
    the,
    world,
)

CASE = world(
    retainer(terms("2025-03-01"), start="2025-03-01"),
    entries=[
        entry(1, "2025-03-05", 8),
        entry(2, "2025-03-12", 8),
        entry(3, "2025-03-19", 8),
        entry(4, "2025-03-31", 4),  # 8 + 8 + 8 + 4 = 28 h in March
        entry(11, "2025-04-01", 10),
        entry(12, "2025-04-08", 16),
        entry(13, "2025-04-15", 16),
        entry(14, "2025-04-28", 10),  # 52 h so far: 2 over
        entry(15, "2025-04-30", 4),  # 56 h in April
    ],
)


def test_march_rolls_ten_hours_and_lets_two_lapse() -> None:
    march = statement(run(CASE, "2025-05-01"), "2025-03")
    assert march.state is StatementState.closed
    assert (march.date_start, march.date_end) == (day("2025-03-01"), day("2025-03-31"))
    assert march.allocated == h(40)
    assert march.rolled_in == 0
    assert march.used == h(28)
    assert march.remaining == h(12)  # 40 − 28
    assert march.rolled_out == h(10)  # the cap
    assert march.expired == h(2)  # 12 − 10
    assert march.overage == 0
    assert march.utilization == Decimal("70.0")  # 28 ÷ 40
    assert march.fee == Decimal(5000)
    assert march.overage_amount == 0


def test_april_has_fifty_hours_and_goes_six_over() -> None:
    april = statement(run(CASE, "2025-05-01"), "2025-04")
    assert april.allocated == h(40)
    assert april.rolled_in == h(10)
    assert april.available == h(50)
    assert april.used == h(56)
    assert april.overage == h(6)  # 56 − 50
    assert april.overage_amount == Decimal("1050.00")  # 6 × 175
    assert april.utilization == Decimal("112.0")  # 56 ÷ 50
    assert april.remaining == april.rolled_out == april.expired == 0


def test_the_overage_invoice_of_april() -> None:
    invoice = the(run(CASE, "2025-05-01"), Role.overage)
    assert invoice.key == "1/1/overage/2025-04/0"
    assert invoice.untaxed == Decimal("1050.00")
    assert invoice.invoice_date == day("2025-04-30")
    assert (invoice.service_start, invoice.service_end) == (day("2025-04-01"), day("2025-04-30"))
    (line,) = invoice.lines
    assert (line.quantity, line.unit_price) == (Decimal(6), Decimal(175))
    assert "April 2025" in line.text
    # 10 + 16 + 16 = 42 h before 28 April: 8 of that day's 10 are covered, 2 over; 4 h on the 30th
    assert invoice.entry_ids == (14, 15)


def test_the_two_fee_invoices() -> None:
    march, april = of_role(run(CASE, "2025-04-30"), Role.fee)
    assert (march.untaxed, april.untaxed) == (Decimal(5000), Decimal(5000))
    assert (march.invoice_date, april.invoice_date) == (day("2025-03-01"), day("2025-04-01"))
    assert march.lines[0].text == "Monthly retainer, March 2025"
    assert march.lines[0].unearned


def test_every_hour_of_march_and_april_is_explained() -> None:
    outcome = run(CASE, "2025-05-01")
    reason = the(outcome, Role.overage).reasons[0]
    assert "40:00 h granted + 10:00 h rolled in = 50:00 h available" in reason.text
    assert "56:00 h used; 6:00 h over" in reason.text
    assert "1,050.00 USD" in reason.text
    assert [record.id for record in reason.records] == [14, 15]


def test_lots_of_april_rolled_hours_first() -> None:
    april = statement(run(CASE, "2025-05-01"), "2025-04")
    rolled, own = sorted(april.lots, key=lambda lot: lot.granted_on)
    assert (rolled.granted_on, rolled.granted, rolled.opening) == (date(2025, 3, 1), h(40), h(10))
    assert (rolled.drawn, rolled.closing) == (h(10), 0)
    assert (own.opening, own.drawn, own.closing) == (h(40), h(40), 0)
    assert rolled.drawn + own.drawn + april.overage == 56 * HOUR


def test_before_the_month_is_over_nothing_is_closed_and_no_overage_billed() -> None:
    outcome = run(CASE, "2025-04-30")
    assert statement(outcome, "2025-03").state is StatementState.closed
    assert statement(outcome, "2025-04").state is StatementState.open
    assert of_role(outcome, Role.overage) == []
