"""What befalls a request becomes, through the service's own door, the error that it is."""

import pytest

from sync.odoo.errors import (
    BadAnswer,
    Forbidden,
    GatewayError,
    Incompatible,
    Overloaded,
    Rejected,
    ServerFault,
    Unauthorised,
    Unreachable,
)
from sync.odoo.memory import MemoryOdoo
from tests.simulation.canaries import ALL
from tests.simulation.clock import Clock
from tests.simulation.mishaps import CARRIED_OUT_OR_NOT
from tests.simulation.site import Ways
from tests.simulation.wire import Wire, door

UNCLEAR = {
    "lost request": Unreachable,
    "lost answer": Unreachable,
    "timeout, not carried out": Unreachable,
    "timeout, carried out": Unreachable,
    "timeout, arrives late": Unreachable,
    "reset while reading": BadAnswer,
    "truncated": BadAnswer,
    "incomplete read": BadAnswer,
    "half a JSON": BadAnswer,
    "a page instead of JSON": BadAnswer,
    "a page, carried out": BadAnswer,
    "empty answer": BadAnswer,
    "500": BadAnswer,
    "500, carried out": BadAnswer,
    "502": Overloaded,
    "502, carried out": Overloaded,
    "504, carried out": Overloaded,
}
CLEAR = {
    "connection refused": Unreachable,
    "302": Incompatible,
    "401": Unauthorised,
    "403": Forbidden,
    "403 of Odoo": Forbidden,
    "404": Incompatible,
    "409": Overloaded,
    "413": Rejected,
    "422": Rejected,
    "429": Overloaded,
    "500 of Odoo": ServerFault,
    "serialization failure": Overloaded,
    "503": Overloaded,
}


@pytest.mark.parametrize("kind", [*UNCLEAR, *CLEAR])
def test_each_fault_is_what_the_door_makes_of_it(kind: str) -> None:
    server = MemoryOdoo().gateway("drawdown")
    clock = Clock()
    wire = Wire(server, lambda _: CARRIED_OUT_OR_NOT[kind](clock))
    gateway = door(Ways().settings, wire)
    with pytest.raises(GatewayError) as caught:
        gateway.call("retainer.gateway", "hello", repeatable=True)
    assert type(caught.value) is {**UNCLEAR, **CLEAR}[kind]
    assert caught.value.unclear is (kind in UNCLEAR)
    assert not any(canary in str(caught.value) for canary in ALL)
    done = "carried out" in kind and "not carried out" not in kind
    assert not done or server.calls == 1


def test_without_a_fault_it_answers_like_the_odoo_behind_it() -> None:
    server = MemoryOdoo().gateway("drawdown")
    gateway = door(Ways().settings, Wire(server))
    fields = ["name", "company_id", "active"]
    assert gateway.search_read("account.journal", [], fields, limit=9) == server.search_read(
        "account.journal", [], fields, limit=9
    )
    assert gateway.version() == server.version()
    assert gateway.search_count("res.partner", []) == server.search_count("res.partner", [])
    assert gateway.read_group("account.account", [], ["account_type"], ["__count"]) == (
        server.read_group("account.account", [], ["account_type"], ["__count"])
    )
