"""Where instances live, and the sweeping up after owners that were killed."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from sandbox.locks import FileLock
from sandbox.paths import cache_root

MEMORY = Path("/dev/shm")
ROOM_IN_MEMORY = 4 << 30
MEMORY_TO_SPARE = 8 << 30


def lasting_instances() -> Path:
    """The folder of the instances that stay after the command that started them."""
    return cache_root() / "instances"


def instances_lock() -> FileLock:
    """Held while an instance's folder is made or swept, so that no half-made one is swept."""
    return FileLock(lasting_instances() / ".lock")


def place_for_instances(in_memory: bool | None) -> Path:
    """The folder for a private instance: memory where asked for or plentiful, else the cache.

    A clone is a thousand files. On a disk, making and deleting them over and over slows the file
    system down; in memory it costs the same every time.
    """
    if in_memory is None:
        in_memory = _plenty()
    if not in_memory:
        return lasting_instances()
    ours = _memory_folder()
    ours.mkdir(mode=0o700, exist_ok=True)
    if ours.stat().st_uid != os.getuid():
        return lasting_instances()
    return ours


def sweep() -> None:
    """Delete what private instances left behind whose owner was killed.

    The owner holds a lock for life; the kernel lets go of it when the owner dies, and the
    instance's processes die with the owner too.
    """
    for place in (lasting_instances(), _memory_folder()):
        for folder in place.glob("private-*"):
            lock = FileLock(folder / "owner.lock")
            with contextlib.suppress(OSError):
                if lock.try_acquire():
                    shutil.rmtree(folder, ignore_errors=True)
            lock.release()


def _memory_folder() -> Path:
    return MEMORY / f"drawdown-{os.getuid()}"


def _plenty() -> bool:
    """True where memory can hold an instance and its clones without anybody noticing."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        facts = dict(line.split(":", 1) for line in lines)
        spare = int(facts["MemAvailable"].split()[0]) << 10
        room = shutil.disk_usage(MEMORY).free
    except (OSError, KeyError, ValueError):
        return False
    return spare >= MEMORY_TO_SPARE and room >= ROOM_IN_MEMORY
