"""The planted bugs themselves: what is planted, by which name, and which tests may find it."""

import ast
import tomllib
from pathlib import Path

import pytest

from tests.mutation.__main__ import EQUIVALENT, RULES, Score, write_page
from tests.mutation.blocks import heads_of
from tests.mutation.mutants import mutants_of

SOURCE = '''
"""A rule."""

LIMIT: int = 3


def rule(a: int, b: int) -> int:
    """Says nothing."""
    assert a > 0, f"{a + 1}"
    total = 0
    for each in range(a):
        if each < b and not each == LIMIT:
            continue
        total += each * 2
    return min(total, -b)
'''


@pytest.fixture
def file(tmp_path: Path) -> Path:
    written = tmp_path / "rule.py"
    written.write_text(SOURCE, encoding="utf-8")
    return written


def test_what_is_planted(file: Path) -> None:
    assert {each.name for each in mutants_of(file)} == {
        "rule.module: 3 → 4",
        "rule.rule: 0 → 1",
        "rule.rule: if each < b and (not each == LIMIT)"
        " → if not (each < b and (not each == LIMIT))",
        "rule.rule: each < b and (not each == LIMIT) → each < b or not each == LIMIT",
        "rule.rule: each < b and (not each == LIMIT) → not each == LIMIT",
        "rule.rule: each < b and (not each == LIMIT) → each < b",
        "rule.rule: each < b → each <= b",
        "rule.rule: not each == LIMIT → each == LIMIT",
        "rule.rule: each == LIMIT → each != LIMIT",
        "rule.rule: continue → pass",
        "rule.rule: total += each * 2 → total -= each * 2",
        "rule.rule: each * 2 → each + 2",
        "rule.rule: 2 → 3",
        "rule.rule: min(total, -b) → max(total, -b)",
        "rule.rule: -b → b",
    }


def test_what_only_asserts_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "pairs.py"
    file.write_text("def f(a, b):\n    return list(zip(a, b, strict=True))\n", encoding="utf-8")
    assert mutants_of(file) == []


def test_each_mutant_is_one_change_that_runs(file: Path) -> None:
    whole = ast.unparse(ast.parse(SOURCE))
    for each in mutants_of(file):
        assert ast.unparse(each.tree) != whole
        compile(each.tree, "rule.py", "exec")


def test_equal_changes_in_one_function_have_numbers(tmp_path: Path) -> None:
    file = tmp_path / "twice.py"
    file.write_text("def f(a):\n    return a + 1 + 1\n", encoding="utf-8")
    names = [each.name for each in mutants_of(file) if "1 → 2" in each.name]
    assert sorted(names) == ["twice.f: 1 → 2", "twice.f: 1 → 2 [1]"]


def test_a_line_belongs_to_the_innermost_block_around_it() -> None:
    heads = heads_of(ast.parse(SOURCE))
    lines = SOURCE.splitlines()
    at = {text.strip(): number for number, text in enumerate(lines, 1)}
    assert heads[at["total = 0"]] == heads[at["return min(total, -b)"]]
    inside = heads[at["if each < b and not each == LIMIT:"]]
    assert inside == heads[at["total += each * 2"]]
    assert heads[at["continue"]] == at["continue"] != inside
    assert at["LIMIT: int = 3"] not in heads, "it runs as soon as the file is imported"


def test_every_explained_bug_can_still_be_planted() -> None:
    told = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).get("equivalent", [])
    names = {each.name for file in RULES.glob("*.py") for each in mutants_of(file)}
    assert [each["mutant"] for each in told if each["mutant"] not in names] == []
    assert all(len(each["why"]) > 20 for each in told)


def test_the_page_keeps_what_stands_around_its_table(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "Above\n\n<!-- scores -->\nold\n<!-- end of scores -->\nbelow\n", encoding="utf-8"
    )
    score = Score("grant", 83, tried=10, killed=8, explained=1, survivors=["grant.x: a → b"])
    for _ in range(2):
        write_page(page, [score])
    text = page.read_text(encoding="utf-8")
    assert text.startswith("Above\n")
    assert text.endswith("below\n")
    assert "| `grant` | 83 | 10 | 8 | 1 | 1 | 88.9 % |" in text
    assert text.count("- `grant.x: a → b`") == 1
    assert "old" not in text
    write_page(page, [Score("fee", 90, tried=8, killed=7, survivors=["fee.y: 0 → 1"])])
    text = page.read_text(encoding="utf-8")
    assert text.index("| `fee` | 90 |") < text.index("| `grant` | 83 | 10 | 8 | 1 | 1 | 88.9 % |")
    assert "| **all** | 173 | 18 | 15 | 1 | 2 | 88.2 % |" in text
    assert "- `fee.y: 0 → 1`\n- `grant.x: a → b`\n" in text


def test_the_page_names_the_first_bug_of_each_rule_that_a_law_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "<!-- noticed by laws -->\nold\n<!-- end of noticed by laws -->\nbelow\n", encoding="utf-8"
    )
    found = Score("grant", 83, tried=3, killed=1, noticed="grant.x: a < b → a <= b")
    missed, empty = Score("entries", 20, tried=8), Score("money", 0)
    write_page(page, [found, missed, empty], laws_only=True)
    text = page.read_text(encoding="utf-8")
    assert "| `grant` | 3 | `grant.x: a < b → a <= b` |" in text
    assert "| `entries` | 8 | none |" in text
    assert "money" not in text
    assert (text.count("old"), text.endswith("below\n")) == (0, True)
