"""Rule 18: nothing is dated into closed books.

Odoo moves such a date by itself and says nothing. So each date that a lock covers is moved here, on
purpose, to the day after the lock; the days of service stay as they are, and the reason names the
lock and both dates. It comes last: what a purchase order covers, and which month closes when, is
judged on the date that was meant.
"""

from datetime import date

from sync.domain.documents import Invoice, Reason
from sync.domain.journal import Entry
from sync.domain.ledger import Locks
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot


def lock_dates(snapshot: Snapshot, _: date, found: Outcome) -> Outcome:
    """Every document that is asked for on a day on which it can be posted."""
    locks = snapshot.company.locks
    if locks == Locks():
        return found
    return found.model_copy(
        update={
            "invoices": tuple(_invoice(each, locks) for each in found.invoices),
            "entries": tuple(_entry(each, locks) for each in found.entries),
        }
    )


def _invoice(invoice: Invoice, locks: Locks) -> Invoice:
    """Sales and, unless each of its lines says that it has no tax, tax locks count."""
    taxed = any(line.tax_ids is None or line.tax_ids for line in invoice.lines)
    meant = invoice.invoice_date
    day = locks.first_open(meant, sale=True, taxed=taxed)
    if invoice.withdrawn or day == meant:
        return invoice
    due = invoice.due_on and max(invoice.due_on, day)
    reason = _reason(meant, day, locks.covering(meant, sale=True, taxed=taxed))
    return invoice.model_copy(
        update={"invoice_date": day, "due_on": due, "reasons": (*invoice.reasons, reason)}
    )


def _entry(entry: Entry, locks: Locks) -> Entry:
    """An entry of the general journal carries no tax."""
    day = locks.first_open(entry.day)
    if entry.withdrawn or day == entry.day:
        return entry
    reason = _reason(entry.day, day, locks.covering(entry.day))
    return entry.model_copy(update={"day": day, "reasons": (*entry.reasons, reason)})


def _reason(meant: date, day: date, lock: str) -> Reason:
    return Reason(rule="lock_dates", text=f"dated {day} instead of {meant}: {lock}")
