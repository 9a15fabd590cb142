"""The engine alone: time entries as Odoo's rows, through the mapping and all rules, to the outcome.

    python -m benchmarks.engine [--sizes 10000,100000,1000000] [--page docs/benchmarks.md]

Each size runs in a process of its own, so that the memory figure is that size's peak. Making up the
rows is not measured; a page of them is gone once it is read, as in a run.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import TypedDict

from benchmarks import page
from benchmarks.world import AS_OF, World
from mappings import account_analytic_line
from sync.domain.entries import TimeEntry
from sync.domain.outcome import Outcome
from sync.rules.engine import evaluate

SIZES = (10_000, 100_000, 1_000_000)
MOST_SECONDS, MOST_MIB = 10, 1024
"""What is promised of the largest size, on one core."""


class Figures(TypedDict):
    """One size; seconds of this process's CPU but where it says wall."""

    entries: int
    engagements: int
    map_s: float
    rules_s: float
    wall_s: float
    explain_s: float
    peak_mib: int
    invoices: int
    statements: int


class Stopwatch:
    """Adds up the CPU and wall time, in seconds, of what runs under it."""

    def __init__(self) -> None:
        self.cpu = self.wall = 0.0

    def __enter__(self) -> None:
        self.cpu -= time.process_time()
        self.wall -= time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.cpu += time.process_time()
        self.wall += time.perf_counter()


def run(world: World, mapping: Stopwatch, rules: Stopwatch) -> Outcome:
    """From rows to outcome, as a run does it."""
    reader = account_analytic_line.Reader(
        company_id=1, client_of=world.client_of, engagement_of={}, people=world.people
    )
    entries: list[TimeEntry] = []
    for rows in world.pages():
        with mapping:
            entries += reader.read(rows)
    assert not reader.issues, reader.issues[0]
    with mapping:
        snapshot = world.snapshot(entries)
        entries.clear()
    with rules:
        return evaluate(snapshot, AS_OF)


def measure(count: int) -> Figures:
    """One size, in this process."""
    world, mapping, rules = World(count), Stopwatch(), Stopwatch()
    outcome = run(world, mapping, rules)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    explaining = Stopwatch()
    with explaining:
        for told in (
            *(each.reasons for each in outcome.invoices),
            *(each.reasons for each in outcome.statements),
            *(each.reasons for each in outcome.requests),
        ):
            tuple(told)
    return {
        "entries": count,
        "engagements": world.engagements,
        "map_s": mapping.cpu,
        "rules_s": rules.cpu,
        "wall_s": mapping.wall + rules.wall,
        "explain_s": explaining.cpu,
        "peak_mib": peak,
        "invoices": len(outcome.invoices),
        "statements": len(outcome.statements),
    }


def in_own_process(count: int) -> Figures:
    """One size, in a process that did nothing before."""
    command = [sys.executable, "-m", "benchmarks.engine", "--one", str(count)]
    found: Figures = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return found


def table(results: list[Figures]) -> str:
    """The figures, and by how much each size costs more than the one before."""
    rows = [
        "| entries | engagements | mapping, CPU | rules, CPU | **total, CPU** | growth | wall time"
        " | peak memory | growth | invoices | statements | explained, CPU |",
        "|--:" * 12 + "|",
    ]
    for each, before in zip(results, [None, *results], strict=False):
        total = each["map_s"] + each["rules_s"]
        growth = memory = ""
        if before is not None:
            growth = f"× {total / (before['map_s'] + before['rules_s']):.1f}"
            memory = f"× {each['peak_mib'] / before['peak_mib']:.1f}"
        rows.append(
            f"| {each['entries']:,} | {each['engagements']:,} | {each['map_s']:.2f} s"
            f" | {each['rules_s']:.2f} s | **{total:.2f} s** | {growth} | {each['wall_s']:.2f} s"
            f" | {each['peak_mib']:,} MiB | {memory}"
            f" | {each['invoices']:,} | {each['statements']:,} | {each['explain_s']:.2f} s |"
        )
    return "\n".join(rows)


def main() -> None:
    """Measure each size and show the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--page", type=Path, help="write the table into this page as well")
    parser.add_argument("--one", type=int, help="measure one size in this process, print JSON")
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one)))
        return
    results = []
    for size in options.sizes.split(","):
        print(f"measuring {int(size):,} entries ...", file=sys.stderr, flush=True)
        results.append(in_own_process(int(size)))
    shown = table(results)
    print(page.MACHINE, shown, sep="\n\n")
    if options.page:
        page.write(options.page, "The engine", f"{_ABOUT}\n\n{page.MACHINE}\n\n{shown}")


_ABOUT = f"""\
Time entries of one year as rows of Odoo, through the mapping and all rules, to the outcome: the
calls to Odoo are not in it. About a thousand entries per engagement, twelve months, each size in a
process of its own; `make bench-engine` measures again. Promised: a million entries in at most
{MOST_SECONDS} s of one core and {MOST_MIB:,} MiB. CPU time is what counts; it still rises where
others use the machine, since they share its caches, and the wall time beside it says how busy it
was. No test asserts a time.

Why a number is what it is gets worded when somebody reads it, which a run does for the documents
that it writes; to have every document explained, with Python's garbage collector at work, costs the
last column on top of the total."""


if __name__ == "__main__":
    main()
