"""The numbers that must come out.

A field that is left out is not checked. A list names everything there is: one more or one less is
a difference, unless ``at_least`` says otherwise. ``none`` is the empty list.
"""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from sync.domain.documents import LotSource, Role, StatementState
from sync.scenario.model.base import Entry
from sync.scenario.model.money import ExpectedAdvance, ExpectedMoneyLot, ExpectedReceivable
from sync.scenario.types import (
    NONE_OR_LIST,
    ONE_OR_MORE,
    Count,
    Day,
    Flag,
    Forgiving,
    Hours,
    Month,
    Number,
    Percent,
    Text,
)

Listing = Literal[
    "invoices",
    "held",
    "statements",
    "issues",
    "alerts",
    "quotations",
    "requests",
    "withdrawn",
    "conflicts",
    "rejected",
    "entries",
    "foreign",
    "lots",
    "receivables",
    "advances",
]
"""What an expectation can list."""


def _columns(raw: Any) -> Any:
    """A line as ``[text, quantity, price, amount]`` or ``[text, amount]``."""
    if isinstance(raw, list) and len(raw) == 4:
        return dict(zip(("text", "quantity", "price", "amount"), raw, strict=True))
    if isinstance(raw, list) and len(raw) == 2:
        return dict(zip(("text", "amount"), raw, strict=True))
    return raw


_COLUMNS = Forgiving(
    _columns,
    lambda schema: {
        "anyOf": [schema, {"type": "array", "minItems": 2, "maxItems": 4}],
    },
)


class ExpectedLine(Entry):
    """A line of an invoice; ``[text, quantity, price, amount]`` or ``[text, amount]`` for short."""

    text: Text | None = None
    quantity: Number | None = None
    hours: Hours | None = None
    """Its quantity, where that is hours."""
    price: Number | None = None
    amount: Number | None = None
    """Net of tax."""


class ExpectedEntryLine(Entry):
    """A line of a journal entry; debit and credit in the company's currency."""

    account: Text
    """Its name in the chart of accounts, ``Unearned revenue``."""
    debit: Number = Decimal(0)
    credit: Number = Decimal(0)
    partner: Text | None = None
    currency: Text | None = None
    amount_currency: Number | None = None
    """In a foreign currency, debit positive."""

    @model_validator(mode="after")
    def _one_side(self) -> "ExpectedEntryLine":
        if self.debit and self.credit:
            raise ValueError("a line has a debit or a credit, not both")
        return self


class ExpectedInvoice(Entry):
    """A customer invoice, as it stands in Odoo."""

    engagement: Text | None = None
    """``none``: the request of an advance that any engagement may draw."""
    role: Role
    advance: Text | None = None
    """The only advance that its lines name: its request, its return, a draw, a deduction."""
    credit: Flag = False
    """A credit note."""
    month: Month | None = None
    """The month its service begins in."""
    date: Day | None = None
    due: Day | None = None
    addressed_to: Text | None = None
    ap_contact: Text | None = None
    """Who receives it at the client; ``none`` = nobody is named."""
    po: Text | None = None
    """Number of the client's purchase order; ``none`` = it has none."""
    reference: Text | None = None
    """The number of the quote, for the client's accounts payable."""
    service: Annotated[list[Day], Field(min_length=2, max_length=2)] | None = None
    """First and last day that it bills."""
    lines: Annotated[list[Annotated[ExpectedLine, _COLUMNS]], ONE_OR_MORE] | None = None
    untaxed: Number | None = None
    tax: Number | None = None
    total: Number | None = None
    open: Number | None = None
    """What is still to be paid."""
    journal: list[ExpectedEntryLine] | None = None
    """Its entry in the books, in any order."""
    state: Literal["draft", "posted", "cancelled"] | None = None
    payment: Literal["not_paid", "in_payment", "paid", "partial", "reversed"] | None = None
    currency: Text | None = None


class ExpectedHeld(Entry):
    """An invoice that may not go out yet."""

    engagement: Text
    role: Role | None = None
    month: Month | None = None
    code: Text | None = None
    """Why."""
    untaxed: Number | None = None


class ExpectedLot(Entry):
    """A lot of hours as a month found and left it."""

    source: LotSource | None = None
    granted_on: Day | None = None
    expires_on: Day | None = None
    granted: Hours | None = None
    opening: Hours | None = None
    drawn: Hours | None = None
    lapsed: Hours | None = None
    closing: Hours | None = None


class ExpectedStatement(Entry):
    """One month of one retainer."""

    engagement: Text
    month: Month
    date_start: Day | None = None
    date_end: Day | None = None
    allocated: Hours | None = None
    rolled_in: Hours | None = None
    available: Hours | None = None
    used: Hours | None = None
    remaining: Hours | None = None
    overage: Hours | None = None
    expired: Hours | None = None
    rolled_out: Hours | None = None
    late: Hours | None = None
    utilization: Percent | None = None
    fee: Number | None = None
    overage_amount: Number | None = None
    runs_out_on: Day | Literal["none"] | None = None
    """The day on which the hours ran out, or will at the pace so far; ``none`` = they last."""
    state: StatementState | None = None
    lots: Annotated[list[ExpectedLot], ONE_OR_MORE, NONE_OR_LIST] | None = None


class ExpectedIssue(Entry):
    """Business trouble that is reported."""

    code: Text
    engagement: Text | None = None
    record: Text | None = None
    """Name of the record it comes from."""
    severity: Literal["blocker", "warning", "notice"] | None = None
    message: Text | None = None
    """Words that its message holds."""


class ExpectedAlert(Entry):
    """A notice to an account manager."""

    kind: Text
    engagement: Text | None = None
    severity: Text | None = None
    message: Text | None = None
    """Words that it holds."""


class ExpectedQuotation(Entry):
    """A draft quotation for extra work without written approval."""

    change_order: Text
    engagement: Text | None = None
    untaxed: Number | None = None
    lines: Annotated[list[Annotated[ExpectedLine, _COLUMNS]], ONE_OR_MORE] | None = None


class ExpectedRequest(Entry):
    """Overage that waits for the client's approval, as a change order."""

    engagement: Text
    month: Month | None = None
    hours: Hours | None = None
    rate: Number | None = None


class ExpectedWithdrawal(Entry):
    """An untouched draft of ours that was removed, since its ground was taken back."""

    engagement: Text
    role: Role | None = None
    month: Month | None = None


class ExpectedConflict(Entry):
    """A document that a person changed, cancelled or deleted, and that is left alone."""

    engagement: Text
    code: Text | None = None
    role: Text | None = None
    month: Month | None = None
    message: Text | None = None
    """Part of what is said about it."""


class ExpectedRejection(Entry):
    """A document that Odoo refused."""

    engagement: Text
    code: Text | None = None
    role: Text | None = None


class ExpectedForeign(Entry):
    """Something that does not belong on the liability accounts, as verification names it."""

    kind: Text
    """``manual_entry``, ``unreconciled_draw``, …"""
    client: Text | None = None
    document: Text | None = None
    amount: Number | None = None
    """In the company's currency; below zero for a debit."""


class ExpectedEntry(Entry):
    """A journal entry of the service: a drawdown, revenue recognised, breakage."""

    engagement: Text | None = None
    """``none``: of an advance that any engagement may draw."""
    advance: Text | None = None
    """The only advance that its lines name."""
    role: Role | None = None
    month: Month | None = None
    """The month its service begins in."""
    date: Day | None = None
    currency: Text | None = None
    reference: Text | None = None
    state: Literal["draft", "posted", "cancelled"] | None = None
    lines: list[ExpectedEntryLine] | None = None


def _which(raw: Any) -> Any:
    return raw if not isinstance(raw, str) or raw in ("true", "false") else [raw]


_WHICH = Forgiving(
    _which,
    lambda schema: {"anyOf": [*schema["anyOf"], *(each["items"] for each in schema["anyOf"][1:])]},
)
"""Yes or no, a list of lists, or one of them by name."""


class Expect(Entry):
    """What must be there after a run, or at the end of the story."""

    at_least: Annotated[Flag | list[Listing], _WHICH] = False
    """The lists (all, or those named) may hold more than is expected."""
    writes: Count | None = None
    """How many records of ours the run created or rewrote."""
    invoices: Annotated[list[ExpectedInvoice], NONE_OR_LIST] | None = None
    """After a run: those it wrote. At the end: all that there are."""
    held: Annotated[list[ExpectedHeld], NONE_OR_LIST] | None = None
    statements: Annotated[list[ExpectedStatement], NONE_OR_LIST] | None = None
    """After a run: those it wrote. At the end: all that there are."""
    issues: Annotated[list[ExpectedIssue], NONE_OR_LIST] | None = None
    alerts: Annotated[list[ExpectedAlert], NONE_OR_LIST] | None = None
    """After a run: those it raised. At the end: all that there are."""
    quotations: Annotated[list[ExpectedQuotation], NONE_OR_LIST] | None = None
    requests: Annotated[list[ExpectedRequest], NONE_OR_LIST] | None = None
    withdrawn: Annotated[list[ExpectedWithdrawal], NONE_OR_LIST] | None = None
    conflicts: Annotated[list[ExpectedConflict], NONE_OR_LIST] | None = None
    rejected: Annotated[list[ExpectedRejection], NONE_OR_LIST] | None = None
    parked: Annotated[list[Text], NONE_OR_LIST] | None = None
    """Engagements of which nothing is written until their data is mended."""
    entries: Annotated[list[ExpectedEntry], NONE_OR_LIST] | None = None
    """Journal entries other than invoices. After a run: those it wrote. At the end: all."""
    foreign: Annotated[list[ExpectedForeign], NONE_OR_LIST] | None = None
    """What verification finds on the liability accounts that does not belong there."""
    ties: Flag = True
    """Whether the books tie: ledger, open lots and what the rules expect."""
    lots: Annotated[list[ExpectedMoneyLot], NONE_OR_LIST] | None = None
    """Open lots of money."""
    receivables: Annotated[list[ExpectedReceivable], NONE_OR_LIST] | None = None
    """Open receivable lines."""
    advances: Annotated[list[ExpectedAdvance], NONE_OR_LIST] | None = None
    """All that there are."""
    taxes: dict[str, Number] | None = None
    """Per tax: what is owed of it in the books, in the company's currency."""
    balances: dict[str, Number] | None = None
    """Per account: debits less credits of all that is posted, in the company's currency."""

    def open_ended(self, listing: str) -> bool:
        """Whether that list may hold more than is expected."""
        return self.at_least if isinstance(self.at_least, bool) else listing in self.at_least
