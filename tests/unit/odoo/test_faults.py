"""Faults happen where the script says, and only there."""

from typing import Any

import pytest

from sync.odoo import Gateway
from sync.odoo.errors import BadAnswer, Overloaded, Unreachable
from sync.odoo.faults import (
    FaultyGateway,
    Killed,
    Request,
    after,
    before,
    fails,
    garbled_answer,
    killed_after,
    killed_before,
    lost_answer,
    lost_request,
    twice,
)
from sync.odoo.memory import MemoryOdoo

RUN = {"company_id": 1, "as_of": "2025-04-01", "owner": "x"}


def runs(gateway: Gateway) -> int:
    """How many runs are on record."""
    return gateway.search_count("retainer.sync.run", [])


@pytest.mark.parametrize(
    ("fault", "error", "carried_out"),
    [
        (lost_request(), Unreachable, 0),
        (lost_answer(), Unreachable, 1),
        (garbled_answer(), BadAnswer, 1),
        (fails(Overloaded("busy")), Overloaded, 0),
        (killed_before(), Killed, 0),
        (killed_after(), Killed, 1),
        (twice(), None, 2),
    ],
)
def test_faults(fault: Any, error: type[BaseException] | None, carried_out: int) -> None:
    """What was carried out, and what the caller learns."""
    inner = MemoryOdoo().gateway("drawdown")
    gateway = FaultyGateway(inner, {2: fault})
    assert runs(gateway) == 0
    if error:
        with pytest.raises(error):
            gateway.call("retainer.gateway", "record_run", repeatable=False, **RUN)
    else:
        gateway.call("retainer.gateway", "record_run", repeatable=False, **RUN)
    assert runs(gateway) == carried_out
    assert gateway.calls == 3


def test_things_happen_in_between() -> None:
    """Before and after a call, and by looking at the request."""
    happened: list[str] = []

    def script(request: Request) -> Any:
        if request.method == "version":
            return before(lambda: happened.append("before"))
        if request.model == "res.company":
            return after(lambda: happened.append(f"after {request.arguments['limit']}"))
        return None

    gateway = FaultyGateway(MemoryOdoo().gateway("drawdown"), script)
    gateway.version()
    gateway.search_read("res.company", [], [], limit=3)
    gateway.read_group("res.partner", [], [], ["__count"])
    assert happened == ["before", "after 3"]
    assert [request.method for request in gateway.log] == ["version", "search_read", "read_group"]


def test_killed_is_not_caught_by_mistake() -> None:
    """A handler of ordinary errors does not survive it."""
    assert not issubclass(Killed, Exception)
