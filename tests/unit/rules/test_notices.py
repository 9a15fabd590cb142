"""Rule 20, the rest: orders that end, work that waits, invoices that nobody opened."""

from typing import Any

import pytest

from sync.domain.engagement import Approval, Kind
from sync.domain.snapshot import Project
from sync.domain.terms import Billing
from tests.unit.rules.world import (
    billed,
    client_po,
    company,
    day,
    entry,
    money,
    order,
    project,
    retainer,
    run,
    terms,
    world,
)


def told(kind: str, on: str, *engagements, **facts: Any) -> list[str]:
    outcome = run(world(*engagements, **facts), on)
    return [each.message for each in outcome.alerts if each.kind == kind]


def ending(on: str, until: str | None, *, warning: int = 10, **changes: Any) -> list[str]:
    """What is said of the order of a monthly retainer in advance, started on 1 March 2025."""
    own_terms = changes.pop("terms", None) or terms("2025-03-01")
    engagement = retainer(own_terms, start="2025-03-01", client_po_id=1, **changes)
    po = client_po(1, date_end=None if until is None else day(until))
    facts = {"client_pos": [po], "company": company(po_warning_days=warning)}
    return told("po_expiring", on, engagement, **facts)


@pytest.mark.parametrize(("on", "said"), [("2025-04-20", True), ("2025-04-19", False)])
def test_so_many_days_before_its_end(on: str, said: bool) -> None:
    # ends inside May, so that May's fee is covered: only the ten days of notice count
    yearly = terms("2025-03-01", billing_months=12)
    assert bool(ending(on, "2025-04-30", terms=yearly)) == said


def test_before_the_fee_that_it_does_not_cover() -> None:
    (message,) = ending("2025-04-01", "2025-04-30")
    assert message == (
        "Retainer 1: purchase order PO-1 ends on 2025-04-30 and does not cover the fee of"
        " 2025-05-01; ask for the next"
    )
    assert ending("2025-03-31", "2025-04-30") == []


@pytest.mark.parametrize(("end", "said"), [("2025-04-30", True), ("2025-05-01", False)])
def test_an_order_that_ends_with_the_day_of_the_fee_covers_it(end: str, said: bool) -> None:
    assert bool(ending("2025-04-01", end)) == said


def test_a_fee_in_arrears_is_dated_the_months_last_day() -> None:
    late = terms("2025-03-01", billing=Billing.in_arrears)
    (message,) = ending("2025-04-01", "2025-05-30", terms=late)
    assert "does not cover the fee of 2025-05-31" in message
    assert ending("2025-04-01", "2025-05-31", terms=late) == []


def test_a_quarter_is_announced_in_the_month_before_it_begins() -> None:
    quarterly = terms("2025-03-01", billing_months=3)
    assert ending("2025-04-01", "2025-05-15", terms=quarterly) == []
    (message,) = ending("2025-05-01", "2025-05-15", terms=quarterly, warning=1)
    assert "does not cover the fee of 2025-06-01" in message


def test_a_month_without_a_fee_needs_no_order() -> None:
    free = terms("2025-03-01", monthly_fee=money(0))
    assert ending("2025-04-01", "2025-04-30", terms=free) == []


def test_extra_work_is_announced_for_its_billing_day() -> None:
    engagement = project(kind=Kind.out_of_scope, client_po_id=1)
    for end, said in (("2025-05-27", True), ("2025-05-28", False)):
        po = client_po(1, date_end=day(end))
        facts = {"client_pos": [po], "company": company(po_warning_days=1, out_of_scope_day=28)}
        messages = told("po_expiring", "2025-04-10", engagement, **facts)
        assert bool(messages) == said
        assert all("the extra work of 2025-05-28" in each for each in messages)


def test_a_project_hears_only_of_the_days_of_notice() -> None:
    po = client_po(1, date_end=day("2025-04-30"))
    facts = {"client_pos": [po], "company": company(po_warning_days=10)}
    assert told("po_expiring", "2025-04-19", project(client_po_id=1), **facts) == []
    (message,) = told("po_expiring", "2025-04-20", project(client_po_id=1), **facts)
    assert message.endswith("PO-1 ends on 2025-04-30; ask for the next")


def test_of_what_has_ended_or_never_ends_nothing_is_said() -> None:
    assert ending("2025-05-01", "2025-04-30") == [], "it is expired: that is said otherwise"
    assert ending("2025-04-30", "2025-04-30") != [], "its last day"
    assert ending("2025-04-01", None) == []
    assert told("po_expiring", "2025-04-01", retainer(client_po_id=9)) == []


@pytest.mark.parametrize(("end", "said"), [("2025-04-30", False), ("2025-05-01", True)])
def test_an_engagement_that_ends_with_its_order_needs_no_next_one(end: str, said: bool) -> None:
    assert bool(ending("2025-04-25", "2025-04-30", end=end)) == said


# ------------------------------------------------------------------ work without approval


def waiting(*entries, **changes: Any) -> list[str]:
    piece = order(5, **{"approval": Approval.waiting, **changes})
    facts = {"change_orders": [piece], "entries": list(entries)}
    return told("awaiting_approval", "2025-03-20", project(), **facts)


def test_work_that_waits_is_said_with_hours_and_amount() -> None:
    messages = waiting(
        entry(1, "2025-03-10", 2, change_order_id=5), entry(2, "2025-03-11", 1, change_order_id=5)
    )
    assert messages == [
        "Retainer 1: Two landing pages: 3:00 h (360.00 USD) worked without the client's written"
        " approval"
    ]


def test_what_is_not_worked_or_not_waiting_is_not_said() -> None:
    work = entry(1, "2025-03-10", 2, change_order_id=5)
    assert waiting() == []
    assert waiting(work, entry(2, "2025-03-11", -2, change_order_id=5)) == []
    assert waiting(work, approval=Approval.approved) == []
    assert waiting(work, approval=Approval.rejected) == []


# ------------------------------------------------------------------ invoices nobody opened


def unopened(on: str, **changes: Any) -> list[str]:
    facts = {"lifecycle": "sent", "sent_on": day("2025-03-03"), **changes}
    invoices = [billed("2025-03", 5000, **facts)]
    own = company(stuck_after_days=5)
    return told("invoice_not_opened", on, invoices=invoices, company=own)


@pytest.mark.parametrize(("on", "said"), [("2025-03-07", False), ("2025-03-08", True)])
def test_after_so_many_days(on: str, said: bool) -> None:
    assert bool(unopened(on)) == said


def test_it_names_the_invoice_and_the_day() -> None:
    assert unopened("2025-03-10") == [
        "Retainer 1: INV/2025/0001 was sent on 2025-03-03 and not opened since"
    ]


@pytest.mark.parametrize("changes", [{"lifecycle": "viewed"}, {"sent_on": None}])
def test_what_was_opened_or_never_sent_is_not_said(changes) -> None:
    assert unopened("2025-03-20", **changes) == []


def outside(on: str, *engagements, client_id: int | None = 7, worked=("2025-03-05",)) -> list[str]:
    """What is said of 3 h a day on a project of nobody's."""
    return told(
        "time_on_no_engagement",
        on,
        *engagements,
        projects=[Project(id=99, name="Acme intranet", client_id=client_id)],
        entries=[entry(number, day, 3, 99) for number, day in enumerate(worked, start=1)],
    )


def test_time_on_no_engagement_is_told_to_one_manager_of_the_client() -> None:
    both = retainer(project_ids=(1,)), retainer(id=2, project_ids=(2,))
    (said,) = outside("2025-03-31", *both, worked=("2025-03-05", "2025-03-06"))
    assert said.startswith("Retainer 1: 6:00 h of March 2025 on Acme intranet")


@pytest.mark.parametrize(("on", "said"), [("2025-04-30", 1), ("2025-05-01", 0)])
def test_time_of_long_ago_is_told_by_the_runs_alone(on: str, said: int) -> None:
    assert len(outside(on)) == said


def test_last_month_and_this_one_are_told_apart_and_older_ones_not_at_all() -> None:
    (said,) = outside("2025-04-30", worked=("2025-02-27", "2025-04-01", "2025-04-02"))
    assert "6:00 h of April 2025" in said
    assert len(outside("2025-04-30", worked=("2025-03-31", "2025-04-01"))) == 2


def test_where_nothing_of_the_client_runs_there_is_nobody_to_tell() -> None:
    assert outside("2025-03-31", retainer(end="2025-03-30")) == []
    assert len(outside("2025-03-31", retainer(end="2025-03-31"))) == 1
    assert outside("2025-03-31", client_id=8) == []
    assert outside("2025-03-31", client_id=None) == []
