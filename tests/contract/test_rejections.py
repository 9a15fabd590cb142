"""What ``apply`` refuses, with which code; and that a refused document leaves nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from contract_world import Door, World


def refused(world: World, document: Any) -> str:
    """Apply a document that is to be refused: its code."""
    result = world.apply_one(document)
    assert result["status"] == "rejected", result
    assert result["reason"]
    assert "Traceback" not in result["reason"]
    key = document.get("key") if isinstance(document, dict) else None
    if isinstance(key, str) and key:
        assert world.lookup(key) == []
    code: str = result["code"]
    return code


@pytest.mark.parametrize(
    "change",
    [
        {"values": {"state": "posted"}},
        {"values": {"retainer_key": "x"}},
        {"values": {"company_id": 1}},
        {"values": {"name": "INV/1"}},
        {"values": {"nonsense": 1}},
        {"values": {"move_type": "in_invoice"}},
        {"lines": {"move_id": 1}},
        {"lines": {"nonsense": 1}},
        {"expect": {"nonsense": "1"}},
        {"bind": {"nonsense": [1]}},
        {"surprise": 1},
        {"lots": [{"granted": 1}]},
    ],
    ids=str,
)
def test_field_not_allowed(leased: World, change: dict[str, Any]) -> None:
    """Only what the contract lists gets in."""
    document = leased.invoice()
    for name, value in change.items():
        if name == "values":
            document["values"] |= value
        elif name == "lines":
            document["lines"] = [{**document["lines"][0], **value}]
        else:
            document[name] = value
    assert refused(leased, document) == "field_not_allowed"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d | {"kind": "nonsense"},
        lambda d: d | {"kind": ["move"]},
        lambda d: d | {"fingerprint": ""},
        lambda d: d | {"post": "yes"},
        lambda d: d | {"lines": []},
        lambda d: d | {"lines": "x"},
        lambda d: d | {"values": "x"},
        lambda d: d | {"values": {"partner_id": 1}},
        lambda d: d | {"values": d["values"] | {"partner_id": False}},
        lambda d: d | {"values": d["values"] | {"partner_id": "1"}},
        lambda d: d | {"values": d["values"] | {"invoice_date": "31.03.2025"}},
        lambda d: d | {"values": d["values"] | {"retainer_role": "nonsense"}},
        lambda d: d | {"lines": [d["lines"][0] | {"price_unit": "a lot"}]},
        lambda d: d | {"lines": [d["lines"][0] | {"price_unit": "NaN"}]},
        lambda d: d | {"bind": {"entries": ["1"]}},
        lambda d: d | {"key": ""},
        lambda d: "x",
    ],
)
def test_refused_for_its_form(leased: World, spoil: Callable[[Any], Any]) -> None:
    """What is not of the form the contract gives."""
    assert refused(leased, spoil(leased.invoice())) == "refused"


def test_twice_in_one_call(leased: World) -> None:
    """A key names one document."""
    first, second = leased.apply(leased.invoice(), leased.invoice(fingerprint="d" * 64))
    for result in (first, second):
        assert (result["status"], result["code"]) == ("rejected", "refused")
    assert leased.lookup(leased.key()) == []


def test_unknown_record(leased: World) -> None:
    """Client, account, time entry: every id is looked up."""
    document = leased.invoice()
    document["values"]["partner_id"] = 999_999_999
    assert refused(leased, document) == "unknown_record"
    document = leased.invoice(bind={"entries": [999_999_999]})
    assert refused(leased, document) == "unknown_record"


def test_cost_is_no_time(leased: World, door: Door) -> None:
    """An analytic line without a project is not a time entry."""
    plan = door.one("account.analytic.plan", []) if door.admin.protocol != "memory" else None
    values: dict[str, Any] = {"name": "cost"}
    if plan:
        values["account_id"] = door.new(
            "account.analytic.account", name="costs", plan_id=plan["id"]
        )
    record = door.new("account.analytic.line", **values)
    assert refused(leased, leased.invoice(bind={"entries": [record]})) == "unknown_record"


def test_other_company(leased: World, door: Door) -> None:
    """A client that belongs to another company."""
    other = door.new("res.company", name=f"Elsewhere {leased.number}")
    document = leased.invoice()
    document["values"]["partner_id"] = door.new("res.partner", name="Theirs", company_id=other)
    assert refused(leased, document) == "other_company"


@pytest.mark.parametrize(
    ("expect", "differs"),
    [
        ({"amount_untaxed": "1050.01"}, True),
        ({"amount_untaxed": "1050"}, False),
        ({"amount_total": "1.00"}, True),
        ({"amount_tax": "0.00", "invoice_date": "2025-03-31"}, False),
        ({"date": "2025-04-01"}, True),
    ],
)
def test_expect(leased: World, expect: dict[str, str], differs: bool) -> None:
    """What was planned is compared with what came about, before it is committed."""
    document = leased.invoice(expect=expect)
    if differs:
        assert refused(leased, document) == "expect_differs"
    else:
        assert leased.apply_one(document)["status"] == "created"


def test_odoo_refuses(leased: World) -> None:
    """A negative invoice: Odoo's own words are the reason."""
    document = leased.invoice(expect={})
    document["lines"] = [{**document["lines"][0], "quantity": "-1.0"}]
    result = leased.apply_one(document)
    assert (result["status"], result["code"]) == ("rejected", "refused")
    assert "negative total amount" in result["reason"]
    assert leased.lookup(leased.key()) == []


def test_unbalanced(leased: World) -> None:
    """An entry whose sides differ."""
    document = leased.entry(leased.key("x"), leased.unearned, leased.account("income"), "10.00")
    document["lines"][1]["credit"] = "9.99"
    assert refused(leased, document) == "refused"


def test_a_unit_stands_or_falls_together(leased: World) -> None:
    """One of it refused, none of it written; another unit is."""
    unit = {"unit": "42/2025-03"}
    bad = leased.invoice(leased.key("bad"), expect={"amount_untaxed": "1.00"}, **unit)
    statement, invoice, other = leased.apply(
        leased.period("closed", **unit), bad, leased.invoice(leased.key("good"), unit="other")
    )
    assert (invoice["status"], invoice["code"]) == ("rejected", "expect_differs")
    assert (statement["status"], statement["code"]) == ("rejected", "unit")
    assert other["status"] == "created"
    assert leased.lookup(leased.key("period/2025-03"), leased.key("bad")) == []


def test_a_unit_with_a_conflict(leased: World) -> None:
    """A conflict holds its unit back too."""
    leased.apply_one(leased.invoice())
    other = leased.invoice(fingerprint="d" * 64, unit="u")
    statement, invoice = leased.apply(leased.period(unit="u"), other)
    assert (invoice["status"], invoice["code"]) == ("conflict", "posted_differs")
    assert (statement["status"], statement["code"]) == ("rejected", "unit")


def test_already_billed(leased: World) -> None:
    """An entry is billed once: by another document, or by another one in the same call."""
    entries = leased.entries(2.0, 4.0)
    first, second = leased.apply(
        leased.invoice(bind={"entries": entries}),
        leased.invoice(leased.key("again"), bind={"entries": entries[:1]}),
    )
    assert first["status"] == "created"
    assert (second["status"], second["code"]) == ("rejected", "already_billed")
    document = leased.invoice(leased.key("later"), bind={"entries": entries[1:]})
    assert refused(leased, document) == "already_billed"
