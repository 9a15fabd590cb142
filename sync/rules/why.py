"""What a statement says of its numbers, so that they can be worked out again by hand."""

from collections.abc import Iterator

from sync.domain import hours
from sync.domain.calendar import last_of, month_text
from sync.domain.documents import LotSource, Reason
from sync.domain.existing import ExistingInvoice, Tombstone
from sync.domain.issues import Source
from sync.domain.keys import month_source, source_of
from sync.rules.case import Case, HourLot, Month
from sync.rules.forecast import forecast
from sync.rules.grant import shares
from sync.rules.overage import why as overage_why

_ORDER = (
    "soonest-expiring lot first, then the oldest; carried hours before the month's own; entries by"
    " date and number"
)


def reasons(case: Case, month: Month) -> tuple[Reason, ...]:
    """Every step from the terms to the figures of the month."""
    return (
        _summary(month),
        _grant(case, month),
        *_counting(month),
        *_given_back(case, month),
        *((overage_why(case, month),) if month.over else ()),
        *_lapses(case, month),
        *_forecast(case, month),
        *_accepted(case, month),
    )


def _summary(month: Month) -> Reason:
    lapsed = sum(lot.lapsed for lot in month.lots)
    left = sum(lot.closing for lot in month.lots)
    parts = [
        f"{month_text(month.first)}: {hours.text(month.granted)} h granted",
        f"{hours.text(month.rolled_in)} h rolled in",
        f"{hours.text(month.used)} h used in {len(month.entries)} entries",
        f"{hours.text(month.overage)} h over",
        f"{hours.text(lapsed)} h lapsed",
        f"{hours.text(left)} h left",
    ]
    if month.deficit_absorbed:
        parts.append(f"{hours.text(month.deficit_absorbed)} h taken by the deficit carried in")
    if month.deficit:
        parts.append(f"{hours.text(month.deficit)} h still owed to later months")
    return Reason(
        rule="statement",
        text=f"{', '.join(parts)}; utilisation = used ÷ (granted + rolled in)",
        records=tuple(
            Source(model="retainer.terms", id=each.terms.id, name=f"{each.start} to {each.end}")
            for each in month.segments
        ),
    )


def _grant(case: Case, month: Month) -> Reason:
    """The allowance, the fee and the blocks of hours of the month."""
    money = case.engagement.currency.text
    allowance = shares(
        month.segments, month.first, lambda terms: f"{hours.text(terms.monthly_seconds)} h"
    )
    fee = shares(month.segments, month.first, lambda terms: money(terms.monthly_fee))
    blocks = [lot for lot in month.lots if lot.source is LotSource.block and _is_new(lot, month)]
    granted = month.granted + month.deficit_absorbed - sum(lot.opening for lot in blocks)
    text = f"allowance: {allowance}"
    if "×" in allowance:
        text += f" = {hours.text(granted)} h"
    text += f"; fee: {fee}"
    if "×" in fee:
        text += f" = {money(month.fee)}"
    for lot in blocks:
        text += f"; block of {hours.text(lot.granted)} h bought on {lot.granted_on}"
    return Reason(
        rule="grant",
        text=text,
        records=tuple(
            Source(model="retainer.hour.block", id=lot.block_id)
            for lot in blocks
            if lot.block_id is not None
        ),
    )


def _is_new(lot: HourLot, month: Month) -> bool:
    """Whether the month is the first that counts it."""
    return lot.opening == lot.granted and lot.granted_on >= month.first


def _counting(month: Month) -> Iterator[Reason]:
    """How entries were counted, where not simply as they were entered."""
    parts = []
    for cut in month.segments:
        terms, span = cut.terms, ""
        if len(month.segments) > 1:
            span = f" (from {cut.start} to {cut.end})"
        if terms.time_increment:
            parts.append(f"each entry is rounded up to {terms.time_increment} minutes{span}")
        parts += [
            f"time of job {role.role_id} counts × {role.factor.normalize():f}{span}"
            for role in terms.role_rates
            if role.factor != 1
        ]
    yield Reason(rule="drain_hours", text="; ".join([f"drawn in this order: {_ORDER}", *parts]))


def _given_back(case: Case, month: Month) -> Iterator[Reason]:
    """Corrections that give back money, and those that give back hours."""
    money = case.engagement.currency.text
    for each in month.credits:
        yield Reason(
            rule="correction",
            text=f"{hours.text(each.seconds)} h of the correction are given back in money:"
            f" {money(each.amount)} of {each.invoice.name or each.invoice.key}; they draw and"
            " restore no hours",
            records=(Source(model="account.analytic.line", id=each.entry.id),),
        )
    for lot in month.lots:
        if lot.source is LotSource.correction and lot.granted_on >= month.first:
            yield Reason(
                rule="correction",
                text=f"{hours.text(lot.granted)} h of corrections exceed the month's own time and"
                " are hours given back",
            )


def _lapses(case: Case, month: Month) -> Iterator[Reason]:
    """Which lots lapsed, when and why."""
    for lot in month.lots:
        if lot.lapsed:
            yield Reason(
                rule="roll_over",
                text=f"{hours.text(lot.lapsed)} h of {_name(lot)} lapsed on"
                f" {min(lot.expires_on or month.end, month.end)}: {_why_lapsed(case, lot, month)}",
            )


def _name(lot: HourLot) -> str:
    if lot.source is LotSource.allowance:
        return f"the allowance of {month_text(lot.granted_on)}"
    what = {LotSource.block: "the block", LotSource.correction: "the hours given back"}
    return f"{what[lot.source]} of {lot.granted_on}"


def _why_lapsed(case: Case, lot: HourLot, month: Month) -> str:
    end = last_of(month.first)
    if case.engagement.date_end is not None and case.engagement.date_end <= end:
        return f"the engagement ended on {case.engagement.date_end}"
    terms, carried = month.terms, lot.granted_on < month.first
    expired = lot.expires_on is not None and lot.expires_on <= end
    if expired and (carried or lot.source is LotSource.block):
        return "that was their last day"
    if not terms.rollover:
        return "the terms roll no hours over"
    if terms.max_rollover_seconds:
        return (
            f"at most {hours.text(terms.max_rollover_seconds)} h are carried in all, the oldest"
            " lapse first"
        )
    return "the terms that follow carry nothing over"


def _forecast(case: Case, month: Month) -> Iterator[Reason]:
    """When the hours run out, and how that was reached."""
    text = forecast(case, month)
    if text:
        yield Reason(rule="forecast", text=text)


def _accepted(case: Case, month: Month) -> Iterator[Reason]:
    """What of the month is rightly not billed, and who said so."""
    documents: tuple[ExistingInvoice | Tombstone, ...] = (*case.invoices, *case.tombstones)
    amount = case.engagement.currency.text
    for each in documents:
        if each.accepted and source_of(each.key) == month_source(month.first):
            yield Reason(
                rule="accepted",
                text=f"{each.name or each.key}: {amount(each.waived)} accepted as not billed by"
                f" {each.accepted.by or 'a manager'} on {each.accepted.on}: {each.accepted.reason}",
            )
