"""Several companies at once: what two, four and eight workers of Odoo make of parallel runs.

    python -m benchmarks.workers [--page docs/benchmarks.md] [--quick]

One run at a time writes to a company, by design: its numbers come from one sequence. So what runs
in parallel are the runs of several companies, each a service of its own.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

from benchmarks.arena import Arena
from benchmarks.command import Benchmark
from sandbox import Database
from sandbox.progress import Progress
from sync.pipeline.companies import CompanyRef
from sync.push import LeaseHeld

START, AS_OF = "2025-03-01", date(2025, 4, 1)


@dataclass(frozen=True)
class Size:
    """Companies, the retainers of each, and the numbers of workers."""

    companies: int = 4
    retainers: int = 40
    workers: tuple[int, ...] = (2, 4, 8)


QUICK = Size(companies=2, retainers=2, workers=(2,))


@dataclass(frozen=True)
class Figures:
    """All companies' runs with so many workers; seconds."""

    workers: int
    documents: int
    doubled: int
    """Keys that stand more than once."""
    refused: int
    """Second runs of the same companies at the same time that were kept out by the lease."""
    in_turn: float
    at_once: float
    at_once_cpu: float


def measure(ground: Arena, size: Size, progress: Progress) -> list[Figures]:
    """For each number of workers: the runs one after the other, and all at once."""
    with progress.step(f"{size.companies} companies of {size.retainers} retainers"):
        world = ground.world("companies", lambda name: _build(ground, size, name))
    found = []
    for workers in size.workers:
        with progress.step(f"{workers} workers"):
            ground.box.restart(workers=workers)
            with ground.clone(world) as database:
                _warm(ground, database, workers)
                companies = _companies(ground, database)
                with (meter := ground.meter()):
                    for company in companies:
                        _run(ground, database, company)
                expected, in_turn = _keys(ground, database), meter.wall
            with ground.clone(world) as database:
                _warm(ground, database, workers)
                with (meter := ground.meter()):
                    _at_once(ground, database, companies)
                documents, doubled = _keys(ground, database)
                assert (documents, doubled) == expected, f"{documents}, not {expected[0]}"
            with ground.clone(world) as database:
                _warm(ground, database, workers)
                let_in = _at_once(ground, database, companies * 2)
                assert _keys(ground, database) == expected, "two runs of a company doubled"
            progress.note(f"in turn {in_turn:.1f} s, at once {meter.wall:.1f} s")
            found.append(
                Figures(
                    workers=workers,
                    documents=documents,
                    doubled=doubled,
                    refused=let_in.count(False),
                    in_turn=in_turn,
                    at_once=meter.wall,
                    at_once_cpu=meter.cpu,
                )
            )
    return found


def _build(ground: Arena, size: Size, name: str) -> None:
    for number in range(size.companies):
        ground.inside(
            "agency.build",
            name,
            retainers=size.retainers,
            over=size.retainers // 2,
            funded=-(-size.retainers // 4),
            entries=4,
            start=START,
            company=f"Company {number}",
        )


def _at_once(ground: Arena, database: Database, companies: list[CompanyRef]) -> list[bool]:
    """All runs in parallel; which of them were let in."""
    with ThreadPoolExecutor(len(companies)) as pool:
        return list(pool.map(lambda each: _run(ground, database, each), companies))


def _companies(ground: Arena, database: Database) -> list[CompanyRef]:
    with ground.service(database) as service:
        return [each for each in service.hello.companies if each.name.startswith("Company ")]


def _warm(ground: Arena, database: Database, workers: int) -> None:
    """Have every worker load the database."""
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(lambda _: _companies(ground, database), range(4 * workers)))


def _run(ground: Arena, database: Database, company: CompanyRef) -> bool:
    """One company's nightly run; False where another one holds the lease."""
    with ground.service(database) as service:
        looked = service.look(company, AS_OF)
        try:
            report = service.run(looked)
        except LeaseHeld:
            return False
    assert not report.stopped, report.stopped
    failed = [each for each in ("conflict", "rejected", "unknown") if report.counts.get(each)]
    assert not failed, report.counts
    return True


def _keys(ground: Arena, database: Database) -> tuple[int, int]:
    """How many documents have keys, and how many keys stand twice."""
    told = ground.box.cluster.sql(
        """
        SELECT count(*), count(*) - count(DISTINCT (company_id, retainer_key))
          FROM account_move WHERE retainer_key IS NOT NULL
        """,
        database.name,
    )
    documents, doubled = told.split("|")
    return int(documents), int(doubled)


def table(found: list[Figures]) -> str:
    """The figures, a line per number of workers."""
    rows = [
        "| workers | invoices and entries | keys that stand twice | second runs kept out"
        " | one after the other | all at once | **speed-up** | CPU, all at once |",
        "|--:" * 8 + "|",
    ]
    rows += [
        f"| {each.workers} | {each.documents:,} | {each.doubled} | {each.refused}"
        f" | {each.in_turn:.1f} s | {each.at_once:.1f} s | **× {each.in_turn / each.at_once:.2f}**"
        f" | {each.at_once_cpu:.1f} s |"
        for each in found
    ]
    return "\n".join(rows)


_ABOUT = f"""\
{Size.companies} companies of {Size.retainers} retainers each, a service for each company, against
an Odoo with so many worker processes: one run after the other, then all at once. A third time each
company is run twice at the same time; the lease keeps the second out until the first is done. All
three leave the same number of documents, and no key stands twice. Within a company runs do not
overlap, by design: its numbers come from one sequence, and two batches at once would wait for each
other in PostgreSQL. The speed-up cannot exceed the cores, {os.cpu_count()} here, which PostgreSQL
and the services share with the workers. `make bench-workers` measures again."""

BENCHMARK = Benchmark("Several workers", _ABOUT, measure, table, Size(), QUICK)

if __name__ == "__main__":
    BENCHMARK.main()
