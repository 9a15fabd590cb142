"""Rule 17, corrections: time that was billed as overage and is corrected downward later.

The correcting entry names the entry it corrects. What of it the earlier invoice billed becomes a
credit note on that invoice, written when the open month closes; the rest gives hours back to the
open month. Nothing that is closed changes, and nothing becomes billable again.
"""

from decimal import Decimal

from sync.domain import hours
from sync.domain.calendar import month_text
from sync.domain.documents import Invoice, Line, Reason, Role
from sync.domain.entries import TimeEntry
from sync.domain.existing import ExistingInvoice
from sync.domain.issues import Source
from sync.domain.keys import stem_of
from sync.domain.money import ZERO
from sync.rules.bill import billed, net_of, next_revision
from sync.rules.case import Case, Credit, Findings, Month, role_rate


def credit(case: Case, month: Month) -> Month:
    """Split each correcting entry into what is credited in money and what gives hours back."""
    if not any(entry.corrects_key for entry in month.entries):
        return month
    credits: list[Credit] = []
    entries: list[TimeEntry] = []
    given = dict(month.given_back)
    for entry in month.entries:
        standing = _standing(case, entry)
        if standing is None:
            entries.append(entry)
            continue
        stem = stem_of(standing.key)
        left = net_of(billed(case, stem)) - given.get(stem, ZERO)
        part = _creditable(case, entry, left)
        amount = min(left, case.engagement.currency.round(hours.charge(part, _rate(case, entry))))
        if amount > 0:
            given[stem] = given.get(stem, ZERO) + amount
            credits.append(Credit(entry, standing, part, amount))
        else:
            part = 0
        entries.append(entry._replace(seconds=entry.seconds + part))
    return month._replace(entries=tuple(entries), credits=tuple(credits), given_back=given)


def corrections(case: Case, found: Findings) -> Findings:
    """One credit note per corrected invoice and month, once the month may close."""
    written: dict[str, int] = {}
    for month in found.months:
        if not month.credits or case.as_of < month.closes_on:
            continue
        by_stem: dict[str, list[Credit]] = {}
        for each in month.credits:
            by_stem.setdefault(stem_of(each.invoice.key), []).append(each)
        for stem, parts in by_stem.items():
            revision = written.get(stem, next_revision(case, stem))
            written[stem] = revision + 1
            found = found.plus(invoices=(_note(case, month, f"{stem}/{revision}", parts),))
    return found


def _standing(case: Case, entry: TimeEntry) -> ExistingInvoice | None:
    """The overage invoice that billed the entry which this one corrects, if one did."""
    if entry.seconds >= 0:
        return None
    for each in billed(case, stem_of(entry.corrects_key)):
        if each.role is Role.overage:
            return each
    return None


def _rate(case: Case, entry: TimeEntry) -> Decimal:
    """The overage rate on the day of the corrected entry."""
    terms = case.terms_on(entry.corrects_day or entry.day)
    role = role_rate(terms, entry)
    if role is not None and role.overage_rate is not None:
        return role.overage_rate
    return terms.overage_rate


def _creditable(case: Case, entry: TimeEntry, left: Decimal) -> int:
    """Seconds of a correcting entry that the amount left on the invoice can cover."""
    rate = _rate(case, entry)
    if rate <= 0 or left <= 0:
        return 0
    return min(-entry.seconds, int(left * hours.HOUR / rate))


def _computed(case: Case, each: Credit) -> str:
    """``2:00 h × 175.00 = 350.00 USD``; what the invoice had left may be less."""
    money = case.engagement.currency.text
    full = hours.charge(each.seconds, _rate(case, each.entry))
    left = f", of which {money(each.amount)} were left" if money(full) != money(each.amount) else ""
    return f"{hours.text(each.seconds)} h × {_rate(case, each.entry)} = {money(full)}{left}"


def _note(case: Case, month: Month, own_key: str, credits: list[Credit]) -> Invoice:
    engagement = case.engagement
    original = credits[0].invoice
    seconds = sum(each.seconds for each in credits)
    amount = sum((each.amount for each in credits), ZERO)
    start, end = original.days
    return Invoice(
        key=own_key,
        role=Role.overage,
        engagement_id=engagement.id,
        credit=True,
        partner_id=engagement.invoice_partner_id or engagement.client_id,
        ap_contact_id=engagement.ap_contact_id,
        invoice_date=month.end,
        raised_on=month.closes_on,
        service_start=start,
        service_end=end,
        currency=engagement.currency,
        lines=(
            Line.of_amount(
                f"Overage, {month_text(start)}: {hours.text(seconds)} h corrected"
                f" ({original.name})",
                amount,
                engagement.product_id,
            ),
        ),
        client_po_id=original.client_po_id,
        po_number=case.po_number(original.client_po_id),
        payment_term_id=engagement.payment_term_id,
        reference=engagement.quote_name,
        entry_ids=tuple(each.entry.id for each in credits),
        month=month.first,
        reasons=(
            Reason(
                rule="correction",
                text=f"{hours.text(seconds)} h billed on {original.name} were corrected: "
                + " + ".join(_computed(case, each) for each in credits)
                + (f" = {engagement.currency.text(amount)}" if len(credits) > 1 else ""),
                records=tuple(
                    Source(
                        model="account.analytic.line",
                        id=each.entry.id,
                        name=f"{each.entry.day} {each.entry.employee}: corrects entry"
                        f" {each.entry.corrects_id} of {each.entry.corrects_day}",
                    )
                    for each in credits
                ),
            ),
        ),
    )
