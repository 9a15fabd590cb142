"""Runs the tests with the rules as they are, and keeps which blocks each of them ran."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.mutation.blocks import Blocks

ROOT = Path(__file__).parents[2]
RULES = ROOT / "sync" / "rules"
SUITES = ("tests/unit/rules", "tests/scenarios", "tests/properties")


def main(file: Path, suites: Sequence[str] = SUITES) -> int:
    """0 when the tests ran. Those that are red as it is are named and left out."""
    os.environ["HYPOTHESIS_PROFILE"] = "mutation"
    blocks = Blocks(RULES, "sync.rules")
    sys.meta_path.insert(0, blocks)  # type: ignore[arg-type]
    options = ["-q", "-m", "not odoo", "-p", "no:cacheprovider", *suites]
    code = pytest.main(options, plugins=[blocks])
    if code in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        for name in sorted(blocks.red):
            print(f"red as it is, and left out: {name}", file=sys.stderr)
        tests = [
            [name, line, sorted(some - blocks.red)] for (name, line), some in blocks.tests.items()
        ]
        file.write_text(json.dumps({"tests": tests, "seconds": blocks.seconds}), encoding="utf-8")
        code = pytest.ExitCode.OK
    return int(code)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:] or SUITES))
