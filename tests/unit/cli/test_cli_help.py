"""The help is where people look first: every command has examples and the exit codes."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sync import __version__
from sync.cli import app
from sync.cli.app import COMMANDS
from sync.cli.exits import TEXT, Exit

NAMES = [command.__name__.replace("_", "-") for command in COMMANDS]


def _help(*arguments: str) -> str:
    result = CliRunner().invoke(app, [*arguments, "--help"])
    assert result.exit_code == 0
    return result.stdout


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_examples_and_exit_codes(name: str) -> None:
    text = _help(name)
    assert re.search(rf"^\s+drawdown {name}", text, re.MULTILINE)
    assert "Exit codes:" in text
    for option in ("--json", "--as-of", "--company", "--config", "--verbose"):
        assert option in text


@pytest.mark.parametrize("name", NAMES)
def test_help_is_plain_text(name: str) -> None:
    text = _help(name)
    assert not set(text) & set("╭╮╰╯│─┃\x1b")


def test_the_exit_codes_are_written_down() -> None:
    documented = (Path(__file__).parents[3] / "docs" / "commands.md").read_text(encoding="utf-8")
    for code in Exit:
        assert f"| {int(code)} |" in documented, code
        assert re.search(rf"\b{int(code)}\b", TEXT), code


def test_every_command_is_documented() -> None:
    documented = (Path(__file__).parents[3] / "docs" / "commands.md").read_text(encoding="utf-8")
    for name in [*NAMES, "version"]:
        assert f"drawdown {name}" in documented


def test_version() -> None:
    result = CliRunner().invoke(app, ["version"])
    assert result.stdout == f"{__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["plan", "--as-of", "28.03.2025"],
        ["plan", "--as-of", "2025-02-30"],
        ["plan", "--as-of", "20250328"],
        ["statement", "1", "March"],
        ["statement", "1"],
        ["explain"],
        ["pull"],
        ["fly"],
        ["plan", "--fast"],
        ["statement", "1", "2025-03", "--format", "pdf"],
    ],
)
def test_wrong_arguments_end_with_2(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert result.stderr
