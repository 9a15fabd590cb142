"""The names of cached folders: the same inputs give the same name, any change another."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.paths import cache_root, digest, digest_tree, ignore_leavings


def addon(root: Path) -> Path:
    folder = root / "addon"
    (folder / "models").mkdir(parents=True)
    (folder / "__manifest__.py").write_text("{}")
    (folder / "models" / "one.py").write_text("x = 1\n")
    return folder


def test_where_a_part_ends_matters() -> None:
    assert digest("ab", "c") != digest("a", "bc")
    assert digest("ab", "c") == digest("ab", "c")


def test_a_copy_has_the_same_digest(tmp_path: Path) -> None:
    one, two = addon(tmp_path / "one"), addon(tmp_path / "two")
    (two / "models" / "one.py").chmod(0o600)
    assert digest_tree([one]) == digest_tree([two])


def test_leavings_do_not_count(tmp_path: Path) -> None:
    folder = addon(tmp_path)
    before = digest_tree([folder])
    (folder / "models" / "__pycache__").mkdir()
    (folder / "models" / "__pycache__" / "one.cpython-311.pyc").touch()
    (folder / "one.pyc").touch()
    assert digest_tree([folder]) == before
    assert ignore_leavings("", ["__pycache__", "one.pyc", "one.py"]) == {"__pycache__", "one.pyc"}


def test_content_name_and_place_count(tmp_path: Path) -> None:
    folder = addon(tmp_path)
    seen = {digest_tree([folder])}
    (folder / "models" / "one.py").write_text("x = 2\n")
    seen.add(digest_tree([folder]))
    (folder / "models" / "one.py").rename(folder / "models" / "two.py")
    seen.add(digest_tree([folder]))
    (folder / "models" / "two.py").rename(folder / "two.py")
    seen.add(digest_tree([folder]))
    assert len(seen) == 4


def test_cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DRAWDOWN_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert cache_root() == tmp_path / "home" / ".cache" / "drawdown"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "shared"))
    assert cache_root() == tmp_path / "shared" / "drawdown"
    monkeypatch.setenv("DRAWDOWN_CACHE", str(tmp_path / "own"))
    assert cache_root() == tmp_path / "own"
