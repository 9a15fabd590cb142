"""Things built once: a folder whose name carries a digest of what went into it.

A build happens in a temporary folder under an exclusive lock and is renamed into place when it is
whole. So a folder with the right name is complete by definition, and a build that was killed leaves
only a `.building-…` folder that the next one sweeps away.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.locks import FileLock
from sandbox.paths import cache_root


@dataclass(frozen=True)
class Artefact:
    """One buildable thing: its kind (`odoo`, `base`, …) and the digest of its inputs."""

    kind: str
    key: str

    @property
    def path(self) -> Path:
        """Where the finished folder is, or will be."""
        return cache_root() / "artefacts" / f"{self.kind}-{self.key}"

    @property
    def built(self) -> bool:
        """True when the whole folder is there."""
        return self.path.is_dir()

    @property
    def log(self) -> Path:
        """What the programs that built it said; kept when the build fails."""
        return cache_root() / "logs" / f"{self.path.name}.log"

    def lock(self, *, shared: bool = False) -> FileLock:
        """The lock that builders and deleters hold alone and readers hold together."""
        return FileLock(cache_root() / "locks" / f"{self.kind}-{self.key}", shared=shared)

    def ensure(self, build: Callable[[Path], None]) -> Path:
        """Return the finished folder, building it first if it is not there.

        `build` gets an empty folder to fill. Two processes that ask at the same time build once.
        """
        if not self.built:
            with self.lock():
                if not self.built:
                    self._build(build)
        os.utime(self.path)
        return self.path

    def _build(self, build: Callable[[Path], None]) -> None:
        temporary = self.path.with_name(f".building-{self.path.name}")
        shutil.rmtree(temporary, ignore_errors=True)
        try:
            temporary.mkdir(parents=True)
            self.log.parent.mkdir(exist_ok=True)
            self.log.write_text("")
            build(temporary)
            temporary.rename(self.path)
        except OSError as error:
            raise disk_trouble(error) from error
        finally:
            shutil.rmtree(temporary, ignore_errors=True)

    @contextmanager
    def reading(self) -> Iterator[Path]:
        """Hold the folder against pruning while it is copied."""
        with self.lock(shared=True):
            yield self.path

    def discard(self) -> bool:
        """Delete the folder unless somebody is reading or building it; say whether it went."""
        lock = self.lock()
        if not lock.try_acquire():
            return False
        try:
            shutil.rmtree(self.path, ignore_errors=True)
        finally:
            lock.release()
        return True


def built(kind: str) -> list[Artefact]:
    """The finished artefacts of a kind, the most recently used first."""
    folder = cache_root() / "artefacts"
    if not folder.is_dir():
        return []
    found = [path for path in folder.glob(f"{kind}-*") if path.is_dir()]
    found.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    return [Artefact(kind, path.name.removeprefix(f"{kind}-")) for path in found]


def prune(kind: str, keep: int) -> None:
    """Delete all but the `keep` most recently used artefacts of a kind."""
    for artefact in built(kind)[keep:]:
        artefact.discard()


def disk_trouble(error: OSError) -> Exception:
    """Turn the errors of a full or forbidden disk into a SandboxError; pass others on."""
    place = error.filename or cache_root()
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return SandboxError(
            f"The disk is full at {place}",
            "Free about 4 GB, or point DRAWDOWN_CACHE at a folder on a larger disk.",
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return SandboxError(
            f"{place} cannot be written",
            "Point DRAWDOWN_CACHE at a folder that you own.",
        )
    return error
