"""``drawdown scenario``: check, schema and run, for people who write stories of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sync.cli import app
from sync.scenario.schema import schema_text

STORY = Path(__file__).parents[1] / "scenarios" / "fee_in_arrears.yaml"


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)


def call(*arguments: str):
    return CliRunner().invoke(app, ["scenario", *arguments])


def misspelt() -> str:
    text = STORY.read_text(encoding="utf-8").replace("monthly_hours", "monthly_hour")
    Path("story.yaml").write_text(text.replace("payment_days", "payment_day"), encoding="utf-8")
    return "story.yaml"


def test_check_lists_every_mistake_with_its_line() -> None:
    answer = call("check", misspelt())
    assert answer.exit_code == 2
    lines = Path("story.yaml").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in answer.stdout.splitlines() if line.startswith("problem")]
    for word, (_, file, number, _, message) in zip(
        ("payment_days", "monthly_hours"), rows, strict=True
    ):
        assert file == "story.yaml"
        assert f"did you mean “{word}”?" in message
        assert word[:6] in lines[int(number) - 1]


def test_check_says_the_same_as_json() -> None:
    told = json.loads(call("check", misspelt(), str(STORY), "--json").stdout)
    wrong, right = told["files"]
    assert right["problems"] == []
    assert {"line", "path", "message"} == set(wrong["problems"][0])


def test_a_story_without_mistakes() -> None:
    answer = call("check", str(STORY))
    assert (answer.exit_code, answer.stdout) == (0, "summary\t1 story: 0 mistakes\n")


def test_run_names_the_first_mistake_and_how_to_see_the_others() -> None:
    answer = call("run", misspelt())
    assert answer.exit_code == 2
    assert "did you mean “payment_days”?" in answer.stderr
    assert "drawdown scenario check lists all" in answer.stderr


def test_run_says_what_came_out_otherwise() -> None:
    assert call("run", str(STORY)).exit_code == 0
    text = STORY.read_text(encoding="utf-8").replace("total: 2600", "total: 2601")
    Path("story.yaml").write_text(text, encoding="utf-8")
    answer = call("run", "story.yaml")
    assert answer.exit_code == 1
    assert "2601" in answer.stdout


def test_the_schema_is_printed_or_written() -> None:
    assert call("schema").stdout == schema_text()
    assert call("schema", "--out", "schema.json").exit_code == 0
    assert Path("schema.json").read_text(encoding="utf-8") == schema_text()
