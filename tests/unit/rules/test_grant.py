"""Rule 2: the month's allowance and fee, prorated by days, rounded half-up once."""

from decimal import Decimal

import pytest

from sync.domain.documents import LotSource, Role
from sync.domain.terms import Proration
from tests.unit.rules.world import (
    JPY,
    KWD,
    block,
    entry,
    h,
    money,
    of_role,
    retainer,
    run,
    statement,
    terms,
    the,
    world,
)


def test_a_whole_month_is_granted_in_full() -> None:
    march = statement(run(world(), "2025-03-31"), "2025-03")
    assert (march.allocated, march.fee) == (h(40) + 0, money(5000))


def test_a_first_month_is_prorated_by_days_for_hours_and_fee_alike() -> None:
    # from 12 March: 20 of 31 days. 40 h × 20/31 = 25:48:23.2 = 92,903 s; 5000 × 20/31 = 3225.806…
    snapshot = world(retainer(terms("2025-03-12"), start="2025-03-12"))
    march = statement(run(snapshot, "2025-03-31"), "2025-03")
    assert march.allocated == 92_903  # 144,000 × 20 ÷ 31 = 92,903.2
    assert march.fee == Decimal("3225.81")
    assert (march.date_start.day, march.date_end.day) == (12, 31)


def test_a_last_month_is_prorated_and_its_last_day_counts() -> None:
    # until 10 April: 10 of 30 days. 40 h × 1/3 = 48,000 s; 5000 ÷ 3 = 1666.67
    outcome = run(world(retainer(end="2025-04-10")), "2025-05-01")
    april = statement(outcome, "2025-04")
    assert april.allocated == 48_000
    assert april.fee == Decimal("1666.67")


def test_a_leap_february_has_29_days() -> None:
    # from 29 February 2024: 1 of 29 days. 144,000 ÷ 29 = 4965.5 → 4,966; 5000 ÷ 29 = 172.41
    snapshot = world(retainer(terms("2024-02-29"), start="2024-02-29"))
    february = statement(run(snapshot, "2024-03-01"), "2024-02")
    assert february.allocated == 4_966
    assert february.fee == Decimal("172.41")


def test_one_day_only() -> None:
    # 15 March to 15 March: 1 of 31. 144,000 ÷ 31 = 4645.16; 5000 ÷ 31 = 161.29
    snapshot = world(retainer(terms("2025-03-15"), start="2025-03-15", end="2025-03-15"))
    outcome = run(snapshot, "2025-04-01")
    march = statement(outcome, "2025-03")
    assert (march.allocated, march.fee) == (4_645, Decimal("161.29"))
    assert the(outcome, Role.fee).untaxed == Decimal("161.29")


def test_terms_that_change_inside_a_month_weigh_by_their_days() -> None:
    # April: 1–15 at 40 h/5000, 16–30 at 60 h/7000: (40 × 15 + 60 × 15) ÷ 30 = 50 h, 6000.00
    snapshot = world(
        retainer(
            terms(),
            terms("2025-04-16", id=2, monthly_seconds=h(60), monthly_fee=money(7000)),
        )
    )
    april = statement(run(snapshot, "2025-04-30"), "2025-04")
    assert april.allocated == h(50)
    assert april.fee == money(6000)


def test_a_change_inside_a_month_is_rounded_once_not_per_part() -> None:
    # March: 10 days at 100.00, 10 at 100.01, 11 at 100.02:
    # (1000.00 + 1000.10 + 1100.22) ÷ 31 = 3100.32 ÷ 31 = 100.01032… = 100.01
    # part by part it would be 32.26 + 32.26 + 35.49 = 100.01; at 10.05 each way it would not:
    # 3 × 10.05 × 10/31 = 3.2419 → 3.24 × 2 + 3.57 = 10.05
    snapshot = world(
        retainer(
            terms(monthly_fee=money("100.00")),
            terms("2025-03-11", id=2, monthly_fee=money("100.01")),
            terms("2025-03-21", id=3, monthly_fee=money("100.02")),
        )
    )
    assert statement(run(snapshot, "2025-03-31"), "2025-03").fee == Decimal("100.01")


def test_parts_that_would_each_round_up_do_not_add_a_cent() -> None:
    # April: 15 days of 0.01 and 15 of 0.01: half a cent each, 0.01 together (0.02 part by part)
    snapshot = world(
        retainer(
            terms(monthly_fee=money("0.01")),
            terms("2025-04-16", id=2, monthly_fee=money("0.01")),
        )
    )
    assert statement(run(snapshot, "2025-04-30"), "2025-04").fee == Decimal("0.01")


def test_three_terms_and_a_late_start_in_one_month() -> None:
    # April from the 6th: 6–10 (5 days) 30 h, 11–20 (10) 60 h, 21–30 (10) 90 h
    # (150 + 600 + 900) ÷ 30 = 55 h; fee (5 × 3000 + 10 × 6000 + 10 × 9000) ÷ 30 = 5500
    snapshot = world(
        retainer(
            terms("2025-04-06", monthly_seconds=h(30), monthly_fee=money(3000)),
            terms("2025-04-11", id=2, monthly_seconds=h(60), monthly_fee=money(6000)),
            terms("2025-04-21", id=3, monthly_seconds=h(90), monthly_fee=money(9000)),
            start="2025-04-06",
        )
    )
    april = statement(run(snapshot, "2025-04-30"), "2025-04")
    assert (april.allocated, april.fee) == (h(55), money(5500))


def test_a_tie_of_half_a_second_goes_up() -> None:
    # April, 15 of 30 days of 1 second: 0.5 → 1
    snapshot = world(retainer(terms("2025-04-16", monthly_seconds=1), start="2025-04-16"))
    assert statement(run(snapshot, "2025-04-30"), "2025-04").allocated == 1


def test_without_proration_a_part_of_a_month_counts_whole() -> None:
    snapshot = world(
        retainer(
            terms("2025-03-12", proration=Proration.none),
            start="2025-03-12",
            end="2025-04-10",
        )
    )
    outcome = run(snapshot, "2025-05-01")
    assert statement(outcome, "2025-03").allocated == h(40)
    assert statement(outcome, "2025-04").fee == money(5000)


def test_without_proration_the_terms_of_the_first_day_decide() -> None:
    snapshot = world(
        retainer(
            terms(proration=Proration.none),
            terms(
                "2025-03-02",
                id=2,
                monthly_seconds=h(80),
                monthly_fee=money(9000),
                proration=Proration.none,
            ),
        )
    )
    outcome = run(snapshot, "2025-04-30")
    march, april = statement(outcome, "2025-03"), statement(outcome, "2025-04")
    assert (march.allocated, march.fee) == (h(40), money(5000))
    assert (april.allocated, april.fee) == (h(80), money(9000))


@pytest.mark.parametrize(
    ("currency", "fee", "prorated"),
    [
        (JPY, "100001", "64517"),  # × 20/31 = 64,516.77
        (KWD, "1000", "645.161"),  # × 20/31 = 645.16129
    ],
)
def test_the_fee_is_rounded_in_its_own_currency(currency, fee: str, prorated: str) -> None:
    snapshot = world(
        retainer(terms("2025-03-12", monthly_fee=money(fee)), start="2025-03-12", currency=currency)
    )
    assert statement(run(snapshot, "2025-03-31"), "2025-03").fee == Decimal(prorated)


def test_terms_older_than_the_engagement_are_in_force_from_its_start() -> None:
    snapshot = world(retainer(terms("2020-05-17"), start="2025-03-01"))
    outcome = run(snapshot, "2025-03-31")
    assert [each.date_start.month for each in outcome.statements] == [3]
    assert outcome.statements[0].allocated == h(40)


def test_of_two_terms_before_the_start_the_later_is_in_force() -> None:
    snapshot = world(
        retainer(
            terms("2020-05-17"),
            terms("2025-02-15", id=2, monthly_seconds=h(60)),
            start="2025-03-01",
        )
    )
    assert statement(run(snapshot, "2025-03-31"), "2025-03").allocated == h(60)


def test_a_block_of_hours_is_a_lot_of_its_own_in_its_month() -> None:
    snapshot = world(
        hour_blocks=[block(4, "2025-03-10", 20, 2800, expiry_date=None)],
        entries=[entry(1, "2025-03-11", 45)],
    )
    outcome = run(snapshot, "2025-03-31")
    # carried from January and February: 10 h; 10 + 40 + 20 = 70 available, 45 used
    march = statement(outcome, "2025-03")
    assert (march.allocated, march.rolled_in, march.available) == (h(60), h(10), h(70))
    assert march.overage == 0
    (bought,) = [lot for lot in march.lots if lot.source is LotSource.block]
    assert (bought.block_id, bought.granted, bought.opening) == (4, h(20), h(20))


def test_a_block_of_hours_alone_is_a_prepaid_bank() -> None:
    snapshot = world(
        retainer(terms("2025-03-01", monthly_seconds=0, monthly_fee=money(0)), start="2025-03-01"),
        hour_blocks=[block(4, "2025-03-01", 20, 2800)],
        entries=[entry(1, "2025-03-11", 8), entry(2, "2025-04-11", 8)],
    )
    outcome = run(snapshot, "2025-05-01")
    march, april = statement(outcome, "2025-03"), statement(outcome, "2025-04")
    assert (march.available, march.rolled_out) == (h(20), h(12))  # 20 − 8
    assert (april.rolled_in, april.rolled_out, april.overage) == (h(12), h(4), 0)
    assert [each.untaxed for each in of_role(outcome, Role.fee)] == [money(2800)]
