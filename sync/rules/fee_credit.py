"""Rule 16, fee credit notes: what is not earned comes from the liability, the rest from revenue.

A credit note of ours names the lots that it takes from, the latest document under the fee's key
first; what they cannot give was revenue already and is taken back from there (IFRS 15.21(a), 51).
Recognition not yet posted gives way: ``recognise`` counts what is about to be credited.

A credit note that a person made in Odoo debits the liability with all that it gives back. What was
revenue already stays there as an open debit; a correction moves it: debit revenue, credit unearned
revenue, matched with that debit. What a draft that a person changed says is left to them.
"""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal

from sync.domain.documents import Invoice, Line, Reason, Role
from sync.domain.engagement import Engagement
from sync.domain.issues import Source
from sync.domain.journal import Account, Entry, EntryLine
from sync.domain.keys import key, stem_of
from sync.domain.ledger import LotKind, OpenDebit
from sync.domain.money import ZERO
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Company, Snapshot
from sync.rules.entries import next_key, withdrawal
from sync.rules.fee_lots import (
    FeeDocument,
    creditable,
    fee_documents,
    to_be_credited,
    touched_draft,
)


def fee_credit(snapshot: Snapshot, _: date, found: Outcome) -> Outcome:
    """Credit notes of fees split into liability and revenue, and the corrections of people's."""
    documents = fee_documents(snapshot)
    taken = dict(to_be_credited(found.invoices, snapshot.invoices))
    invoices = tuple(
        _split(invoice, documents.get(invoice.engagement_id, []), taken)
        if invoice.role is Role.fee and invoice.credit and not invoice.withdrawn
        else invoice
        for invoice in found.invoices
    )
    found = found.model_copy(update={"invoices": invoices})
    return found.plus(entries=tuple(_corrections(snapshot, found.parked)))


def _split(
    invoice: Invoice, documents: Collection[FeeDocument], taken: dict[int, Decimal]
) -> Invoice:
    """The credit note with its unearned lines cut by where they are taken from."""
    if not any(line.unearned for line in invoice.lines):
        return invoice
    lots = creditable(documents, stem_of(invoice.key))
    lines: list[Line] = []
    for line in invoice.lines:
        left = line.amount
        cut: list[Line] = []
        for lot, open_part in lots if line.unearned else ():
            part = min(left, open_part - taken.get(lot.line_id, ZERO))
            if part > ZERO:
                taken[lot.line_id] = taken.get(lot.line_id, ZERO) + part
                left -= part
                cut.append(_piece(line, part, match_line_id=lot.line_id))
        if left:
            cut.append(_piece(line, left, unearned=False) if line.unearned else line)
        lines += cut
    from_liability = sum((each.amount for each in lines if each.match_line_id), ZERO)
    currency = invoice.currency
    reason = Reason(
        rule="fee_credit",
        text=f"{currency.text(from_liability)} are not earned yet and come from unearned revenue,"
        f" {currency.text(invoice.net_total - from_liability)} from revenue",
    )
    return invoice.model_copy(update={"lines": tuple(lines), "reasons": (*invoice.reasons, reason)})


def _piece(line: Line, amount: Decimal, **changes: object) -> Line:
    """A part of a line, as one piece where it is not all of it."""
    if amount != line.amount:
        changes |= {"quantity": Decimal(1), "unit_price": amount, "amount": amount}
    return line.model_copy(update=changes)


def _corrections(snapshot: Snapshot, parked: Collection[int]) -> list[Entry]:
    """Corrections of the credit notes that took more than was left, and drafts not needed now."""
    engagements: Mapping[int, Engagement] = {
        each.id: each for each in snapshot.engagements if each.id not in parked
    }
    deleted = {each.key for each in snapshot.tombstones}
    standing = [each for each in snapshot.ledger.entries if each.role is Role.correction]
    found = []
    for debit in snapshot.ledger.debits:
        engagement = engagements.get(debit.engagement_id)
        if engagement is None or debit.kind is not LotKind.unearned:
            continue
        first = _key(snapshot.company, debit)
        held = (
            each.amount
            for each in standing
            if touched_draft(each) and stem_of(each.key) == stem_of(first)
        )
        left = debit.after(min(sum(held, ZERO), debit.open), snapshot.company.currency)
        if left.open > ZERO:
            asked = next_key(first, standing, deleted)
            found.append(_correction(snapshot.company, engagement, left, asked))
    wanted = {each.key for each in found}
    for draft in standing:
        owner = engagements.get(draft.engagement_id or 0)
        source = draft.key.split("/")[3]
        if owner is None or not draft.is_draft_of_ours or draft.key in wanted:
            continue
        if source[:1] == "i" and source[1:].isdigit():
            found.append(withdrawal(draft, owner.currency))
    return found


def _key(company: Company, debit: OpenDebit) -> str:
    return key(company.id, debit.engagement_id, Role.correction, f"i{debit.move_id}")


def _correction(company: Company, engagement: Engagement, debit: OpenDebit, own: str) -> Entry:
    client = debit.client_id or engagement.client_id
    text = f"Revenue given back ({debit.move_name})"
    return Entry(
        key=own,
        role=Role.correction,
        engagement_id=engagement.id,
        client_id=client,
        day=debit.day,
        service_start=debit.day,
        service_end=debit.day,
        currency=debit.currency,
        company_currency=company.currency,
        lines=(
            EntryLine(
                account=Account.income,
                text=text,
                amount=debit.open,
                amount_company=debit.open_company,
                partner_id=client,
                analytic_id=engagement.analytic_id,
            ),
            EntryLine(
                account=Account.unearned,
                text=text,
                amount=-debit.open,
                amount_company=-debit.open_company,
                partner_id=client,
                match_line_id=debit.line_id,
            ),
        ),
        reference=debit.move_name,
        reasons=(
            Reason(
                rule="fee_credit",
                text=f"{debit.move_name} gave back {debit.currency.text(debit.open)} more than was"
                " left unearned: that part was revenue already",
                records=(Source(model="account.move", id=debit.move_id, name=debit.move_name),),
            ),
        ),
    )
