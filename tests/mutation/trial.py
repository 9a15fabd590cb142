"""One mutant on trial: the tests that run its place, in a process of their own.

What does not know the rules is imported before, once, and the stories are read once; a trial then
costs little more than the tests themselves.
"""

import importlib
import importlib.abc
import importlib.machinery
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.mutation.mutants import Mutant

KILLED, SURVIVED = "killed", "survived"
QUIET = [
    *("-q", "-x", "--no-header", "--no-summary", "-p", "no:cacheprovider"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # hypothesis is imported by then
]
BEFORE = (
    "hypothesis",
    "sync.domain.snapshot",
    "sync.odoo.memory",
    "sync.plan.diff",
    "sync.pull",
    "sync.push",
    "sync.scenario.load",
    "sync.scenario.reading",
)


@dataclass(frozen=True)
class Tests:
    """What may find a bug, in the order in which it is tried: quick before slow."""

    unit: Sequence[str]
    stories: Sequence[Path]
    laws: Sequence[str]
    told: Sequence[str]
    """Those that read explanations."""

    def __bool__(self) -> bool:
        return bool(self.unit or self.stories or self.laws or self.told)


class _Loader(importlib.abc.Loader):
    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def exec_module(self, module: ModuleType) -> None:
        code = compile(self.mutant.tree, str(self.mutant.file), "exec")
        exec(code, module.__dict__)


class _Finder(importlib.abc.MetaPathFinder):
    """Gives out the mutant where its module is asked for."""

    def __init__(self, name: str, mutant: Mutant) -> None:
        self.name, self.mutant = name, mutant

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.name:
            return None
        loader, origin = _Loader(self.mutant), str(self.mutant.file)
        return importlib.machinery.ModuleSpec(fullname, loader, origin=origin)


def prepare() -> None:
    """Import what does not know the rules."""
    for name in BEFORE:
        importlib.import_module(name)
    assert not any(name.startswith("sync.rules") for name in sys.modules), "the rules are fresh"


@cache
def _read(file: Path) -> Any:
    from sync.scenario.reading import read

    return read(file)


def judge(mutant: Mutant, module: str, tests: Tests, seconds: int) -> str:
    """Whether a test turns red. A mutant that hangs is killed, too; ``seconds`` are of its own
    work, so that a busy machine kills none.
    """
    for file in tests.stories:
        _read(file)
    child = os.fork()
    if not child:
        _run(mutant, module, tests, seconds)
    _, status = os.waitpid(child, 0)
    return SURVIVED if os.waitstatus_to_exitcode(status) == 0 else KILLED


def _run(mutant: Mutant, module: str, tests: Tests, seconds: int) -> None:
    """In the child: ends the process, with 0 where every test is green."""
    code = 1
    try:
        signal.setitimer(signal.ITIMER_PROF, seconds)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        sys.meta_path.insert(0, _Finder(module, mutant))
        own = f"/test_{mutant.file.stem}.py::"
        steps: tuple[tuple[Callable[[Any], bool], Sequence[Any]], ...] = (
            (_green, [each for each in tests.unit if own in each]),
            (_green, [each for each in tests.unit if own not in each]),
            (_play_out, tests.stories),
            (_green, tests.laws),
            (_green, tests.told),
        )
        code = int(not all(step(some) for step, some in steps if some))
    finally:
        os._exit(code)


def _green(names: Sequence[str]) -> bool:
    return int(pytest.main([*QUIET, *names])) == 0


def _play_out(files: Sequence[Path]) -> bool:
    """Whether every story still comes out as it is told."""
    from sync.odoo.memory import MemoryOdoo
    from sync.scenario.load import load
    from sync.scenario.run import play

    for file in files:
        story, odoo = _read(file), MemoryOdoo()
        if any(play(load(odoo.gateway("admin"), story), story, odoo.gateway("drawdown"))):
            return False
    return True
