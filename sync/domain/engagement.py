"""What was agreed with the client: engagements, purchase orders, milestones, extra work, blocks."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from sync.domain.money import ZERO, Currency
from sync.domain.terms import Terms
from sync.domain.value import Exact, Value


class Kind(StrEnum):
    """What an engagement sells."""

    retainer = "retainer"
    project = "project"
    out_of_scope = "out_of_scope"


class State(StrEnum):
    """Where an engagement stands in Odoo."""

    draft = "draft"
    running = "running"
    paused = "paused"
    ended = "ended"


class PoPolicy(StrEnum):
    """What to do when the client's purchase order does not cover an invoice."""

    hold = "hold"
    fit = "fit"
    """Bill what fits under its amount, hold the rest."""
    warn = "warn"
    ignore = "ignore"


class Client(Value):
    """A client (the commercial entity) or one of its billing addresses."""

    id: int
    name: str
    commercial_id: int
    """The client it belongs to; its own id for the client itself."""


class TopUpPolicy(StrEnum):
    """How much a new advance asks for when the last ones are nearly consumed."""

    amount = "amount"
    """A fixed amount."""
    target = "target"
    """What brings the balance up to an amount."""


class TopUp(Value):
    """When and for how much a new advance is requested. Net, in the engagement's currency."""

    policy: TopUpPolicy
    amount: Exact
    below: Exact = ZERO
    """Requested once what is left is less, or nothing is left."""


class Engagement(Value):
    """One agreement that bills on its own invoice under its own purchase order."""

    id: int
    name: str
    kind: Kind
    state: State = State.running
    client_id: int
    currency: Currency
    date_start: date
    date_end: date | None = None
    """Last day in force, inclusive."""
    closed_until: date | None = None
    """Last day of the last month whose statement is closed."""
    project_ids: tuple[int, ...] = ()
    client_po_id: int | None = None
    po_policy: PoPolicy | None = None
    """None = the company's policy."""
    quote_name: str = ""
    """Number of the accepted quote."""
    quote_total: Exact | None = None
    """What the accepted quote comes to, net of tax; None without a quote."""
    recharge_purchases: bool = False
    recharge_markup: Exact = ZERO
    """Percent added to the cost of recharged purchases."""
    lines_per_entry: bool = False
    """Extra work: one line per time entry rather than one per piece of work."""
    invoice_partner_id: int | None = None
    ap_contact_id: int | None = None
    payment_term_id: int | None = None
    product_id: int | None = None
    analytic_id: int | None = None
    """The analytic account of its project, which revenue entries name."""
    use_advances: bool = False
    top_up: TopUp | None = None
    """None: new advances are requested by people."""
    terms: tuple[Terms, ...] = ()
    """By ``date_start``, earliest first."""


class ClientPo(Value):
    """A purchase order of the client, which an invoice must quote to be paid."""

    id: int
    number: str
    client_id: int
    engagement_ids: tuple[int, ...] = ()
    """Engagements it may be used for; empty = any of the client's."""
    currency: Currency
    amount: Exact
    """What may be invoiced under it, net of tax; 0 = unlimited."""
    invoiced: Exact
    """What was invoiced under it so far, net of tax and of credit notes."""
    date_start: date | None = None
    date_end: date | None = None

    @property
    def limited(self) -> bool:
        """Whether it has an amount that can be exceeded."""
        return self.amount > 0


class Milestone(Value):
    """A deliverable that is billed when the client signs it off."""

    id: int
    name: str
    engagement_id: int
    project_id: int
    project_name: str
    number: str = ""
    """Its place in the quote: ``2``."""
    amount: Exact = ZERO
    """A fixed amount, net of tax; 0 = by quantity or by percentage of the quote."""
    percent: Exact = ZERO
    """Percent of the accepted quote; the last such milestone takes what rounding left."""
    quantity: Exact = ZERO
    unit_price: Exact = ZERO
    reached_on: date | None = None
    """The day of the sign-off; None while it is not signed off."""
    reference: str = ""
    """Where the client signed it off."""
    deadline: date | None = None
    billed: bool = False
    """Whether an invoice that stands bills all of it."""


class Approval(StrEnum):
    """Whether the client agreed to a piece of extra work, in writing."""

    waiting = "waiting"
    approved = "approved"
    rejected = "rejected"


class ChangeOrder(Value):
    """A piece of out-of-scope work: who asked for it, who approved it where, at which rate."""

    id: int
    name: str
    engagement_id: int
    requester: str = ""
    request_date: date | None = None
    approval: Approval = Approval.waiting
    reference: str = ""
    """The e-mail or message in which the client approved it."""
    approved_on: date | None = None
    hourly_rate: Exact
    cap_seconds: int = 0
    """Most that may be billed; 0 = no cap."""
    billed_seconds: int = 0
    """Seconds of it on invoices so far."""
    client_po_id: int | None = None
    """Its own purchase order; None = the engagement's."""
    quote_id: int | None = None
    """The quotation sent for it."""
    overage_month: date | None = None
    """First of the month whose overage it asks approval for; None = extra work."""
    overage_seconds: int = 0
    billed: bool = False
    """Whether an invoice bills that overage."""


class PurchaseLine(Value):
    """A line of an Odoo purchase order that is recharged to a client."""

    id: int
    order_name: str
    engagement_id: int
    text: str
    vendor: str = ""
    ordered_on: date
    received: Exact
    """Quantity received."""
    invoiced: Exact
    """Quantity the vendor billed, net of its credit notes."""
    credited: Exact = ZERO
    """Quantity on the vendor's credit notes."""
    recharged: Exact = ZERO
    """Quantity on our invoices so far."""
    unit_cost: Exact
    """In ``currency``, net of tax."""
    currency: Currency
    rate: Exact | None = None
    """Units of ``currency`` per unit of the engagement's currency on the order's day; None when
    Odoo has no rate for that day."""

    @property
    def chargeable(self) -> Decimal:
        """The quantity that is the client's to pay: received or billed by the vendor, whichever is
        more, less what the vendor credited.
        """
        return max(max(self.received, self.invoiced + self.credited) - self.credited, ZERO)


class HourBlock(Value):
    """Hours bought in addition: a lot with its own price and expiry."""

    id: int
    engagement_id: int
    bought_on: date
    seconds: int
    price: Exact
    expiry_date: date | None = None
    counted: bool = False
    """Whether a closed statement has it among its lots."""
    billed: bool = False
    """Whether an invoice bills it."""
