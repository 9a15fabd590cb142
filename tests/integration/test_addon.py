"""The addon's own Odoo tests, run by Odoo in a database of their own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sandbox import Sandbox

pytestmark = pytest.mark.odoo


def test_the_addons_own_tests_pass(box: Sandbox) -> None:
    found = box.run_odoo_tests("retainer_billing")
    assert found.tests > 50, f"only {found.tests} tests were found; see {found.log}"
    assert found.ok, f"{found.first_trouble}; see {found.log}"
    log = Path(found.log).read_text()
    ours = [
        line
        for line in log.splitlines()
        if (" WARNING " in line or " ERROR " in line) and "retainer" in line
    ]
    assert not ours, ours[:5]
