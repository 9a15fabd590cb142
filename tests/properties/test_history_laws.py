"""Whatever people do, in any order: the books tie, lots hold, a second run has nothing to do."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from sync.odoo.connect import connect_once
from sync.odoo.memory import MemoryOdoo
from sync.scenario.load import observe_money
from sync.settings import Settings
from tests.properties.histories import END, START, History
from tests.properties.ledger_laws import ledger_laws

if TYPE_CHECKING:
    from sandbox import Database
    from sync.odoo import AdminGateway


@pytest.mark.parametrize("seed", range(24))
def test_the_books_tie_after_every_run_of_any_history(seed: int) -> None:
    lived(in_memory(seed), 30)


@pytest.mark.odoo
@pytest.mark.parametrize("seed", [33, 215])
def test_a_real_odoo_tells_the_same_history(
    seed: int, odoo_database: Callable[[str], Database]
) -> None:
    database = odoo_database(f"history {seed}")
    with (
        closing(door(database, database.admin_api_key)) as admin,
        closing(door(database, database.service_api_key)) as service,
    ):
        real = History(seed, admin, service)
        lived(real, 24)
        memory = in_memory(seed)
        lived(memory, 24)
        assert real.told == memory.told
        assert state(real) == state(memory)


def in_memory(seed: int) -> History:
    odoo = MemoryOdoo()
    return History(seed, odoo.gateway("admin"), odoo.gateway("drawdown"))


def door(database: Database, key: str) -> AdminGateway:
    return connect_once(Settings(url=database.url, database=database.name, api_key=key))


def lived(history: History, steps: int) -> None:
    """Nothing went against a law."""
    wrong = list(history.live(steps))
    wrong += ledger_laws(history.world, history.service, START, END)
    assert not wrong, "\n".join([f"seed {history.seed}", *history.told, *wrong])


def state(history: History) -> dict[str, list[Any]]:
    """Where the money is, in an order of its own."""
    world = history.world
    seen = {
        "lots": observe_money.lots(world),
        "receivables": observe_money.receivables(world),
        "advances": observe_money.advances(world),
    }
    return {
        kind: sorted(
            sorted((name, str(value)) for name, value in each.items() if name != "document")
            for each in rows
        )
        for kind, rows in seen.items()
    }
