"""What people change between the service's look and its call is never billed as it was read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from contract_world import Door, World

from mappings import fields
from sync.push import Lease, push, verify
from sync.push.report import Status
from tests.unit.pull.agency import Agency, founding

LEASE = Lease(owner="test", seconds=600)
AS_OF = date(2025, 3, 28)
ENTRY, MILESTONE, PURCHASE = "account.analytic.line", "project.milestone", "purchase.order.line"


# The whole way: look, a person at work, push


@pytest.fixture
def agency(door: Door) -> Agency:
    """Acme before its first run: six hours over in February, a milestone, extra work."""
    founded = founding(Agency.behind(door.admin, door.service))
    founded.admin.write("res.company", [1], {"retainer_po_policy": "ignore"})
    return founded


CHANGES: dict[str, tuple[str, str, dict[str, Any], set[str]]] = {
    "hours": (ENTRY, "over", {"unit_amount": 1.0}, {"overage/2025-02", "statement/2025-02"}),
    "another month": (
        ENTRY,
        "over",
        {"date": "2025-03-03"},
        {"overage/2025-02", "statement/2025-02"},
    ),
    "not counted": (
        ENTRY,
        "over",
        {"retainer_non_billable": True},
        {"overage/2025-02", "statement/2025-02"},
    ),
    "extra work": (ENTRY, "pages time", {"unit_amount": 4.0}, {"out_of_scope/2025-03"}),
    "a milestone's amount": (MILESTONE, "milestone 2", {"retainer_amount": 111.0}, {"milestone/"}),
    "a sign-off": (MILESTONE, "milestone 2", {"is_reached": False}, {"milestone/"}),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_person_at_work_between_look_and_push(agency: Agency, what: str) -> None:
    """That unit is set aside with the reason, all others are written, and the next look sees it."""
    model, name, values, hit = CHANGES[what]
    plan, pulled = agency.plan(AS_OF)
    agency.admin.write(model, [agency.made[name]], values)
    report = push(agency.service, plan, pulled, lease=LEASE)
    stale = [each for each in report.results if each.status is not Status.created]
    assert {each.code for each in stale} <= {"stale", "unit"}, stale
    told = [each for each in stale if each.code == "stale"]
    assert told and all("The next run bills it as it is now." in each.reason for each in told)
    assert all(any(each in result.key for each in hit) for result in told), told
    units = {change.key: change.unit for change in plan.changes}
    assert len({units[each.key] for each in stale}) == 1, "that unit alone"
    assert len(report.results) > len(stale) + 1
    assert verify(agency.service, plan, pulled, report) == ()
    bound = [("id", "=", agency.made[name]), ("retainer_move_id", "!=", False)]
    assert agency.admin.search_count(model, bound) == 0
    plan, pulled = agency.plan(AS_OF)
    report = push(agency.service, plan, pulled, lease=LEASE)
    assert report.ok and verify(agency.service, plan, pulled, report) == ()


def test_two_plans_never_recharge_the_same_purchase(agency: Agency) -> None:
    """The second was made before the first was written, and has another month's key."""
    admin, made = agency.admin, agency.made
    admin.write("retainer.engagement", [made["Acme rebuild"]], {"recharge_purchases": True})
    item = {"product_id": made["service"], "name": "Day", "product_qty": 3.0, "price_unit": 200.0}
    order = agency.make(
        "photo",
        "purchase.order",
        partner_id=agency.client("Lumen"),
        project_id=made["Website rebuild"],
        date_order="2025-02-10 10:00:00",
        order_line=[[0, 0, item]],
    )
    admin.call_on("purchase.order", [order], "button_confirm")
    admin.write("purchase.order", [order], {"date_approve": "2025-02-10 10:00:00"})
    [row] = admin.search_read("purchase.order", [("id", "=", order)], ["order_line"], limit=1)
    admin.write(PURCHASE, row["order_line"], {"qty_received": 2.0})
    (before, read), (after, now) = (agency.plan(date(2025, 3, day)) for day in (27, 28))
    of_both = [
        [each.key for each in plan.changes if f"/{made['Acme rebuild']}/recharge/" in each.key]
        for plan in (before, after)
    ]
    assert [len(keys) for keys in of_both] == [1, 1] and of_both[0] != of_both[1]
    assert push(agency.service, after, now, lease=LEASE).ok
    report = push(agency.service, before, read, lease=LEASE)
    codes = {each.key: each.code for each in report.results}
    assert codes[of_both[0][0]] == "stale"
    names = ["retainer_recharged_qty"]
    [row] = admin.search_read(PURCHASE, [("id", "in", row["order_line"])], names, limit=1)
    assert row["retainer_recharged_qty"] == 2.0


# Record by record


def stale(world: World, document: Any) -> str:
    """Why it is set aside."""
    result = world.apply_one(document)
    assert (result["status"], result["code"]) == ("rejected", "stale"), result
    return str(result["reason"])


def test_hours_of_odd_lengths_are_the_same_seconds_on_both_sides(leased: World, door: Door) -> None:
    """Rounded half-up, as they are read."""
    odd = (0.1, 1 / 3, 2 / 3, 2.675, 0.00013888888888888889, 0.0001388, 7.9999999999, 1.00041667)
    entries = leased.entries(*odd, *(-each for each in odd), *(at / 997 for at in range(1, 60)))
    rows = door.service.search_read(ENTRY, [("id", "in", entries)], ["unit_amount"], limit=999)
    read = [
        [
            row["id"],
            "2025-03-05",
            fields.parse_hours(row["unit_amount"], "unit_amount", fields.MOST_HOURS),
            leased.project,
        ]
        for row in rows
    ]
    bill = leased.invoice(bind={"entries": entries}, read={"entries": read})
    for off in (-1, 1):
        other = [[*read[0][:2], read[0][2] + off, leased.project], *read[1:]]
        assert "hours" in stale(leased, bill | {"read": {"entries": other}})
    assert leased.apply_one(bill)["status"] == "created"


def _time(world: World) -> tuple[str, int, dict[str, Any]]:
    (entry,) = world.entries(2.0)
    return ENTRY, entry, {"bind": {"entries": [entry]}}


def elsewhere(world: World) -> dict[str, Any]:
    project = world.door.new("project.project", name="Elsewhere", partner_id=world.client)
    return {"project_id": project}


def extra(world: World) -> dict[str, Any]:
    order = world.door.new("retainer.change.order", name="x", engagement_id=world.engagement)
    return {"retainer_change_order_id": order}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda _: {"unit_amount": 2.001}, "hours"),
        (lambda _: {"date": "2025-03-06"}, "day"),
        (lambda _: {"retainer_non_billable": True}, "not counted"),
        (elsewhere, "project"),
        (extra, "change order"),
    ],
)
@pytest.mark.parametrize("kind", ["invoice", "statement"])
def test_time(
    leased: World, kind: str, change: Callable[[World], dict[str, Any]], word: str
) -> None:
    _, entry, bind = _time(leased)
    made = leased.invoice(**bind) if kind == "invoice" else leased.period("closed", **bind)
    document = leased.made_of_now(made)
    leased.door.admin.write(ENTRY, [entry], change(leased))
    assert word in stale(leased, document)
    other = leased.invoice(leased.key("beside"))
    assert [each["status"] for each in leased.apply(document, other)] == ["rejected", "created"]
    if word != "not counted":
        assert leased.apply_one(leased.made_of_now(made))["status"] == "created"


def test_who_did_the_work_has_another_job(leased: World, door: Door) -> None:
    _, entry, bind = _time(leased)
    document = leased.made_of_now(leased.invoice(**bind))
    employee = door.one(ENTRY, [("id", "=", entry)], "employee_id")["employee_id"]
    door.admin.write("hr.employee", [employee], {"job_id": door.new("hr.job", name="Senior")})
    assert "job" in stale(leased, document)
    assert leased.apply_one(leased.made_of_now(leased.invoice(**bind)))["status"] == "created"


def test_a_milestone(leased: World, door: Door) -> None:
    milestone = door.new(
        MILESTONE,
        name="Design",
        project_id=leased.project,
        retainer_engagement_id=leased.engagement,
        retainer_amount=300.0,
        is_reached=True,
    )
    door.admin.write(MILESTONE, [milestone], {"reached_date": "2025-03-20"})
    read: list[Any] = [milestone, "2025-03-20", "300"]
    bill = leased.invoice(bind={"milestones": [milestone]}, read={"milestones": [read]})
    for values, word in (
        ({"retainer_amount": 300.01}, "amount"),
        ({"retainer_amount": 300.0, "retainer_percent": 5.0}, "percent"),
        ({"retainer_percent": 0.0, "retainer_quantity": 2.0}, "quantity"),
        ({"retainer_quantity": 0.0, "retainer_unit_price": 9.0}, "unit price"),
        ({"retainer_unit_price": 0.0, "reached_date": "2025-03-21"}, "signed off"),
        ({"is_reached": False}, "signed off"),
    ):
        door.admin.write(MILESTONE, [milestone], values)
        assert word in stale(leased, bill)
    door.admin.write(MILESTONE, [milestone], {"is_reached": True, "reached_date": "2025-03-20"})
    assert leased.apply_one(bill)["status"] == "created"


def purchase(world: World, quantity: float = 4.0) -> int:
    item = {"product_id": world.product, "name": "x", "product_qty": quantity, "price_unit": 10.0}
    order = world.door.new("purchase.order", partner_id=world.client, order_line=[[0, 0, item]])
    (line,) = world.door.one("purchase.order", [("id", "=", order)], "order_line")["order_line"]
    return int(line)


def test_a_purchase(leased: World, door: Door) -> None:
    """Its price, and what of it two runs would both recharge."""
    line = purchase(leased)
    bill = leased.made_of_now(leased.invoice(bind={"purchases": [[line, "2"]]}))
    door.admin.write(PURCHASE, [line], {"price_unit": 11.0})
    assert "cost of a unit" in stale(leased, bill)
    bill = leased.made_of_now(leased.invoice(bind={"purchases": [[line, "2"]]}))
    rival = bill | {"key": leased.key("rival")}
    assert leased.apply_one(rival)["status"] == "created"
    assert "recharged before" in stale(leased, bill)


# Parts


def test_parts_are_not_billed_twice(leased: World, door: Door) -> None:
    """By two documents of one plan, nor by two plans that read the same."""
    (entry,) = leased.entries(1.0)
    bind = {"bind": {"entry_seconds": [[entry, 3600]]}}
    one, two = (leased.made_of_now(leased.invoice(leased.key(key), **bind)) for key in ("1", "2"))
    first, second = leased.apply(one, two)
    assert (first["status"], second["code"]) == ("created", "stale")
    assert "billed before" in stale(leased, two)
    name = "retainer_billed_seconds"
    assert door.one(ENTRY, [("id", "=", entry)], name)[name] == 3600


@pytest.mark.parametrize(
    "bind",
    [
        lambda entry, line: {"entry_seconds": [[entry, 999_999]]},
        lambda entry, line: {"entry_seconds": [[entry, -1]]},
        lambda entry, line: {"entry_seconds": [[entry, 60], [entry, 60]]},
        lambda entry, line: {"purchases": [[line, "4.5"]]},
        lambda entry, line: {"purchases": [[line, "-1"]]},
        lambda entry, line: {"purchases": [[line, "1"], [line, "1"]]},
    ],
)
def test_no_more_than_there_is_and_nothing_twice(
    leased: World, bind: Callable[[int, int], dict[str, Any]]
) -> None:
    (entry,), line = leased.entries(1.0), purchase(leased)
    document = leased.made_of_now(leased.invoice(bind=bind(entry, line)))
    read = {
        name: [list(each) for each in dict.fromkeys(map(tuple, rows))]
        for name, rows in document["read"].items()
    }
    result = leased.apply_one(document | {"read": read})
    assert (result["status"], result["code"]) == ("rejected", "refused"), result


def test_parts_need_to_be_read(leased: World) -> None:
    (entry,) = leased.entries(1.0)
    result = leased.apply_one(leased.invoice(bind={"entry_seconds": [[entry, 60]]}))
    assert (result["status"], result["code"]) == ("rejected", "refused")
    assert "what was read" in result["reason"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda row: {"entries": "all"},
        lambda row: {"entries": [5]},
        lambda row: {"entries": [[]]},
        lambda row: {"entries": [[str(row[0])]]},
        lambda row: {"entries": [[True]]},
        lambda row: {"entries": [row, row]},
        lambda row: {"entries": [row, [2**30]]},
        lambda row: {"entries": [[row[0], 20250305]]},
        lambda row: {"entries": [[row[0], "half \ud83d"]]},
        lambda row: {"entries": [[*row[:2], 1.5]]},
        lambda row: {"entries": [[*row[:2], 2**63]]},
        lambda row: {"entries": [[*row[:3], {}]]},
        lambda row: {"entries": [[row[0], *range(100)]]},
        lambda row: {"entries": [row] * 5_000},
        lambda row: {"milestones": [[1]]},
        lambda row: {"half \ud83d": [[1]]},
        lambda row: [row],
    ],
)
def test_readings_of_another_form(leased: World, spoil: Callable[[Any], Any]) -> None:
    (entry,) = leased.entries(1.0)
    read = spoil(leased.entry_read(entry))
    bad, good = leased.apply(
        leased.invoice(bind={"entries": [entry]}, read=read), leased.invoice(leased.key("good"))
    )
    assert bad["status"] == "rejected"
    assert bad["code"] in ("refused", "field_not_allowed")
    assert len(bad["reason"]) < 1_000
    assert good["status"] == "created"
