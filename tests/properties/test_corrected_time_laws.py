"""Laws of time that is corrected after it was billed (rule 17), in plain arithmetic.

Six hours of March at 175.00 were billed and the month is closed. Whatever is corrected later is
credited up to what was billed, entry after entry; hours beyond that are given back as hours.
"""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.calendar import last_of
from sync.domain.documents import LotSource, Role
from sync.domain.entries import TimeEntry
from sync.domain.snapshot import Snapshot
from tests.properties.strategies import pick
from tests.unit.rules.test_corrections import corrected
from tests.unit.rules.world import USD, entry, of_role, run, statement

BILLED, RATE, HOUR = Decimal(1050), 175, 3600
MONTHS = (date(2025, 4, 1), date(2025, 5, 1))


@st.composite
def corrections(draw: st.DrawFn) -> Snapshot:
    """Corrections in April and May, some of time that was in the allowance, and other work."""
    entries = []
    for id in range(2, draw(st.integers(1, 6)) + 2):
        day = MONTHS[0] + timedelta(days=draw(st.integers(0, 60)))
        seconds = pick(draw, -1, -1, -1, 1) * draw(st.integers(0, 3 * HOUR))
        entries.append(entry(id, str(day), 0)._replace(seconds=seconds))
    snapshot = corrected(*entries)
    within = "1/1/overage/2025-02/0"
    return snapshot.model_copy(
        update={
            "entries": tuple(
                each if pick(draw, True, True, False) else each._replace(corrects_key=within)
                for each in snapshot.entries
            )
        }
    )


def credited(snapshot: Snapshot) -> tuple[dict[date, Decimal], dict[int, int]]:
    """By month: what its credit note comes to; by entry: the seconds given back in money."""
    left, sums, parts = BILLED, dict.fromkeys(MONTHS, Decimal(0)), {}
    for each in sorted(snapshot.entries, key=lambda each: (each.day, each.id)):
        if each.seconds >= 0 or "2025-03" not in each.corrects_key:
            continue
        part = min(-each.seconds, int(Fraction(left) * HOUR / RATE))
        amount = min(left, USD.round(Decimal(part * RATE) / HOUR))
        if amount > 0:
            left -= amount
            sums[each.day.replace(day=1)] += amount
            parts[each.id] = part
    return {month: amount for month, amount in sums.items() if amount}, parts


@given(corrections())
def test_what_was_billed_is_credited_once_and_never_beyond(snapshot: Snapshot) -> None:
    wanted, parts = credited(snapshot)
    notes = of_role(run(snapshot, "2025-06-02"), Role.overage)
    assert {each.month: each.untaxed for each in notes} == wanted
    assert [each.key for each in notes] == [
        f"1/1/overage/2025-03/{at}" for at in range(1, len(notes) + 1)
    ]
    for note in notes:
        assert note.month is not None
        assert (note.credit, note.invoice_date) == (True, last_of(note.month))
        assert set(note.entry_ids) == {
            each.id
            for each in snapshot.entries
            if each.id in parts and each.day.replace(day=1) == note.month
        }


@given(corrections())
def test_hours_beyond_what_was_billed_come_back_as_hours(snapshot: Snapshot) -> None:
    _, parts = credited(snapshot)
    outcome = run(snapshot, "2025-06-02")
    for month in MONTHS:
        own: list[TimeEntry] = [
            each for each in snapshot.entries if each.day.replace(day=1) == month
        ]
        worked = sum(each.seconds for each in own if each.seconds > 0)
        back = sum(-each.seconds - parts.get(each.id, 0) for each in own if each.seconds < 0)
        found = statement(outcome, f"{month:%Y-%m}")
        assert found.used == max(0, worked - back)
        lots = [each for each in found.lots if each.source is LotSource.correction]
        lots = [each for each in lots if each.granted_on >= month]
        assert sum(each.granted for each in lots) == max(0, back - worked)


@given(corrections(), st.sampled_from(["2025-04-30", "2025-05-01", "2025-05-31"]))
def test_it_is_credited_when_the_month_closes(snapshot: Snapshot, on: str) -> None:
    wanted, _ = credited(snapshot)
    notes = of_role(run(snapshot, on), Role.overage)
    closed = {month: each for month, each in wanted.items() if str(last_of(month)) < on}
    assert {each.month: each.untaxed for each in notes} == closed
