"""A lock holds between processes, and its holder's death ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.locks import FileLock
from sandbox.paths import PROJECT

HOLD = """
import sys, time
from pathlib import Path
from sandbox.locks import FileLock
with FileLock(Path(sys.argv[1]), shared=sys.argv[2] == "shared"):
    print("held", flush=True)
    time.sleep(30)
"""


@contextmanager
def another_holder(path: Path, mode: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), mode],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_another_process_holds_it_until_it_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "lock"
    lock = FileLock(path)
    with another_holder(path, "alone") as process:
        assert not lock.try_acquire()
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=10)
        assert lock.try_acquire()
    lock.release()


def test_readers_share_and_keep_others_out(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with another_holder(path, "shared"):
        with FileLock(path, shared=True):
            pass
        assert not FileLock(path).try_acquire()


def test_release_is_harmless_when_not_held(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    lock.release()
    with lock:
        assert not FileLock(tmp_path / "lock").try_acquire()
    assert lock.try_acquire()
    lock.release()
