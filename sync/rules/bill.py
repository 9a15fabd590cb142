"""How every rule makes an invoice: the engagement's own addressee, terms, currency and PO (rule 6),
and how it meets what is already billed under the same key (rule 17).
"""

from datetime import date
from decimal import Decimal

from sync.domain.documents import Invoice, Line, Reason, Reasons, Role
from sync.domain.existing import ExistingInvoice, Tombstone
from sync.domain.issues import Source
from sync.domain.keys import key, revision_of, stem_of
from sync.domain.money import ZERO
from sync.rules.case import Case


def draft_invoice(
    case: Case,
    *,
    role: Role,
    source: str,
    invoice_date: date,
    raised_on: date,
    service: tuple[date, date],
    lines: tuple[Line, ...],
    entry_ids: tuple[int, ...] = (),
    entry_seconds: tuple[tuple[int, int], ...] = (),
    milestone_ids: tuple[int, ...] = (),
    change_order_ids: tuple[int, ...] = (),
    block_ids: tuple[int, ...] = (),
    credit: bool = False,
    additional: bool = False,
    client_po_id: int | None = None,
    month: date | None = None,
    reasons: Reasons = (),
) -> tuple[Invoice, ...]:
    """The invoice that is to be written, if any.

    Nothing before ``raised_on``, nothing dated before the company went live (whatever was there
    before has billed it), and of what is already billed under its key only the difference;
    ``additional`` documents bill what no other did, each under the key's next revision.
    """
    go_live = case.company.go_live
    if case.as_of < raised_on or (go_live is not None and invoice_date < go_live):
        return ()
    engagement = case.engagement
    po_id = client_po_id or engagement.client_po_id
    invoice = Invoice(
        key=key(case.company.id, engagement.id, role, source),
        role=role,
        engagement_id=engagement.id,
        partner_id=engagement.invoice_partner_id or engagement.client_id,
        ap_contact_id=engagement.ap_contact_id,
        invoice_date=invoice_date,
        raised_on=raised_on,
        service_start=service[0],
        service_end=service[1],
        currency=engagement.currency,
        lines=lines,
        client_po_id=po_id,
        po_number=case.po_number(po_id),
        payment_term_id=engagement.payment_term_id,
        reference=engagement.quote_name,
        entry_ids=tuple(dict.fromkeys(entry_ids)),
        entry_seconds=entry_seconds,
        milestone_ids=milestone_ids,
        change_order_ids=change_order_ids,
        block_ids=block_ids,
        purchases=tuple(line.purchase for line in lines if line.purchase is not None),
        credit=credit,
        month=month,
        reasons=reasons,
    )
    if additional:
        return (_under_next_revision(case, invoice),)
    return _against_what_exists(case, invoice)


def billed(case: Case, stem: str) -> list[ExistingInvoice]:
    """Documents that stand under this key, first revision first; cancelled ones do not count."""
    found = [each for each in case.invoices if each.counts and stem_of(each.key) == stem]
    return sorted(found, key=lambda each: revision_of(each.key))


def accepted(case: Case, stem: str) -> list[ExistingInvoice | Tombstone]:
    """Documents under this key, gone or not, that finance accepted as a person left them."""
    every: tuple[ExistingInvoice | Tombstone, ...] = (*case.invoices, *case.tombstones)
    return [each for each in every if each.accepted and stem_of(each.key) == stem]


def is_used(case: Case, own: str) -> bool:
    """Whether a key is taken: its document stands, is cancelled, or is rightly gone."""
    return any(each.key == own for each in case.invoices) or any(
        each.key == own and each.accepted for each in case.tombstones
    )


def due(case: Case, stem: str, total: Decimal, standing: list[ExistingInvoice]) -> Decimal:
    """What is to be billed under a key so that it comes to ``total`` (below zero: credited).

    What finance accepted as rightly not billed counts as settled. The documents lie in the order
    in which they were asked for; ``total`` covers them from the first one on, and what of it falls
    on something accepted is not asked for again. What was accepted as not given back stays billed
    as long as it is not due anyway.
    """
    documents = {each.key: each for each in (*standing, *accepted(case, stem))}
    asked: list[tuple[bool, Decimal]] = []
    """(whether it is billed, amount), first asked for first."""
    kept = ZERO
    for each in sorted(documents.values(), key=lambda each: revision_of(each.key)):
        billed_now = net_of([each]) if isinstance(each, ExistingInvoice) and each.counts else ZERO
        if billed_now < 0:
            _give_back(asked, -billed_now)
        asked += [(True, max(billed_now, ZERO)), (False, max(each.waived, ZERO))]
        kept += max(-each.waived, ZERO)
    target, left = ZERO, total
    for is_billed, amount in asked:
        target += min(amount, left) if is_billed else ZERO
        left -= min(amount, left)
    target += left
    standing_now = net_of(standing)
    if target < standing_now:
        target = min(standing_now, target + kept)
    return target - standing_now


def _give_back(asked: list[tuple[bool, Decimal]], amount: Decimal) -> None:
    """Take what a credit note gave back off what was billed last."""
    for at in reversed(range(len(asked))):
        is_billed, part = asked[at]
        if is_billed:
            asked[at] = (True, part - min(part, amount))
            amount -= min(part, amount)


def next_revision(case: Case, stem: str) -> int:
    """The first revision of a key after all that stand under it or are rightly gone."""
    taken = [revision_of(each.key) for each in (*billed(case, stem), *accepted(case, stem))]
    return max(taken, default=-1) + 1


def take_back(case: Case, standing: ExistingInvoice, text: str) -> tuple[Invoice, ...]:
    """Undo what stands under a key: withdraw an untouched draft, credit what was posted.

    Nothing is asked where the documents under the key come to nothing already. Where a person
    changed one of them, that one is named, for the plan to report.
    """
    stem = stem_of(standing.key)
    documents = billed(case, stem)
    so_far = -due(case, stem, ZERO, documents)
    if so_far <= 0:
        return ()
    last = documents[-1]
    touched = [each for each in documents if each.disputed]
    withdrawn = bool(touched) or (len(documents) == 1 and last.is_draft_of_ours)
    engagement = case.engagement
    start, end = standing.days
    line = Line.of_amount(text, so_far, engagement.product_id, unearned=standing.unearned)
    if touched:
        own = touched[0].key
    elif withdrawn:
        own = last.key
    else:
        own = f"{stem}/{next_revision(case, stem)}"
    return (
        Invoice(
            key=own,
            role=standing.role,
            engagement_id=engagement.id,
            credit=not withdrawn,
            withdrawn=withdrawn,
            partner_id=engagement.invoice_partner_id or engagement.client_id,
            ap_contact_id=engagement.ap_contact_id,
            invoice_date=max(case.as_of, standing.invoice_date),
            raised_on=case.as_of,
            service_start=start,
            service_end=end,
            currency=engagement.currency,
            lines=(line,),
            client_po_id=standing.client_po_id,
            po_number=case.po_number(standing.client_po_id),
            payment_term_id=engagement.payment_term_id,
            reference=engagement.quote_name,
            reasons=(
                Reason(
                    rule="correction",
                    text=f"{text}; {engagement.currency.text(so_far)} were billed",
                    records=(Source(model="account.move", id=last.id, name=last.name),),
                ),
            ),
        ),
    )


def net_of(documents: list[ExistingInvoice]) -> Decimal:
    """Net amount of documents, credit notes taken off."""
    return sum((-each.untaxed if each.credit else each.untaxed for each in documents), ZERO)


def _under_next_revision(case: Case, invoice: Invoice) -> Invoice:
    """The invoice under the first revision of its key that nothing has, cancelled or not."""
    stem = stem_of(invoice.key)
    taken = [revision_of(each.key) for each in case.invoices if stem_of(each.key) == stem]
    revision = max([next_revision(case, stem), *(each + 1 for each in taken)])
    return invoice.model_copy(update={"key": f"{stem}/{revision}"})


def _against_what_exists(case: Case, invoice: Invoice) -> tuple[Invoice, ...]:
    """The invoice itself, or the correction of what was billed, or nothing.

    An untouched draft of ours may be replaced. A document that a person changed or cancelled is
    named as it is, for the plan to report, unless finance accepted it so.
    """
    stem = stem_of(invoice.key)
    disputed = [each for each in case.invoices if each.disputed and stem_of(each.key) == stem]
    for each in sorted(disputed, key=lambda each: each.counts):
        return (invoice.model_copy(update={"key": each.key}),)
    standing = billed(case, stem)
    draft = standing.pop() if standing and standing[-1].is_draft_of_ours else None
    settled = accepted(case, stem)
    if not standing and not settled:
        return (invoice if draft is None else invoice.model_copy(update={"key": draft.key}),)
    difference = due(case, stem, invoice.untaxed, standing)
    if not difference:
        return () if draft is None else _withdraw(invoice, draft)
    return (_correction(case, invoice, difference, standing, draft),)


def _withdraw(invoice: Invoice, draft: ExistingInvoice) -> tuple[Invoice, ...]:
    """A draft correction that is no longer needed is withdrawn."""
    return (invoice.model_copy(update={"key": draft.key, "withdrawn": True}),)


def _correction(
    case: Case,
    invoice: Invoice,
    difference: Decimal,
    standing: list[ExistingInvoice],
    draft: ExistingInvoice | None,
) -> Invoice:
    """An invoice or credit note over the difference: under the key's next revision, or in place of
    the draft that holds it already.
    """
    currency = invoice.currency
    stem = stem_of(invoice.key)
    settled = accepted(case, stem)
    earliest = min((*standing, *settled), key=lambda each: revision_of(each.key))
    original = earliest.name or earliest.key
    first = invoice.lines[0]
    line = Line.of_amount(
        f"{first.text}: adjustment of {original}",
        abs(difference),
        first.product_id,
        unearned=first.unearned,
    )
    missing = invoice.untaxed - net_of(standing)
    waived = missing - difference
    reason = Reason(
        rule="correction",
        text=f"new total {currency.text(invoice.untaxed)} − billed so far"
        f" {currency.text(net_of(standing))}"
        + (f" − accepted as not billed {currency.text(waived)}" if waived else "")
        + f" = {currency.text(difference)}",
        records=tuple(
            Source(model="account.move", id=each.id, name=each.name) for each in standing
        ),
    )
    dated = draft.invoice_date if draft else max(case.as_of, invoice.invoice_date)
    return invoice.model_copy(
        update={
            "key": draft.key if draft else f"{stem}/{next_revision(case, stem)}",
            "raised_on": case.as_of,
            "credit": difference < 0,
            "invoice_date": dated,
            "lines": (line,),
            "reasons": (*invoice.reasons, reason),
        }
    )
