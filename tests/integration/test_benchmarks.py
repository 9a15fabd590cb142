"""Each benchmark runs on a few records, so that it still works when somebody wants to know.

How long anything takes is never asserted.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks import idle, pull, push, run, workers
from benchmarks.arena import Arena, arena
from sandbox.progress import Silent

pytestmark = pytest.mark.odoo


@pytest.fixture(scope="module")
def ground() -> Iterator[Arena]:
    with push.ready(Silent()) as arena:
        yield arena


def test_everybody_writes_the_same_documents(ground: Arena) -> None:
    series = push.measure(ground, push.QUICK, Silent())
    assert all(each.wall and each.cpu for each in series.values())
    shown = push.table(series)
    assert "| JSON-2 : one batch inside Odoo | ≤ 1.15 |" in shown
    assert shown.count("\n| ") == len(series) + 5


def test_nothing_to_do_asks_the_same_of_many_as_of_few(ground: Arena) -> None:
    found = idle.measure(ground, idle.QUICK, Silent())
    assert len({each.calls for each in found}) == 1
    assert found[-1].engagements == idle.QUICK.few * idle.QUICK.times
    assert found[-1].moves > found[0].moves
    assert found[-1].rows > found[0].rows > 0
    assert f"| **{found[0].calls}** |" in idle.table(found)


def test_everybody_reads_the_same_rows(ground: Arena) -> None:
    series = pull.measure(ground, pull.QUICK, Silent())
    assert all(each.wall for each in series.values())
    assert pull.table(series).count("\n| ") == len(series)


def test_a_whole_run_is_told_by_its_phases(ground: Arena) -> None:
    few, more = run.measure(ground, run.QUICK, Silent())
    assert more.documents > few.documents
    assert more.calls == few.calls, "what grows is what a call holds"
    assert set(few.phases) == set(run.PHASES)
    assert all(each > 0 for each in few.phases.values()), few.phases
    assert sum(few.phases.values()) <= few.wall
    assert f"| {more.retainers} | {more.entries} |" in run.table([few, more])


def test_runs_of_several_companies_at_once_double_nothing() -> None:
    with arena(Silent()) as own:
        (found,) = workers.measure(own, workers.QUICK, Silent())
    assert found.doubled == 0
    assert found.documents > 0
    assert f"| {found.workers} | {found.documents} | 0 |" in workers.table([found])
