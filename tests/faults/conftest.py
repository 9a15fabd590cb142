"""One lab for all trials of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.trial import Bench


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """A real Odoo of this file's own; it is killed and brought back."""
    from tests.faults.lab import Lab

    lab = Lab.open()
    try:
        yield Bench(lab)
    finally:
        lab.close()
