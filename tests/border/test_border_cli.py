"""What an administrator hands over (environment, settings, files): never a traceback."""

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from sync.cli import app
from sync.plan.file import PlanFileError, from_text, to_text
from sync.pull import PullError, load, pull, save
from sync.scenario.errors import ScenarioError
from sync.scenario.reading import read_text
from sync.settings import Settings, SettingsError
from sync.settings import load as load_settings
from tests.border.worlds import worlds
from tests.unit.pull.agency import founding
from tests.unit.pull.moneyed import STORY

FUZZ = settings(
    max_examples=150,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
ADDRESSES = ("http://", "http://[::1", "ftp://x", "https://user:secret@host", "https://host:99999")
NUMBERS = ("0", "-1", "1e9", "nan", "inf", "9" * 400, "1,2,,Acme", ",", "٣", "²")
ODD = ("", " ", "true", "json2", "/no/such/file", "/", "\x1b[31m", "é\u202e", "a\nb", "a\x00b")
WORDS = st.sampled_from((*ADDRESSES, *NUMBERS, *ODD))
TEXTS = WORDS | st.text(max_size=20)
NAMES = st.sampled_from([*Settings.model_fields, "nonsense", "api_keys"])
VALUES = TEXTS | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.lists(TEXTS)


@FUZZ
@given(st.dictionaries(NAMES.map(lambda name: f"DRAWDOWN_{name.upper()}"), TEXTS, max_size=6))
@example({"DRAWDOWN_COMPANY": "٣"})
@example({"DRAWDOWN_COMPANY": "²"})
@example({"DRAWDOWN_COMPANY": "9" * 5_000})
@example({"DRAWDOWN_CONFIG": "a\x00b"})
def test_an_environment(tmp_path_factory: pytest.TempPathFactory, variables: Any) -> None:
    os.chdir(tmp_path_factory.getbasetemp())
    try:
        found = load_settings(None, variables)
        found.key()
    except SettingsError as trouble:
        assert str(trouble).strip()


def toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    return json.dumps(value) if isinstance(value, str) else repr(value)


FILES = st.one_of(
    st.binary(max_size=80),
    st.dictionaries(NAMES, VALUES, max_size=6).map(
        lambda found: "\n".join(f"{name} = {toml(value)}" for name, value in found.items()).encode()
    ),
    st.just(b"\xff\xfeurl"),
    st.just(b"a = " + b"[" * 100_000),
    st.just(b"url = \x00"),
    st.just(b"[url]\nurl = 1\n"),
)


@FUZZ
@given(FILES)
@example(b"a = " + b"[" * 100_000)
@example(b"company = [1, [2]]")
@example(b"max_total = 1e400")
def test_a_settings_file(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "drawdown.toml"
    file.write_bytes(content)
    try:
        load_settings(file, {}).key()
    except SettingsError as trouble:
        assert str(trouble).strip()


@pytest.fixture(scope="module")
def plan() -> str:
    return to_text(founding().plan()[0])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def paths(value: Any, so_far: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield so_far
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from paths(value[key], (*so_far, key))


def replaced(value: Any, path: tuple[Any, ...], by: Any) -> Any:
    if not path:
        return by
    if isinstance(value, list):
        return [replaced(v, path[1:], by) if i == path[0] else v for i, v in enumerate(value)]
    return {k: replaced(v, path[1:], by) if k == path[0] else v for k, v in value.items()}


@FUZZ
@given(data=st.data())
def test_a_plan_file(plan: str, data: st.DataObject) -> None:
    sound = json.loads(plan)
    path = data.draw(st.sampled_from(list(paths(sound))), "place")
    spoilt = replaced(sound, path, data.draw(JSON, "value"))
    try:
        found = from_text(json.dumps(spoilt))
    except PlanFileError as trouble:
        assert str(trouble).strip()
        return
    assert to_text(found) == plan, "what is read is the very plan"


NESTED = '{"format": 1, "plan": ' + "[" * 200 + "]" * 200 + "}"
NO_JSON = ("", "[" * 100_000, "\ud800", "1" * 5_000, "{" * 50_000, "NaN", "\x00")
NO_PLAN = ("null", "[]", "{}", '{"format": 1}', NESTED, '{"a": 1e999}')


@pytest.mark.parametrize("text", [*NO_JSON, *NO_PLAN], ids=lambda each: each[:9])
def test_what_is_no_plan(text: str) -> None:
    with pytest.raises(PlanFileError):
        from_text(text)


NO_YAML = ("  - : :", "\t", "{", "\x07", "@", "%", "? {a: b}", "x: &a [*a]", "a: " + "[" * 2_000)
NO_STORY: tuple[str, ...] = ("", "!!python/object:os.system x", "<<: 1", "1: 2", "null: null")
NO_STORY += ("  on: 2025-02-30", "amount: .nan", "date: 2025-13-45", "  start: 12:30:00", *NO_YAML)


@FUZZ
@given(data=st.data())
def test_a_scenario_file(data: st.DataObject) -> None:
    lines = STORY.strip().splitlines()
    at = data.draw(st.integers(0, len(lines) - 1), "line")
    junk = data.draw(st.sampled_from(NO_STORY) | st.text(max_size=12))
    how = data.draw(st.sampled_from(["replace", "insert", "value", "cut"]))
    if how == "replace":
        lines[at] = junk
    elif how == "insert":
        lines.insert(at, junk)
    elif how == "value" and ":" in lines[at]:
        lines[at] = f"{lines[at].split(':')[0]}: {junk}"
    else:
        lines = lines[:at]
    try:
        read_text("\n".join(lines))
    except ScenarioError as trouble:
        assert trouble.problems
        assert all(str(each).strip() for each in trouble.problems)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    world = worlds()["with money"]
    file = tmp_path_factory.mktemp("pulled") / "sound.json"
    save(pull(world.service, 1, today=world.day), file)
    return file.read_bytes()


@FUZZ
@given(data=st.data())
def test_a_snapshot_file(tmp_path: Path, snapshot: bytes, data: st.DataObject) -> None:
    content = json.loads(snapshot)
    path = data.draw(st.sampled_from(list(paths(content))), "place")
    spoilt = json.dumps(replaced(content, path, data.draw(JSON, "value"))).encode()
    file = tmp_path / "spoilt.json"
    file.write_bytes(spoilt)
    try:
        load(file)
    except PullError as trouble:
        assert str(trouble).strip()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"null", id="null"),
        pytest.param(b"\xff", id="not text"),
        pytest.param(b"[" * 100_000, id="deeply nested"),
        pytest.param(gzip.compress(b"{}"), id="packed object"),
        pytest.param(b"\x1f\x8b", id="packed, cut short"),
        pytest.param(b"1" * 5_000, id="one long number"),
    ],
)
@pytest.mark.parametrize("name", ["x.json", "x.json.gz"])
def test_what_is_no_snapshot(tmp_path: Path, name: str, content: bytes) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(PullError):
        load(file)


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "--as-of", "2025-02-30"),
        ("plan", "--as-of", "today"),
        ("plan", "--config", "/no/such.toml"),
        ("plan", "--config", "/"),
        ("plan", "--from", "/no/such.json"),
        ("plan", "--from", "/"),
        ("plan", "--from", "."),
        ("apply", "/no/such/plan.json"),
        ("apply", "/"),
        ("apply", "."),
        ("statement", "Acme", "2025-13"),
        ("statement", "Acme", "march"),
        ("statement", "Acme", "2025-03", "--from", "/"),
        ("explain", "1/1/fee/2025-03/0", "--from", "/"),
        ("explain", "x" * 10_000, "--from", "/"),
        ("scenario", "run", "/"),
        ("scenario", "run", "/no/such.yaml"),
        ("scenario", "check", "/no/such.yaml"),
        ("pull", "--out", "/no/such/folder/x.json"),
        ("run", "--company", "\x1b[31m"),
        ("nonsense",),
    ],
    ids=lambda each: " ".join(each)[:40],
)
def test_arguments(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    for name in [name for name in os.environ if name.startswith("DRAWDOWN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, list(arguments))
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    assert result.output.strip()
