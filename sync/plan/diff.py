"""From the outcome and what Odoo already has to the plan.

Key = identity, fingerprint = content. Same key and fingerprint: nothing to do. An untouched draft
of ours with other content is rewritten. What a person changed, cancelled or deleted is a conflict:
parked and reported, never overwritten, never recreated.
"""

from collections.abc import Collection, Iterator

from sync.domain.documents import Invoice, StatementState
from sync.domain.existing import ExistingInvoice
from sync.domain.journal import Entry
from sync.domain.ledger import ExistingEntry
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot
from sync.plan import people
from sync.plan.changes import Action, Change, Conflict, Plan


def make_plan(snapshot: Snapshot, outcome: Outcome) -> Plan:
    """Compare what should be with what is. Pure: the same input, the same plan and checksum."""
    units = _units(outcome)
    changes: list[Change] = []
    conflicts: list[Conflict] = []
    standing = {each.key: each for each in snapshot.invoices}
    deleted = {each.key for each in snapshot.tombstones}
    settled = people.accepted(snapshot)
    posts = snapshot.company.post_invoices
    for invoice in outcome.invoices:
        if invoice.held or invoice.key in settled:
            continue
        there = standing.get(invoice.key)
        found = _invoice(invoice, units, there, invoice.key in deleted, posts=posts)
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
    entries = list(_entries(snapshot, outcome.entries, deleted))
    changes += [each for each in entries if isinstance(each, Change)]
    conflicts += [each for each in entries if isinstance(each, Conflict)]
    changes += [
        Change(action=Action.create, unit=each.key, advance=each)
        for each in outcome.advances
        if each.key not in deleted
    ]
    changes = [*_alerts(snapshot, outcome, deleted), *changes]
    changes = [each for each in changes if not _waits(each, blocked)]
    asked = {each.key for each in outcome.invoices if not each.held}
    asked |= {each.key for each in outcome.entries}
    conflicts += people.unasked(snapshot, asked)
    return Plan(
        company_id=snapshot.company.id,
        as_of=outcome.as_of,
        changes=tuple(changes),
        held=tuple(invoice for invoice in outcome.invoices if invoice.held),
        conflicts=tuple(conflicts),
        issues=(*outcome.issues, *people.changed_entries(snapshot, asked)),
        parked=outcome.parked,
    )


def _alerts(snapshot: Snapshot, outcome: Outcome, deleted: Collection[str]) -> Iterator[Change]:
    """What nobody was told yet. It is written before all else: once a month is closed or an
    advance drawn, no later run would find again what there was to tell.
    """
    known = {*snapshot.alert_keys, *deleted}
    for each in outcome.alerts:
        if each.key not in known:
            yield Change(action=Action.create, unit=each.key, alert=each)


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
    *,
    posts: bool,
) -> Change | Conflict | None:
    month = f"{invoice.month:%Y-%m}" if invoice.month else ""
    action = _action(invoice, standing, deleted, posts=posts)
    if not isinstance(action, Action):
        return action
    unit = units.get((invoice.engagement_id, month), invoice.key)
    return Change(action=action, unit=unit, invoice=invoice)


def _entries(
    snapshot: Snapshot, entries: Collection[Entry], deleted: Collection[str]
) -> Iterator[Change | Conflict]:
    """Journal entries that are new or read otherwise now; each is a unit of its own,
    unless it says with which others it goes.
    """
    standing = {each.key: each for each in snapshot.ledger.entries}
    for entry in entries:
        found = standing.get(entry.key)
        if found is not None and found.state == "posted" and not found.changed and _matches(entry):
            yield people.conflict(
                entry, "unmatched", f"{found.name or found.key} is posted, but somebody took back"
                " what it was matched with; match it again in Odoo, or reverse it", found
            )  # fmt: skip
            continue
        posts = snapshot.company.post_entries or entry.at_once
        action = _action(entry, found, entry.key in deleted, posts=posts)
        if isinstance(action, Conflict):
            yield action
        elif action is not None:
            yield Change(action=action, unit=entry.unit or entry.key, entry=entry)


def _matches(entry: Entry) -> bool:
    """Whether it acts on open lines. Were it in force, the rules would not ask for it again."""
    return any(line.match_line_id is not None for line in entry.lines)


def _action(
    document: Invoice | Entry,
    standing: ExistingInvoice | ExistingEntry | None,
    deleted: bool,
    *,
    posts: bool,
) -> Action | Conflict | None:
    """What to do about a keyed move; None = nothing."""
    if deleted:
        return people.deleted(document)
    if standing is None:
        return None if document.withdrawn else Action.create
    conflict = people.touched(document, standing, posts=posts)
    if conflict is not None:
        return conflict
    if document.withdrawn:
        return Action.withdraw
    if standing.fingerprint == document.fingerprint or standing.state == "posted":
        return None
    return Action.rewrite


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
    engagement = change.document.engagement_id
    return engagement in blocked and change.unit == closing_unit(engagement)
