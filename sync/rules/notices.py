"""Rule 20, the rest: what the account manager should hear of before it becomes trouble.

A purchase order that ends or is nearly used, extra work that waits for approval, an invoice that
was sent and not opened, one that a person cancelled or deleted. Each notice has a key, so each is
raised once.
"""

from datetime import date, timedelta

from sync.domain import hours
from sync.domain.calendar import add_months, day_of, first_of, last_of, month_text
from sync.domain.documents import Alert, Role
from sync.domain.engagement import Approval, Kind
from sync.domain.keys import key, month_source, revision_of
from sync.rules.case import Case, Findings
from sync.rules.fee import fee_dates


def notices(case: Case, found: Findings) -> Findings:
    """Everything worth a notice about one engagement on this day."""
    return found.plus(
        alerts=(
            *_po_ending(case),
            *_waiting(case),
            *_not_opened(case),
            *_undone(case),
            *_outside(case),
        )
    )


def _alert(case: Case, source: str, kind: str, message: str, severity: str = "warning") -> Alert:
    return Alert(
        key=key(case.company.id, case.engagement.id, "alert", source),
        kind=kind,
        severity=severity,
        engagement_id=case.engagement.id,
        message=f"{case.engagement.name}: {message}",
    )


def _po_ending(case: Case) -> tuple[Alert, ...]:
    """The PO ends within the company's notice, or does not cover what is invoiced next month."""
    po = case.client_pos.get(case.engagement.client_po_id or 0)
    if po is None or po.date_end is None or po.date_end < case.as_of:
        return ()
    if case.engagement.date_end is not None and case.engagement.date_end <= po.date_end:
        return ()
    next_month = add_months(first_of(case.as_of), 1)
    notice = timedelta(days=case.company.po_warning_days)
    missed = [
        (what, dated) for what, dated in _invoiced_in(case, next_month) if dated > po.date_end
    ]
    if po.date_end - case.as_of > notice and not missed:
        return ()
    text = f"purchase order {po.number} ends on {po.date_end}"
    for what, dated in missed[:1]:
        text += f" and does not cover the {what} of {dated}"
    text += "; ask for the next"
    return (_alert(case, f"po{po.id}-ends-{po.date_end}", "po_expiring", text),)


def _invoiced_in(case: Case, month: date) -> list[tuple[str, date]]:
    """What is known to be invoiced in a month that has not begun: (what, dated)."""
    if case.engagement.kind is Kind.retainer:
        if not case.engagement.terms:
            return []
        dates = fee_dates(case, last_of(month))
        return [("fee", dated) for dated in dates if dated >= month]
    if case.engagement.kind is Kind.out_of_scope:
        return [("extra work", day_of(month, case.company.out_of_scope_day))]
    return []


def _waiting(case: Case) -> tuple[Alert, ...]:
    alerts = []
    for order in case.change_orders:
        seconds = sum(entry.seconds for entry in case.extra.get(order.id, ()))
        if order.approval is Approval.waiting and seconds > 0:
            amount = case.engagement.currency.text(hours.charge(seconds, order.hourly_rate))
            alerts.append(
                _alert(
                    case,
                    f"c{order.id}-waiting",
                    "awaiting_approval",
                    f"{order.name}: {hours.text(seconds)} h ({amount}) worked without the client's"
                    " written approval",
                )
            )
    return tuple(alerts)


def _not_opened(case: Case) -> tuple[Alert, ...]:
    """Sent so many days ago and never viewed: the one to chase first."""
    patience = timedelta(days=case.company.stuck_after_days)
    return tuple(
        _alert(
            case,
            f"i{each.id}-not-opened",
            "invoice_not_opened",
            f"{each.name} was sent on {each.sent_on} and not opened since",
        )
        for each in case.invoices
        if each.lifecycle == "sent"
        and each.sent_on is not None
        and case.as_of - each.sent_on >= patience
    )


def _undone(case: Case) -> tuple[Alert, ...]:
    """Cancelled or deleted by a person, and nobody said that this is right: it is billed nowhere.

    A milestone whose sign-off was taken back is not to be billed.
    """
    open_milestones = {f"m{each.id}" for each in case.milestones if each.reached_on is None}
    billing = (Role.fee, Role.overage, Role.milestone, Role.out_of_scope, Role.recharge)
    cancelled = [
        (each.key, each.name, each.written or each.untaxed, "cancelled", "reset it to draft")
        for each in case.invoices
        if each.disputed and not each.counts
    ]
    deleted = [
        (each.key, each.name, each.written, "deleted", "delete its line under Deleted Records")
        for each in case.tombstones
        if each.accepted is None
    ]
    alerts = []
    for key_, name, amount, how, remedy in (*cancelled, *deleted):
        role, source = key_.split("/")[2:4]
        if role not in billing or source in open_milestones:
            continue
        figure = case.engagement.currency.text(amount)
        alerts.append(
            _alert(
                case,
                f"{role}-{source}-{revision_of(key_)}-{how}",
                f"document_{how}",
                f"{name or source} ({role.replace('_', ' ')}, {figure}) was {how} by a person and"
                f" is billed nowhere; {remedy} if it is to be billed, or accept it as not billed",
            )
        )
    return tuple(alerts)


def _outside(case: Case) -> tuple[Alert, ...]:
    """Time of last month and of this one on a project of the client that no engagement claims, once
    for each project and month. Older time stays an issue of every run.
    """
    last = add_months(first_of(case.as_of), -1)
    alerts = []
    for project, entries in case.outside:
        for month in sorted({first_of(entry.day) for entry in entries}):
            if month < last:
                continue
            worked = [entry for entry in entries if first_of(entry.day) == month]
            total = hours.text(sum(entry.seconds for entry in worked))
            alerts.append(
                _alert(
                    case,
                    f"outside-p{project.id}-{month_source(month)}",
                    "time_on_no_engagement",
                    f"{total} h of {month_text(month)} on {project.name}, a project of the client,"
                    " are on no engagement and billed nowhere; add the project to an engagement, or"
                    " tick 'Outside retainer billing' on it",
                )
            )
    return tuple(alerts)
