"""One trial of each cell in which a worker of Odoo dies; ``make faults`` does twenty."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.cells import CELLS, WORKER, Cell
from tests.faults.trial import Bench, attempt

pytestmark = pytest.mark.odoo

STRUCK = [cell for cell in CELLS if cell.fault == WORKER and cell.strike]


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """An Odoo of several processes."""
    from tests.faults.lab import Lab

    lab = Lab.open(workers=STRUCK[0].workers)
    try:
        yield Bench(lab)
    finally:
        lab.close()


@pytest.mark.parametrize("cell", STRUCK, ids=lambda cell: cell.name)
def test_nothing_is_doubled_or_lost(bench: Bench, cell: Cell) -> None:
    assert cell.strike is not None
    verdict = attempt(bench, cell.strike, seed=STRUCK.index(cell))
    assert verdict.clean, verdict
