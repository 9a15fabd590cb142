"""Starting, recognising and ending processes, each by its own id only."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from socket import socket as Socket
from types import FrameType
from typing import NoReturn

_LAUNCH = Path(__file__).with_name("launch.py")


@dataclass(frozen=True)
class Process:
    """A process that cannot be mistaken for a later one with the same id.

    `born` is the boot's id and the process's start in clock ticks since that boot: the kernel
    reuses ids, but never an id with the same moment of birth.
    """

    pid: int
    born: str

    @classmethod
    def of(cls, pid: int) -> Process | None:
        """The live process with this id, or None."""
        born = _born(pid)
        return None if born is None else cls(pid, born)

    @property
    def alive(self) -> bool:
        """True while this very process runs (a zombie does not run)."""
        return _born(self.pid) == self.born

    def end(self, gently: signal.Signals, patience: float) -> None:
        """Ask the process to end, wait `patience` seconds, then kill it and its group.

        The group is killed only where the process leads it, as all those started here do: workers
        that a killed server left behind go with it, and nothing else can be hit.
        """
        if not self.alive:
            _reap(self.pid)
            return
        leads = _leads_group(self.pid)
        _send(self.pid, gently)
        if not self.wait(patience):
            _send(self.pid, signal.SIGKILL)
        if leads:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        self.wait(10)

    def wait(self, seconds: float) -> bool:
        """Wait until the process has ended; say whether it did."""
        until = time.monotonic() + seconds
        while self.alive:
            if time.monotonic() > until:
                return False
            time.sleep(0.01)
        _reap(self.pid)
        return True


def launch(
    command: Sequence[str],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    die: signal.Signals | None = None,
    listen: Socket | None = None,
) -> Process:
    """Start a program in a process group of its own, its output appended to `log`.

    With `die` it gets that signal when the thread that called this ends, so call it from a thread
    that lives as long as the program should (the main thread, as a rule). Without `die` it goes on
    after its owner. `listen` is an open listening socket that the program inherits.
    """
    options: list[str] = []
    if die is not None:
        options += ["--die", str(int(die)), str(os.getpid())]
    passed: tuple[int, ...] = ()
    if listen is not None:
        options += ["--listen", str(listen.fileno())]
        passed = (listen.fileno(),)
    with log.open("ab") as output:
        started = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_LAUNCH), *options, "--", *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            cwd=cwd,
            pass_fds=passed,
            start_new_session=True,
        )
    # From here on the process is known by pid and birth; Popen must not warn that it still runs.
    started.returncode = 0
    process = Process.of(started.pid)
    return process if process is not None else Process(started.pid, "ended at once")


def run(
    command: Sequence[str],
    *,
    log: Path | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    input: str | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end and return its output; Ctrl-C or our death ends it too.

    The output is also appended to `log`, where the reader of an error message can find it.
    """
    parent = ["--die", str(int(signal.SIGKILL)), str(os.getpid()), "--"]
    with subprocess.Popen(
        [sys.executable, "-I", "-S", str(_LAUNCH), *parent, *command],
        stdin=subprocess.PIPE if input is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=None if env is None else dict(env),
        cwd=cwd,
        start_new_session=True,
    ) as process:
        try:
            out, err = process.communicate(input)
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    if log is not None:
        with log.open("a") as kept:
            kept.write(f"$ {' '.join(command)}\n{out}{err}")
    return subprocess.CompletedProcess(list(command), process.returncode, out, err)


def end_orderly() -> None:
    """From now on SIGTERM unwinds this program as Ctrl-C does, so that the same clean-up runs."""
    signal.signal(signal.SIGTERM, _unwind)


def _unwind(number: int, frame: FrameType | None) -> NoReturn:
    del frame
    # A second one must not interrupt the clean-up.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(128 + number)


def _born(pid: int) -> str | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The command's name is in parentheses and may hold spaces: count the fields after it.
    fields = stat.rpartition(")")[2].split()
    state, started = fields[0], fields[19]
    if state in "ZX":
        return None
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{boot}:{started}"


def _leads_group(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        return os.getpgid(pid) == pid
    return False


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _reap(pid: int) -> None:
    """Collect a child of ours that ended, so that its id does not stay behind as a zombie."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
