"""A lock between processes that the kernel releases when its holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self


class FileLock:
    """flock(2) on a file of its own; the file stays, only the lock on it comes and goes.

    `shared=True` lets other shared holders in: those who read an artefact hold it so, and whoever
    wants to delete it asks for the exclusive lock and so waits for them or gives up.
    """

    def __init__(self, path: Path, *, shared: bool = False) -> None:
        self.path = path
        self._mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        self._fd: int | None = None

    def acquire(self) -> None:
        """Wait until the lock is ours."""
        self._take(self._mode)

    def try_acquire(self) -> bool:
        """Take the lock if nobody holds it, and say whether it was taken."""
        try:
            self._take(self._mode | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _take(self, mode: int) -> None:
        assert self._fd is None, f"{self.path} is already held by this object"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Close-on-exec is Python's default, so no child keeps the lock alive after its owner.
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(fd, mode)
        except BaseException:
            os.close(fd)
            raise
        self._fd = fd

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
