"""Rule 11: a draft that is settled keeps its purchase order; where the agreement has another one by
now, somebody must change it on the draft before it is posted.

What the rules still ask for is rewritten with the order of the day. What they do not ask for again
(an invoice of a closed month, of a milestone, of extra work or of purchases, once it is out) stands
as it was written.
"""

from collections.abc import Collection, Iterable, Iterator

from sync.domain.documents import Invoice, Role
from sync.domain.engagement import Engagement
from sync.domain.existing import ExistingInvoice
from sync.domain.issues import Issue, Severity, Source
from sync.domain.keys import source_of
from sync.domain.snapshot import Snapshot

_BILLS = (Role.fee, Role.overage, Role.milestone, Role.out_of_scope, Role.recharge)


def po_of_drafts(
    snapshot: Snapshot, asked: Iterable[Invoice], parked: Collection[int | None] = ()
) -> tuple[Issue, ...]:
    """What is to be said of drafts that nobody asks for again.

    ``asked``: what is asked for; nothing is of ``parked`` engagements, so nothing is said of them.
    """
    engagements = {each.id: each for each in snapshot.engagements if each.id not in parked}
    numbers = {each.id: each.number for each in snapshot.client_pos}
    keys = {each.key for each in asked}
    return tuple(
        _issue(draft, engagement, numbers)
        for draft in _drafts(snapshot.invoices)
        if draft.key not in keys
        and (engagement := engagements.get(draft.engagement_id)) is not None
        and engagement.client_po_id in numbers
        and engagement.client_po_id != draft.client_po_id
    )


def _drafts(invoices: Iterable[ExistingInvoice]) -> Iterator[ExistingInvoice]:
    """Invoices that wait for review under their engagement's order. A credit note keeps the order
    of what it credits; extra work with an order of its own says so in its key.
    """
    for each in invoices:
        own = "-p" in source_of(each.key)
        if each.state == "draft" and not each.credit and each.role in _BILLS and not own:
            yield each


def _issue(draft: ExistingInvoice, engagement: Engagement, numbers: dict[int, str]) -> Issue:
    assert engagement.client_po_id is not None, "it is one of those that are known"
    now = numbers[engagement.client_po_id]
    was = "no purchase order"
    if draft.client_po_id is not None:
        was = f"purchase order {numbers.get(draft.client_po_id, draft.client_po_id)}"
    role = draft.role.value.replace("_", " ")
    return Issue(
        code="draft_under_another_po",
        severity=Severity.warning,
        source=Source(model="account.move", id=draft.id, name=draft.name or draft.key),
        field="retainer_client_po_id",
        message=f"the draft of the {role} of {draft.invoice_date} is under {was}, and"
        f" {engagement.name} has {now} by now; enter {now} on it before it is posted",
        engagement_id=engagement.id,
    )
