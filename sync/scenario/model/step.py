"""What people and the service then do, in order."""

from typing import Annotated, Any

from pydantic import model_validator

from sync.scenario.model.base import Entry
from sync.scenario.model.company import Company
from sync.scenario.model.expect import Expect
from sync.scenario.model.given import Given, Terms, Time, TimeRef
from sync.scenario.model.money import (
    Booking,
    CreditNote,
    Decided,
    InvoiceByHand,
    InvoiceRef,
    Payment,
    PaymentMove,
    Review,
)
from sync.scenario.types import (
    MAYBE_BARE,
    ONE_OR_MORE,
    Day,
    Flag,
    Hours,
    Month,
    Number,
    Text,
)


class InvoiceEdit(InvoiceRef):
    """What a person changes on an invoice that the service wrote."""

    text: Text | None = None
    price: Number | None = None
    """Of its first line."""
    dated: Day | None = None
    """Its new invoice date."""
    note: Text | None = None
    """A note added below its lines: no rule decides on it."""
    po: Text | None = None
    """The purchase order's number on it: an amendment, not a change of content."""
    cash_rounding: Number | None = None
    """To what its total is rounded up or down, on a line of its own: ``0.05``."""


class TimeChange(TimeRef):
    """Which time entry, and how a person changes it."""

    hours: Hours | None = None
    text: Text | None = None
    billable: Flag | None = None
    new_date: Day | None = None
    new_project: Text | None = None


class TaskMove(Entry):
    """A task, and the change order that its time belongs to from now on."""

    project: Text
    task: Text
    change_order: Text | None = None
    """Left out: none, it is within the agreement again."""


class OverageRef(Entry):
    """The overage of a month that waits for the client's approval."""

    engagement: Text
    month: Month


class VendorDocument(Entry):
    """What a vendor bills or credits of a purchase, at its cost."""

    purchase: Text
    quantity: Number


class EngagementTerms(Terms):
    """Terms, and whose they are."""

    engagement: Text


CHANGEABLE = (
    "client",
    "project",
    "engagement",
    "purchase_order",
    "milestone",
    "change_order",
    "hour_block",
    "purchase",
    "advance",
    "terms",
)
"""Kinds of records that a story can change; their fields are those of ``given``."""


class Change(Entry):
    """A record by its kind and name, and what it is set to."""

    client: Text | None = None
    project: Text | None = None
    engagement: Text | None = None
    purchase_order: Text | None = None
    milestone: Text | None = None
    change_order: Text | None = None
    hour_block: Text | None = None
    purchase: Text | None = None
    advance: Text | None = None
    terms: Text | None = None
    """The engagement whose terms are changed; ``since`` says which of them."""
    since: Day | None = None
    """First day of the terms; left out: the latest."""
    set: dict[str, Any]

    @model_validator(mode="after")
    def _one_record(self) -> "Change":
        if len(self.record_kinds()) != 1:
            raise ValueError(f"name one record: {', '.join(CHANGEABLE)}")
        return self

    def record_kinds(self) -> list[str]:
        """The kinds that are named; one, once checked."""
        return [kind for kind in CHANGEABLE if getattr(self, kind) is not None]

    @property
    def kind(self) -> str:
        """What is changed."""
        return self.record_kinds()[0]

    @property
    def name(self) -> str:
        """Which one is changed."""
        return str(getattr(self, self.kind))


_COMPANIONS = {
    "run": {"expect"},
    "sign_off": {"on", "reference", "refused"},
    "approve": {"on", "reference", "refused"},
    "approve_overage": {"on", "reference", "refused"},
    "sign_quotation": {"on", "by", "refused"},
    "decide": {"on", "refused"},
    "credit_invoice": {"on", "refused"},
    "bounce": {"on", "refused"},
    "send_invoice": {"on", "refused"},
    "accept": {"reason", "refused"},
    "pay": {"on", "refused"},
    "vendor_bill": {"on", "refused"},
    "vendor_credit": {"on", "refused"},
}

_ON_A_DAY = {name for name, with_it in _COMPANIONS.items() if "on" in with_it} - {"credit_invoice"}
"""Steps that need their day."""

ACTIONS = (
    "run",
    "add",
    "add_time",
    "add_terms",
    "change",
    "change_time",
    "delete_time",
    "bill_time_in_sales",
    "move_task",
    "sign_off",
    "take_back_sign_off",
    "approve",
    "reject",
    "approve_overage",
    "reject_overage",
    "sign_quotation",
    "settings",
    "post",
    "reset_to_draft",
    "edit_invoice",
    "cancel_invoice",
    "delete_invoice",
    "credit_invoice",
    "accept",
    "withdraw_acceptance",
    "write_again",
    "send_invoice",
    "pay",
    "bounce",
    "move_payment",
    "unmatch",
    "add_invoice",
    "book",
    "review",
    "decide",
    "vendor_bill",
    "vendor_credit",
    "cancel_purchase",
)
"""What a step can do."""


class Step(Entry):
    """One thing that happens. A run may say what it must bring about."""

    run: Day | None = None
    """The service runs as of that day."""
    expect: Expect | None = None

    add: Given | None = None
    """More records, as in ``given``."""
    add_time: Annotated[list[Time], ONE_OR_MORE] | None = None
    add_terms: EngagementTerms | None = None
    """New terms from a day on."""
    change: Change | None = None
    change_time: TimeChange | None = None
    delete_time: TimeRef | None = None
    move_task: TaskMove | None = None
    bill_time_in_sales: TimeRef | None = None
    """Odoo's own sales invoicing bills a time entry, on a draft for its client."""
    settings: Company | None = None
    """Settings of the company, as in ``company``."""

    sign_off: Text | None = None
    """The client accepts a milestone."""
    take_back_sign_off: Text | None = None
    approve: Text | None = None
    """The client agrees to a change order in writing."""
    reject: Text | None = None
    approve_overage: OverageRef | None = None
    reject_overage: OverageRef | None = None
    sign_quotation: Text | None = None
    """The client signs the quotation of a change order online; ``by`` says who."""
    by: Text | None = None
    on: Day | None = None
    reference: Text | None = None
    refused: Text | None = None
    """Odoo must refuse the step, with these words in what it says."""

    post: InvoiceRef | None = None
    reset_to_draft: InvoiceRef | None = None
    edit_invoice: InvoiceEdit | None = None
    cancel_invoice: InvoiceRef | None = None
    delete_invoice: InvoiceRef | None = None
    credit_invoice: CreditNote | None = None
    """Reverse it by a credit note, as a person does in Odoo, ``on`` its own day unless given."""
    accept: InvoiceRef | None = None
    """Finance says that a document which a person cancelled, deleted or changed is right so; with
    the ``reason``."""
    reason: Text | None = None
    withdraw_acceptance: InvoiceRef | None = None
    write_again: InvoiceRef | None = None
    """Finance lets the service write a deleted document again."""
    pay: Payment | None = None
    """Money comes in, ``on`` a day."""
    bounce: InvoiceRef | None = None
    """The last payment of a document is taken back by the bank, ``on`` a day."""
    move_payment: PaymentMove | None = None
    """A payment was another client's: a person takes it off the document and gives it to them."""
    unmatch: InvoiceRef | None = None
    """Somebody takes back whatever settles a document."""
    add_invoice: InvoiceByHand | None = None
    """A person invoices by hand."""
    book: Booking | None = None
    """A person makes a journal entry."""
    review: Annotated[Review, MAYBE_BARE] | None = None
    """The accountant posts what was left as drafts."""
    decide: Decided | None = None
    """A person decides about what remains of an advance, ``on`` a day."""
    send_invoice: InvoiceRef | None = None
    """It goes to the client, ``on`` a day."""

    vendor_bill: VendorDocument | None = None
    vendor_credit: VendorDocument | None = None
    """A credit note of the vendor, ``on`` a day."""
    cancel_purchase: Text | None = None
    """The whole order of that purchase."""

    @model_validator(mode="after")
    def _one_action(self) -> "Step":
        actions = [name for name in ACTIONS if getattr(self, name) is not None]
        if len(actions) != 1:
            raise ValueError(
                f"a step does one thing, this one does {len(actions) or 'nothing'}"
                + (f" ({', '.join(actions)})" if actions else "")
            )
        allowed = {actions[0], *_COMPANIONS.get(actions[0], {"refused"})}
        for name in sorted(self.model_fields_set - allowed):
            raise ValueError(f"“{name}” does not go with “{actions[0]}”")
        if actions[0] in _ON_A_DAY and self.on is None:
            raise ValueError(f"“{actions[0]}” needs the day: “on”")
        if actions[0].startswith("approve") and not self.reference:
            raise ValueError(f"“{actions[0]}” needs where the client wrote it: “reference”")
        if actions[0] == "accept" and not self.reason:
            raise ValueError("“accept” needs a “reason”")
        return self

    @property
    def action(self) -> str:
        """What this step does."""
        return next(name for name in ACTIONS if getattr(self, name) is not None)
