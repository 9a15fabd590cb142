"""The judge of the trials sees what is wrong."""

from __future__ import annotations

from typing import Any

from tests.faults.trial import Verdict, compare

FEE = {"engagement": 0, "role": "fee", "move_type": "out_invoice", "date": "2025-03-03"}
ROWS = [{**FEE, "amount_total": 1000.0}, {**FEE, "date": "2025-04-01", "amount_total": 1000.0}]


def judged(found: Any, wanted: Any = ROWS, part: str = "documents") -> tuple[int, int, int]:
    """Duplicates, losses and differences."""
    verdict = Verdict()
    compare(part, wanted, found, verdict)
    assert verdict.clean == (wanted == found)
    return verdict.duplicates, verdict.losses, len(verdict.differences)


def test_the_same_is_clean() -> None:
    assert judged([dict(row) for row in ROWS]) == (0, 0, 0)


def test_one_too_many_is_a_duplicate() -> None:
    assert judged([*ROWS, ROWS[0]]) == (1, 0, 0)
    assert judged(2, wanted=1, part="others") == (1, 0, 0)


def test_one_missing_is_a_loss() -> None:
    assert judged(ROWS[:1]) == (0, 1, 0)
    assert judged(0, wanted=1, part="others") == (0, 1, 0)


def test_another_document_is_both() -> None:
    assert judged([ROWS[0], {**ROWS[1], "role": "overage"}]) == (1, 1, 0)


def test_a_cent_is_a_difference() -> None:
    assert judged([ROWS[0], {**ROWS[1], "amount_total": 1000.01}]) == (0, 0, 1)
