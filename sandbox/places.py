"""Where instances live, and how their folders are made and deleted.

A clone is a thousand files. On a disk, making and deleting them over and over slows the file
system down; in memory it costs the same every time. So instances live in memory where the machine
has plenty, and in the cache folder otherwise. What they hold is disposable either way.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from pathlib import Path

from sandbox.locks import FileLock
from sandbox.paths import cache_root

MEMORY = Path("/dev/shm")
ROOM_IN_MEMORY = 4 << 30
MEMORY_TO_SPARE = 8 << 30


def lasting_instances() -> Path:
    """The folder where the instances that stay are found by name."""
    return cache_root() / "instances"


def lock_lasting(name: str) -> FileLock:
    """Held while the instance of that name is started or ended."""
    return FileLock(lasting_instances() / f".{name}.lock")


def lock_private() -> FileLock:
    """Held while a private instance's folder is made or swept, so that no new one is swept."""
    return FileLock(lasting_instances() / ".lock")


def owner_lock(folder: Path) -> FileLock:
    """Held by a private instance's owner for life."""
    return FileLock(folder / "owner.lock")


def make_private(in_memory: bool | None) -> Path:
    """A folder for an instance that ends with its owner."""
    folder = _place(in_memory) / f"private-{secrets.token_hex(4)}"
    folder.mkdir(parents=True)
    return folder


def make_lasting(name: str, in_memory: bool | None) -> Path:
    """A folder for an instance that stays; found under its name wherever it is."""
    folder = lasting_instances() / name
    place = _place(in_memory)
    if place == lasting_instances():
        folder.mkdir(parents=True)
        return folder
    target = place / f"{name}-{secrets.token_hex(4)}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    # The link first: what is interrupted here is found again by its name, and removed.
    folder.symlink_to(target)
    target.mkdir()
    return folder


def remove(folder: Path) -> None:
    """Delete an instance's folder wherever it is; harmless when there is none."""
    if folder.is_symlink():
        shutil.rmtree(folder.readlink(), ignore_errors=True)
        folder.unlink()
    else:
        shutil.rmtree(folder, ignore_errors=True)


def sweep() -> None:
    """Delete what private instances left behind whose owner was killed.

    The owner holds a lock for life; the kernel lets go of it when the owner dies, and the
    instance's processes die with the owner too.
    """
    for place in (lasting_instances(), _memory_folder()):
        for folder in place.glob("private-*"):
            lock = owner_lock(folder)
            with contextlib.suppress(OSError):
                if lock.try_acquire():
                    shutil.rmtree(folder, ignore_errors=True)
            lock.release()


def _place(in_memory: bool | None) -> Path:
    """Memory where asked for or plentiful, else the cache folder."""
    if in_memory or (in_memory is None and _plenty()):
        ours = _memory_folder()
        ours.mkdir(mode=0o700, exist_ok=True)
        if ours.stat().st_uid == os.getuid():
            return ours
    return lasting_instances()


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
