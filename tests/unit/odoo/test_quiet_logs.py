"""With every logger at DEBUG, the key is nowhere: not in logs, messages, reprs or tracebacks."""

from __future__ import annotations

import http.client
import logging
import traceback
from collections.abc import Callable

import pytest
from raw_server import CANARY, RawServer
from raw_server import http as raw
from test_jsonrpc_failures import LOGIN, failure, result

from sync.odoo.errors import GatewayError
from sync.odoo.json2 import Json2Gateway
from sync.odoo.jsonrpc import JsonRpcGateway
from sync.odoo.retry import Repeater, Retrying
from sync.settings import Settings

Make = Callable[..., Settings]


@pytest.fixture
def loud(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Somebody turned everything on, odoorpc's own logger by name too."""
    caplog.set_level(logging.DEBUG)
    for name in ("odoorpc", "odoorpc.rpc.jsonrpclib", "urllib3", "requests", "http.client"):
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


def test_odoorpc_would_leak(loud: pytest.LogCaptureFixture) -> None:
    """The test can fail: without the filter, the canary shows."""
    logger = logging.getLogger("odoorpc.rpc.jsonrpclib")
    kept = logger.filters[:]
    logger.filters.clear()
    try:
        logger.debug("(JSON,send) %s", CANARY)
    finally:
        logger.filters[:] = kept
    assert CANARY in loud.text


def test_jsonrpc(
    loud: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    settings: Make,
    server: RawServer,
) -> None:
    """Login, a good call, a bad one, repeated."""
    server.answers += [*LOGIN, result(3), failure("odoo.exceptions.LockError", CANARY), None]
    gateway = JsonRpcGateway(settings(server.url))
    door = Retrying(gateway, Repeater(2, sleep=lambda _: None))
    assert door.search_count("res.partner", []) == 3
    with pytest.raises(GatewayError) as caught:
        door.search_count("res.partner", [])
    gateway.close()
    _assert_quiet(loud, capsys, caught.value, gateway, settings())
    assert any(CANARY.encode() in request for request in server.requests), "it was sent, though"


def test_json2(
    loud: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    settings: Make,
    server: RawServer,
) -> None:
    """A good call, a bad one, repeated."""
    body = f'{{"name": "odoo.exceptions.LockError", "message": "{CANARY}"}}'.encode()
    server.answers += [raw(b"3"), raw(body, "409 Conflict"), None]
    gateway = Json2Gateway(settings(server.url))
    door = Retrying(gateway, Repeater(2, sleep=lambda _: None))
    assert door.search_count("res.partner", []) == 3
    with pytest.raises(GatewayError) as caught:
        door.search_count("res.partner", [])
    gateway.close()
    _assert_quiet(loud, capsys, caught.value, gateway, settings())
    assert any(CANARY.encode() in request for request in server.requests), "it was sent, though"


def _assert_quiet(
    loud: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    error: GatewayError,
    gateway: object,
    settings: Settings,
) -> None:
    printed = capsys.readouterr()
    told = "".join(traceback.format_exception(error))
    assert http.client.HTTPConnection.debuglevel == 0
    for text in (loud.text, printed.out, printed.err, told, repr(gateway), repr(settings)):
        assert CANARY not in text
    assert "odoo call is repeated" in printed.out + printed.err + loud.text
