"""The machine's Debian mirror is found in both of apt's formats, and only the main archive counts.

The addresses are made up: none of them exists.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.apt_sources import (
    OVERRIDE,
    Source,
    find_mirror,
    own_release,
    parse_deb822,
    parse_one_line,
    read_sources,
)
from sandbox.errors import SandboxError

DEB822 = """\
# The distribution's own file
Types: deb deb-src
URIs: http://mirror.test/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /keys/debian.gpg

Types: deb
URIs: http://mirror.test/debian-security
Suites: bookworm-security
Components: main
Signed-By: /keys/debian.gpg

Enabled: no
Types: deb
URIs: http://disabled.test/debian
Suites: bookworm
Components: main

Types: deb-src
URIs: http://sources-only.test/debian
Suites: bookworm
Components: main
"""


@pytest.fixture
def apt(tmp_path: Path) -> Path:
    (tmp_path / "sources.list.d").mkdir()
    return tmp_path


@pytest.fixture(autouse=True)
def _no_override(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(OVERRIDE, raising=False)


def write(apt: Path, name: str, text: str) -> None:
    (apt / name).write_text(text)


def test_deb822_gives_enabled_binary_sources_only() -> None:
    assert list(parse_deb822(DEB822)) == [
        Source(
            "http://mirror.test/debian",
            ("bookworm", "bookworm-updates"),
            ("main", "contrib"),
            "/keys/debian.gpg",
        ),
        Source(
            "http://mirror.test/debian-security",
            ("bookworm-security",),
            ("main",),
            "/keys/debian.gpg",
        ),
    ]


def test_deb822_continued_lines_belong_to_their_field() -> None:
    text = "Types: deb\nURIs:\n http://one.test/debian\n http://two.test/debian\nSuites: sid\n"
    assert [source.uri for source in parse_deb822(text)] == [
        "http://one.test/debian",
        "http://two.test/debian",
    ]


def test_deb822_key_written_into_the_source_is_no_path() -> None:
    text = (
        "Types: deb\nURIs: http://one.test/debian\nSuites: sid\nComponents: main\n"
        "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mDMEX\n"
    )
    (source,) = parse_deb822(text)
    assert source.signed_by == ""


def test_one_line_format_with_and_without_options() -> None:
    text = (
        "# deb http://commented.test/debian trixie main\n"
        "deb http://mirror.test/debian trixie main non-free # the usual\n"
        "deb [arch=amd64 signed-by=/keys/debian.gpg] http://mirror.test/debian trixie main\n"
        "deb-src http://mirror.test/debian trixie main\n"
        "nonsense\n"
    )
    assert list(parse_one_line(text)) == [
        Source("http://mirror.test/debian", ("trixie",), ("main", "non-free")),
        Source("http://mirror.test/debian", ("trixie",), ("main",), "/keys/debian.gpg"),
    ]


def test_both_formats_are_read_and_other_files_are_not(apt: Path) -> None:
    write(apt, "sources.list", "deb http://one.test/debian trixie main\n")
    write(apt, "sources.list.d/debian.sources", DEB822)
    write(apt, "sources.list.d/old.list.disabled", "deb http://no.test/debian trixie main\n")
    uris = [source.uri for source in read_sources(apt)]
    assert uris == [
        "http://one.test/debian",
        "http://mirror.test/debian",
        "http://mirror.test/debian-security",
    ]


def test_the_mirror_is_the_main_archive(apt: Path, tmp_path: Path) -> None:
    write(
        apt,
        "sources.list",
        "deb http://tools.test/apt stable main\n"
        "deb http://mirror.test/debian-security bookworm-security main\n"
        "deb [signed-by=/keys/debian.gpg] http://mirror.test/debian/ bookworm main\n",
    )
    release = tmp_path / "os-release"
    release.write_text('ID=debian\nVERSION_CODENAME="bookworm"\n')
    mirror = find_mirror(apt, release)
    assert mirror.uri == "http://mirror.test/debian"
    assert mirror.release == "bookworm"
    assert mirror.signed_by == "/keys/debian.gpg"


def test_the_environment_overrides_the_sources(
    apt: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(apt, "sources.list", "deb http://mirror.test/debian bookworm main\n")
    monkeypatch.setenv(OVERRIDE, "http://other.test/debian/")
    assert find_mirror(apt, tmp_path / "none").uri == "http://other.test/debian"


def test_no_mirror_says_what_to_set(apt: Path, tmp_path: Path) -> None:
    write(apt, "sources.list", "deb http://tools.test/apt stable main\n")
    with pytest.raises(SandboxError, match="No Debian mirror") as caught:
        find_mirror(apt, tmp_path / "none")
    assert OVERRIDE in caught.value.remedy


@pytest.mark.parametrize(
    ("text", "release"),
    [
        ("ID=debian\nVERSION_CODENAME=trixie\n", "trixie"),
        ("ID=ubuntu\nVERSION_CODENAME=noble\n", "stable"),
        ("ID=debian\nPRETTY_NAME='Debian sid'\n", "stable"),
    ],
)
def test_own_release(tmp_path: Path, text: str, release: str) -> None:
    (tmp_path / "os-release").write_text(text)
    assert own_release(tmp_path / "os-release") == release
