"""One document of ``retainer.gateway.apply`` for any document of the domain."""

from mappings import (
    account_move,
    journal_entry,
    retainer_advance,
    retainer_alert,
    retainer_change_order,
    retainer_period,
    sale_order,
)
from mappings.as_read import AsRead
from mappings.books import Books
from mappings.outgoing import Document
from sync.domain.advances import AdvanceRequest
from sync.domain.documents import (
    ApprovalRequest,
    Invoice,
    Quotation,
    Statement,
)
from sync.domain.journal import Entry
from sync.domain.outcome import AnyDocument
from sync.domain.snapshot import Company

GATEWAY = "retainer.gateway"
"""The model whose methods write, in one place."""


def outgoing(
    document: AnyDocument,
    unit: str,
    company: Company,
    books: Books,
    as_read: AsRead | None = None,
) -> Document:
    """The document in Odoo's terms, with what it was made of. Raises ``account_move.NoAccount``."""
    match document:
        case Invoice():
            return account_move.outgoing(
                document, unit, books, post=company.post_invoices, as_read=as_read
            )
        case Entry():
            post = company.post_entries or document.at_once
            return journal_entry.outgoing(document, unit, books, post=post)
        case AdvanceRequest():
            return retainer_advance.outgoing(document, unit)
        case Statement():
            return retainer_period.outgoing(document, unit, as_read)
        case Quotation():
            return sale_order.outgoing(document, unit, company.currency)
        case ApprovalRequest():
            return retainer_change_order.outgoing(document, unit)
        case _:
            return retainer_alert.outgoing(document, unit)
