"""Odoo's field names stand in ``mappings`` alone."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3] / "sync"
PARTS = ("cli", "pipeline", "plan", "pull", "push", "report")
FILES = sorted(file for part in PARTS for file in (ROOT / part).rglob("*.py"))
FIELD = re.compile(
    r"retainer_\w+|partner_id|move_type|amount_(untaxed|total|residual|tax)|unit_amount|[a-z]+_count"
)
TOLD = {"retainer_billing"}
"""The module's own name."""


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_field_of_odoo_is_named_outside_the_mappings(file: Path) -> None:
    literals = {
        node.value
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert not {each for each in literals - TOLD if FIELD.fullmatch(each)}
