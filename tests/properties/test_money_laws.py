"""Laws of documents: sums, keys, one engagement and one purchase order each, doubling, order."""

from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.calendar import months
from sync.domain.documents import Invoice, Role
from sync.domain.engagement import Engagement, PoPolicy
from sync.domain.entries import TimeEntry
from sync.domain.money import ZERO, multiply
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot
from sync.plan.diff import make_plan
from sync.plan.file import from_text, to_text
from sync.rules.engine import evaluate
from tests.properties.strategies import Style, agencies, days

LATER = days(60, 210)


def documents(outcome: Outcome) -> list[Any]:
    return [
        *outcome.invoices,
        *outcome.statements,
        *outcome.quotations,
        *outcome.requests,
        *outcome.alerts,
    ]


@given(agencies(), LATER)
def test_the_sum_of_the_lines_is_the_document(snapshot: Snapshot, as_of: date) -> None:
    for invoice in evaluate(snapshot, as_of).invoices:
        assert invoice.untaxed == sum((each.amount for each in invoice.lines), ZERO)
        for line in invoice.lines:
            assert line.amount == invoice.currency.round(line.quantity * line.unit_price)
            assert line.amount >= 0


@given(agencies(), LATER)
def test_statements_and_invoices_say_the_same_money(snapshot: Snapshot, as_of: date) -> None:
    outcome = evaluate(snapshot, as_of)
    fees: dict[tuple[int, date], Decimal] = {}
    for each in outcome.statements:
        fees[each.engagement_id, each.date_start.replace(day=1)] = each.fee
    amounts = {
        (each.engagement_id, each.date_start.replace(day=1)): each.overage_amount
        for each in outcome.statements
    }
    for invoice in outcome.invoices:
        if invoice.role is Role.overage:
            assert invoice.month is not None
            assert invoice.untaxed == amounts[invoice.engagement_id, invoice.month]
        if invoice.role is Role.fee and "/b" not in invoice.key:
            covered = [
                fees.get((invoice.engagement_id, month))
                for month in months(invoice.service_start, invoice.service_end)
            ]
            if None not in covered:
                assert invoice.untaxed == sum(each for each in covered if each is not None)


@given(agencies(), LATER)
def test_what_the_client_is_asked_to_approve_is_the_overage(
    snapshot: Snapshot, as_of: date
) -> None:
    outcome = evaluate(snapshot, as_of)
    amounts = {
        (each.engagement_id, each.date_start.replace(day=1)): each.overage_amount
        for each in outcome.statements
    }
    asked: dict[tuple[int, date], Decimal] = defaultdict(Decimal)
    for request in outcome.requests:
        charge = multiply(request.hourly_rate, request.seconds, 3600)
        currency = next(
            each.currency for each in snapshot.engagements if each.id == request.engagement_id
        )
        assert request.amount == currency.round(charge)  # what will be billed once it is approved
        asked[request.engagement_id, request.overage_month] += request.amount
    for month, amount in asked.items():
        assert amount == amounts[month]


@given(agencies(Style(limited_po=True)), LATER)
def test_no_key_twice(snapshot: Snapshot, as_of: date) -> None:
    keys = Counter(each.key for each in documents(evaluate(snapshot, as_of)))
    assert [key for key, times in keys.items() if times > 1] == []


@given(agencies(Style(limited_po=True)), LATER)
def test_an_invoice_has_one_engagement_one_role_and_one_purchase_order(
    snapshot: Snapshot, as_of: date
) -> None:
    by_id = {each.id: each for each in snapshot.entries}
    orders = {each.id: each for each in snapshot.change_orders}
    engagements = {each.id: each for each in snapshot.engagements}
    numbers = {each.id: each.number for each in snapshot.client_pos}
    for invoice in evaluate(snapshot, as_of).invoices:
        company, engagement, role, *_ = invoice.key.split("/")
        assert (int(company), int(engagement), role) == (
            snapshot.company.id,
            invoice.engagement_id,
            invoice.role,
        )
        owner = engagements[invoice.engagement_id]
        assert invoice.currency == owner.currency
        assert invoice.po_number == numbers.get(invoice.client_po_id or 0, "")
        for entry in (by_id[each] for each in _time_on(invoice)):
            order = orders.get(entry.change_order_id or 0)
            if invoice.role is Role.out_of_scope:
                assert order is not None
                assert order.engagement_id == owner.id
                assert invoice.client_po_id == (order.client_po_id or owner.client_po_id)
            else:
                assert order is None
                assert entry.project_id in owner.project_ids
                assert invoice.client_po_id == owner.client_po_id
        if invoice.role is not Role.out_of_scope:
            assert invoice.client_po_id == owner.client_po_id


def _time_on(invoice: Invoice) -> list[int]:
    cut = (entry for entry, _ in invoice.entry_seconds if entry not in invoice.entry_ids)
    return [*invoice.entry_ids, *cut]


@given(agencies(Style(limited_po=True)), LATER)
def test_nothing_is_invoiced_before_it_is_due_and_no_time_twice(
    snapshot: Snapshot, as_of: date
) -> None:
    outcome = evaluate(snapshot, as_of)
    on = Counter(entry for each in outcome.invoices for entry in each.entry_ids)
    assert [entry for entry, times in on.items() if times > 1] == []
    by_id = {each.id: each for each in snapshot.entries}
    for invoice in outcome.invoices:
        assert invoice.raised_on <= as_of
        assert invoice.service_start <= invoice.service_end
        for entry in _time_on(invoice):
            assert by_id[entry].day <= as_of
            assert by_id[entry].billable


@given(agencies(Style(limited_po=True)), LATER)
def test_under_hold_a_purchase_order_is_never_exceeded(snapshot: Snapshot, as_of: date) -> None:
    strict = snapshot.model_copy(
        update={
            "company": snapshot.company.model_copy(update={"po_policy": PoPolicy.hold}),
            "engagements": tuple(
                each.model_copy(update={"po_policy": None}) for each in snapshot.engagements
            ),
        }
    )
    used: dict[int | None, Decimal] = defaultdict(Decimal)
    for invoice in evaluate(strict, as_of).invoices:
        if invoice.held is None:
            assert invoice.client_po_id is not None or invoice.credit
            used[invoice.client_po_id] += -invoice.untaxed if invoice.credit else invoice.untaxed
    for po in strict.client_pos:
        if po.limited:
            assert used[po.id] <= po.amount


@given(agencies(Style(limited_po=True)), LATER, st.randoms(use_true_random=False))
def test_the_order_of_the_facts_does_not_matter(
    snapshot: Snapshot, as_of: date, random: Random
) -> None:
    shuffled = snapshot.model_copy(
        update={
            name: tuple(random.sample(getattr(snapshot, name), len(getattr(snapshot, name))))
            for name in (
                "clients",
                "projects",
                "engagements",
                "client_pos",
                "milestones",
                "change_orders",
                "hour_blocks",
                "entries",
            )
        }
    )
    plain = evaluate(snapshot, as_of)
    assert evaluate(shuffled, as_of) == plain
    assert make_plan(shuffled, plain).checksum == make_plan(snapshot, plain).checksum


@given(agencies(), LATER)
def test_evaluating_twice_is_evaluating_once(snapshot: Snapshot, as_of: date) -> None:
    again = Snapshot.model_validate_json(snapshot.model_dump_json())
    assert again == snapshot
    assert evaluate(again, as_of) == evaluate(snapshot, as_of)


@given(agencies(), LATER, st.lists(st.tuples(days(), st.integers(-9999, 9999)), max_size=6))
def test_non_billable_time_changes_nothing(
    snapshot: Snapshot, as_of: date, extra: list[tuple[date, int]]
) -> None:
    projects = [project for each in snapshot.engagements for project in each.project_ids]
    more = tuple(
        TimeEntry(
            id=5000 + number,
            day=day,
            seconds=seconds,
            project_id=projects[number % len(projects)],
            billable=False,
        )
        for number, (day, seconds) in enumerate(extra)
    )
    added = snapshot.model_copy(update={"entries": (*snapshot.entries, *more)})
    assert evaluate(added, as_of) == evaluate(snapshot, as_of)


@given(agencies(), LATER)
def test_what_happens_after_as_of_changes_nothing(snapshot: Snapshot, as_of: date) -> None:
    known = snapshot.model_copy(
        update={
            "entries": tuple(each for each in snapshot.entries if each.day <= as_of),
            "milestones": tuple(
                each
                for each in snapshot.milestones
                if each.reached_on is None or each.reached_on <= as_of
            ),
            "hour_blocks": tuple(each for each in snapshot.hour_blocks if each.bought_on <= as_of),
        }
    )
    assert evaluate(known, as_of) == evaluate(snapshot, as_of)


def doubled(snapshot: Snapshot) -> Snapshot:
    def terms(engagement: Engagement) -> tuple[Any, ...]:
        return tuple(
            each.model_copy(
                update={
                    "monthly_fee": each.monthly_fee * 2,
                    "overage_rate": each.overage_rate * 2,
                    "hourly_rate": each.hourly_rate * 2,
                }
            )
            for each in engagement.terms
        )

    return snapshot.model_copy(
        update={
            "engagements": tuple(
                each.model_copy(update={"terms": terms(each)}) for each in snapshot.engagements
            ),
            "change_orders": tuple(
                each.model_copy(update={"hourly_rate": each.hourly_rate * 2})
                for each in snapshot.change_orders
            ),
            "milestones": tuple(
                each.model_copy(update={"amount": each.amount * 2}) for each in snapshot.milestones
            ),
            "hour_blocks": tuple(
                each.model_copy(update={"price": each.price * 2}) for each in snapshot.hour_blocks
            ),
        }
    )


@given(agencies(Style(even=True, capped=False)), LATER)
def test_doubling_every_price_doubles_all_money_and_no_hour(
    snapshot: Snapshot, as_of: date
) -> None:
    # quarter hours at rates that are multiples of 40, fees that divide by every month's days:
    # nothing is ever rounded, so it doubles to the cent; hours of odd allowances are excluded
    even = snapshot.model_copy(
        update={
            "engagements": tuple(
                each.model_copy(
                    update={
                        "terms": tuple(
                            one.model_copy(
                                update={"monthly_seconds": one.monthly_seconds // 900 * 900}
                            )
                            for one in each.terms
                        )
                    }
                )
                for each in snapshot.engagements
            )
        }
    )
    once, twice = evaluate(even, as_of), evaluate(doubled(even), as_of)
    assert [each.key for each in twice.invoices] == [each.key for each in once.invoices]
    for small, large in zip(once.invoices, twice.invoices, strict=True):
        exact = small.role is not Role.overage
        slack = 0 if exact else Decimal("0.01") * len(small.lines)
        assert abs(large.untaxed - 2 * small.untaxed) <= slack
    for one, other in zip(once.statements, twice.statements, strict=True):
        assert one.lots == other.lots
        assert (one.used, one.overage, one.remaining) == (
            other.used,
            other.overage,
            other.remaining,
        )
        assert other.fee == 2 * one.fee


@given(agencies(Style(limited_po=True)), LATER)
def test_a_plan_survives_being_written_down(snapshot: Snapshot, as_of: date) -> None:
    plan = make_plan(snapshot, evaluate(snapshot, as_of))
    again = from_text(to_text(plan))
    assert again == plan
    assert again.checksum == plan.checksum


@given(agencies(), LATER)
def test_bad_data_of_one_engagement_leaves_the_others_alone(
    snapshot: Snapshot, as_of: date
) -> None:
    first = snapshot.engagements[0]
    bad = first.model_copy(
        update={
            "id": 1,
            "project_ids": (10,),
            "client_po_id": None,
            "date_end": first.date_start.replace(year=2000),
        }
    )
    outcome = evaluate(snapshot, as_of)
    spoiled = evaluate(
        snapshot.model_copy(update={"engagements": (bad, *snapshot.engagements)}), as_of
    )
    assert spoiled.parked == (1, *outcome.parked)
    assert spoiled.invoices == outcome.invoices
    assert spoiled.statements == outcome.statements
    assert spoiled.alerts == outcome.alerts
