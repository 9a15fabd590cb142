"""Terms of a retainer: what was agreed, and from which day it is in force."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from sync.domain.money import ZERO
from sync.domain.value import Exact, Value


class Billing(StrEnum):
    """When the fee is invoiced."""

    in_advance = "in_advance"
    in_arrears = "in_arrears"


class OveragePolicy(StrEnum):
    """What happens to hours beyond the allowance."""

    bill = "bill"
    approve = "approve"
    block = "block"
    write_off = "write_off"
    carry = "carry"


class Proration(StrEnum):
    """What a month counts that is not wholly in force."""

    actual_days = "actual_days"
    """Days in force ÷ days of the calendar month, for fee and hours alike."""
    none = "none"
    """The whole month's fee and hours, by the terms in force on the month's first day in force."""


class Recognition(StrEnum):
    """How the fee becomes revenue (IFRS 15.31-45)."""

    as_consumed = "as_consumed"
    straight_line = "straight_line"
    immediate = "immediate"


class RoleRate(Value):
    """How the time of one role counts: a senior hour as 1.5 hours, or at a rate of its own."""

    role_id: int
    """The employee's job in Odoo."""
    factor: Exact = Decimal(1)
    """Hours drawn from the allowance per hour worked."""
    overage_rate: Exact | None = None
    """Per counted hour beyond the allowance; None = the rate of the terms."""


class Terms(Value):
    """Terms in force from ``date_start`` until the next terms of the engagement begin.

    Money is in the engagement's currency; hours are seconds.
    """

    id: int
    date_start: date
    monthly_seconds: int
    monthly_fee: Exact
    hourly_rate: Exact
    overage_rate: Exact
    billing: Billing = Billing.in_advance
    billing_months: int = 1
    overage_policy: OveragePolicy = OveragePolicy.bill
    rollover: bool = False
    max_rollover_seconds: int = 0
    """Most that is carried into the next month in all; 0 = no cap."""
    rollover_months: int = 0
    """How many months a carried hour lives; 0 = until the engagement ends."""
    proration: Proration = Proration.actual_days
    recognition: Recognition = Recognition.as_consumed
    expected_breakage: Exact = ZERO
    """Percent of the allowance that experience says is never drawn (IFRS 15.B46)."""
    time_increment: int = 0
    """Minutes to which each entry is rounded up; 0 = as entered."""
    paused: bool = False
    """No allowance and no fee until the next terms: a pause that was agreed."""
    carries_over: bool = True
    """Whether what earlier terms left rolls into these (a renewal that starts afresh: no)."""
    overage_cap_seconds: int = 0
    """Most overage billed for one month; 0 = no cap."""
    overage_increment: int = 0
    """Minutes to which a month's overage is rounded up, once; 0 = as worked."""
    role_rates: tuple[RoleRate, ...] = ()
    alert_thresholds: tuple[int, ...] = (50, 75, 90, 100)
    """Percent of the hours available at which the account manager hears of it."""
