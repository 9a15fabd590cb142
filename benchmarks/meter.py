"""Wall time beside CPU time, also of other processes; the wall tells how busy a machine was."""

from __future__ import annotations

import os
import resource
import time
from dataclasses import dataclass, field
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def cpu_of(pid: int) -> float:
    """CPU seconds of a process and all that it started, ended ones included."""
    parents: dict[int, int] = {}
    seconds: dict[int, float] = {}
    for each in Path("/proc").iterdir():
        if not each.name.isdigit():
            continue
        try:
            told = (each / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(each.name)] = int(told[1])
        seconds[int(each.name)] = sum(map(int, told[11:15])) / _TICK
    family = {pid}
    while more := {each for each, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(seconds.get(each, 0.0) for each in family)


def own_cpu() -> float:
    """CPU seconds of this process, without those that it started."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@dataclass
class Meter:
    """Adds up, in seconds, what passes and what this process and others use while it runs."""

    others: tuple[int, ...] = ()
    """Ids of processes that are counted with all that they started."""
    wall: float = 0.0
    cpu: float = 0.0
    """Of this process and the others together."""
    _begun: tuple[float, float] = field(default=(0.0, 0.0), repr=False)

    def __enter__(self) -> Meter:
        self._begun = (time.perf_counter(), self._used())
        return self

    def __exit__(self, *_: object) -> None:
        began, used = self._begun
        self.wall += time.perf_counter() - began
        self.cpu += self._used() - used

    def _used(self) -> float:
        return own_cpu() + sum(map(cpu_of, self.others))
