"""What is built once is whole or absent, whoever else builds and however the build ends."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from sandbox.artefacts import Artefact, built, prune
from sandbox.errors import SandboxError
from sandbox.paths import PROJECT


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DRAWDOWN_CACHE", str(tmp_path))
    return tmp_path


def fill(target: Path) -> None:
    (target / "file").write_text("whole")


def script(body: str, cache: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(body)],
        env={**os.environ, "DRAWDOWN_CACHE": str(cache), "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_builds_once() -> None:
    calls: list[Path] = []

    def build(target: Path) -> None:
        calls.append(target)
        fill(target)

    artefact = Artefact("thing", "0123")
    assert not artefact.built
    assert (artefact.ensure(build) / "file").read_text() == "whole"
    assert artefact.ensure(build) == artefact.path
    assert len(calls) == 1


def test_a_failed_build_leaves_nothing(cache: Path) -> None:
    def fail(target: Path) -> None:
        fill(target)
        raise KeyboardInterrupt

    artefact = Artefact("thing", "0123")
    with pytest.raises(KeyboardInterrupt):
        artefact.ensure(fail)
    assert list((cache / "artefacts").iterdir()) == []
    assert artefact.log.exists(), "what was said is kept"


def test_what_a_killed_build_left_is_swept_away(cache: Path) -> None:
    left = cache / "artefacts" / ".building-thing-0123"
    left.mkdir(parents=True)
    (left / "half").touch()
    artefact = Artefact("thing", "0123")
    assert [path.name for path in artefact.ensure(fill).iterdir()] == ["file"]
    assert not left.exists()


def test_two_processes_build_once(cache: Path) -> None:
    body = """
        import time
        from pathlib import Path
        from sandbox.artefacts import Artefact
        def build(target):
            print("built", flush=True)
            time.sleep(0.3)
            (target / "file").write_text("whole")
        print((Artefact("thing", "0123").ensure(build) / "file").read_text())
    """
    outputs = [
        process.communicate(timeout=30)[0] for process in [script(body, cache) for _ in "ab"]
    ]
    assert "".join(outputs).count("built") == 1
    assert all(output.endswith("whole\n") for output in outputs)


def test_sigterm_during_a_command_leaves_no_half_built_folder(cache: Path) -> None:
    process = script(
        """
        import time
        from sandbox.__main__ import _in_words
        from sandbox.artefacts import Artefact
        def build(target):
            (target / "half").touch()
            print("building", flush=True)
            time.sleep(30)
        with _in_words():
            Artefact("thing", "0123").ensure(build)
        """,
        cache,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "building\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 128 + signal.SIGTERM
    process.stdout.close()
    assert list((cache / "artefacts").iterdir()) == []


def test_a_full_disk_is_said_in_one_line() -> None:
    def full(_target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(SandboxError, match=r"The disk is full.*DRAWDOWN_CACHE"):
        Artefact("thing", "0123").ensure(full)


def test_prune_keeps_the_most_recently_used() -> None:
    for age, key in enumerate(["new", "mid", "old", "older"]):
        path = Artefact("thing", key).ensure(fill)
        os.utime(path, (time.time() - age * 60,) * 2)
    Artefact("other", "kept").ensure(fill)
    prune("thing", keep=2)
    assert [artefact.key for artefact in built("thing")] == ["new", "mid"]
    assert len(built("other")) == 1


def test_what_is_being_read_is_not_pruned() -> None:
    artefact = Artefact("thing", "0123")
    artefact.ensure(fill)
    with artefact.reading():
        assert not artefact.discard()
        assert artefact.built
    assert artefact.discard()
    assert not artefact.built
