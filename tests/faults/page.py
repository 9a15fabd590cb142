"""The table of the trials, and the page that holds it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.cells import Cell
from tests.faults.stand import Point

BEGIN, END = "<!-- trials -->\n", "<!-- end of trials -->\n"


@dataclass
class Trials:
    """What came of the trials of one cell."""

    trials: int = 0
    duplicates: int = 0
    losses: int = 0
    differences: int = 0
    not_struck: int = 0

    @property
    def clean(self) -> bool:
        """Nothing was wrong."""
        return not (self.duplicates or self.losses or self.differences or self.not_struck)

    def add(self, row: Mapping[str, Any]) -> None:
        """Count one more."""
        if "not_struck" in row:
            self.not_struck += 1
            return
        self.trials += 1
        self.duplicates += row["duplicates"]
        self.losses += row["losses"]
        self.differences += len(row["differences"])


def table_of(cells: Sequence[Cell], done: Mapping[str, Trials]) -> str:
    """Faults down, points across; in each cell trials, duplicates, losses and differences."""
    points = list(Point)
    lines = [
        f"| fault | {' | '.join(points)} |",
        f"|---|{'---|' * len(points)}",
    ]
    reasons: list[str] = []
    for fault in dict.fromkeys(cell.fault for cell in cells):
        row = [fault]
        for point in points:
            cell = next(each for each in cells if (each.fault, each.point) == (fault, point))
            row.append(_cell(cell, done.get(cell.name), reasons))
        lines.append(f"| {' | '.join(row)} |")
    lines += ["", *(f"{at}. {reason}." for at, reason in enumerate(reasons, 1))]
    total = Trials()
    for each in done.values():
        total.trials += each.trials
        total.duplicates += each.duplicates
        total.losses += each.losses
        total.differences += each.differences
        total.not_struck += each.not_struck
    lines += [
        "",
        f"In all {total.trials} trials, {total.duplicates} duplicates, {total.losses} losses,"
        f" {total.differences} differences; {total.not_struck} trials in which the fault did not"
        f" strike. Last measured on {datetime.datetime.now(datetime.UTC):%Y-%m-%d}.",
    ]
    return "\n".join(lines)


def _cell(cell: Cell, trials: Trials | None, reasons: list[str]) -> str:
    if cell.strike is None:
        if cell.why_not not in reasons:
            reasons.append(cell.why_not)
        return f"– ({reasons.index(cell.why_not) + 1})"
    if trials is None:
        return "not measured"
    return f"{trials.trials}: {trials.duplicates} / {trials.losses} / {trials.differences}"


def write_page(page: Path, table: str) -> None:
    """Put the table between its marks."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{table}\n\n{END}{after}", encoding="utf-8")
