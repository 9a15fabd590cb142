"""What can befall a request, by name. Each is what really happens on a wire, in bytes."""

import http.client
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import requests
import urllib3

from sync.odoo.faults import Request, after, before, killed_after, killed_before, twice
from tests.simulation.canaries import PAGE
from tests.simulation.clock import Clock
from tests.simulation.wire import Mishap, Reply, Send, odoo_error

HTML = {"Content-Type": "text/html"}
READ_TIMEOUT = 120.0


def _reset() -> Exception:
    return requests.exceptions.ConnectionError(
        urllib3.exceptions.ProtocolError("Connection aborted.", ConnectionResetError(104, "reset"))
    )


def _page(status: int, headers: Mapping[str, str] = HTML) -> Reply:
    return Reply(status, PAGE.encode(), headers)


def _raises(error: Callable[[], Exception], *, carried_out: bool) -> Mishap:
    def mishap(_: Request, send: Send) -> Reply:
        if carried_out:
            send()
        raise error()

    return mishap


def _replies(reply: Callable[[], Reply], *, carried_out: bool = False) -> Mishap:
    def mishap(_: Request, send: Send) -> Reply:
        if carried_out:
            send()
        return reply()

    return mishap


def _spoiled(spoil: Callable[[Reply], Reply]) -> Mishap:
    """The request is carried out; its answer arrives in a sorry state."""
    return lambda _, send: spoil(send())


def _refused() -> Exception:
    pool = urllib3.HTTPConnectionPool("odoo.example.com")
    reason = urllib3.exceptions.NewConnectionError(pool, "refused")  # type: ignore[arg-type]
    return requests.exceptions.ConnectionError(urllib3.exceptions.MaxRetryError(pool, "/", reason))


def _timeout(clock: Clock, *, carried_out: bool) -> Mishap:
    def mishap(_: Request, send: Send) -> Reply:
        if carried_out:
            send()
        clock.sleep(READ_TIMEOUT)
        raise requests.exceptions.ReadTimeout("read timed out")

    return mishap


def _late(clock: Clock) -> Mishap:
    """The caller gives up waiting; much later the request arrives after all."""

    def mishap(request: Request, send: Send) -> Reply:
        delay = READ_TIMEOUT + 1 + 37 * (request.number % 7)
        clock.due.append((clock.elapsed + delay, lambda: (send(), None)[1]))
        clock.sleep(READ_TIMEOUT)
        raise requests.exceptions.ReadTimeout("read timed out")

    return mishap


def _slow(clock: Clock, seconds: float) -> Mishap:
    return before(lambda: clock.sleep(seconds))


def _slow_answer(clock: Clock, seconds: float) -> Mishap:
    return after(lambda: clock.sleep(seconds))


CARRIED_OUT_OR_NOT: Mapping[str, Callable[[Clock], Mishap]] = {
    "lost request": lambda _: _raises(_reset, carried_out=False),
    "lost answer": lambda _: _raises(_reset, carried_out=True),
    "connection refused": lambda _: _raises(_refused, carried_out=False),
    "timeout, not carried out": lambda clock: _timeout(clock, carried_out=False),
    "timeout, carried out": lambda clock: _timeout(clock, carried_out=True),
    "timeout, arrives late": _late,
    "reset while reading": lambda _: _spoiled(
        lambda reply: Reply(200, reply.body[:9], claimed=10**6, breaks=ConnectionResetError(104))
    ),
    "truncated": lambda _: _spoiled(
        lambda reply: Reply(200, reply.body[: len(reply.body) // 2], claimed=len(reply.body) + 9)
    ),
    "incomplete read": lambda _: _spoiled(
        lambda reply: Reply(
            200, reply.body[:5], claimed=10**6, breaks=http.client.IncompleteRead(b"")
        )
    ),
    "half a JSON": lambda _: _spoiled(lambda reply: Reply(200, reply.body[:-1] or b"{")),
    "a page instead of JSON": lambda _: _replies(lambda: _page(200)),
    "a page, carried out": lambda _: _replies(lambda: _page(200), carried_out=True),
    "empty answer": lambda _: _spoiled(lambda _: Reply(200, b"")),
    "another shape": lambda _: _spoiled(lambda _: Reply(200, b'{"results": [{}], "x": null}')),
    "null": lambda _: _spoiled(lambda _: Reply(200, b"null")),
    "302": lambda _: _replies(lambda: _page(302, {**HTML, "Location": "https://login.example/"})),
    "401": lambda _: _replies(lambda: _page(401)),
    "403": lambda _: _replies(lambda: _page(403)),
    "403 of Odoo": lambda _: _replies(
        lambda: odoo_error(403, "odoo.exceptions.AccessError", "You are not allowed to do this.")
    ),
    "404": lambda _: _replies(lambda: _page(404)),
    "409": lambda _: _replies(
        lambda: odoo_error(409, "odoo.exceptions.LockError", "The record is locked.")
    ),
    "413": lambda _: _replies(lambda: _page(413)),
    "422": lambda _: _replies(
        lambda: odoo_error(422, "odoo.exceptions.UserError", "This cannot be done now.")
    ),
    "429": lambda _: _replies(lambda: _page(429, {**HTML, "Retry-After": "20"})),
    "500 of Odoo": lambda _: _replies(
        lambda: odoo_error(500, "builtins.ZeroDivisionError", "division by zero")
    ),
    "500": lambda _: _replies(lambda: _page(500)),
    "500, carried out": lambda _: _replies(lambda: _page(500), carried_out=True),
    "serialization failure": lambda _: _replies(
        lambda: odoo_error(500, "psycopg2.errors.SerializationFailure", "could not serialize")
    ),
    "502": lambda _: _replies(lambda: _page(502)),
    "502, carried out": lambda _: _replies(lambda: _page(502), carried_out=True),
    "503": lambda _: _replies(lambda: _page(503, {**HTML, "Retry-After": "5"})),
    "504, carried out": lambda _: _replies(lambda: _page(504), carried_out=True),
    "slow": lambda clock: _slow(clock, 40),
    "slow beyond the lease": lambda clock: _slow(clock, 110),
    "slow answer beyond the lease": lambda clock: _slow_answer(clock, 110),
    "delivered twice": lambda _: twice(),
    "killed before": lambda _: killed_before(),
    "killed after": lambda _: killed_after(),
}
"""Faults of the wire and the process, by name."""

RIVALS = ("a rival before", "a rival after", "a rival after the lease ran out")
"""Another runner starts in the middle of this one."""

BESIDE = "a rival beside"
"""Another runner's run is not whole between two calls of ours: it holds its lease over several."""

STOPS = ("asked to stop",)
"""SIGTERM: the run ends after its batch."""

KINDS = (*CARRIED_OUT_OR_NOT, *RIVALS, BESIDE, *STOPS)

LASTING = ("401", "403", "409", "429", "500", "502", "503", "connection refused", "lost request")
"""Faults that may go on for many calls."""


BEGINS = ("begin_run", "record_run")
"""How a run asks for the lease, or says that it needs none."""
WRITES = (*BEGINS, "apply", "lookup", "renew_lease", "finish_run")
"""What a run asks of the gateway when it writes."""


@dataclass(frozen=True)
class Planned:
    """A fault that befalls a run: from which call on, what, and for how many calls."""

    call: int
    kind: str
    lasting: int = 1
    writing: bool = False
    """Whether only the calls of the writing are counted: there are few of them, and they matter."""

    def __str__(self) -> str:
        what = "writing call" if self.writing else "call"
        more = f" to {self.call + self.lasting - 1}" if self.lasting > 1 else ""
        return f"{self.kind} at {what} {self.call}{more}"

    def befalls(self, number: int, writing: int) -> bool:
        """Whether it is the turn of that call; ``writing``: which writing call it is, 0 = none."""
        return 0 <= self.turn(number, writing) < self.lasting

    def turn(self, number: int, writing: int) -> int:
        """How many calls after its first one that call is."""
        return (writing if self.writing else number) - self.call
