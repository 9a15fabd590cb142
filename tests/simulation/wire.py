"""The wire between the real door and the Odoo in memory: HTTP without a network.

It answers as Odoo's JSON-2 does, in bytes, so that the adapter, its reading of answers and its
sorting of errors are the service's own. What befalls which request is said by number.
"""

import io
import json
from collections.abc import Callable, Mapping
from typing import Any

import requests
from requests.adapters import BaseAdapter
from urllib3.response import HTTPResponse

from sync.odoo.errors import Forbidden, GatewayError, NotFound, Rejected, ServerFault
from sync.odoo.faults import Killed, Request
from sync.odoo.gateway import AdminGateway
from sync.odoo.http import Http
from sync.odoo.json2 import Json2Gateway
from sync.settings import Settings
from tests.simulation.canaries import DEBUG

JSON = {"Content-Type": "application/json"}


class Reply:
    """What the server sends back. ``claimed``: the length that it announces, where that is not
    the body's.
    """

    def __init__(
        self,
        status: int,
        body: bytes,
        headers: Mapping[str, str] = JSON,
        claimed: int | None = None,
        breaks: Exception | None = None,
    ) -> None:
        self.status = status
        self.body = body
        self.headers = dict(headers)
        self.claimed = claimed
        self.breaks = breaks
        """What happens to the connection while the body is read."""


Send = Callable[[], Reply]
Mishap = Callable[[Request, Send], Reply]
"""Gets the request and the way to have it carried out; replies, or raises, in its place."""

Script = Callable[[Request], Mishap | None]


class _Broken(io.BytesIO):
    """A body that ends with the connection."""

    def __init__(self, body: bytes, error: Exception) -> None:
        super().__init__(body)
        self._error = error

    def read(self, size: int | None = -1) -> bytes:
        part = super().read(size)
        if not part:
            raise self._error
        return part


class Wire(BaseAdapter):
    """One process's line to the server of an Odoo in memory."""

    def __init__(self, server: AdminGateway, script: Script = lambda _: None) -> None:
        super().__init__()
        self.script = script
        self.calls = 0
        self.log: list[str] = []
        """Every request that was made, and what befell it."""
        self.dead = False
        """Whether the process that holds it was killed: it says no more."""
        self._server = server

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:
        """Carry a request out, or what becomes of it."""
        if self.dead:
            raise Killed("a dead process calls nobody")
        self.calls += 1
        model, _, method = str(request.path_url).removeprefix("/json/2").lstrip("/").partition("/")
        arguments = json.loads(request.body) if request.body else {}
        asked = Request(self.calls, model, method, arguments)
        line = f"{self.calls:4} {model}.{method}"
        self.log.append(line)
        mishap = self.script(asked)
        try:
            reply = mishap(asked, lambda: self.serve(asked)) if mishap else self.serve(asked)
        except Killed:
            self.dead = True
            raise
        return _response(request, reply)

    def close(self) -> None:
        """Nothing to give back."""

    def serve(self, asked: Request) -> Reply:
        """What the server does with a request that reaches it."""
        if not asked.model.startswith("web"):
            try:
                answer = _carry_out(self._server, asked)
            except GatewayError as error:
                return error_reply(error)
            return Reply(200, json.dumps(answer, allow_nan=False).encode())
        version = self._server.version()
        return Reply(
            200,
            json.dumps(
                {"version_info": [version.major, 0, 0, "final", 0, ""], "version": version.text}
            ).encode(),
        )


def _carry_out(server: AdminGateway, asked: Request) -> Any:
    arguments = dict(asked.arguments)
    match asked.method:
        case "search_read":
            arguments.pop("load")
            return server.search_read(asked.model, **arguments)
        case "search_count":
            return server.search_count(asked.model, arguments["domain"])
        case "formatted_read_group":
            return server.read_group(asked.model, **arguments)
    return server.call(asked.model, asked.method, repeatable=False, **arguments)


def error_reply(error: GatewayError) -> Reply:
    """Odoo's error object for a refusal of the Odoo in memory."""
    match error:
        case Rejected():
            return odoo_error(422, "odoo.exceptions.UserError", error.message)
        case Forbidden():
            return odoo_error(403, "odoo.exceptions.AccessError", error.message)
        case NotFound():
            return odoo_error(404, "odoo.exceptions.MissingError", error.message)
        case ServerFault():
            return odoo_error(500, error.name, error.message)
    raise AssertionError(f"the Odoo in memory raised {error!r}")


def odoo_error(status: int, name: str, message: str) -> Reply:
    """An error as Odoo tells it, with a traceback full of what nobody must see."""
    body = {"name": name, "message": message, "arguments": [message], "context": {}, "debug": DEBUG}
    return Reply(status, json.dumps(body).encode())


def _response(request: requests.PreparedRequest, reply: Reply) -> requests.Response:
    body = _Broken(reply.body, reply.breaks) if reply.breaks else io.BytesIO(reply.body)
    length = len(reply.body) if reply.claimed is None else reply.claimed
    raw = HTTPResponse(
        body=body,
        headers={**reply.headers, "Content-Length": str(length)},
        status=reply.status,
        preload_content=False,
        enforce_content_length=True,
        request_method="POST",
    )
    response = requests.Response()
    response.status_code = reply.status
    response.headers.update(reply.headers)
    response.raw = raw
    response.request = request
    response.url = str(request.url)
    return response


def door(settings: Settings, wire: Wire) -> Json2Gateway:
    """The service's own door to Odoo, over that wire."""
    http = Http(settings)
    http._session.trust_env = False  # else each request looks into the environment for proxies
    http._session.mount(settings.url, wire)
    return Json2Gateway(settings, http)
