"""The log: on stderr, for people or machines, without keys and without clients' data."""

import json
import logging

import pytest

from sync import logs

KEY = "0123456789abcdef0123456789abcdef01234567"


def test_json_lines_without_keys(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(log_format="json", level="debug")
    logs.get("test").info("called", header=f"Authorization: bearer {KEY}", count=3)
    logging.getLogger("elsewhere").warning("api_key=%s", KEY)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert KEY not in captured.err
    called, elsewhere = (json.loads(line) for line in captured.err.splitlines())
    assert (called["event"], called["level"], called["count"]) == ("called", "info", 3)
    assert elsewhere["level"] == "warning"


def test_console_lines_without_colour(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(log_format="console", level="info")
    logs.get("test").info("planned", changes=3, name="\x1b[31mred\nline")
    text = capsys.readouterr().err
    assert "planned" in text
    assert "changes=3" in text
    assert "\x1b" not in text
    assert len(text.splitlines()) == 1


def test_libraries_that_log_requests_are_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(log_format="console", level="debug")
    for name in ("odoorpc", "urllib3", "requests"):
        logging.getLogger(name).debug("password %s", KEY)
    assert capsys.readouterr().err == ""


def test_a_level_hides_what_is_below_it(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(level="warning")
    logs.get("test").info("planned")
    logs.get("test").warning("watch out")
    text = capsys.readouterr().err
    assert "planned" not in text
    assert "watch out" in text
