"""Laws of what rolls over and what lapses (rule 3): exactly what the terms say, oldest first; and
of what the statement says of it.
"""

import re
from datetime import date, timedelta

from hypothesis import given

from sync.domain import hours
from sync.domain.calendar import last_of
from sync.domain.documents import LotLine, LotSource, Statement
from sync.domain.engagement import Engagement
from sync.domain.snapshot import Snapshot
from sync.rules.engine import evaluate
from tests.properties.strategies import agencies
from tests.properties.test_hour_laws import LATER, real, terms_on

HOURS = r"(\d+:\d\d(?::\d\d)?)"
LAPSED = re.compile(HOURS + r" h of .* lapsed on (\d{4}-\d\d-\d\d): (.*)")


def left(lot: LotLine) -> int:
    """What nobody drew."""
    return lot.opening - lot.drawn


def ended(engagement: Engagement, statement: Statement) -> bool:
    """Whether the engagement was over by the month's end."""
    end = last_of(statement.date_end)
    return engagement.date_end is not None and engagement.date_end <= end


def lapsing(engagement: Engagement, statement: Statement) -> tuple[int, int]:
    """Seconds that lapse by age, and those that lapse because the terms carry no more."""
    end = last_of(statement.date_end)
    lots = real(statement.lots)
    if ended(engagement, statement):
        return sum(map(left, lots)), 0
    old = [lot for lot in lots if lot.expires_on is not None and lot.expires_on <= end]
    total = sum(left(lot) for lot in lots if lot.source is not LotSource.block and lot not in old)
    terms = terms_on(engagement, statement.date_end)
    afresh = any(
        not each.carries_over
        and statement.date_start.replace(day=1) < each.date_start <= end + timedelta(days=1)
        for each in engagement.terms[1:]
    )
    kept = total
    if afresh or not terms.rollover:
        kept = 0
    elif terms.max_rollover_seconds:
        kept = min(total, terms.max_rollover_seconds)
    return sum(map(left, old)), total - kept


@given(agencies(), LATER)
def test_exactly_what_the_terms_do_not_carry_lapses(snapshot: Snapshot, as_of: date) -> None:
    engagements = {each.id: each for each in snapshot.engagements}
    for each in evaluate(snapshot, as_of).statements:
        if as_of > last_of(each.date_end):
            assert each.expired == sum(lapsing(engagements[each.engagement_id], each))
        else:
            assert each.expired == 0


@given(agencies(), LATER)
def test_under_a_cap_the_oldest_hours_lapse_first(snapshot: Snapshot, as_of: date) -> None:
    for each in evaluate(snapshot, as_of).statements:
        carried = [lot for lot in real(each.lots) if lot.source is not LotSource.block]
        for lot in carried:
            young = lot.expires_on is None or lot.expires_on > last_of(each.date_end)
            if lot.lapsed and young:
                older = [one for one in carried if one.granted_on < lot.granted_on]
                assert not any(one.closing for one in older)


@given(agencies(), LATER)
def test_every_lapse_is_told_with_its_hours_its_day_and_why(
    snapshot: Snapshot, as_of: date
) -> None:
    engagements = {each.id: each for each in snapshot.engagements}
    for each in evaluate(snapshot, as_of).statements:
        told = []
        for reason in each.reasons:
            if reason.rule == "roll_over":
                found = LAPSED.fullmatch(reason.text)
                assert found is not None, reason.text
                told.append((found[1], date.fromisoformat(found[2])))
                over = ended(engagements[each.engagement_id], each)
                assert found[3].startswith("the engagement ended on") == over
        lots = [lot for lot in real(each.lots) if lot.lapsed]
        ends = [(hours.text(lot.lapsed), lot.lapsed_on(each.date_end)) for lot in lots]
        assert sorted(told) == sorted(ends)


BLOCK = re.compile(r"block of " + HOURS + r" h bought on (\d{4}-\d\d-\d\d)")


@given(agencies(), LATER)
def test_every_block_is_told_in_the_month_that_first_counts_it(
    snapshot: Snapshot, as_of: date
) -> None:
    seen: set[int | None] = set()
    for each in evaluate(snapshot, as_of).statements:
        (reason,) = (reason for reason in each.reasons if reason.rule == "grant")
        lots = [lot for lot in each.lots if lot.block_id and lot.block_id not in seen]
        new = [lot for lot in lots if lot.opening == lot.granted]
        seen |= {lot.block_id for lot in lots}
        assert [one.id for one in reason.records] == [lot.block_id for lot in new]
        told = BLOCK.findall(reason.text)
        assert told == [(hours.text(lot.granted), str(lot.granted_on)) for lot in new]
