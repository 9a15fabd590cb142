"""Rule 13: open invoices of engagements that use advances are drained by what was advanced.

A draw takes the smaller of what is open and what was received. Of an untaxed advance it is a
journal entry: debit advances, credit receivable, reconciled with both. Of a taxed one whose money
came in after the invoice stood, it is a credit note on the advance with the tax that was charged,
at the rate of the invoice, so that nothing is gained or lost on the receivable.

The liability keeps the rate at which it was received; what the invoice's rate differs from it
corrects revenue for the net part and is an exchange difference for the tax part (rule 19).
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from sync.domain.documents import Invoice, Line, Reason, Role
from sync.domain.engagement import Engagement
from sync.domain.issues import Issue, Severity, Source
from sync.domain.journal import Account, Entry, EntryLine
from sync.domain.keys import paid_by_draw, stem_of
from sync.domain.ledger import LotKind, MoneyLot, Receivable
from sync.domain.money import ZERO, Currency
from sync.domain.outcome import Outcome
from sync.domain.set_off import oldest_first, set_off
from sync.domain.snapshot import Snapshot
from sync.domain.taxes import Part, with_included
from sync.rules.advance_lots import AdvanceLots, parts
from sync.rules.check_advances import source_of
from sync.rules.draw_keys import DrawKeys


def drain_advances(snapshot: Snapshot, as_of: date, found: Outcome) -> Outcome:
    """The draws of the invoices that stand, oldest invoice first, earliest instalment first."""
    lots = AdvanceLots(snapshot, as_of, found)
    engagements = {each.id: each for each in snapshot.engagements}
    keys = DrawKeys(snapshot)
    corrected = _corrected(found)
    loose = _loose_draws(snapshot)
    deducting = _deducting(snapshot, found, engagements)
    after_credits = set_off(snapshot.ledger.receivables, snapshot.company.currency)
    for whole in sorted(snapshot.ledger.receivables, key=oldest_first):
        if whole.role is Role.drawdown and not whole.credit and not whole.move_key:
            found = found.plus(issues=(_reversed(whole),))
        if not is_drained(whole, as_of, found) or stem_of(whole.move_key) in corrected:
            continue
        if whole.move_id in loose:
            found = found.plus(issues=(_loose(whole, loose[whole.move_id]),))
            continue
        receivable = after_credits[whole.line_id]
        if receivable.open < whole.open:
            found = found.plus(issues=(_not_set_off(whole, whole.open - receivable.open),))
        if whole.client_id not in deducting and lots.is_refilled_first(
            whole.engagement_id, whole.client_id, whole.currency, whole.invoice_date
        ):
            continue
        left = receivable
        offers = [
            offer
            for offer in lots.offers(
                receivable.engagement_id,
                receivable.client_id,
                receivable.currency,
                receivable.invoice_date,
            )
            if not keys.is_settled(receivable, offer.lot)
        ]
        for lot, part in parts(offers, receivable.open):
            own = keys.draw(receivable, lot, part.total)
            if lot.taxed:
                found = found.plus(invoices=(_credit_note(lots, own, left, lot, part),))
            else:
                engagement = engagements.get(receivable.engagement_id)
                entry = _entry(lots, own, left, lot, part.net, engagement)
                found = found.plus(entries=(entry,))
            lots.draw(lot.line_id, part)
            left = left.after(part.total, snapshot.company.currency)
    return found


def _loose_draws(snapshot: Snapshot) -> dict[int, str]:
    """Draws that stand and are matched no more, by the invoice that they were to pay: it is not
    drawn again, from whatever lot.
    """
    ledger = snapshot.ledger
    draws = [(each.key, each.name) for each in ledger.entries if each.state == "posted"]
    draws += [(each.move_key, each.move_name) for each in ledger.receivables if each.credit]
    found = ((paid_by_draw(own), name) for own, name in draws)
    return {invoice: name for invoice, name in found if invoice is not None}


def _deducting(
    snapshot: Snapshot, found: Outcome, engagements: Mapping[int, Engagement]
) -> set[int]:
    """Clients for whom an invoice is made now that may deduct what was advanced and taxed: that
    cannot wait, and is not to deduct what an earlier invoice draws.
    """
    taxed = {
        each.client_id
        for each in snapshot.ledger.lots
        if each.kind is LotKind.advances and each.taxed
    }
    written = {each.key for each in snapshot.invoices}
    billing = {
        engagements[each.engagement_id].client_id
        for each in found.invoices
        if each.engagement_id in engagements
        and not (each.credit or each.withdrawn or each.held or each.key in written)
        and each.role not in (Role.advance_request, Role.drawdown)
    }
    return {client for client in billing if client in taxed}


def _corrected(found: Outcome) -> set[str]:
    """Keys, without revision, of which a part is given back now: what remains is drawn once the
    credit note stands, and not more today than is owed tomorrow.
    """
    return {
        stem_of(each.key)
        for each in found.invoices
        if each.credit and not each.withdrawn and each.held is None
    }


def is_drained(receivable: Receivable, as_of: date, found: Outcome) -> bool:
    """Whether an open receivable is one that advances pay."""
    return (
        not receivable.credit
        and receivable.role not in (Role.advance_request, Role.drawdown)
        and receivable.invoice_date <= as_of
        and receivable.engagement_id not in found.parked
    )


def rate_lines(
    difference: Decimal,
    receivable: Receivable,
    company: Currency,
    engagement: Engagement | None,
    text: str,
) -> list[EntryLine]:
    """Lines for what two rates differ by, in the company's currency only; debits positive.

    The net share of the invoice belongs to revenue, the share of its tax is an exchange difference.
    """
    net = difference
    if receivable.total:
        net = company.round(difference * receivable.untaxed / receivable.total)
    amounts = ((Account.income, net), (Account.exchange, difference - net))
    return [
        EntryLine(
            account=account,
            text=text,
            amount=ZERO,
            amount_company=amount,
            partner_id=receivable.client_id,
            analytic_id=(
                engagement.analytic_id if engagement and account is Account.income else None
            ),
        )
        for account, amount in amounts
        if amount
    ]


def _entry(
    lots: AdvanceLots,
    own: str,
    receivable: Receivable,
    lot: MoneyLot,
    amount: Decimal,
    engagement: Engagement | None,
) -> Entry:
    advance = lots.advance_of(lot)
    debit = lot.company_part(amount, lots.company)
    credit = receivable.company_part(amount, lots.company)
    text = f"{receivable.move_name}: drawn from {advance.name}"
    return Entry(
        key=own,
        role=Role.drawdown,
        engagement_id=receivable.engagement_id,
        client_id=receivable.client_id,
        day=_day(receivable, lot, amount),
        service_start=receivable.invoice_date,
        service_end=receivable.invoice_date,
        currency=lot.currency,
        company_currency=lots.company,
        lines=(
            EntryLine(
                account=Account.advances,
                text=text,
                amount=amount,
                amount_company=debit,
                partner_id=receivable.client_id,
                advance_id=advance.id,
                match_line_id=lot.line_id,
            ),
            EntryLine(
                account=Account.receivable,
                account_id=receivable.account_id,
                text=text,
                amount=-amount,
                amount_company=-credit,
                partner_id=receivable.client_id,
                match_line_id=receivable.line_id,
            ),
            *rate_lines(
                credit - debit,
                receivable,
                lots.company,
                engagement,
                f"{receivable.move_name}: at the rate of {advance.name}",
            ),
        ),
        reference=receivable.move_name,
        at_once=True,
        reasons=(_reason(lots, receivable, lot, Part(net=amount)),),
    )


def _credit_note(
    lots: AdvanceLots, own: str, receivable: Receivable, lot: MoneyLot, part: Part
) -> Invoice:
    advance = lots.advance_of(lot)
    day = _day(receivable, lot, part.net)
    return Invoice(
        key=own,
        role=Role.drawdown,
        engagement_id=receivable.engagement_id,
        credit=True,
        partner_id=receivable.partner_id,
        invoice_date=day,
        raised_on=day,
        service_start=receivable.invoice_date,
        service_end=receivable.invoice_date,
        currency=lot.currency,
        lines=(advance_line(f"{advance.name}, drawn by {receivable.move_name}", lot, part),),
        advance_id=advance.id,
        rate=receivable.rate if lot.currency != lots.company else None,
        taxes_due=part.taxes,
        total_due=part.total,
        settles=((receivable.account_id, receivable.line_id),),
        reference=receivable.move_name,
        reasons=(_reason(lots, receivable, lot, part),),
    )


def advance_line(text: str, lot: MoneyLot, part: Part, *, sign: int = 1) -> Line:
    """A line on the advances account that takes a part of a lot with its tax.

    ``sign``: +1 on a credit note, −1 on an invoice that deducts it.
    """
    amount = part.net * sign
    price = with_included(amount, [each.tax for each in lot.taxes], lot.currency)
    return Line(
        text=text,
        quantity=Decimal(1),
        unit_price=amount,
        amount=amount,
        advance_id=lot.advance_id,
        tax_ids=lot.tax_ids,
        match_line_id=lot.line_id,
        part_taxes=tuple((tax, each * sign) for tax, each in part.taxes),
        price_with_tax=None if price == amount else price,
    )


def _day(receivable: Receivable, lot: MoneyLot, amount: Decimal) -> date:
    """Never before the invoice, never before so much had been received."""
    return max(receivable.invoice_date, lot.there_on(amount))


def _reason(lots: AdvanceLots, receivable: Receivable, lot: MoneyLot, part: Part) -> Reason:
    advance = lots.advance_of(lot)
    currency = lot.currency
    return Reason(
        rule="drain_advances",
        text=f"{receivable.move_name} of {receivable.invoice_date}, open"
        f" {currency.text(receivable.open)}; {advance.name} ({lot.move_name}) has"
        f" {currency.text(lots.there(lot))} received and not drawn; drawn:"
        + (f" {currency.text(part.total)} with its tax, net" if part.taxes else "")
        + f" {currency.text(part.net)}",
        records=(
            Source(model="account.move", id=receivable.move_id, name=receivable.move_name),
            source_of(advance),
        ),
    )


def _not_set_off(receivable: Receivable, both: Decimal) -> Issue:
    return Issue(
        code="credit_note_open",
        severity=Severity.warning,
        source=Source(model="account.move", id=receivable.move_id, name=receivable.move_name),
        field="line_ids",
        message=f"is open, and so is its credit note: {receivable.currency.text(both)} of it is not"
        " drawn from any advance; reconcile the two",
        engagement_id=receivable.engagement_id,
    )


def _loose(receivable: Receivable, entry: str) -> Issue:
    return Issue(
        code="draw_unreconciled",
        severity=Severity.warning,
        source=Source(model="account.move", id=receivable.move_id, name=receivable.move_name),
        field="line_ids",
        message=f"was drawn from an advance by {entry}, which is not reconciled with both any more;"
        " reconcile it again, or reverse it",
        engagement_id=receivable.engagement_id,
    )


def _reversed(invoice: Receivable) -> Issue:
    """A person's invoice that reverses the credit note by which a taxed advance had paid."""
    return Issue(
        code="draw_reversed",
        severity=Severity.warning,
        source=Source(model="account.move", id=invoice.move_id, name=invoice.move_name),
        field="line_ids",
        message=f"reverses a draw from an advance and is open:"
        f" {invoice.currency.text(invoice.open)} stand against nothing, and are neither drawn nor"
        " returned; take the credit note that it reverses off its invoice and reconcile the two, or"
        " reset it to draft and cancel it",
        engagement_id=invoice.engagement_id,
    )
