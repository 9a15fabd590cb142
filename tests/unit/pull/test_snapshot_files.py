"""A snapshot kept as a file: the same again, or a clear refusal."""

import gzip
import json
import stat
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.domain.entries import TimeEntry
from sync.pull import Pulled, SnapshotFileError, load, save
from tests.unit.pull.agency import in_full_swing


@pytest.fixture(scope="module")
def pulled() -> Pulled:
    return in_full_swing().pull()


@pytest.mark.parametrize("name", ["snapshot.json", "snapshot.json.gz"])
def test_it_comes_back_the_same(pulled, tmp_path, name):
    save(pulled, tmp_path / name)
    assert load(tmp_path / name) == pulled
    assert [each.name for each in tmp_path.iterdir()] == [name], "no half-written file stays"


def test_the_same_snapshot_gives_the_same_bytes(pulled, tmp_path):
    save(pulled, tmp_path / "a.gz")
    save(pulled, tmp_path / "b.gz")
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()


def test_only_its_owner_may_read_it(pulled, tmp_path):
    save(pulled, tmp_path / "a.json")
    assert stat.S_IMODE((tmp_path / "a.json").stat().st_mode) == 0o600


def test_an_older_file_is_replaced_whole(pulled, tmp_path):
    path = tmp_path / "a.json"
    path.write_text("something else")
    save(pulled, path)
    assert load(path) == pulled


entries = st.builds(
    TimeEntry,
    id=st.integers(1, 2**31),
    day=st.dates(date(1970, 1, 1), date(2199, 12, 31)),
    seconds=st.integers(-(10**9), 10**9),
    project_id=st.integers(1, 2**31),
    task_id=st.none() | st.integers(1, 2**31),
    employee=st.text(st.characters(codec="utf-8")),
    text=st.text(st.characters(codec="utf-8")),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.lists(entries, max_size=5))
def test_any_time_entry_survives(pulled, tmp_path, some):
    snapshot = pulled.snapshot.model_copy(update={"entries": tuple(some)})
    whole = pulled.model_copy(update={"snapshot": snapshot})
    save(whole, tmp_path / "a.json.gz")
    assert load(tmp_path / "a.json.gz") == whole


def _content(pulled, tmp_path):
    save(pulled, tmp_path / "good.json")
    return json.loads((tmp_path / "good.json").read_text())


def _refused(tmp_path, content, match):
    path = tmp_path / "bad.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(SnapshotFileError, match=match):
        load(path)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("", "line 1 column 0"),
        ("{", "line 1 column 1"),
        ("[]", "not a snapshot"),
        ("null", "not a snapshot"),
        ('{"format": "other"}', "not a snapshot"),
        ('{"format": "drawdown-snapshot", "version": 99}', "version 99, this service reads 1"),
        ('{"format": "drawdown-snapshot", "version": true}', "version True"),
        ('{"format": "drawdown-snapshot", "version": 1}', "books"),
        ("[" * 100_000, "recursion"),
    ],
    ids=["empty", "cut", "list", "null", "other", "newer", "no number", "half", "nested"],
)
def test_what_is_no_snapshot_is_refused(tmp_path, content, match):
    _refused(tmp_path, content, match)


@pytest.mark.parametrize(
    ("place", "value", "match"),
    [
        (("snapshot", "company", "po_policy"), "never", r"company\.po_policy"),
        (("snapshot", "engagements", 0, "date_start"), "soon", r"engagements\.0\.date_start"),
        (("snapshot", "engagements", 0, "surprise"), 1, r"engagements\.0\.surprise"),
        (
            ("snapshot", "engagements", 0, "terms", 0, "monthly_fee"),
            5000.5,
            r"terms\.0\.monthly_fee",
        ),
        (("books", "company_id"), "x", "company_id"),
        (("books", "company_id"), 2, "two companies"),
        (("snapshot", "entries"), {}, r"snapshot\.entries"),
        (("snapshot", "entries", 0), 5, r"entries\.0"),
        (("snapshot", "entries", 0), [], r"entries\.0"),
        (("snapshot", "entries", 0, 1), "2025-13-01", r"entries\.0\.1"),
        (("snapshot", "entries", 0, 1), True, r"entries\.0\.1"),
        (("snapshot", "entries", 0, 0), "x", r"entries\.0\.0"),
        (("snapshot", "entries", 0, 2), 1.5, r"entries\.0\.2"),
        (("snapshot", "entries", 0, 4), "x", r"entries\.0\.4"),
        (("snapshot", "entries", 0, 7), None, r"entries\.0\.7"),
        (("snapshot", "entries", 0, 8), 7, r"entries\.0\.8"),
        (("version",), "1", "version"),
    ],
)
def test_a_damaged_place_is_named(pulled, tmp_path, place, value, match):
    content = _content(pulled, tmp_path)
    spot = content
    for step in place[:-1]:
        spot = spot[step]
    spot[place[-1]] = value
    _refused(tmp_path, content, match)


def test_a_truncated_archive_is_refused(pulled, tmp_path):
    path = tmp_path / "a.json.gz"
    save(pulled, path)
    whole = path.read_bytes()
    for length in (0, 5, 20, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(SnapshotFileError):
            load(path)


def test_an_archive_that_is_none_and_a_text_that_is_no_text_are_refused(tmp_path):
    (tmp_path / "a.gz").write_bytes(b"plain")
    (tmp_path / "b.json").write_bytes(b"\xff\xfe{}")
    (tmp_path / "c.gz").write_bytes(gzip.compress(b"\xff"))
    for name in ("a.gz", "b.json", "c.gz"):
        with pytest.raises(SnapshotFileError, match="pull again"):
            load(tmp_path / name)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(SnapshotFileError, match="cannot be read"):
        load(tmp_path / "none.json")
    with pytest.raises(SnapshotFileError, match="cannot be read"):
        load(tmp_path)
