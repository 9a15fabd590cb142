"""Each planted bug is caught, by the test that its entry names; without it that test passes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.faults.planted import ROOT, SERVICE, VARIABLE, Bug, drop_unique, search_then_create
from tests.faults.runner_faults import eight_callers
from tests.faults.trial import KEYED, Bench, attempt, twice, unique_on


def outcome_of(*tests: str, planted: str = "") -> tuple[int, str]:
    """pytest's exit code and what it printed."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"),
            *("-p", "tests.faults.planted", "-m", "not odoo", *tests),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), VARIABLE: planted},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout


def test_without_a_bug_these_tests_pass() -> None:
    code, out = outcome_of(*(bug.caught_by for bug in SERVICE))
    assert code == 0, out


@pytest.mark.parametrize("bug", SERVICE, ids=lambda bug: bug.name)
def test_it_is_caught(bug: Bug) -> None:
    code, out = outcome_of(bug.caught_by, planted=bug.name)
    assert code == 1, out
    assert "failed" in out
    assert "Error" in out


@pytest.mark.odoo
def test_search_then_create_without_unique_keys_doubles_on_a_real_odoo() -> None:
    """What keeps eight callers apart is taken away, and the judge of the trials sees it: they meet
    by chance, which a busy machine makes rarer, so some trials are made until they do.
    """
    from tests.faults.lab import Lab

    lab = Lab.open(plant=search_then_create)
    try:
        bench = Bench(lab)
        for table, key in KEYED.items():
            drop_unique(lab.gates.eye.ask, table, key)
            assert lab.gates.eye.ask(unique_on(table, key)) == "0"
        verdicts = (attempt(bench, eight_callers, seed=seed) for seed in range(8))
        assert any(verdict.duplicates for verdict in verdicts), "eight callers never met"
        assert twice(lab) > 0
    finally:
        lab.close()
