"""Which tests run which blocks of the rules, and how long each takes.

The rules are imported with a call at the head of every block (the body of a function, a branch, a
loop) that notes it. That costs next to nothing, where tracing every line would take hours.
"""

import ast
import importlib.abc
import importlib.machinery
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

BODIES = ("body", "orelse", "finalbody")
NOTE = "__ran__"


def heads_of(tree: ast.Module) -> dict[int, int]:
    """By line: the first line of the innermost block around it; none for what runs on import."""
    heads: dict[int, int] = {}

    def visit(node: ast.AST, head: int) -> None:
        for name, value in ast.iter_fields(node):
            each = value if isinstance(value, list) else [value]
            own = head
            if name in BODIES and isinstance(value, list) and value and _is_block(node):
                own = value[0].lineno
            for child in each:
                if isinstance(child, ast.AST):
                    if hasattr(child, "lineno") and own:
                        heads[child.lineno] = max(own, heads.get(child.lineno, 0))
                    visit(child, own)

    visit(tree, 0)
    return heads


def _is_block(node: ast.AST) -> bool:
    kinds = ast.FunctionDef | ast.If | ast.For | ast.While | ast.With | ast.match_case
    return isinstance(node, kinds)


class _Noting(ast.NodeTransformer):
    """Notes every block at its head, under the file and its first line."""

    def __init__(self, file: str) -> None:
        self.file = file

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for name in BODIES:
            body = getattr(node, name, None)
            if isinstance(body, list) and body and _is_block(node):
                note = ast.parse(f"{NOTE}.add(({self.file!r}, {body[0].lineno}))").body[0]
                body.insert(0, ast.copy_location(note, body[0]))
        return node


class Blocks:
    """Collects while the tests run; a pytest plugin, and the importer of the rules it looks at."""

    def __init__(self, folder: Path, package: str) -> None:
        self.tests: dict[tuple[str, int], set[str]] = defaultdict(set)
        """By file and first line of a block: the tests that run it."""
        self.seconds: dict[str, float] = {}
        self.red: set[str] = set()
        """Tests that fail as the rules are; they can find nothing."""
        self._folder, self._package = folder, package
        self._ran: set[tuple[str, int]] = set()

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The rules, noted; see ``importlib.abc.MetaPathFinder``."""
        package, _, name = fullname.rpartition(".")
        file = self._folder / f"{name}.py"
        if package != self._package or not file.exists():
            return None
        return importlib.machinery.ModuleSpec(
            fullname, _NotedLoader(file, self._ran), origin=str(file)
        )

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember what fails."""
        if report.failed:
            self.red.add(report.nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Note what one test runs, and how long it takes."""
        self._ran.clear()
        started = time.monotonic()
        try:
            return (yield)
        finally:
            self.seconds[item.nodeid] = time.monotonic() - started
            for place in self._ran:
                self.tests[place].add(item.nodeid)


class _NotedLoader(importlib.abc.Loader):
    def __init__(self, file: Path, ran: set[tuple[str, int]]) -> None:
        self.file, self.ran = file, ran

    def exec_module(self, module: ModuleType) -> None:
        tree = ast.parse(self.file.read_text(encoding="utf-8"))
        noted = ast.fix_missing_locations(_Noting(str(self.file)).visit(tree))
        module.__dict__[NOTE] = self.ran
        exec(compile(noted, str(self.file), "exec"), module.__dict__)
