"""What a stolen service key could send: refused document by document, or as a whole in plain words.

Nothing is half written, nothing of another company is touched, and no call ends in a traceback.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from contract_world import Door, World

from sync.odoo.errors import Forbidden, GatewayError, NotFound, Rejected

HALF = "half \ud83d character"
HTML = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@dataclass
class Theirs:
    """Another company, and records of it."""

    company: int
    client: int
    project: int
    entry: int
    engagement: int
    order: int


@pytest.fixture(scope="module")
def held(door: Door) -> Iterator[World]:
    """A client with an engagement, while the lease is held."""
    world = World(door)
    world.begin()
    yield world
    world.finish()


@pytest.fixture(scope="module")
def theirs(door: Door, held: World) -> Theirs:
    company = door.new("res.company", name=f"Elsewhere {held.number}")
    client = door.new("res.partner", name="Theirs", company_id=company)
    project = door.new("project.project", name="Theirs", company_id=company, partner_id=client)
    engagement = door.new(
        "retainer.engagement", name="Theirs", partner_id=client, company_id=company
    )
    order = door.new("retainer.client.po", name="Theirs", partner_id=client, company_id=company)
    entry = door.new(
        "account.analytic.line",
        name="Theirs",
        project_id=project,
        company_id=company,
        unit_amount=1.0,
    )
    return Theirs(company, client, project, entry, engagement, order)


def values(**changed: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda document: document | {"values": document["values"] | changed}


def line(**changed: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda document: document | {"lines": [document["lines"][0] | changed]}


def part(**changed: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda document: document | changed


JUNK = {
    "half a character for a key": part(key=HALF),
    "half a character for a unit": part(unit=HALF),
    "half a character for a fingerprint": part(fingerprint=HALF),
    "half a character in a line": line(name=HALF),
    "half a character for a reference": values(ref=HALF),
    "half a character in an explanation": part(explanation=[{"rule": "x", "text": HALF}]),
    "a field of half a character": values(**{HALF: 1}),
    "a part of half a character": part(**{HALF: 1}),
    "bound by half a character": part(bind={HALF: [1]}),
    "expected by half a character": part(expect={HALF: "1"}),
    "a kind of half a character": part(kind=HALF),
    "an explanation of numbers": part(explanation=[5]),
    "an explanation with records that are none": part(
        explanation=[{"rule": "x", "text": "y", "records": 5}]
    ),
    "an explanation with records of records": part(
        explanation=[{"rule": "x", "text": "y", "records": [[{}]]}]
    ),
    "an explanation with more": part(explanation=[{"rule": "x", "text": "y", "html": HTML}]),
    "a superscript for a number": values(retainer_version="²"),
    "two signs for a number": values(retainer_version="--5"),
    "a number of 5,000 digits": values(retainer_version="9" * 5_000),
    "a price of 5,000 digits": line(price_unit="9" * 5_000),
    "a price with an exponent": line(price_unit="1e308"),
    "a price beyond any money": line(price_unit="1e15"),
    "hours below nothing": line(quantity="-6.0"),
    "a price below nothing": line(price_unit="-175.00"),
    "a date of another calendar": values(invoice_date="2025-W13-1x"),
    "a text for a list": part(lines="x" * 10_000),
    "a list for a text": line(name=["x"]),
    "a list for a value": values(partner_id=[1]),
    "an object for a value": values(partner_id={"id": 1}),
    "a link command": values(invoice_user_id=[[6, 0, [1]]]),
    "another's line": line(move_id=1),
    "lines by another name": values(line_ids=[[0, 0, {}]]),
    "a state": values(state="posted"),
    "a number of Odoo's": values(name="INV/2020/00001"),
    "an access token": values(access_token="x"),
    "a follower": values(message_follower_ids=[1]),
    "an id beyond the database": values(partner_id=2**63),
    "an id of nothing": values(partner_id=0),
    "a million of time entries": part(bind={"entries": [1] * 1_000 + [2**30]}),
    "time bound by text": part(bind={"entries": "1,2"}),
    "seconds of nobody": part(bind={"entry_seconds": [[2**30, 5]]}),
    "seconds as text": part(bind={"entry_seconds": [[1, "²"]]}),
    "purchases of nobody": part(bind={"purchases": [[2**30, "1"]]}),
    "users bound": part(bind={"users": [1]}),
    "read what is not bound": part(read={"entries": [[1, "2025-03-05", 3600]]}),
    "read of users": part(bind={"entries": [1]}, read={"users": [[1]]}),
    "a million of readings": part(bind={"entries": [2**30]}, read={"entries": [[2**30]] * 10**5}),
    "reconciled with nothing": part(reconcile=[{"account_id": 1, "line_ids": []}]),
    "reconciled with nobody": part(reconcile=[{"account_id": 1, "line_ids": [2**30]}]),
    "settled with nobody": part(settle=[{"account_id": 1, "line_id": 2**30}]),
    "taxes of nobody": part(taxes=[{"tax_id": 2**30, "amount": "1"}]),
    "a vendor's bill": values(move_type="in_invoice"),
    "a receipt": values(move_type="out_receipt"),
    "nothing to say": values(partner_id=None),
    "six thousand lines": lambda document: document | {"lines": document["lines"] * 6_000},
    "a text of 100,001 characters": line(name="x" * 100_001),
}


@pytest.mark.parametrize("spoil", JUNK.values(), ids=JUNK.keys())
def test_junk_is_refused_and_the_document_beside_it_is_written(
    held: World, spoil: Callable[[dict[str, Any]], dict[str, Any]], request: Any
) -> None:
    good = held.invoice(held.key(f"good/{request.node.callspec.indices['spoil']}"))
    before = held.door.admin.search_count("account.move", [])
    bad, written = held.apply(spoil(held.invoice(held.key("bad/1"), expect={})), good)
    assert (bad["status"], written["status"]) == ("rejected", "created"), bad
    assert bad["reason"] and bad["code"]
    assert "Traceback" not in bad["reason"] and len(bad["reason"]) < 1_000
    assert held.door.admin.search_count("account.move", []) == before + 1


def _their(theirs: Theirs, held: World) -> dict[str, Callable[[dict[str, Any]], Any]]:
    return {
        "client": values(partner_id=theirs.client),
        "engagement": values(retainer_engagement_id=theirs.engagement),
        "order": values(retainer_client_po_id=theirs.order),
        "time": part(bind={"entries": [theirs.entry]}),
        "seconds": part(bind={"entry_seconds": [[theirs.entry, 60]]}),
        "key": part(key=f"{theirs.company}/{theirs.engagement}/fee/2025-03/0"),
    }


@pytest.mark.parametrize("what", ["client", "engagement", "order", "time", "seconds", "key"])
def test_nothing_of_another_company_is_named(held: World, theirs: Theirs, what: str) -> None:
    spoil = _their(theirs, held)[what]
    result = held.apply_one(spoil(held.invoice(held.key("theirs/1"), expect={})))
    assert (result["status"], result["code"]) == ("rejected", "other_company"), result


def test_a_statement_of_another_companys_engagement(held: World, theirs: Theirs) -> None:
    document = held.period()
    document["values"]["engagement_id"] = theirs.engagement
    result = held.apply_one(document)
    assert (result["status"], result["code"]) == ("rejected", "other_company")


def test_no_other_company_is_worked_in(held: World, theirs: Theirs) -> None:
    """Its lease, its documents, its settings."""
    run = held.run
    for method, arguments in (
        ("begin_run", {"as_of": "2025-04-01", "owner": "x", "lease_seconds": 60}),
        ("record_run", {"as_of": "2025-04-01", "owner": "x"}),
        ("apply", {**run, "documents": []}),
        ("lookup", {"keys": ["1/1/fee/2025-03/0"]}),
        ("preflight", {}),
        ("hidden", {}),
        ("defaults", {"engagement_ids": [theirs.engagement]}),
    ):
        with pytest.raises(Forbidden):
            held.gateway(method, company_id=theirs.company, **arguments)
    own = held.gateway(
        "defaults", company_id=held.company, engagement_ids=[theirs.engagement, 2**30]
    )
    assert own == [], "what is not there, or not here, has no defaults"


ARGUMENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "a company that is a text": ("apply", {"company_id": "1"}),
    "a company that is yes": ("apply", {"company_id": True}),
    "a run of nobody": ("apply", {"run_id": 2**30}),
    "no token": ("apply", {"token": ""}),
    "a token that is a list": ("apply", {"token": ["x"]}),
    "a token that is half a character": ("apply", {"token": HALF}),
    "documents that are an object": ("apply", {"documents": {}}),
    "documents that are nothing": ("apply", {"documents": None}),
    "too many documents": ("apply", {"documents": [{}] * 2_001}),
    "a key that is a number": ("lookup", {"keys": [1]}),
    "a key that is half a character": ("lookup", {"keys": [HALF]}),
    "keys that are a text": ("lookup", {"keys": "1/1/fee/2025-03/0"}),
    "engagements that are a text": ("defaults", {"engagement_ids": "1"}),
    "an engagement that is yes": ("defaults", {"engagement_ids": [True]}),
    "a day that is none": ("begin_run", {"as_of": "2025-02-30"}),
    "a day that is a number": ("begin_run", {"as_of": 20250401}),
    "an owner that is half a character": ("begin_run", {"owner": HALF}),
    "a lease for ever": ("begin_run", {"lease_seconds": 10**9}),
    "a lease of no time": ("begin_run", {"lease_seconds": -1}),
    "a lease of half a second": ("begin_run", {"lease_seconds": 0.5}),
    "an end that is none": ("finish_run", {"state": "running"}),
    "an end of half a character": ("finish_run", {"state": HALF}),
    "an end that is a list": ("finish_run", {"state": ["done"]}),
    "counters that are a list": ("finish_run", {"counters": [1]}),
    "counters with a null character": ("finish_run", {"counters": {"a\x00": 1}}),
    "counters with half a character": ("finish_run", {"counters": {"a": HALF}}),
    "a log that is a list": ("finish_run", {"log": ["x"]}),
    "a log with half a character": ("finish_run", {"log": HALF}),
    "a checksum that is an object": ("finish_run", {"checksum": {}, "log": ["x"]}),
    "a run noted by nobody": ("record_run", {"owner": ""}),
    "a run noted with half a character": ("record_run", {"checksum": HALF}),
}


@pytest.mark.parametrize("case", ARGUMENTS.values(), ids=ARGUMENTS.keys())
def test_odd_arguments_are_refused_in_plain_words(
    held: World, case: tuple[str, dict[str, Any]]
) -> None:
    method, odd = case
    company = {"company_id": held.company}
    when = {"as_of": "2025-04-01", "owner": "x"}
    sound: dict[str, dict[str, Any]] = {
        "apply": {**company, **held.run, "documents": []},
        "lookup": {**company, "keys": []},
        "defaults": {**company, "engagement_ids": []},
        "begin_run": {**company, **when, "lease_seconds": 60},
        "finish_run": {**held.run, "state": "done"},
        "record_run": {**company, **when},
    }
    before = held.door.admin.search_count("retainer.sync.run", [])
    with pytest.raises((Rejected, Forbidden, NotFound)) as refused:
        held.gateway(method, **{**sound[method], **odd})
    assert "Traceback" not in str(refused.value)
    assert held.door.admin.search_count("retainer.sync.run", []) == before
    assert held.gateway("renew_lease", **held.run, lease_seconds=600) is True


def test_a_lease_is_not_guessed(held: World) -> None:
    run = held.run["run_id"]
    for token in (
        "",
        "0" * 32,
        None,
        True,
        HALF,
        "%",
        "' OR 1=1 --",
        {"a": 1},
        [held.run["token"]],
    ):
        try:
            renewed = held.gateway("renew_lease", run_id=run, token=token, lease_seconds=60)
        except GatewayError as refused:
            assert isinstance(refused, Rejected), refused
        else:
            assert renewed is False


def test_the_context_of_the_caller_switches_nothing_off_and_fills_nothing_in(held: World) -> None:
    """An entry out of balance, a note of the caller's own, an approval nobody gave."""
    income = held.account("income")
    lines = [{"name": "x", "account_id": income, "debit": "100.00"}]
    unbalanced = held.entry(held.key("ctx/1"), income, held.unearned, "1.00", lines=lines)
    order = {
        "key": held.key("ctx/2"),
        "kind": "change_order",
        "fingerprint": "c" * 64,
        "values": {"engagement_id": held.engagement, "name": "Overage"},
    }
    forged = {
        "check_move_validity": False,
        "skip_account_move_synchronization": True,
        "default_ref": "forged",
        "default_approval_state": "approved",
        "default_log": "forged",
        "allowed_company_ids": [2**30],
    }
    bad, invoice, asked = held.gateway(
        "apply",
        company_id=held.company,
        **held.run,
        documents=[unbalanced, held.invoice(held.key("ctx/3")), order],
        context=forged,
    )["results"]
    assert (bad["status"], bad["code"]) == ("rejected", "refused"), bad
    assert not held.move(held.apply_one(held.invoice(held.key("ctx/3")))["id"], "ref")["ref"]
    stands = [("id", "=", asked["id"])]
    row = held.door.one("retainer.change.order", stands, "approval_state")
    assert row["approval_state"] == "waiting"
    noted = held.gateway(
        "record_run", company_id=held.company, as_of="2025-04-01", owner="x", context=forged
    )
    assert not held.door.one("retainer.sync.run", [("id", "=", noted)], "log")["log"]
    assert invoice["status"] == "created"


def test_html_stands_as_the_text_that_it_is(held: World) -> None:
    """Where people read it, on screens and on invoices, nothing of it is carried out."""
    document = held.invoice(
        held.key("html/1"), explanation=[{"rule": HTML, "text": HTML, "records": [f"x,1 ({HTML})"]}]
    )
    document["lines"] = [document["lines"][0] | {"name": HTML}]
    document["values"] |= {"ref": HTML, "narration": HTML}
    result = held.apply_one(document)
    assert result["status"] == "created", result
    if held.door.admin.protocol == "memory":
        return  # it renders nothing
    shown = held.move(result["id"], "retainer_explanation_html", "narration")
    assert "<script" not in shown["retainer_explanation_html"]
    assert "<img" not in shown["retainer_explanation_html"]
    assert "<script" not in shown["narration"] and "onerror" not in shown["narration"]
