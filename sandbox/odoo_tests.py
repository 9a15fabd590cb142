"""What Odoo's own test run says in its log."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_TOTAL = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests when loading database")
_TROUBLE = (
    re.compile(r" ERROR \S+ [\w.]+: ((?:FAIL|ERROR): .+)"),
    re.compile(r" (?:CRITICAL|ERROR) \S+ [\w.]+: (.+)"),
)
"""A test that failed, else whatever Odoo could not do."""


@dataclass(frozen=True)
class OdooTestRun:
    """The outcome of one run: the exit status of `odoo`, the counts and where the log is."""

    exit_status: int
    tests: int
    failures: int
    errors: int
    log: Path
    first_trouble: str = ""

    @property
    def ok(self) -> bool:
        """True when tests were run and all of them passed."""
        return self.exit_status == 0 and self.tests > 0 and not self.failures + self.errors


def read_results(exit_status: int, log: Path) -> OdooTestRun:
    """Read the counts from the log of an `odoo --test-tags` run."""
    text = log.read_text(errors="replace") if log.exists() else ""
    total = _TOTAL.search(text)
    failures, errors, tests = (int(number) for number in total.groups()) if total else (0, 0, 0)
    troubles = [found[1] for kind in _TROUBLE if (found := kind.search(text))]
    return OdooTestRun(exit_status, tests, failures, errors, log, *troubles[:1])
