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
    """Only the service bills time and milestones."""
    (entry,) = leased.entries(2.0)
    milestone = door.new("project.milestone", name="M", project_id=leased.project)
    move = {"retainer_move_id": leased.apply_one(leased.invoice())["id"]}
    for model, record in (("account.analytic.line", entry), ("project.milestone", milestone)):
        with pytest.raises(Rejected):
            door.admin.write(model, [record], move)
    with pytest.raises(Rejected):
        door.new("project.milestone", name="N", project_id=leased.project, **move)


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


def test_the_day_of_a_sign_off(leased: World, door: Door) -> None:
    """Today, unless a day is given with it or before it; corrected until it is billed."""

    def written(**values: Any) -> Any:
        door.admin.write("project.milestone", [milestone], values)
        return door.one("project.milestone", [("id", "=", milestone)], "reached_date")[
            "reached_date"
        ]

    milestone = door.new(
        "project.milestone",
        name="Design system",
        project_id=leased.project,
        retainer_engagement_id=leased.engagement,
        retainer_amount=20000.0,
    )
    assert written(is_reached=True, reached_date="2025-03-14") == "2025-03-14"
    assert written(reached_date="2025-03-13") == "2025-03-13"
    assert written(is_reached=True) == "2025-03-13"
    assert written(is_reached=False) is False
    assert written(reached_date="2025-03-12") == "2025-03-12"
    assert written(is_reached=True) == "2025-03-12"
    result = leased.apply_one(leased.invoice(bind={"milestones": [milestone]}))
    assert result["status"] == "created", result
    with pytest.raises(Rejected):
        written(reached_date="2025-03-11")
    assert written(reached_date="2025-03-12") == "2025-03-12"
    born = door.new(
        "project.milestone",
        name="Handover",
        project_id=leased.project,
        is_reached=True,
        reached_date="2025-03-20",
    )
    row = door.one("project.milestone", [("id", "=", born)], "reached_date")
    assert row["reached_date"] == "2025-03-20"


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


def test_a_cut_entry(leased: World, door: Door) -> None:
    """What a cap leaves of an entry: seconds are added up, the entry stays free."""
    (entry,) = leased.entries(2.0)

    def billed() -> tuple[Any, Any]:
        names = ("retainer_billed_seconds", "retainer_move_id")
        row = door.one("account.analytic.line", [("id", "=", entry)], *names)
        return row["retainer_billed_seconds"], row["retainer_move_id"]

    draft = leased.invoice(post=False, expect={}, bind={"entry_seconds": [[entry, 1800]]})
    assert leased.apply_one(leased.made_of_now(draft))["status"] == "created"
    assert billed() == (1800, False)
    other = {**draft, "fingerprint": "c" * 64, "bind": {"entry_seconds": [[entry, 900]]}}
    assert leased.apply_one(leased.made_of_now(other))["replaced"] is True
    assert billed() == (900, False)
    more = leased.invoice(leased.key("more"), bind={"entry_seconds": [[entry, 600]]})
    assert leased.apply_one(leased.made_of_now(more))["status"] == "created"
    assert billed() == (1500, False)
    gone = {"key": leased.key(), "kind": "move", "fingerprint": "w", "withdraw": True}
    assert leased.apply_one(gone)["status"] == "created"
    assert billed() == (600, False)


def test_recharged_quantities(leased: World, door: Door) -> None:
    """A purchase may be charged on in parts."""
    order = door.new(
        "purchase.order",
        partner_id=leased.client,
        order_line=[[0, 0, {"product_id": leased.product, "name": "x", "product_qty": 4.0}]],
    )
    (line,) = door.one("purchase.order", [("id", "=", order)], "order_line")["order_line"]
    for key, quantity in (("a", "1.5"), ("b", "2.25")):
        document = leased.invoice(leased.key(key), bind={"purchases": [[line, quantity]]})
        assert leased.apply_one(leased.made_of_now(document))["status"] == "created"
    name = "retainer_recharged_qty"
    assert door.one("purchase.order.line", [("id", "=", line)], name)[name] == 3.75


@pytest.mark.parametrize("pairs", [[1], [[1]], [["1", 2]], [[1, "many"]], "x", {"1": 2}])
def test_pairs_of_another_form(leased: World, pairs: Any) -> None:
    """A pair is an id and a number."""
    result = leased.apply_one(leased.invoice(bind={"entry_seconds": pairs}))
    assert (result["status"], result["code"]) == ("rejected", "refused")


def test_approved_overage(leased: World, door: Door) -> None:
    """The change order of approved overage points at its invoice."""
    order = door.new("retainer.change.order", name="Overage", engagement_id=leased.engagement)
    result = leased.apply_one(leased.invoice(bind={"change_orders": [order]}))
    assert result["status"] == "created", result
    row = door.one("retainer.change.order", [("id", "=", order)], "retainer_move_id")
    assert row["retainer_move_id"] == result["id"]
    again = leased.apply_one(leased.invoice(leased.key("x"), bind={"change_orders": [order]}))
    assert again["code"] == "already_billed"


def test_an_entry_takes_the_change_order_of_its_task(leased: World, door: Door) -> None:
    """When it is made; later changes of the task leave it alone."""
    order = door.new("retainer.change.order", name="Pages", engagement_id=leased.engagement)
    task = door.new(
        "project.task",
        name="Pages",
        project_id=leased.project,
        retainer_change_order_id=order,
    )
    (entry,) = leased.entries(1.0)
    name = "retainer_change_order_id"
    assert door.one("account.analytic.line", [("id", "=", entry)], name)[name] is False
    (employee,) = door.admin.create("hr.employee", [{"name": "W"}])
    later = door.new(
        "account.analytic.line",
        name="x",
        project_id=leased.project,
        task_id=task,
        employee_id=employee,
        unit_amount=1.0,
    )
    door.admin.write("project.task", [task], {name: False})
    assert door.one("account.analytic.line", [("id", "=", later)], name)[name] == order


def test_a_signed_quotation_approves_its_change_orders(leased: World, door: Door) -> None:
    """The reference names the quotation."""
    order = door.new("retainer.change.order", name="Pages", engagement_id=leased.engagement)
    quotation = {
        "key": leased.key("quotation"),
        "kind": "quotation",
        "fingerprint": "q",
        "values": {"partner_id": leased.client, "retainer_engagement_id": leased.engagement},
        "lines": [{"name": "x", "product_id": leased.product, "price_unit": "100.00"}],
        "bind": {"change_orders": [order]},
    }
    result = leased.apply_one(quotation)
    door.admin.call_on("sale.order", [result["id"]], "action_confirm")
    names = ("approval_state", "approved_on", "approval_reference")
    row = door.one("retainer.change.order", [("id", "=", order)], *names)
    assert row["approval_state"] == "approved"
    assert row["approved_on"]
    assert result["name"] in row["approval_reference"]


def test_what_one_draft_gives_up_another_takes(leased: World) -> None:
    """In one call, whatever their order."""
    entries = leased.entries(2.0, 4.0)
    draft = leased.invoice(post=False, expect={}, bind={"entries": entries})
    first = leased.apply_one(draft)
    smaller = {**draft, "fingerprint": "c" * 64, "bind": {"entries": entries[:1]}}
    other = leased.invoice(leased.key("other"), bind={"entries": entries[1:]})
    taken, kept = leased.apply(other, smaller)
    assert (taken["status"], kept["status"]) == ("created", "created")
    assert bound(leased, entries) == [first["id"], taken["id"]]


def test_a_withdrawn_draft_frees_what_it_billed(leased: World) -> None:
    """For another document of the same call too."""
    entries = leased.entries(2.0)
    leased.apply_one(leased.invoice(post=False, expect={}, bind={"entries": entries}))
    gone = {"key": leased.key(), "kind": "move", "fingerprint": "w", "withdraw": True}
    other = leased.invoice(leased.key("other"), bind={"entries": entries})
    taken, withdrawn = leased.apply(other, gone)
    assert (taken["status"], withdrawn["status"]) == ("created", "created")
    assert bound(leased, entries) == [taken["id"]]


def test_an_entry_billed_whole_is_not_cut(leased: World) -> None:
    """Nor counted twice."""
    entries = leased.entries(2.0)
    leased.apply_one(leased.invoice(bind={"entries": entries}))
    document = leased.invoice(leased.key("x"), bind={"entry_seconds": [[entries[0], 60]]})
    result = leased.apply_one(document)
    assert (result["status"], result["code"]) == ("rejected", "already_billed")


def test_an_entry_follows_its_task_until_it_is_counted(leased: World, door: Door) -> None:
    """A task given later brings its change order along; its owner may also set another."""
    one, two = door.admin.create(
        "retainer.change.order",
        [{"name": name, "engagement_id": leased.engagement} for name in ("One", "Two")],
    )
    task = door.new(
        "project.task", name="T", project_id=leased.project, retainer_change_order_id=one
    )
    (entry,) = leased.entries(1.0)
    name = "retainer_change_order_id"

    def order() -> Any:
        return door.one("account.analytic.line", [("id", "=", entry)], name)[name]

    door.admin.write("account.analytic.line", [entry], {"task_id": task})
    assert order() == one
    door.admin.write("account.analytic.line", [entry], {name: two})
    assert order() == two
    bind = {"entries": [entry], "entry_seconds": [[entry, 3600]]}
    leased.apply_one(leased.made_of_now(leased.invoice(bind=bind)))
    with pytest.raises(Rejected):
        door.admin.write("account.analytic.line", [entry], {name: one})
    row = door.one("retainer.change.order", [("id", "=", two)], "billed_seconds")
    assert row["billed_seconds"] == 3600


def test_what_is_billed_of_a_change_order(leased: World, door: Door) -> None:
    """Seconds as they were billed, rounded up and cut; what a credit note took back is off."""
    order = door.new("retainer.change.order", name="Extra", engagement_id=leased.engagement)
    start = {"date_start": "2025-01-01", "time_increment": 30}
    door.new("retainer.terms", engagement_id=leased.engagement, **start)
    entries = leased.entries(0.25, 1.0, -0.25)
    for entry in entries:
        door.admin.write("account.analytic.line", [entry], {"retainer_change_order_id": order})

    def billed() -> Any:
        row = door.one("retainer.change.order", [("id", "=", order)], "billed_seconds")
        return row["billed_seconds"]

    whole, cut, back = entries
    bind = {"entries": [whole], "entry_seconds": [[whole, 1800], [cut, 600]]}
    draft = leased.invoice(post=False, expect={}, bind=bind)
    assert leased.apply_one(leased.made_of_now(draft))["status"] == "created"
    assert billed() == 2400
    # A draft that is rewritten binds the same time again.
    bind = {"entries": [whole, cut], "entry_seconds": [[whole, 1800], [cut, 3600]]}
    other = {**draft, "fingerprint": "c" * 64, "bind": bind}
    assert leased.apply_one(leased.made_of_now(other))["replaced"] is True
    assert billed() == 5400
    note = leased.invoice(
        leased.key("credit"),
        expect={},
        bind={"entries": [back], "entry_seconds": [[back, -900]]},
    )
    note["values"]["move_type"] = "out_refund"
    assert leased.apply_one(leased.made_of_now(note))["status"] == "created"
    assert billed() == 4500
