"""A plan that is far too large is refused unless forced."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from sync.domain.documents import Role
from sync.plan.changes import Plan
from sync.plan.diff import make_plan
from sync.plan.limits import Limits, exceeded
from tests.unit.rules.world import (
    JPY,
    billed,
    day,
    deliverable,
    money,
    project,
    retainer,
    run,
    terms,
    world,
)


def plan(*amounts, **changes) -> Plan:
    """One milestone invoice per amount."""
    snapshot = world(
        project(**changes),
        milestones=[
            deliverable(each, "2025-03-08", amount) for each, amount in enumerate(amounts, 1)
        ],
    )
    return make_plan(snapshot, run(snapshot, "2025-03-31"))


def test_an_empty_plan_is_within_any_limit() -> None:
    empty = Plan(company_id=1, as_of=day("2025-03-31"))
    assert exceeded(empty, Limits(max_documents=0, max_total=Decimal(0))) == ()


def test_exactly_the_limit_is_allowed() -> None:
    limits = Limits(max_documents=2, max_total=money("300.00"))
    assert exceeded(plan(100, 200), limits) == ()


def test_one_document_too_many() -> None:
    (line,) = exceeded(plan(1, 1, 1), Limits(max_documents=2))
    assert line == "3 invoices, more than the 2 allowed in one run (max_documents)"


def test_one_cent_too_much() -> None:
    (line,) = exceeded(plan(100, "200.01"), Limits(max_total=money("300.00")))
    assert line == "300.01 USD in all, more than the 300.00 allowed in one run (max_total)"


def test_both_are_said() -> None:
    found = exceeded(plan(100, 200), Limits(max_documents=1, max_total=money(299)))
    assert len(found) == 2


def test_each_currency_has_its_own_total() -> None:
    (line,) = exceeded(plan(6_000_000, currency=JPY), Limits())
    assert line == "6,000,000 JPY in all, more than the 5,000,000 allowed in one run (max_total)"


def test_a_limit_is_no_float() -> None:
    with pytest.raises(ValidationError):
        Limits(max_total=0.1)


def test_credit_notes_do_not_hide_a_runaway_plan() -> None:
    snapshot = world(
        project(),
        milestones=[deliverable(1, "2025-03-08", 900), deliverable(2, "2025-03-08", 100)],
        invoices=[billed("m2", 1000, Role.milestone)],
    )
    plan = make_plan(snapshot, run(snapshot, "2025-03-31"))
    assert sorted(each.untaxed for each in plan.invoices) == [money(900), money(900)]
    assert exceeded(plan, Limits(max_total=money(899)))


def test_a_draft_that_is_withdrawn_is_no_new_amount() -> None:
    snapshot = world(
        retainer(terms("2025-03-01"), start="2025-03-01", end="2025-03-31"),
        invoices=[billed("2025-03", 5000), billed("2025-04", 5000, state="draft", name="")],
    )
    plan = make_plan(snapshot, run(snapshot, "2025-03-31"))
    assert [each.withdrawn for each in plan.invoices] == [True]
    assert plan.gross_by_currency == {}
