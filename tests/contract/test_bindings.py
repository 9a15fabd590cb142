"""What a document bills or counts is bound to it, and settled from then on."""

from typing import Any

import pytest
from contract_world import Door, World

from sync.odoo.errors import Rejected


def bound(world: World, entries: list[int], field: str = "retainer_move_id") -> list[Any]:
    """What each entry is bound to."""
    rows = world.door.service.search_read(
        "account.analytic.line", [("id", "in", entries)], [field], limit=100
    )
    return [row[field] for row in rows]


def test_entries_of_an_invoice(leased: World) -> None:
    """Every entry points at it; those it does not name stay free."""
    entries = leased.entries(2.0, 4.0, 1.0)
    result = leased.apply_one(leased.invoice(bind={"entries": entries[:2]}))
    assert bound(leased, entries) == [result["id"], result["id"], False]


def test_replacing_a_draft_frees_what_it_bills_no_more(leased: World) -> None:
    """And binds what is new."""
    entries = leased.entries(2.0, 4.0, 1.0)
    draft = leased.invoice(post=False, expect={}, bind={"entries": entries[:2]})
    first = leased.apply_one(draft)
    leased.apply_one({**draft, "fingerprint": "c" * 64, "bind": {"entries": entries[1:]}})
    assert bound(leased, entries) == [False, first["id"], first["id"]]


def test_deleting_a_draft_frees_its_entries(leased: World, door: Door) -> None:
    """A person who deletes it takes the time back."""
    entries = leased.entries(2.0)
    draft = leased.invoice(post=False, expect={}, bind={"entries": entries})
    first = leased.apply_one(draft)
    door.admin.unlink("account.move", [first["id"]])
    assert bound(leased, entries) == [False]


def test_counted_time_is_settled(leased: World, door: Door) -> None:
    """From then on nobody edits or deletes it, nor frees it by hand."""
    entries = leased.entries(2.0)
    leased.apply_one(leased.invoice(bind={"entries": entries}))
    for values in ({"unit_amount": 3.0}, {"name": "x"}, {"date": "2025-03-06"}):
        with pytest.raises(Rejected, match="correcting entry"):
            door.admin.write("account.analytic.line", entries, values)
    with pytest.raises(Rejected):
        door.admin.write("account.analytic.line", entries, {"retainer_move_id": False})
    with pytest.raises(Rejected, match="correcting entry"):
        door.admin.unlink("account.analytic.line", entries)
    assert bound(leased, entries) != [False]


def test_people_do_not_bind(leased: World, door: Door) -> None:
    """Only the service bills time."""
    entries = leased.entries(2.0)
    result = leased.apply_one(leased.invoice())
    with pytest.raises(Rejected):
        door.admin.write("account.analytic.line", entries, {"retainer_move_id": result["id"]})


def test_milestone(leased: World, door: Door) -> None:
    """A signed-off milestone is billed once, and dated the day it was reached."""
    milestone = door.new(
        "project.milestone",
        name="Design system",
        project_id=leased.project,
        retainer_engagement_id=leased.engagement,
        retainer_amount=20000.0,
        retainer_number=2,
    )
    door.admin.write("project.milestone", [milestone], {"is_reached": True})
    row = door.one("project.milestone", [("id", "=", milestone)], "is_reached", "reached_date")
    assert row["is_reached"] is True
    assert row["reached_date"]
    document = leased.invoice(bind={"milestones": [milestone]})
    document["values"]["retainer_milestone_id"] = milestone
    result = leased.apply_one(document)
    row = door.one("project.milestone", [("id", "=", milestone)], "retainer_move_id")
    assert row["retainer_move_id"] == result["id"]
    again = leased.apply_one(leased.invoice(leased.key("x"), bind={"milestones": [milestone]}))
    assert (again["status"], again["code"]) == ("rejected", "already_billed")


def test_hour_block(leased: World, door: Door) -> None:
    """A block of hours that was bought points at its invoice."""
    block = door.new(
        "retainer.hour.block",
        engagement_id=leased.engagement,
        date="2025-03-01",
        hours=10.0,
        price=1500.0,
    )
    result = leased.apply_one(leased.invoice(bind={"hour_blocks": [block]}))
    assert result["status"] == "created", result
    row = door.one("retainer.hour.block", [("id", "=", block)], "move_id", "price", "hours")
    assert (row["move_id"], row["price"], row["hours"]) == (result["id"], 1500.0, 10.0)


def test_statement_and_its_overage_invoice(leased: World, door: Door) -> None:
    """One unit: the month closes together with the invoice; its entries are bound to both."""
    entries = leased.entries(2.0, 4.0)
    statement, invoice = leased.apply(
        leased.period("closed", unit="m", bind={"entries": entries}),
        leased.invoice(unit="m", bind={"entries": entries[1:]}),
    )
    assert (statement["status"], invoice["status"]) == ("created", "created")
    assert bound(leased, entries) == [False, invoice["id"]]
    assert bound(leased, entries, "retainer_period_id") == [statement["id"]] * 2
    row = door.one(
        "retainer.engagement", [("id", "=", leased.engagement)], "closed_until", "period_ids"
    )
    assert (row["closed_until"], row["period_ids"]) == ("2025-03-31", [statement["id"]])


def test_purchase_lines(leased: World, door: Door) -> None:
    """A purchase is recharged once."""
    vendor = door.new("res.partner", name="Vendor")
    order = door.new(
        "purchase.order",
        partner_id=vendor,
        order_line=[
            [0, 0, {"product_id": leased.product, "name": "x", "product_qty": 2.0,
                    "price_unit": 50.0}]
        ],
    )  # fmt: skip
    (line,) = door.one("purchase.order", [("id", "=", order)], "order_line")["order_line"]
    result = leased.apply_one(leased.invoice(bind={"purchase_lines": [line]}))
    assert result["status"] == "created", result
    row = door.one("purchase.order.line", [("id", "=", line)], "retainer_move_id", "price_subtotal")
    assert (row["retainer_move_id"], row["price_subtotal"]) == (result["id"], 100.0)
    again = leased.apply_one(leased.invoice(leased.key("x"), bind={"purchase_lines": [line]}))
    assert again["code"] == "already_billed"
