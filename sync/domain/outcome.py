"""What the rules ask for, given a snapshot and a day."""

from datetime import date

from sync.domain.advances import AdvanceRequest
from sync.domain.documents import Alert, ApprovalRequest, Invoice, Quotation, Statement
from sync.domain.issues import Issue
from sync.domain.journal import Entry
from sync.domain.value import Value


class Outcome(Value):
    """All documents that should exist by ``as_of`` and do not yet, or not yet so.

    Invoices with ``held`` set are not to be written. ``parked`` engagements have no document at
    all until the issue that parks them is mended.
    """

    as_of: date
    invoices: tuple[Invoice, ...] = ()
    statements: tuple[Statement, ...] = ()
    quotations: tuple[Quotation, ...] = ()
    requests: tuple[ApprovalRequest, ...] = ()
    alerts: tuple[Alert, ...] = ()
    entries: tuple[Entry, ...] = ()
    """Journal entries: draws, recognition, breakage. Those of an invoice follow once it stands."""
    advances: tuple[AdvanceRequest, ...] = ()
    """Advances to be made."""
    issues: tuple[Issue, ...] = ()
    parked: tuple[int, ...] = ()

    def plus(
        self,
        *,
        invoices: tuple[Invoice, ...] = (),
        entries: tuple[Entry, ...] = (),
        advances: tuple[AdvanceRequest, ...] = (),
        alerts: tuple[Alert, ...] = (),
        issues: tuple[Issue, ...] = (),
    ) -> "Outcome":
        """This outcome and some more."""
        return self.model_copy(
            update={
                "invoices": self.invoices + invoices,
                "entries": self.entries + entries,
                "advances": self.advances + advances,
                "alerts": self.alerts + alerts,
                "issues": self.issues + issues,
            }
        )


AnyDocument = Invoice | Statement | Quotation | ApprovalRequest | Alert | Entry | AdvanceRequest
"""Everything that the service writes into Odoo."""
