"""The Odoo in memory where no real one can be asked: its transactions, its clock, its edges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from sync.odoo import AdminGateway, Gateway
from sync.odoo.errors import GatewayError, NotFound, Rejected, ServerFault, Unauthorised
from sync.odoo.memory import MemoryGateway, MemoryOdoo, posting
from sync.odoo.memory.models import MODELS
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.values import COMPUTED


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.moment = datetime(2025, 4, 1, 2, 30, 15, 999, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Now."""
        return self.moment


@pytest.fixture
def clock() -> Clock:
    """The first of April, in the night."""
    return Clock()


@pytest.fixture
def odoo(clock: Clock) -> MemoryOdoo:
    """A fresh one."""
    return MemoryOdoo(clock)


@pytest.fixture
def admin(odoo: MemoryOdoo) -> MemoryGateway:
    """The administrator's door."""
    return odoo.gateway()


def test_it_is_a_gateway(admin: MemoryGateway) -> None:
    """To the type checker and at run time."""
    door: AdminGateway = admin
    assert isinstance(door, Gateway)
    assert isinstance(door, AdminGateway)
    door.close()


def test_unknown_user(odoo: MemoryOdoo) -> None:
    """No door for strangers, nor for archived users."""
    admin = odoo.gateway()
    (user,) = admin.create("res.users", [{"name": "Leaver", "login": "leaver"}])
    odoo.gateway("leaver")
    admin.write("res.users", [user], {"active": False})
    for login in ("leaver", "stranger"):
        with pytest.raises(Unauthorised):
            odoo.gateway(login)


def test_a_failed_call_leaves_nothing(admin: MemoryGateway) -> None:
    """Neither rows nor links nor totals; ids are not given again."""
    before = admin.search_count("res.partner", [])
    with pytest.raises(GatewayError):
        admin.create(
            "res.partner",
            [{"name": "a"}, {"name": "b", "parent_id": 1}, {"name": "c", "type": "x"}],
        )
    assert admin.search_count("res.partner", []) == before
    assert admin.search_count("res.partner", [("parent_id", "=", 1)]) == 0
    (record,) = admin.create("res.partner", [{"name": "d"}])
    assert record > before + 2


def test_a_refused_number_is_given_again(odoo: MemoryOdoo, admin: MemoryGateway) -> None:
    """Numbers of documents have no gaps."""
    (client,) = admin.create("res.partner", [{"name": "Client"}])
    line = {"name": "x", "price_unit": 10.0, "tax_ids": []}
    document = {
        "move_type": "out_invoice",
        "partner_id": client,
        "invoice_date": "2025-03-31",
        "invoice_line_ids": [[0, 0, line]],
    }
    first, second = admin.create("account.move", [document, document])
    with pytest.raises(ZeroDivisionError), odoo.tables.transaction():
        posting.post(odoo.tables, [first])
        assert odoo.tables.row("account.move", first)["name"] == "INV/2025/00001"
        raise ZeroDivisionError
    admin.call_on("account.move", [second, first], "action_post")
    rows = admin.search_read("account.move", [], ["name"], limit=5, order="id desc")
    assert [row["name"] for row in rows] == ["INV/2025/00001", "INV/2025/00002"]


def test_answers_are_copies(admin: MemoryGateway) -> None:
    """What a caller does to an answer, or to what it sent, changes nothing."""
    sent = {"name": "P", "partner_id": 1, "project_ids": [[6, 0, []]]}
    (record,) = admin.create("retainer.engagement", [sent])
    sent["name"] = "changed"
    (row,) = admin.search_read("retainer.engagement", [], ["project_ids", "name"], limit=1)
    row["project_ids"].append(99)
    (again,) = admin.search_read("retainer.engagement", [], ["project_ids", "name"], limit=1)
    assert again == {"id": record, "name": "P", "project_ids": []}


def test_the_clock_is_given(admin: MemoryGateway, clock: Clock) -> None:
    """In UTC, to the second, whatever zone it is given in."""
    clock.moment = datetime(2025, 4, 1, 1, 0, 5, tzinfo=timezone(timedelta(hours=2)))
    (record,) = admin.create("retainer.engagement", [{"name": "E", "partner_id": 1}])
    fields = ("create_date", "write_date", "date_start")
    (row,) = admin.search_read("retainer.engagement", [("id", "=", record)], fields, limit=1)
    assert row["create_date"] == row["write_date"] == "2025-03-31 23:00:05"
    assert row["date_start"] == "2025-03-31"
    clock.moment += timedelta(hours=1)
    admin.write("retainer.engagement", [record], {"name": "F"})
    (row,) = admin.search_read("retainer.engagement", [("id", "=", record)], fields, limit=1)
    assert (row["create_date"], row["write_date"]) == ("2025-03-31 23:00:05", "2025-04-01 00:00:05")


def test_a_lease_ends_by_the_clock(odoo: MemoryOdoo, clock: Clock) -> None:
    """At its last second it is held, after it no more."""
    service = odoo.gateway("drawdown")

    def begin() -> Any:
        arguments = {"company_id": 1, "as_of": "2025-04-01", "owner": "x", "lease_seconds": 60}
        return service.call("retainer.gateway", "begin_run", repeatable=False, **arguments)

    assert "run_id" in begin()
    clock.moment += timedelta(seconds=59)
    assert begin() == {"held_by": "x", "until": "2025-04-01 02:31:15"}
    clock.moment += timedelta(seconds=1)
    assert "run_id" in begin()


def test_two_of_them_are_alike(clock: Clock) -> None:
    """The same calls give the same ids, tokens and answers."""

    def play() -> Any:
        odoo = MemoryOdoo(clock)
        service = odoo.gateway("drawdown")
        arguments = {"company_id": 1, "as_of": "2025-04-01", "owner": "x", "lease_seconds": 60}
        run = service.call("retainer.gateway", "begin_run", repeatable=False, **arguments)
        return run, service.search_read("account.account", [], ["code", "name"], limit=0)

    assert play() == play()


def test_companies_see_their_own(odoo: MemoryOdoo, admin: MemoryGateway) -> None:
    """Rows of other companies are hidden, without a word; rows of none are shared."""
    (other,) = admin.create("res.company", [{"name": "Other"}])
    admin.create(
        "retainer.engagement",
        [
            {"name": "ours", "partner_id": 1},
            {"name": "theirs", "partner_id": 1, "company_id": other},
        ],
    )
    service = odoo.gateway("drawdown")
    rows = service.search_read("retainer.engagement", [], ["name"], limit=10)
    assert [row["name"] for row in rows] == ["ours"]
    assert service.search_count("retainer.engagement", []) == 1
    assert service.read_group("retainer.engagement", [], [], ["__count"]) == [{"__count": 1}]
    assert admin.search_count("retainer.engagement", []) == 2


def test_deleting_what_others_need(admin: MemoryGateway) -> None:
    """Refused where the reference is required; emptied, or taken along, where it is not."""
    (client,) = admin.create("res.partner", [{"name": "Client"}])
    (child,) = admin.create("res.partner", [{"name": "Contact", "parent_id": client}])
    (engagement,) = admin.create("retainer.engagement", [{"name": "E", "partner_id": client}])
    terms = {"engagement_id": engagement, "date_start": "2025-01-01"}
    admin.create("retainer.terms", [terms])
    with pytest.raises(Rejected):
        admin.unlink("res.partner", [client])
    admin.unlink("retainer.engagement", [engagement])
    assert admin.search_count("retainer.terms", []) == 0
    admin.unlink("res.partner", [client])
    (row,) = admin.search_read("res.partner", [("id", "=", child)], ["parent_id"], limit=1)
    assert row["parent_id"] is False


def test_changes_need_a_transaction(clock: Clock) -> None:
    """A mistake of the fake itself is noticed."""
    with pytest.raises(AssertionError):
        Tables(clock).insert("res.partner", {"name": "x"})


def test_what_it_cannot_do_it_says(admin: MemoryGateway) -> None:
    """Rather than do it wrong."""
    with pytest.raises(AssertionError):
        admin.search_read("res.partner", [], [], limit=1, order="parent_id")
    with pytest.raises(ServerFault):
        admin.read_group("res.partner", [], ["child_ids"], ["__count"])
    with pytest.raises(NotFound):
        admin.call_on("res.partner", [1], "no_such_button")
    (tax,) = admin.create("account.tax", [{"name": "group", "amount_type": "group"}])
    line = {"name": "x", "price_unit": 1.0, "tax_ids": [[6, 0, [tax]]]}
    document = {"move_type": "out_invoice", "partner_id": 1, "invoice_line_ids": [[0, 0, line]]}
    with pytest.raises(Rejected, match="no group tax"):
        admin.create("account.move", [document])


@pytest.mark.parametrize(
    ("commands", "left"),
    [
        ([[4, 2]], [1, 2]),
        ([[3, 1]], []),
        ([[5]], []),
        ([[6, 0, [2]]], [2]),
        ([2], [2]),
        ([[5], [4, 2]], [2]),
        ([[0, 0, {"name": "P3"}]], [1, 3]),
    ],
)
def test_many2many_commands(admin: MemoryGateway, commands: Any, left: list[int]) -> None:
    """Link, unlink, clear, replace, make; a plain list means these."""
    admin.create("project.project", [{"name": "P1"}, {"name": "P2"}])
    values = {"name": "E", "partner_id": 1, "project_ids": [[6, 0, [1]]]}
    (record,) = admin.create("retainer.engagement", [values])
    admin.write("retainer.engagement", [record], {"project_ids": commands})
    (row,) = admin.search_read("retainer.engagement", [], ["project_ids"], limit=1)
    assert row["project_ids"] == left


def test_every_computed_field_has_its_function() -> None:
    """None is left to chance."""
    computed = {
        (model, name)
        for model, fields in MODELS.items()
        for name, field in fields.items()
        if field.computed and not field.inverse
    }
    assert computed == set(COMPUTED) - {("account.move", "invoice_line_ids")}
