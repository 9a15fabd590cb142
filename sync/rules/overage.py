"""Rule 5: overage = hours beyond all lots × the overage rate in force on each entry's day.

By the policy of the terms it is billed on an invoice of its own at the month's end, waits for the
client's approval, blocks, is written off, or is carried into the next month.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from sync.domain import hours
from sync.domain.calendar import last_of, month_text
from sync.domain.documents import ApprovalRequest, Invoice, Line, Reason, Role
from sync.domain.engagement import Approval, ChangeOrder
from sync.domain.entries import TimeEntry
from sync.domain.issues import Issue, Severity, Source
from sync.domain.keys import key, month_source
from sync.domain.later import Later
from sync.domain.money import ZERO, Currency
from sync.domain.terms import OveragePolicy
from sync.rules.bill import draft_invoice
from sync.rules.case import Case, Findings, Month, Over, role_rate

Priced = tuple[tuple[Decimal, int], ...]
"""(hourly rate, seconds), in the order in which the rates apply."""


def price_overage(case: Case, month: Month) -> Month:
    """Price the hours that went over; under ``carry`` they become the next month's deficit."""
    if not month.over:
        return month
    if month.terms.overage_policy is OveragePolicy.carry:
        return month._replace(deficit=month.deficit + month.overage)
    priced = billable(case, month)
    amount = _amount(priced, case.engagement.currency)
    return month._replace(priced=priced, overage_amount=amount)


def by_rate(case: Case, month: Month) -> Priced:
    """Seconds that went over per rate: that of the role, or of the terms, on the entry's day."""
    rates: dict[tuple[date, int | None], Decimal] = {}
    priced: dict[Decimal, int] = {}
    for entry, seconds in month.over:
        rate = rates.get((entry.day, entry.role_id))
        if rate is None:
            rate = rates[entry.day, entry.role_id] = _rate(case, entry)
        priced[rate] = priced.get(rate, 0) + seconds
    return tuple(priced.items())


def _rate(case: Case, entry: TimeEntry) -> Decimal:
    """What an hour of an entry beyond the allowance costs."""
    terms = case.terms_on(entry.day)
    role = role_rate(terms, entry)
    own = role.overage_rate if role is not None else None
    return terms.overage_rate if own is None else own


def billable(case: Case, month: Month) -> Priced:
    """What is billed of it: rounded up to the increment of the terms once, on the last rate, and
    no more than their cap.
    """
    priced = by_rate(case, month)
    rate, last = priced[-1]
    rounding = hours.round_up(month.overage, month.terms.overage_increment) - month.overage
    priced = (*priced[:-1], (rate, last + rounding))
    cap = month.terms.overage_cap_seconds
    if not cap:
        return priced
    capped = []
    for rate, seconds in priced:
        capped.append((rate, min(seconds, cap)))
        cap -= capped[-1][1]
    return tuple((rate, seconds) for rate, seconds in capped if seconds)


def overage(case: Case, found: Findings) -> Findings:
    """What each ended month with overage asks for, by the policy of its terms."""
    for month in found.months:
        if not month.over or not month.ended:
            continue
        unpriced = _without_rate(case, month)
        if unpriced is not None:
            found = found.plus(invoices=_waiting(case, month, unpriced), issues=(unpriced,))
            continue
        match month.terms.overage_policy:
            case OveragePolicy.bill:
                found = found.plus(invoices=_invoice(case, month), issues=_beyond_cap(case, month))
            case OveragePolicy.approve:
                found = found.plus(
                    requests=_request(case, month), issues=(_not_billed(case, month),)
                )
            case OveragePolicy.block | OveragePolicy.write_off:
                found = found.plus(issues=(_not_billed(case, month),))
            case OveragePolicy.carry:
                found = found.plus(issues=_never_absorbed(case, month))
    for order in case.change_orders:
        if order.overage_month is not None:
            found = found.plus(invoices=_approved(case, order))
    return found


def _without_rate(case: Case, month: Month) -> Issue | None:
    """Hours that are to be billed, or approved, at no rate: nobody meant to give them away."""
    if month.terms.overage_policy not in (OveragePolicy.bill, OveragePolicy.approve):
        return None
    free = sum(seconds for rate, seconds in month.priced if rate <= 0)
    if not free:
        return None
    terms = next(
        terms
        for terms in (case.terms_on(over.entry.day) for over in month.over)
        if terms.overage_rate <= 0
    )
    return Issue(
        code="overage_without_rate",
        severity=Severity.warning,
        source=Source(
            model="retainer.terms",
            id=terms.id,
            name=f"{case.engagement.name}, from {terms.date_start}",
        ),
        field="overage_rate",
        message=f"is 0, and {hours.text(free)} h of overage in {month_text(month.first)} wait for"
        " it; enter the rate, or let the terms write overage off",
        engagement_id=case.engagement.id,
    )


def _waiting(case: Case, month: Month, why_not: Issue) -> tuple[Invoice, ...]:
    """The invoice that cannot be priced: held, so that its month stays open."""
    return tuple(
        each.model_copy(update={"held": why_not}) for each in _invoice(case, month, month.over)
    )


def _invoice(case: Case, month: Month, over: tuple[Over, ...] = ()) -> tuple[Invoice, ...]:
    if not month.overage_amount and not over:
        return ()
    beyond = f"beyond the {hours.text(month.available)} h available"
    return draft_invoice(
        case,
        role=Role.overage,
        source=month_source(month.first),
        invoice_date=month.end,
        raised_on=month.closes_on,
        service=(month.start, month.end),
        lines=_lines(case, month.first, month.priced, beyond),
        entry_ids=tuple(over.entry.id for over in month.over),
        month=month.first,
        reasons=Later(lambda: (why(case, month),)),
    )


def _lines(case: Case, month: date, priced: Priced, beyond: str) -> tuple[Line, ...]:
    engagement = case.engagement
    return tuple(
        Line.of_hours(
            f"Overage, {month_text(month)}: {hours.text(seconds)} h {beyond}",
            seconds,
            rate,
            engagement.currency,
            engagement.product_id,
        )
        for rate, seconds in priced
    )


def _request(case: Case, month: Month) -> tuple[ApprovalRequest, ...]:
    """Waiting change orders, made when the month closes: one per rate, so that what the client
    approves is what is billed.
    """
    if case.as_of < month.closes_on:
        return ()
    source = month_source(month.first)
    return tuple(
        ApprovalRequest(
            key=key(
                case.company.id,
                case.engagement.id,
                "approval",
                f"{source}-{number}" if number else source,
            ),
            engagement_id=case.engagement.id,
            name=f"Overage, {month_text(month.first)}",
            overage_month=month.first,
            request_date=month.end,
            hourly_rate=rate,
            seconds=seconds,
            amount=case.engagement.currency.round(hours.charge(seconds, rate)),
            reasons=Later(lambda: (why(case, month),)),
        )
        for number, (rate, seconds) in enumerate(month.priced)
        if rate > 0
    )


def _approved(case: Case, order: ChangeOrder) -> tuple[Invoice, ...]:
    """The invoice of overage that the client approved, dated the day of the approval."""
    approved = order.approval is Approval.approved and order.reference and not order.billed
    if not approved or not order.overage_month:
        return ()
    month = order.overage_month
    dated = max(order.approved_on or order.request_date or last_of(month), last_of(month))
    return draft_invoice(
        case,
        role=Role.overage,
        source=f"{month_source(month)}-c{order.id}",
        invoice_date=dated,
        raised_on=dated,
        service=(month, last_of(month)),
        lines=_lines(
            case,
            month,
            ((order.hourly_rate, order.overage_seconds),),
            f"beyond the allowance, approval: {order.reference}",
        ),
        change_order_ids=(order.id,),
        client_po_id=order.client_po_id,
        reasons=(
            Reason(
                rule="overage",
                text=f"approved on {dated} ({order.reference}):"
                f" {hours.text(order.overage_seconds)} h × {order.hourly_rate} = "
                + case.engagement.currency.text(
                    hours.charge(order.overage_seconds, order.hourly_rate)
                ),
                records=(Source(model="retainer.change.order", id=order.id, name=order.name),),
            ),
        ),
    )


def _amount(priced: Priced, currency: Currency) -> Decimal:
    return sum((currency.round(hours.charge(each, rate)) for rate, each in priced), ZERO)


def why(case: Case, month: Month) -> Reason:
    """How much went over, by which entries, and what that comes to."""
    currency = case.engagement.currency
    priced = " + ".join(
        f"{hours.text(seconds)} h × {rate} = {currency.text(hours.charge(seconds, rate))}"
        for rate, seconds in month.priced
    )
    if len(month.priced) > 1:
        priced += f" = {currency.text(month.overage_amount)}"
    terms = month.terms
    rules = ""
    if terms.overage_policy is OveragePolicy.carry:
        priced = "drawn ahead of the months to come, which open with so much less"
    elif terms.overage_increment:
        rules += f" (rounded up to {terms.overage_increment} minutes, once)"
    if terms.overage_cap_seconds and terms.overage_policy is not OveragePolicy.carry:
        rules += f" (at most {hours.text(terms.overage_cap_seconds)} h a month)"
    return Reason(
        rule="overage",
        text=f"{month_text(month.first)}: {hours.text(month.granted)} h granted +"
        f" {hours.text(month.rolled_in)} h rolled in = {hours.text(month.available)} h available;"
        f" {hours.text(month.used)} h used; {hours.text(month.overage)} h over{rules}; {priced}"
        + _NOT_BILLED.get(terms.overage_policy, ""),
        records=tuple(_entry_sources(month.over)),
    )


def _entry_sources(overs: Iterable[Over]) -> list[Source]:
    return [
        Source(
            model="account.analytic.line",
            id=over.entry.id,
            name=f"{over.entry.day} {over.entry.employee}: {hours.text(over.seconds)} of"
            f" {hours.text(over.entry.seconds)} h over",
        )
        for over in overs
    ]


def _beyond_cap(case: Case, month: Month) -> tuple[Issue, ...]:
    beyond = month.overage - sum(seconds for _, seconds in month.priced)
    if beyond <= 0:
        return ()
    cap = hours.text(month.terms.overage_cap_seconds)
    return (
        Issue(
            code="overage_beyond_cap",
            severity=Severity.warning,
            source=case.source,
            field="overage_cap",
            message=f"{month_text(month.first)}: {hours.text(beyond)} h of overage beyond the cap"
            f" of {cap} h are not billed; agree on a change order for them, or raise the cap",
            engagement_id=case.engagement.id,
        ),
    )


def _never_absorbed(case: Case, month: Month) -> tuple[Issue, ...]:
    """A deficit that the engagement's last month leaves: no later allowance takes it."""
    end = case.engagement.date_end
    if end is None or end > last_of(month.first):
        return ()
    return (
        Issue(
            code="deficit_at_end",
            severity=Severity.warning,
            source=case.source,
            field="overage_policy",
            message=f"ended on {end} with {hours.text(month.deficit)} h drawn ahead that no later"
            " month takes; agree with the client on a change order for them, or write them off",
            engagement_id=case.engagement.id,
        ),
    )


_POLICY_TEXT = {
    OveragePolicy.approve: "waits for the client's approval and is not billed",
    OveragePolicy.block: "is blocked by the terms and is not billed",
    OveragePolicy.write_off: "is written off by the terms",
}


_NOT_BILLED = {
    OveragePolicy.approve: "; billed once the client approves it",
    OveragePolicy.block: "; blocked by the terms, not billed",
    OveragePolicy.write_off: "; written off by the terms, not billed",
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
