"""Rule 15: an advance closes at zero only; what is left of it is decided by a person.

Return: a credit note over what remains. Keep: it stays owed, and may go on being drawn. Recognise:
breakage income, only where it is not refundable (IFRS 15.B44-B47); the tax charged on it stays as
it is. A remainder that nobody decided about is an issue once the advance has matured, and at the
end of the financial year.
"""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from sync.domain.advances import Advance, Decision
from sync.domain.calendar import add_months, day_of, first_of
from sync.domain.documents import Invoice, Reason, Role
from sync.domain.existing import ExistingInvoice
from sync.domain.issues import Issue, Severity
from sync.domain.journal import Account, Entry, EntryLine
from sync.domain.ledger import ExistingEntry
from sync.domain.money import ZERO
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Company, Snapshot
from sync.domain.taxes import Part
from sync.rules.advance_lots import AdvanceLots, Offer, decision_key
from sync.rules.advance_notices import advance_alert
from sync.rules.check_advances import advance_issue, sole_engagement, source_of
from sync.rules.drain_advances import advance_line

QUARTER = 3
"""Months."""


def decide(snapshot: Snapshot, as_of: date, found: Outcome) -> Outcome:
    """What was decided is carried out; what is not decided and should be is said."""
    lots, gone = AdvanceLots(snapshot, as_of, found), snapshot.gone
    for advance in lots.advances.values():
        if not lots.of(advance):
            continue
        if lots.is_pending(advance):
            found = _carry_out(snapshot, lots, advance, found)
            continue
        if decision_key(snapshot.company.id, advance) in gone:
            found = found.plus(issues=_taken_back(lots, advance))
        found = _undecided(snapshot, lots, advance, found)
    return found


def last_year_end(company: Company, as_of: date) -> date:
    """The last day of the last financial year that has ended, that day itself included."""
    month, day = company.fiscal_year_end
    this_year = day_of(date(as_of.year, month, 1), day)
    return this_year if this_year <= as_of else day_of(date(as_of.year - 1, month, 1), day)


def _carry_out(snapshot: Snapshot, lots: AdvanceLots, advance: Advance, found: Outcome) -> Outcome:
    waits_for, remainder = _still_to_draw(snapshot, lots, advance, found), lots.remainder(advance)
    if waits_for:
        why = f"waits for {waits_for}, which may draw it first"
        return found.plus(issues=(_waits(advance, why),))
    if lots.restored(advance) > ZERO and not ZERO < advance.decision_amount <= remainder:
        # What comes back is there from the next wave on.
        reviewed = _in_review(snapshot, lots.restoring(advance))
        why = f"waits for the review of {reviewed}, which gives something back to it"
        return found.plus(issues=(_waits(advance, why),)) if reviewed else found
    left = advance.decision_amount or remainder
    offers: list[Offer] = []
    for lot in sorted(lots.of(advance), key=lambda each: each.line_id):
        part = min(left, lots.there(lot))
        if part > ZERO:
            offers.append(Offer(lot, part))
            left -= part
    if not offers:
        return found.plus(issues=_nothing_left(lots, advance))
    if advance.decision is Decision.give_back:
        return found.plus(invoices=(_return(snapshot, advance, offers),))
    return found.plus(entries=(_breakage(snapshot, lots, advance, offers),))


def _waits(advance: Advance, why: str) -> Issue:
    return advance_issue(
        advance,
        "decision_waits",
        "decision",
        f"“{advance.decision.value}” {why}",
        Severity.notice,
    )


def _in_review(snapshot: Snapshot, keys: Collection[str]) -> str:
    """The first of those documents that stands as a draft; empty where none does."""
    documents: tuple[ExistingInvoice | ExistingEntry, ...] = (
        *snapshot.invoices,
        *snapshot.ledger.entries,
    )
    return next((each.name or each.key for each in documents if each.key in keys), "")


def _still_to_draw(snapshot: Snapshot, lots: AdvanceLots, advance: Advance, found: Outcome) -> str:
    """An invoice dated up to the decision that is not posted yet and will draw the advance."""
    users = {each.id for each in lots.users(advance)}
    posted = {each.key for each in snapshot.invoices if each.state != "draft"}
    planned = [
        (each.invoice_date, each.key)
        for each in found.invoices
        if each.key not in posted and each.held is None and _may_draw(each, users)
    ]
    drafts = [
        (each.invoice_date, each.name or each.key)
        for each in snapshot.invoices
        if each.state == "draft" and _may_draw(each, users)
    ]
    assert advance.decided_on is not None, "only a decision with a day is carried out"
    return next((name for day, name in [*planned, *drafts] if day <= advance.decided_on), "")


def _may_draw(document: Invoice | ExistingInvoice, users: Collection[int]) -> bool:
    """Whether it is an invoice of one of these engagements for what was done."""
    return (
        document.engagement_id in users
        and not document.credit
        and document.role not in (Role.advance_request, Role.drawdown)
    )


def _return(snapshot: Snapshot, advance: Advance, offers: list[Offer]) -> Invoice:
    """The credit note that discharges the debt: what is left, with the tax charged on it."""
    assert advance.decided_on is not None, "only a decision with a day is carried out"
    parts = [(offer.lot, offer.whole) for offer in offers]
    taxes: dict[int, Decimal] = {}
    for _, part in parts:
        for tax, amount in part.taxes:
            taxes[tax] = taxes.get(tax, ZERO) + amount
    total = sum((part.total for _, part in parts), ZERO)
    day = max(advance.decided_on, *(lot.there_on(part.net) for lot, part in parts))
    return Invoice(
        key=decision_key(snapshot.company.id, advance),
        role=Role.advance_return,
        engagement_id=sole_engagement(advance) or 0,
        credit=True,
        partner_id=advance.partner_id,
        invoice_date=day,
        raised_on=day,
        service_start=day,
        service_end=day,
        currency=advance.currency,
        lines=tuple(
            advance_line(f"{advance.name} ({lot.move_name}), returned", lot, part)
            for lot, part in parts
        ),
        advance_id=advance.id,
        taxes_due=tuple(sorted(taxes.items())),
        total_due=total,
        reference=advance.name,
        reasons=(_reason(advance, total),),
    )


def _breakage(
    snapshot: Snapshot, lots: AdvanceLots, advance: Advance, offers: list[Offer]
) -> Entry:
    """Debit advances, credit breakage income, at the rate at which it was received."""
    assert advance.decided_on is not None, "only a decision with a day is carried out"
    text = f"{advance.name}: breakage of what will not be drawn"
    engagement = next(
        (each for each in snapshot.engagements if each.id == sole_engagement(advance)), None
    )
    debits = [_debit(lots, text, advance, offer) for offer in offers]
    total = sum((line.amount for line in debits), ZERO)
    credit = EntryLine(
        account=Account.breakage,
        text=text,
        amount=-total,
        amount_company=-sum((line.amount_company for line in debits), ZERO),
        partner_id=advance.client_id,
        analytic_id=engagement.analytic_id if engagement else None,
    )
    day = max(advance.decided_on, *(each.lot.there_on(each.at_most) for each in offers))
    return Entry(
        key=decision_key(snapshot.company.id, advance),
        role=Role.breakage,
        engagement_id=sole_engagement(advance) or 0,
        client_id=advance.client_id,
        day=day,
        service_start=day,
        service_end=day,
        currency=advance.currency,
        company_currency=snapshot.company.currency,
        lines=(*debits, credit),
        reference=advance.name,
        reasons=(_reason(advance, total),),
    )


def _debit(lots: AdvanceLots, text: str, advance: Advance, offer: Offer) -> EntryLine:
    value = offer.lot.company_part(offer.at_most, lots.company)
    lots.draw(offer.lot.line_id, Part(net=offer.at_most))
    return EntryLine(
        account=Account.advances,
        text=text,
        amount=offer.at_most,
        amount_company=value,
        partner_id=advance.client_id,
        advance_id=advance.id,
        match_line_id=offer.lot.line_id,
    )


def _reason(advance: Advance, amount: Decimal) -> Reason:
    note = advance.decision_note
    return Reason(
        rule="decide",
        text=f"{advance.decided_by} decided on {advance.decided_on} to"
        f" {advance.decision.value} {advance.currency.text(amount)}: {note}",
        records=(source_of(advance),),
    )


def _nothing_left(lots: AdvanceLots, advance: Advance) -> tuple[Issue, ...]:
    """A decision about money that was never received: the request itself is to be credited."""
    unpaid = sum((lot.unpaid for lot in lots.of(advance)), ZERO)
    if unpaid <= ZERO:
        return ()
    return (
        advance_issue(
            advance,
            "nothing_to_discharge",
            "decision",
            f"“{advance.decision.value}” was decided, but nothing of it was received that is still"
            f" there; credit the {advance.currency.text(unpaid)} of its request that are unpaid to"
            " close it",
            Severity.notice,
        ),
    )


def _taken_back(lots: AdvanceLots, advance: Advance) -> tuple[Issue, ...]:
    """The advance still says what finance took back: whoever decides so again must be told how."""
    if advance.decision is Decision.keep or lots.remainder(advance) <= ZERO:
        return ()
    return (
        advance_issue(
            advance,
            "decision_taken_back",
            "decision_on",
            f"“{advance.decision.value}” of {advance.decided_on} is not carried out: its document"
            " is gone, accepted so; to decide it again enter a later day, else set the decision to"
            " “undecided” or “keep”",
            Severity.notice,
        ),
    )


def _undecided(snapshot: Snapshot, lots: AdvanceLots, advance: Advance, found: Outcome) -> Outcome:
    """The issue and the notice for a remainder that matured, or that a year ended with."""
    remainder = lots.remainder(advance)
    if remainder <= ZERO:
        return found
    amount = advance.currency.text(remainder)
    year_end = last_year_end(snapshot.company, lots.as_of)
    if _matured(advance, lots.as_of):
        why, kind = f"matured on {advance.maturity}", "advance_matured"
        source = f"a{advance.id}-matured-{advance.maturity}"
    elif _open_at(advance, lots, year_end):
        why, kind = f"was open at the year's end on {year_end}", "advance_year_end"
        source = f"a{advance.id}-year-end-{year_end.year}"
    else:
        return found
    message = f"{why} with {amount} left: return it, keep it as a debt, or recognise it"
    if advance.refundable:
        message = f"{why} with {amount} left: return it, or keep it as a debt"
    return found.plus(
        issues=(
            advance_issue(
                advance,
                "advance_undecided",
                "decision",
                f"{message}; enter decision, day, person and reason on the advance",
            ),
        ),
        alerts=advance_alert(snapshot, lots, advance, source, kind, message),
    )


def _matured(advance: Advance, as_of: date) -> bool:
    """The last day on which it could be drawn is over, and nobody decided to keep what is left."""
    if advance.maturity is None or as_of <= advance.maturity:
        return False
    return advance.decision is not Decision.keep


def _open_at(advance: Advance, lots: AdvanceLots, year_end: date) -> bool:
    """Whether a financial year ended with a remainder that nobody decided about in its last quarter
    or since: an earlier decision was about the year before, and one that was carried out not about
    what came back after it.
    """
    own = lots.of(advance)
    last_quarter = add_months(first_of(year_end), 1 - QUARTER)
    if advance.decided_on is not None and advance.decided_on >= last_quarter:
        if advance.decision is Decision.keep:
            return False
        own = [lot for lot in own if lot.day > advance.decided_on]
    return any(lots.there(lot, year_end) > ZERO for lot in own)
