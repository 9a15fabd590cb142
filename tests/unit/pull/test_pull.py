"""What a pull reads, and that it reads no more than is open."""

from datetime import date
from decimal import Decimal

import pytest

from sync.domain.engagement import Approval, Kind
from sync.domain.money import Currency
from sync.pull import CompanyNotFound, CompanyUnreadable, pull
from sync.push import Lease, push
from tests.unit.pull.agency import Agency, founding, in_full_swing


def run(agency: Agency, as_of: date) -> None:
    """One run of the service."""
    plan, pulled = agency.plan(as_of)
    report = push(agency.service, plan, pulled, lease=Lease(owner="test"))
    assert report.ok, report


def test_the_founding_agency_as_values():
    agency = founding()
    snapshot = agency.pull().snapshot
    assert snapshot.problems == ()
    retainer, rebuild, extra = snapshot.engagements
    assert (retainer.kind, rebuild.kind, extra.kind) == tuple(Kind)
    assert retainer.client_id == agency.made["Acme Corp"]
    assert retainer.client_po_id == agency.made["PO-77"]
    (terms,) = retainer.terms
    assert terms.monthly_seconds == 40 * 3600
    assert terms.max_rollover_seconds == 10 * 3600
    assert (terms.monthly_fee, terms.overage_rate) == (Decimal("5000.00"), Decimal("175.00"))
    assert [entry.seconds for entry in snapshot.entries] == [100800, 180000, 21600, 50400]
    assert {entry.client_id for entry in snapshot.entries} == {agency.made["Acme Corp"]}
    (milestone,) = snapshot.milestones
    assert milestone.number == "2"
    assert milestone.amount == Decimal("20000.00")
    assert milestone.reached_on == date(2025, 3, 18)
    (order,) = snapshot.change_orders
    assert (order.approval, order.requester) == (Approval.approved, "Dana Cole")
    assert snapshot.entries[-1].change_order_id == order.id
    (po,) = snapshot.client_pos
    assert (po.number, po.limited) == ("PO-77", False)


def test_the_books_are_read_for_the_push():
    books = founding().pull().books
    assert set(books.liability_accounts) == {"unearned", "advances"}
    assert books.journal_id
    assert books.invoice_journal_id is None


def test_what_a_run_wrote_comes_back():
    snapshot = in_full_swing().pull().snapshot
    roles = {each.key.split("/")[2]: each for each in snapshot.invoices}
    assert set(roles) == {"fee", "milestone", "out_of_scope", "recharge"}, "February's are settled"
    assert (roles["fee"].unearned, roles["milestone"].unearned) == (True, False)
    assert roles["fee"].name.startswith("INV/")
    assert roles["out_of_scope"].untaxed == Decimal("2240.00")
    last, current = sorted(snapshot.periods, key=lambda each: each.date_start)
    assert (last.closed, last.date_end) == (True, date(2025, 2, 28))
    assert current.closed is False
    assert [lot.closing for lot in last.lots] == [0, 0]
    assert last.overage == 6 * 3600
    assert snapshot.quotation_keys
    assert snapshot.alert_keys
    assert snapshot.company.holidays == (date(2025, 4, 21),)


def test_an_invoice_that_the_client_has_not_opened_is_read_however_old():
    agency = in_full_swing()
    old = next(
        row["id"]
        for row in agency.admin.search_read("account.move", [], ["retainer_role"], limit=99)
        if row["retainer_role"] == "overage"
    )
    before = {each.id for each in agency.pull().snapshot.invoices}
    agency.admin.write("account.move", [old], {"retainer_lifecycle": "sent"})
    assert {each.id for each in agency.pull().snapshot.invoices} == before | {old}


def test_an_employee_s_name_and_role_stand_beside_the_time():
    agency = in_full_swing()
    snapshot = agency.pull().snapshot
    (entry,) = (each for each in snapshot.entries if each.employee == "Ann")
    assert entry.role_id == agency.made["senior"]
    (rate,) = snapshot.engagements[0].terms[0].role_rates
    assert (rate.role_id, rate.factor, rate.overage_rate) == (entry.role_id, Decimal("1.5"), None)


def test_a_correcting_entry_knows_what_it_corrects_and_what_billed_that():
    agency = in_full_swing()
    agency.time(
        agency.made["Acme care"], "2025-03-22", -2.0, retainer_corrects_id=agency.made["over"]
    )
    snapshot = agency.pull().snapshot
    entry = snapshot.entries[-1]
    assert entry.corrects_id == agency.made["over"]
    assert entry.corrects_day == date(2025, 2, 26)
    assert entry.corrects_key == "1/1/overage/2025-02/0"
    assert entry.corrects_key in {each.key for each in snapshot.invoices}, "however old"


def test_the_draws_of_a_closed_month_come_back():
    last = next(each for each in in_full_swing().pull().snapshot.periods if each.closed)
    assert [sum(seconds for _, seconds in lot.draws) for lot in last.lots] == [36000, 144000]


def test_a_purchase_to_recharge_knows_its_rate_on_the_day_of_the_order():
    agency = in_full_swing()
    order_line = agency.made["flyers"]
    (line,) = agency.pull().snapshot.purchase_lines
    assert (line.id, line.order_name, line.vendor) == (order_line, "P00001", "Druckerei")
    assert line.engagement_id == agency.made["Acme rebuild"]
    assert (line.unit_cost, line.currency.code) == (Decimal("92.50"), "EUR")
    assert line.rate == Decimal("0.925")
    assert line.ordered_on == date(2025, 3, 11)
    assert (line.received, line.recharged) == (Decimal(4), Decimal(3))


def test_a_purchase_that_is_wholly_recharged_is_not_read():
    agency = in_full_swing()
    agency.admin.write("purchase.order.line", [agency.made["flyers"]], {"qty_received": 3.0})
    assert agency.pull().snapshot.purchase_lines == ()


@pytest.mark.parametrize(("day", "rate"), [("2024-01-01", "0.9"), (None, None)])
def test_an_old_rate_is_found_and_a_missing_one_is_not_made_up(day, rate):
    agency = in_full_swing()
    agency.admin.unlink("res.currency.rate", [agency.made["euro"]])
    if day:
        (euro,) = agency.admin.search_read("res.currency", [("name", "=", "EUR")], [], limit=1)
        agency.make("old", "res.currency.rate", currency_id=euro["id"], name=day, rate=0.9)
    (line,) = agency.pull().snapshot.purchase_lines
    assert line.rate == (Decimal(rate) if rate else None)


def test_a_milestone_may_take_its_amount_from_the_quote():
    snapshot = in_full_swing().pull().snapshot
    signed_off, open_one = snapshot.milestones
    assert signed_off.billed
    assert not open_one.billed
    assert open_one.amount == Decimal("9000.00")


def test_the_client_s_invoice_address_is_the_billing_entity():
    agency = in_full_swing()
    assert agency.pull().snapshot.engagements[0].invoice_partner_id == agency.made["billing"]


# Only what is open


def test_counted_time_is_not_read_again():
    agency = founding()
    assert len(agency.pull().snapshot.entries) == 4
    run(agency, date(2025, 3, 28))
    assert agency.pull().snapshot.entries == ()


@pytest.mark.parametrize(
    ("project", "day", "values"),
    [
        ("Acme care", "2025-03-03", {"retainer_non_billable": True}),
        ("Acme care", "2024-12-31", {}),
        ("ignored", "2025-03-03", {}),
        ("stranger's", "2025-03-03", {}),
        ("Website rebuild", "2025-03-03", {}),
    ],
    ids=["non-billable", "before go-live", "ignored project", "no client of ours", "fixed price"],
)
def test_time_that_is_not_read(project, day, values):
    agency = founding()
    acme = agency.made["Acme Corp"]
    agency.admin.write("res.company", [1], {"retainer_go_live_date": "2025-01-01"})
    agency.make("ignored", "project.project", name="I", partner_id=acme, retainer_ignore=True)
    agency.project("stranger's", agency.client("Stranger"))
    before = agency.pull().snapshot.entries
    agency.time(agency.made[project], day, 1.0, **values)
    assert agency.pull().snapshot.entries == before


def test_time_on_a_client_s_unclaimed_project_is_read_to_be_reported():
    agency = founding()
    lost = agency.project("Unclaimed", agency.made["Acme Corp"])
    agency.time(lost, "2025-03-03", 1.0)
    plan, pulled = agency.plan()
    assert pulled.snapshot.entries[-1].project_id == lost
    assert "time_on_no_engagement" in {issue.code for issue in plan.issues}


def test_fixed_price_time_outside_its_dates_is_read_to_be_reported():
    agency = founding()
    agency.time(agency.made["Website rebuild"], "2024-12-30", 1.0)
    plan, _ = agency.plan()
    assert "time_before_start" in {issue.code for issue in plan.issues}


def test_drafts_are_not_read():
    agency = founding()
    agency.admin.write("retainer.engagement", [agency.made["Acme retainer"]], {"state": "draft"})
    names = {each.name for each in agency.pull().snapshot.engagements}
    assert names == {"Acme rebuild", "Acme extra work"}


def test_an_engagement_that_ended_is_read_for_a_year_and_then_only_when_time_comes_late():
    agency = founding()
    retainer = agency.made["Acme retainer"]
    agency.admin.write(
        "retainer.engagement", [retainer], {"state": "ended", "date_end": "2025-02-28"}
    )
    assert retainer in {each.id for each in agency.pull().snapshot.engagements}
    run(agency, date(2025, 3, 28))
    agency.earn("2025-03-01")
    # a fee billed for months beyond the end must be found, and a fee covers a year at most
    lately = pull(agency.service, 1, today=date(2026, 2, 28)).snapshot
    assert retainer in {each.id for each in lately.engagements}
    later = pull(agency.service, 1, today=date(2026, 3, 1)).snapshot
    assert retainer not in {each.id for each in later.engagements}
    agency.time(agency.made["Acme care"], "2025-02-10", 1.0)
    plan, pulled = agency.plan()
    assert retainer in {each.id for each in pulled.snapshot.engagements}
    assert "time_after_close" in {issue.code for issue in plan.issues}


def test_a_settled_engagement_s_project_may_be_claimed_by_its_successor():
    agency = founding()
    retainer = agency.made["Acme retainer"]
    agency.admin.write(
        "retainer.engagement", [retainer], {"state": "ended", "date_end": "2025-02-28"}
    )
    run(agency, date(2025, 3, 28))
    successor = agency.retainer(
        "Acme retainer 2", agency.made["Acme Corp"], agency.made["Acme care"], start="2025-03-01"
    )
    agency.time(agency.made["Acme care"], "2025-03-10", 1.0)
    plan, _ = agency.plan()
    assert "project_claimed_twice" not in {issue.code for issue in plan.issues}
    assert plan.parked == ()
    used = {
        each.statement.engagement_id: each.statement.used for each in plan.changes if each.statement
    }
    assert used[successor] == 3600
    assert retainer not in used


def test_the_number_of_calls_grows_neither_with_engagements_nor_with_history():
    small = founding()
    run(small, date(2025, 3, 28))
    small.earn("2025-03-01")
    start = small.service.calls
    small.pull()
    calls = small.service.calls - start

    large = founding()
    for number in range(40):
        client = large.client(f"Client {number}")
        project = large.project(f"Project {number}", client)
        large.retainer(f"Retainer {number}", client, project, start="2023-04-01")
        for month in ("2023-05", "2024-06", "2025-02"):
            large.time(project, f"{month}-10", 45.0)
    run(large, date(2025, 3, 28))
    large.earn("2025-03-01")
    start = large.service.calls
    snapshot = large.pull().snapshot
    assert large.service.calls - start == calls
    assert len(snapshot.engagements) == 43
    closed = [each for each in snapshot.periods if each.closed]
    assert len(closed) == 41, "one closed statement per retainer, not its history"
    assert all(each.invoice_date >= date(2025, 2, 1) for each in snapshot.invoices)


def test_small_pages_give_the_same_snapshot():
    agency = in_full_swing()
    assert agency.pull(page_size=1) == agency.pull()


def test_progress_is_told_page_by_page():
    agency = founding()
    told = []
    agency.pull(page_size=2, progress=lambda model, rows: told.append((model, rows)))
    assert ("account.analytic.line", 2) in told
    assert ("account.analytic.line", 4) in told


# The company


def test_a_company_that_is_not_there_names_those_that_are():
    agency = founding()
    for wanted in (7, "Ghost Ltd"):
        with pytest.raises(CompanyNotFound, match=r"My Company \(1\)"):
            pull(agency.service, wanted)


def test_a_company_by_its_name():
    assert pull(founding().service, "My Company").snapshot.company.id == 1


def test_settings_that_make_no_sense_stop_the_pull_with_the_field():
    agency = founding()
    agency.admin.write("res.company", [1], {"retainer_out_of_scope_day": 0})
    with pytest.raises(CompanyUnreadable, match="retainer_out_of_scope_day"):
        agency.pull()


def test_another_company_s_records_stay_out():
    agency = founding()
    before = agency.pull().snapshot
    other = agency.make("Other Inc", "res.company", name="Other Inc", currency_id=1)
    client = agency.client("Elsewhere")
    agency.engagement("Elsewhere", client, company_id=other)
    assert agency.pull().snapshot == before


# What hangs on what


def test_a_purchase_order_that_cannot_be_read_parks_who_would_quote_it():
    agency = founding()
    agency.admin.write("retainer.client.po", [agency.made["PO-77"]], {"currency_id": False})
    problems = agency.pull().snapshot.problems
    assert {issue.engagement_id for issue in problems if issue.engagement_id} == {
        agency.made["Acme retainer"],
        agency.made["Acme rebuild"],
        agency.made["Acme extra work"],
    }


def test_an_engagement_that_cannot_be_read_takes_its_time_with_it():
    agency = founding()
    agency.admin.write("retainer.engagement", [agency.made["Acme retainer"]], {"name": " "})
    plan, pulled = agency.plan()
    assert [issue.field for issue in pulled.snapshot.problems] == ["name"]
    assert agency.made["Acme care"] not in {each.project_id for each in pulled.snapshot.entries}
    assert agency.made["Acme retainer"] in plan.parked


def test_extra_work_of_an_engagement_that_is_not_running_is_reported_not_counted():
    agency = founding()
    later = agency.engagement("Later", agency.made["Acme Corp"], state="draft")
    order = agency.make(
        "later order", "retainer.change.order", name="Later", engagement_id=later, hourly_rate=100.0
    )
    task = agency.make(
        "task",
        "project.task",
        name="T",
        project_id=agency.made["Acme care"],
        retainer_change_order_id=order,
    )
    entry = agency.time(agency.made["Acme care"], "2025-03-03", 2.0, task_id=task)
    snapshot = agency.pull().snapshot
    assert entry not in {each.id for each in snapshot.entries}
    (issue,) = snapshot.problems
    assert (issue.code, issue.source.id) == ("change_order_not_running", order)


def test_currencies_of_all_precisions():
    agency = Agency()
    client = agency.client("Nippon")
    for code, digits in (("JPY", 0), ("KWD", 3)):
        (row,) = agency.admin.search_read("res.currency", [("name", "=", code)], [], limit=1)
        agency.retainer(code, client, agency.project(code, client), currency_id=row["id"])
        engagement = agency.pull().snapshot.engagements[-1]
        assert engagement.currency == Currency(id=row["id"], code=code, digits=digits)
        assert engagement.terms[0].monthly_fee.as_tuple().exponent == -digits
