"""Rule 12: an advance is requested by a customer invoice on the advances account.

It counts in receivables and overdue, never in turnover. Dated the day from which it may be
requested, due on its own day; taxed only where the country's law taxes advances on receipt.
"""

from datetime import date
from decimal import Decimal

from sync.domain.advances import Advance, TaxMode
from sync.domain.documents import Invoice, Line, Reason, Role
from sync.domain.issues import Issue
from sync.domain.keys import key
from sync.domain.money import ZERO
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot
from sync.domain.taxes import TaxSetting, with_included
from sync.rules.check_advances import advance_issue, sole_engagement, sound, source_of


def advance(snapshot: Snapshot, as_of: date, found: Outcome) -> Outcome:
    """The requests that are due to be sent."""
    for each in sound(snapshot).advances.values():
        if each.request_on > as_of or not _to_be_requested(snapshot, each):
            continue
        if sole_engagement(each) in found.parked:
            continue
        setting = None
        if each.tax_mode is TaxMode.on_receipt:
            problem, setting = _taxes(snapshot, each)
            if problem is not None:
                found = found.plus(issues=(problem,))
                continue
        found = found.plus(invoices=(_request(snapshot, each, setting),))
    return found


def request_key(snapshot: Snapshot, each: Advance) -> str:
    """The key of an advance's request."""
    company = snapshot.company.id
    return key(company, sole_engagement(each) or 0, Role.advance_request, f"a{each.id}")


def _to_be_requested(snapshot: Snapshot, each: Advance) -> bool:
    """Not requested yet, or its request is an untouched draft of ours, which follows it."""
    if each.taken_over:
        return False
    if each.request_id is None:
        return not any(lot.advance_id == each.id for lot in snapshot.ledger.lots)
    own = request_key(snapshot, each)
    return any(move.key == own and move.is_draft_of_ours for move in snapshot.invoices)


def _taxes(snapshot: Snapshot, each: Advance) -> tuple[Issue | None, TaxSetting | None]:
    """The taxes on the services that it is for: those of its engagements must be the same."""
    users = {
        engagement.id
        for engagement in snapshot.engagements
        if each.covers(engagement.id, engagement.client_id)
        and (engagement.use_advances or each.engagement_ids)
    }
    settings = [setting for setting in snapshot.taxes if setting.engagement_id in users]
    if not settings:
        why = "Odoo names no taxes for its engagements: set a product with sales taxes on them"
    elif len({setting.taxes for setting in settings}) > 1:
        why = "its engagements are taxed differently: request an advance for each of them"
    else:
        return None, settings[0]
    return (
        advance_issue(
            each,
            "advance_taxes_unknown",
            "tax_mode",
            f"is taxed on receipt, and {why}; it is not requested before",
        ),
        None,
    )


def _request(snapshot: Snapshot, each: Advance, setting: TaxSetting | None) -> Invoice:
    engagement_id = sole_engagement(each) or 0
    taxes = setting.taxes if setting else ()
    price = with_included(each.amount, taxes, each.currency)
    engagement = next((one for one in snapshot.engagements if one.id == engagement_id), None)
    return Invoice(
        key=request_key(snapshot, each),
        role=Role.advance_request,
        engagement_id=engagement_id,
        partner_id=each.partner_id,
        ap_contact_id=engagement.ap_contact_id if engagement else None,
        invoice_date=each.request_on,
        raised_on=each.request_on,
        service_start=each.request_on,
        service_end=each.request_on,
        currency=each.currency,
        lines=(
            Line(
                text=f"Advance of funds {each.name}",
                quantity=Decimal(1),
                unit_price=each.amount,
                amount=each.amount,
                advance_id=each.id,
                tax_ids=tuple(tax.id for tax in taxes),
                price_with_tax=None if price == each.amount else price,
            ),
        ),
        advance_id=each.id,
        due_on=each.due_on,
        payment_term_id=engagement.payment_term_id if engagement and not each.due_on else None,
        total_due=_total(each, setting),
        reference=each.name,
        reasons=(_reason(each, engagement_id),),
    )


def _total(each: Advance, setting: TaxSetting | None) -> Decimal | None:
    """What is asked for with its tax; None where only Odoo can work the tax out."""
    if setting is None:
        return each.amount
    if not all(tax.known for tax in setting.taxes):
        return None
    return each.amount + sum(setting.on([each.amount], each.currency).values(), ZERO)


def _reason(each: Advance, engagement_id: int) -> Reason:
    scope = "its engagement" if engagement_id else "any of its engagements"
    if len(each.engagement_ids) > 1:
        scope = f"its {len(each.engagement_ids)} engagements"
    return Reason(
        rule="advance",
        text=f"{each.currency.text(each.amount)} asked for from {each.request_on} on; invoices of"
        f" {scope} may draw it once it is paid",
        records=(source_of(each),),
    )
