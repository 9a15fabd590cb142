"""Coming in at the real server: which door is taken, and what a wrong setting is told."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from sync.odoo import Gateway, GatewayError
from sync.odoo.connect import connect, connect_once
from sync.odoo.errors import Incompatible, NotFound, Unauthorised, Unreachable
from sync.odoo.paging import read_all
from sync.settings import Settings

pytestmark = pytest.mark.odoo

Make = Callable[..., Settings]
PROTOCOLS = pytest.mark.parametrize("protocol", ["json2", "jsonrpc"])


@pytest.fixture(scope="module")
def settings(odoo_database: Callable[[str], Any]) -> Make:
    """Settings of the service user of a real database."""
    database = odoo_database("doors")

    def make(**changes: Any) -> Settings:
        values = {
            "url": database.url,
            "database": database.name,
            "login": database.service_login,
            "api_key": database.service_api_key,
        }
        return Settings(**(values | changes))

    return make


@pytest.mark.parametrize(
    ("asked", "taken"), [("auto", "json2"), ("json2", "json2"), ("jsonrpc", "jsonrpc")]
)
def test_the_door_that_is_taken(settings: Make, asked: str, taken: str) -> None:
    """JSON-2 where the server has it."""
    gateway = connect(settings(protocol=asked))
    assert isinstance(gateway, Gateway)
    assert gateway.protocol == taken
    assert gateway.calls <= 3
    assert gateway.call("retainer.gateway", "hello", repeatable=True)["user"] == "drawdown"
    gateway.close()


@PROTOCOLS
def test_wrong_key(settings: Make, protocol: str) -> None:
    """The key is not shown."""
    with pytest.raises(Unauthorised) as caught:
        connect(settings(protocol=protocol, api_key="f00d" * 10))
    assert "f00d" not in f"{caught.value}{caught.value!r}"


@PROTOCOLS
def test_wrong_database(settings: Make, protocol: str) -> None:
    """It is named."""
    with pytest.raises(Incompatible, match="no database 'nonsense'"):
        connect(settings(protocol=protocol, database="nonsense"))


@PROTOCOLS
def test_somebody_elses_database_server(settings: Make, protocol: str) -> None:
    """Nobody listens there."""
    with pytest.raises(Unreachable) as caught:
        connect(settings(protocol=protocol, url="http://127.0.0.1:9", attempts=1))
    assert not caught.value.unclear


@PROTOCOLS
def test_no_time_to_answer(settings: Make, protocol: str) -> None:
    """What became of the call is unclear."""
    patient = connect_once(settings(protocol=protocol))
    patient.close()
    hasty = connect_once(settings(protocol=protocol))
    _hurry(hasty)
    with pytest.raises(Unreachable) as caught:
        hasty.search_count("account.move.line", [])
    hasty.close()
    assert caught.value.unclear


def _hurry(gateway: Any) -> None:
    """Give the server no time from now on."""
    gateway._http._timeouts = (5, 0.0001)
    if gateway.protocol == "jsonrpc":
        gateway._odoo._connector.timeout = 0.0001


@PROTOCOLS
def test_the_key_is_in_no_log(
    settings: Make, protocol: str, caplog: pytest.LogCaptureFixture
) -> None:
    """At DEBUG, with good calls and bad ones."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="odoorpc.rpc.jsonrpclib")
    made = settings(protocol=protocol)
    gateway = connect(made)
    list(read_all(gateway, "account.account", [], ["code", "name"], 20))
    with pytest.raises(NotFound) as caught:
        gateway.search_read("res.partner", [], ["nonsense"], limit=1)
    gateway.close()
    key = made.key().get_secret_value()
    for text in (caplog.text, str(caught.value), repr(caught.value), repr(gateway), repr(made)):
        assert key not in text


def test_both_doors_lead_to_the_same(settings: Make) -> None:
    """Every account, journal and field of a kind, value for value."""
    one, other = (connect(settings(protocol=name)) for name in ("json2", "jsonrpc"))
    for model, fields in (
        ("account.account", ("code", "name", "account_type", "reconcile", "company_ids")),
        ("account.journal", ("code", "company_id", "default_account_id", "currency_id")),
        ("account.tax", ("amount", "price_include_override", "create_date")),
        ("res.company", ("currency_id", "fiscalyear_lock_date", "retainer_unearned_account_id")),
        ("res.partner", ("name", "child_ids", "is_company", "write_date", "parent_id")),
    ):
        seen = [list(read_all(door, model, [], fields, 50)) for door in (one, other)]
        assert seen[0] == seen[1]
        assert seen[0]
    for door in (one, other):
        with pytest.raises(GatewayError):
            door.call("retainer.gateway", "apply", repeatable=False, company_id=1)
        door.close()
