"""The line between the service and Odoo fails: it drops a request, or an answer."""

from __future__ import annotations

from tests.faults.line import Exchange, through
from tests.faults.stand import Point
from tests.faults.trial import Trial, batch


def _lost(trial: Trial, method: str, number: int, *, answer: bool, half: bool = False) -> None:
    """One call loses its request or its answer; the run helps itself, or the next one does."""
    struck: list[str] = []
    gently = trial.chance.random() < 0.5

    def script(exchange: Exchange) -> None:
        if (exchange.method, exchange.number) != (method, number):
            through(exchange)
            return
        struck.append(method)
        if answer:
            exchange.forward()
        if half:
            exchange.half()
        exchange.cut(gently=gently)

    trial.lab.line.clear(script)
    trial.run().end()
    assert struck, f"no {method} came by"


def request_before(trial: Trial) -> None:
    """The request never reaches Odoo."""
    _lost(trial, "apply", batch(trial), answer=False)


def request_half(trial: Trial) -> None:
    """Half of the request reaches Odoo."""
    _lost(trial, "apply", batch(trial), answer=False, half=True)


def request_close(trial: Trial) -> None:
    """The request to close the run never arrives."""
    _lost(trial, "finish_run", 1, answer=False)


def answer_before(trial: Trial) -> None:
    """Odoo gave the lease, and nobody heard of it."""
    _lost(trial, "begin_run", 1, answer=True)


def answer_committed(trial: Trial) -> None:
    """The batch is in the books, and nobody heard of it."""
    _lost(trial, "apply", batch(trial), answer=True)


def answer_close(trial: Trial) -> None:
    """The run is closed, and nobody heard of it."""
    _lost(trial, "finish_run", 1, answer=True)


def _cut_at_work(trial: Trial, point: Point) -> None:
    """The line breaks while Odoo is at work; what was sent is sent again before it is done."""
    stand = trial.stand(point)
    ran = trial.run()
    stand.wait(ran.is_alive)
    assert stand.exchange is not None
    stand.exchange.cut(gently=trial.chance.random() < 0.5)
    # The service looks the keys up, finds nothing, and sends the batch again.
    seen = trial.lab.line.calls["apply"]
    while ran.is_alive() and trial.lab.line.calls["apply"] == seen:
        ran.join(0.02)
    ran.join(trial.chance.random() * 0.3)
    stand.let_go()
    ran.end()


def answer_work(trial: Trial) -> None:
    """The line breaks while Odoo writes."""
    _cut_at_work(trial, Point.work)


def answer_reconcile(trial: Trial) -> None:
    """The line breaks while Odoo has posted and not reconciled."""
    _cut_at_work(trial, Point.reconcile)
