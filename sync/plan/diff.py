"""From the outcome and what Odoo already has to the plan.

Key = identity, fingerprint = content. Same key and fingerprint: nothing to do. An untouched draft
of ours with other content is rewritten. What a person changed, cancelled or deleted is a conflict:
parked and reported, never overwritten, never recreated.
"""

from collections.abc import Iterator

from sync.domain.documents import Invoice, StatementState
from sync.domain.existing import ExistingInvoice
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot
from sync.plan.changes import Action, Change, Conflict, Plan


def make_plan(snapshot: Snapshot, outcome: Outcome) -> Plan:
    """Compare what should be with what is. Pure: the same input, the same plan and checksum."""
    units = _units(outcome)
    changes: list[Change] = []
    conflicts: list[Conflict] = []
    standing = {each.key: each for each in snapshot.invoices}
    deleted = {each.key for each in snapshot.tombstones}
    for invoice in outcome.invoices:
        if invoice.held:
            continue
        found = _invoice(invoice, units, standing.get(invoice.key), invoice.key in deleted)
        if isinstance(found, Conflict):
            conflicts.append(found)
        elif found is not None:
            changes.append(found)

    blocked = {conflict.engagement_id for conflict in conflicts}
    changes += _statements(snapshot, outcome, units, blocked)
    changes += [
        Change(action=Action.create, unit=each.key, quotation=each)
        for each in outcome.quotations
        if each.key not in deleted
    ]
    orders = set(snapshot.request_keys)
    changes += [
        Change(
            action=Action.create,
            unit=units.get((each.engagement_id, f"{each.overage_month:%Y-%m}"), each.key),
            request=each,
        )
        for each in outcome.requests
        if each.key not in orders and each.key not in deleted
    ]
    known = set(snapshot.alert_keys)
    changes += [
        Change(action=Action.create, unit=each.key, alert=each)
        for each in outcome.alerts
        if each.key not in known and each.key not in deleted
    ]
    changes = [each for each in changes if not _waits(each, blocked)]
    return Plan(
        company_id=snapshot.company.id,
        as_of=outcome.as_of,
        changes=tuple(changes),
        held=tuple(invoice for invoice in outcome.invoices if invoice.held),
        conflicts=tuple(conflicts),
        issues=outcome.issues,
        parked=outcome.parked,
    )


def closing_unit(engagement_id: int) -> str:
    """The unit of everything that closes an engagement's months: all of it or none."""
    return f"close/{engagement_id}"


def _units(outcome: Outcome) -> dict[tuple[int, str], str]:
    """Which (engagement, month) closes in this plan, and the unit in which it does."""
    return {
        (each.engagement_id, f"{each.date_start:%Y-%m}"): closing_unit(each.engagement_id)
        for each in outcome.statements
        if each.state is StatementState.closed
    }


def _invoice(
    invoice: Invoice,
    units: dict[tuple[int, str], str],
    standing: ExistingInvoice | None,
    deleted: bool,
) -> Change | Conflict | None:
    if deleted:
        return _conflict(
            invoice, "deleted", "was deleted by a person; it is not written again. If it is to be"
            " billed after all, delete its entry under Deleted documents"
        )  # fmt: skip
    month = f"{invoice.month:%Y-%m}" if invoice.month else ""
    unit = units.get((invoice.engagement_id, month), invoice.key)
    if standing is None and invoice.withdrawn:
        return None
    if standing is None:
        return Change(action=Action.create, unit=unit, invoice=invoice)
    name = standing.name or standing.key
    if standing.state == "cancel":
        return _conflict(
            invoice, "cancelled", f"{name} was cancelled by a person; it is not written again."
            " Reset it to draft if it is to be billed after all"
        )  # fmt: skip
    if standing.changed:
        if standing.fingerprint == invoice.fingerprint:
            return None
        return _conflict(
            invoice, "changed_by_person", f"{name} was changed by a person and now differs from"
            " what the rules ask for; compare the two and correct one"
        )  # fmt: skip
    if invoice.withdrawn:
        return Change(action=Action.withdraw, unit=unit, invoice=invoice)
    if standing.fingerprint == invoice.fingerprint or standing.state == "posted":
        return None
    return Change(action=Action.rewrite, unit=unit, invoice=invoice)


def _conflict(invoice: Invoice, code: str, message: str) -> Conflict:
    return Conflict(
        key=invoice.key, code=code, message=message, engagement_id=invoice.engagement_id
    )


def _statements(
    snapshot: Snapshot,
    outcome: Outcome,
    units: dict[tuple[int, str], str],
    blocked: set[int],
) -> Iterator[Change]:
    """Statements that are new or read otherwise now; a blocked engagement closes nothing."""
    periods = {each.key: each for each in snapshot.periods}
    closing = {engagement_id for engagement_id, _ in units}
    for each in outcome.statements:
        if each.engagement_id in blocked:
            continue
        standing = periods.get(each.key)
        if standing is not None and (standing.closed or standing.fingerprint == each.fingerprint):
            continue
        yield Change(
            action=Action.rewrite if standing else Action.create,
            unit=closing_unit(each.engagement_id) if each.engagement_id in closing else each.key,
            statement=each,
        )


def _waits(change: Change, blocked: set[int]) -> bool:
    """Whether a change belongs to a closing that a conflict blocks."""
    return change.unit.startswith("close/") and change.document.engagement_id in blocked
