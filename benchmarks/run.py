"""A whole nightly run, by what it spends its time on, over agencies of growing size.

    python -m benchmarks.run [--page docs/benchmarks.md] [--quick]

The service runs in a process of its own, so that the memory is that run's alone.
"""

from __future__ import annotations

import json
import os
import pkgutil
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from unittest.mock import patch

from benchmarks.arena import NO_LIMIT, ROOT, Arena
from benchmarks.command import Benchmark
from benchmarks.meter import Meter
from sandbox import Database
from sandbox.progress import Progress
from sync import logs
from sync.pipeline import opened
from sync.report.progress import Progress as Quiet
from sync.settings import Settings

START, AS_OF = "2025-03-01", date(2025, 4, 1)
PHASES = {
    "pull": "sync.pipeline.service.pull",
    "rules": "sync.pipeline.looked.evaluate",
    "plan": "sync.pipeline.looked.make_plan",
    "push": "sync.push.push.Run.write",
    "verify": "sync.pipeline.service.verify",
    "books": "sync.pipeline.service.check_books",
}
"""What a run consists of, and the function that does it; all waves of a run add up."""


@dataclass(frozen=True)
class Size:
    """How many retainers, each with so many time entries."""

    retainers: tuple[int, ...] = (10, 100, 1000)
    entries: int = 100


QUICK = Size(retainers=(2, 4), entries=2)


@dataclass(frozen=True)
class Figures:
    """One run. Times in seconds."""

    retainers: int
    entries: int
    documents: int
    waves: int
    calls: int
    peak_mib: int
    wall: float
    own_cpu: float
    """Of the service alone."""
    all_cpu: float
    """Of service, Odoo and PostgreSQL."""
    phases: dict[str, float]
    """Wall time by phase."""

    @property
    def dominant(self) -> str:
        """The phase that takes longest."""
        return max(self.phases, key=lambda name: self.phases[name])


@contextmanager
def timed(meters: dict[str, Meter]) -> Iterator[None]:
    """Note what each phase takes while the body runs; one inside another is not the other's."""
    running: list[Meter] = []

    def wrapped(meter: Meter, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            before = meter.wall
            running.append(meter)
            try:
                with meter:
                    return function(*arguments, **named)
            finally:
                running.pop()
                if running:
                    running[-1].wall -= meter.wall - before

        return call

    with ExitStack() as stack:
        for name, where in PHASES.items():
            module, _, attribute = where.rpartition(".")
            owner = pkgutil.resolve_name(module)
            function = wrapped(meters[name], getattr(owner, attribute))
            stack.enter_context(patch.object(owner, attribute, function))
        yield


def one() -> dict[str, Any]:
    """The run itself, in this process; the settings are in the environment."""
    logs.configure()
    meters = {name: Meter() for name in PHASES}
    with opened(Settings(), Quiet(quiet=True)) as service:
        (company,) = service.companies()
        begun = service.gateway.calls
        with (meter := Meter()), timed(meters):
            report = service.run(service.look(company, AS_OF))
        calls = service.gateway.calls - begun
    assert not report.stopped, report.stopped
    return {
        "documents": report.counts.get("created", 0) + report.counts.get("replaced", 0),
        "waves": report.waves,
        "calls": calls,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "wall": meter.wall,
        "own_cpu": meter.cpu,
        "phases": {name: each.wall for name, each in meters.items()},
    }


def measure(ground: Arena, size: Size, progress: Progress) -> list[Figures]:
    """A first run over each size, on a warm server."""
    found = []
    for count in size.retainers:
        with progress.step(f"Agency of {count:,} retainers"):
            world = ground.world(f"agency_{count}", partial(_build, ground, size, count))
        with progress.step(f"Nightly run over {count:,}"), ground.clone(world) as database:
            with ground.service(database) as service:
                service.check()
            with (meter := ground.meter()):
                told = _in_own_process(database)
            each = Figures(
                retainers=count,
                entries=count * size.entries,
                all_cpu=meter.cpu + told["own_cpu"],
                **told,
            )
            progress.note(f"{each.wall:.1f} s for {each.documents:,} documents")
            found.append(each)
    return found


def _build(ground: Arena, size: Size, count: int, name: str) -> None:
    ground.inside(
        "agency.build",
        name,
        retainers=count,
        over=-(-count * 3 // 10),
        funded=-(-count // 10),
        entries=size.entries,
        start=START,
    )


def _in_own_process(database: Database) -> dict[str, Any]:
    settings = {
        "DRAWDOWN_URL": database.url,
        "DRAWDOWN_DATABASE": database.name,
        "DRAWDOWN_LOGIN": database.service_login,
        "DRAWDOWN_API_KEY": database.service_api_key,
        "DRAWDOWN_MAX_DOCUMENTS": str(NO_LIMIT),
        "DRAWDOWN_READ_TIMEOUT": "1800",
    }
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.run", "--one"],
        check=True,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, **settings, "PYTHONPATH": str(ROOT)},
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def table(found: list[Figures]) -> str:
    """The phases of each size, and by how much each costs more than the one before."""
    names = list(PHASES)
    rows = [
        "| retainers | time entries | documents written | waves | calls | "
        + " | ".join(names)
        + " | **in all, wall** | growth | a document | CPU, service | CPU, all"
        " | memory of the service | growth |",
        "|--:" * (13 + len(names)) + "|",
    ]
    for each, before in zip(found, [None, *found], strict=False):
        growth = memory = ""
        if before is not None:
            growth = f"× {each.wall / before.wall:.1f}"
            memory = f"× {each.peak_mib / before.peak_mib:.1f}"
        phases = " | ".join(f"{each.phases[name]:.1f} s" for name in names)
        rows.append(
            f"| {each.retainers:,} | {each.entries:,} | {each.documents:,} | {each.waves}"
            f" | {each.calls} | {phases} | **{each.wall:.1f} s** | {growth}"
            f" | {each.wall / max(each.documents, 1) * 1000:.0f} ms | {each.own_cpu:.1f} s"
            f" | {each.all_cpu:.1f} s | {each.peak_mib:,} MiB | {memory} |"
        )
    last = found[-1]
    share = last.phases[last.dominant] / last.wall
    rows += ["", f"What dominates at {last.retainers:,}: {last.dominant}, {share:.0%} of the time."]
    return "\n".join(rows)


_ABOUT = f"""\
The first run of April over retainers with {Size.entries} time entries each in March: it closes and
bills the month, three in ten beyond their allowance, draws an advance for an open invoice of one
project per ten retainers, recognises what the fees earned, and raises what there is to tell. *Pull*
to *books* are the phases, the waves of a run added up; *push* waits for Odoo, *pull* mostly so. The
service runs in a process of its own, on a warm server. `make bench-run` measures again."""

BENCHMARK = Benchmark("The nightly run", _ABOUT, measure, table, Size(), QUICK)

if __name__ == "__main__":
    if "--one" in sys.argv:  # one run in a process of its own, for ``measure``
        print(json.dumps(one()))
    else:
        BENCHMARK.main()
