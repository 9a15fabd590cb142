"""Bad business data is an issue, never a traceback: a run ends with a plan."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.engagement import Approval, ChangeOrder, Client, Engagement, Kind, Milestone
from sync.domain.entries import TimeEntry
from sync.domain.existing import ExistingPeriod, Tombstone
from sync.domain.issues import Severity
from sync.domain.money import Currency
from sync.domain.snapshot import Company, Snapshot
from sync.domain.terms import Billing, OveragePolicy, Proration, Terms
from sync.plan.diff import make_plan
from sync.plan.file import from_text, to_text
from sync.plan.limits import Limits, exceeded
from sync.rules.engine import evaluate

DAYS = st.one_of(
    st.dates(date(2023, 1, 1), date(2026, 12, 31)),
    st.sampled_from([date(2024, 2, 29), date(2025, 2, 28), date(2024, 12, 31), date(1970, 1, 1)]),
)
TEXTS = st.sampled_from(["", " ", "Acme", "Ä–×\n", "x" * 300, "0", "a/b"])
FIGURES = st.one_of(
    st.integers(-(10**6), 10**12).map(Decimal),
    st.sampled_from([Decimal(0), Decimal("0.0001"), Decimal("-0.01"), Decimal("1E+15")]),
)
COUNTS = st.one_of(st.integers(-10_000, 10**6), st.sampled_from([0, 1, -1, 3_600_000_000, 10**13]))
SMALL = st.integers(-2, 30)
CURRENCIES = st.builds(
    Currency, id=st.integers(1, 2), code=st.sampled_from(["USD", ""]), digits=st.integers(0, 6)
)
IDS = st.integers(1, 4)

TERMS = st.builds(
    Terms,
    id=IDS,
    date_start=DAYS,
    monthly_seconds=COUNTS,
    monthly_fee=FIGURES,
    hourly_rate=FIGURES,
    overage_rate=FIGURES,
    billing=st.sampled_from(Billing),
    billing_months=SMALL,
    overage_policy=st.sampled_from(OveragePolicy),
    rollover=st.booleans(),
    max_rollover_seconds=COUNTS,
    rollover_months=SMALL,
    proration=st.sampled_from(Proration),
    time_increment=SMALL,
    overage_cap_seconds=COUNTS,
    overage_increment=SMALL,
    paused=st.booleans(),
    carries_over=st.booleans(),
    alert_thresholds=st.lists(SMALL, max_size=3).map(tuple),
)
ENGAGEMENTS = st.builds(
    Engagement,
    id=IDS,
    name=TEXTS,
    kind=st.sampled_from(Kind),
    client_id=IDS,
    currency=CURRENCIES,
    date_start=DAYS,
    date_end=st.one_of(st.none(), DAYS, st.just(date(9999, 12, 31))),
    closed_until=st.one_of(st.none(), st.none(), DAYS),
    project_ids=st.lists(st.integers(1, 6), max_size=2, unique=True).map(tuple),
    client_po_id=st.one_of(st.none(), IDS),
    quote_total=st.one_of(st.none(), FIGURES),
    recharge_purchases=st.booleans(),
    recharge_markup=FIGURES,
    terms=st.lists(TERMS, max_size=3).map(
        lambda found: tuple(sorted(found, key=lambda each: each.date_start))
    ),
)
ORDERS = st.builds(
    ChangeOrder,
    id=IDS,
    name=TEXTS,
    engagement_id=st.integers(1, 5),
    requester=TEXTS,
    approval=st.sampled_from(Approval),
    reference=TEXTS,
    approved_on=st.one_of(st.none(), DAYS),
    hourly_rate=FIGURES,
    cap_seconds=st.integers(0, 10**6),
    client_po_id=st.one_of(st.none(), IDS),
)
MILESTONES = st.builds(
    Milestone,
    id=IDS,
    name=TEXTS,
    engagement_id=IDS,
    project_id=IDS,
    project_name=TEXTS,
    number=TEXTS,
    amount=FIGURES,
    percent=FIGURES,
    reached_on=st.one_of(st.none(), DAYS),
    deadline=st.one_of(st.none(), DAYS),
)
ENTRIES = st.builds(
    TimeEntry,
    id=st.integers(1, 10**6),
    day=DAYS,
    seconds=COUNTS,
    project_id=st.integers(1, 6),
    change_order_id=st.one_of(st.none(), IDS),
    employee=TEXTS,
    billable=st.booleans(),
)
PERIODS = st.builds(
    ExistingPeriod,
    id=IDS,
    key=st.just("1/1/statement/2025-01/0"),
    fingerprint=st.just(""),
    engagement_id=IDS,
    date_start=DAYS,
    date_end=DAYS,
    closed=st.booleans(),
)


def unique(strategy, most: int):
    return st.lists(strategy, max_size=most, unique_by=lambda each: each.id).map(tuple)


SNAPSHOTS = st.builds(
    Snapshot,
    company=st.builds(
        Company,
        id=st.just(1),
        name=TEXTS,
        currency=CURRENCIES,
        out_of_scope_day=st.integers(1, 31),
        close_after_days=st.integers(0, 90),
        go_live=st.one_of(st.none(), DAYS),
        holidays=st.lists(DAYS, max_size=3).map(tuple),
    ),
    clients=st.just((Client(id=1, name="", commercial_id=1),)),
    engagements=unique(ENGAGEMENTS, 3),
    milestones=unique(MILESTONES, 3),
    change_orders=unique(ORDERS, 3),
    entries=unique(ENTRIES, 8),
    periods=unique(PERIODS, 2),
    tombstones=st.lists(
        st.builds(Tombstone, key=st.just("1/1/fee/2025-01/0"), model=st.just("account.move")),
        max_size=1,
    ).map(tuple),
)


@given(SNAPSHOTS, DAYS)
def test_whatever_the_data_a_run_ends_with_a_plan(snapshot: Snapshot, as_of: date) -> None:
    outcome = evaluate(snapshot, as_of)
    plan = make_plan(snapshot, outcome)
    assert from_text(to_text(plan)).checksum == plan.checksum
    exceeded(plan, Limits())
    blocked = {each.engagement_id for each in outcome.issues if each.severity is Severity.blocker}
    assert blocked - {None} == set(outcome.parked)
    for each in (*outcome.invoices, *outcome.statements, *outcome.quotations, *outcome.alerts):
        assert each.engagement_id not in outcome.parked
    for issue in outcome.issues:
        assert issue.message
        assert issue.code
    for invoice in outcome.invoices:
        assert invoice.untaxed >= 0, "never a negative invoice"
