"""Each thing that cannot be had is said in one line, with what to do about it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sandbox import debian, python_env
from sandbox.apt_sources import Mirror
from sandbox.databases import check_name
from sandbox.errors import SandboxError
from sandbox.odoo_server import open_listener
from sandbox.odoo_tests import read_results
from sandbox.paths import PROJECT

MIRROR = Mirror("http://mirror.test/debian", "bookworm", "")


def test_an_error_is_one_line() -> None:
    error = SandboxError("It broke:\n  badly.", "Mend\nit.")
    assert str(error) == "It broke: badly. Mend it."
    assert (error.what, error.remedy) == ("It broke: badly.", "Mend it.")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("E: Unable to locate package odoo-19\n", r"does not carry what is needed.*odoo-19"),
        ("E: Release 'sid' for 'odoo-19' was not found\n", r"does not carry.*suites sid"),
        ("E: You don't have enough free space in /x/.\n", r"The disk is full"),
        ("W: hm\nE: Failed to fetch x  Connection failed\n", r"cannot be reached.*proxy"),
        ("", r"cannot be reached.*no answer"),
    ],
)
def test_apt_words(words: str, expected: str) -> None:
    assert re.search(expected, str(debian.trouble("update", words, MIRROR, docker=False)))


def test_docker_is_named_only_where_it_answers() -> None:
    words = "E: Failed to fetch\n"
    assert "docker-compose.yml" in str(debian.trouble("update", words, MIRROR, docker=True))
    assert "ocker" not in str(debian.trouble("update", words, MIRROR, docker=False))
    assert (PROJECT / "docker-compose.yml").is_file()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("ERROR: No matching distribution found for lxml==6\n", r"could not find.*lxml==6"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM\n", r"refused.*constraints/odoo.txt"),
        ("ERROR: [Errno 28] No space left on device\n", r"The disk is full"),
        ("something else\n", r"could not install.*something else"),
        ("", r"no output"),
    ],
)
def test_pip_words(words: str, expected: str) -> None:
    assert re.search(expected, str(python_env.trouble(words)))


def test_a_taken_port() -> None:
    with open_listener() as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SandboxError, match=f"Port {port} of 127.0.0.1 cannot be used"):
            open_listener(port)


@pytest.mark.parametrize("name", ["", "Big", "a-b", "a b", "1st", "../up", "a" * 50, "postgres"])
def test_bad_names(name: str) -> None:
    with pytest.raises(SandboxError, match="cannot be the name"):
        check_name(name)


def test_good_names() -> None:
    for name in ("a", "scenario_1", "default"):
        check_name(name)


def test_odoo_test_log(tmp_path: Path) -> None:
    log = tmp_path / "odoo.log"
    stamp = "2025-03-28 02:00:00,000 4711"
    log.write_text(
        f"{stamp} INFO x odoo.tests.stats: retainer_billing: 12 tests\n"
        f"{stamp} ERROR x odoo.addons.retainer_billing.tests.test_po: FAIL: TestPo.test_one\n"
        f"{stamp} ERROR x odoo.tests.result: 1 failed, 2 error(s) of 12 tests when loading"
        " database 'x' \n"
    )
    found = read_results(1, log)
    assert (found.tests, found.failures, found.errors, found.ok) == (12, 1, 2, False)
    assert found.first_trouble == "FAIL: TestPo.test_one"


def test_odoo_ran_no_test(tmp_path: Path) -> None:
    assert not read_results(0, tmp_path / "none.log").ok


def test_pins_are_complete_and_name_no_address() -> None:
    text = (PROJECT / "constraints" / "odoo.txt").read_text()
    assert "://" not in text
    assert not re.search(r"^\s*(-i|-f|--index|--extra|--find)", text, re.MULTILINE)
    pins = re.findall(r"^[a-z0-9][^\s=]*==\S+.*\n(\s+--hash=sha256:[0-9a-f]{64})", text, re.M)
    assert len(pins) == len(re.findall("==.* \\\\$", text, re.MULTILINE)) > 50
    for line in (PROJECT / "constraints" / "odoo.in").read_text().splitlines():
        if line and not line.startswith("#"):
            assert re.search(rf"^{re.escape(line)}==", text, re.MULTILINE), line
