"""What may be repeated is repeated, with growing pauses, and not for ever."""

from __future__ import annotations

from typing import Any

import pytest
import structlog

from sync.odoo.errors import BadAnswer, GatewayError, Overloaded, Rejected, Unreachable
from sync.odoo.faults import FaultyGateway, fails, lost_answer, lost_request
from sync.odoo.memory import MemoryOdoo
from sync.odoo.retry import Repeater, Retrying


class Pauses(list[float]):
    """A sleep that only notes how long."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def door(script: Any, attempts: int = 4, jitter: float = 1.0) -> tuple[Retrying, Pauses]:
    """A retrying door over a faulty one."""
    pauses = Pauses()
    faulty = FaultyGateway(MemoryOdoo().gateway("drawdown"), script)
    return Retrying(faulty, Repeater(attempts, pauses, lambda: jitter)), pauses


BUSY = Overloaded("busy")


def test_reads_are_repeated() -> None:
    """Lost requests, lost answers, busy servers."""
    script = {1: lost_request(), 2: lost_answer(), 3: fails(BUSY)}
    gateway, pauses = door(script)
    assert gateway.search_count("res.company", []) == 1
    assert gateway.calls == 4
    assert pauses == [1.0, 2.0, 4.0]


@pytest.mark.parametrize(("jitter", "first"), [(0.0, 0.5), (0.5, 0.75), (1.0, 1.0)])
def test_pauses_vary(jitter: float, first: float) -> None:
    """Half of a pause is chance, so that many do not come back at once."""
    gateway, pauses = door({1: fails(BUSY)}, jitter=jitter)
    gateway.search_count("res.company", [])
    assert pauses == [first]


def test_pauses_are_bounded() -> None:
    """Neither growth nor what the server asks for goes beyond half a minute."""
    gateway, pauses = door(lambda _: fails(Overloaded("busy", wait=3600.0)), attempts=9)
    with pytest.raises(Overloaded):
        gateway.search_count("res.company", [])
    assert len(pauses) == 8
    assert max(pauses) == 30.0


def test_what_the_server_asks_for() -> None:
    """Retry-After counts."""
    gateway, pauses = door({1: fails(Overloaded("busy", wait=12.0))})
    gateway.search_count("res.company", [])
    assert pauses == [12.0]


def test_it_ends() -> None:
    """With the last error, after the number of attempts."""
    gateway, pauses = door(lambda _: lost_request(), attempts=3)
    with pytest.raises(Unreachable):
        gateway.version()
    assert gateway.calls == 3
    assert len(pauses) == 2


@pytest.mark.parametrize(
    "error", [Rejected("no"), Unreachable("certificate", retryable=False), ValueError("ours")]
)
def test_what_cannot_pass_is_not_repeated(error: Exception) -> None:
    """Refusals, and defects of ours."""
    gateway, pauses = door({1: fails(error)})  # type: ignore[arg-type]
    with pytest.raises(type(error)):
        gateway.read_group("res.company", [], [], ["__count"])
    assert (gateway.calls, pauses) == (1, [])


@pytest.mark.parametrize(("repeatable", "calls"), [(True, 2), (False, 1)])
def test_calls_are_repeated_only_where_that_is_safe(repeatable: bool, calls: int) -> None:
    """The caller says."""
    gateway, _ = door({1: lost_answer()})
    try:
        gateway.call("retainer.gateway", "hello", repeatable=repeatable)
        assert repeatable
    except GatewayError as error:
        assert not repeatable
        assert error.unclear
    assert gateway.calls == calls


def test_each_repetition_is_told() -> None:
    """In the log, without arguments."""
    with structlog.testing.capture_logs() as logs:
        gateway, _ = door({1: fails(BadAnswer("cut short"))})
        gateway.search_read("res.company", [("name", "=", "a client's name")], [], limit=1)
    (event,) = logs
    assert event["call"] == "res.company.search_read"
    assert (event["attempt"], event["of"], event["reason"]) == (1, 4, "BadAnswer")
    assert "client" not in str(event)


def test_it_is_the_gateway_it_wraps() -> None:
    """Protocol and closing pass through."""
    gateway, _ = door({})
    assert gateway.protocol == "memory"
    gateway.close()
