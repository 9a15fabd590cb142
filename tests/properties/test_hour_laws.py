"""Laws of hours: what was granted was drawn, lapsed, or is left; no second is lost or twice."""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from hypothesis import given

from sync.domain import hours
from sync.domain.calendar import day_of, last_of, months
from sync.domain.documents import LotLine, LotSource, Statement
from sync.domain.engagement import Approval, Engagement, Kind
from sync.domain.entries import TimeEntry
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot
from sync.domain.terms import Terms
from sync.rules.engine import evaluate
from tests.properties.strategies import Style, agencies, days

LATER = days(60, 210)


def by_engagement(outcome: Outcome) -> dict[int, list[Statement]]:
    found: dict[int, list[Statement]] = defaultdict(list)
    for each in outcome.statements:
        found[each.engagement_id].append(each)
    return found


def real(lots: Iterable[LotLine]) -> list[LotLine]:
    """Lots of hours that can be drawn (a deficit is a debt)."""
    return [lot for lot in lots if lot.source is not LotSource.deficit]


def name(lot: LotLine) -> tuple[str, date, int | None]:
    return (lot.source, lot.granted_on, lot.block_id)


def terms_on(engagement: Engagement, day: date) -> Terms:
    return [each for each in engagement.terms if each.date_start <= day][-1]


@given(agencies(), LATER)
def test_no_lot_below_zero_and_none_over_its_grant(snapshot: Snapshot, as_of: date) -> None:
    for each in evaluate(snapshot, as_of).statements:
        for lot in real(each.lots):
            assert lot.drawn >= 0
            assert lot.lapsed >= 0
            assert lot.closing >= 0
            assert lot.opening == lot.drawn + lot.lapsed + lot.closing
            assert lot.opening <= lot.granted
            assert sum(seconds for _, seconds in lot.draws) == lot.drawn
            assert all(seconds > 0 for _, seconds in lot.draws)


@given(agencies(), LATER)
def test_drawn_lapsed_and_left_are_what_was_granted(snapshot: Snapshot, as_of: date) -> None:
    for statements in by_engagement(evaluate(snapshot, as_of)).values():
        lives: dict[object, list[LotLine]] = defaultdict(list)
        for each in statements:
            assert len({name(lot) for lot in each.lots}) == len(each.lots)
            for lot in real(each.lots):
                lives[name(lot)].append(lot)
        for life in lives.values():
            absorbed = life[0].granted - life[0].opening
            spent = sum(lot.drawn + lot.lapsed for lot in life)
            assert life[0].granted == absorbed + spent + life[-1].closing
            for before, after in pairwise(life):
                assert after.opening == before.closing


@given(agencies(), LATER)
def test_a_month_opens_with_what_the_one_before_left(snapshot: Snapshot, as_of: date) -> None:
    for statements in by_engagement(evaluate(snapshot, as_of)).values():
        for before, after in pairwise(statements):
            assert after.rolled_in == before.rolled_out
            assert after.rolled_in == sum(lot.closing for lot in real(before.lots))


def given_back(statement: Statement) -> int:
    """Seconds that correcting entries took off beyond the month's own time."""
    return sum(
        lot.opening
        for lot in statement.lots
        if lot.source is LotSource.correction and lot.granted_on >= statement.date_start
    )


@given(agencies(), LATER)
def test_a_statement_adds_up(snapshot: Snapshot, as_of: date) -> None:
    for each in evaluate(snapshot, as_of).statements:
        drawn = sum(lot.drawn for lot in real(each.lots))
        assert each.available == each.allocated + each.rolled_in
        assert each.available == sum(lot.opening for lot in real(each.lots))
        assert each.expired == sum(lot.lapsed for lot in real(each.lots))
        assert each.remaining == each.available - drawn
        assert each.used == drawn + each.overage
        if each.overage:
            unexpired = [
                lot
                for lot in real(each.lots)
                if lot.expires_on is None or lot.expires_on >= each.date_end
            ]
            assert all(lot.drawn == lot.opening for lot in unexpired)


@given(agencies(), LATER)
def test_nothing_rolls_beyond_its_cap_its_age_or_the_engagements_end(
    snapshot: Snapshot, as_of: date
) -> None:
    engagements = {each.id: each for each in snapshot.engagements}
    for each in evaluate(snapshot, as_of).statements:
        engagement = engagements[each.engagement_id]
        over = as_of > last_of(each.date_end)
        if not over:
            assert each.expired == each.rolled_out == 0
            continue
        terms = terms_on(engagement, each.date_end)
        kept = [lot for lot in real(each.lots) if lot.source is not LotSource.block]
        carried = sum(lot.closing for lot in kept)
        if not terms.rollover:
            assert carried == 0
        elif terms.max_rollover_seconds:
            assert carried <= terms.max_rollover_seconds
        for lot in real(each.lots):
            if lot.expires_on is not None and lot.expires_on <= last_of(each.date_end):
                assert lot.closing == 0
        if engagement.date_end is not None and engagement.date_end <= last_of(each.date_end):
            assert each.rolled_out == 0


@given(agencies(), LATER)
def test_an_entry_draws_from_no_lot_that_had_expired(snapshot: Snapshot, as_of: date) -> None:
    by_id = {each.id: each for each in snapshot.entries}
    for each in evaluate(snapshot, as_of).statements:
        for lot in real(each.lots):
            for entry, _ in lot.draws:
                worked = max(by_id[entry].day, each.date_start.replace(day=1))
                assert lot.expires_on is None or worked <= lot.expires_on


def on_blocks(snapshot: Snapshot) -> Snapshot:
    """The same with an hour a month and blocks that last, so that blocks are drawn."""

    def lean(engagement: Engagement) -> Engagement:
        terms = (each.model_copy(update={"monthly_seconds": 3600}) for each in engagement.terms)
        return engagement.model_copy(update={"terms": tuple(terms)})

    blocks = (
        each.model_copy(update={"seconds": 80_000, "expiry_date": None})
        for each in snapshot.hour_blocks
    )
    engagements = map(lean, snapshot.engagements)
    return snapshot.model_copy(
        update={"engagements": tuple(engagements), "hour_blocks": tuple(blocks)}
    )


@given(agencies(Style(even=True)), LATER)
def test_an_entry_draws_from_no_block_that_was_bought_later(
    snapshot: Snapshot, as_of: date
) -> None:
    by_id = {each.id: each for each in snapshot.entries}
    for each in evaluate(on_blocks(snapshot), as_of).statements:
        for lot in real(each.lots):
            if lot.source is LotSource.block:
                assert all(lot.granted_on <= by_id[entry].day for entry, _ in lot.draws)


# ---- where every second went


def counted(snapshot: Snapshot, as_of: date) -> list[TimeEntry]:
    """Entries that the engine must account for."""
    go_live = snapshot.company.go_live
    return [
        each
        for each in snapshot.entries
        if each.billable and each.day <= as_of and (go_live is None or each.day >= go_live)
    ]


def in_force(engagement: Engagement, day: date) -> bool:
    end = engagement.date_end
    return engagement.date_start <= day and (end is None or day <= end)


def places(snapshot: Snapshot, as_of: date) -> dict[object, list[TimeEntry]]:
    """Where each entry belongs, told in the plainest way: by an engagement's months, a change
    order, or an issue's code.
    """
    orders = {each.id: each for each in snapshot.change_orders}
    engagements = {each.id: each for each in snapshot.engagements}
    found: dict[object, list[TimeEntry]] = defaultdict(list)
    for each in counted(snapshot, as_of):
        order = orders.get(each.change_order_id or 0)
        owners = (
            [engagements[order.engagement_id]]
            if order
            else [one for one in snapshot.engagements if each.project_id in one.project_ids]
        )
        if not owners:
            found["time_on_no_engagement"].append(each)
            continue
        (owner,) = owners
        if not in_force(owner, each.day):
            early = each.day < owner.date_start
            found["time_before_start" if early else "time_after_end"].append(each)
        elif order:
            found["order", order.id].append(each)
        elif owner.kind is Kind.out_of_scope:
            found["extra_work_without_change_order"].append(each)
        elif owner.kind is Kind.project:
            found["fixed price"].append(each)
        elif terms_on(owner, each.day).paused:
            found["time_while_paused"].append(each)
        else:
            found["hours", owner.id].append(each)
    return found


def rounded(engagement: Engagement | None, entry: TimeEntry) -> int:
    """Seconds as the terms count them."""
    if engagement is None or not engagement.terms:
        return entry.seconds
    known = [each for each in engagement.terms if each.date_start <= entry.day]
    return hours.round_up(entry.seconds, known[-1].time_increment) if known else entry.seconds


REPORTED = re.compile(r"^\d+ time entr(?:y|ies) \((-?)(\d+):(\d\d)(?::(\d\d))? h, ids ")


def reported(outcome: Outcome, code: str) -> int:
    """Seconds that the issues of a code speak of."""
    total = 0
    for issue in outcome.issues:
        if issue.code == code:
            match = REPORTED.match(issue.message)
            assert match, issue.message
            sign, hour, minute, second = match.groups()
            length = int(hour) * 3600 + int(minute) * 60 + int(second or 0)
            total += -length if sign else length
    return total


@given(agencies(), LATER)
def test_every_second_is_in_exactly_one_place(snapshot: Snapshot, as_of: date) -> None:
    outcome = evaluate(snapshot, as_of)
    found = places(snapshot, as_of)
    assert sum(map(len, found.values())) == len(counted(snapshot, as_of))
    for code in (
        "time_on_no_engagement",
        "time_before_start",
        "time_after_end",
        "time_while_paused",
        "extra_work_without_change_order",
    ):
        assert reported(outcome, code) == sum(each.seconds for each in found[code]), code
    statements = by_engagement(outcome)
    for engagement in snapshot.engagements:
        if engagement.kind is not Kind.retainer:
            continue
        own = sum(rounded(engagement, each) for each in found["hours", engagement.id])
        mine = statements[engagement.id]
        assert own == sum(each.used - given_back(each) for each in mine)


@given(agencies(), LATER)
def test_no_entry_is_drawn_for_more_than_it_lasted(snapshot: Snapshot, as_of: date) -> None:
    outcome = evaluate(snapshot, as_of)
    drawn: dict[int, int] = defaultdict(int)
    for each in outcome.statements:
        for lot in each.lots:
            for entry, part in lot.draws:
                drawn[entry] += part
    found = places(snapshot, as_of)
    own = {
        entry.id: rounded(engagement, entry)
        for engagement in snapshot.engagements
        for entry in found["hours", engagement.id]
    }
    assert set(drawn) <= set(own)
    assert all(part <= own[entry] for entry, part in drawn.items())


@given(agencies(), LATER)
def test_extra_work_is_billed_reported_or_waits_for_its_day(
    snapshot: Snapshot, as_of: date
) -> None:
    outcome = evaluate(snapshot, as_of)
    found = places(snapshot, as_of)
    on: dict[int, list[str]] = defaultdict(list)
    cut: dict[int, int] = defaultdict(int)
    for invoice in outcome.invoices:
        if invoice.role.value != "out_of_scope":
            continue
        for entry in invoice.entry_ids:
            on[entry].append(invoice.key)
        for entry, part in invoice.entry_seconds:
            cut[entry] += part
    assert all(len(keys) == 1 for keys in on.values())
    said = {(each.code, each.source.id) for each in outcome.issues}
    for order in snapshot.change_orders:
        mine = found["order", order.id]
        if not mine:
            continue
        if order.approval is Approval.waiting:
            assert ("work_awaiting_approval", order.id) in said
        elif order.approval is Approval.rejected:
            assert ("work_rejected", order.id) in said
        elif not order.reference:
            assert ("approval_without_reference", order.id) in said
        else:
            for entry in mine:
                _billed_or_waits(snapshot, as_of, entry, order, on, cut, said)
            continue
        assert not any(entry.id in on for entry in mine)


def _billed_or_waits(snapshot, as_of, entry, order, on, cut, said) -> None:
    if entry.id in on:
        return
    from_day = max(entry.day, order.approved_on or entry.day)
    due = [
        day
        for day in (
            day_of(month, snapshot.company.out_of_scope_day) for month in months(from_day, as_of)
        )
        if from_day <= day <= as_of
    ]
    if not due or entry.seconds == 0:
        return
    if order.cap_seconds:
        assert ("hours_over_cap", order.id) in said or entry.id in cut
        return
    # work and corrections of the same batch that come to nothing are no invoice
    raise AssertionError(f"{entry} was due on {due[0]} and is nowhere")
