"""The JSON schema that editors use says what the reader accepts."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from sync.scenario.schema import schema_text

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SCHEMA = SCENARIOS / "scenario.schema.json"
AGENCY = Path(__file__).parents[3] / "sandbox" / "agency" / "agency.yaml"
FILES = [*sorted(SCENARIOS.glob("*.yaml")), *([AGENCY] if AGENCY.exists() else [])]


def test_the_schema_is_up_to_date() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == schema_text(), (
        "write it anew: drawdown scenario schema --out tests/scenarios/scenario.schema.json"
    )


class _EditorLoader(yaml.SafeLoader):
    """Reads scalars as editors do: a day and ``6:15`` are text, a number is a number."""


_EditorLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|false", ["t", "f"]),
    ("null", r"~|null|", ["~", "n", ""]),
    ("float", r"-?\d+(\.\d+)?", list("-0123456789")),
):
    _EditorLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first
    )


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_file_fits_the_schema(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    data: Any = yaml.load(text, Loader=_EditorLoader)
    validator = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(data)] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_file_names_the_schema(file: Path) -> None:
    first = file.read_text(encoding="utf-8").splitlines()[0]
    name = first.removeprefix("# yaml-language-server: $schema=")
    assert (file.parent / name).resolve() == SCHEMA


def test_the_readme_speaks_of_stories_that_are_there() -> None:
    page = (SCENARIOS / "README.md").read_text(encoding="utf-8")
    table = page.partition("## Where to look")[2].partition("\n## ")[0]
    named = set(re.findall(r"`(\w+)`", table))
    assert len(named) > 60
    assert named <= {file.stem for file in FILES}
