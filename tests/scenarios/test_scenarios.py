"""Every story, through the Odoo in memory and, where it says ``real``, through the real one."""

from pathlib import Path

import pytest

from sync.odoo.memory import MemoryOdoo
from sync.scenario.load import load
from sync.scenario.reading import read
from sync.scenario.run import play

FILES = sorted(Path(__file__).parent.glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_is_called_like_its_file(file: Path) -> None:
    assert read(file).scenario == file.stem


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_in_memory(file: Path) -> None:
    scenario = read(file)
    odoo = MemoryOdoo()
    world = load(odoo.gateway("admin"), scenario)
    differences = play(world, scenario, odoo.gateway("drawdown"))
    assert [str(difference) for difference in differences] == []
