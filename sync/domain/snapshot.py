"""Everything the rules need, read once: the world as Odoo held it at one moment."""

from datetime import date

from sync.domain.advances import Advance
from sync.domain.engagement import (
    ChangeOrder,
    Client,
    ClientPo,
    Engagement,
    HourBlock,
    Milestone,
    PoPolicy,
    PurchaseLine,
)
from sync.domain.entries import TimeEntry
from sync.domain.existing import ClosedMonth, ExistingInvoice, ExistingPeriod, Tombstone
from sync.domain.issues import Issue
from sync.domain.keys import is_key
from sync.domain.ledger import Ledger, Locks
from sync.domain.money import Currency
from sync.domain.taxes import TaxSetting
from sync.domain.value import Value


class Company(Value):
    """A company and the policies that finance set for it."""

    id: int
    name: str
    root_id: int | None = None
    """The company of which it is a branch, at the top; itself where it is none."""
    currency: Currency
    po_policy: PoPolicy = PoPolicy.warn
    po_warning_days: int = 30
    post_invoices: bool = True
    """Post invoices at once, or leave them as drafts for review."""
    out_of_scope_day: int = 28
    """Day of the month on which approved extra work is invoiced; beyond the month's end = last."""
    close_after_days: int = 0
    """Days a finished month stays open for late time."""
    stuck_after_days: int = 5
    go_live: date | None = None
    """Time before this day is none of ours."""
    holidays: tuple[date, ...] = ()
    locks: Locks = Locks()
    """Closed books: nothing is posted on or before these days."""
    fiscal_year_end: tuple[int, int] = (12, 31)
    """(month, day) on which the financial year ends."""
    post_entries: bool = False
    """Post recognition and breakage at once, or leave them as drafts for review."""
    split_noncurrent: bool = False
    """Reclassify at year end what is owed for longer than twelve months."""

    @property
    def rates_of(self) -> int:
        """The company whose rates of exchange it uses: branches use those of the top."""
        return self.root_id or self.id


class Project(Value):
    """A project of a client, for time that no engagement claims."""

    id: int
    name: str
    client_id: int | None = None


class Snapshot(Value):
    """One company's facts, as values. Can be saved, sent by mail and replayed."""

    company: Company
    clients: tuple[Client, ...] = ()
    projects: tuple[Project, ...] = ()
    engagements: tuple[Engagement, ...] = ()
    client_pos: tuple[ClientPo, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    change_orders: tuple[ChangeOrder, ...] = ()
    hour_blocks: tuple[HourBlock, ...] = ()
    purchase_lines: tuple[PurchaseLine, ...] = ()
    """Lines of confirmed purchase orders on projects that recharge, not wholly recharged."""
    entries: tuple[TimeEntry, ...] = ()
    """Time not yet counted for good."""
    invoices: tuple[ExistingInvoice, ...] = ()
    """Keyed documents whose service days are not all closed, and every draft."""
    periods: tuple[ExistingPeriod, ...] = ()
    """Statements with their hour lots, per engagement:

    - the open ones and the last closed one;
    - every closed one from the first month that an open fee lot covers: the month of the earliest
      ``service_start`` (``day`` where it has none) among the engagement's lots of kind ``unearned``
      in ``ledger.lots``. Revenue follows what those months drew and let lapse (rule 16). An
      engagement with an open fee lot is read with its terms, blocks and statements however long
      ago it ended.
    """
    history: tuple[ClosedMonth, ...] = ()
    """The last closed months of the retainers."""
    alert_keys: tuple[str, ...] = ()
    quotation_keys: tuple[str, ...] = ()
    request_keys: tuple[str, ...] = ()
    """Keys of the approvals of overage that were asked for."""
    tombstones: tuple[Tombstone, ...] = ()
    advances: tuple[Advance, ...] = ()
    """Advances not yet requested, not yet paid, or with anything left.

    ``invoices`` holds their requests and returns, and ``ledger.entries`` what was recognised of
    them (keys whose source begins with ``a<id>`` and ``a<id>-``), however long ago: a decision is
    carried out once.
    """
    used_up: tuple[Advance, ...] = ()
    """Those that an open credit note gives something back to and that are not among ``advances``.
    And of each running engagement that is topped up the latest that is not among them, where it is
    later than those: the next is to be like it, and takes its key from it."""
    taxes: tuple[TaxSetting, ...] = ()
    """Of the engagements that may draw or are asked for taxed advances."""
    worked: tuple[tuple[int, date], ...] = ()
    """(project, day) with time on projects whose advance is requested and not paid, since the
    request; counted for good or not, fixed price or not."""
    ledger: Ledger = Ledger()
    """Open lots of money and what may draw on them."""
    problems: tuple[Issue, ...] = ()
    """Rows that could not be read as values; their engagement is parked."""

    @property
    def gone(self) -> frozenset[str]:
        """Keys of what was cancelled or deleted, and accepted so."""
        found: tuple[ExistingInvoice | Tombstone, ...] = (
            *(each for each in self.invoices if not each.counts),
            *self.tombstones,
        )
        return frozenset(
            each.key for each in found if each.accepted is not None and is_key(each.key)
        )
