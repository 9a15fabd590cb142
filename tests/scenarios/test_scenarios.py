"""Every story, through the Odoo in memory and, where it says ``real``, through the real one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sync.odoo.connect import connect_once
from sync.odoo.memory import MemoryOdoo
from sync.scenario.load import load
from sync.scenario.model import Scenario
from sync.scenario.reading import read
from sync.scenario.run import play
from sync.settings import Settings

if TYPE_CHECKING:
    from sandbox import Database, Sandbox
    from sync.odoo import AdminGateway

FILES = sorted(Path(__file__).parent.glob("*.yaml"))
STORIES = [(file, read(file)) for file in FILES]

every_story = pytest.mark.parametrize(
    ("file", "scenario"), STORIES, ids=[file.stem for file in FILES]
)
real_stories = pytest.mark.parametrize(
    "scenario",
    [scenario for _, scenario in STORIES if scenario.real],
    ids=[scenario.scenario for _, scenario in STORIES if scenario.real],
)


@every_story
def test_it_is_called_like_its_file(file: Path, scenario: Scenario) -> None:
    assert scenario.scenario == file.stem


@every_story
def test_in_memory(file: Path, scenario: Scenario) -> None:
    odoo = MemoryOdoo()
    world = load(odoo.gateway("admin"), scenario)
    differences = play(world, scenario, odoo.gateway("drawdown"))
    assert [str(difference) for difference in differences] == []


@pytest.mark.odoo
@real_stories
def test_on_a_real_odoo(
    scenario: Scenario, box: Sandbox, odoo_database: Callable[[str], Database]
) -> None:
    database = odoo_database(scenario.scenario)

    def door(key: str) -> AdminGateway:
        return connect_once(Settings(url=database.url, database=database.name, api_key=key))

    admin, service = door(database.admin_api_key), door(database.service_api_key)
    try:
        world = load(admin, scenario)
        found = play(world, scenario, service, again_after_each=False)
        differences = [str(difference) for difference in found]
    finally:
        admin.close()
        service.close()
        box.drop(database)
    assert differences == []
