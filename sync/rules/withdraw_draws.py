"""Draft draws, returns and breakage of advances that are not asked for any more are withdrawn.

A draft waits for review while the world goes on: an invoice is paid, a decision is changed. What a
person touched is left to the person.
"""

from datetime import date

from sync.domain.documents import Invoice, Line, Role
from sync.domain.existing import ExistingInvoice
from sync.domain.keys import source_of
from sync.domain.ledger import ExistingEntry
from sync.domain.money import Currency
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot
from sync.rules.entries import withdrawal

_ROLES = (Role.drawdown, Role.advance_return)


def withdraw_draws(snapshot: Snapshot, _: date, found: Outcome) -> Outcome:
    """The withdrawals."""
    asked = {each.key for each in found.invoices} | {each.key for each in found.entries}
    currency = snapshot.company.currency
    return found.plus(
        invoices=tuple(
            _invoice(each, currency)
            for each in snapshot.invoices
            if each.is_draft_of_ours
            and each.role in _ROLES
            and each.key not in asked
            and each.engagement_id not in found.parked
        ),
        entries=tuple(
            withdrawal(each, currency)
            for each in snapshot.ledger.entries
            if each.is_draft_of_ours
            and _of_an_advance(each)
            and each.key not in asked
            and each.engagement_id not in found.parked
        ),
    )


def _of_an_advance(entry: ExistingEntry) -> bool:
    """Draws, and breakage that a decision about an advance asked for; not that of fees."""
    decided = entry.role is Role.breakage and source_of(entry.key).startswith("a")
    return decided or entry.role is Role.drawdown


def _invoice(draft: ExistingInvoice, currency: Currency) -> Invoice:
    """Only its key counts."""
    start, end = draft.days
    return Invoice(
        key=draft.key,
        role=draft.role,
        engagement_id=draft.engagement_id,
        credit=draft.credit,
        withdrawn=True,
        invoice_date=draft.invoice_date,
        raised_on=draft.invoice_date,
        service_start=start,
        service_end=end,
        currency=currency,
        lines=(Line.of_amount("Withdrawn", currency.round(draft.untaxed), None),),
    )
