"""OCA's `contract`, fetched once at its pinned version, as a folder of addons for the sandbox."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from sandbox.artefacts import Artefact, prune
from sandbox.errors import SandboxError
from sandbox.paths import PROJECT, digest

PINS = PROJECT / "constraints" / "contract.txt"
VERSION = next(
    line.partition("==")[2].split()[0] for line in PINS.read_text().splitlines() if "==" in line
)


def contract() -> Path:
    """The folder that holds the module; fetched where it is not there yet."""
    artefact = Artefact("contract", digest(PINS.read_text()))
    folder = artefact.ensure(lambda target: _fetch(target))
    prune("contract", keep=1)
    return folder / "odoo" / "addons"


def _fetch(target: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes", "--quiet"]
    done = subprocess.run(
        [*command, "--only-binary=:all:", f"--dest={target}", f"--requirement={PINS}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no output"])[-1]
        raise SandboxError(f"OCA's contract could not be fetched: {said}", f"See {PINS}.")
    for wheel in target.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(target)
        wheel.unlink()
