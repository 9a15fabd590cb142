"""The doors the suite goes through: the Odoo in memory, and the real one by both protocols."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from contract_world import Door, World

from sync.odoo.json2 import Json2Gateway
from sync.odoo.jsonrpc import JsonRpcGateway
from sync.odoo.memory import MemoryOdoo
from sync.settings import Settings

REAL = {"json2": Json2Gateway, "jsonrpc": JsonRpcGateway}


@pytest.fixture(
    scope="module",
    params=[
        "memory",
        pytest.param("json2", marks=pytest.mark.odoo),
        pytest.param("jsonrpc", marks=pytest.mark.odoo),
    ],
)
def door(request: pytest.FixtureRequest) -> Iterator[Door]:
    """An Odoo of this module's own, as the administrator and as the service."""
    if request.param == "memory":
        odoo = MemoryOdoo()
        yield Door(odoo.gateway("admin"), odoo.gateway("drawdown"), odoo.gateway)
        return
    database = request.getfixturevalue("odoo_database")(request.module.__name__)
    adapter = REAL[request.param]

    def come_in(login: str, key: str = "") -> Any:
        keys = {
            database.admin_login: database.admin_api_key,
            database.service_login: database.service_api_key,
        }
        return adapter(
            Settings(
                url=database.url,
                database=database.name,
                login=login,
                api_key=key or keys.get(login, "0" * 40),
            )
        )

    admin, service = come_in(database.admin_login), come_in(database.service_login)
    yield Door(admin, service, come_in)
    admin.close()
    service.close()


@pytest.fixture
def world(door: Door) -> World:
    """A client with an engagement of its own."""
    return World(door)


@pytest.fixture
def leased(world: World) -> Iterator[World]:
    """The same, with the company's lease held."""
    world.begin()
    yield world
    world.finish()
