"""How a run behaves that is stopped, that lasts longer than its lease, and that is sent twice."""

from __future__ import annotations

import signal
import threading
from typing import Any

import pytest

from sync.cli.exits import Exit
from sync.odoo.errors import GatewayError
from tests.faults.lab import DAY, LEASE
from tests.faults.runner_faults import eight_callers
from tests.faults.stand import Point
from tests.faults.trial import BATCH, KEYED, Bench, Trial, attempt, unique_on

pytestmark = pytest.mark.odoo


def test_told_to_stop_it_ends_after_its_batch_and_frees_the_lease(bench: Bench) -> None:
    def stopped(trial: Trial) -> None:
        lab = trial.lab
        stand = trial.stand(Point.work, number=3)
        process = lab.process(lab.settings("json2", batch_size=BATCH))
        stand.wait(lambda: process.poll() is None)
        process.send_signal(signal.SIGTERM)
        stand.let_go()
        out, _ = process.communicate(timeout=60)
        assert process.returncode == Exit.terminated, out
        assert b"the next run completes the work" in out
        assert lab.line.calls["apply"] == 3, "the batch on its way, and none after it"
        assert lab.line.calls["finish_run"] == 1
        running = "SELECT count(*) FROM retainer_sync_run WHERE state = 'running'"
        assert lab.gates.eye.ask(running) == "0"

    verdict = attempt(bench, stopped, seed=0)
    assert verdict.clean, verdict


def test_a_lease_is_kept_through_a_run_that_lasts_longer(bench: Bench) -> None:
    """Before each batch it is renewed as soon as a quarter of it has passed."""

    def slow(trial: Trial) -> None:
        lab = trial.lab
        stand = trial.stand(Point.answer, number=2)
        ran = trial.run()
        stand.wait(ran.is_alive)
        left = "SELECT extract(epoch FROM lease_until - (now() AT TIME ZONE 'UTC'))"
        before = float(lab.gates.eye.ask(f"{left} FROM retainer_sync_run WHERE state = 'running'"))
        ran.join(LEASE * 0.3)
        stand.let_go()
        ran.end()
        assert ran.error is None, ran.error
        assert ran.report is not None
        assert not ran.report.stopped
        assert before <= LEASE
        assert lab.line.calls["renew_lease"] >= 1

    verdict = attempt(bench, slow, seed=0)
    assert verdict.clean, verdict


def test_a_lease_runs_out_by_itself_and_is_taken_over(bench: Bench) -> None:
    """By the clock, nothing is put forward; its own writes are refused from then on."""
    lab, seconds = bench.lab, 2
    lab.expire()
    ask: dict[str, Any] = {"company_id": 1, "as_of": DAY.isoformat()}

    def begin(owner: str) -> dict[str, Any]:
        return lab.service.call(
            "retainer.gateway",
            "begin_run",
            repeatable=False,
            owner=owner,
            lease_seconds=seconds,
            **ask,
        )

    first = begin("first")
    assert begin("second")["held_by"] == "first"
    threading.Event().wait(seconds + 1)
    second = begin("second")
    assert "token" in second
    with pytest.raises(GatewayError, match="lease_lost"):
        lab.service.call(
            "retainer.gateway", "apply", repeatable=False, company_id=1, documents=[], **first
        )
    done = {"state": "done", **second}
    assert lab.service.call("retainer.gateway", "finish_run", repeatable=False, **done) is True


def test_two_callers_at_once_never_double(bench: Bench) -> None:
    """Each document is written once, whoever comes first."""
    verdict = attempt(bench, eight_callers, seed=0)
    assert verdict.clean, verdict


@pytest.mark.parametrize("table", KEYED)
def test_the_database_refuses_a_second_document_under_a_key(bench: Bench, table: str) -> None:
    """Whatever the code above it believes."""
    assert bench.twin()
    unique = bench.lab.gates.eye.ask(unique_on(table, KEYED[table]))
    assert unique != "0"
