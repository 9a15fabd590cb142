"""Rule 8: a milestone is invoiced on sign-off, dated that day, never batched."""

from decimal import Decimal

import pytest

from sync.domain.documents import Role
from sync.rules.case import Case
from sync.rules.milestone import amounts_of
from tests.unit.rules.world import (
    JPY,
    client_po,
    codes,
    company,
    day,
    deliverable,
    issue,
    money,
    of_role,
    project,
    retainer,
    run,
    the,
    world,
)


def test_a_signed_off_milestone_is_billed_on_its_day() -> None:
    snapshot = world(
        project(quote_name="S00042", client_po_id=5),
        client_pos=[client_po(5)],
        milestones=[deliverable(17, "2025-03-08", reference="e-mail of 8 March")],
    )
    assert run(snapshot, "2025-03-07").invoices == ()
    invoice = the(run(snapshot, "2025-03-08"), Role.milestone)  # a Saturday: signed is signed
    assert invoice.key == "1/1/milestone/m17/0"
    assert invoice.lines[0].text == "Website rebuild, Milestone 2: design system sign-off"
    assert invoice.untaxed == money(20000)
    assert (invoice.invoice_date, invoice.raised_on) == (day("2025-03-08"), day("2025-03-08"))
    assert (invoice.service_start, invoice.service_end) == (day("2025-03-08"), day("2025-03-08"))
    assert (invoice.client_po_id, invoice.po_number) == (5, "PO-5")
    assert (invoice.reference, invoice.milestone_ids) == ("S00042", (17,))
    (reason,) = invoice.reasons
    assert reason.text.startswith("signed off on 2025-03-08 (e-mail of 8 March)")
    assert "20,000.00 USD" in reason.text
    assert "S00042" in reason.text


def test_a_late_run_still_dates_it_the_day_of_the_sign_off() -> None:
    snapshot = world(project(), milestones=[deliverable(17, "2025-03-08")])
    assert the(run(snapshot, "2025-07-01"), Role.milestone).invoice_date == day("2025-03-08")


def test_two_milestones_of_one_day_are_two_invoices() -> None:
    snapshot = world(
        project(), milestones=[deliverable(18, "2025-03-08"), deliverable(17, "2025-03-08")]
    )
    found = of_role(run(snapshot, "2025-03-31"), Role.milestone)
    assert [each.milestone_ids for each in found] == [(17,), (18,)]


def test_without_sign_off_nothing_is_billed() -> None:
    outcome = run(world(project(), milestones=[deliverable(17, None)]), "2025-12-31")
    assert (outcome.invoices, outcome.issues) == ((), ())


def test_a_milestone_without_a_number_names_its_project() -> None:
    snapshot = world(project(), milestones=[deliverable(17, "2025-03-08", number="")])
    invoice = the(run(snapshot, "2025-03-31"), Role.milestone)
    assert invoice.lines[0].text == "Website rebuild: design system sign-off"


@pytest.mark.parametrize("amount", ["0", "-1"])
def test_a_milestone_without_an_amount_is_reported(amount: str) -> None:
    outcome = run(
        world(project(), milestones=[deliverable(17, "2025-03-08", amount)]), "2025-03-31"
    )
    assert outcome.invoices == ()
    found = issue(outcome, "milestone_without_amount")
    assert (found.source.model, found.source.id) == ("project.milestone", 17)


def test_a_milestone_of_a_retainer_is_an_invoice_of_its_own() -> None:
    outcome = run(world(retainer(), milestones=[deliverable(17, "2025-01-08")]), "2025-01-31")
    assert [(each.role, each.untaxed) for each in outcome.invoices] == [
        (Role.fee, money(5000)),
        (Role.milestone, money(20000)),
    ]


def test_the_amount_is_rounded_in_the_currency_of_the_engagement() -> None:
    snapshot = world(project(currency=JPY), milestones=[deliverable(17, "2025-03-08", "20000.5")])
    assert the(run(snapshot, "2025-03-31"), Role.milestone).untaxed == Decimal(20001)


def test_a_milestone_signed_off_after_the_projects_end_is_billed_all_the_same() -> None:
    snapshot = world(
        project(date_end=day("2025-02-28")), milestones=[deliverable(17, "2025-03-08")]
    )
    outcome = run(snapshot, "2025-03-31")
    assert the(outcome, Role.milestone).untaxed == money(20000)
    assert codes(outcome.issues) == []


@pytest.mark.parametrize(
    ("percents", "amounts"),
    [
        (("30", "30"), ["33.33", "33.33"]),  # 30 % of 111.11 = 33.333
        (("30", "30", "40"), ["33.33", "33.33", "44.45"]),  # 44.444, and what rounding left
        (("60", "50"), ["66.67", "55.56"]),  # more than the quote: rounded, none takes a rest
    ],
)
def test_only_shares_of_the_whole_quote_leave_its_last_one_the_rest(percents, amounts) -> None:
    quoted = project(quote_name="S00042", quote_total=Decimal("111.11"))
    shares = [
        deliverable(at, "2025-03-08", 0, number=str(at), percent=Decimal(each))
        for at, each in enumerate(percents, 1)
    ]
    case = Case(
        as_of=day("2025-03-31"), company=company(), engagement=quoted, milestones=tuple(shares)
    )
    assert list(amounts_of(case).values()) == [Decimal(each) for each in amounts]
