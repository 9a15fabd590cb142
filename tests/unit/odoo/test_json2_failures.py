"""Each way in which JSON-2 can fail becomes one class with the right facts, and leaks nothing."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import responses
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
from sync.odoo.json2 import Json2Gateway
from sync.settings import Settings

URL = "https://odoo.example.com/json/2/res.partner/search_count"
Make = Callable[..., Settings]


@pytest.fixture
def gateway(settings: Make) -> Iterator[Json2Gateway]:
    """A gateway to nowhere."""
    made = Json2Gateway(settings())
    yield made
    made.close()


def ask(gateway: Json2Gateway) -> Any:
    """Any call."""
    return gateway.search_count("res.partner", [])


def odoo_error(name: str, message: str = "words") -> dict[str, Any]:
    """An error object with a traceback that must not show."""
    return {
        "name": name,
        "message": message,
        "arguments": [message],
        "context": {},
        "debug": f"Traceback (most recent call last):\n  File x.py\nsecret = '{CANARY}'",
    }


FAILURES = [
    (400, odoo_error("werkzeug.exceptions.BadRequest"), ServerFault, False, False),
    (401, odoo_error("werkzeug.exceptions.Unauthorized"), Unauthorised, False, False),
    (401, "<html>log in</html>", Unauthorised, False, False),
    (403, odoo_error("odoo.exceptions.AccessError"), Forbidden, False, False),
    (403, odoo_error("odoo.exceptions.AccessDenied"), Unauthorised, False, False),
    (403, "<html>blocked</html>", Forbidden, False, False),
    (404, odoo_error("odoo.exceptions.MissingError"), NotFound, False, False),
    (404, odoo_error("werkzeug.exceptions.NotFound"), NotFound, False, False),
    (404, "<html>no database</html>", Incompatible, False, False),
    (409, odoo_error("odoo.exceptions.LockError"), Overloaded, True, False),
    (413, "", Rejected, False, False),
    (422, odoo_error("odoo.exceptions.UserError"), Rejected, False, False),
    (422, odoo_error("odoo.exceptions.ValidationError"), Rejected, False, False),
    (429, "", Overloaded, True, False),
    (500, odoo_error("builtins.ZeroDivisionError"), ServerFault, False, False),
    (500, odoo_error("builtins.ValueError", "Invalid field 'x' on 'y'"), NotFound, False, False),
    (500, odoo_error("psycopg2.errors.SerializationFailure"), Overloaded, True, False),
    (500, odoo_error("odoo.exceptions.ConcurrencyError"), Overloaded, True, False),
    (500, odoo_error("psycopg2.pool.PoolError"), Overloaded, True, False),
    (500, odoo_error("psycopg2.errors.AdminShutdown"), Unreachable, True, True),
    (500, odoo_error("psycopg2.OperationalError"), Unreachable, True, True),
    (500, odoo_error("psycopg2.InterfaceError"), Unreachable, True, True),
    (500, odoo_error("psycopg2.errors.DiskFull"), ServerFault, False, False),
    (500, "Internal Server Error", BadAnswer, True, True),
    (502, "<html><body>Bad gateway</body></html>", Overloaded, True, True),
    (503, "", Overloaded, True, False),
    (504, "", Overloaded, True, True),
    (200, "", BadAnswer, True, True),
    (200, '{"truncated', BadAnswer, True, True),
    (200, "<html>a portal</html>", BadAnswer, True, True),
    (200, {"not": "a number"}, BadAnswer, False, False),
    (200, True, BadAnswer, False, False),
    (302, "", Incompatible, False, False),
]


@responses.activate
@pytest.mark.parametrize(
    ("status", "body", "error", "retryable", "unclear"),
    FAILURES,
    ids=[f"{status}-{error.__name__}-{n}" for n, (status, _, error, _, _) in enumerate(FAILURES)],
)
def test_answers(
    gateway: Json2Gateway,
    status: int,
    body: Any,
    error: type[GatewayError],
    retryable: bool,
    unclear: bool,
) -> None:
    """Status and body decide; nothing of a traceback, a page or the key gets through."""
    text = body if isinstance(body, str) else json.dumps(body)
    responses.post(URL, body=text, status=status)
    with pytest.raises(GatewayError) as caught:
        ask(gateway)
    assert type(caught.value) is error
    assert (caught.value.retryable, caught.value.unclear) == (retryable, unclear)
    shown = f"{caught.value} {caught.value!r} {vars(caught.value)}"
    for leak in ("Traceback", CANARY, "<html", "x.py"):
        assert leak not in shown
    assert "\n" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert gateway.calls == 1


@responses.activate
def test_what_is_sent(gateway: Json2Gateway) -> None:
    """Bearer key, database, named arguments; display names are spared."""
    responses.post(URL.replace("count", "read"), json=[{"id": 1, "name": "x"}])
    gateway.search_read("res.partner", [("id", ">", 0)], ["name"], limit=5)
    (call,) = responses.calls
    sent = call.request
    assert sent.headers["Authorization"] == f"bearer {CANARY}"
    assert sent.headers["X-Odoo-Database"] == "db"
    assert sent.headers["User-Agent"].startswith("drawdown/")
    assert json.loads(sent.body or "") == {
        "domain": [["id", ">", 0]],
        "fields": ["name"],
        "limit": 5,
        "order": "id asc",
        "load": None,
    }


@responses.activate
def test_a_redirect_is_not_followed(gateway: Json2Gateway) -> None:
    """The key stays with the server it was meant for."""
    responses.post(URL, status=307, headers={"Location": "https://evil.example/x?key=y"})
    with pytest.raises(Incompatible, match=r"https://evil\.example\.") as caught:
        ask(gateway)
    assert len(responses.calls) == 1
    assert "key=y" not in str(caught.value)


@responses.activate
def test_netrc_does_not_take_the_place_of_the_key(
    settings: Make, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``requests`` prefers ``.netrc`` to a header; ours is no mere header."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine odoo.example.com login a password b\n")
    monkeypatch.setenv("NETRC", str(netrc))
    responses.post(URL, json=3)
    gateway = Json2Gateway(settings(use_proxy=True))
    assert ask(gateway) == 3
    gateway.close()
    assert responses.calls[0].request.headers["Authorization"] == f"bearer {CANARY}"


@responses.activate
def test_cookies_are_not_kept(gateway: Json2Gateway) -> None:
    """A session cookie beside the database header would be refused by Odoo."""
    responses.post(URL, json=3, headers={"Set-Cookie": "session_id=abc; Path=/"})
    ask(gateway)
    ask(gateway)
    assert "Cookie" not in responses.calls[1].request.headers


@responses.activate
@pytest.mark.parametrize(("header", "wait"), [("7", 7.0), ("soon", None), ("", None)])
def test_retry_after(gateway: Json2Gateway, header: str, wait: float | None) -> None:
    """What the server asks for is kept."""
    responses.post(URL, status=503, headers={"Retry-After": header})
    with pytest.raises(Overloaded) as caught:
        ask(gateway)
    assert caught.value.wait == wait


@responses.activate
@pytest.mark.parametrize(
    ("answer", "what"),
    [
        ([{"name": "no id"}], "shape"),
        ([{"id": 1}], "left out"),
        ({"id": 1}, "dict"),
        ([7], "int"),
        (None, "NoneType"),
    ],
)
def test_rows_of_another_shape(gateway: Json2Gateway, answer: Any, what: str) -> None:
    """Rows have an id and every field that was asked for."""
    responses.post(URL.replace("count", "read"), json=answer)
    with pytest.raises(BadAnswer):
        gateway.search_read("res.partner", [], ["name"], limit=5)


@responses.activate
def test_forbidden_says_which_right(gateway: Json2Gateway) -> None:
    """Model and operation are read from Odoo's words; its list of groups is not shown."""
    words = "You are not allowed to modify 'Contact' (res.partner) records.\n\nThis operation is"
    responses.post(URL, status=403, json=odoo_error("odoo.exceptions.AccessError", words))
    with pytest.raises(Forbidden) as caught:
        ask(gateway)
    assert (caught.value.model, caught.value.operation) == ("res.partner", "write")
    assert "This operation" not in str(caught.value)


@responses.activate
@pytest.mark.parametrize(
    ("failure", "unclear", "retryable"),
    [
        (requests.exceptions.ConnectTimeout(), False, True),
        (requests.exceptions.ReadTimeout(), True, True),
        (requests.exceptions.SSLError(), False, False),
        (requests.exceptions.ProxyError(), False, True),
        (requests.exceptions.ConnectionError(), True, True),
        (requests.exceptions.InvalidURL(), False, False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_lines_that_break(
    gateway: Json2Gateway, failure: Exception, unclear: bool, retryable: bool
) -> None:
    """Unclear, unless it is known that nothing was sent."""
    responses.post(URL, body=failure)
    with pytest.raises(Unreachable) as caught:
        ask(gateway)
    assert (caught.value.unclear, caught.value.retryable) == (unclear, retryable)


def test_refused(settings: Make) -> None:
    """Nobody listens: nothing was sent."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    gateway = Json2Gateway(settings(f"http://127.0.0.1:{port}"))
    with pytest.raises(Unreachable, match="refuses") as caught:
        ask(gateway)
    gateway.close()
    assert not caught.value.unclear


def test_unknown_name(settings: Make) -> None:
    """No such host."""
    gateway = Json2Gateway(settings("http://no-such-host.invalid"))
    with pytest.raises(Unreachable, match="not known") as caught:
        ask(gateway)
    gateway.close()
    assert not caught.value.unclear


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (None, Unreachable),  # closed without a word, after the request was read
        (b"", Unreachable),  # no answer in time
        (b"HTTP/1.1 200 OK\r\nContent-Le", BadAnswer),
        (http(b"[1, 2", length=500), BadAnswer),
        (b"complete nonsense\r\n\r\n", Unreachable),
    ],
    ids=["closed", "silent", "half a head", "half a body", "nonsense"],
)
def test_real_sockets(
    settings: Make, server: RawServer, answer: bytes | None, error: type[GatewayError]
) -> None:
    """The request arrived: whatever else, it is unclear what became of it."""
    server.answers.append(answer)
    gateway = Json2Gateway(settings(server.url))
    with pytest.raises(error) as caught:
        ask(gateway)
    gateway.close()
    assert caught.value.unclear
    assert caught.value.retryable
    assert len(server.requests) == 1


def test_an_answer_too_large(
    settings: Make, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading stops; memory is not filled."""
    monkeypatch.setattr("sync.odoo.http.LARGEST_ANSWER", 1000)
    server.answers.append(http(b"1" * 2000))
    gateway = Json2Gateway(settings(server.url))
    with pytest.raises(BadAnswer, match="more than"):
        ask(gateway)
    gateway.close()


@responses.activate
@pytest.mark.parametrize("value", [float("nan"), object()])
def test_what_is_no_json_is_our_defect(gateway: Json2Gateway, value: Any) -> None:
    """It is neither sent nor blamed on the server."""
    with pytest.raises((TypeError, ValueError)):
        gateway.call("res.partner", "search_count", repeatable=True, domain=[("id", "=", value)])
    assert gateway.calls == 0
