"""What Odoo's own test run says in its log."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_TOTAL = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests when loading database")
_BROKEN = re.compile(r" (?:ERROR|CRITICAL) \S+ [\w.]+: (.+)")


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
    trouble = _BROKEN.search(text)
    return OdooTestRun(exit_status, tests, failures, errors, log, trouble[1] if trouble else "")
