"""What people did to documents of ours: each is a conflict that says what to do about it.

A document stands as a person left it. What they changed counts as far as the rules decide it; notes
on a document, its contacts, terms and purchase order are theirs.
"""

from collections.abc import Collection, Iterator

from sync.domain.documents import Invoice, Role
from sync.domain.existing import ExistingInvoice, Tombstone
from sync.domain.issues import Issue, Severity, Source
from sync.domain.journal import Entry
from sync.domain.ledger import ExistingEntry
from sync.domain.snapshot import Snapshot
from sync.plan.changes import Conflict

Document = Invoice | Entry
Existing = ExistingInvoice | ExistingEntry


def deleted(document: Document) -> Conflict:
    """Its key is known, its record is gone."""
    return conflict(
        document, "deleted", "was deleted by a person; it is not written again. If it is to be"
        f" {_done(document)} after all, delete its line under Deleted Records in Odoo"
        f"{_or_accept(document)}"
    )  # fmt: skip


def touched(document: Document, standing: Existing, *, posts: bool) -> Conflict | None:
    """What a person did to what the rules ask for; None where it stands as it was written, or in
    what the rules do not decide. ``posts``: whether such a document is not left as a draft. What
    finance accepted is not asked about.
    """
    name = called(standing)
    same = standing.fingerprint == document.fingerprint
    if standing.state == "cancel":
        return conflict(
            document, "cancelled", f"{name} was cancelled by a person; it is not written again."
            f" Reset it to draft if it is to be {_done(document)} after all{_or_accept(document)}",
            standing,
        )  # fmt: skip
    if standing.changed and not same:
        return conflict(
            document, "changed_by_person", f"{name} was changed by a person"
            f" ({_what(standing)}) and now differs from what the rules ask for; compare the two"
            f" and correct one{_or_accept(document)}",
            standing,
        )  # fmt: skip
    if standing.changes:
        return conflict(
            document, "changed_by_person", f"{name} was changed by a person"
            f" ({_what(standing)}); put that back{_or_accept(document)}",
            standing,
        )  # fmt: skip
    if standing.reset and (posts or not same or document.withdrawn):
        return conflict(document, "changed_by_person", _reset(name), standing)
    return None


def unasked(snapshot: Snapshot, asked: Collection[str]) -> Iterator[Conflict]:
    """Invoices and credit notes that a person changed and no rule asks for any more: their month is
    closed, or what they bill is bound to them. A request that was posted tells of itself by its
    advance.
    """
    for each in snapshot.invoices:
        if each.key in asked or each.accepted is not None or not each.counts:
            continue
        if each.changes and not (each.role is Role.advance_request and each.state == "posted"):
            message = f"{called(each)} was changed by a person ({_what(each)}); put that back, or"
            yield conflict(each, "changed_by_person", f"{message} accept it as it stands", each)
        elif each.reset and snapshot.company.post_invoices:
            yield conflict(each, "changed_by_person", _reset(called(each)), each)


def changed_entries(snapshot: Snapshot, asked: Collection[str]) -> Iterator[Issue]:
    """Draft entries in whose place the rules ask for nothing: whoever reviews them changed them."""
    for each in snapshot.ledger.entries:
        if each.state == "draft" and each.changes and each.key not in asked:
            yield Issue(
                code="entry_changed",
                severity=Severity.warning,
                source=Source(model="account.move", id=each.id, name=each.name or each.key),
                message=f"this draft was changed by a person ({_what(each)}): it stands so, and"
                " later entries make up for the difference; put that back if it was not meant",
                engagement_id=each.engagement_id,
            )


def accepted(snapshot: Snapshot) -> set[str]:
    """Keys of what finance said rightly stands, or is gone, as a person left it."""
    documents: tuple[ExistingInvoice | Tombstone, ...] = (*snapshot.invoices, *snapshot.tombstones)
    return {each.key for each in documents if each.accepted is not None}


def called(standing: Existing) -> str:
    """Its number, or which draft it is."""
    return standing.name or f"the draft account.move {standing.id}"


def conflict(
    document: Document | ExistingInvoice,
    code: str,
    message: str,
    standing: Existing | None = None,
) -> Conflict:
    """A conflict about what the rules ask for, or about what only stands."""
    return Conflict(
        key=document.key,
        code=code,
        message=message,
        engagement_id=document.engagement_id,
        record_id=standing.id if standing else None,
        changes=standing.changes if standing else "",
    )


def _what(standing: Existing) -> str:
    return standing.changes or "notes or the order of its lines"


def _reset(name: str) -> str:
    return f"{name} was posted, and a person reset it to draft; post it again, or cancel it"


def _or_accept(document: Document) -> str:
    """Finance may let an invoice stand as it is; entries must tie."""
    return ", or accept it as it stands" if isinstance(document, Invoice) else ""


def _done(document: Document) -> str:
    return "billed" if isinstance(document, Invoice) else "booked"
