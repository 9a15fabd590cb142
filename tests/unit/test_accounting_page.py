"""The accountant's page: every situation has its entry, its ground and a story that is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "accounting.md"
COLUMNS = 5


def rows() -> list[list[str]]:
    """Cells of the table rows, headings and rules left out."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    found = [
        [cell.strip() for cell in each.removeprefix("|").removesuffix("|").split("|")]
        for each in lines
        if each.startswith("|")
    ]
    return [row for row in found if row[0] != "situation" and set(row[0]) != {"-"}]


def test_every_situation_says_its_entry_and_why() -> None:
    found = rows()
    assert len(found) > 30
    for row in found:
        assert len(row) == COLUMNS, row
        situation, entry, why, _, story = row
        assert situation and entry and why, row
        assert ".yaml)" in story, f"no story proves: {situation}"


def test_every_story_that_is_named_is_there() -> None:
    named = re.findall(r"\[([^\]]+)\]\((\.\./[^)]+)\)", PAGE.read_text(encoding="utf-8"))
    stories = [(name, path) for name, path in named if path.endswith(".yaml")]
    assert stories
    for name, path in stories:
        file = (PAGE.parent / path).resolve()
        assert file.is_file(), path
        assert file.stem == name
        assert f"scenario: {name}" in file.read_text(encoding="utf-8")
