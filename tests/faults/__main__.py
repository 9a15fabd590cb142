"""Runs the trials of every cell on a real Odoo, and writes what came of them.

Stopped and started again, it goes on where it was: each trial is kept in a file as it ends.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from sync import logs
from tests.faults.cells import CELLS, Cell
from tests.faults.page import Trials, table_of, write_page
from tests.faults.trial import Bench, Verdict, attempt

TRIALS = 20
KEPT = Path("build/faults.jsonl")
LAB_TRIALS = 80
"""So many trials in one database; then a fresh one, so that the last are as quick as the first."""


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when no trial found a duplicate, a loss or a difference, and every fault struck."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--trials", type=int, default=TRIALS, help="of each cell")
    parser.add_argument("--cell", default="", help="only cells whose name holds this")
    parser.add_argument("--kept", type=Path, default=KEPT, help="where trials are kept")
    parser.add_argument("--fresh", action="store_true", help="forget the trials that were kept")
    parser.add_argument("--page", type=Path, help="write the table into this page as well")
    parser.add_argument("--only-page", action="store_true", help="run no trial")
    asked = parser.parse_args(arguments)

    logs.configure(log_format="console", level="error")
    asked.kept.parent.mkdir(parents=True, exist_ok=True)
    if asked.fresh:
        asked.kept.unlink(missing_ok=True)
    cells = [cell for cell in CELLS if cell.strike is not None and asked.cell in cell.name]
    if not asked.only_page:
        for workers in sorted({cell.workers for cell in cells}):
            run([cell for cell in cells if cell.workers == workers], asked.trials, asked.kept)
    done = kept_in(asked.kept)
    print(table_of(CELLS, done))
    if asked.page:
        write_page(asked.page, table_of(CELLS, done))
    return 1 if any(not each.clean for each in done.values()) else 0


def run(cells: Sequence[Cell], trials: int, kept: Path) -> None:
    """All trials of some cells that are not kept yet: the first of each, the second of each, …"""
    from tests.faults.lab import Lab

    done = _seeds(kept)
    todo = [
        (seed, cell) for seed in range(trials) for cell in cells if (cell.name, seed) not in done
    ]
    for start in range(0, len(todo), LAB_TRIALS):
        lab = Lab.open(cells[0].workers)
        try:
            bench = Bench(lab)
            for at, (seed, cell) in enumerate(todo[start : start + LAB_TRIALS], start + 1):
                started = time.monotonic()
                row = one(bench, cell, seed)
                with kept.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(row) + "\n")
                took = time.monotonic() - started
                print(
                    f"{at}/{len(todo)} {cell.name}, {seed}: {_said(row)}, {took:.1f} s", flush=True
                )
        finally:
            lab.close()


def one(bench: Bench, cell: Cell, seed: int) -> dict[str, object]:
    """One trial as it is kept."""
    assert cell.strike is not None
    try:
        return {"cell": cell.name, "seed": seed, **asdict(attempt(bench, cell.strike, seed))}
    except AssertionError as error:
        return {"cell": cell.name, "seed": seed, "not_struck": str(error)[:500]}


def _said(row: dict[str, object]) -> str:
    if "not_struck" in row:
        return f"did not strike ({row['not_struck']})"
    verdict = Verdict(**{name: row[name] for name in asdict(Verdict())})  # type: ignore[arg-type]
    return "clean" if verdict.clean else str(verdict)


def _rows(kept: Path) -> Iterator[dict[str, object]]:
    if kept.exists():
        for line in kept.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def _seeds(kept: Path) -> set[tuple[str, int]]:
    """Trials that struck: the others are tried again."""
    return {
        (str(row["cell"]), int(str(row["seed"]))) for row in _rows(kept) if "not_struck" not in row
    }


def kept_in(kept: Path) -> dict[str, Trials]:
    """What came of the trials so far, by cell; the last word on each seed counts."""
    latest = {(str(row["cell"]), row["seed"]): row for row in _rows(kept)}
    found: dict[str, Trials] = {}
    for (cell, _), row in latest.items():
        found.setdefault(cell, Trials()).add(row)
    return found


if __name__ == "__main__":
    sys.exit(main())
