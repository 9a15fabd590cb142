"""One trial of each cell in which the service dies or comes twice; ``make faults`` does twenty."""

from __future__ import annotations

import pytest

from tests.faults.cells import CELLS, RUNNERS, SERVICE, Cell
from tests.faults.trial import Bench, attempt

pytestmark = pytest.mark.odoo

STRUCK = [cell for cell in CELLS if cell.fault in (SERVICE, RUNNERS) and cell.strike]


@pytest.mark.parametrize("cell", STRUCK, ids=lambda cell: cell.name)
def test_nothing_is_doubled_or_lost(bench: Bench, cell: Cell) -> None:
    assert cell.strike is not None
    verdict = attempt(bench, cell.strike, seed=STRUCK.index(cell))
    assert verdict.clean, verdict
