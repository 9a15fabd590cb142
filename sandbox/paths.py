"""Where the sandbox keeps things, and how a folder gets a name that tells what is in it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
"""The checkout that this package lives in: the addon and the constraints are read from here."""

_LEAVINGS = frozenset({"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".git"})


def cache_root() -> Path:
    """The cache folder: $DRAWDOWN_CACHE, else $XDG_CACHE_HOME/drawdown, else ~/.cache/drawdown."""
    own = os.environ.get("DRAWDOWN_CACHE")
    if own:
        return Path(own).expanduser().resolve()
    shared = os.environ.get("XDG_CACHE_HOME")
    base = Path(shared).expanduser() if shared else Path.home() / ".cache"
    return (base / "drawdown").resolve()


def digest(*parts: str) -> str:
    """Twelve hex digits that change when any part changes.

    Each part is preceded by its length, so that ("ab", "c") and ("a", "bc") differ.
    """
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode()
        whole.update(f"{len(data)}:".encode())
        whole.update(data)
    return whole.hexdigest()[:12]


def digest_tree(folders: Iterable[Path]) -> str:
    """The digest of every file's name and content under the folders, tools' leavings ignored.

    Times and permissions are left out: a fresh checkout of the same commit gives the same digest.
    """
    parts: list[str] = []
    for folder in folders:
        for path in sorted(_files_below(folder)):
            parts.append(f"{folder.name}/{path.relative_to(folder).as_posix()}")
            parts.append(hashlib.sha256(path.read_bytes()).hexdigest())
    return digest(*parts)


def ignore_leavings(_folder: str, names: list[str]) -> set[str]:
    """For shutil.copytree: leave out what digest_tree leaves out."""
    return {name for name in names if name in _LEAVINGS or name.endswith(".pyc")}


def _files_below(folder: Path) -> Iterable[Path]:
    for here, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in _LEAVINGS]
        for name in files:
            path = Path(here, name)
            if path.suffix != ".pyc" and path.is_file():
                yield path
