"""What tests share: a real Odoo of their own, and databases cloned from its template."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sandbox import Database, Sandbox


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep tests that share a database together when they run in several processes.

    A story has a database of its own; elsewhere a module shares one per door.
    """
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
