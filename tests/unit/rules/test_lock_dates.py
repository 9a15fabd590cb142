"""Rule 18: dates in closed books are moved on purpose, and say so."""

from typing import Any

import pytest

from sync.domain.documents import Role
from sync.domain.engagement import PoPolicy
from sync.domain.journal import Account, Entry, EntryLine
from sync.domain.ledger import Locks
from sync.domain.terms import Recognition
from sync.rules.lock_dates import lock_dates
from tests.properties.books import Books
from tests.unit.rules.world import (
    USD,
    client_po,
    codes,
    company,
    day,
    days,
    deliverable,
    entry,
    money,
    of_role,
    project,
    retainer,
    run,
    terms,
    the,
    world,
)


def locked(**dates: str) -> Locks:
    return Locks(**{name: day(each) for name, each in dates.items()})


def lock(kept: Books, **dates: str) -> None:
    """Finance closes books."""
    locks = kept.snapshot.company.model_copy(update={"locks": locked(**dates)})
    kept.snapshot = kept.snapshot.model_copy(update={"company": locks})


def a_milestone(**facts: Any) -> Any:
    """Signed off on 20 March 2025, billed by the run of 2 April."""
    return run(
        world(project(), milestones=[deliverable(reached="2025-03-20")], **facts), "2025-04-02"
    )


@pytest.mark.parametrize("which", ["all", "tax", "sale", "hard"])
def test_every_lock_moves_an_invoice_to_the_day_after_it(which: str) -> None:
    outcome = a_milestone(company=company(locks=locked(**{which: "2025-03-31"})))
    invoice = the(outcome, Role.milestone)
    assert invoice.invoice_date == day("2025-04-01")
    assert invoice.service_end == day("2025-03-20")
    assert invoice.reasons[-1].rule == "lock_dates"
    assert invoice.reasons[-1].text.startswith("dated 2025-04-01 instead of 2025-03-20: ")
    assert invoice.reasons[-1].text.endswith(" 2025-03-31")


def test_the_last_of_several_locks_counts_and_is_named() -> None:
    locks = locked(all="2025-03-25", hard="2024-12-31", tax="2025-03-31", sale="2025-02-28")
    invoice = the(a_milestone(company=company(locks=locks)), Role.milestone)
    assert invoice.invoice_date == day("2025-04-01")
    assert invoice.reasons[-1].text == (
        "dated 2025-04-01 instead of 2025-03-20: tax lock date 2025-03-31"
    )


def test_the_lock_day_itself_is_closed_and_the_day_after_is_open() -> None:
    on_it = the(a_milestone(company=company(locks=locked(sale="2025-03-20"))), Role.milestone)
    before = the(a_milestone(company=company(locks=locked(sale="2025-03-19"))), Role.milestone)
    assert (on_it.invoice_date, before.invoice_date) == tuple(days("2025-03-21", "2025-03-20"))
    assert all(reason.rule != "lock_dates" for reason in before.reasons)


def test_key_and_statement_stay_what_they_were() -> None:
    open_books, closed_books = (
        run(
            world(retainer(), entries=[entry(1, "2025-01-10", 45)], company=company(locks=each)),
            "2025-02-03",
        )
        for each in (Locks(), locked(all="2025-01-31"))
    )
    assert [each.key for each in closed_books.invoices] == [
        each.key for each in open_books.invoices
    ]
    assert closed_books.statements == open_books.statements
    assert {each.invoice_date for each in closed_books.invoices} == {day("2025-02-01")}
    assert [each.service_start for each in of_role(closed_books, Role.overage)] == days(
        "2025-01-01"
    )


def test_a_purchase_order_is_judged_on_the_date_that_was_meant() -> None:
    order = client_po(date_end=day("2025-03-31"))
    outcome = run(
        world(
            project(client_po_id=1),
            milestones=[deliverable(reached="2025-03-20")],
            client_pos=[order],
            company=company(locks=locked(all="2025-03-31"), po_policy=PoPolicy.hold),
        ),
        "2025-04-02",
    )
    invoice = the(outcome, Role.milestone)
    assert (invoice.invoice_date, invoice.held) == (day("2025-04-01"), None)
    assert codes(outcome.issues) == []


def test_recognition_of_a_closed_month_is_posted_in_the_first_open_one() -> None:
    kept = Books(
        world(retainer(), entries=[entry(1, "2025-01-10", 28)], company=company(post_entries=True))
    )
    kept.run(day("2025-01-02"))
    lock(kept, all="2025-02-15")
    kept.run(day("2025-02-20"))
    entries = [each for each, _ in kept.entries.values()]
    assert {each.day for each in entries} == {day("2025-02-16")}
    assert {(each.service_start, each.service_end) for each in entries} == {
        (day("2025-01-01"), day("2025-01-31"))
    }
    assert entries[0].reasons[-1].text == (
        "dated 2025-02-16 instead of 2025-01-31: lock date of all users 2025-02-15"
    )


@pytest.mark.parametrize("which", ["tax", "sale"])
def test_locks_of_tax_and_sales_leave_entries_alone(which: str) -> None:
    kept = Books(
        world(
            retainer(terms(recognition=Recognition.straight_line)),
            company=company(post_entries=True),
        )
    )
    kept.run(day("2025-01-02"))
    lock(kept, **{which: "2025-01-31"})
    kept.run(day("2025-02-03"))
    assert [(each.day, each.total) for each, _ in kept.entries.values()] == [
        (day("2025-01-31"), money(5000))
    ]


def test_the_fee_of_a_closed_month_is_earned_with_the_month_in_which_it_is_billed() -> None:
    kept = Books(
        world(
            retainer(terms(recognition=Recognition.straight_line)),
            company=company(post_entries=True, locks=locked(sale="2025-01-31")),
        )
    )
    kept.run(day("2025-02-03"))
    assert kept.lot("2025-01").day == day("2025-02-01")
    assert kept.entries == {}
    kept.run(day("2025-03-03"))
    assert {(each.day, each.service_start, each.total) for each, _ in kept.entries.values()} == {
        (day("2025-02-28"), day("2025-01-01"), money(5000)),
        (day("2025-02-28"), day("2025-02-01"), money(5000)),
    }


def test_a_lock_that_moves_on_moves_the_drafts() -> None:
    kept = Books(world(retainer(terms(recognition=Recognition.straight_line)), company=company()))
    kept.run(day("2025-02-03"))
    lock(kept, all="2025-01-31")
    (plan,) = kept.run(day("2025-02-04"))
    assert [(each.action.value, each.entry.day) for each in plan.changes if each.entry] == [
        ("rewrite", day("2025-02-01"))
    ]


def test_an_advance_is_not_due_before_it_is_dated() -> None:
    # what is due on 15 March is dated 1 April: due that day
    outcome = a_milestone()
    (invoice,) = outcome.invoices
    due = outcome.model_copy(
        update={"invoices": (invoice.model_copy(update={"due_on": day("2025-03-25")}),)}
    )
    snapshot = world(project(), company=company(locks=locked(all="2025-03-31")))
    (moved,) = lock_dates(snapshot, day("2025-04-02"), due).invoices
    assert (moved.invoice_date, moved.due_on) == (day("2025-04-01"), day("2025-04-01"))


def test_lines_without_tax_know_no_tax_lock() -> None:
    outcome = a_milestone()
    (invoice,) = outcome.invoices
    free = tuple(line.model_copy(update={"tax_ids": ()}) for line in invoice.lines)
    untaxed = outcome.model_copy(update={"invoices": (invoice.model_copy(update={"lines": free}),)})
    snapshot = world(project(), company=company(locks=locked(tax="2025-03-31")))
    (same,) = lock_dates(snapshot, day("2025-04-02"), untaxed).invoices
    assert same.invoice_date == day("2025-03-20")


def test_one_line_with_tax_makes_a_taxed_invoice() -> None:
    outcome = a_milestone()
    (invoice,) = outcome.invoices
    (line,) = invoice.lines
    mixed = invoice.model_copy(update={"lines": (line, line.model_copy(update={"tax_ids": ()}))})
    snapshot = world(project(), company=company(locks=locked(tax="2025-03-31")))
    found = outcome.model_copy(update={"invoices": (mixed,)})
    (moved,) = lock_dates(snapshot, day("2025-04-02"), found).invoices
    assert moved.invoice_date == day("2025-04-01")


def test_what_is_withdrawn_keeps_its_date() -> None:
    entry = Entry(
        key="1/1/recognition/2025-03.i17/0",
        role=Role.recognition,
        engagement_id=1,
        client_id=7,
        day=day("2025-03-31"),
        service_start=day("2025-03-01"),
        service_end=day("2025-03-31"),
        currency=USD,
        company_currency=USD,
        lines=(
            EntryLine(account=Account.unearned, text="", amount=money(5), amount_company=money(5)),
            EntryLine(account=Account.income, text="", amount=money(-5), amount_company=money(-5)),
        ),
    )
    outcome = a_milestone()
    snapshot = world(project(), company=company(locks=locked(all="2025-03-31")))
    for withdrawn, dates in ((True, ["2025-03-20", "2025-03-31"]), (False, ["2025-04-01"] * 2)):
        update = {"withdrawn": withdrawn}
        asked = outcome.model_copy(
            update={
                "invoices": tuple(each.model_copy(update=update) for each in outcome.invoices),
                "entries": (entry.model_copy(update=update),),
            }
        )
        found = lock_dates(snapshot, day("2025-04-02"), asked)
        assert [found.invoices[0].invoice_date, found.entries[0].day] == days(*dates)
        assert (found == asked) is withdrawn, "no reason is given where nothing is moved"


def test_an_entry_of_an_open_day_is_left_as_it_is() -> None:
    kept = Books(
        world(
            retainer(terms(recognition=Recognition.straight_line)),
            company=company(post_entries=True, locks=locked(all="2025-01-30")),
        )
    )
    kept.run(day("2025-02-03"))
    ((entry, _),) = kept.entries.values()
    assert entry.day == day("2025-01-31")
    assert [each.rule for each in entry.reasons] == ["recognise"]
