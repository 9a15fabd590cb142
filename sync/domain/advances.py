"""Advances: documents that request funds from a client before the work is done (rules 12 to 15)."""

from datetime import date
from enum import StrEnum
from typing import Any

from sync.domain.documents import Reasons
from sync.domain.keys import fingerprint
from sync.domain.money import ZERO, Currency
from sync.domain.value import Exact, Value


class TaxMode(StrEnum):
    """When tax is due on an advance; the country's law decides, finance chooses."""

    none = "none"
    """On the service invoice, for its whole amount."""
    on_receipt = "on_receipt"
    """On the advance itself; the service invoice deducts net and tax."""


class Decision(StrEnum):
    """What a person decided about an advance's remainder, at maturity or at year end."""

    undecided = "undecided"
    give_back = "return"
    """A credit note discharges the debt."""
    keep = "keep"
    """It stays owed."""
    recognise = "recognise"
    """It becomes breakage income; never of a refundable advance."""


class AdvanceRequest(Value):
    """An advance to be made because what was advanced is nearly consumed (a top-up).

    It becomes an ``Advance`` of one engagement; its request follows in the next wave, like that of
    any advance.
    """

    key: str
    engagement_id: int
    client_id: int
    partner_id: int
    currency: Currency
    amount: Exact
    """Net of tax."""
    request_on: date
    tax_mode: TaxMode = TaxMode.none
    refundable: bool = True
    priority: int = 0
    reasons: Reasons = ()

    def content(self) -> dict[str, Any]:
        """A request is its key: once made it is the accountant's."""
        return {"key": self.key}

    @property
    def fingerprint(self) -> str:
        """Digest of the content."""
        return fingerprint(self.content())


class Advance(Value):
    """One request for an advance of funds. Amounts in its currency, net of tax.

    What was received, drawn and is left is not here: it is read from the ledger (``MoneyLot``).
    """

    id: int
    name: str
    client_id: int
    """The commercial entity that owes and is owed."""
    partner_id: int
    """Who is asked for it: the client or one of its addresses."""
    engagement_ids: tuple[int, ...] = ()
    """Engagements whose invoices may draw it; empty = any of the client's."""
    currency: Currency
    amount: Exact
    request_on: date
    """The day from which a run may send the request."""
    due_on: date | None = None
    maturity: date | None = None
    """Last day on which it may be drawn; what is left then needs a decision."""
    priority: int = 0
    """Lowest first; 0 = none, after all that have one."""
    refundable: bool = True
    tax_mode: TaxMode = TaxMode.none
    decision: Decision = Decision.undecided
    decided_on: date | None = None
    decided_by: str = ""
    decision_note: str = ""
    decision_amount: Exact = ZERO
    """How much of the remainder the decision is about; 0 = all of it."""
    request_id: int | None = None
    """The customer invoice that asks for it; None = not sent yet."""
    taken_over: bool = False
    """Whether it was received without a request of ours: posted lines of people on the advances
    account name it (an opening balance), used up or not. It is not requested."""

    def covers(self, engagement_id: int, client_id: int) -> bool:
        """Whether invoices of that engagement and client may draw it."""
        if self.engagement_ids:
            return engagement_id in self.engagement_ids
        return client_id == self.client_id
