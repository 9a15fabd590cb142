"""What the service talks to dies: a worker of Odoo, a session of PostgreSQL, PostgreSQL itself."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

from tests.faults.gate import Standing
from tests.faults.lab import Lab
from tests.faults.stand import Point
from tests.faults.trial import Fault, Trial

Blow = Callable[[Trial, Standing | None], None]
"""What strikes. It is told who stands in a transaction; None = the request waits outside."""


def _kill_worker(trial: Trial, standing: Standing | None) -> None:
    lab = trial.lab
    lab.kill_worker(standing.worker if standing else trial.chance.choice(lab.workers()))


def _end_session(trial: Trial, standing: Standing | None) -> None:
    lab = trial.lab
    for backend in [standing.backend] if standing else lab.backends():
        lab.gates.eye.ask(f"SELECT pg_terminate_backend({backend})")


def _kill_postgres(trial: Trial, standing: Standing | None) -> None:
    del standing
    trial.lab.kill_postgres()


def _struck_at(point: Point, blow: Blow) -> Fault:
    def strike(trial: Trial) -> None:
        stand = trial.stand(point, within=point is Point.close)
        ran = trial.run()
        stand.wait(ran.is_alive)
        blow(trial, stand.standing)
        ran.join(trial.chance.random() * 0.3)
        stand.let_go()
        ran.end()

    return strike


def _struck_after_commit(blow: Blow) -> Fault:
    """The transaction is committed while Odoo is frozen; the blow falls before it can say so."""

    def strike(trial: Trial) -> None:
        lab = trial.lab
        stand = trial.stand(Point.answer, within=True)
        ran = trial.run()
        stand.wait(ran.is_alive)
        standing = stand.standing
        assert standing is not None
        frozen = standing.worker
        assert frozen in (lab.server, *lab.workers())
        os.kill(frozen, signal.SIGSTOP)
        try:
            lab.gates.open()
            _committed(lab, standing.backend)
            blow(trial, standing)
        finally:
            if frozen == lab.server or frozen in lab.workers():
                os.kill(frozen, signal.SIGCONT)
        stand.let_go()
        ran.end()

    return strike


def _committed(lab: Lab, backend: int) -> None:
    """Wait until a session has ended its transaction."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        state = lab.gates.eye.ask(f"SELECT state FROM pg_stat_activity WHERE pid = {backend}")
        if state == "idle":
            return
        time.sleep(0.01)
    raise AssertionError("the transaction was not committed")


def _everywhere(blow: Blow) -> dict[Point, Fault]:
    return {
        point: _struck_after_commit(blow) if point is Point.answer else _struck_at(point, blow)
        for point in Point
    }


WORKER_KILLED = _everywhere(_kill_worker)
SESSION_ENDED = _everywhere(_end_session)
POSTGRES_KILLED = _everywhere(_kill_postgres)
