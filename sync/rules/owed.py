"""What is still owed of the fees that were billed: the third leg of the tie of the books.

It does not ask which entries were written. From what was billed (less what was given back) and what
the last closed statement left of each month's hours follows what must still stand on the liability:
amount − round(amount × (1 − part still owed)). The rules of recognition come to the same from the
other side, month by month, as what was drawn and lapsed; where the two differ, an entry is missing,
wrong, or not ours.

A credit note lowers the amount, and revenue that was recognised before it is not taken back (rule
16: the months after it catch up). So with credit notes the figure lies in a range: between what is
left if all revenue came before them, and if all came after. Likewise what people, changed terms and
credit notes did to months whose entries stand: until the next month catches up, what the rules
would still take of what is open is owed as well as what hours and days alone say.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from sync.domain.books import OpenLot, Taken
from sync.domain.calendar import first_of, last_of, months
from sync.domain.documents import LotLine, LotSource
from sync.domain.existing import ExistingPeriod
from sync.domain.keys import month_source
from sync.domain.ledger import MoneyLot
from sync.domain.money import ZERO, multiply
from sync.domain.snapshot import Snapshot
from sync.domain.terms import Recognition
from sync.rules.case import Case
from sync.rules.earned import Part, first_statement, parts_of, usage_of
from sync.rules.earning import Earning
from sync.rules.fee_lots import FeeDocument, fee_documents

NONE, ALL = Fraction(0), Fraction(1)
NO_CREDITS: Mapping[int, Decimal] = {}


class Owed(NamedTuple):
    """What may still be owed of a document, in its currency; usually one figure."""

    least: Decimal
    most: Decimal

    def nearest(self, amount: Decimal) -> Decimal:
        """The figure in the range that is nearest to an amount."""
        return max(self.least, min(self.most, amount))


def owed(
    snapshot: Snapshot,
    lots: Iterable[OpenLot],
    as_of: date,
    parked: Collection[int] = (),
    to_be_credited: Mapping[int, Decimal] = NO_CREDITS,
) -> dict[int, Owed | None]:
    """By document on unearned revenue: what is still owed of it on a day, in its currency.

    ``lots``: all credits of each document, with what was taken of them. ``to_be_credited``: by line
    of a lot what draft credit notes are going to take; it is not owed any more. None where the
    rules say nothing: the engagement is parked or over, or the document names no days of service.
    """
    engagements = {each.id: each for each in snapshot.engagements}
    periods: dict[int, list[ExistingPeriod]] = {}
    for period in snapshot.periods:
        if period.closed:
            periods.setdefault(period.engagement_id, []).append(period)
    documents: dict[int, list[OpenLot]] = {}
    for lot in lots:
        documents.setdefault(lot.posting.document.id, []).append(lot)
    standing = {each.move_id: each for own in fee_documents(snapshot).values() for each in own}
    found: dict[int, Owed | None] = {}
    for move, own in documents.items():
        engagement = engagements.get(own[0].posting.document.engagement_id or 0)
        if engagement is None or engagement.id in parked:
            found[move] = None
            continue
        case = Case(
            as_of=as_of,
            company=snapshot.company,
            engagement=engagement,
            hour_blocks=tuple(
                each for each in snapshot.hour_blocks if each.engagement_id == engagement.id
            ),
        )
        closed = sorted(periods.get(engagement.id, ()), key=lambda each: each.date_start)
        credits_ = {
            each.posting.id: to_be_credited[each.posting.id]
            for each in own
            if each.posting.id in to_be_credited
        }
        found[move] = _owed(case, own, closed, standing.get(move), credits_)
    return found


def _owed(
    case: Case,
    lots: Sequence[OpenLot],
    closed: Sequence[ExistingPeriod],
    standing: FeeDocument | None,
    to_be_credited: Mapping[int, Decimal],
) -> Owed | None:
    document = FeeDocument(
        move_id=lots[0].posting.document.id, lots=tuple(_money_lot(each) for each in lots)
    )
    since = first_of(document.lots[0].service_start or document.day)
    usage = usage_of(case, closed, since)
    parts = parts_of(case, document, usage)
    if not parts:
        return None
    billed = sum((lot.posting.amount for lot in lots), ZERO)
    waiting = sum(to_be_credited.values(), ZERO)
    amount = billed - sum((lot.taken(Taken.returned) for lot in lots), ZERO) - waiting
    month = _settled_month(case, document, parts)
    left = NONE
    whole = sum((part.weight for part in parts), NONE)
    for part in parts:
        left += part.weight * _left(case, document, part, month, closed) / whole
    earned = ALL - left

    def due(of: Decimal) -> Decimal:
        return document.currency.round(multiply(of, earned.numerator, earned.denominator))

    least, most = max(ZERO, amount - due(billed)), amount - due(amount)
    earning = None
    if standing is not None and (amount != billed or _may_differ(case, standing)):
        earning = Earning(case, standing, usage, to_be_credited)
    if earning is not None and earning.trouble() is None:
        taken = sum((each.total for each in earning.entries()), ZERO)
        after = earning.document.open + earning.by_hand - taken - waiting
        least, most = min(least, after), max(most, after)
    return Owed(least, most)


def _may_differ(case: Case, document: FeeDocument) -> bool:
    """Whether terms that changed inside the service, its end, or people's hands may have made what
    stands differ from hours and days alone, until a later month catches up.

    Everywhere else the rules of recognition are not asked: they are what is being checked.
    """
    start, end = document.lots[0].service_start, document.lots[0].service_end
    if any(each.changed for each in document.entries):
        return True
    if start is None or end is None:
        return False
    cuts = [each.date_start for each in case.engagement.terms]
    last = case.engagement.date_end
    return any(start < cut <= end for cut in cuts) or (last is not None and last < end)


def _money_lot(lot: OpenLot) -> MoneyLot:
    posting = lot.posting
    return MoneyLot(
        line_id=posting.id,
        kind=posting.kind,
        move_id=posting.document.id,
        move_name=posting.document.name,
        move_key=posting.document.key,
        engagement_id=posting.document.engagement_id,
        client_id=posting.client_id,
        currency=posting.currency,
        day=posting.day,
        service_start=posting.document.service_start,
        service_end=posting.document.service_end,
        amount=posting.amount,
        amount_company=posting.amount_company,
        open=lot.open,
        open_company=lot.open_company,
    )


def _settled_month(case: Case, document: FeeDocument, parts: Sequence[Part]) -> date | None:
    """The last month whose revenue is due; None while there is none.

    It has ended; where hours earn anything of the document, it and all before it are closed.
    """
    by_hours = any(part.hours_of for part in parts)
    first = max(parts[0].month, first_of(document.day))
    last = None
    for month in months(first, case.as_of):
        if last_of(month) >= case.as_of or (by_hours and not _closed(case, month)):
            break
        last = month
    return last


def _closed(case: Case, month: date) -> bool:
    until = case.engagement.closed_until
    without = month < first_statement(case) or case.in_force(month) is None
    return without or (until is not None and last_of(month) <= last_of(until))


def _left(
    case: Case,
    document: FeeDocument,
    part: Part,
    month: date | None,
    closed: Sequence[ExistingPeriod],
) -> Fraction:
    """How much of a part is still owed after that month."""
    if month is None:
        return ALL
    match part.pattern:
        case Recognition.immediate:
            return NONE if month >= min(part.month, first_of(document.day)) else ALL
        case Recognition.straight_line:
            return NONE if month >= part.month else ALL
    lines = [
        line
        for period in closed
        if first_of(period.date_start) <= month
        for line in period.lots
        if _names(line, part.hours_of)
    ]
    if not lines:
        return ALL if _is_to_come(case, part, month) else NONE
    return _unused(case, part, lines, closed, month)


def _is_to_come(case: Case, part: Part, month: date) -> bool:
    """Whether hours that no statement at hand lists are still to be counted.

    A closed month without hours of its own had them absorbed by a deficit; a block that was counted
    is used up once the last statement does not list it.
    """
    if part.hours_of[0].isdigit():
        return part.month > month
    counted = {f"b{each.id}" for each in case.hour_blocks if each.counted}
    return part.hours_of not in counted


def _names(line: LotLine, hours_of: str) -> bool:
    if line.source is LotSource.block:
        return hours_of == f"b{line.block_id}"
    return line.source is LotSource.allowance and hours_of == month_source(line.granted_on)


def _unused(
    case: Case,
    part: Part,
    lines: Sequence[LotLine],
    closed: Sequence[ExistingPeriod],
    month: date,
) -> Fraction:
    """What the last statement that lists a lot of hours left of it; nothing after the end."""
    granted = lines[-1].granted
    end = case.engagement.date_end
    listed = [each for each in closed if first_of(each.date_start) <= month]
    last_lists = any(_names(line, part.hours_of) for line in listed[-1].lots)
    over = end is not None and end <= listed[-1].date_end
    if granted <= 0 or over or not last_lists:
        return NONE
    left = Fraction(lines[-1].closing, granted)
    if part.expected_breakage > 0:
        lapsed = sum(line.lapsed for line in lines)
        drawn = Fraction(granted - lines[-1].closing - lapsed, granted)
        kept = ALL - Fraction(part.expected_breakage) / 100
        if drawn:
            left = min(left, ALL - min(ALL, drawn / kept if kept else ALL))
    return max(NONE, left)
