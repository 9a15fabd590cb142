"""One trial of each cell in which a person interferes; ``make faults`` does twenty."""

from __future__ import annotations

import pytest

from tests.faults.cells import CELLS, PERSON
from tests.faults.lab import PROTOCOLS
from tests.faults.people_faults import DEEDS, ON_DRAFT, ON_POSTED, deed
from tests.faults.stand import Point
from tests.faults.trial import Bench, attempt, protocol

SEEDS = {
    Point.before: 1,
    Point.work: 2,
    Point.answer: 0,
    Point.reconcile: 3,
    Point.close: 1,
}
"""A draft is deleted, another posted; an invoice is edited, one cancelled, one edited."""


def test_together_they_try_each_deed_and_both_protocols() -> None:
    tried = {(DEEDS[point], deed(point, seed)) for point, seed in SEEDS.items()}
    assert {(ON_POSTED, each) for each in ON_POSTED} <= tried
    assert {each for _, each in tried} == {*ON_DRAFT, *ON_POSTED}
    assert {protocol(seed) for seed in SEEDS.values()} == {*PROTOCOLS}


@pytest.mark.odoo
@pytest.mark.parametrize("point", SEEDS)
def test_what_a_person_did_stands(bench: Bench, point: Point) -> None:
    (cell,) = [each for each in CELLS if each.fault == PERSON and each.point == point]
    assert cell.strike is not None
    verdict = attempt(bench, cell.strike, SEEDS[point])
    assert verdict.clean, verdict
