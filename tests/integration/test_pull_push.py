"""Pull, plan, push, verify and the books against a real Odoo."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from sync.books import check_books
from sync.odoo.connect import connect, connect_once
from sync.odoo.faults import FaultyGateway, lost_answer, lost_request
from sync.pull import CompanyNotFound, load, pull, read_document, save
from sync.push import Lease, LeaseHeld, Status, push, verify
from sync.settings import Settings
from tests.unit.pull.agency import Agency, founding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox import Database

pytestmark = pytest.mark.odoo

LEASE = Lease(owner="test", seconds=600)
AS_OF = date(2025, 3, 28)
INVOICES = {
    "1/1/fee/2025-01/0": Decimal("5000.00"),
    "1/1/fee/2025-02/0": Decimal("5000.00"),
    "1/1/fee/2025-03/0": Decimal("5000.00"),
    "1/1/overage/2025-02/0": Decimal("1050.00"),
    "1/2/milestone/m1/0": Decimal("20000.00"),
    "1/3/out_of_scope/2025-03/0": Decimal("2240.00"),
}


@pytest.fixture
def agency(odoo_database: Callable[[str], Database]) -> Iterator[Agency]:
    """The founding agency in a fresh database."""
    database = odoo_database("pull_push")
    where = {"url": database.url, "database": database.name}
    admin = connect_once(
        Settings(login=database.admin_login, api_key=database.admin_api_key, **where)
    )
    service = connect(
        Settings(login=database.service_login, api_key=database.service_api_key, **where)
    )
    yield founding(Agency.behind(admin, service))
    admin.close()
    service.close()


def invoices(agency: Agency) -> dict[str, dict]:
    """Documents of ours by key; a key that stands twice fails."""
    rows = agency.admin.search_read(
        "account.move",
        [("retainer_key", "!=", False)],
        ["retainer_key", "amount_untaxed", "state", "write_date"],
        limit=999,
    )
    assert len({row["retainer_key"] for row in rows}) == len(rows)
    return {row["retainer_key"]: row for row in rows}


def recognised(agency) -> None:
    """The wave that follows: nothing but entries for what the posted fees earned."""
    plan, pulled = agency.plan(AS_OF)
    assert plan.changes, "fees of closed months are earned"
    assert all(change.entry for change in plan.changes), [change.key for change in plan.changes]
    report = push(agency.service, plan, pulled, lease=LEASE)
    assert report.ok, report
    assert verify(agency.service, plan, pulled, report) == ()


def test_the_whole_loop(agency: Agency, tmp_path) -> None:
    start = agency.service.calls
    plan, pulled = agency.plan(AS_OF)
    assert agency.service.calls - start <= 25
    assert pulled.snapshot.problems == ()
    save(pulled, tmp_path / "snapshot.json.gz")
    assert load(tmp_path / "snapshot.json.gz") == pulled

    start = agency.service.calls
    report = push(agency.service, plan, pulled, lease=LEASE)
    assert report.ok, report
    assert agency.service.calls - start == 3
    standing = invoices(agency)
    assert {key: Decimal(str(row["amount_untaxed"])) for key, row in standing.items()} == INVOICES
    assert {row["state"] for row in standing.values()} == {"posted"}

    start = agency.service.calls
    assert verify(agency.service, plan, pulled, report) == ()
    assert agency.service.calls - start <= 7

    books = check_books(agency.service, pulled, AS_OF)
    assert books.ties
    (unearned,) = books.lines
    assert (unearned.client, unearned.ledger) == ("Acme Corp", Decimal("15000.00"))

    fee = next(result for result in report.results if result.key == "1/1/fee/2025-03/0")
    shown = read_document(agency.service, 1, fee.name)
    assert shown.key == fee.key
    assert shown.lines[0].text == "Monthly retainer, March 2025"
    assert shown.reasons[0].rule == "fee"
    closed = read_document(agency.service, 1, "1/1/statement/2025-02/0")
    assert closed.period is not None
    assert closed.period.overage == 6 * 3600
    drawn = [sum(seconds for _, seconds in lot.draws) for lot in closed.period.lots]
    assert drawn == [10 * 3600, 40 * 3600]
    assert closed.reasons

    recognised(agency)
    standing = invoices(agency)
    plan, again = agency.plan(AS_OF)
    assert plan.empty, [change.key for change in plan.changes]
    assert not plan.conflicts
    assert again.snapshot.entries == (), "counted time is not read again"
    report = push(agency.service, plan, again, lease=LEASE)
    assert report.results == ()
    assert invoices(agency) == standing, "nothing was touched, not even a write date"


@pytest.mark.parametrize("fault", [lost_request(), lost_answer()], ids=["request", "answer"])
def test_a_lost_line_neither_doubles_nor_loses(agency: Agency, fault) -> None:
    plan, pulled = agency.plan(AS_OF)
    lost = []

    def script(request):
        if request.method == "apply" and not lost:
            lost.append(request.number)
            return fault
        return None

    gateway = FaultyGateway(agency.service, script)
    report = push(gateway, plan, pulled, lease=LEASE, batch_size=4, sleep=lambda _: None)
    assert report.ok, report
    assert {result.status for result in report.results} == {Status.created}
    assert all(result.id for result in report.results)
    assert set(invoices(agency)) == set(INVOICES)
    assert verify(agency.service, plan, pulled, report) == ()


def test_one_bad_document_and_its_unit_stop_nobody_else(agency: Agency) -> None:
    plan, pulled = agency.plan(AS_OF)
    agency.admin.unlink("account.analytic.line", [agency.made["over"]])
    report = push(agency.service, plan, pulled, lease=LEASE)
    refused = {result.key for result in report.results if result.status is Status.rejected}
    assert refused == {change.key for change in plan.changes if change.unit == "close/1"}
    assert set(invoices(agency)) == {
        "1/1/fee/2025-03/0",
        "1/2/milestone/m1/0",
        "1/3/out_of_scope/2025-03/0",
    }


def test_drafts_are_replaced_until_a_person_touches_one(agency: Agency) -> None:
    agency.admin.write("res.company", [1], {"retainer_post_policy": "draft"})
    plan, pulled = agency.plan(AS_OF)
    assert push(agency.service, plan, pulled, lease=LEASE).ok
    terms = agency.admin.search_read("retainer.terms", [], [], limit=1)[0]["id"]

    agency.admin.write("retainer.terms", [terms], {"monthly_fee": 5100.0})
    plan, pulled = agency.plan(AS_OF)
    report = push(agency.service, plan, pulled, lease=LEASE)
    replaced = {result.key for result in report.results if result.status is Status.replaced}
    assert "1/1/fee/2025-03/0" in replaced
    assert verify(agency.service, plan, pulled, report) == ()
    assert invoices(agency)["1/1/fee/2025-03/0"]["amount_untaxed"] == 5100.0

    (draft,) = agency.admin.search_read(
        "account.move", [("retainer_key", "=", "1/1/fee/2025-03/0")], ["invoice_line_ids"], limit=1
    )
    line = draft["invoice_line_ids"]
    agency.admin.write("account.move.line", line, {"price_unit": 4000.0})
    plan, _ = agency.plan(AS_OF)
    (conflict,) = plan.conflicts
    assert (conflict.code, conflict.record_id) == ("changed_by_person", draft["id"])
    assert conflict.changes == "line 1, price: 5100 → 4000"
    agency.admin.write("account.move.line", line, {"price_unit": 5100.0})
    assert agency.plan(AS_OF)[0].conflicts == ()

    agency.admin.write("account.move.line", line, {"price_unit": 4000.0})
    agency.admin.write("retainer.terms", [terms], {"monthly_fee": 5200.0})
    plan, _ = agency.plan(AS_OF)
    assert [conflict.code for conflict in plan.conflicts] == ["changed_by_person"]
    assert invoices(agency)["1/1/fee/2025-03/0"]["amount_untaxed"] == 4000.0


def test_one_run_at_a_time(agency: Agency) -> None:
    plan, pulled = agency.plan(AS_OF)
    agency.service.call(
        "retainer.gateway",
        "begin_run",
        repeatable=False,
        company_id=1,
        as_of="2025-03-28",
        owner="the other one",
        lease_seconds=600,
    )
    with pytest.raises(LeaseHeld, match="the other one"):
        push(agency.service, plan, pulled, lease=LEASE)
    assert invoices(agency) == {}


def test_small_pages_and_an_unknown_company(agency: Agency) -> None:
    assert agency.pull(page_size=2) == agency.pull()
    with pytest.raises(CompanyNotFound, match=r"My Company \(1\)"):
        pull(agency.service, 99)


def test_people_holidays_blocks_purchases_and_corrections(agency: Agency) -> None:
    admin = agency.admin
    acme, care = agency.made["Acme Corp"], agency.made["Acme care"]
    job = agency.make("senior", "hr.job", name="Senior consultant")
    ann = agency.make("Ann", "hr.employee", name="Ann", job_id=job)
    agency.time(care, "2025-03-04", 3.0, employee_id=ann)
    (terms,) = admin.search_read("retainer.terms", [], [], limit=1)
    agency.make("rate", "retainer.role.rate", terms_id=terms["id"], job_id=job, factor=1.5)
    agency.make(
        "Easter Monday",
        "resource.calendar.leaves",
        name="Easter Monday",
        date_from="2025-04-20 22:00:00",
        date_to="2025-04-21 21:59:59",
    )
    agency.make(
        "block",
        "retainer.hour.block",
        engagement_id=agency.made["Acme retainer"],
        date="2025-03-05",
        hours=10.0,
        price=1500.0,
    )
    admin.write(
        "retainer.engagement",
        [agency.made["Acme rebuild"]],
        {"recharge_purchases": True, "recharge_markup": 10.0},
    )
    printer = agency.make("Printer", "res.partner", name="Printer")
    bought = agency.make(
        "P1",
        "purchase.order",
        partner_id=printer,
        project_id=agency.made["Website rebuild"],
        date_order="2025-03-10 09:00:00",
    )
    agency.make(
        "flyers",
        "purchase.order.line",
        order_id=bought,
        product_id=agency.made["service"],
        name="Flyers",
        product_qty=3.0,
        price_unit=100.0,
    )
    admin.call_on("purchase.order", [bought], "button_confirm")
    admin.write("purchase.order", [bought], {"date_approve": "2025-03-10 09:00:00"})
    admin.write("purchase.order.line", [agency.made["flyers"]], {"qty_received": 3.0})

    plan, pulled = agency.plan(AS_OF)
    snapshot = pulled.snapshot
    assert snapshot.problems == ()
    (entry,) = (each for each in snapshot.entries if each.employee == "Ann")
    assert entry.role_id == job
    assert snapshot.engagements[0].terms[0].role_rates[0].factor == Decimal("1.5")
    assert snapshot.company.holidays == (date(2025, 4, 21),)
    (line,) = snapshot.purchase_lines
    assert (line.vendor, line.received, line.unit_cost) == ("Printer", Decimal(3), Decimal(100))

    report = push(agency.service, plan, pulled, lease=LEASE)
    assert report.ok, report
    assert verify(agency.service, plan, pulled, report) == ()
    standing = invoices(agency)
    assert standing["1/1/fee/b1/0"]["amount_untaxed"] == 1500.0
    assert standing["1/2/recharge/2025-03/0"]["amount_untaxed"] == 330.0
    assert check_books(agency.service, pulled, AS_OF).ties

    recognised(agency)
    plan, pulled = agency.plan(AS_OF)
    assert plan.empty, [change.key for change in plan.changes]
    assert pulled.snapshot.purchase_lines == ()
    assert pulled.snapshot.hour_blocks[0].billed

    agency.time(care, "2025-03-27", -2.0, retainer_corrects_id=agency.made["over"])
    snapshot = agency.pull().snapshot
    correcting = snapshot.entries[-1]
    assert correcting.corrects_day == date(2025, 2, 26)
    assert correcting.corrects_key == "1/1/overage/2025-02/0"
    assert correcting.corrects_key in {each.key for each in snapshot.invoices}
    assert acme in {each.id for each in snapshot.clients}
