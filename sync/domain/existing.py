"""What Odoo already has of ours."""

from datetime import date
from decimal import Decimal

from sync.domain.documents import LotLine, Role
from sync.domain.money import ZERO
from sync.domain.value import Exact, Value


class Acceptance(Value):
    """Who said that a document rightly stands as a person left it, when and why."""

    by: str = ""
    on: date
    reason: str = ""


class ExistingInvoice(Value):
    """A keyed customer invoice, credit note or entry that stands in Odoo."""

    id: int
    name: str
    key: str
    fingerprint: str
    role: Role
    engagement_id: int
    """0 = none: the request of an advance that any engagement of the client may draw."""
    state: str
    """Odoo's own: ``draft``, ``posted``, ``cancel``."""
    credit: bool
    changed: bool
    """Whether a person changed what the service wrote."""
    changes: str = ""
    """What of it, in words, as far as the rules decide it (a note does not count)."""
    reset: bool = False
    """Whether a person reset it to draft after it was posted."""
    invoice_date: date
    service_start: date | None = None
    service_end: date | None = None
    untaxed: Exact
    """What it bills, net of tax and before advances are deducted (Odoo's untaxed amount less the
    lines on the advances account, unless it requests or returns an advance, and less a rounding
    for cash)."""
    total: Exact
    residual: Exact
    payment_state: str = ""
    lifecycle: str = "draft"
    client_po_id: int | None = None
    unearned: bool = False
    """Whether it was posted to unearned revenue."""
    sent_on: date | None = None
    """The day on which it went to the client."""
    deducts: tuple[tuple[int, Exact], ...] = ()
    """Of a draft: (lot line, net amount) that it takes of lots once it is posted."""
    accepted: Acceptance | None = None
    """That it is cancelled, or was changed by a person, is right."""
    written: Exact | None = None
    """Net of tax, when the service wrote it."""

    @property
    def days(self) -> tuple[date, date]:
        """The days of service, both inclusive; its own day where it names none."""
        start = self.service_start or self.invoice_date
        return start, self.service_end or start

    @property
    def counts(self) -> bool:
        """Whether it bills anything (a cancelled one does not)."""
        return self.state != "cancel"

    @property
    def is_draft_of_ours(self) -> bool:
        """An untouched draft: it may be replaced."""
        return self.state == "draft" and not self.changed

    @property
    def disputed(self) -> bool:
        """Cancelled or changed by a person, and nobody said that this is right."""
        return self.accepted is None and (self.changed or not self.counts)

    @property
    def waived(self) -> Decimal:
        """What of it is rightly not billed (below zero: of a credit note, not given back)."""
        if self.accepted is None or self.written is None:
            return ZERO
        missing = self.written - (self.untaxed if self.counts else ZERO)
        return -missing if self.credit else missing


class ExistingPeriod(Value):
    """A statement that stands in Odoo."""

    id: int
    key: str
    fingerprint: str
    engagement_id: int
    date_start: date
    date_end: date
    closed: bool
    used: int = 0
    available: int = 0
    overage: int = 0
    lots: tuple[LotLine, ...] = ()


class ClosedMonth(Value):
    """The figures of a closed statement, for looking back. Hours are seconds."""

    engagement_id: int
    date_start: date
    date_end: date
    allocated: int
    used: int
    overage: int = 0
    lapsed: int = 0
    fee: Exact = ZERO
    overage_amount: Exact = ZERO
    """In the engagement's currency."""


class Tombstone(Value):
    """The key of a document of ours that a person deleted."""

    key: str
    model: str
    deleted_on: date | None = None
    name: str = ""
    invoice: bool = False
    """Whether it was an invoice or a credit note."""
    credit: bool = False
    written: Exact = ZERO
    """What an invoice or credit note was over, net of tax, when the service wrote it."""
    accepted: Acceptance | None = None
    """That it is gone is right: what was on it counts as settled."""

    @property
    def waived(self) -> Decimal:
        """What of it is rightly not billed (below zero: of a credit note, not given back)."""
        if self.accepted is None:
            return ZERO
        return -self.written if self.credit else self.written
