"""The same honesty over odoorpc."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from typing import Any

import pytest
from raw_server import CANARY, RawServer, http

from sync.odoo.errors import (
    BadAnswer,
    Forbidden,
    GatewayError,
    Incompatible,
    NotFound,
    Overloaded,
    Rejected,
    ServerFault,
    Unauthorised,
    Unreachable,
)
from sync.odoo.jsonrpc import JsonRpcGateway
from sync.settings import Settings, SettingsError

Make = Callable[..., Settings]


def result(value: Any) -> bytes:
    """A JSON-RPC answer."""
    return http(json.dumps({"jsonrpc": "2.0", "id": 1, "result": value}).encode())


def failure(name: str, message: str = "words") -> bytes:
    """A JSON-RPC error with a traceback that must not show."""
    data = {"name": name, "message": message, "arguments": [message], "debug": f"Trace {CANARY}"}
    error = {"code": 0, "message": "Odoo Server Error", "data": data}
    return http(json.dumps({"jsonrpc": "2.0", "id": 1, "error": error}).encode())


ELSEWHERE = "Location: http://evil.example/\r\n"
LOGIN = [result(8), result({"lang": "en_US"})]


@pytest.mark.parametrize(
    ("answer", "error", "unclear"),
    [
        (failure("odoo.exceptions.AccessDenied"), Unauthorised, False),
        (failure("odoo.exceptions.AccessError"), Forbidden, False),
        (failure("odoo.exceptions.MissingError"), NotFound, False),
        (failure("odoo.exceptions.UserError", "Object res.partner doesn't exist"), NotFound, False),
        (failure("odoo.exceptions.UserError"), Rejected, False),
        (failure("builtins.TypeError", "f() missing 1 required argument: 'x'"), NotFound, False),
        (failure("builtins.ZeroDivisionError"), ServerFault, False),
        (failure("psycopg2.errors.SerializationFailure"), Overloaded, False),
        (failure("psycopg2.errors.AdminShutdown"), Unreachable, True),
        (failure("psycopg2.InterfaceError"), Unreachable, True),
        (http(b'{"error": {"code": 1}}'), BadAnswer, True),
        (http(b'{"error": {"data": "x"}}'), BadAnswer, True),
        (http(b"[]"), BadAnswer, True),
        (http(b""), BadAnswer, True),
        (http(b"<html>"), BadAnswer, True),
        (http(b'{"jsonrpc"', length=500), BadAnswer, True),
        (http(b"", "302 Found", extra=ELSEWHERE), Incompatible, False),
        (http(b"", "307 Temporary", extra=ELSEWHERE), Incompatible, False),
        (http(b"", "401 Unauthorized"), Unauthorised, False),
        (http(b"", "404 Not Found"), Incompatible, False),
        (http(b"<html>", "413 Request Entity Too Large"), Rejected, False),
        (http(b"", "429 Slow down"), Overloaded, False),
        (http(b"", "502 Bad Gateway"), Overloaded, True),
        (http(b"", "500 Oops"), BadAnswer, True),
        (None, Unreachable, True),
        (b"", Unreachable, True),
    ],
)  # fmt: skip
def test_answers(
    settings: Make,
    server: RawServer,
    answer: bytes | None,
    error: type[GatewayError],
    unclear: bool,
) -> None:
    """After a good login, one bad answer."""
    server.answers += [*LOGIN, answer]
    gateway = JsonRpcGateway(settings(server.url))
    with pytest.raises(GatewayError) as caught:
        gateway.search_count("res.partner", [])
    assert type(caught.value) is error
    assert caught.value.unclear is unclear
    shown = f"{caught.value} {caught.value!r} {vars(caught.value)}"
    assert CANARY not in shown
    assert "Trace" not in shown
    assert len(server.requests) == 3
    assert gateway.calls == 3
    gateway.close()


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([result(False)], Unauthorised),
        ([failure("odoo.exceptions.AccessDenied")], Unauthorised),
        ([result(8), failure("odoo.exceptions.AccessDenied")], Unauthorised),
        (
            [failure("psycopg2.OperationalError", 'database "db" does not exist')],
            Incompatible,
        ),
        ([None], Unreachable),
    ],
)
def test_login(
    settings: Make, server: RawServer, answers: list[bytes | None], error: type[GatewayError]
) -> None:
    """Wrong login, wrong key, wrong database."""
    server.answers += answers
    with pytest.raises(error) as caught:
        JsonRpcGateway(settings(server.url))
    assert CANARY not in str(caught.value)


def test_refused(settings: Make) -> None:
    """Nobody listens: nothing was sent."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Unreachable, match="refuses") as caught:
        JsonRpcGateway(settings(f"http://127.0.0.1:{port}"))
    assert not caught.value.unclear


def test_needs_a_login(settings: Make) -> None:
    """The login is a setting."""
    with pytest.raises(SettingsError, match="login"):
        JsonRpcGateway(settings(login=""))


def test_what_is_sent(settings: Make, server: RawServer) -> None:
    """Only ``execute_kw``, with named arguments."""
    server.answers += [*LOGIN, result([{"id": 1, "name": "x"}]), result(None)]
    gateway = JsonRpcGateway(settings(server.url))
    rows = gateway.search_read("res.partner", [("id", ">", 0)], ["name"], limit=5)
    assert rows == [{"id": 1, "name": "x"}]
    assert gateway.call("retainer.gateway", "hello", repeatable=True) is None
    sent = json.loads(server.requests[2].partition(b"\r\n\r\n")[2])["params"]
    assert (sent["service"], sent["method"]) == ("object", "execute_kw")
    assert sent["args"] == [
        "db",
        8,
        CANARY,
        "res.partner",
        "search_read",
        [],
        {
            "domain": [["id", ">", 0]],
            "fields": ["name"],
            "limit": 5,
            "order": "id asc",
            "load": None,
        },
    ]
    gateway.close()


@pytest.mark.parametrize("value", [float("nan"), object()])
def test_what_is_no_json_is_our_defect(settings: Make, server: RawServer, value: Any) -> None:
    """It is neither sent nor blamed on the server."""
    server.answers += LOGIN
    gateway = JsonRpcGateway(settings(server.url))
    with pytest.raises((TypeError, ValueError)):
        gateway.search_count("res.partner", [("id", "=", value)])
    assert len(server.requests) == 2
    gateway.close()
