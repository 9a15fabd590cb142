"""The page on which the benchmarks write what they measured, each its own section."""

import os
import platform
import re
from datetime import date
from pathlib import Path

HEAD = "# Benchmarks\n\nMeasured, never promised by a test; each section says how to repeat it.\n"


def _cpu() -> str:
    """The processor's model, as far as the system tells."""
    try:
        told = Path("/proc/cpuinfo").read_text()
    except OSError:
        told = ""
    found = re.search(r"^model name\s*:\s*(.+)$", told, re.MULTILINE)
    return found.group(1).strip() if found else platform.machine()


MACHINE = (
    f"Measured on {date.today()} with {os.cpu_count()} cores ({_cpu()}),"  # noqa: DTZ011 (people's day)
    f" Python {platform.python_version()}."
)


def write(page: Path, title: str, text: str) -> None:
    """Put the section into the page, in place of the one with the same title."""
    section = f"## {title}\n\n{text.strip()}\n"
    before = page.read_text() if page.exists() else HEAD
    head, *sections = re.split(r"^(?=## )", before, flags=re.MULTILINE)
    named = {each.splitlines()[0]: each.strip() + "\n" for each in sections}
    named[f"## {title}"] = section
    page.write_text("\n".join([head.strip() + "\n", *named.values()]))
