"""What is left of open receivables once open credit notes took back what they reverse.

An invoice and its credit note may both stand open: a payment bounced after the credit note, or a
person took the two apart. Neither side is money then: a person sets them off in Odoo.
"""

from collections.abc import Iterable
from datetime import date

from sync.domain.ledger import Receivable
from sync.domain.money import Currency


def set_off(receivables: Iterable[Receivable], company: Currency) -> dict[int, Receivable]:
    """Every receivable by line, less what it and its credit notes cancel; oldest first."""
    ordered = sorted(receivables, key=oldest_first)
    left = {each.line_id: each for each in ordered}
    of_invoice: dict[int, list[int]] = {}
    for each in ordered:
        if not each.credit:
            of_invoice.setdefault(each.move_id, []).append(each.line_id)
    for credit in (each for each in ordered if each.credit):
        for line in (line for move in credit.reverses_ids for line in of_invoice.get(move, ())):
            owed, given = left[line], left[credit.line_id]
            if owed.currency != given.currency:
                continue
            both = min(owed.open, given.open)
            left[line] = owed.after(both, company)
            left[credit.line_id] = given.after(both, company)
    return left


def oldest_first(receivable: Receivable) -> tuple[date, int, date, int]:
    """By date of the document; instalments by due date."""
    return (
        receivable.invoice_date,
        receivable.move_id,
        receivable.due_on or receivable.invoice_date,
        receivable.line_id,
    )
