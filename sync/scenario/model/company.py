"""The company whose books the story is about, and the policies that its finance people set."""

from typing import Annotated, Literal

from pydantic import Field

from sync.domain.engagement import PoPolicy
from sync.scenario.model.base import Entry
from sync.scenario.types import Count, Day, Flag, Forgiving, Number, Percent, Text

Posting = Literal["post", "draft"]


class LockDates(Entry):
    """Last days that are locked in the books."""

    fiscal_year: Day | None = None
    tax: Day | None = None
    sales: Day | None = None
    purchases: Day | None = None
    hard: Day | None = None


class Tax(Entry):
    """A tax on sales."""

    percent: Percent
    """Below zero: withheld by the client."""
    included: Flag = False
    """Whether prices hold it."""


_PERCENT = Forgiving(
    lambda raw: raw if isinstance(raw, dict | Tax) else {"percent": raw},
    lambda schema: {"anyOf": [schema, {"type": ["number", "string"]}]},
)


class Company(Entry):
    """A company's settings. What is left out stays as Odoo has it."""

    currency: Text = "USD"
    go_live: Day | None = None
    """Time before this day is none of ours."""
    po_policy: PoPolicy | None = None
    """What to do when a client's purchase order does not cover an invoice."""
    po_warning_days: Count | None = None
    post_policy: Posting | None = None
    """Post invoices at once, or leave them as drafts for review."""
    entry_post_policy: Posting | None = None
    """The same for entries of unearned revenue."""
    out_of_scope_day: Annotated[Count, Field(ge=1, le=31)] | None = None
    """Day of the month on which approved extra work is invoiced."""
    close_after_days: Annotated[Count, Field(ge=0)] | None = None
    """Days a finished month stays open for late time."""
    stuck_after_days: Count | None = None
    """Days after which an invoice that nobody opened is stuck."""
    taxes: dict[str, Annotated[Tax, _PERCENT]] = {}
    """Taxes on sales by name: in percent on top of the price, or with details."""
    tax_rounding: Literal["per_line", "globally"] | None = None
    """Where taxes are rounded; Odoo's default is once per document."""
    fiscal_year_end: Annotated[str, Field(pattern=r"^\d\d-\d\d$")] | None = None
    """Month and day, ``03-31``."""
    split_noncurrent: Flag | None = None
    """Show at year end as non-current what is owed for longer than twelve months."""
    rates: dict[str, dict[Day, Number]] = {}
    """Per foreign currency: from a day on, what one unit of it is worth in the company's."""
    holidays: list[Day] = []
    """Days that are no business days, besides Saturdays and Sundays."""
    lock_dates: LockDates | None = None
    lock_exceptions: LockDates | None = None
    """For everybody: to these days instead."""
