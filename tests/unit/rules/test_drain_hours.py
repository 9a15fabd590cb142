"""Rule 4: soonest-expiring lot first, then oldest; entries in date order."""

from sync.domain.documents import LotSource, Role
from sync.domain.terms import OveragePolicy
from sync.rules.drain_hours import net
from tests.properties.settle import runs
from tests.unit.rules.world import (
    block,
    day,
    days,
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


def draws(outcome, month: str):
    """Entry, lot and hours of every draw of a month, by entry in the order of its lots."""
    found = [
        (entry_id, f"b{lot.block_id}" if lot.block_id else f"{lot.granted_on:%Y-%m}", seconds)
        for lot in statement(outcome, month).lots
        for entry_id, seconds in lot.draws
    ]
    return sorted(found, key=lambda each: each[0])


def test_it_is_known_which_entry_went_over() -> None:
    snapshot = world(
        retainer(terms("2025-03-01", monthly_seconds=h(10)), start="2025-03-01"),
        entries=[
            entry(1, "2025-03-03", 6),
            entry(2, "2025-03-04", 3),  # 9 so far
            entry(3, "2025-03-05", 2),  # 1 of the 2 is over
            entry(4, "2025-03-06", 1),  # all over
        ],
    )
    outcome = run(snapshot, "2025-04-01")
    assert draws(outcome, "2025-03") == [
        (1, "2025-03", h(6)),
        (2, "2025-03", h(3)),
        (3, "2025-03", h(1)),
    ]
    invoice = the(outcome, Role.overage)
    assert invoice.entry_ids == (3, 4)
    over = [each.name for each in invoice.reasons[0].records]
    assert "1:00 of 2:00 h over" in over[0]
    assert "1:00 of 1:00 h over" in over[1]


def test_the_order_is_that_of_the_days_not_of_the_ids() -> None:
    snapshot = world(
        retainer(terms("2025-03-01", monthly_seconds=h(10)), start="2025-03-01"),
        entries=[entry(1, "2025-03-20", 6), entry(2, "2025-03-04", 6)],
    )
    outcome = run(snapshot, "2025-04-01")
    assert draws(outcome, "2025-03") == [(1, "2025-03", h(4)), (2, "2025-03", h(6))]
    assert the(outcome, Role.overage).entry_ids == (1,)


def test_rolled_hours_are_drawn_before_the_months_own() -> None:
    # both never expire while the terms say 0 months; the rolled lot is the older one
    snapshot = world(
        retainer(terms("2025-03-01"), start="2025-03-01"), entries=[entry(1, "2025-04-03", 6)]
    )
    assert draws(run(snapshot, "2025-04-30"), "2025-04") == [(1, "2025-03", h(6))]


def test_rolled_hours_are_drawn_first_even_where_the_own_expire_sooner() -> None:
    # until March hours live for ever, from April for a month: March's lot has no expiry, April's
    # ends on 31 May; still the rolled hours go first
    snapshot = world(
        retainer(
            terms("2025-03-01"),
            terms("2025-04-01", id=2, rollover_months=1),
            start="2025-03-01",
        ),
        entries=[entry(1, "2025-04-03", 6)],
    )
    assert draws(run(snapshot, "2025-04-30"), "2025-04") == [(1, "2025-03", h(6))]


def test_a_block_that_expires_sooner_is_drawn_before_the_allowance() -> None:
    # March's own lot lives on (rollover), the block ends on 15 March
    snapshot = world(
        retainer(terms("2025-03-01"), start="2025-03-01"),
        hour_blocks=[block(4, "2025-03-01", 5, expiry_date=day("2025-03-15"))],
        entries=[entry(1, "2025-03-10", 8)],
    )
    assert draws(run(snapshot, "2025-03-31"), "2025-03") == [
        (1, "b4", h(5)),
        (1, "2025-03", h(3)),
    ]


def test_a_block_is_not_drawn_after_its_last_day() -> None:
    snapshot = world(
        retainer(terms("2025-03-01", monthly_seconds=h(1)), start="2025-03-01"),
        hour_blocks=[block(4, "2025-03-01", 5, expiry_date=day("2025-03-15"))],
        entries=[entry(1, "2025-03-15", 2), entry(2, "2025-03-16", 4)],
    )
    # 15 March: 2 h from the block (its last day counts). 16 March: 1 h of allowance, 3 h over.
    outcome = run(snapshot, "2025-04-01")
    march = statement(outcome, "2025-03")
    assert march.overage == h(3)
    (bought,) = [lot for lot in march.lots if lot.source is LotSource.block]
    assert (bought.drawn, bought.lapsed, bought.closing) == (h(2), h(3), 0)
    assert the(outcome, Role.overage).entry_ids == (2,)


def test_a_block_covers_no_work_before_its_day() -> None:
    # 3 March uses the allowance up; 5 March lies before the purchase, 20 March is its day
    snapshot = world(
        retainer(terms("2025-03-01", monthly_seconds=h(10)), start="2025-03-01"),
        hour_blocks=[block(4, "2025-03-20", 5)],
        entries=[entry(1, "2025-03-03", 10), entry(2, "2025-03-05", 2), entry(3, "2025-03-20", 3)],
    )
    outcome = run(snapshot, "2025-04-01")
    assert draws(outcome, "2025-03") == [(1, "2025-03", h(10)), (3, "b4", h(3))]
    march = statement(outcome, "2025-03")
    assert (march.used, march.overage, march.remaining) == (h(15), h(2), h(2))
    assert the(outcome, Role.overage).entry_ids == (2,)


def test_a_block_covers_no_late_time_from_before_its_day() -> None:
    # March is closed when time of 10 March comes; a block was bought on 1 April
    agreed = terms("2025-03-01", monthly_seconds=h(1), rollover=False)
    snapshot = world(retainer(agreed, start="2025-03-01"))
    snapshot, _ = runs(snapshot, days("2025-04-01"))
    facts = {
        "hour_blocks": (block(4, "2025-04-01", 5),),
        "entries": (entry(1, "2025-03-10", 3), entry(2, "2025-04-01", 2)),
    }
    outcome = run(snapshot.model_copy(update=facts), "2025-04-30")
    # April's own hour takes the late time, which was worked first; 2 h of it are over
    assert draws(outcome, "2025-04") == [(1, "2025-04", h(1)), (2, "b4", h(2))]
    assert statement(outcome, "2025-04").overage == h(2)


def test_two_blocks_that_expire_inside_the_month() -> None:
    snapshot = world(
        retainer(terms("2025-03-01", monthly_seconds=h(2)), start="2025-03-01"),
        hour_blocks=[
            block(4, "2025-03-01", 5, expiry_date=day("2025-03-20")),
            block(5, "2025-03-01", 5, expiry_date=day("2025-03-10")),
        ],
        entries=[
            entry(1, "2025-03-10", 6),  # 5 from the first to expire, 1 from the other
            entry(2, "2025-03-20", 3),  # 3 of the 4 left of block 4
            entry(3, "2025-03-21", 3),  # 2 of the allowance, 1 over; 1 h of block 4 lapses
        ],
    )
    outcome = run(snapshot, "2025-04-01")
    assert draws(outcome, "2025-03") == [
        (1, "b5", h(5)),
        (1, "b4", h(1)),
        (2, "b4", h(3)),
        (3, "2025-03", h(2)),
    ]
    march = statement(outcome, "2025-03")
    assert march.overage == h(1)
    assert {lot.block_id: lot.lapsed for lot in march.lots} == {4: h(1), 5: 0, None: 0}


def test_a_block_rolls_into_the_month_of_its_expiry() -> None:
    snapshot = world(
        retainer(terms("2025-03-01", monthly_seconds=h(1)), start="2025-03-01"),
        hour_blocks=[block(4, "2025-03-01", 5, expiry_date=day("2025-04-10"))],
        entries=[entry(1, "2025-04-10", 4), entry(2, "2025-04-11", 4)],
    )
    # April: 1 rolled + 1 own + 5 block = 7. On the 10th 4 from the block; on the 11th 2, 2 over.
    outcome = run(snapshot, "2025-05-01")
    april = statement(outcome, "2025-04")
    assert (april.available, april.overage, april.expired) == (h(7), h(2), h(1))


def test_a_correcting_entry_takes_back_what_went_over_first() -> None:
    snapshot = world(
        retainer(terms("2025-03-01", monthly_seconds=h(10)), start="2025-03-01"),
        entries=[
            entry(1, "2025-03-03", 8),
            entry(2, "2025-03-04", -3),
            entry(3, "2025-03-05", 4),  # 8 + 4 − 3 = 9 of 10
        ],
    )
    march = statement(run(snapshot, "2025-04-01"), "2025-03")
    assert (march.used, march.overage, march.rolled_out) == (h(9), 0, h(1))


def test_correcting_entries_beyond_the_months_time_give_hours_back() -> None:
    entries = (entry(1, "2025-03-03", 2), entry(2, "2025-03-04", -5))
    assert net(entries) == ([], h(3))


def test_netting_takes_the_latest_time_first() -> None:
    entries = (
        entry(1, "2025-03-03", 2),
        entry(2, "2025-03-04", 2),
        entry(3, "2025-03-05", -3),
    )
    assert net(entries) == ([(entries[0], h(1))], 0)


def test_a_carried_deficit_reduces_the_next_month() -> None:
    # March: 46 of 40 → 6 owed. April: 40 − 6 = 34 to draw, 35 used → 1 owed again.
    snapshot = world(
        retainer(terms("2025-03-01", overage_policy=OveragePolicy.carry), start="2025-03-01"),
        entries=[entry(1, "2025-03-03", 46), entry(2, "2025-04-03", 35)],
    )
    outcome = run(snapshot, "2025-05-01")
    march, april = statement(outcome, "2025-03"), statement(outcome, "2025-04")
    assert march.overage == h(6)
    assert (april.allocated, april.available, april.overage) == (h(34), h(34), h(1))
    assert [lot.closing for lot in march.lots if lot.source is LotSource.deficit] == [h(6)]
    assert [lot.closing for lot in april.lots if lot.source is LotSource.deficit] == [h(1)]
    assert of_role(outcome, Role.overage) == []


def test_a_deficit_larger_than_a_month_eats_several() -> None:
    # March: 130 of 40 → 90 owed; April takes 40 (50 owed), May 40 (10 owed), June 10: 30 left
    snapshot = world(
        retainer(terms("2025-03-01", overage_policy=OveragePolicy.carry), start="2025-03-01"),
        entries=[entry(1, "2025-03-03", 130)],
    )
    outcome = run(snapshot, "2025-06-30")
    available = [each.available for each in outcome.statements]
    assert available == [h(40), 0, 0, h(30)]
