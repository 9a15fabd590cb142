"""Brings a run to a point and keeps it there, until the fault has struck."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from enum import StrEnum

from tests.faults.gate import Gate, Standing
from tests.faults.lab import Lab
from tests.faults.line import Exchange, through


class Point(StrEnum):
    """Where a run stands when a fault strikes."""

    before = "before sending"
    work = "in flight"
    answer = "committed, answer lost"
    reconcile = "between post and reconcile"
    close = "before the run is closed"


GATES = {Point.work: Gate.work, Point.reconcile: Gate.reconcile}
"""Points that lie inside Odoo's transaction."""


class Stand:
    """A run comes by the line; at the ``number``th batch it is kept at the point.

    ``within``: at ``answer`` and ``close``, stand inside the transaction, which is being committed,
    instead of on the line. ``touch`` is called as each batch arrives, until it was let go.
    """

    def __init__(
        self,
        lab: Lab,
        point: Point,
        number: int,
        *,
        within: bool = False,
        touch: Callable[[], None] = lambda: None,
    ) -> None:
        self.lab, self.point, self.number = lab, point, number
        self.gate = GATES.get(point) or (Gate.commit if within else None)
        self.exchange: Exchange | None = None
        self.standing: Standing | None = None
        self._touch = touch
        self._reached, self._go = threading.Event(), threading.Event()
        if point is Point.reconcile:
            lab.gates.shut(Gate.reconcile)
        lab.line.clear(self._treat)

    def wait(self, alive: Callable[[], bool]) -> None:
        """Return when the run stands there; ``alive`` says whether it still runs."""
        until = time.monotonic() + 90
        while not (self._reached.is_set() and (self.gate is None or self._at_gate())):
            assert alive(), f"the run ended before it came to: {self.point}"
            assert time.monotonic() < until, f"the run never came to: {self.point}"
            time.sleep(0.02)

    def let_go(self) -> None:
        """Let it go on."""
        self._go.set()
        self.lab.gates.open()

    def _at_gate(self) -> bool:
        assert self.gate is not None
        self.standing = self.lab.gates.standing(self.gate)
        return self.standing is not None

    def _treat(self, exchange: Exchange) -> None:
        batch = exchange.method == "apply"
        if batch and not self._go.is_set():
            self._touch()
        if self.point is Point.reconcile and batch:
            self.exchange = exchange
            self._reached.set()
            through(exchange)
            return
        here = exchange.method == "finish_run" if self.point is Point.close else batch
        if not here or exchange.number != (1 if self.point is Point.close else self.number):
            through(exchange)
            return
        self.exchange = exchange
        if self.gate is not None:
            self.lab.gates.shut(self.gate)
            self._reached.set()
            through(exchange)
        elif self.point is Point.answer:
            answer = exchange.forward()
            self._reached.set()
            self._go.wait()
            exchange.answer(answer)
        else:
            self._reached.set()
            self._go.wait()
            if not exchange.gone:
                through(exchange)
