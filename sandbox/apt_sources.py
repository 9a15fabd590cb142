"""Which Debian mirror this machine uses, read from its own apt sources.

The project names no mirror: whoever runs it has one, and it is the one that their network and
their policy allow.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sandbox.errors import SandboxError

OVERRIDE = "DRAWDOWN_DEBIAN_MIRROR"
APT = Path("/etc/apt")
OS_RELEASE = Path("/etc/os-release")
_KEYRINGS = (
    Path("/usr/share/keyrings/debian-archive-keyring.gpg"),
    Path("/usr/share/keyrings/debian-archive-keyring.pgp"),
)
_ONE_LINE = re.compile(r"^deb\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<uri>\S+)\s+(?P<rest>.+)$")


@dataclass(frozen=True)
class Source:
    """One place that apt fetches from: where, which suites, and who signs for it."""

    uri: str
    suites: tuple[str, ...]
    components: tuple[str, ...]
    signed_by: str = ""

    @property
    def main_archive(self) -> bool:
        """True for the Debian archive itself, false for security fixes and other people's."""
        path = urlsplit(self.uri).path.rstrip("/")
        return (
            "main" in self.components
            and (path.endswith("/debian") or self.uri.startswith("mirror"))
            and not any("security" in suite for suite in self.suites)
        )


@dataclass(frozen=True)
class Mirror:
    """A Debian archive to fetch from, the machine's own release, and the keys that sign it."""

    uri: str
    release: str
    signed_by: str


def find_mirror(apt: Path = APT, os_release: Path = OS_RELEASE) -> Mirror:
    """The mirror that this machine uses, or the one named in DRAWDOWN_DEBIAN_MIRROR."""
    release = own_release(os_release)
    own = os.environ.get(OVERRIDE)
    if own:
        return Mirror(own.rstrip("/"), release, _default_keyring())
    for source in read_sources(apt):
        if source.main_archive:
            return Mirror(source.uri.rstrip("/"), release, source.signed_by or _default_keyring())
    raise SandboxError(
        "No Debian mirror: this machine's apt sources name no main Debian archive",
        f"Set {OVERRIDE} to the address of a Debian mirror.",
    )


def own_release(os_release: Path = OS_RELEASE) -> str:
    """The code name of the machine's Debian release; `stable` on anything else."""
    try:
        lines = os_release.read_text().splitlines()
    except FileNotFoundError:
        return "stable"
    facts = dict(line.split("=", 1) for line in lines if "=" in line)
    name = facts.get("VERSION_CODENAME", "").strip('"')
    return name if name and facts.get("ID", "").strip('"') == "debian" else "stable"


def read_sources(apt: Path = APT) -> list[Source]:
    """Every enabled binary source in both of apt's formats, in apt's own order."""
    parts = apt / "sources.list.d"
    files = [apt / "sources.list", *(sorted(parts.iterdir()) if parts.is_dir() else [])]
    found: list[Source] = []
    for path in files:
        if not path.is_file():
            continue
        if path.suffix == ".sources":
            found.extend(parse_deb822(path.read_text()))
        elif path.suffix == ".list":
            found.extend(parse_one_line(path.read_text()))
    return found


def parse_one_line(text: str) -> Iterator[Source]:
    """Read the classic format: `deb [signed-by=KEYRING] URI SUITE COMPONENT...`."""
    for line in text.splitlines():
        match = _ONE_LINE.match(line.split("#", 1)[0].strip())
        if match is None:
            continue
        options = dict(
            option.split("=", 1) for option in (match["options"] or "").split() if "=" in option
        )
        suite, *components = match["rest"].split()
        yield Source(match["uri"], (suite,), tuple(components), options.get("signed-by", ""))


def parse_deb822(text: str) -> Iterator[Source]:
    """Read the newer format: paragraphs of `Field: value`, continued by indented lines."""
    for fields in _paragraphs(text.splitlines()):
        if fields.get("enabled", "yes").lower() in ("no", "false", "0"):
            continue
        if "deb" not in fields.get("types", "").split():
            continue
        for uri in fields.get("uris", "").split():
            yield Source(
                uri,
                tuple(fields.get("suites", "").split()),
                tuple(fields.get("components", "").split()),
                _keyring_named(fields.get("signed-by", "")),
            )


def _paragraphs(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    fields: dict[str, str] = {}
    last = ""
    for line in [*lines, ""]:
        if line.startswith("#"):
            continue
        if not line.strip():
            if fields:
                yield fields
            fields, last = {}, ""
        elif line[0] in " \t" and last:
            fields[last] += "\n" + line.strip()
        elif ":" in line:
            name, value = line.split(":", 1)
            last = name.strip().lower()
            fields[last] = value.strip()


def _keyring_named(value: str) -> str:
    """The keyring's path; a key written into the source itself is left to the default keyring."""
    return value if value.startswith("/") and "\n" not in value else ""


def _default_keyring() -> str:
    return next((str(path) for path in _KEYRINGS if path.is_file()), "")
