"""What Odoo answers to a plan, as a pure function: the snapshot of the next run.

Closed statements become the history, invoices stand as Odoo keeps them, and what they bill has left
the open facts. Pruned like the pull prunes: no invoice is seen again that lies before the earliest
open month.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sync.domain.calendar import ONE_DAY, first_of
from sync.domain.documents import Invoice, Statement, StatementState
from sync.domain.engagement import ChangeOrder, ClientPo, Engagement, Kind
from sync.domain.entries import TimeEntry
from sync.domain.existing import ExistingInvoice, ExistingPeriod
from sync.domain.money import ZERO
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot
from sync.plan.changes import Action, Plan
from sync.plan.diff import make_plan
from sync.rules.engine import evaluate


def settle(snapshot: Snapshot, plan: Plan, *, state: str = "posted") -> Snapshot:
    """The snapshot after the plan was applied; invoices are left in ``state``."""
    invoices = {each.key: each for each in snapshot.invoices}
    added: dict[int, Any] = {}
    for change in plan.changes:
        if change.invoice is None:
            continue
        standing = invoices.pop(change.invoice.key, None)
        if standing is not None and standing.client_po_id:
            added[standing.client_po_id] = added.get(standing.client_po_id, ZERO) - _net(standing)
        if change.action is Action.withdraw:
            continue
        assert (standing is None) == (change.action is Action.create), change.key
        written = _standing(change.invoice, state, 1000 + len(invoices))
        invoices[written.key] = written
        if written.client_po_id:
            added[written.client_po_id] = added.get(written.client_po_id, ZERO) + _net(written)

    new = [change.invoice for change in plan.changes if change.invoice]
    closed = [
        change.statement
        for change in plan.changes
        if change.statement and change.statement.state is StatementState.closed
    ]
    statements = [change.statement for change in plan.changes if change.statement]
    engagements = tuple(_closed(each, closed) for each in snapshot.engagements)
    entries = tuple(_left(snapshot.entries, new, closed))
    settled = snapshot.model_copy(
        update={
            "engagements": engagements,
            "entries": entries,
            "milestones": tuple(
                each.model_copy(
                    update={
                        "billed": each.billed
                        or any(each.id in invoice.milestone_ids for invoice in new)
                    }
                )
                for each in snapshot.milestones
            ),
            "hour_blocks": tuple(
                each.model_copy(
                    update={
                        "billed": each.billed
                        or any(each.id in invoice.block_ids for invoice in new),
                        "counted": each.counted
                        or any(each.id == lot.block_id for one in closed for lot in one.lots),
                    }
                )
                for each in snapshot.hour_blocks
            ),
            "change_orders": tuple(_billed(each, snapshot, new) for each in snapshot.change_orders),
            "client_pos": tuple(
                each.model_copy(update={"invoiced": each.invoiced + added.get(each.id, ZERO)})
                for each in snapshot.client_pos
            ),
            "periods": _periods(snapshot, statements, engagements),
            "alert_keys": (*snapshot.alert_keys, *_keys(plan, "alert")),
            "quotation_keys": (*snapshot.quotation_keys, *_keys(plan, "quotation")),
            "request_keys": (*snapshot.request_keys, *_keys(plan, "request")),
        }
    )
    since = _since(settled)
    return settled.model_copy(
        update={
            "invoices": tuple(
                each
                for each in invoices.values()
                if each.state == "draft"
                or (each.service_end is not None and each.service_end >= since)
                or each.invoice_date >= since
            ),
        }
    )


def run(snapshot: Snapshot, on: date) -> tuple[Outcome, Plan]:
    """One run: what should be, and what is to be written."""
    outcome = evaluate(snapshot, on)
    return outcome, make_plan(snapshot, outcome)


def runs(
    snapshot: Snapshot, days: Iterable[date], *, state: str = "posted"
) -> tuple[Snapshot, list[Plan]]:
    """One run after another, each settled before the next."""
    plans = []
    for on in days:
        _, plan = run(snapshot, on)
        snapshot = settle(snapshot, plan, state=state)
        plans.append(plan)
    return snapshot, plans


def written(plans: Iterable[Plan]) -> dict[str, str]:
    """Fingerprint of every invoice and every closed statement that the plans wrote, by key."""
    found: dict[str, str] = {}
    for plan in plans:
        for change in plan.changes:
            if change.invoice or (
                change.statement and change.statement.state is StatementState.closed
            ):
                found[change.key] = change.document.fingerprint
    return found


def _standing(invoice: Invoice, state: str, id: int) -> ExistingInvoice:
    return ExistingInvoice(
        id=id,
        name=f"INV/{id}" if state == "posted" else "",
        key=invoice.key,
        fingerprint=invoice.fingerprint,
        role=invoice.role,
        engagement_id=invoice.engagement_id,
        state=state,
        credit=invoice.credit,
        changed=False,
        invoice_date=invoice.invoice_date,
        service_start=invoice.service_start,
        service_end=invoice.service_end,
        untaxed=invoice.untaxed,
        total=invoice.untaxed,
        residual=invoice.untaxed,
        client_po_id=invoice.client_po_id,
        unearned=any(line.unearned for line in invoice.lines),
    )


def _net(standing: ExistingInvoice) -> Any:
    return -standing.untaxed if standing.credit else standing.untaxed


def _keys(plan: Plan, kind: str) -> list[str]:
    return [change.key for change in plan.changes if getattr(change, kind)]


def _closed(engagement: Engagement, closed: list[Statement]) -> Engagement:
    ends = [each.date_end for each in closed if each.engagement_id == engagement.id]
    if not ends:
        return engagement
    assert engagement.closed_until is None or min(ends) > engagement.closed_until
    return engagement.model_copy(update={"closed_until": max(ends)})


def _left(
    entries: tuple[TimeEntry, ...], invoices: list[Invoice], closed: list[Statement]
) -> Iterable[TimeEntry]:
    """Time that neither a closed statement nor a document counts."""
    bound = {each for statement in closed for each in statement.entry_ids}
    bound |= {each for invoice in invoices for each in invoice.entry_ids}
    billed: dict[int, int] = {}
    for invoice in invoices:
        for entry_id, seconds in invoice.entry_seconds:
            billed[entry_id] = billed.get(entry_id, 0) + seconds
    for entry in entries:
        if entry.id not in bound:
            yield entry._replace(billed_seconds=entry.billed_seconds + billed.get(entry.id, 0))


def _billed(order: ChangeOrder, snapshot: Snapshot, invoices: list[Invoice]) -> ChangeOrder:
    """The change order with the time on it that was billed, credit notes taken off."""
    own = {each.id for each in snapshot.entries if each.change_order_id == order.id}
    billed = order.billed_seconds
    for invoice in invoices:
        billed += sum(seconds for each, seconds in invoice.entry_seconds if each in own)
    whole = order.billed or any(order.id in invoice.change_order_ids for invoice in invoices)
    return order.model_copy(update={"billed_seconds": billed, "billed": whole})


def _periods(
    snapshot: Snapshot, statements: list[Statement], engagements: tuple[Engagement, ...]
) -> tuple[ExistingPeriod, ...]:
    """The open statements and each retainer's last closed one."""
    periods = {each.key: each for each in snapshot.periods}
    for each in statements:
        standing = periods.get(each.key)
        assert standing is None or not standing.closed, f"{each.key} was closed"
        periods[each.key] = period_of(each, standing.id if standing else 5000 + len(periods))
    until = {each.id: each.closed_until for each in engagements}
    return tuple(
        each
        for each in periods.values()
        if not each.closed or each.date_end == until[each.engagement_id]
    )


def period_of(statement: Statement, id: int) -> ExistingPeriod:
    """The statement as Odoo has it."""
    return ExistingPeriod(
        id=id,
        key=statement.key,
        fingerprint=statement.fingerprint,
        engagement_id=statement.engagement_id,
        date_start=statement.date_start,
        date_end=statement.date_end,
        closed=statement.state is StatementState.closed,
        used=statement.used,
        available=statement.available,
        overage=statement.overage,
        lots=statement.lots,
    )


def _since(snapshot: Snapshot) -> date:
    """The first of the earliest month in which a document may still have to be written."""
    bounds = [
        _open_from(each, snapshot.company.go_live)
        for each in snapshot.engagements
        if each.kind is Kind.retainer
    ]
    bounds += [
        first_of(each.day)
        for each in snapshot.entries
        if each.billable and each.change_order_id is not None
    ]
    return min(bounds, default=date.min)


def _open_from(engagement: Engagement, go_live: date | None) -> date:
    if engagement.closed_until is not None:
        return first_of(engagement.closed_until + ONE_DAY)
    return first_of(max(engagement.date_start, go_live or engagement.date_start))


def po_of(snapshot: Snapshot, po_id: int) -> ClientPo:
    """A purchase order of the snapshot."""
    return next(each for each in snapshot.client_pos if each.id == po_id)
