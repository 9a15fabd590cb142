"""The command line that the benchmarks on a real Odoo share."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import page
from benchmarks.arena import Arena, arena
from sandbox.progress import Lines, Progress, Silent


@dataclass(frozen=True)
class Benchmark:
    """What is measured, and how it is shown."""

    title: str
    """Of its section on the page."""
    about: str
    measure: Callable[[Arena, Any, Progress], Any]
    table: Callable[[Any], str]
    whole: Any
    """The size of the real measurement, and that of ``--quick``."""
    quick: Any
    ground: Callable[[Progress], AbstractContextManager[Arena]] = arena

    def main(self) -> None:
        """Measure, show the table, and write it where that is asked for."""
        parser = argparse.ArgumentParser(description=f"{self.title}.")
        parser.add_argument("--page", type=Path, help="write the table into this page as well")
        parser.add_argument("--quick", action="store_true", help="a few records, once")
        options = parser.parse_args()
        size = self.quick if options.quick else self.whole
        with self.ground(Silent()) as ground:
            shown = self.table(self.measure(ground, size, Lines()))
            machine = ground.machine
        print(machine, shown, sep="\n\n")
        if options.page:
            page.write(options.page, self.title, f"{self.about}\n\n{machine}\n\n{shown}")
