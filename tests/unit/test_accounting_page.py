"""The accountant's page: every situation has its entry, its ground and a story that is there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from mappings import res_company

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "accounting.md"
MODELS = ROOT / "addons" / "retainer_billing" / "models"
COLUMNS = 5

Settings = dict[str, frozenset[str]]
"""By name, ``retainer.terms.recognition``: the values that can be chosen; none where it is free."""


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


def test_every_setting_that_is_named_is_there() -> None:
    known = {f"{res_company.MODEL}.{name}": frozenset[str]() for name in res_company.FIELDS}
    known |= addon_settings()
    named: list[str] = []
    for situation, _, _, setting, _ in rows():
        if setting in ("", "as above"):
            continue
        names = re.findall(r"`([^`]+)`", setting)
        assert names and "." in names[0], f"{situation}: the setting is not named by its field"
        for name in names:
            if "." in name:
                assert name in known, f"{situation}: there is no setting {name}"
                named.append(name)
            else:
                assert name in known[named[-1]], f"{situation}: {named[-1]} is never {name}"
    assert len(set(named)) > 20


def addon_settings() -> Settings:
    """The fields of every model of the addon, with what a selection offers."""
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in sorted(MODELS.glob("*.py"))]
    constants = {name: value for tree in trees for name, value in _assigned(tree.body)}
    found: Settings = {}
    for each in (node for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)):
        assigned = dict(_assigned(each.body))
        model = assigned.get("_name") or assigned.get("_inherit")
        for name, value in assigned.items():
            if isinstance(model, ast.Constant) and _is_field(value):
                found[f"{model.value}.{name}"] = _choices(value, constants)
    return found


def _assigned(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for each in body:
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name):
            yield each.targets[0].id, each.value


def _is_field(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and ast.unparse(value.func).startswith("fields.")


def _choices(value: ast.expr, constants: dict[str, ast.expr]) -> frozenset[str]:
    """The keys of a selection that is written out, or kept under a name."""
    assert isinstance(value, ast.Call)
    if ast.unparse(value.func) != "fields.Selection" or not value.args:
        return frozenset()
    offered = value.args[0]
    if isinstance(offered, ast.Name):
        offered = constants[offered.id]
    return frozenset(key for key, _ in ast.literal_eval(offered))
