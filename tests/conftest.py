"""What tests share: a real Odoo of their own, and databases cloned from its template."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sandbox import Database, Sandbox


@pytest.fixture(scope="session")
def box() -> Iterator[Sandbox]:
    """A real Odoo with the addon, started once and ended with the tests."""
    from sandbox import Sandbox

    with Sandbox.start() as started:
        yield started


@pytest.fixture(scope="session")
def odoo_database(box: Sandbox) -> Callable[[str], Database]:
    """Clone a fresh database: ``odoo_database("what_for")``. Takes about a second."""
    numbers = itertools.count(1)

    def clone(what_for: str) -> Database:
        name = re.sub(r"\W+", "_", what_for.lower()).strip("_")[:30] or "test"
        return box.clone(f"t{next(numbers)}_{name}")

    return clone
