"""Rule 3: what is left rolls into the next month, up to a cap and an age; the rest lapses.

Expiry counts from the month's boundary, whenever the run happens. What exceeds the cap lapses
oldest first. At the engagement's end, and where renewed terms carry nothing over, all that is left
lapses; blocks of hours were bought apart and live until their own expiry or the engagement's end.
"""

from sync.domain.calendar import ONE_DAY, last_of
from sync.domain.documents import LotSource
from sync.rules.case import Case, HourLot, Month


def roll_over(case: Case, month: Month) -> Month:
    """Let lapse what does not roll. A month that has not ended yet is left as it is."""
    if not month.ended:
        return month
    end = last_of(month.first)
    if case.engagement.date_end is not None and case.engagement.date_end <= end:
        return month._replace(lots=tuple(_lapse(lot, lot.closing) for lot in month.lots))
    lots = [
        _lapse(lot, lot.closing) if lot.expires_on is not None and lot.expires_on <= end else lot
        for lot in month.lots
    ]
    return month._replace(lots=tuple(_capped(lots, month, afresh=_starts_afresh(case, month))))


def _starts_afresh(case: Case, month: Month) -> bool:
    """Whether terms that carry nothing over start within the month or on the day after it."""
    day_after = last_of(month.first) + ONE_DAY
    return any(
        not terms.carries_over and month.first < terms.date_start <= day_after
        for terms in case.engagement.terms[1:]
    )


def _capped(lots: list[HourLot], month: Month, *, afresh: bool) -> list[HourLot]:
    """Let lapse what the terms in force at the month's end do not carry; blocks are not capped."""
    terms = month.terms
    carried = [lot for lot in lots if lot.source is not LotSource.block]
    total = sum(lot.closing for lot in carried)
    if afresh or not terms.rollover:
        excess = total
    elif terms.max_rollover_seconds:
        excess = max(0, total - terms.max_rollover_seconds)
    else:
        excess = 0
    lapsing: dict[str, int] = {}
    for lot in sorted(carried, key=lambda lot: (lot.granted_on, lot.id)):
        lapsing[lot.id] = min(excess, lot.closing)
        excess -= lapsing[lot.id]
    return [_lapse(lot, lapsing.get(lot.id, 0)) for lot in lots]


def _lapse(lot: HourLot, seconds: int) -> HourLot:
    return lot._replace(lapsed=lot.lapsed + seconds) if seconds else lot
