"""What the rules ask for: invoices, statements, quotations and alerts, each with its reasons."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import model_validator

from sync.domain import hours
from sync.domain.issues import Issue, Source
from sync.domain.keys import fingerprint
from sync.domain.later import SHOWN, TAKEN
from sync.domain.money import ZERO, Currency
from sync.domain.value import AS_BUILT, Exact, Value

Ids = Annotated[tuple[int, ...], AS_BUILT]
"""Ids of records, of which there may be thousands."""

Draws = Annotated[tuple[tuple[int, int], ...], AS_BUILT]
"""(time entry, seconds), of which there may be thousands."""


class Role(StrEnum):
    """What a document of ours does."""

    fee = "fee"
    overage = "overage"
    milestone = "milestone"
    out_of_scope = "out_of_scope"
    recharge = "recharge"
    advance_request = "advance_request"
    advance_return = "advance_return"
    drawdown = "drawdown"
    recognition = "recognition"
    breakage = "breakage"
    correction = "correction"
    reclassification = "reclassification"
    """Shows at year end as non-current what is owed for longer than twelve months."""


class Reason(Value):
    """Why a number is what it is: the rule, the computation in words, the records behind it."""

    rule: str
    text: str
    records: tuple[Source, ...] = ()


Reasons = Annotated[Sequence[Reason], TAKEN, SHOWN]
"""Why a document is as it is. Most documents of a run stand in Odoo already and nobody asks, so the
rules give what takes long to word as ``Later``."""


class Line(Value):
    """One line of an invoice. ``amount`` is net of tax, in the document's currency."""

    text: str
    quantity: Exact
    unit_price: Exact
    amount: Exact
    product_id: int | None = None
    entry_ids: Ids = ()
    """The time entries that it bills."""
    purchase: tuple[int, Exact] | None = None
    """(purchase line, quantity) that it recharges."""
    unearned: bool = False
    """Whether it is owed to the client until it is earned: posted to unearned revenue."""
    advance_id: int | None = None
    """The advance that it asks for (a request) or deducts (negative): posted to the advances
    account, and no revenue."""
    tax_ids: tuple[int, ...] | None = None
    """Odoo's taxes; None = those of the product."""
    match_line_id: int | None = None
    """The open line on a liability account that this one is reconciled with when posted."""
    part_taxes: tuple[tuple[int, Exact], ...] = ()
    """(tax, amount) of an advance's tax that goes with a line on the advances account, with the
    sign of its amount: kept on the line, since Odoo adds up the taxes of a document."""
    price_with_tax: Exact | None = None
    """What Odoo is told instead of ``unit_price`` where its prices hold the tax."""

    @staticmethod
    def of_hours(
        text: str,
        seconds: int,
        rate: Decimal,
        currency: Currency,
        product_id: int | None,
        entry_ids: tuple[int, ...] = (),
    ) -> "Line":
        """A line of hours at a rate, rounded half-up once.

        Odoo keeps two decimals of a quantity and may round the lines of an invoice together. Where
        two decimals cannot say the hours, or hours times rate is finer than the currency, the line
        carries the amount as one piece and its text says the hours.
        """
        charged = hours.charge(seconds, rate)
        amount = currency.round(charged)
        exact = hours.in_hundredths(seconds)
        if exact is not None and rate == currency.round(rate) and charged == amount:
            quantity, price = exact, rate
        else:
            quantity, price = Decimal(1), amount
            text = f"{text} ({hours.text(seconds)} h at {rate.normalize():f})"
        return Line(
            text=text,
            quantity=quantity,
            unit_price=price,
            amount=amount,
            product_id=product_id,
            entry_ids=entry_ids,
        )

    @staticmethod
    def of_amount(
        text: str, amount: Decimal, product_id: int | None, *, unearned: bool = False
    ) -> "Line":
        """A line of one piece at an amount already in the currency's precision."""
        return Line(
            text=text,
            quantity=Decimal(1),
            unit_price=amount,
            amount=amount,
            product_id=product_id,
            unearned=unearned,
        )


class Invoice(Value):
    """A customer invoice or credit note: one engagement, one role, one purchase order."""

    key: str
    role: Role
    engagement_id: int
    """0 = none: the request of an advance that any engagement of the client may draw."""
    credit: bool = False
    """A credit note; its lines are positive amounts to give back."""
    partner_id: int = 0
    """The billing entity it is addressed to. 0 = none: of a withdrawn one only the key counts."""
    ap_contact_id: int | None = None
    """Who receives it at the client's accounts payable."""
    invoice_date: date
    raised_on: date
    """The first day on which a run may raise it."""
    service_start: date
    service_end: date
    currency: Currency
    lines: tuple[Line, ...]
    client_po_id: int | None = None
    po_number: str = ""
    payment_term_id: int | None = None
    reference: str = ""
    """What the client's accounts payable look for: the quote's number."""
    entry_ids: Ids = ()
    """Time entries it bills; bound to it in the same transaction."""
    entry_seconds: tuple[tuple[int, int], ...] = ()
    """(time entry, seconds) of extra work on it: rounded, weighed, and cut by a cap. Of an entry
    that is not among ``entry_ids`` the rest stays open."""
    milestone_ids: tuple[int, ...] = ()
    change_order_ids: tuple[int, ...] = ()
    """Approved overage that it bills."""
    block_ids: tuple[int, ...] = ()
    """Blocks of hours that it bills."""
    advance_id: int | None = None
    """The advance that all of it is about: its request (which is bound to it), a draw, a return."""
    due_on: date | None = None
    """The day it is to be paid, where no payment terms say so."""
    rate: Exact | None = None
    """Units of its currency per unit of the company's; None = that of its day."""
    taxes_due: tuple[tuple[int, Exact], ...] = ()
    """(tax, amount of the whole document) where the tax is not what Odoo would work out: a part of
    a taxed advance. All taxes of the document, also those that come to nothing."""
    total_due: Exact | None = None
    """What it must come to with tax, where the rules know it: checked before it stands."""
    settles: tuple[tuple[int, int], ...] = ()
    """(account, line): open receivable lines that it is reconciled with when posted."""
    purchases: tuple[tuple[int, Exact], ...] = ()
    """(purchase line, quantity) that it recharges."""
    withdrawn: bool = False
    """An untouched draft of ours that is to be removed: what it bills was taken back."""
    month: date | None = None
    """The month of the statement that must close together with it."""
    reasons: Reasons = ()
    held: Issue | None = None
    """Why it may not go out yet."""

    @model_validator(mode="after")
    def _adds_up(self) -> "Invoice":
        assert self.lines, f"{self.key} has no line"
        assert self.partner_id or self.withdrawn, f"{self.key} is addressed to nobody"
        assert self.service_start <= self.service_end, f"{self.key} ends before it starts"
        for line in self.lines:
            assert line.amount == self.currency.round(line.amount), f"{self.key}: {line}"
            assert self.currency.round(line.quantity * line.unit_price) == line.amount, line
        return self

    @property
    def untaxed(self) -> Decimal:
        """What it bills, net of tax and before advances are deducted."""
        return sum(
            (line.amount for line in self.lines if line.advance_id is None or self.advance_id), ZERO
        )

    @property
    def net_total(self) -> Decimal:
        """Sum of all lines, deductions of advances included: Odoo's untaxed amount."""
        return sum((line.amount for line in self.lines), ZERO)

    def content(self) -> dict[str, Any]:
        """What the client and the books see of it: the part that the fingerprint covers."""
        unseen = {"reasons", "held", "raised_on", "month"}
        return self.model_dump(exclude=unseen if self.rate else {*unseen, "rate"})

    @property
    def fingerprint(self) -> str:
        """Digest of the content."""
        return fingerprint(self.content())


class LotSource(StrEnum):
    """Where a lot of hours comes from."""

    allowance = "allowance"
    block = "block"
    correction = "correction"
    """Hours given back by correcting entries of a later month."""
    deficit = "deficit"
    """Hours drawn ahead, where the terms carry a deficit: a debt, absorbed by the next grants."""


class LotLine(Value):
    """One lot of hours as a month found and left it. All quantities in seconds."""

    source: LotSource
    granted_on: date
    expires_on: date | None = None
    """Last day on which it can be drawn; None = until the engagement ends."""
    block_id: int | None = None
    granted: int
    opening: int
    drawn: int = 0
    lapsed: int = 0
    closing: int = 0
    draws: Draws = ()
    """(time entry, seconds) in the order in which they were drawn."""

    def lapsed_on(self, end: date) -> date | None:
        """The day on which what lapsed of it did, in a month that ends on ``end``."""
        if not self.lapsed:
            return None
        return end if self.expires_on is None else min(self.expires_on, end)

    @model_validator(mode="after")
    def _balances(self) -> "LotLine":
        assert self.opening == self.drawn + self.lapsed + self.closing, f"lot does not tie: {self}"
        return self


class StatementState(StrEnum):
    """Whether the month can still change."""

    open = "open"
    closed = "closed"


class Statement(Value):
    """One month of one retainer, as the client and the account manager read it."""

    key: str
    engagement_id: int
    date_start: date
    date_end: date
    state: StatementState
    currency: Currency
    allocated: int
    rolled_in: int
    available: int
    used: int
    remaining: int
    overage: int
    expired: int
    rolled_out: int
    late: int = 0
    """Seconds among ``used`` that were worked in an earlier month."""
    runs_out_on: date | None = None
    """The day on which the hours run out if the month goes on as it began."""
    utilization: Exact
    """Percent of the available hours, one decimal."""
    fee: Exact
    overage_amount: Exact
    lots: tuple[LotLine, ...] = ()
    entry_ids: Ids = ()
    """Entries counted in this month; bound to it when it closes."""
    reasons: Reasons = ()

    def content(self) -> dict[str, Any]:
        """The part that the fingerprint covers."""
        return self.model_dump(exclude={"reasons"})

    @property
    def fingerprint(self) -> str:
        """Digest of the content."""
        return fingerprint(self.content())


class Alert(Value):
    """A notice for the account manager, raised once per key."""

    key: str
    kind: str
    severity: str
    engagement_id: int
    message: str
    quiet: bool = False
    """Kept as a fact and brought to nobody: a louder one of the same run says it too."""

    def content(self) -> dict[str, Any]:
        """An alert is its key: a figure that moves does not raise it again."""
        return {"key": self.key, "kind": self.kind}

    @property
    def fingerprint(self) -> str:
        """Digest of the content."""
        return fingerprint(self.content())


class ApprovalRequest(Value):
    """A waiting change order for overage that the terms bill only when the client approves it."""

    key: str
    engagement_id: int
    name: str
    overage_month: date
    request_date: date
    hourly_rate: Exact
    seconds: int
    amount: Exact
    reasons: Reasons = ()

    def content(self) -> dict[str, Any]:
        """A request is its key: what the client is asked does not change under their hands."""
        return {"key": self.key}

    @property
    def fingerprint(self) -> str:
        """Digest of the content."""
        return fingerprint(self.content())


class Quotation(Value):
    """A draft quotation for extra work that has no written approval yet (rule 9)."""

    key: str
    engagement_id: int
    change_order_id: int
    partner_id: int
    currency: Currency
    lines: tuple[Line, ...]
    reasons: Reasons = ()

    def content(self) -> dict[str, Any]:
        """A quotation is its key: once sent, the client's copy stands."""
        return {"key": self.key, "change_order_id": self.change_order_id}

    @property
    def fingerprint(self) -> str:
        """Digest of the content."""
        return fingerprint(self.content())
