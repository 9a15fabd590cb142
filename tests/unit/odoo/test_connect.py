"""Which door is taken, and which Odoo is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import responses
import structlog
from raw_server import RawServer, http
from test_jsonrpc_failures import LOGIN, result

from sync.odoo.connect import connect, connect_once
from sync.odoo.errors import GatewayError, Incompatible, Overloaded, Unauthorised, Unreachable
from sync.odoo.http import Http
from sync.odoo.retry import Repeater
from sync.odoo.version import ask_version
from sync.settings import Settings

Make = Callable[..., Settings]
URL = "https://odoo.example.com"
VERSION = {"version_info": [19, 0, 0, "final", 0, ""], "version": "19.0"}
CONTEXT = f"{URL}/json/2/res.users/context_get"


@responses.activate
@pytest.mark.parametrize("protocol", ["auto", "json2"])
def test_json2_where_it_is(settings: Make, protocol: str) -> None:
    """The version is right and the key is accepted."""
    responses.get(f"{URL}/web/version", json=VERSION)
    responses.post(CONTEXT, json={})
    gateway = connect(settings(protocol=protocol))
    assert (gateway.protocol, gateway.calls) == ("json2", 2)
    gateway.close()
    assert "Authorization" not in responses.calls[0].request.headers


def test_jsonrpc_where_json2_is_not(settings: Make, server: RawServer) -> None:
    """A 404 without an explanation: the other door."""
    version = http(json.dumps(VERSION).encode())
    server.answers += [version, http(b"<html>", "404 Not Found"), *LOGIN, result(5)]
    gateway = connect_once(settings(server.url))
    assert gateway.protocol == "jsonrpc"
    assert gateway.search_count("res.partner", []) == 5
    gateway.close()


@responses.activate
def test_json2_alone(settings: Make) -> None:
    """Without a login, or where it is asked for, there is no other door."""
    responses.get(f"{URL}/web/version", json=VERSION)
    responses.post(CONTEXT, body="<html>", status=404)
    for changes in ({"protocol": "json2"}, {"login": ""}):
        with pytest.raises(Incompatible, match="no database 'db'"):
            connect_once(settings(**changes))


@responses.activate
def test_wrong_key(settings: Make) -> None:
    """It does not try the other door with it."""
    responses.get(f"{URL}/web/version", json=VERSION)
    responses.post(CONTEXT, status=401)
    with pytest.raises(Unauthorised):
        connect(settings())
    assert len(responses.calls) == 2


@responses.activate
@pytest.mark.parametrize(
    ("info", "ok"),
    [
        ([19, 0, 0, "final", 0, "e"], True),
        (["saas~19", 2, 0, "final", 0, ""], True),
        ([18, 0, 0, "final", 0, ""], False),
        ([20, 0, 0, "alpha", 0, ""], False),
    ],
)
def test_other_versions(settings: Make, info: list[Any], ok: bool) -> None:
    """Only Odoo 19."""
    responses.get(f"{URL}/web/version", json={"version_info": info, "version": "x"})
    responses.post(CONTEXT, json={})
    if ok:
        connect_once(settings()).close()
        return
    with pytest.raises(Incompatible, match="Odoo 19"):
        connect_once(settings())
    assert len(responses.calls) == 1


@responses.activate
def test_version_the_older_way(settings: Make) -> None:
    """Where ``/web/version`` is not."""
    responses.get(f"{URL}/web/version", status=404)
    responses.post(
        f"{URL}/web/webclient/version_info",
        json={"result": {"server_version_info": [17, 0, 0, "final", 0, ""],
                         "server_version": "17.0+e"}},
    )  # fmt: skip
    http_ = Http(settings())
    version = ask_version(http_)
    http_.close()
    assert (version.major, version.minor, version.text) == (17, 0, "17.0+e")


@responses.activate
@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, "<html>It works!</html>", Incompatible),
        (200, "{}", Incompatible),
        (200, '{"version_info": "x"}', GatewayError),
        (404, "", Incompatible),
        (503, "", Overloaded),
        (301, "", Incompatible),
    ],
)
def test_not_an_odoo(settings: Make, status: int, body: str, error: type[GatewayError]) -> None:
    """Something else lives there, or nothing answers now."""
    responses.get(f"{URL}/web/version", status=status, body=body)
    responses.post(f"{URL}/web/webclient/version_info", status=status, body=body)
    with pytest.raises(error):
        connect_once(settings())


@responses.activate
def test_connecting_is_repeated(settings: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Odoo restarts: the run waits a little."""
    patient = partial(Repeater, sleep=lambda _: None)
    monkeypatch.setattr("sync.odoo.connect.Repeater", patient)
    responses.get(f"{URL}/web/version", status=503)
    responses.post(f"{URL}/web/webclient/version_info", status=503)
    responses.get(f"{URL}/web/version", json=VERSION)
    responses.post(CONTEXT, json={})
    gateway = connect(settings())
    assert gateway.protocol == "json2"
    gateway.close()


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("http://odoo.example.com", True),
        ("http://10.0.0.7:8069", True),
        ("http://localhost:8069", False),
        ("http://127.0.0.1:8069", False),
        ("http://[::1]:8069", False),
        ("https://odoo.example.com", False),
    ],
)
def test_a_key_in_the_open(settings: Make, url: str, warned: bool) -> None:
    """Plain http beyond this machine is warned of."""
    with structlog.testing.capture_logs() as logs:
        Http(settings(url)).close()
    assert bool(logs) is warned


def test_nobody_there(settings: Make) -> None:
    """After all attempts, the reason."""
    with pytest.raises(Unreachable, match="not known"):
        connect(settings("http://no-such-host.invalid", attempts=1))
