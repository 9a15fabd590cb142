"""The service itself dies, or there are two of it."""

from __future__ import annotations

import threading
import time

from sync.push import LeaseHeld
from tests.faults.line import Exchange, through
from tests.faults.stand import GATES, Point
from tests.faults.trial import BATCH, Fault, Trial

LEFT = 3.0
"""Seconds of a lease that runs out while its run stands in a transaction."""


def _killed_at(point: Point) -> Fault:
    def strike(trial: Trial) -> None:
        lab = trial.lab
        stand = trial.stand(point)
        process = lab.process(lab.settings(trial.protocol, batch_size=BATCH))
        try:
            stand.wait(lambda: process.poll() is None)
        finally:
            process.kill()
            process.communicate()
        assert stand.exchange is not None
        if point in (Point.before, Point.close) and trial.chance.random() < 0.5:
            # It died before the request left; else what it sent still arrives.
            stand.exchange.cut()
        assert lab.held(), "a dead run's lease holds until its time is up"
        stand.let_go()
        lab.line.rest()

    return strike


def _two_at(point: Point) -> Fault:
    """A second run comes while the first stands there: refused, and let in when the lease is up.

    Where the first stands in a transaction, that keeps the lease however long it takes.
    """

    def strike(trial: Trial) -> None:
        lab, inside = trial.lab, point in GATES
        # Inside a transaction the lease's row cannot be touched: its end is fixed before.
        stand = trial.stand(
            point,
            touch=(lambda: lab.expire(LEFT)) if inside else (lambda: None),
        )
        first = trial.run()
        stand.wait(first.is_alive)
        assert lab.held(), "the first run holds the lease"
        if inside:
            time.sleep(LEFT + 1)  # Odoo's clock tells whole seconds
        else:
            refused = trial.run(direct=True).end()
            # Where all is written already, the second run has nothing to do and needs no lease.
            done = point is Point.close and refused.report is not None and not refused.report.counts
            assert done or isinstance(refused.error, LeaseHeld), refused.error
            lab.expire()
        second = trial.run(direct=True)
        # Inside, it waits for the transaction of the first one.
        second.join(1.0 + trial.chance.random() if inside else 60)
        stand.let_go()
        second.end()
        first.end()
        if inside:
            # The first goes on; the second is refused, or let in once the first is done.
            assert first.error is None, (first.error, lab.runs())
            stopped = first.report.stopped if first.report is not None else "no report"
            assert not stopped, (stopped, lab.runs())
        held = inside and isinstance(second.error, LeaseHeld)
        assert held or second.error is None, (second.error, lab.runs())

    return strike


def eight_callers(trial: Trial) -> None:
    """The same documents, eight times over, at the same moment."""
    lab, answers = trial.lab, []

    def script(exchange: Exchange) -> None:
        if exchange.method != "apply" or exchange.number > 1:
            through(exchange)
            return
        callers = [
            threading.Thread(target=lambda: answers.append(exchange.forward())) for _ in range(8)
        ]
        for each in callers:
            each.start()
        for each in callers:
            each.join()
        exchange.answer(next(each for each in answers if each[0] == 200))

    lab.line.clear(script)
    trial.run().end()
    assert len(answers) == 8, "not all were answered"


KILLED = {point: _killed_at(point) for point in Point}
TWO = {point: _two_at(point) for point in Point}
