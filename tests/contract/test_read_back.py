"""A date or a cent that is not as it was planned is named, whatever kind of document it is on."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from contract_world import Door

from mappings import Pulled
from sync.plan.changes import Plan
from sync.push import Lease, PushReport, push, verify
from tests.unit.pull.agency import Agency, founding

LEASE = Lease(owner="test", seconds=600)
AS_OF = date(2025, 3, 28)
Wave = tuple[Plan, Pulled, PushReport]


@pytest.fixture(scope="module")
def agency(door: Door) -> Agency:
    """The founding agency, before its first run."""
    return founding(Agency.behind(door.admin, door.service))


@pytest.fixture(scope="module")
def waves(agency: Agency) -> list[Wave]:
    """What three runs wrote: invoices, their recognition, a credit note once the fee fell."""
    found = []
    agency.admin.write("res.company", [1], {"retainer_entry_post_policy": "draft"})
    for fee in (5000.0, 5000.0, 4900.0):
        terms = agency.admin.search_read("retainer.terms", [], [], limit=1)[0]["id"]
        agency.admin.write("retainer.terms", [terms], {"monthly_fee": fee})
        plan, pulled = agency.plan(AS_OF)
        report = push(agency.service, plan, pulled, lease=LEASE)
        assert report.ok, report
        assert verify(agency.service, plan, pulled, report) == (), "nobody has touched it yet"
        found.append((plan, pulled, report))
    return found


def document(agency: Agency, key: str) -> Any:
    """A document of ours."""
    fields = ["id", "state", "date", "move_type", "line_ids", "invoice_line_ids"]
    (row,) = agency.admin.search_read("account.move", [("retainer_key", "=", key)], fields, limit=1)
    return row


def moved(agency: Agency, key: str, **values: Any) -> None:
    """Change a document as it cannot be changed once it is posted."""
    row = document(agency, key)
    if row["state"] == "posted":
        agency.admin.call_on("account.move", [row["id"]], "button_draft")
    agency.admin.write("account.move", [row["id"]], values)
    if row["state"] == "posted":
        agency.admin.call_on("account.move", [row["id"]], "action_post")


def a_cent_more(agency: Agency, key: str) -> None:
    """On an invoice's first line, or between both lines of an entry."""
    row = document(agency, key)
    if row["move_type"] != "entry":
        (line, *_) = row["invoice_line_ids"]
        (at,) = agency.admin.search_read(
            "account.move.line", [("id", "=", line)], ["price_unit"], limit=1
        )
        change = {"price_unit": at["price_unit"] + 0.01}
        moved(agency, key, invoice_line_ids=[[1, line, change]])
        return
    lines = agency.admin.search_read(
        "account.move.line", [("id", "in", row["line_ids"])], ["debit", "credit"], limit=9
    )
    moved(
        agency,
        key,
        line_ids=[
            [1, each["id"], {name: each[name] + 0.01}]
            for each in lines
            for name in ("debit", "credit")
            if each[name]
        ],
    )


def another_day(agency: Agency, key: str) -> None:
    """The day after."""
    row = document(agency, key)
    day = f"{row['date'][:8]}{int(row['date'][8:]) % 28 + 1:02}"
    moved(agency, key, **{"date" if row["move_type"] == "entry" else "invoice_date": day})


def first(wave: Wave, wanted: Callable[[str], bool]) -> str:
    """The key of the first document of a plan of that kind."""
    return next(change.key for change in wave[0].changes if wanted(change.key))


KINDS: dict[str, tuple[int, Callable[[str], bool]]] = {
    "invoice": (0, lambda key: "/milestone/" in key),
    "entry": (1, lambda key: "/recognition/" in key),
    "credit note": (2, lambda key: "/fee/" in key),
}


def test_what_is_not_settled_any_more_is_named(agency: Agency, waves: list[Wave]) -> None:
    """A credit note draws the very lot of its fee."""
    number, wanted = KINDS["credit note"]
    plan, pulled, report = waves[number]
    row = document(agency, first(waves[number], wanted))
    agency.admin.call_on("account.move.line", row["line_ids"], "remove_move_reconcile")
    (found,) = verify(agency.service, plan, pulled, report)
    account = pulled.books.unearned_account_id
    assert found.field == f"lines settled on account {account}"
    assert (found.planned, found.actual) == ("1", "0")


@pytest.mark.parametrize("kind", KINDS)
def test_a_date_and_a_cent_are_named(agency: Agency, waves: list[Wave], kind: str) -> None:
    """Each with the field, what was planned and what stands."""
    number, wanted = KINDS[kind]
    plan, pulled, report = waves[number]
    key = first(waves[number], wanted)
    invoice = next(each.invoice for each in plan.changes if each.key == key)
    assert (invoice is not None and invoice.credit) == (kind == "credit note")

    def named() -> set[str]:
        found = verify(agency.service, plan, pulled, report)
        return {each.field for each in found if each.key == key}

    assert not named() & {"date", "invoice date", "line", "net amount"}
    another_day(agency, key)
    assert named() & {"date", "invoice date"}
    a_cent_more(agency, key)
    assert ("line" if kind == "entry" else "net amount") in named()
