"""Money in a story: what people book and decide, and what the ledger must then say."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from sync.domain.advances import Decision
from sync.domain.documents import Role
from sync.scenario.model.base import Entry
from sync.scenario.types import (
    ONE_OR_MORE,
    Day,
    Flag,
    Month,
    Number,
    Text,
)


class InvoiceRef(Entry):
    """Which document: that of an engagement and role, of a month or day; or an advance's request.

    ``document`` names one that a person made in the story.
    """

    engagement: Text | None = None
    role: Role | None = None
    month: Month | None = None
    date: Day | None = None
    credit: Flag | None = None
    advance: Text | None = None
    """The request of that advance."""
    document: Text | None = None

    @model_validator(mode="after")
    def _one_document(self) -> "InvoiceRef":
        named = (self.engagement, self.advance, self.document)
        if sum(each is not None for each in named) != 1:
            raise ValueError(
                "name a document by “engagement” and “role”, the request of an “advance”, or a"
                " “document” of the story"
            )
        if self.engagement is not None and self.role is None:
            raise ValueError("an engagement's document is named by “engagement” and “role”")
        return self


class Payment(Entry):
    """What comes in: for an invoice, for the request of an advance, or on account."""

    engagement: Text | None = None
    role: Role | None = None
    month: Month | None = None
    date: Day | None = None
    """The invoice's, where there are several of that engagement and role."""
    credit: Flag = False
    """Of a credit note: what it gives back is paid out."""
    advance: Text | None = None
    document: Text | None = None
    client: Text | None = None
    """Who pays without saying what for: the money stands open on the client's account."""
    amount: Number | None = None
    """In the invoice's currency; left out: all that is open."""

    @model_validator(mode="after")
    def _one_thing(self) -> "Payment":
        named = (self.engagement, self.advance, self.document, self.client)
        if sum(each is not None for each in named) != 1:
            raise ValueError(
                "name an “advance”, an invoice by “engagement” and “role”, a “document”, or a"
                " “client” who pays on account"
            )
        if self.engagement is not None and self.role is None:
            raise ValueError("an invoice is named by “engagement” and “role”")
        if self.client is not None and self.amount is None:
            raise ValueError("a payment on account needs its “amount”")
        return self


class PaymentMove(InvoiceRef):
    """A payment that a person takes off a document and gives to another client."""

    to: Text


class CreditNote(InvoiceRef):
    """A credit note that a person makes of a document with Odoo's own button."""

    amount: Number | None = None
    """Net of tax; left out: all of it."""
    as_: Annotated[Text | None, Field(alias="as")] = None
    """What the story calls it."""


class BookedLine(Entry):
    """A line of a journal entry that a person makes; amounts in its currency."""

    account: Text
    """Its name in the chart of accounts."""
    debit: Number = Decimal(0)
    credit: Number = Decimal(0)
    partner: Text | None = None
    advance: Text | None = None
    """The advance that a line on the advances account belongs to."""
    currency: Text | None = None
    """Left out: the company's."""
    worth: Number | None = None
    """In the company's currency, where the line is in another; without sign."""

    @model_validator(mode="after")
    def _one_side(self) -> "BookedLine":
        if bool(self.debit) == bool(self.credit):
            raise ValueError("a line has a debit or a credit")
        return self


class Booking(Entry):
    """A journal entry that a person makes: an opening balance, a correction, a mistake."""

    date: Day
    text: Text = "By hand"
    lines: Annotated[list[BookedLine], Field(min_length=2)]
    draft: Flag = False
    as_: Annotated[Text | None, Field(alias="as")] = None
    """What the story calls it."""


class InvoiceByHand(Entry):
    """A customer invoice that a person makes."""

    client: Text
    engagement: Text | None = None
    date: Day
    lines: Annotated[list[tuple[Text, Number]], Field(min_length=1)]
    """Text and net amount of each line."""
    taxes: Annotated[list[Text], ONE_OR_MORE] | None = None
    currency: Text | None = None
    draft: Flag = False
    as_: Annotated[Text | None, Field(alias="as")] = None
    """What the story calls it."""


class Decided(Entry):
    """What a person decides about what remains of an advance."""

    advance: Text
    decision: Decision
    note: Text | None = None
    """Why, and on what evidence."""
    amount: Number | None = None
    """Of the remainder; left out: all of it."""


class Review(Entry):
    """The accountant posts entries of ours that were left as drafts; left out: all of them."""

    engagement: Text | None = None
    role: Role | None = None
    until: Day | None = None
    """Those dated no later."""


class ExpectedMoneyLot(Entry):
    """An open lot of money: what is left of a posted credit line on a liability account."""

    client: Text | None = None
    kind: Literal["advances", "unearned"] | None = None
    advance: Text | None = None
    engagement: Text | None = None
    document: Text | None = None
    """Number of its document."""
    role: Role | None = None
    month: Month | None = None
    """The month that its document's service begins in."""
    date: Day | None = None
    amount: Number | None = None
    """As posted, in its own currency."""
    open: Number | None = None
    open_company: Number | None = None
    """In the company's currency."""
    currency: Text | None = None


class ExpectedReceivable(Entry):
    """An open receivable line: owed by the client, or to it (below zero)."""

    client: Text | None = None
    engagement: Text | None = None
    role: Role | None = None
    document: Text | None = None
    due: Day | None = None
    open: Number | None = None
    """In its own currency."""
    open_company: Number | None = None
    currency: Text | None = None


class ExpectedAdvance(Entry):
    """An advance as Odoo shows it; its state is that of the day on which the story is played."""

    advance: Text | None = None
    """What the story calls it; left out of one that the service made."""
    engagement: Text | None = None
    """The only one that it is for; ``none`` = several, or any of the client's."""
    amount: Number | None = None
    received: Number | None = None
    consumed: Number | None = None
    returned: Number | None = None
    unpaid: Number | None = None
    shortfall: Number | None = None
    """Drawn, and its payment taken back since."""
    remaining: Number | None = None
    state: Literal["draft", "requested", "paid", "exhausted", "matured", "closed"] | None = None
