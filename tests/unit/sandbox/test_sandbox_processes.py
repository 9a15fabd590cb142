"""Processes are recognised for certain, end with their owner, and nothing else is ever hit."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

from sandbox.paths import PROJECT
from sandbox.processes import Process, launch, run
from sandbox.state import State, read_state


def wait_for(path: Path) -> str:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if path.exists() and path.read_text().strip():
            return path.read_text().strip()
        time.sleep(0.01)
    raise AssertionError(f"{path} stays empty")


def test_launch_and_end(tmp_path: Path) -> None:
    process = launch(["sh", "-c", "echo here; exec sleep 60"], log=tmp_path / "log")
    assert wait_for(tmp_path / "log") == "here"
    assert process.alive
    assert Process.of(process.pid) == process
    process.end(signal.SIGTERM, patience=5)
    assert not process.alive
    process.end(signal.SIGTERM, patience=5)


def test_a_killed_process_leaves_no_zombie(tmp_path: Path) -> None:
    """PostgreSQL takes a zombie for the living owner of its data, and does not start again."""
    process = launch(["sleep", "60"], log=tmp_path / "log")
    process.end(signal.SIGKILL, patience=0)
    assert not Path(f"/proc/{process.pid}").exists()
    ended = launch(["true"], log=tmp_path / "log")
    while ended.alive:
        time.sleep(0.01)
    ended.end(signal.SIGTERM, patience=1)
    assert not Path(f"/proc/{ended.pid}").exists()


def test_end_takes_stubborn_children_along(tmp_path: Path) -> None:
    process = launch(
        ["sh", "-c", "trap '' TERM; sleep 60 & echo $!; wait; sleep 60"], log=tmp_path / "log"
    )
    child = Process.of(int(wait_for(tmp_path / "log")))
    assert child is not None
    process.end(signal.SIGTERM, patience=0.2)
    assert not process.alive
    assert child.wait(5)


def test_a_recycled_pid_is_not_the_process() -> None:
    bystander = subprocess.Popen(["sleep", "60"])
    try:
        known = Process.of(bystander.pid)
        assert known is not None
        former = replace(known, born="an earlier boot:1")
        assert not former.alive
        former.end(signal.SIGKILL, patience=1)
        assert bystander.poll() is None, "the bystander was hit"
    finally:
        bystander.kill()
        bystander.wait()


def test_a_dead_pid_is_nobody() -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    assert Process.of(ended.pid) is None


def test_children_die_with_a_killed_owner(tmp_path: Path) -> None:
    owner = subprocess.Popen(
        [
            sys.executable,
            "-c",
            textwrap.dedent(
                f"""
                import signal, time
                from pathlib import Path
                from sandbox.processes import launch
                log = Path({str(tmp_path / "log")!r})
                launch(["sh", "-c", "echo $$; exec sleep 60"], log=log, die=signal.SIGKILL)
                time.sleep(60)
                """
            ),
        ],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    child = Process.of(int(wait_for(tmp_path / "log")))
    assert child is not None
    owner.kill()
    owner.wait()
    assert child.wait(5), "the child outlived its owner"


def test_a_listening_socket_is_handed_over(tmp_path: Path) -> None:
    program = (
        "import os, socket; s = socket.socket(fileno=3);"
        "print(os.environ['LISTEN_FDS'], int(os.environ['LISTEN_PID']) == os.getpid(),"
        " s.getsockname()[1])"
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        launch([sys.executable, "-c", program], log=tmp_path / "log", listen=listener)
        assert wait_for(tmp_path / "log") == f"1 True {listener.getsockname()[1]}"


def test_run_returns_the_output_and_keeps_it(tmp_path: Path) -> None:
    done = run(["sh", "-c", "cat; echo no >&2; exit 3"], log=tmp_path / "log", input="yes\n")
    assert (done.returncode, done.stdout, done.stderr) == (3, "yes\n", "no\n")
    assert "yes\nno\n" in (tmp_path / "log").read_text()


def test_state_survives_and_tells_whether_it_runs(tmp_path: Path) -> None:
    here = Process.of(os.getpid())
    assert here is not None
    state = State("default", 4711, here, here, "/sockets", "0123", 0, "2025-03-28T02:00:00")
    assert read_state(tmp_path) is None
    state.write(tmp_path)
    assert read_state(tmp_path) == state
    assert state.running
    assert not replace(state, odoo=replace(here, born="an earlier boot:1")).running


def test_a_state_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    for text in ("", "{", "{}", '{"name": 1}', "[]"):
        (tmp_path / "state.json").write_text(text)
        assert read_state(tmp_path) is None
