"""Rule 3: what is left rolls up to a cap and an age; the rest lapses, oldest first."""

from sync.domain.documents import StatementState
from tests.unit.rules.world import (
    block,
    day,
    entry,
    h,
    retainer,
    run,
    statement,
    terms,
    world,
)

START = "2025-01-01"


def closings(outcome, month):
    return {
        f"{lot.granted_on:%Y-%m}": (lot.closing // 3600, lot.lapsed // 3600)
        for lot in statement(outcome, month).lots
    }


def test_without_rollover_everything_lapses() -> None:
    outcome = run(world(retainer(terms(rollover=False))), "2025-03-01")
    assert closings(outcome, "2025-01") == {"2025-01": (0, 40)}
    assert statement(outcome, "2025-02").rolled_in == 0


def test_a_cap_of_zero_is_no_cap() -> None:
    outcome = run(world(retainer(terms(max_rollover_seconds=0))), "2025-04-01")
    assert statement(outcome, "2025-03").rolled_in == h(80)
    assert statement(outcome, "2025-03").rolled_out == h(120)


def test_the_cap_counts_all_that_is_carried_and_the_oldest_lapses() -> None:
    # January leaves 10 of 40. February uses 6: 4 of January's and 40 of its own are left, 44 in
    # all; 34 lapse: January's 4 first, then 30 of February's.
    outcome = run(world(entries=[entry(1, "2025-02-10", 6)]), "2025-03-01")
    assert closings(outcome, "2025-01") == {"2025-01": (10, 30)}
    assert closings(outcome, "2025-02") == {"2025-01": (0, 4), "2025-02": (10, 30)}


def test_exactly_the_cap_rolls_whole() -> None:
    outcome = run(world(entries=[entry(1, "2025-01-10", 30)]), "2025-02-01")
    assert closings(outcome, "2025-01") == {"2025-01": (10, 0)}


def test_a_rolled_hour_lives_for_the_months_that_the_terms_say() -> None:
    # rollover_months = 1: January's hours can be drawn until 28 February
    snapshot = world(retainer(terms(rollover_months=1, max_rollover_seconds=0)))
    outcome = run(snapshot, "2025-03-01")
    january = statement(outcome, "2025-01").lots[0]
    assert january.expires_on == day("2025-02-28")
    assert closings(outcome, "2025-02") == {"2025-01": (0, 40), "2025-02": (40, 0)}


def test_two_months_of_life() -> None:
    snapshot = world(retainer(terms(rollover_months=2, max_rollover_seconds=0)))
    outcome = run(snapshot, "2025-04-01")
    assert closings(outcome, "2025-02") == {"2025-01": (40, 0), "2025-02": (40, 0)}
    assert closings(outcome, "2025-03") == {
        "2025-01": (0, 40),
        "2025-02": (40, 0),
        "2025-03": (40, 0),
    }


def test_the_last_day_of_a_rolled_lot_still_counts() -> None:
    snapshot = world(
        retainer(terms(rollover_months=1, max_rollover_seconds=0)),
        entries=[entry(1, "2025-02-28", 80)],
    )
    february = statement(run(snapshot, "2025-03-01"), "2025-02")
    assert (february.overage, february.expired) == (0, 0)


def test_expiry_counts_from_the_months_boundary_not_from_the_run() -> None:
    snapshot = world(retainer(terms(rollover_months=1)))
    first = statement(run(snapshot, "2025-02-01"), "2025-01")
    late = statement(run(snapshot, "2025-11-17"), "2025-01")
    assert first.fingerprint == late.fingerprint


def test_a_lowered_cap_acts_when_hours_next_roll() -> None:
    # 10 h rolled into March under the old cap; from 1 March the cap is 4: March still opens with
    # 10, and what leaves March is 4
    snapshot = world(retainer(terms(), terms("2025-03-01", id=2, max_rollover_seconds=h(4))))
    outcome = run(snapshot, "2025-04-01")
    assert statement(outcome, "2025-02").rolled_out == h(10)
    assert statement(outcome, "2025-03").rolled_in == h(10)
    assert statement(outcome, "2025-03").rolled_out == h(4)


def test_a_cap_raised_in_mid_month_acts_at_its_end() -> None:
    snapshot = world(retainer(terms(), terms("2025-03-31", id=2, max_rollover_seconds=h(25))))
    outcome = run(snapshot, "2025-04-01")
    assert statement(outcome, "2025-03").rolled_out == h(25)


def test_a_prorated_first_month_rolls_like_any_other() -> None:
    # 20 of 31 days: 25:48:23 granted; 10 h roll
    snapshot = world(retainer(terms("2025-03-12"), start="2025-03-12"))
    march = statement(run(snapshot, "2025-04-01"), "2025-03")
    assert (march.allocated, march.rolled_out) == (92_903, h(10))
    assert march.expired == 92_903 - h(10)


def test_at_the_engagements_end_what_is_left_lapses() -> None:
    snapshot = world(
        retainer(end="2025-03-31"), hour_blocks=[block(4, "2025-03-05", 7, expiry_date=None)]
    )
    outcome = run(snapshot, "2025-05-01")
    march = statement(outcome, "2025-03")
    assert march.state is StatementState.closed
    assert march.rolled_out == 0
    assert march.expired == h(57)  # 10 rolled in + 40 own + 7 bought
    assert [f"{each.date_start:%m}" for each in outcome.statements] == ["01", "02", "03"]


def test_an_end_inside_the_month_lapses_there_too() -> None:
    outcome = run(world(retainer(end="2025-03-10")), "2025-05-01")
    march = statement(outcome, "2025-03")
    # 10 of 31 days: 144,000 × 10 ÷ 31 = 46,451.6 → 46,452 s, and 10 h rolled in
    assert march.expired == 46_452 + h(10)
    assert march.date_end == day("2025-03-10")


def test_blocks_are_not_counted_against_the_cap() -> None:
    # 40 + 20 bought, nothing used: 10 of the allowance and all 20 bought roll
    snapshot = world(hour_blocks=[block(4, "2025-01-05", 20)])
    january = statement(run(snapshot, "2025-02-01"), "2025-01")
    assert (january.rolled_out, january.expired) == (h(30), h(30))


def test_blocks_outlive_terms_without_rollover() -> None:
    snapshot = world(retainer(terms(rollover=False)), hour_blocks=[block(4, "2025-01-05", 20)])
    january = statement(run(snapshot, "2025-02-01"), "2025-01")
    assert (january.rolled_out, january.expired) == (h(20), h(40))


def test_a_month_that_is_not_over_lets_nothing_lapse() -> None:
    march = statement(run(world(), "2025-03-31"), "2025-03")
    assert (march.expired, march.rolled_out) == (0, 0)
    assert march.remaining == h(50)


def test_hours_are_never_lent() -> None:
    # February goes 10 over (billed): March opens with its whole allowance all the same
    outcome = run(world(entries=[entry(1, "2025-02-10", 60)]), "2025-03-31")
    assert statement(outcome, "2025-02").overage == h(10)  # 60 − 50
    assert statement(outcome, "2025-03").available == h(40)


def test_first_terms_that_carry_nothing_over_do_not_empty_a_first_month_that_is_not_whole() -> None:
    # nothing came before them, so there is nothing that they do not carry over: March's own rest
    # rolls up to the cap, whether it started on the 1st or on the 12th
    for start in ("2025-03-01", "2025-03-12"):
        snapshot = world(retainer(terms(start, carries_over=False), start=start))
        march = statement(run(snapshot, "2025-04-01"), "2025-03")
        assert march.rolled_out == h(10), start
