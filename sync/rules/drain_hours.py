"""Rule 4: drain hours, soonest-expiring lot first, then oldest; entries in date order.

So it is known which entry drew from which lot, and which entry went over. A block of hours covers
work from the day on which it was bought, not what was worked before.
"""

from bisect import bisect_right
from datetime import date

from sync.domain.calendar import ONE_DAY
from sync.domain.documents import LotSource
from sync.domain.entries import TimeEntry
from sync.domain.keys import month_source
from sync.domain.lots import Drain
from sync.rules.case import Case, HourLot, Month, Over

_NEVER = date.max


def drain_hours(_: Case, month: Month) -> Month:
    """Draw the month's time from its lots."""
    needs, given_back = net(month.entries)
    lots = list(month.lots)
    if given_back:
        lots.append(
            HourLot(
                id=f"{month_source(month.first)}-correction",
                source=LotSource.correction,
                granted_on=month.start,
                expires_on=None if month.terms.rollover else month.end,
                granted=given_back,
                opening=given_back,
            )
        )
    ordered = in_order(lots, month)
    draws: dict[str, list[tuple[int, int]]] = {lot.id: [] for lot in ordered}
    over: list[Over] = []
    at, begun = 0, needs[0][0].day if needs else month.start
    for until in _windows(ordered, month, begun):
        usable = [lot for lot in ordered if _covers(lot, begun)]
        drain = Drain(((lot.id, lot.closing) for lot in usable), 0)
        window = needs[at : (at := bisect_right(needs, until, at, key=lambda need: need[0].day))]
        drawn, short = drain.take_each((entry.id, seconds) for entry, seconds in window)
        for lot_id, parts in drawn.items():
            draws[lot_id] += parts
        beyond = window[len(window) - len(short) :]  # once something is short, so is all after it
        over += [Over(entry, left) for (entry, _), (_, left) in zip(beyond, short, strict=True)]
        left = drain.remaining()
        ordered = [
            lot._replace(drawn=lot.opening - lot.lapsed - left[lot.id]) if lot.id in left else lot
            for lot in ordered
        ]
        begun = max(begun, until + ONE_DAY) if until < _NEVER else begun
    rolled_in = sum([lot.opening for lot in ordered if lot.granted_on < month.first])
    return month._replace(
        lots=tuple(ordered),
        granted=sum([lot.opening for lot in ordered]) - rolled_in,
        rolled_in=rolled_in,
        used=sum([seconds for _, seconds in needs]),
        entry_ids=tuple(sorted([entry.id for entry in month.entries])),
        draws={lot_id: tuple(each) for lot_id, each in draws.items() if each},
        over=tuple(over),
        overage=sum([seconds for _, seconds in over]),
    )


def in_order(lots: list[HourLot], month: Month) -> list[HourLot]:
    """Soonest-expiring first, then oldest, then lowest id.

    What is no block counts as expiring no later than the month's own allowance, so that rolled
    hours are always drawn before it.
    """
    own = [
        lot for lot in lots if lot.source is LotSource.allowance and lot.granted_on >= month.first
    ]
    own_expiry = min((lot.expires_on or _NEVER for lot in own), default=_NEVER)

    def place(lot: HourLot) -> tuple[date, date, str]:
        expiry = lot.expires_on or _NEVER
        if lot.source is not LotSource.block:
            expiry = min(expiry, own_expiry)
        return expiry, lot.granted_on, lot.id

    return sorted(lots, key=place)


def net(entries: tuple[TimeEntry, ...]) -> tuple[list[tuple[TimeEntry, int]], int]:
    """Entries with what correcting entries leave of them, and the hours given back beyond them.

    A correcting (negative) entry takes back the latest time of the month first, so that what goes
    over is corrected before what was in the allowance.
    """
    worked = [entry.seconds for entry in entries]
    if min(worked, default=1) > 0:
        return list(zip(entries, worked, strict=True)), 0
    left = [max(seconds, 0) for seconds in worked]
    back = -sum(seconds for seconds in worked if seconds < 0)
    index = len(left) - 1
    while back and index >= 0:
        part = min(back, left[index])
        left[index] -= part
        back -= part
        index -= 1
    return [(entry, seconds) for entry, seconds in zip(entries, left, strict=True) if seconds], back


def _covers(lot: HourLot, day: date) -> bool:
    """Whether work of that day may draw from the lot."""
    bought = lot.source is not LotSource.block or lot.granted_on <= day
    return bought and day <= (lot.expires_on or _NEVER)


def _windows(lots: list[HourLot], month: Month, first: date) -> list[date]:
    """Last days of the spans in which the same lots are usable, from the first day worked on.

    Usually one span: only a lot that expires inside the month, and a block of hours that is bought
    after that day, split it.
    """
    inside = {
        lot.expires_on for lot in lots if lot.expires_on is not None and lot.expires_on < month.end
    }
    inside |= {
        lot.granted_on - ONE_DAY
        for lot in lots
        if lot.source is LotSource.block and lot.granted_on > first
    }
    return [*sorted(inside), _NEVER]
