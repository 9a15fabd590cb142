"""Rule 9: approved extra work, once a month, one line per piece of work.

Work without written approval is on no invoice: it is reported, and a draft quotation lets the
client accept it.
"""

from collections.abc import Iterator
from datetime import date

from sync.domain import hours
from sync.domain.calendar import day_of, months, span_text
from sync.domain.documents import Invoice, Line, Quotation, Reason, Role
from sync.domain.engagement import Approval, ChangeOrder
from sync.domain.entries import TimeEntry
from sync.domain.issues import Issue, Severity, Source
from sync.domain.keys import CREDIT, key, month_source
from sync.domain.later import Later
from sync.domain.money import ZERO
from sync.rules.bill import draft_invoice, is_used
from sync.rules.case import Case, Findings

Piece = tuple[ChangeOrder, tuple[TimeEntry, ...]]
"""A piece of extra work and the time on it that is to be billed together."""


def out_of_scope(case: Case, found: Findings) -> Findings:
    """Invoices of approved work by billing day and purchase order; the rest is reported."""
    ready: list[Piece] = []
    for order in case.change_orders:
        entries = case.extra.get(order.id, ())
        if not entries:
            continue
        if order.approval is Approval.waiting:
            found = found.plus(issues=(_waiting(case, order, entries),))
            found = found.plus(quotations=_quotation(case, order, entries))
        elif order.approval is Approval.rejected:
            found = found.plus(issues=(_rejected(case, order, entries),))
        elif order.hourly_rate <= 0:
            found = found.plus(issues=(_no_rate(order),))
        elif not order.reference:
            found = found.plus(issues=(_no_reference(order),))
        else:
            within, beyond = _under_cap(order, entries)
            if beyond:
                found = found.plus(issues=(_over_cap(order, beyond),))
            if within:
                ready.append((order, within))
    invoices: list[Invoice] = []
    for month, po_id, pieces in _batches(case, ready):
        invoices += _invoice(case, month, po_id, pieces)
        invoices += _credit_note(case, month, po_id, pieces)
    return found.plus(invoices=tuple(invoices))


def _under_cap(
    order: ChangeOrder, entries: tuple[TimeEntry, ...]
) -> tuple[tuple[TimeEntry, ...], int]:
    """The entries up to the cap, the one that crosses it cut to fit, and the seconds beyond it."""
    if not order.cap_seconds:
        return entries, 0
    left = order.cap_seconds - order.billed_seconds
    within = []
    for entry in entries:
        part = min(entry.seconds, max(left, 0)) if entry.seconds > 0 else entry.seconds
        if part:
            within.append(entry._replace(seconds=part))
            left -= part
    return tuple(within), _seconds(entries) - _seconds(tuple(within))


def _batches(case: Case, ready: list[Piece]) -> Iterator[tuple[date, int, list[Piece]]]:
    """Work by the month in which it is billed and by purchase order (0 = the engagement's).

    Work is billed on the first billing day on which it is both done and approved and for which
    nothing was invoiced yet, so that one late run bills as monthly runs would have.
    """
    if not ready:
        return
    first = min(entries[0].day for _, entries in ready)
    left = list(ready)
    for month in months(first, case.as_of):
        billing_day = day_of(month, case.company.out_of_scope_day)
        if billing_day > case.as_of:
            return
        batch: dict[int, list[Piece]] = {}
        rest: list[Piece] = []
        for order, entries in left:
            po_id = _own_po(case, order)
            done = tuple(entry for entry in entries if entry.day <= billing_day)
            approved = order.approved_on is None or order.approved_on <= billing_day
            if not done or not approved or _is_billed(case, month, po_id):
                rest.append((order, entries))
                continue
            batch.setdefault(po_id, []).append((order, done))
            later = entries[len(done) :]
            if later:
                rest.append((order, later))
        for po_id, pieces in sorted(batch.items()):
            yield month, po_id, pieces
        left = rest


def _own_po(case: Case, order: ChangeOrder) -> int:
    """The purchase order of the piece of work, 0 where it is the engagement's."""
    own = order.client_po_id
    return 0 if own is None or own == case.engagement.client_po_id else own


def _source_of(month: date, po_id: int) -> str:
    return month_source(month) + (f"-p{po_id}" if po_id else "")


def _is_billed(case: Case, month: date, po_id: int) -> bool:
    """Whether this month's invoice of extra work is out; later work waits for the next one."""
    own = key(case.company.id, case.engagement.id, Role.out_of_scope, _source_of(month, po_id))
    return is_used(case, own)


def _invoice(case: Case, month: date, po_id: int, pieces: list[Piece]) -> tuple[Invoice, ...]:
    engagement = case.engagement
    currency = engagement.currency
    billing_day = day_of(month, case.company.out_of_scope_day)
    pieces = [piece for piece in pieces if _seconds(piece[1]) > 0]
    if not pieces:
        return ()
    lines = tuple(
        Line.of_hours(
            _text(order, part),
            _seconds(part),
            order.hourly_rate,
            currency,
            engagement.product_id,
            entry_ids=tuple(entry.id for entry in part),
        )
        for order, entries in pieces
        for part in _parts(entries, one_by_one=engagement.lines_per_entry)
    )
    days = [entry.day for _, entries in pieces for entry in entries]
    return draft_invoice(
        case,
        role=Role.out_of_scope,
        source=_source_of(month, po_id),
        invoice_date=billing_day,
        raised_on=billing_day,
        service=(min(days), max(days)),
        lines=lines,
        entry_ids=_whole(case, pieces),
        entry_seconds=_each(pieces),
        client_po_id=po_id or None,
        reasons=_reasons(case, pieces, one_by_one=engagement.lines_per_entry),
    )


def _credit_note(case: Case, month: date, po_id: int, pieces: list[Piece]) -> tuple[Invoice, ...]:
    """What correcting entries take back of work that was billed before (rule 17)."""
    back = [piece for piece in pieces if _seconds(piece[1]) < 0]
    if not back:
        return ()
    engagement = case.engagement
    billing_day = day_of(month, case.company.out_of_scope_day)
    days = [entry.day for _, entries in back for entry in entries]
    return draft_invoice(
        case,
        role=Role.out_of_scope,
        source=_source_of(month, po_id) + CREDIT,
        invoice_date=billing_day,
        raised_on=billing_day,
        service=(min(days), max(days)),
        lines=tuple(
            Line.of_hours(
                f"{order.name}: corrected time",
                -_seconds(entries),
                order.hourly_rate,
                engagement.currency,
                engagement.product_id,
                entry_ids=tuple(entry.id for entry in entries),
            )
            for order, entries in back
        ),
        entry_ids=_whole(case, back),
        entry_seconds=_each(back),
        client_po_id=po_id or None,
        credit=True,
        additional=True,
        reasons=_reasons(case, back, one_by_one=False),
    )


def _parts(entries: tuple[TimeEntry, ...], *, one_by_one: bool) -> list[tuple[TimeEntry, ...]]:
    """The entries of each line: one by one, or all of a piece of work together."""
    return [(each,) for each in entries] if one_by_one else [entries]


def _whole(case: Case, pieces: list[Piece]) -> tuple[int, ...]:
    """Entries that are billed to their end; the others were cut by a cap."""
    worked = {entry.id: entry.seconds for each in case.extra.values() for entry in each}
    billed = [entry for _, entries in pieces for entry in entries]
    return tuple(entry.id for entry in billed if entry.seconds == worked[entry.id])


def _each(pieces: list[Piece]) -> tuple[tuple[int, int], ...]:
    """(entry, seconds billed of it): what is rounded up or weighed so uses up a cap."""
    return tuple((entry.id, entry.seconds) for _, entries in pieces for entry in entries)


def _text(order: ChangeOrder, entries: tuple[TimeEntry, ...]) -> str:
    """``Two landing pages, 12–18 March 2025, requested by Dana Cole, approval: e-mail``."""
    parts = [order.name, span_text(entries[0].day, entries[-1].day)]
    if order.requester:
        parts.append(f"requested by {order.requester}")
    parts.append(f"approval: {order.reference}")
    return ", ".join(parts)


def _reasons(case: Case, pieces: list[Piece], *, one_by_one: bool) -> Later[Reason]:
    return Later(
        lambda: tuple(
            _reason(case, order, entries, _parts(entries, one_by_one=one_by_one))
            for order, entries in pieces
        )
    )


def _reason(
    case: Case,
    order: ChangeOrder,
    entries: tuple[TimeEntry, ...],
    lines: list[tuple[TimeEntry, ...]],
) -> Reason:
    currency = case.engagement.currency
    approved = f"approved on {order.approved_on}" if order.approved_on else "approved"
    cap = ""
    if order.cap_seconds:
        cap = f", at most {hours.text(order.cap_seconds)} h"
        if order.billed_seconds:
            cap += f" of which {hours.text(order.billed_seconds)} h were billed before"
    parts = [_seconds(line) for line in lines]
    charged = " + ".join(f"{hours.text(each)} h × {order.hourly_rate}" for each in parts)
    amount = sum((currency.round(hours.charge(each, order.hourly_rate)) for each in parts), ZERO)
    return Reason(
        rule="out_of_scope",
        text=f"{order.name}: {approved} ({order.reference}){cap}; {charged}"
        f" = {currency.text(amount)}",
        records=(_order_source(order), *map(_entry_source, entries)),
    )


def _entry_source(entry: TimeEntry) -> Source:
    return Source(
        model="account.analytic.line",
        id=entry.id,
        name=f"{entry.day} {entry.employee}: {hours.text(entry.seconds)} h",
    )


def _seconds(entries: tuple[TimeEntry, ...]) -> int:
    return sum(entry.seconds for entry in entries)


def _order_source(order: ChangeOrder) -> Source:
    return Source(model="retainer.change.order", id=order.id, name=order.name)


def _quotation(
    case: Case, order: ChangeOrder, entries: tuple[TimeEntry, ...]
) -> tuple[Quotation, ...]:
    """A draft quotation for the work, unless there is one."""
    own = key(case.company.id, case.engagement.id, "quotation", f"c{order.id}")
    seconds = order.cap_seconds or _seconds(entries)
    if order.quote_id is not None or own in case.quotation_keys or seconds <= 0:
        return ()
    line = Line.of_hours(
        order.name,
        seconds,
        order.hourly_rate,
        case.engagement.currency,
        case.engagement.product_id,
    )
    return (
        Quotation(
            key=own,
            engagement_id=case.engagement.id,
            change_order_id=order.id,
            partner_id=case.engagement.client_id,
            currency=case.engagement.currency,
            lines=(line,),
            reasons=(_quoted(case, order, entries, seconds),),
        ),
    )


def _quoted(case: Case, order: ChangeOrder, entries: tuple[TimeEntry, ...], seconds: int) -> Reason:
    worked = hours.text(_seconds(entries))
    amount = case.engagement.currency.text(hours.charge(seconds, order.hourly_rate))
    quoted = "the cap of the change order" if order.cap_seconds else "all of them"
    return Reason(
        rule="out_of_scope",
        text=f"{order.name}: {worked} h worked without written approval; quoted are {quoted},"
        f" {hours.text(seconds)} h × {order.hourly_rate} = {amount}",
        records=(_order_source(order), *map(_entry_source, entries)),
    )


def _waiting(case: Case, order: ChangeOrder, entries: tuple[TimeEntry, ...]) -> Issue:
    amount = case.engagement.currency.text(hours.charge(_seconds(entries), order.hourly_rate))
    return Issue(
        code="work_awaiting_approval",
        severity=Severity.warning,
        source=_order_source(order),
        field="approval_state",
        message=f"{hours.text(_seconds(entries))} h ({amount}) without written approval are not"
        " billed; send the quotation, or enter the client's approval and its reference",
        engagement_id=order.engagement_id,
    )


def _rejected(case: Case, order: ChangeOrder, entries: tuple[TimeEntry, ...]) -> Issue:
    amount = case.engagement.currency.text(hours.charge(_seconds(entries), order.hourly_rate))
    return Issue(
        code="work_rejected",
        severity=Severity.warning,
        source=_order_source(order),
        field="approval_state",
        message=f"{hours.text(_seconds(entries))} h ({amount}) on work that the client rejected"
        " are not billed; mark the entries non-billable or move them",
        engagement_id=order.engagement_id,
    )


def _no_reference(order: ChangeOrder) -> Issue:
    return Issue(
        code="approval_without_reference",
        severity=Severity.warning,
        source=_order_source(order),
        field="approval_reference",
        message="approved without a reference to the client's written word; nothing is billed"
        " until it is entered",
        engagement_id=order.engagement_id,
    )


def _no_rate(order: ChangeOrder) -> Issue:
    return Issue(
        code="change_order_without_rate",
        severity=Severity.warning,
        source=_order_source(order),
        field="hourly_rate",
        message=f"has an hourly rate of {order.hourly_rate}; nothing is billed until a rate above"
        " zero is entered (or its time is marked non-billable)",
        engagement_id=order.engagement_id,
    )


def _over_cap(order: ChangeOrder, beyond: int) -> Issue:
    return Issue(
        code="hours_over_cap",
        severity=Severity.warning,
        source=_order_source(order),
        field="hours_cap",
        message=f"{hours.text(beyond)} h beyond the {hours.text(order.cap_seconds)} h approved are"
        " not billed; have them approved and raise the cap, or mark the entries non-billable",
        engagement_id=order.engagement_id,
    )
