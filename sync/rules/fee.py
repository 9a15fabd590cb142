"""Rule 7: the fee invoice.

Dated the first day of the months it covers (their last day, in arrears), raised on the first
business day from there. Blocks of hours are invoiced at once.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sync.domain import hours
from sync.domain.calendar import (
    ONE_DAY,
    add_months,
    business_day,
    first_of,
    last_of,
    month_text,
    months,
    months_text,
    span_text,
)
from sync.domain.documents import Invoice, Line, Reason, Role
from sync.domain.engagement import HourBlock
from sync.domain.issues import Issue, Severity, Source
from sync.domain.keys import key, month_source, stem_of
from sync.domain.later import Later
from sync.domain.money import ZERO
from sync.domain.terms import Billing, Recognition, Terms
from sync.rules.bill import billed, draft_invoice, take_back
from sync.rules.case import Case, Findings
from sync.rules.grant import fee as month_fee
from sync.rules.grant import segments, shares

_NAMES = {1: "Monthly", 3: "Quarterly", 6: "Half-yearly", 12: "Yearly"}


class Cover(NamedTuple):
    """The months that one fee invoice covers, by the terms on its first day in force."""

    terms: Terms
    months: tuple[date, ...]
    start: date
    end: date
    """Days in force, both inclusive."""


def fee(case: Case, found: Findings) -> Findings:
    """The fee invoices of the months that are not closed."""
    covered = set()
    invoices: list[Invoice] = []
    for cover in covers(case):
        covered.add(month_source(cover.months[0]))
        if cover.end >= case.open_from or _cut_short(case, cover):
            invoices += _fee_invoice(case, cover)
    return found.plus(invoices=(*invoices, *_no_longer_covered(case, covered)))


def _cut_short(case: Case, cover: Cover) -> bool:
    """Whether an end that was set inside a closed month changes a fee that stands."""
    stem = stem_of(
        key(case.company.id, case.engagement.id, Role.fee, month_source(cover.months[0]))
    )
    return cover.end == case.engagement.date_end and bool(billed(case, stem))


def fee_days(case: Case) -> dict[date, date]:
    """By month: the day on which the last fee that closes with it is raised."""
    days: dict[date, date] = {}
    for cover in covers(case):
        _, raised_on, month = _dates(case, cover)
        days[month] = max(raised_on, days.get(month, raised_on))
    return days


def _dates(case: Case, cover: Cover) -> tuple[date, date, date]:
    """The invoice's date, the day it is raised, and the month that closes with it."""
    if cover.terms.billing is Billing.in_advance:
        dated, month = cover.start, cover.months[0]
        raised_on = business_day(dated, case.company.holidays)
    else:
        dated, month = cover.end, cover.months[-1]
        raised_on = business_day(last_of(cover.end) + ONE_DAY, case.company.holidays)
    return dated, raised_on, max(month, case.open_from)


def _no_longer_covered(case: Case, covered: set[str]) -> tuple[Invoice, ...]:
    """What is to be given back of fees billed for months after the engagement's end."""
    end = case.engagement.date_end
    if end is None:
        return ()
    taken_back: list[Invoice] = []
    ended = f"the engagement ended on {end}"
    for standing in case.invoices:
        source = standing.key.split("/")[3]
        if standing.role is not Role.fee or not source[0].isdigit() or source in covered:
            continue
        if source > month_source(end):
            covered.add(source)
            taken_back += take_back(case, standing, f"Retainer fee of {source}: {ended}")
    return tuple(taken_back)


def hour_blocks(case: Case, found: Findings) -> Findings:
    """Invoices of the blocks of hours bought in the months that are not closed."""
    for block in case.hour_blocks:
        if not case.in_force_on(block.bought_on):
            found = found.plus(issues=(_outside(case, block),))
        elif not block.billed and block.price > 0:
            line = Line.of_amount(
                f"Block of {hours.text(block.seconds)} hours, {span_text(*[block.bought_on] * 2)}",
                case.engagement.currency.round(block.price),
                case.engagement.product_id,
                unearned=True,
            )
            found = found.plus(
                invoices=draft_invoice(
                    case,
                    role=Role.fee,
                    source=f"b{block.id}",
                    invoice_date=block.bought_on,
                    raised_on=block.bought_on,
                    service=(block.bought_on, block.expiry_date or block.bought_on),
                    lines=(line,),
                    month=max(first_of(block.bought_on), case.open_from),
                    block_ids=(block.id,),
                    reasons=(
                        Reason(
                            rule="fee",
                            text=f"{hours.text(block.seconds)} h bought on {block.bought_on} for"
                            f" {case.engagement.currency.text(block.price)}, the price of the block"
                            + _lasting(block),
                            records=(Source(model="retainer.hour.block", id=block.id),),
                        ),
                    ),
                )
            )
    return found


def _lasting(block: HourBlock) -> str:
    return f"; they can be drawn until {block.expiry_date}" if block.expiry_date else ""


def _outside(case: Case, block: HourBlock) -> Issue:
    return Issue(
        code="block_outside_engagement",
        severity=Severity.warning,
        source=Source(model="retainer.hour.block", id=block.id, name=case.engagement.name),
        field="date",
        message=f"{hours.text(block.seconds)} hours bought on {block.bought_on}, when the"
        " engagement is not in force, are neither counted nor billed; correct the date, or the"
        " engagement's dates",
        engagement_id=case.engagement.id,
    )


def fee_dates(case: Case, until: date) -> list[date]:
    """The dates of the fee invoices up to a day, those yet to come among them."""
    found = []
    for cover in covers(case, until):
        dated, _, _ = _dates(case, cover)
        if dated <= until and sum(_amounts(case, cover), ZERO):
            found.append(dated)
    return found


def covers(case: Case, until: date | None = None) -> Iterator[Cover]:
    """The spans of fee invoices from the engagement's start on, up to the month of ``as_of``."""
    month = first_of(case.engagement.date_start)
    while month <= (until or case.as_of):
        span = case.in_force(month)
        if span is None:
            return
        terms = case.terms_on(span[0])
        last = last_of(add_months(month, terms.billing_months - 1))
        if case.engagement.date_end is not None:
            last = min(last, case.engagement.date_end)
        yield Cover(terms=terms, months=tuple(months(month, last)), start=span[0], end=last)
        month = add_months(month, terms.billing_months)


def _fee_invoice(case: Case, cover: Cover) -> tuple[Invoice, ...]:
    amounts = _amounts(case, cover)
    total = sum(amounts, ZERO)
    source = month_source(cover.months[0])
    if not total:
        stem = stem_of(key(case.company.id, case.engagement.id, Role.fee, source))
        return tuple(
            invoice
            for standing in billed(case, stem)[:1]
            for invoice in take_back(case, standing, f"{_text(cover)}: nothing is due any more")
        )
    dated, raised_on, closing_month = _dates(case, cover)
    return draft_invoice(
        case,
        role=Role.fee,
        source=source,
        invoice_date=dated,
        raised_on=raised_on,
        service=(cover.start, cover.end),
        lines=(
            Line.of_amount(
                _text(cover),
                total,
                case.engagement.product_id,
                unearned=cover.terms.recognition is not Recognition.immediate,
            ),
        ),
        month=closing_month,
        reasons=Later(lambda: (_reason(case, cover, amounts),)),
    )


def _amounts(case: Case, cover: Cover) -> list[Decimal]:
    """The fee of each of its months."""
    return [
        month_fee(segments(case, month), month, case.engagement.currency) for month in cover.months
    ]


def _text(cover: Cover) -> str:
    """``Monthly retainer, March 2025``; a part of a month names its days."""
    first, last = cover.months[0], cover.months[-1]
    whole = cover.start == first and cover.end == last_of(last)
    days = "" if whole else f" ({span_text(cover.start, cover.end)})"
    name = _NAMES[cover.terms.billing_months]
    return f"{name} retainer, {months_text(first, last)}{days}"


def _reason(case: Case, cover: Cover, amounts: list[Decimal]) -> Reason:
    currency = case.engagement.currency
    cuts = [segments(case, month) for month in cover.months]
    records = {
        each.terms.id: Source(
            model="retainer.terms", id=each.terms.id, name=f"from {each.terms.date_start}"
        )
        for cut in cuts
        for each in cut
    }
    parts = []
    for month, cut, amount in zip(cover.months, cuts, amounts, strict=True):
        weighed = shares(cut, month, lambda terms: currency.text(terms.monthly_fee))
        result = f" = {currency.text(amount)}" if "×" in weighed else ""
        parts.append(f"{month_text(month)}: {weighed}{result}")
    text = "; ".join(parts)
    if len(parts) > 1:
        text += f"; together {currency.text(sum(amounts, ZERO))}"
    return Reason(rule="fee", text=text, records=tuple(records.values()))
