"""What is refused is refused alike, with the same class and the facts in it."""

from typing import Any

import pytest
from contract_world import Door, World

from sync.odoo.errors import (
    Forbidden,
    GatewayError,
    NotFound,
    Rejected,
    ServerFault,
    Unauthorised,
)


def test_unknown_model(door: Door) -> None:
    """A model that is not installed."""
    with pytest.raises(NotFound) as caught:
        door.service.search_count("retainer.nonsense", [])
    assert caught.value.model == "retainer.nonsense"
    assert not caught.value.retryable
    assert not caught.value.unclear


@pytest.mark.parametrize(
    ("domain", "fields"),
    [
        ([], ["nonsense"]),
        ([("nonsense", "=", 1)], ["name"]),
        ([("parent_id.nonsense", "=", 1)], []),
    ],
)
def test_unknown_field(door: Door, domain: list[Any], fields: list[str]) -> None:
    """In the fields, in the domain, at the end of a path."""
    with pytest.raises(NotFound, match="nonsense"):
        door.service.search_read("res.partner", domain, fields, limit=1)


@pytest.mark.parametrize("domain", [[("name", "~", 1)], ["|", ("name", "=", "x")], [("name", "=")]])
def test_what_is_no_domain(door: Door, domain: list[Any]) -> None:
    """Unknown operators and terms that are missing."""
    with pytest.raises(ServerFault):
        door.service.search_read("res.partner", domain, ["name"], limit=1)


def test_unknown_method(door: Door) -> None:
    """A method that is not there."""
    with pytest.raises(NotFound):
        door.service.call("retainer.gateway", "nonsense", repeatable=False)


def test_unknown_argument(door: Door) -> None:
    """A method called with an argument it does not take, or without one it needs."""
    with pytest.raises(NotFound):
        door.service.call("retainer.gateway", "hello", repeatable=False, nonsense=1)
    with pytest.raises(NotFound):
        door.service.call("retainer.gateway", "preflight", repeatable=False)


def test_private_method(door: Door) -> None:
    """No door opens what begins with an underscore."""
    with pytest.raises(Forbidden):
        door.service.call("retainer.gateway", "_apply", repeatable=False)


def test_service_reads_only_what_it_needs(door: Door) -> None:
    """Access denied says which right on which model."""
    with pytest.raises(Forbidden) as caught:
        door.service.search_read("ir.model.data", [], ["name"], limit=1)
    assert (caught.value.model, caught.value.operation) == ("ir.model.data", "read")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("model", ["res.partner", "account.move", "retainer.period"])
def test_service_writes_nothing_directly(door: Door, world: World, model: str) -> None:
    """Not even what its gateway writes for it."""
    service: Any = door.service
    with pytest.raises(Forbidden) as caught:
        service.create(model, [{}])
    assert caught.value.operation == "create"
    with pytest.raises(Forbidden) as caught:
        service.write("res.partner", [world.client], {"name": "x"})
    assert caught.value.operation == "write"
    with pytest.raises(Forbidden) as caught:
        service.unlink("res.partner", [world.client])
    assert caught.value.operation == "unlink"


def test_wrong_key(door: Door) -> None:
    """A key, or a login, that Odoo does not know."""
    with pytest.raises(Unauthorised) as caught:
        door.come_in("nobody").search_count("res.partner", [])
    assert not caught.value.retryable
    assert "0000" not in f"{caught.value}{caught.value!r}"


def test_missing_record(door: Door) -> None:
    """A record that is not there, or was deleted."""
    record = door.new("res.partner", name="Gone")
    door.admin.unlink("res.partner", [record])
    assert door.service.search_read("res.partner", [("id", "=", record)], [], limit=1) == []
    for act in (
        lambda: door.admin.write("res.partner", [record], {"name": "x"}),
        lambda: door.admin.unlink("res.partner", [record]),
    ):
        with pytest.raises(NotFound):
            act()


def test_wrong_values(door: Door, world: World) -> None:
    """A field that is not there, a choice that is not one, a reference to nothing, nothing."""
    engagement = {"name": "x", "partner_id": world.client}
    for values, error in (
        ({**engagement, "nonsense": 1}, NotFound),
        ({**engagement, "kind": "nonsense"}, ServerFault),
        ({**engagement, "sale_order_id": 999_999_999}, GatewayError),
        ({"name": "x"}, Rejected),
    ):
        with pytest.raises(error) as caught:
            door.admin.create("retainer.engagement", [values])
        assert not caught.value.retryable
    assert door.admin.search_count("retainer.engagement", [("name", "=", "x")]) == 0


def test_a_refused_call_leaves_nothing(door: Door, world: World) -> None:
    """One wrong record of a batch takes the others with it."""
    good = {"name": "batch", "partner_id": world.client}
    with pytest.raises(GatewayError):
        door.admin.create("retainer.engagement", [good, {"name": "batch"}])
    assert door.admin.search_count("retainer.engagement", [("name", "=", "batch")]) == 0


def test_unbalanced_entry(door: Door, world: World) -> None:
    """Odoo's own words arrive, without a traceback."""
    account = world.account("income")
    with pytest.raises(Rejected, match="not balanced") as caught:
        door.new("account.move", line_ids=[[0, 0, {"account_id": account, "debit": 5.0}]])
    assert "Traceback" not in str(caught.value)
    assert not caught.value.unclear
