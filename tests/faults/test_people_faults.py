"""One trial of each cell in which a person interferes; ``make faults`` does twenty."""

from __future__ import annotations

import pytest

from tests.faults.cells import CELLS, PERSON, Cell
from tests.faults.trial import Bench, attempt

pytestmark = pytest.mark.odoo

STRUCK = [cell for cell in CELLS if cell.fault == PERSON and cell.strike]


@pytest.mark.parametrize("cell", STRUCK, ids=lambda cell: cell.name)
def test_what_a_person_did_stands(bench: Bench, cell: Cell) -> None:
    assert cell.strike is not None
    verdict = attempt(bench, cell.strike, seed=2 * STRUCK.index(cell))
    assert verdict.clean, verdict
