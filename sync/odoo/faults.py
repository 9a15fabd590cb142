"""A gateway that goes wrong on purpose, at chosen calls, the way networks and people do.

    faults = {3: lost_answer(), 5: fails(Overloaded("busy")), 7: after(lambda: edit_a_draft())}
    gateway = FaultyGateway(memory, faults)

Calls are numbered from 1 in the order they are made.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync.odoo.errors import BadAnswer, GatewayError, Unreachable
from sync.odoo.gateway import Domain, Gateway, Row, ServerVersion

Act = Callable[[], Any]


@dataclass(frozen=True)
class Request:
    """A call about to be made: its number, model, method and named arguments."""

    number: int
    model: str
    method: str
    arguments: Mapping[str, Any]


Fault = Callable[[Request, Act], Any]
"""Gets the request and the way to carry it out; answers, or raises, in its place."""

Script = Mapping[int, Fault] | Callable[[Request], Fault | None]
"""Which fault befalls which call: by number, or by looking at the request."""


class Killed(BaseException):
    """The process died here. No ``except Exception`` may survive it."""


def lost_request() -> Fault:
    """The request never arrives, and the caller cannot know."""

    def fault(request: Request, _send: Act) -> Any:
        raise Unreachable(f"call {request.number}: the connection was lost", unclear=True)

    return fault


def lost_answer() -> Fault:
    """The server carries it out and commits; the answer never comes."""

    def fault(request: Request, send: Act) -> Any:
        send()
        raise Unreachable(f"call {request.number}: no answer in time", unclear=True)

    return fault


def garbled_answer() -> Fault:
    """The server carries it out; what comes back is cut short."""

    def fault(request: Request, send: Act) -> Any:
        send()
        raise BadAnswer(f"call {request.number}: the answer was cut short")

    return fault


def fails(error: GatewayError) -> Fault:
    """The call fails with this error; nothing is carried out."""

    def fault(_request: Request, _send: Act) -> Any:
        raise error

    return fault


def killed_before() -> Fault:
    """The process dies before the call."""

    def fault(request: Request, _send: Act) -> Any:
        raise Killed(f"before call {request.number}")

    return fault


def killed_after() -> Fault:
    """The process dies when the server has committed, before the answer is read."""

    def fault(request: Request, send: Act) -> Any:
        send()
        raise Killed(f"after call {request.number}")

    return fault


def before(act: Act) -> Fault:
    """Something happens first: time passes, a person edits, another run begins."""

    def fault(_request: Request, send: Act) -> Any:
        act()
        return send()

    return fault


def after(act: Act) -> Fault:
    """Something happens once the call is done."""

    def fault(_request: Request, send: Act) -> Any:
        answer = send()
        act()
        return answer

    return fault


def twice() -> Fault:
    """The network delivers the request twice; the second answer is the one that comes."""

    def fault(_request: Request, send: Act) -> Any:
        send()
        return send()

    return fault


class FaultyGateway:
    """A gateway over another, with a script of faults."""

    def __init__(self, inner: Gateway, script: Script) -> None:
        self.inner = inner
        self.calls = 0
        self.log: list[Request] = []
        """Every request that was made, in order."""
        self._script = script

    @property
    def protocol(self) -> str:
        """See ``Gateway.protocol``."""
        return self.inner.protocol

    def version(self) -> ServerVersion:
        """See ``Gateway.version``."""
        version: ServerVersion = self._play("", "version", self.inner.version)
        return version

    def search_read(
        self,
        model: str,
        domain: Domain,
        fields: Sequence[str],
        *,
        limit: int,
        order: str = "id asc",
    ) -> list[Row]:
        """See ``Gateway.search_read``."""
        rows: list[Row] = self._play(
            model,
            "search_read",
            lambda: self.inner.search_read(model, domain, fields, limit=limit, order=order),
            domain=domain,
            fields=fields,
            limit=limit,
            order=order,
        )
        return rows

    def search_count(self, model: str, domain: Domain) -> int:
        """See ``Gateway.search_count``."""
        count: int = self._play(
            model, "search_count", lambda: self.inner.search_count(model, domain), domain=domain
        )
        return count

    def read_group(
        self, model: str, domain: Domain, groupby: Sequence[str], aggregates: Sequence[str]
    ) -> list[Row]:
        """See ``Gateway.read_group``."""
        rows: list[Row] = self._play(
            model,
            "read_group",
            lambda: self.inner.read_group(model, domain, groupby, aggregates),
            domain=domain,
            groupby=groupby,
            aggregates=aggregates,
        )
        return rows

    def call(self, model: str, method: str, *, repeatable: bool, **arguments: Any) -> Any:
        """See ``Gateway.call``."""
        return self._play(
            model,
            method,
            lambda: self.inner.call(model, method, repeatable=repeatable, **arguments),
            **arguments,
        )

    def close(self) -> None:
        """See ``Gateway.close``."""
        self.inner.close()

    def _play(self, model: str, method: str, send: Act, **arguments: Any) -> Any:
        self.calls += 1
        request = Request(self.calls, model, method, arguments)
        self.log.append(request)
        script = self._script
        fault = script(request) if callable(script) else script.get(request.number)
        return fault(request, send) if fault else send()
