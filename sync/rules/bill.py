"""How every rule makes an invoice: the engagement's own addressee, terms, currency and PO (rule 6),
and how it meets what is already billed under the same key (rule 17).
"""

from datetime import date
from decimal import Decimal

from sync.domain.documents import Invoice, Line, Reason, Role
from sync.domain.existing import ExistingInvoice
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
    cut_entries: tuple[tuple[int, int], ...] = (),
    milestone_ids: tuple[int, ...] = (),
    change_order_ids: tuple[int, ...] = (),
    purchases: tuple[tuple[int, Decimal], ...] = (),
    client_po_id: int | None = None,
    month: date | None = None,
    reasons: tuple[Reason, ...] = (),
) -> tuple[Invoice, ...]:
    """The invoice that is to be written, if any: nothing before ``raised_on``, and of what is
    already billed under its key only the difference.
    """
    if case.as_of < raised_on:
        return ()
    engagement = case.engagement
    po_id = client_po_id or engagement.client_po_id
    po = case.client_pos.get(po_id) if po_id else None
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
        po_number=po.number if po else "",
        payment_term_id=engagement.payment_term_id,
        reference=engagement.quote_name,
        entry_ids=tuple(dict.fromkeys(entry_ids)),
        cut_entries=cut_entries,
        milestone_ids=milestone_ids,
        change_order_ids=change_order_ids,
        purchases=purchases,
        month=month,
        reasons=reasons,
    )
    return _against_what_exists(case, invoice)


def billed(case: Case, stem: str) -> list[ExistingInvoice]:
    """Documents that stand under this key, first revision first; cancelled ones do not count."""
    found = [each for each in case.invoices if each.counts and stem_of(each.key) == stem]
    return sorted(found, key=lambda each: revision_of(each.key))


def take_back(case: Case, standing: ExistingInvoice, text: str) -> tuple[Invoice, ...]:
    """Undo what stands under a key: withdraw an untouched draft, credit what was posted.

    Nothing is asked where the documents under the key come to nothing already, or where a person
    changed one of them.
    """
    documents = billed(case, stem_of(standing.key))
    if not documents or any(each.changed for each in documents):
        return ()
    so_far = sum((-each.untaxed if each.credit else each.untaxed for each in documents), ZERO)
    if so_far <= 0:
        return ()
    last = documents[-1]
    engagement = case.engagement
    withdrawn = len(documents) == 1 and last.is_draft_of_ours
    start = standing.service_start or standing.invoice_date
    line = Line.of_amount(text, so_far, engagement.product_id, unearned=standing.unearned)
    return (
        Invoice(
            key=last.key if withdrawn else f"{stem_of(last.key)}/{revision_of(last.key) + 1}",
            role=standing.role,
            engagement_id=engagement.id,
            credit=not withdrawn,
            withdrawn=withdrawn,
            partner_id=engagement.invoice_partner_id or engagement.client_id,
            ap_contact_id=engagement.ap_contact_id,
            invoice_date=max(case.as_of, standing.invoice_date),
            raised_on=case.as_of,
            service_start=start,
            service_end=standing.service_end or start,
            currency=engagement.currency,
            lines=(line,),
            client_po_id=standing.client_po_id,
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


def _against_what_exists(case: Case, invoice: Invoice) -> tuple[Invoice, ...]:
    """The invoice itself, or the correction of what was billed, or nothing.

    An untouched draft of ours may be replaced, and a document that a person changed is left to the
    plan to report; both keep the invoice as it is.
    """
    standing = billed(case, stem_of(invoice.key))
    if not standing:
        return (invoice,)
    if len(standing) == 1 and standing[0].is_draft_of_ours:
        return (invoice,)
    if any(each.changed for each in standing):
        return (invoice.model_copy(update={"key": standing[-1].key}),)
    so_far = sum((-each.untaxed if each.credit else each.untaxed for each in standing), ZERO)
    difference = invoice.untaxed - so_far
    if not difference:
        return ()
    return (_correction(case, invoice, difference, so_far, standing),)


def _correction(
    case: Case,
    invoice: Invoice,
    difference: Decimal,
    so_far: Decimal,
    standing: list[ExistingInvoice],
) -> Invoice:
    """An invoice or credit note over the difference, under the key's next revision."""
    currency = invoice.currency
    original = standing[0].name or standing[0].key
    first = invoice.lines[0]
    line = Line.of_amount(
        f"{first.text}: adjustment of {original}",
        abs(difference),
        first.product_id,
        unearned=first.unearned,
    )
    reason = Reason(
        rule="correction",
        text=f"new total {currency.text(invoice.untaxed)} − billed so far {currency.text(so_far)}"
        f" = {currency.text(difference)}",
    )
    return invoice.model_copy(
        update={
            "key": f"{stem_of(invoice.key)}/{revision_of(standing[-1].key) + 1}",
            "credit": difference < 0,
            "invoice_date": max(case.as_of, invoice.invoice_date),
            "lines": (line,),
            "reasons": (*invoice.reasons, reason),
        }
    )
