"""The values of a plan."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from pydantic import model_validator

from sync.domain.advances import AdvanceRequest
from sync.domain.documents import (
    Alert,
    ApprovalRequest,
    Invoice,
    Quotation,
    Statement,
)
from sync.domain.issues import Issue
from sync.domain.journal import Entry
from sync.domain.keys import fingerprint
from sync.domain.money import ZERO
from sync.domain.outcome import AnyDocument
from sync.domain.value import Value


class Action(StrEnum):
    """What applying a change does in Odoo."""

    create = "create"
    rewrite = "rewrite"
    """Rewrite an untouched draft, or an open statement, of ours."""
    withdraw = "withdraw"
    """Remove an untouched draft of ours whose ground was taken back."""


class Change(Value):
    """One document to write. Exactly one of the documents is set.

    Changes with the same ``unit`` are written together or not at all: a month is closed only
    together with the invoices that bill it.
    """

    action: Action
    unit: str
    invoice: Invoice | None = None
    statement: Statement | None = None
    quotation: Quotation | None = None
    request: ApprovalRequest | None = None
    alert: Alert | None = None
    entry: Entry | None = None
    advance: AdvanceRequest | None = None

    @model_validator(mode="after")
    def _one_document(self) -> "Change":
        assert len(self._documents) == 1, "a change holds one document"
        return self

    @property
    def _documents(self) -> tuple[AnyDocument, ...]:
        each_kind = (
            self.invoice,
            self.statement,
            self.quotation,
            self.request,
            self.alert,
            self.entry,
            self.advance,
        )
        return tuple(each for each in each_kind if each is not None)

    @property
    def document(self) -> AnyDocument:
        """The document of this change."""
        return self._documents[0]

    @property
    def key(self) -> str:
        """The document's key."""
        return self.document.key


class Conflict(Value):
    """A document of ours that a person changed, cancelled or deleted: parked and reported."""

    key: str
    code: str
    message: str
    engagement_id: int
    record_id: int | None = None
    """The document in Odoo; None where it is gone."""
    changes: str = ""
    """What a person changed of it, of all that the rules decide."""


class Plan(Value):
    """What one run is going to do to one company, and what it is not going to do."""

    company_id: int
    as_of: date
    changes: tuple[Change, ...] = ()
    """In the order in which they are written."""
    held: tuple[Invoice, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    issues: tuple[Issue, ...] = ()
    parked: tuple[int, ...] = ()
    posting: str = ""
    """Digest of the accounts, journals and review policies with which it is written; empty = they
    are not known.
    """

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return not self.changes

    @property
    def invoices(self) -> tuple[Invoice, ...]:
        """The invoices and credit notes among the changes."""
        return tuple(change.invoice for change in self.changes if change.invoice)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The journal entries among the changes."""
        return tuple(change.entry for change in self.changes if change.entry)

    @property
    def entries_by_currency(self) -> dict[str, Decimal]:
        """Sum of the entries' debits, per currency."""
        totals: dict[str, Decimal] = {}
        for entry in self.entries:
            if not entry.withdrawn:
                code = entry.currency.code
                totals[code] = totals.get(code, ZERO) + entry.total
        return totals

    @property
    def gross_by_currency(self) -> dict[str, Decimal]:
        """Net amount of invoices and credit notes added up, so that they cannot hide each other."""
        totals: dict[str, Decimal] = {}
        for invoice in self.invoices:
            if not invoice.withdrawn:
                code = invoice.currency.code
                totals[code] = totals.get(code, ZERO) + invoice.untaxed
        return totals

    @property
    def checksum(self) -> str:
        """Digest of everything that would be written; equal plans, equal checksum."""
        return fingerprint(
            {
                "company": self.company_id,
                "as_of": self.as_of,
                "posting": self.posting if self.changes else "",
                "changes": [
                    (change.action, change.unit, change.key, change.document.fingerprint)
                    for change in self.changes
                ],
            }
        )
