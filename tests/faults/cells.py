"""The table: which fault strikes at which point, or why it cannot strike there."""

from __future__ import annotations

from dataclasses import dataclass

from tests.faults import line_faults, people_faults, runner_faults, server_faults
from tests.faults.stand import Point
from tests.faults.trial import Fault


@dataclass(frozen=True)
class Cell:
    """One fault at one point; where it makes no sense, the reason."""

    fault: str
    point: Point
    strike: Fault | None = None
    why_not: str = ""
    workers: int = 0
    """Processes of Odoo that it needs; 0 = one process with threads."""

    @property
    def name(self) -> str:
        """For people and for ``--cell``."""
        return f"{self.fault} / {self.point}"


SERVICE = "the service is killed"
WORKER = "an Odoo worker is killed"
BACKEND = "PostgreSQL ends the session"
POSTGRES = "PostgreSQL is killed"
REQUEST = "the line drops the request"
ANSWER = "the line drops the answer"
RUNNERS = "two runners at once"
PERSON = "a person interferes"

NOTHING_ARRIVED = "a request that never arrived is not worked on; the next row is this case"


def _of(fault: str, strike: dict[Point, Fault], workers: int = 0) -> list[Cell]:
    return [Cell(fault, point, each, workers=workers) for point, each in strike.items()]


CELLS: tuple[Cell, ...] = (
    *_of(SERVICE, runner_faults.KILLED),
    *_of(WORKER, server_faults.WORKER_KILLED, workers=2),
    *_of(BACKEND, server_faults.SESSION_ENDED),
    *_of(POSTGRES, server_faults.POSTGRES_KILLED),
    Cell(REQUEST, Point.before, line_faults.request_before),
    Cell(REQUEST, Point.work, line_faults.request_half),
    Cell(REQUEST, Point.answer, why_not=NOTHING_ARRIVED),
    Cell(REQUEST, Point.reconcile, why_not=NOTHING_ARRIVED),
    Cell(REQUEST, Point.close, line_faults.request_close),
    Cell(ANSWER, Point.before, line_faults.answer_before),
    Cell(ANSWER, Point.work, line_faults.answer_work),
    Cell(ANSWER, Point.answer, line_faults.answer_committed),
    Cell(ANSWER, Point.reconcile, line_faults.answer_reconcile),
    Cell(ANSWER, Point.close, line_faults.answer_close),
    *_of(RUNNERS, runner_faults.TWO),
    *_of(PERSON, people_faults.PERSON),
)
