"""What tests share: a real Odoo of their own, and databases cloned from its template."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sandbox import Database, Sandbox


_LONG = ("test_addon", "test_benchmarks", "test_history_laws", "test_conduct")
"""Modules whose few tests take minutes on a real Odoo."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep tests that share a database together when they run in several processes; begin with the
    longest, so that no process ends minutes after the others.

    A story has a database of its own; elsewhere a module shares one per door.
    """
    items.sort(key=lambda item: item.path.stem not in _LONG)
    for item in items:
        folder = item.path.parent.name
        if folder in ("unit", "scenarios", "properties") or "unit" in item.path.parts:
            continue
        door = getattr(item, "callspec", None)
        door = door.params.get("door", "") if door is not None else ""
        item.add_marker(pytest.mark.xdist_group(f"{item.path.stem}-{door}"))


@pytest.fixture(scope="session")
def box() -> Iterator[Sandbox]:
    """A real Odoo with the addon, started once and ended with the tests."""
    from sandbox import Sandbox

    with Sandbox.start() as started:
        yield started


@pytest.fixture(scope="session")
def odoo_database(box: Sandbox) -> Callable[[str], Database]:
    """Clone a fresh database: ``odoo_database("what_for")``. Its keys are checked quickly."""
    numbers = itertools.count(1)

    def clone(what_for: str) -> Database:
        name = re.sub(r"\W+", "_", what_for.lower()).strip("_")[:30] or "test"
        return box.clone(f"t{next(numbers)}_{name}", quick=True)

    return clone
