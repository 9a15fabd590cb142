"""The sandbox on the real thing: instances apart from each other, and nothing left behind."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest

from sandbox import Database, Sandbox, SandboxError, control
from sandbox.artefacts import built
from sandbox.paths import PROJECT
from sandbox.progress import Silent

pytestmark = pytest.mark.odoo


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox.start() as started:
        yield started


@pytest.fixture
def database(box: Sandbox) -> Iterator[Database]:
    yield box.clone("fresh")
    box.drop("fresh")


def fetch(url: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
    """The JSON answer of a POST to this machine."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})}
    )
    with direct.open(request, timeout=60) as answer:
        return json.load(answer)


def json2(database: Database, key: str, model: str, method: str, /, **arguments: Any) -> Any:
    headers = {"Authorization": f"bearer {key}", "X-Odoo-Database": database.name}
    return fetch(f"{database.url}/json/2/{model}/{method}", arguments, headers)


def jsonrpc(database: Database, service: str, method: str, *arguments: Any) -> Any:
    params = {"service": service, "method": method, "args": arguments}
    answer = fetch(f"{database.url}/jsonrpc", {"jsonrpc": "2.0", "params": params})
    assert "error" not in answer, answer["error"]["data"]["message"]
    return answer["result"]


def mentioning(text: str) -> list[str]:
    """The command lines of the live processes that name this text."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if text in line and path.parent.name != str(os.getpid()):
                found.append(line)
    return found


def gone(text: str, seconds: float = 15) -> bool:
    until = time.monotonic() + seconds
    while mentioning(text):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


@contextlib.contextmanager
def owner(body: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that uses the sandbox and prints what the test wants to know."""
    with subprocess.Popen(
        [sys.executable, "-c", body],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_both_remote_interfaces_take_the_keys(database: Database) -> None:
    for login, key in (
        (database.admin_login, database.admin_api_key),
        (database.service_login, database.service_api_key),
    ):
        (user,) = json2(
            database, key, "res.users", "search_read", domain=[["login", "=", login]], fields=["tz"]
        )
        assert user["tz"] == "UTC"
        uid = jsonrpc(database, "common", "login", database.name, login, key)
        assert uid == user["id"]


def test_a_quick_clone_takes_the_same_keys_and_no_others(box: Sandbox) -> None:
    database = box.clone("quick", quick=True)
    try:
        for key in (database.admin_api_key, database.service_api_key):
            assert json2(database, key, "res.users", "search_count", domain=[]) > 0
            wrong = key[:-1] + ("0" if key[-1] != "0" else "1")
            with pytest.raises(urllib.error.HTTPError) as caught:
                json2(database, wrong, "res.users", "search_count", domain=[])
            assert caught.value.code == 401
            caught.value.close()
        kept = box.cluster.sql("SELECT key FROM res_users_apikeys", database.name).splitlines()
        assert {each.split("$")[2] for each in kept} == {"1"}
    finally:
        box.drop(database)


def test_every_user_can_log_in(database: Database) -> None:
    assert set(database.passwords) >= {"admin", "finance", "consultant", "auditor", "drawdown"}
    for login, password in database.passwords.items():
        assert jsonrpc(database, "common", "login", database.name, login, password)


def test_a_wrong_key_is_refused(database: Database) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        json2(database, "0" * 40, "res.users", "search_count", domain=[])
    assert caught.value.code == 401
    caught.value.close()


def test_the_login_page_has_its_scripts_and_styles(database: Database) -> None:
    cookies = urllib.request.HTTPCookieProcessor(CookieJar())
    browser = urllib.request.build_opener(cookies, urllib.request.ProxyHandler({}))
    with browser.open(f"{database.url}/web/login?db={database.name}", timeout=60) as answer:
        page = answer.read().decode()
    assets = re.findall(r'(?:href|src)="(/web/assets/[^"]+)"', page)
    assert len(assets) >= 2
    for asset in assets:
        with browser.open(database.url + asset, timeout=60) as answer:
            assert len(answer.read()) > 10_000


def test_what_the_books_start_from(box: Sandbox, database: Database) -> None:
    said = box.run_script(
        "company = env.company\n"
        "print(company.chart_template, company.currency_id.name)\n"
        "print(*sorted(env['res.currency'].search([]).mapped('name')))\n"
        "print(*sorted(env['account.journal'].search([]).mapped('type')))\n"
        "print(env['ir.module.module'].search_count([('demo', '=', True)]))\n",
        database,
    ).splitlines()
    assert said[0] == "generic_coa USD"
    assert set(said[1].split()) >= {"EUR", "GBP", "USD"}
    assert set(said[2].split()) >= {"bank", "general", "purchase", "sale"}
    assert said[3] == "0", "there is no demo data"


def test_scripts_commit_or_leave_no_trace(box: Sandbox, database: Database) -> None:
    count = "print(env['res.partner'].search_count([('name', '=', 'Northwind')]))"
    box.run_script("env['res.partner'].create({'name': 'Northwind'})", database)
    with pytest.raises(SandboxError, match="ZeroDivisionError"):
        box.run_script("env['res.partner'].create({'name': 'Northwind'})\n1 / 0", database)
    assert box.run_script(count, database) == "1\n"


def test_a_dropped_name_can_be_used_again(box: Sandbox) -> None:
    for value in ("first", "second"):
        database = box.clone("again")
        key = database.admin_api_key
        names = [["key", "=", "sandbox.test"]]
        model = "ir.config_parameter"
        assert json2(database, key, model, "search_count", domain=names) == 0
        assert not json2(database, key, model, "get_param", key="sandbox.test")
        json2(database, key, model, "set_param", key="sandbox.test", value=value)
        assert json2(database, key, model, "get_param", key="sandbox.test") == value
        box.drop(database)
    assert "again" not in box.databases()


def test_a_filled_database_can_be_copied(box: Sandbox, database: Database) -> None:
    box.run_script("env['res.partner'].create({'name': 'Northwind'})", database)
    copy = box.clone("copy", database)
    count = "print(env['res.partner'].search_count([('name', '=', 'Northwind')]))"
    assert box.run_script(count, copy) == "1\n"
    box.drop(copy)


def test_a_crashed_server_comes_back_on_its_port(box: Sandbox, database: Database) -> None:
    url = box.url
    box.restart(kill=True)
    assert box.url == url
    assert json2(database, database.admin_api_key, "res.users", "search_count", domain=[]) > 1


def test_two_instances_side_by_side(box: Sandbox, database: Database) -> None:
    with Sandbox.start(workers=2) as other:
        theirs = other.clone(database.name)
        assert theirs.url != database.url
        for one, name in ((database, "Ours"), (theirs, "Theirs")):
            key = one.admin_api_key
            json2(one, key, "res.partner", "create", vals_list=[{"name": name, "ref": "apart"}])
        for one, name in ((database, "Ours"), (theirs, "Theirs")):
            found = json2(
                one,
                one.admin_api_key,
                "res.partner",
                "search_read",
                domain=[["ref", "=", "apart"]],
                fields=["name"],
            )
            assert [partner["name"] for partner in found] == [name]
        folder = other.folder
    assert not folder.exists()
    assert gone(str(folder))
    assert box.server.answers(), "the other one went on"


@pytest.mark.parametrize("workers", [0, 2])
def test_a_killed_owner_leaves_no_process(workers: int) -> None:
    body = (
        "import time\nfrom sandbox import Sandbox\n"
        f"box = Sandbox.start(workers={workers})\n"
        "print(box.folder, flush=True)\ntime.sleep(300)\n"
    )
    with owner(body) as process:
        assert process.stdout is not None
        folder = process.stdout.readline().strip()
        assert len(mentioning(folder)) >= 2, "PostgreSQL and Odoo run"
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert gone(folder)
    with Sandbox.start():
        assert not Path(folder).exists(), "the next start sweeps the folder away"


def test_an_interrupted_start_leaves_nothing() -> None:
    before = {artefact.path for artefact in built("template")}
    for seconds in (0, 0.3, 0.6, 0.9):
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "up", "--name", "interrupted"],
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        assert process.stderr is not None
        assert b"Odoo 19 from Debian" in process.stderr.readline()
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
        if process.returncode == 0:
            break
        assert b"Traceback" not in said
        assert gone("/interrupted"), mentioning("/interrupted")
    Sandbox.stop_daemon("interrupted")
    assert {artefact.path for artefact in built("template")} == before


def test_a_start_that_is_interrupted_at_its_database_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The instance stands by then; one that stood before goes on."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    def starting() -> None:
        control.up("interrupted", "drawdown", 0, 0, Silent())

    monkeypatch.setattr(control, "first_visit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        starting()
    assert gone("/interrupted"), mentioning("/interrupted")
    Sandbox.start_daemon("interrupted")
    try:
        with pytest.raises(KeyboardInterrupt):
            starting()
        assert Sandbox.attach("interrupted").databases() == ["drawdown"]
    finally:
        Sandbox.stop_daemon("interrupted")


def test_an_instance_that_stays() -> None:
    Sandbox.stop_daemon("stays")
    body = "from sandbox import Sandbox\nprint(Sandbox.start_daemon('stays').url, flush=True)\n"
    with owner(body) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert process.wait(timeout=60) == 0
    try:
        box = Sandbox.attach("stays")
        assert box.url == url
        database = box.clone("kept")
        with pytest.raises(SandboxError, match="runs already"):
            Sandbox.start_daemon("stays")
        box.restart()
        again = Sandbox.attach("stays")
        assert again.databases() == ["kept"]
        assert json2(database, database.admin_api_key, "res.users", "search_count", domain=[]) > 1
        where = box.folder.resolve()
    finally:
        assert Sandbox.stop_daemon("stays")
    assert gone("/stays")
    assert not where.exists()
    with pytest.raises(SandboxError, match="No instance stays is running"):
        Sandbox.attach("stays")
