"""What people ask about: how documents stand with the client, and how the runs went."""

from datetime import date

from sync.domain.value import Exact, Value

OUT = ("sent", "viewed", "change_requested", "approved", "locked")
VIEWED = ("viewed", "change_requested", "approved", "locked")
APPROVED = ("approved", "locked")
UNPAID = ("not_paid", "partial")


class StandingInvoice(Value):
    """A document of ours in Odoo, as the client and accounts payable treat it."""

    id: int
    key: str
    number: str
    client: str
    engagement: str
    role: str
    credit: bool
    invoice_date: date | None
    po: str
    net: Exact
    due: Exact
    """What is still to be paid."""
    currency: str
    digits: int
    state: str
    lifecycle: str
    payment_state: str
    days_out: int
    """Days since it went to the client (by the invoice's date where Odoo kept none)."""
    stuck_after: int
    """Days after which an invoice that nobody opened is stuck."""
    older: bool = False
    """Dated before the month that was asked for."""

    @property
    def out(self) -> bool:
        """It went to the client."""
        return self.state == "posted" and self.lifecycle in OUT

    @property
    def viewed(self) -> bool:
        """The client opened it."""
        return self.out and self.lifecycle in VIEWED

    @property
    def approved(self) -> bool:
        """The client approved it."""
        return self.out and self.lifecycle in APPROVED

    @property
    def waiting(self) -> bool:
        """It has been written, and nobody has sent it yet."""
        return self.lifecycle not in OUT

    @property
    def stuck(self) -> str:
        """Why it does not move; empty when it does."""
        if not self.out or self.payment_state not in UNPAID:
            return ""
        if self.lifecycle == "change_requested":
            return "the client asks for a change"
        if self.lifecycle == "sent" and self.days_out >= self.stuck_after:
            days = "1 day" if self.days_out == 1 else f"{self.days_out} days"
            return f"sent {days} ago and not opened"
        return ""


class SyncRun(Value):
    """One run of the service, as Odoo keeps it. Moments are texts in UTC."""

    id: int
    state: str
    as_of: date | None
    owner: str
    started_at: str
    finished_at: str
    lease_until: str
    checksum: str
    created: int
    unchanged: int
    conflicts: int
    rejected: int
    issues: int
    log: str
