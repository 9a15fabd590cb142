"""What the rules work on: one engagement's facts, its months, and what was found so far."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import takewhile
from types import MappingProxyType
from typing import Any, NamedTuple

from sync.domain.calendar import add_months, first_of, last_of, months
from sync.domain.documents import Alert, ApprovalRequest, Invoice, LotSource, Quotation, Statement
from sync.domain.engagement import (
    ChangeOrder,
    Client,
    ClientPo,
    Engagement,
    HourBlock,
    Milestone,
    PurchaseLine,
)
from sync.domain.entries import TimeEntry
from sync.domain.existing import ClosedMonth, ExistingInvoice, ExistingPeriod, Tombstone
from sync.domain.issues import Issue, Source
from sync.domain.snapshot import Company, Project
from sync.domain.terms import RoleRate, Terms

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Case:
    """One engagement with everything that belongs to it, as of a day."""

    as_of: date
    company: Company
    engagement: Engagement
    client: Client | None = None
    client_pos: Mapping[int, ClientPo] = field(default_factory=dict)
    entries: tuple[TimeEntry, ...] = ()
    """Billable time on its projects, by day and id, rounded to the increment of its terms."""
    extra: Mapping[int, tuple[TimeEntry, ...]] = field(default_factory=dict)
    """Billable time on its change orders, by change order id."""
    milestones: tuple[Milestone, ...] = ()
    change_orders: tuple[ChangeOrder, ...] = ()
    hour_blocks: tuple[HourBlock, ...] = ()
    purchase_lines: tuple[PurchaseLine, ...] = ()
    invoices: tuple[ExistingInvoice, ...] = ()
    tombstones: tuple[Tombstone, ...] = ()
    """Of invoices and credit notes that a person deleted."""
    last_closed: ExistingPeriod | None = None
    history: tuple[ClosedMonth, ...] = ()
    """Its last closed months."""
    quotation_keys: frozenset[str] = frozenset()
    outside: tuple[tuple[Project, tuple[TimeEntry, ...]], ...] = ()
    """Time on projects of its client that no engagement claims: with the first that runs."""

    @property
    def source(self) -> Source:
        """The engagement as the source of an issue or a reason."""
        return Source(model="retainer.engagement", id=self.engagement.id, name=self.engagement.name)

    @property
    def open_from(self) -> date:
        """The first of the first month whose statement is not closed."""
        if self.engagement.closed_until is not None:
            return add_months(first_of(self.engagement.closed_until), 1)
        start = self.engagement.date_start
        go_live = self.company.go_live
        return first_of(max(start, go_live) if go_live else start)

    @property
    def open_months(self) -> list[date]:
        """First days of the months to evaluate, up to the month of ``as_of``."""
        last = self.as_of
        if self.engagement.date_end is not None:
            last = min(last, self.engagement.date_end)
        return list(months(self.open_from, last))

    def in_force(self, month: date) -> tuple[date, date] | None:
        """The days of a month on which the engagement is in force, both inclusive."""
        start = max(month, self.engagement.date_start)
        end = last_of(month)
        if self.engagement.date_end is not None:
            end = min(end, self.engagement.date_end)
        return (start, end) if start <= end else None

    def po_number(self, po_id: int | None) -> str:
        """The number of a purchase order of the client's register; empty without one."""
        po = self.client_pos.get(po_id or 0)
        return po.number if po else ""

    def in_force_on(self, day: date) -> bool:
        """Whether the engagement is in force on a day."""
        end = self.engagement.date_end
        return self.engagement.date_start <= day and (end is None or day <= end)

    def terms_on(self, day: date) -> Terms:
        """The terms in force on a day (the first ones for a day before them)."""
        found = terms_on(self.engagement, day)
        return self.engagement.terms[0] if found is None else found


def terms_on(engagement: Engagement, day: date) -> Terms | None:
    """The terms in force on a day; None before the first ones."""
    found = None
    for terms in engagement.terms:
        if terms.date_start > day:
            break
        found = terms
    return found


def role_rate(terms: Terms, entry: TimeEntry) -> RoleRate | None:
    """How the terms count the time of whoever did the work; None = as it is."""
    if entry.role_id is None:
        return None
    for rate in terms.role_rates:
        if rate.role_id == entry.role_id:
            return rate
    return None


class Segment(NamedTuple):
    """Days of one month under the same terms, both inclusive."""

    terms: Terms
    start: date
    end: date


class HourLot(NamedTuple):
    """A lot of hours within one month. Quantities in seconds."""

    id: str
    source: LotSource
    granted_on: date
    expires_on: date | None
    granted: int
    opening: int
    drawn: int = 0
    lapsed: int = 0
    block_id: int | None = None

    @property
    def closing(self) -> int:
        """What is left."""
        return self.opening - self.drawn - self.lapsed


class Over(NamedTuple):
    """So many seconds of an entry were beyond all lots."""

    entry: TimeEntry
    seconds: int


@dataclass(frozen=True, slots=True)
class Credit:
    """So much of an invoice is given back because an entry that it billed was corrected."""

    entry: TimeEntry
    invoice: ExistingInvoice
    seconds: int
    amount: Decimal


class Month(NamedTuple):
    """One month of a retainer while the rules work on it."""

    first: date
    start: date
    end: date
    """Days in force, both inclusive."""
    segments: tuple[Segment, ...]
    entries: tuple[TimeEntry, ...]
    """Counted in this month, by day and id; late ones keep their own days."""
    ended: bool
    """Whether ``as_of`` lies after the month."""
    closes_on: date
    """The first day on which a run may close it."""
    lots: tuple[HourLot, ...] = ()
    credits: tuple[Credit, ...] = ()
    """What correcting entries take back of invoices of earlier months."""
    given_back: Mapping[str, Decimal] = _NOTHING
    """By invoice: what the open months up to this one take back of it."""
    deficit: int = 0
    """Seconds still owed to earlier months by terms that carry a deficit."""
    deficit_absorbed: int = 0
    fee: Decimal = Decimal(0)
    granted: int = 0
    """Seconds granted in this month, less what absorbed a carried deficit."""
    rolled_in: int = 0
    """Seconds that came from earlier months."""
    used: int = 0
    """Seconds worked and counted in this month; what is given back beyond them is a grant."""
    entry_ids: tuple[int, ...] = ()
    """The entries that were counted, lowest id first."""
    draws: Mapping[str, tuple[tuple[int, int], ...]] = _NOTHING
    """By lot: (time entry, seconds) in the order in which they were drawn."""
    over: tuple[Over, ...] = ()
    overage: int = 0
    """Seconds beyond all lots."""
    priced: tuple[tuple[Decimal, int], ...] = ()
    """(hourly rate, seconds) that are billed of it, in the order in which the rates apply."""
    overage_amount: Decimal = Decimal(0)

    @property
    def terms(self) -> Terms:
        """The terms in force at the month's end, which decide what rolls and what overage does."""
        return self.segments[-1].terms

    @property
    def late(self) -> int:
        """Seconds among them that were worked in an earlier month."""
        late = takewhile(lambda entry: entry.day < self.first, self.entries)
        return sum(entry.seconds for entry in late)

    @property
    def available(self) -> int:
        """Seconds that could be drawn in this month."""
        return self.granted + self.rolled_in


@dataclass(frozen=True, slots=True)
class Findings:
    """What the rules found for one engagement so far."""

    months: tuple[Month, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    statements: tuple[Statement, ...] = ()
    quotations: tuple[Quotation, ...] = ()
    requests: tuple[ApprovalRequest, ...] = ()
    alerts: tuple[Alert, ...] = ()
    issues: tuple[Issue, ...] = ()

    def plus(
        self,
        *,
        invoices: tuple[Invoice, ...] = (),
        statements: tuple[Statement, ...] = (),
        quotations: tuple[Quotation, ...] = (),
        requests: tuple[ApprovalRequest, ...] = (),
        alerts: tuple[Alert, ...] = (),
        issues: tuple[Issue, ...] = (),
    ) -> "Findings":
        """These findings and some more."""
        return replace(
            self,
            invoices=self.invoices + invoices,
            statements=self.statements + statements,
            quotations=self.quotations + quotations,
            requests=self.requests + requests,
            alerts=self.alerts + alerts,
            issues=self.issues + issues,
        )


MonthRule = Callable[[Case, Month], Month]
"""A rule about the hours of one month."""

EngagementRule = Callable[[Case, Findings], Findings]
"""A rule about the documents of one engagement."""
