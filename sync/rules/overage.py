"""Rule 5: overage = hours beyond all lots × the overage rate in force on each entry's day.

By the policy of the terms it is billed on an invoice of its own at the month's end, waits for
approval, blocks, is written off, or is carried into the next month.
"""

from dataclasses import replace
from decimal import Decimal

from sync.domain import hours
from sync.domain.calendar import month_text
from sync.domain.documents import Invoice, Line, Reason, Role
from sync.domain.issues import Issue, Severity, Source
from sync.domain.keys import month_source
from sync.domain.money import ZERO
from sync.domain.terms import OveragePolicy
from sync.rules.bill import draft_invoice
from sync.rules.case import Case, Findings, Month, Over
from sync.rules.close import closes_on


def price_overage(case: Case, month: Month) -> Month:
    """Price the hours that went over; under ``carry`` they become the next month's deficit."""
    if not month.over:
        return month
    if month.terms.overage_policy is OveragePolicy.carry:
        return replace(month, deficit=month.deficit + month.overage)
    currency = case.engagement.currency
    amount = sum(
        (currency.round(hours.charge(seconds, rate)) for rate, seconds in by_rate(case, month)),
        ZERO,
    )
    return replace(month, overage_amount=amount)


def by_rate(case: Case, month: Month) -> list[tuple[Decimal, int]]:
    """Seconds that went over per rate, in the order in which the rates were in force."""
    seconds: dict[Decimal, int] = {}
    for over in month.over:
        rate = case.terms_on(over.entry.day).overage_rate
        seconds[rate] = seconds.get(rate, 0) + over.seconds
    return list(seconds.items())


def overage(case: Case, found: Findings) -> Findings:
    """One invoice per ended month with overage, where the terms say ``bill``."""
    for month in found.months:
        if not month.over or not month.ended:
            continue
        match month.terms.overage_policy:
            case OveragePolicy.bill if month.overage_amount:
                found = found.plus(invoices=_invoice(case, month))
            case OveragePolicy.approve | OveragePolicy.block | OveragePolicy.write_off:
                found = found.plus(issues=(_not_billed(case, month),))
            case _:
                pass
    return found


def _invoice(case: Case, month: Month) -> tuple[Invoice, ...]:
    engagement = case.engagement
    lines = tuple(
        Line.of_hours(
            f"Overage, {month_text(month.first)}: {hours.text(seconds)} h beyond the"
            f" {hours.text(month.available)} h available",
            seconds,
            rate,
            engagement.currency,
            engagement.product_id,
        )
        for rate, seconds in by_rate(case, month)
    )
    return draft_invoice(
        case,
        role=Role.overage,
        source=month_source(month.first),
        invoice_date=month.end,
        raised_on=closes_on(case, month),
        service=(month.start, month.end),
        lines=lines,
        entry_ids=tuple(over.entry.id for over in month.over),
        month=month.first,
        reasons=(_reason(case, month),),
    )


def _reason(case: Case, month: Month) -> Reason:
    currency = case.engagement.currency
    priced = " + ".join(
        f"{hours.text(seconds)} h × {rate} = {currency.text(hours.charge(seconds, rate))}"
        for rate, seconds in by_rate(case, month)
    )
    return Reason(
        rule="overage",
        text=f"{month_text(month.first)}: {hours.text(month.granted)} h granted +"
        f" {hours.text(month.rolled_in)} h rolled in = {hours.text(month.available)} h available;"
        f" {hours.text(month.used)} h used; {hours.text(month.overage)} h over; {priced}",
        records=tuple(_entry_source(over) for over in month.over),
    )


def _entry_source(over: Over) -> Source:
    entry = over.entry
    return Source(
        model="account.analytic.line",
        id=entry.id,
        name=f"{entry.day} {entry.employee}: {hours.text(over.seconds)} of"
        f" {hours.text(entry.seconds)} h over",
    )


_POLICY_TEXT = {
    OveragePolicy.approve: "waits for the client's approval and is not billed",
    OveragePolicy.block: "is blocked by the terms and is not billed",
    OveragePolicy.write_off: "is written off by the terms",
}


def _not_billed(case: Case, month: Month) -> Issue:
    amount = case.engagement.currency.text(month.overage_amount)
    policy = month.terms.overage_policy
    return Issue(
        code=f"overage_{policy.value}",
        severity=Severity.warning,
        source=case.source,
        field="overage_policy",
        message=f"{month_text(month.first)}: {hours.text(month.overage)} h of overage ({amount})"
        f" {_POLICY_TEXT[policy]}",
        engagement_id=case.engagement.id,
    )
