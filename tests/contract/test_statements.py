"""``apply`` of statements, change orders, quotations and alerts; and looking keys up."""

from typing import Any

import pytest
from contract_world import Door, World

from sync.odoo.errors import Forbidden, Rejected


def statement(world: World, record: int, *fields: str) -> Any:
    """Fields of a statement."""
    return world.door.one("retainer.period", [("id", "=", record)], *fields)


def test_open_statement(leased: World, door: Door) -> None:
    """Hours in seconds, shown in hours; its lots with it."""
    result = leased.apply_one(leased.period())
    assert (result["status"], result["name"]) == (
        "created",
        f"Retainer {leased.number}, 2025-03",
    )
    row = statement(
        leased,
        result["id"],
        *("state", "allocated", "used", "remaining", "utilization", "fee", "used_seconds"),
        *("partner_id", "company_id", "retainer_key", "date_start", "lot_ids"),
    )
    (lot,) = row.pop("lot_ids")
    del row["id"]
    assert row == {
        "state": "open",
        "allocated": 40.0,
        "used": 28.0,
        "remaining": 12.0,
        "utilization": 70.0,
        "fee": 5000.0,
        "used_seconds": 100800,
        "partner_id": leased.client,
        "company_id": leased.company,
        "retainer_key": leased.key("period/2025-03"),
        "date_start": "2025-03-01",
    }
    fields = ("source", "granted_on", "expires_on", "opening", "lapsed", "closing", "block_id")
    row = door.one("retainer.period.lot", [("id", "=", lot)], *fields)
    del row["id"]
    assert row == {
        "source": "allowance",
        "granted_on": "2025-03-01",
        "expires_on": False,
        "opening": 144000,
        "lapsed": 7200,
        "closing": 36000,
        "block_id": False,
    }


def test_open_statement_is_rewritten(leased: World) -> None:
    """Same key, other content: the same record, all lots replaced."""
    first = leased.apply_one(leased.period())
    assert leased.apply_one(leased.period())["status"] == "unchanged"
    other = leased.period(fingerprint="c" * 64)
    other["values"]["used_seconds"] = 108000
    other["lots"] = [*other["lots"], {"granted_on": "2025-02-01", "granted": 3600}]
    second = leased.apply_one(other)
    assert (second["status"], second["replaced"], second["id"]) == ("created", True, first["id"])
    row = statement(leased, first["id"], "used", "lot_ids")
    assert (row["used"], len(row["lot_ids"])) == (30.0, 2)


def test_closed_statement_never_changes(leased: World, door: Door) -> None:
    """Neither by the service nor by a person."""
    first = leased.apply_one(leased.period("closed"))
    assert statement(leased, first["id"], "state")["state"] == "closed"
    assert leased.apply_one(leased.period("closed"))["status"] == "unchanged"
    other = leased.apply_one(leased.period("closed", fingerprint="c" * 64))
    assert (other["status"], other["code"]) == ("rejected", "period_closed")
    for act in (
        lambda: door.admin.write("retainer.period", [first["id"]], {"fee": 1.0}),
        lambda: door.admin.unlink("retainer.period", [first["id"]]),
    ):
        with pytest.raises((Forbidden, Rejected)):
            act()
    assert statement(leased, first["id"], "fee", "state")["fee"] == 5000.0


def test_one_statement_per_month(leased: World) -> None:
    """Another key for the same month is refused."""
    leased.apply_one(leased.period())
    other = leased.apply_one(leased.period(key=leased.key("other"), fingerprint="c" * 64))
    assert (other["status"], other["code"]) == ("rejected", "refused")


def change_order(world: World, **changes: Any) -> dict[str, Any]:
    """A document: overage that waits for the client's approval."""
    return {
        "key": world.key("overage_approval/2025-03"),
        "kind": "change_order",
        "fingerprint": "f" * 64,
        "values": {
            "name": "Overage, March 2025",
            "engagement_id": world.engagement,
            "hourly_rate": "175.00",
            "hours_cap": "6.0",
            "request_date": "2025-03-31",
        },
    } | changes


def test_change_order(leased: World, door: Door) -> None:
    """Waiting it may be rewritten; decided it is left alone."""
    first = leased.apply_one(change_order(leased))
    assert first["status"] == "created"
    row = door.one(
        "retainer.change.order",
        [("id", "=", first["id"])],
        *("approval_state", "hourly_rate", "hours_cap", "company_id", "number"),
    )
    assert (row["approval_state"], row["hourly_rate"], row["hours_cap"]) == ("waiting", 175.0, 6.0)
    assert first["name"] == f"{row['number']} Overage, March 2025"
    assert leased.apply_one(change_order(leased))["status"] == "unchanged"
    other = change_order(leased, fingerprint="0" * 64)
    other["values"]["hours_cap"] = "7.0"
    assert leased.apply_one(other)["replaced"] is True
    door.admin.write(
        "retainer.change.order",
        [first["id"]],
        {"approval_state": "approved", "approval_reference": "mail", "approved_on": "2025-04-02"},
    )
    assert leased.apply_one(other)["status"] == "unchanged"
    result = leased.apply_one(change_order(leased))
    assert (result["status"], result["code"]) == ("conflict", "changed_by_person")


def quotation(world: World, **changes: Any) -> dict[str, Any]:
    """A document: a quotation for extra work."""
    return {
        "key": world.key("quotation/c1"),
        "kind": "quotation",
        "fingerprint": "1" * 64,
        "values": {"partner_id": world.client, "retainer_engagement_id": world.engagement},
        "lines": [
            {
                "name": "Two landing pages",
                "product_id": world.product,
                "quantity": "8.0",
                "price_unit": "150.00",
            }
        ],
    } | changes


def test_quotation(leased: World, door: Door) -> None:
    """A draft order with its lines, bound to the change order; sent it is left alone."""
    order = leased.apply_one(change_order(leased))["id"]
    document = quotation(leased, bind={"change_orders": [order]})
    result = leased.apply_one(document)
    assert result["status"] == "created", result
    row = door.one(
        "sale.order", [("id", "=", result["id"])], "state", "amount_untaxed", "partner_id", "name"
    )
    assert (row["state"], row["amount_untaxed"], row["partner_id"]) == (
        "draft",
        1200.0,
        leased.client,
    )
    assert row["name"] == result["name"]
    row = door.one("retainer.change.order", [("id", "=", order)], "quote_id")
    assert row["quote_id"] == result["id"]
    assert leased.apply_one(document)["status"] == "unchanged"
    other = {**document, "fingerprint": "2" * 64}
    other["lines"] = [{**document["lines"][0], "quantity": "9.0"}]
    assert leased.apply_one(other)["replaced"] is True
    row = door.one("sale.order", [("id", "=", result["id"])], "amount_untaxed", "order_line")
    assert (row["amount_untaxed"], len(row["order_line"])) == (1350.0, 1)
    door.admin.write("sale.order", [result["id"]], {"state": "sent"})
    last = leased.apply_one(document)
    assert (last["status"], last["code"]) == ("conflict", "posted_differs")


def alert(world: World, **values: Any) -> dict[str, Any]:
    """A document: a notice."""
    return {
        "key": world.key("alert/hours/2025-03/90"),
        "kind": "alert",
        "fingerprint": f"{len(str(values)):064d}",
        "values": {
            "kind": "hours_threshold",
            "severity": "warning",
            "engagement_id": world.engagement,
            "message": "90 % of the hours of March are used",
        }
        | values,
    }


def test_alert(leased: World, door: Door) -> None:
    """Raised once; settled by the service; not raised again once a person dismissed it."""
    first = leased.apply_one(alert(leased))
    assert first["status"] == "created"
    domain = [("id", "=", first["id"])]
    row = door.one("retainer.alert", domain, "state", "kind", "key", "company_id")
    assert (row["state"], row["company_id"]) == ("open", leased.company)
    assert row["key"] == leased.key("alert/hours/2025-03/90")
    assert leased.apply_one(alert(leased))["status"] == "unchanged"
    assert leased.apply_one(alert(leased, state="done"))["replaced"] is True
    assert door.one("retainer.alert", domain, "state")["state"] == "done"
    assert leased.apply_one(alert(leased, state="open", severity="error"))["replaced"] is True
    door.admin.call_on("retainer.alert", [first["id"]], "action_done")
    again = leased.apply_one(alert(leased, state="open", severity="info"))
    assert again["status"] == "created"
    assert door.one("retainer.alert", domain, "state")["state"] == "done"


def test_lookup(leased: World) -> None:
    """Only keys that exist, of any kind, with state and whether a person changed them."""
    documents = [
        leased.invoice(),
        leased.period(),
        change_order(leased),
        quotation(leased),
        alert(leased),
    ]
    results = {each["key"]: each for each in leased.apply(*documents)}
    found = {row["key"]: row for row in leased.lookup(*results, "1/none/of/this/0")}
    assert set(found) == set(results)
    states = {"move": "posted", "period": "open", "change_order": "waiting", "alert": "open"}
    for document in documents:
        row = found[document["key"]]
        assert row == {
            "key": document["key"],
            "kind": document["kind"],
            "id": results[document["key"]]["id"],
            "name": results[document["key"]]["name"],
            "fingerprint": document["fingerprint"],
            "state": states.get(document["kind"], "draft"),
            "changed": False,
        }
    assert leased.lookup() == []
    for wrong in ("x", [1], [""]):
        with pytest.raises(Rejected):
            leased.gateway("lookup", company_id=leased.company, keys=wrong)


def test_lookup_says_what_people_changed(leased: World, door: Door) -> None:
    """And what they cancelled."""
    first = leased.apply_one(leased.invoice(post=False, expect={}))
    door.admin.write("account.move", [first["id"]], {"invoice_date": "2025-03-30"})
    (row,) = leased.lookup(leased.key())
    assert (row["state"], row["changed"]) == ("draft", True)
    door.admin.call_on("account.move", [first["id"]], "button_cancel")
    (row,) = leased.lookup(leased.key())
    assert row["state"] == "cancel"


def test_people_do_not_write_keys(leased: World, door: Door) -> None:
    """Nobody can pretend to be the service."""
    with pytest.raises(Rejected, match="retainer_key"):
        door.new("account.move", retainer_key="1/1/fee/2025-03/0")
    first = leased.apply_one(leased.invoice(post=False, expect={}))
    with pytest.raises(Rejected, match="retainer_fingerprint"):
        door.admin.write("account.move", [first["id"]], {"retainer_fingerprint": "x"})


def test_who_drew_from_a_lot(leased: World, door: Door) -> None:
    """Pairs of entry and seconds, as they were sent."""
    (entry,) = leased.entries(2.0)
    document = leased.period()
    document["lots"][0]["draws"] = [[entry, 7200]]
    result = leased.apply_one(document)
    assert result["status"] == "created", result
    (lot,) = statement(leased, result["id"], "lot_ids")["lot_ids"]
    assert door.one("retainer.period.lot", [("id", "=", lot)], "draws")["draws"] == [[entry, 7200]]


def test_terms_and_what_jobs_cost(leased: World, door: Door) -> None:
    """Terms start on different days; a job has one rate in them."""
    job = door.new("hr.job", name=f"Director {leased.number}")
    terms = door.new(
        "retainer.terms",
        engagement_id=leased.engagement,
        date_start="2025-01-01",
        monthly_hours=40.0,
        monthly_fee=5000.005,
        role_rate_ids=[[0, 0, {"job_id": job, "factor": 1.5, "overage_rate": 250.0}]],
    )
    names = ("monthly_fee", "role_rate_ids", "carries_over", "paused", "alert_thresholds")
    row = door.one("retainer.terms", [("id", "=", terms)], *names)
    assert row["monthly_fee"] == 5000.01
    assert (row["carries_over"], row["paused"]) == (True, False)
    assert row["alert_thresholds"] == "50,75,90,100"
    (rate,) = row["role_rate_ids"]
    row = door.one("retainer.role.rate", [("id", "=", rate)], "factor", "overage_rate", "job_id")
    assert (row["factor"], row["overage_rate"], row["job_id"]) == (1.5, 250.0, job)
    for model, values in (
        ("retainer.role.rate", {"terms_id": terms, "job_id": job}),
        ("retainer.terms", {"engagement_id": leased.engagement, "date_start": "2025-01-01"}),
    ):
        with pytest.raises(Rejected):
            door.new(model, **values)


def test_sent_to_the_client(leased: World, door: Door) -> None:
    """Odoo's own mark that it was sent gives the client status and the day."""
    first = leased.apply_one(leased.invoice())
    names = ("retainer_lifecycle", "retainer_sent_on")
    row = leased.move(first["id"], *names)
    assert (row["retainer_lifecycle"], row["retainer_sent_on"]) == ("draft", False)
    door.admin.write("account.move", [first["id"]], {"is_move_sent": True})
    row = leased.move(first["id"], *names)
    assert row["retainer_lifecycle"] == "sent"
    assert row["retainer_sent_on"]
    assert leased.apply_one(leased.invoice())["status"] == "unchanged"
