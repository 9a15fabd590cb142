"""Rule 17: a month closes once, in order, with its invoices; a closed statement never changes."""

from sync.domain.documents import LotLine, LotSource, Role, StatementState
from sync.domain.existing import ExistingPeriod
from sync.domain.terms import Billing
from tests.unit.rules.world import (
    codes,
    company,
    day,
    entry,
    h,
    issue,
    money,
    of_role,
    retainer,
    run,
    statement,
    terms,
    the,
    world,
)

OPEN, CLOSED = StatementState.open, StatementState.closed


def states(outcome):
    return {f"{each.date_start:%Y-%m}": each.state for each in outcome.statements}


def closed_march(*lots: LotLine, until: str = "2025-03-31") -> ExistingPeriod:
    return ExistingPeriod(
        id=1,
        key="1/1/statement/2025-03/0",
        fingerprint="f",
        engagement_id=1,
        date_start=day("2025-03-01"),
        date_end=day(until),
        closed=True,
        lots=lots,
    )


def left(source: LotSource, granted: str, hours: int, **changes) -> LotLine:
    return LotLine(
        **{
            "source": source,
            "granted_on": day(granted),
            "granted": h(hours),
            "opening": h(hours),
            "closing": h(hours),
            **changes,
        }
    )


def since_april(*lots: LotLine, **facts):
    """The retainer with March closed, and those lots left by it."""
    engagement = retainer(closed_until=day("2025-03-31"), **facts.pop("engagement", {}))
    return world(engagement, periods=[closed_march(*lots)], **facts)


def test_a_month_closes_the_day_after_its_last() -> None:
    snapshot = world(retainer(terms("2025-03-01"), start="2025-03-01"))
    assert states(run(snapshot, "2025-03-31")) == {"2025-03": OPEN}
    assert states(run(snapshot, "2025-04-01")) == {"2025-03": CLOSED, "2025-04": OPEN}


def test_it_stays_open_for_the_days_that_the_company_gives_late_time() -> None:
    snapshot = world(
        retainer(terms("2025-03-01"), start="2025-03-01"), company=company(close_after_days=60)
    )
    # 1 April + 60 days = 31 May
    assert states(run(snapshot, "2025-05-30"))["2025-03"] is OPEN
    assert states(run(snapshot, "2025-05-31"))["2025-03"] is CLOSED
    assert states(run(snapshot, "2025-05-31"))["2025-04"] is OPEN


def test_in_arrears_it_waits_for_the_business_day_of_the_fee() -> None:
    # 31 May 2025 is a Saturday: the fee goes out on Monday 2 June, and with it the month closes
    snapshot = world(retainer(terms("2025-05-01", billing=Billing.in_arrears), start="2025-05-01"))
    assert states(run(snapshot, "2025-06-01"))["2025-05"] is OPEN
    assert states(run(snapshot, "2025-06-02"))["2025-05"] is CLOSED


def test_entries_are_bound_when_the_month_closes_not_before() -> None:
    snapshot = world(entries=[entry(2, "2025-01-10", 1), entry(1, "2025-01-11", 1)])
    assert statement(run(snapshot, "2025-01-31"), "2025-01").entry_ids == ()
    assert statement(run(snapshot, "2025-02-01"), "2025-01").entry_ids == (1, 2)


def test_the_overage_invoice_closes_with_its_month() -> None:
    snapshot = world(entries=[entry(1, "2025-01-10", 46)])
    invoice = the(run(snapshot, "2025-02-01"), Role.overage)
    assert invoice.month == day("2025-01-01")


def test_the_next_month_opens_with_what_the_closed_one_left() -> None:
    snapshot = since_april(
        left(LotSource.allowance, "2025-03-01", 10),
        left(LotSource.block, "2025-02-10", 7, block_id=4, expires_on=day("2025-04-15")),
        entries=[entry(1, "2025-04-10", 9)],
    )
    april = statement(run(snapshot, "2025-05-01"), "2025-04")
    assert (april.allocated, april.rolled_in, april.available) == (h(40), h(17), h(57))
    # 9 h used: 7 from the block, which ends first, 2 from March's
    lots = {lot.source: lot for lot in april.lots if lot.granted_on < day("2025-04-01")}
    assert lots[LotSource.block].drawn == h(7)
    assert lots[LotSource.allowance].drawn == h(2)
    # 8 + 40 = 48 left, 10 may roll: March's 8 lapse first, then 30 of April's
    assert (april.expired, april.rolled_out) == (h(38), h(10))


def test_a_deficit_left_by_the_closed_month_is_absorbed() -> None:
    snapshot = since_april(left(LotSource.deficit, "2025-03-01", 6))
    april = statement(run(snapshot, "2025-04-30"), "2025-04")
    assert april.allocated == h(34)  # 40 − 6


def test_late_time_is_counted_in_the_open_month_with_its_own_day() -> None:
    snapshot = since_april(entries=[entry(1, "2025-03-20", 3), entry(2, "2025-04-02", 4)])
    outcome = run(snapshot, "2025-05-01")
    april = statement(outcome, "2025-04")
    assert (april.used, april.late) == (h(7), h(3))
    assert april.entry_ids == (1, 2)
    assert "2025-03" not in states(outcome)


def test_late_time_of_several_closed_months_goes_to_the_first_open_one() -> None:
    snapshot = since_april(entries=[entry(1, "2025-01-20", 3), entry(2, "2025-03-20", 4)])
    outcome = run(snapshot, "2025-06-01")
    assert statement(outcome, "2025-04").late == h(7)
    assert statement(outcome, "2025-05").used == 0


def test_time_after_the_last_statement_was_closed_is_reported() -> None:
    engagement = retainer(end="2025-03-31", closed_until=day("2025-03-31"))
    snapshot = world(engagement, periods=[closed_march()], entries=[entry(1, "2025-03-20", 3)])
    outcome = run(snapshot, "2025-04-15")
    found = issue(outcome, "time_after_close")
    assert "1 time entry (3:00 h, ids 1)" in found.message
    assert (outcome.statements, outcome.invoices) == ((), ())


def test_a_closed_month_that_cannot_be_read_parks_the_engagement() -> None:
    outcome = run(world(retainer(closed_until=day("2025-03-31"))), "2025-04-15")
    assert codes(outcome.issues) == ["statement_missing"]
    assert (outcome.parked, outcome.statements) == ((1,), ())


def test_the_statement_ties_lot_by_lot() -> None:
    snapshot = world(entries=[entry(1, "2025-01-10", 12), entry(2, "2025-02-10", 60)])
    for each in run(snapshot, "2025-04-01").statements:
        assert each.available == sum(lot.opening for lot in each.lots)
        assert each.used == sum(lot.drawn for lot in each.lots) + each.overage
        assert each.expired == sum(lot.lapsed for lot in each.lots)


def test_the_fee_shown_is_the_months_not_the_invoices() -> None:
    snapshot = world(retainer(terms(billing_months=3)))
    outcome = run(snapshot, "2025-02-28")
    assert the(outcome, Role.fee).untaxed == money(15000)
    assert [each.fee for each in outcome.statements] == [money(5000), money(5000)]


def test_months_before_the_go_live_have_no_statement() -> None:
    snapshot = world(company=company(go_live=day("2025-03-01")))
    outcome = run(snapshot, "2025-03-31")
    assert states(outcome) == {"2025-03": OPEN}
    assert len(of_role(outcome, Role.fee)) == 1


def test_the_engagement_ends_and_so_do_its_statements() -> None:
    outcome = run(world(retainer(end="2025-02-14")), "2025-06-30")
    assert states(outcome) == {"2025-01": CLOSED, "2025-02": CLOSED}
