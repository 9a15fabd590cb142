"""One mutant on trial: the tests that run its line, in a process of their own."""

import importlib.abc
import importlib.machinery
import os
import signal
import sys
from collections.abc import Sequence
from types import ModuleType

import pytest

from tests.mutation.mutants import Mutant

KILLED, SURVIVED = "killed", "survived"
QUIET = ["-q", "-x", "--no-header", "--no-summary", "-p", "no:cacheprovider", "-p", "no:randomly"]


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
        return importlib.machinery.ModuleSpec(
            fullname, _Loader(self.mutant), origin=str(self.mutant.file)
        )


def judge(mutant: Mutant, module: str, tests: Sequence[str], seconds: int) -> str:
    """Whether a test turns red. A mutant that hangs is killed, too."""
    assert not any(name.startswith("sync.rules") for name in sys.modules), "the rules are fresh"
    child = os.fork()
    if not child:
        _run(mutant, module, tests, seconds)
    _, status = os.waitpid(child, 0)
    return SURVIVED if os.waitstatus_to_exitcode(status) == 0 else KILLED


def _run(mutant: Mutant, module: str, tests: Sequence[str], seconds: int) -> None:
    """In the child: ends the process, with 0 where every test is green."""
    code = 1
    try:
        signal.alarm(seconds)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        sys.meta_path.insert(0, _Finder(module, mutant))
        code = int(pytest.main([*QUIET, *tests]))
    finally:
        os._exit(code)
