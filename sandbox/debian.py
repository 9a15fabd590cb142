"""Odoo and what its pages link to, taken from Debian's packages without installing any of them.

The packages are fetched with a private apt configuration and unpacked into a folder: the machine's
own package lists and its installed packages stay as they are, and root is not needed.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from sandbox.apt_sources import OVERRIDE, Mirror, find_mirror
from sandbox.artefacts import Artefact
from sandbox.errors import SandboxError
from sandbox.paths import PROJECT, digest
from sandbox.processes import run
from sandbox.progress import Progress

ODOO_SUITE = "sid"
FROM_ODOO_SUITE = (
    "odoo-19",
    "fonts-dejavu-core",
    "fonts-inconsolata",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
)
FROM_OWN_RELEASE = ("fonts-font-awesome",)
"""Odoo links to the files of an older layout, which the machine's own stable release carries."""

LEFT_OUT = "*/i18n/*.po"
"""Translations: two thirds of the volume and half of the time, and the sandbox speaks English."""

_TRIES = 2
_UNPACK = 'dpkg-deb --fsys-tarfile "$1" | tar --extract --directory "$2" --exclude "$3"'


@dataclass(frozen=True)
class OdooSource:
    """Odoo's unpacked source and the versions of the packages that it came from."""

    folder: Path
    versions: dict[str, str]

    @property
    def packages(self) -> Path:
        """What goes on Python's path."""
        return self.folder / "root" / "usr" / "lib" / "python3" / "dist-packages"

    @property
    def version(self) -> str:
        """Debian's version of Odoo."""
        return self.versions["odoo-19"]


def odoo_artefact() -> Artefact:
    """The artefact that holds Odoo's source, keyed on the packages but not on today's versions."""
    return Artefact("odoo", digest(ODOO_SUITE, LEFT_OUT, *FROM_ODOO_SUITE, *FROM_OWN_RELEASE))


def odoo_source(progress: Progress) -> OdooSource:
    """Odoo's source on this machine, fetched and unpacked if it is not there yet."""
    artefact = odoo_artefact()
    with progress.step("Odoo 19 from Debian"):
        folder = artefact.ensure(lambda target: _fetch(target, artefact.log, progress))
    versions = json.loads((folder / "versions.json").read_text())
    return OdooSource(folder, versions)


def _fetch(target: Path, log: Path, progress: Progress) -> None:
    _need("apt-get", "apt")
    _need("dpkg-deb", "dpkg")
    mirror = find_mirror()
    private = _private_apt(target / "apt", mirror)
    packages = target / "packages"
    packages.mkdir()
    _with_retries(private, ["update"], packages, log, mirror)
    wanted = [f"{name}/{ODOO_SUITE}" for name in FROM_ODOO_SUITE]
    wanted += [f"{name}/{mirror.release}" for name in FROM_OWN_RELEASE]
    _with_retries(private, ["download", *wanted], packages, log, mirror)
    fetched = sorted(packages.glob("*.deb"))
    progress.note(f"{sum(path.stat().st_size for path in fetched) / 1e6:.0f} MB")
    versions: dict[str, str] = {}
    root = target / "root"
    root.mkdir()
    for path in fetched:
        fields = run(["dpkg-deb", "--show", "--showformat=${Package} ${Version}", str(path)])
        name, version = fields.stdout.split()
        versions[name] = version
        # A package that is cut short ends the pipe early, and tar says so.
        unpacked = run(["sh", "-c", _UNPACK, "sh", str(path), str(root), LEFT_OUT], log=log)
        if unpacked.returncode:
            raise SandboxError(
                f"{path.name} could not be unpacked: {unpacked.stderr}",
                "It needs about 1 GB; free some, or point DRAWDOWN_CACHE at a larger disk.",
            )
    (target / "versions.json").write_text(json.dumps(versions, indent=2))
    shutil.rmtree(packages)
    shutil.rmtree(target / "apt")


def _private_apt(folder: Path, mirror: Mirror) -> list[str]:
    """An apt-get command that reads and writes only below `folder`, the machine's proxy aside."""
    for name in ("lists/partial", "cache/archives/partial", "parts"):
        (folder / name).mkdir(parents=True)
    trusted = f"[signed-by={mirror.signed_by}] " if mirror.signed_by else ""
    suites = dict.fromkeys((ODOO_SUITE, mirror.release))
    lines = [f"deb {trusted}{mirror.uri} {suite} main\n" for suite in suites]
    (folder / "sources.list").write_text("".join(lines))
    options = {
        "Dir::Etc::SourceList": folder / "sources.list",
        "Dir::Etc::SourceParts": folder / "parts",
        "Dir::Etc::Preferences": "/dev/null",
        "Dir::Etc::PreferencesParts": folder / "parts",
        "Dir::State": folder,
        "Dir::State::Lists": folder / "lists",
        "Dir::State::Status": "/dev/null",
        "Dir::Cache": folder / "cache",
        "Acquire::Retries": "3",
        "Acquire::Languages": "none",
        "APT::Sandbox::User": "root" if os.geteuid() == 0 else "",
    }
    return ["apt-get", "--yes", *(f"--option={key}={value}" for key, value in options.items())]


def _with_retries(apt: list[str], what: list[str], cwd: Path, log: Path, mirror: Mirror) -> None:
    for _ in range(_TRIES):
        done = run([*apt, *what], cwd=cwd, log=log)
        # `update` ends well although an index is missing; only its words tell.
        if done.returncode == 0 and "Failed to fetch" not in done.stderr:
            return
    raise trouble(what[0], done.stderr, mirror, docker=docker_answers())


def trouble(step: str, words: str, mirror: Mirror, *, docker: bool) -> SandboxError:
    """What apt's words mean for somebody who wants to run the sandbox."""
    lines = words.splitlines()
    errors = [line[2:].strip() for kind in ("E:", "W:") for line in lines if line.startswith(kind)]
    said = errors[0] if errors else "no answer"
    if "No space left" in words or "enough free space" in words:
        return SandboxError(
            "The disk is full", "Free about 4 GB, or point DRAWDOWN_CACHE at a larger disk."
        )
    if "Unable to locate package" in words or "was not found" in words:
        return SandboxError(
            f"The Debian mirror {mirror.uri} does not carry what is needed: {said}",
            f"Set {OVERRIDE} to a mirror with the suites {ODOO_SUITE} and {mirror.release}.",
        )
    other = ""
    if docker:
        other = (
            " Docker answers on this machine: `docker compose up` with docker-compose.yml"
            f" in {PROJECT} gives the same Odoo."
        )
    return SandboxError(
        f"The Debian mirror {mirror.uri} cannot be reached (apt-get {step}: {said})",
        f"Check the network and the proxy, or set {OVERRIDE} to another mirror.{other}",
    )


def docker_answers() -> bool:
    """True where Docker's engine runs, so that the compose file is a way out."""
    return shutil.which("docker") is not None and run(["docker", "info"]).returncode == 0


def _need(program: str, package: str) -> None:
    if shutil.which(program) is None:
        other = " Or use docker-compose.yml." if docker_answers() else ""
        raise SandboxError(
            f"{program} is not installed",
            f"The sandbox takes Odoo from Debian's packages: use a Debian-like machine with the"
            f" package {package}.{other}",
        )
