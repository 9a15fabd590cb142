"""A run that finds nothing to do: how much it asks of Odoo, and whether that grows.

    python -m benchmarks.idle [--page docs/benchmarks.md] [--quick]

The service itself writes the history of a few agreements, month after month; copies of them in SQL
make many. Then it runs again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from statistics import median
from typing import Any
from unittest.mock import patch

from benchmarks.arena import Arena
from benchmarks.command import Benchmark
from benchmarks.meter import Meter
from benchmarks.run import PHASES, timed
from sandbox import Database
from sandbox.progress import Progress
from sync.domain.calendar import add_months
from sync.odoo import paging
from sync.odoo.gateway import Row

AS_OF = date(2025, 4, 1)


@dataclass(frozen=True)
class Size:
    """How long a history, of how many."""

    few: int = 10
    times: int = 100
    months: int = 24
    entries: int = 10
    """Of each in each month."""
    repeats: int = 3


QUICK = Size(few=2, times=3, months=2, entries=2, repeats=1)


@dataclass(frozen=True)
class Figures:
    """One world. Times in seconds, medians."""

    engagements: int
    months: int
    moves: int
    entries: int
    calls: int
    wall: float
    cpu: float
    own_cpu: float
    """Of the service alone."""
    rows: int
    """Read from Odoo in one run."""
    phases: dict[str, float]
    """Wall time by phase, as in a whole run."""


def measure(ground: Arena, size: Size, progress: Progress) -> list[Figures]:
    """Few agreements with half the history and with all of it, and many of each."""
    found = []
    half, whole = size.months // 2, size.months
    for months, times in ((half, 1), (whole, 1), (half, size.times), (whole, size.times)):
        many = f"{size.few * times:,} engagements, {months} months"
        with progress.step(f"History of {many}"):
            world = ground.world(
                f"history_{months}_{times}",
                partial(_history, ground, size, months, times),
            )
        with progress.step(f"Nothing to do: {many}"), ground.clone(world) as database:
            each = _run(ground, database, size, months)
            assert each.engagements == size.few * times, each
            progress.note(f"{each.calls} calls, {each.wall:.2f} s")
            found.append(each)
    return found


def _history(ground: Arena, size: Size, months: int, times: int, name: str) -> None:
    """Let the service work off all months in one late run, which equals monthly ones."""
    if times > 1:
        ground.box.drop(name)
        ground.box.clone(name, f"history_{months}_1")
        ground.inside("history.multiply", name, marks=ground.marks, times=times)
        # The copies' open statements carry fingerprints of the first ones.
        _work_off(ground, name)
        return
    ground.marks = ground.inside("history.watermarks", name)
    ground.inside(
        "agency.build",
        name,
        retainers=size.few,
        over=-(-size.few // 3),
        funded=-(-size.few // 3),
        entries=size.entries,
        start=add_months(AS_OF, -months).isoformat(),
        months=months,
    )
    _work_off(ground, name)


def _work_off(ground: Arena, name: str) -> None:
    """Run until there is nothing left to do."""
    with ground.service(ground.box.database(name), batch_size=1000) as service:
        (company,) = service.companies()
        while not (looked := service.look(company, AS_OF)).plan.empty:
            report = service.run(looked)
            assert not report.stopped, report.stopped
    ground.disconnect(name)


def _run(ground: Arena, database: Database, size: Size, months: int) -> Figures:
    """The nightly run, after one that warms the server up."""
    calls, walls, cpus, own = set[int](), [], [], []
    taken: list[dict[str, float]] = []
    for repeat in range(size.repeats + 1):
        with ground.service(database) as service:
            (company,) = service.companies()
            begun = service.gateway.calls
            phases = {name: Meter() for name in PHASES}
            with (
                (meter := ground.meter()),
                (alone := ground.own_meter()),
                timed(phases),
                counted() as rows,
            ):
                looked = service.look(company, AS_OF)
                assert looked.plan.empty, [each.key for each in looked.plan.changes][:3]
                assert not looked.plan.conflicts, looked.plan.conflicts[0]
                service.run(looked)
            if repeat:
                calls.add(service.gateway.calls - begun)
                walls.append(meter.wall)
                cpus.append(meter.cpu)
                own.append(alone.cpu)
                taken.append({name: each.wall for name, each in phases.items()})
    (same,) = calls
    count = ground.box.cluster.sql(
        "SELECT (SELECT count(*) FROM account_move), (SELECT count(*) FROM account_analytic_line)",
        database.name,
    ).split("|")
    return Figures(
        engagements=sum(each.kind == "retainer" for each in looked.pulled.snapshot.engagements),
        months=months,
        moves=int(count[0]),
        entries=int(count[1]),
        calls=same,
        wall=median(walls),
        cpu=median(cpus),
        own_cpu=median(own),
        rows=rows[0],
        phases={name: median(each[name] for each in taken) for name in PHASES},
    )


@contextmanager
def counted() -> Iterator[list[int]]:
    """How many rows pages bring while the body runs."""
    count = [0]
    real = paging.read_all

    def counting(*arguments: Any, **named: Any) -> Iterator[Row]:
        for row in real(*arguments, **named):
            count[0] += 1
            yield row

    with (
        patch("sync.pull.reader.read_all", counting),
        patch("sync.books.ledger.read_all", counting),
    ):
        yield count


def table(found: list[Figures]) -> str:
    """The figures, a line per world."""
    rows = [
        "| retainers | months of history | documents in Odoo | time entries | rows read | **calls**"
        " | pull | rules | books | wall time | CPU time | of the service alone |",
        "|--:" * 12 + "|",
    ]
    rows += [
        f"| {each.engagements:,} | {each.months} | {each.moves:,} | {each.entries:,}"
        f" | {each.rows:,} | **{each.calls}** | {each.phases['pull']:.2f} s"
        f" | {each.phases['rules']:.2f} s | {each.phases['books']:.2f} s"
        f" | {each.wall:.2f} s | {each.cpu:.2f} s | {each.own_cpu:.2f} s |"
        for each in found
    ]
    return "\n".join(rows)


_ABOUT = f"""\
A nightly run over agreements of which everything is billed, closed and recognised: it reads, plans,
finds nothing, compares the books and leaves the record of the run. The history was written by the
service itself, all months in one late run; a hundred copies of it in SQL, with their own ids and
keys, make the large ones. Each figure is the median of {Size.repeats} runs on a warm server;
`make bench-idle` measures again. Promised: the number of calls grows neither with engagements nor
with history. It does not grow with history; with engagements it grows by pages alone: what is open
and what was billed in the last twelve months, with which the books are compared, is read in pages
of 2,000 rows, a call each."""

BENCHMARK = Benchmark("Nothing to do", _ABOUT, measure, table, Size(), QUICK)

if __name__ == "__main__":
    BENCHMARK.main()
