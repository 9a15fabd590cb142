"""What people agreed and worked: the facts that stand in Odoo before the service runs.

Records are given by the name that the rest of the file calls them by. ``name`` (``number`` of a
purchase order) gives another name in Odoo, for two records that are called the same there.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from sync.domain.engagement import Approval, Kind, PoPolicy, State
from sync.domain.terms import Billing, OveragePolicy, Proration, Recognition
from sync.scenario.model.base import Entry
from sync.scenario.model.money import Booking
from sync.scenario.types import (
    MAYBE_BARE,
    ONE_OR_MORE,
    Count,
    Day,
    Flag,
    Hours,
    Month,
    Months,
    Number,
    Percent,
    Text,
)


class Client(Entry):
    """A client: a company that is invoiced."""

    name: Text | None = None
    payment_days: Count | None = None
    """Days until its invoices are due; 0 = at once."""
    email: Text | None = None
    street: Text | None = None
    city: Text | None = None
    zip: Text | None = None
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    """Two letters, ``US``."""


class Project(Entry):
    """A project. Those that an engagement names need not be listed."""

    name: Text | None = None
    client: Text | None = None
    ignore: Flag = False
    """Its time is outside retainer billing on purpose."""


class Employee(Entry):
    """Somebody who works. Those whom time entries name need not be listed."""

    job: Text | None = None


class RoleRate(Entry):
    """What an hour of a job counts and costs beyond the allowance."""

    factor: Number | None = None
    """Hours that one hour of it draws."""
    overage_rate: Number | None = None
    """Left out: that of the terms."""


class Terms(Entry):
    """Terms of a retainer, in force from a day until the next ones."""

    from_: Annotated[Day | None, Field(alias="from")] = None
    """First day; left out, the engagement's."""
    monthly_hours: Hours = 0
    monthly_fee: Number = Decimal(0)
    hourly_rate: Number = Decimal(0)
    overage_rate: Number = Decimal(0)
    billing: Billing | None = None
    billing_months: Months | None = None
    overage_policy: OveragePolicy | None = None
    rollover: Flag | None = None
    max_rollover: Hours | None = None
    """Most that is carried into a month in all; 0 or left out = no cap."""
    rollover_months: Count | None = None
    proration: Proration | None = None
    recognition: Recognition | None = None
    expected_breakage: Percent | None = None
    time_increment: Count | None = None
    """Minutes to which each time entry is rounded up."""
    alert_thresholds: Annotated[list[Count], ONE_OR_MORE] | None = None
    paused: Flag | None = None
    """Nothing is granted and no fee is billed while these terms are in force."""
    carries_over: Flag | None = None
    """Whether hours of earlier terms live on under these."""
    overage_cap: Hours | None = None
    """Most hours of overage that are billed in a month; 0 or left out = no cap."""
    overage_increment: Count | None = None
    """Minutes to which a month's overage is rounded up."""
    role_rates: dict[str, RoleRate] = {}
    """By job."""


class Engagement(Entry):
    """An agreement that bills on its own invoice under its own purchase order."""

    name: Text | None = None
    client: Text
    kind: Kind = Kind.retainer
    start: Day
    end: Day | None = None
    """Last day, inclusive."""
    state: State = State.running
    projects: Annotated[list[Text], ONE_OR_MORE] | None = None
    """Left out: one project that is called like the engagement."""
    manager: Text | None = None
    """The account manager, who hears of trouble."""
    po: Text | None = None
    po_policy: PoPolicy | None = None
    quote: Text | None = None
    """Number of the accepted quote."""
    billing_entity: Text | None = None
    """Who is invoiced, where that is not the client: another client, or an address of it."""
    ap_contact: Text | None = None
    payment_days: Count | None = None
    use_advances: Flag | None = None
    top_up: Literal["none", "amount", "target"] | None = None
    """Whether a new advance is requested when what is left falls below ``top_up_below``."""
    top_up_amount: Number | None = None
    top_up_below: Number | None = None
    lines_per_entry: Flag | None = None
    """Extra work: one line on the invoice per time entry."""
    recharge_purchases: Flag | None = None
    recharge_markup: Percent | None = None
    currency: Text | None = None
    """Left out: the company's."""
    taxes: Annotated[list[Text], ONE_OR_MORE] = []
    """Names of the company's taxes on its services."""
    terms: Annotated[list[Terms], ONE_OR_MORE] = []


class Quote(Entry):
    """A quote that the client accepted, given by its number.

    Those that engagements name need not be listed: their lines are the engagement's milestones.
    """

    total: Number | None = None
    """Net of tax, where it is not the sum of the milestones."""


class PurchaseOrder(Entry):
    """A purchase order of the client, given by its number."""

    number: Text | None = None
    client: Text | None = None
    """Left out: the client of its engagements, or of those that name it."""
    engagements: Annotated[list[Text], ONE_OR_MORE] = []
    """Those it may be used for; left out = any of the client's."""
    from_: Annotated[Day | None, Field(alias="from")] = None
    to: Day | None = None
    amount: Number = Decimal(0)
    """Net of tax; 0 or left out = unlimited."""
    currency: Text | None = None


class Milestone(Entry):
    """A deliverable that is billed when the client signs it off."""

    name: Text | None = None
    engagement: Text
    project: Text | None = None
    """Left out: the engagement's first project."""
    number: Count | None = None
    amount: Number | None = None
    percent: Percent | None = None
    """Of the accepted quote, where there is no amount."""
    quantity: Number | None = None
    unit_price: Number | None = None
    """Quantity at a price, where there is no amount."""
    deadline: Day | None = None
    signed_off: Day | None = None
    reference: Text | None = None
    """Where the client signed it off."""


class ChangeOrder(Entry):
    """A piece of extra work. Its time is entered on its task."""

    name: Text | None = None
    engagement: Text
    requester: Text | None = None
    requested_on: Day | None = None
    approval: Approval = Approval.waiting
    reference: Text | None = None
    """The e-mail or message in which the client approved it."""
    approved_on: Day | None = None
    rate: Number = Decimal(0)
    cap: Hours | None = None
    """Most hours that are billed; 0 or left out = no cap."""
    po: Text | None = None
    project: Text | None = None
    """The project of its task; left out: the engagement's first."""
    task: Text | None = None
    """Name of its task; left out: its own."""

    @model_validator(mode="after")
    def _approved_somewhere(self) -> "ChangeOrder":
        if self.approval is Approval.approved and not (self.approved_on and self.reference):
            raise ValueError("an approved one needs “approved_on” and “reference”")
        return self


class HourBlock(Entry):
    """Hours bought in addition."""

    engagement: Text
    date: Day
    hours: Hours
    price: Number | None = None
    """Left out: the hours at the hourly rate of the terms."""
    expires: Day | None = None


class TimeRef(Entry):
    """Which time entry."""

    date: Day
    project: Text | None = None
    change_order: Text | None = None
    by: Text | None = None


class Time(Entry):
    """Time worked: one entry, or hours spread over the business days of a span.

    Spread hours are cut into whole quarter hours as evenly as these allow, the same way every
    time, and add up to the hours given; what is no whole quarter is on the last day.
    """

    date: Day | None = None
    month: Month | None = None
    from_: Annotated[Day | None, Field(alias="from")] = None
    to: Day | None = None
    dates: list[Day] | None = None
    project: Text | None = None
    task: Text | None = None
    """A task of the project; made where it is named first."""
    change_order: Text | None = None
    by: Text = "Robin Reyes"
    hours: Hours | None = None
    """Of the one entry, or of all entries together."""
    hours_per_day: Hours | None = None
    text: Text = "Work"
    billable: Flag = True
    corrects: "TimeRef | None" = None
    """The entry that this one, with negative hours, corrects."""

    @model_validator(mode="after")
    def _one_form(self) -> "Time":
        spans = [self.date, self.month, self.from_ or self.to, self.dates]
        if sum(span is not None for span in spans) != 1:
            raise ValueError("give one of “date”, “month”, “from” and “to”, or “dates”")
        if (self.from_ is None) != (self.to is None):
            raise ValueError("give “from” and “to” together")
        if self.from_ and self.to and self.to < self.from_:
            raise ValueError("“to” lies before “from”")
        if (self.hours is None) == (self.hours_per_day is None):
            raise ValueError("give either “hours” or “hours_per_day”")
        if self.date and self.hours is None:
            raise ValueError("an entry on one day takes “hours”")
        if (self.project is None) == (self.change_order is None):
            raise ValueError("give either “project” or “change_order”")
        if self.task and not self.project:
            raise ValueError("a “task” needs its “project”")
        return self


class Purchase(Entry):
    """A line of one of our own purchase orders, made for a project."""

    project: Text
    vendor: Text
    date: Day
    text: Text
    quantity: Number = Decimal(1)
    cost: Number
    """Per piece, net of tax."""
    currency: Text | None = None
    received: Number | None = None
    """Quantity received so far."""


class Advance(Entry):
    """A document that requests an advance of funds."""

    client: Text
    engagements: Annotated[list[Text], ONE_OR_MORE] = []
    """Those it may pay for; left out = any of the client's."""
    amount: Number
    """Net of tax."""
    currency: Text | None = None
    request_on: Day | None = None
    """From this day on the service asks for it; left out: nobody does, it was taken over."""
    due: Day | None = None
    maturity: Day | None = None
    priority: Count | None = None
    refundable: Flag = True
    tax_mode: Literal["none", "on_receipt"] = "none"


class Given(Entry):
    """The records of a story, by kind."""

    clients: dict[str, Annotated[Client, MAYBE_BARE]] = {}
    """Left out: those that the engagements name."""
    projects: dict[str, Annotated[Project, MAYBE_BARE]] = {}
    employees: dict[str, Annotated[Employee, MAYBE_BARE]] = {}
    engagements: dict[str, Engagement] = {}
    purchase_orders: dict[str, Annotated[PurchaseOrder, MAYBE_BARE]] = {}
    quotes: dict[str, Annotated[Quote, MAYBE_BARE]] = {}
    milestones: dict[str, Milestone] = {}
    change_orders: dict[str, ChangeOrder] = {}
    hour_blocks: dict[str, HourBlock] = {}
    time: list[Time] = []
    purchases: dict[str, Purchase] = {}
    advances: dict[str, Advance] = {}
    entries: list[Booking] = []
    """Journal entries of people: opening balances among them."""

    def projects_of(self, name: str) -> Sequence[str]:
        """The projects of an engagement of this part of the story."""
        engagement = self.engagements[name]
        return engagement.projects if engagement.projects is not None else [name]
