"""The command line as a process of its own: against no server, a wrong one, and a real Odoo."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cli_agency import STORY

from sync.odoo.json2 import Json2Gateway
from sync.scenario.load import load
from sync.scenario.reading import read_text
from sync.settings import Settings

if TYPE_CHECKING:
    from sandbox import Database, Sandbox

ROOT = Path(__file__).parents[2]
DAY = ("--as-of", "2025-03-28")
NOBODY = "0" * 40


class Terminal:
    """A hand at the command line, with the settings in the environment."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.environment = {
            **kept,
            "PYTHONPATH": str(ROOT),
            "XDG_STATE_HOME": str(folder / "state"),
            "DRAWDOWN_ATTEMPTS": "1",
            **{f"DRAWDOWN_{name.upper()}": value for name, value in settings.items()},
        }

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Begin a command."""
        return subprocess.Popen(
            [sys.executable, "-m", "sync.cli", *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command: its exit code, stdout and stderr."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=300)
        assert "Traceback" not in out + err
        assert process.returncode != 70, err
        key = self.environment.get("DRAWDOWN_API_KEY")
        assert not key or key not in out + err
        return process.returncode, out, err


def rows(out: str, tag: str) -> list[list[str]]:
    """The columns of the lines with that tag."""
    return [line.split("\t")[1:] for line in out.splitlines() if line.split("\t")[0] == tag]


def refused(answer: tuple[int, str, str], code: int, says: str) -> None:
    """One line on stderr, with the remedy, and nothing on stdout."""
    assert answer[0] == code, answer
    assert len(answer[2].splitlines()) == 1, answer
    assert says in answer[2], answer
    assert answer[1] == ""


# No server, a wrong server


def test_nobody_answers_there(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, url="http://127.0.0.1:9", database="x", api_key=NOBODY)
    refused(terminal("check"), 3, "Check the url setting")
    refused(terminal("run", *DAY), 3, "Check the url setting")
    code, out, _ = terminal("run", "--json")
    assert code == 3
    assert json.loads(out)["error"]["code"] == "unreachable"


def test_there_is_no_such_host(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, url="https://nowhere.invalid", database="x", api_key=NOBODY)
    refused(terminal("check"), 3, "Check the url setting")


def test_no_key_is_set(tmp_path: Path, other_server: Callable[[str], str]) -> None:
    url = other_server('{"version_info": [19, 0, 0, "final", 0, ""], "version": "19.0"}')
    refused(Terminal(tmp_path, url=url, database="x")("check"), 2, "no API key is set")


@pytest.fixture
def other_server() -> Iterator[Callable[[str], str]]:
    """A server that answers everything with the same text: its address."""
    servers = []

    def serve(text: str) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.do_GET()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"version_info": [18, 0, 0, "final", 0, ""], "version": "18.0"}', "is Odoo 18.0"),
        ("<html>a page in front of it</html>", "does not answer like an Odoo"),
    ],
)
def test_it_is_another_server(
    tmp_path: Path, other_server: Callable[[str], str], text: str, says: str
) -> None:
    terminal = Terminal(tmp_path, url=other_server(text), database="x", api_key=NOBODY)
    refused(terminal("check"), 3, says)


# A real Odoo


class Office:
    """A real Odoo with the story's records, its administrator, and the service's terminal."""

    def __init__(self, box: "Sandbox", database: "Database", folder: Path) -> None:
        self.box = box
        self.database = database
        self.admin = Json2Gateway(
            Settings(
                url=database.url,
                database=database.name,
                login=database.admin_login,
                api_key=database.admin_api_key,
            )
        )
        self.folder = folder
        self.service = self.terminal()

    def terminal(self, **settings: str) -> Terminal:
        """The service's command line, with some settings otherwise."""
        usual = {
            "url": self.database.url,
            "database": self.database.name,
            "login": self.database.service_login,
            "api_key": self.database.service_api_key,
        }
        return Terminal(self.folder, **{**usual, **settings})

    def script(self, code: str) -> str:
        """Run code inside Odoo."""
        return self.box.run_script(code, self.database)

    def documents(self) -> list[dict[str, Any]]:
        """What the service wrote."""
        domain: Sequence[Any] = [("retainer_key", "!=", False)]
        fields = ("name", "state", "retainer_key", "write_date")
        return self.admin.search_read("account.move", domain, fields, limit=1000)


@pytest.fixture
def office(
    box: "Sandbox",
    odoo_database: "Callable[[str], Database]",
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Office]:
    """An office of this test's own."""
    office = Office(box, odoo_database(request.node.name), tmp_path)
    load(office.admin, read_text(STORY))
    yield office
    office.admin.close()
    box.drop(office.database)


@pytest.mark.odoo
@pytest.mark.parametrize("protocol", ["json2", "jsonrpc"])
def test_a_month_on_a_real_odoo(office: Office, protocol: str) -> None:
    terminal = office.terminal(protocol=protocol)
    code, out, err = terminal("check")
    assert (code, err) == (0, ""), out
    assert ["protocol", protocol] in rows(out, "odoo")

    assert terminal("plan", *DAY, "--out", "plan.json")[0] == 0
    assert office.documents() == []
    code, out, err = terminal("apply", "plan.json")
    assert (code, err) == (0, ""), out
    written = rows(out, "invoice")
    assert [row[4:7] for row in written] == [
        ["fee", "PO-1", "5,000.00 USD"],
        ["milestone", "PO-2", "20,000.00 USD"],
    ]
    assert "The books tie." in rows(out, "books")[0][0]
    assert rows(out, "difference") == []

    before = office.documents()
    code, out, err = terminal("run", *DAY)
    assert (code, err) == (0, ""), out
    assert "Nothing to do" in rows(out, "summary")[0][0]
    assert office.documents() == before, "a second run changes nothing, not even write_date"
    code, _, err = terminal("apply", "plan.json")
    assert code == 5, err

    code, out, _ = terminal("explain", written[0][0])
    assert code == 0
    assert ["net", "5,000.00 USD"] in rows(out, "document")
    assert rows(out, "rule")[0][0] == "fee"
    code, out, _ = terminal("status", *DAY)
    assert code == 0
    assert rows(out, "client") == [["Acme Corp", "0", "0", "0", "0", "2"]]
    sent = {"retainer_lifecycle": "sent", "retainer_sent_on": "2025-03-23"}
    office.admin.write("account.move", [office.documents()[0]["id"]], sent)
    _, out, _ = terminal("status", *DAY)
    assert rows(out, "client") == [["Acme Corp", "1", "0", "0", "1", "1"]]
    assert {row[1] for row in rows(out, "run")} == {"done"}
    assert terminal("verify")[0] == 0


@pytest.mark.odoo
def test_statements_of_a_real_odoo(office: Office) -> None:
    """March 28 of 40 h, April 56 of 50 h: 6 h over."""
    assert office.service("run", "--as-of", "2025-04-02")[0] == 0
    assert office.service("run", "--as-of", "2025-05-02")[0] == 0
    code, out, _ = office.service("statement", "Acme retainer", "2025-04", "--format", "markdown")
    assert code == 0
    assert "## April 2025\n" in out
    assert "**Overage: 6:00 hours at 175.00 USD/hr = 1,050.00 USD**" in out
    assert "| Utilization | 112.0% |" in out
    code, out, _ = office.service("statement", "1", "2025-03", "--json")
    march = json.loads(out)["statement"]
    assert (march["remaining"], march["rolled_out"], march["expired"]) == (43200, 36000, 7200)


@pytest.mark.odoo
def test_keys_that_odoo_does_not_accept(office: Office) -> None:
    wrong = office.terminal(api_key=NOBODY)
    refused(wrong("check"), 3, "Create a new API key")
    refused(wrong("run", *DAY), 3, "Create a new API key")
    office.script(
        "env.cr.execute(\"UPDATE res_users_apikeys SET expiration_date = now() - interval '1 day'"
        f" WHERE user_id = %s\", [env['res.users'].search("
        f"[('login', '=', '{office.database.service_login}')]).id])"
    )
    refused(office.service("check"), 3, "Create a new API key")
    refused(office.terminal(protocol="jsonrpc")("run"), 3, "Create a new API key")
    assert office.documents() == []


@pytest.mark.odoo
def test_a_service_user_without_its_group(office: Office) -> None:
    office.script(
        f"user = env['res.users'].search([('login', '=', '{office.database.service_login}')])\n"
        "group = env.ref('retainer_billing.group_sync_service')\n"
        "group.user_ids = [(3, user.id)]"
    )
    for command in ("check", "plan", "run", "status"):
        code, out, err = office.service(command)
        assert code == 4, (command, out, err)
        assert "group" in err
        assert len(err.splitlines()) == 1
    assert office.documents() == []


@pytest.mark.odoo
def test_what_check_finds_missing(office: Office) -> None:
    """A missing account, a currency without a rate, projects that the service cannot see."""
    office.script(
        "company = env.company\n"
        "company.retainer_unearned_account_id = False\n"
        "currency = env.ref('base.CHF')\n"
        "currency.active = True\n"
        "currency.rate_ids.unlink()\n"
        "env['retainer.engagement'].create({'name': 'Swiss', 'currency_id': currency.id,"
        " 'partner_id': env['res.partner'].search([('name', '=', 'Acme Corp')]).id,"
        " 'kind': 'project', 'date_start': '2025-03-01', 'state': 'running'})\n"
        "env['ir.rule'].create({'name': 'nothing', 'domain_force': '[(0, \"=\", 1)]',"
        " 'model_id': env['ir.model']._get_id('project.project')})"
    )
    code, out, err = office.service("check")
    assert (code, err) == (4, "")
    missing = {row[1]: row[3] for row in rows(out, "check") if row[0] == "missing"}
    assert "unearned_account" in missing
    assert "visible_project_project" in missing
    assert any("currenc" in name or "rate" in name for name in missing), missing
    assert all(missing.values()), "each with its remedy"


@pytest.mark.odoo
def test_a_missing_account_stops_only_what_needs_it(office: Office) -> None:
    office.script("env.company.retainer_unearned_account_id = False")
    code, out, _ = office.service("run", *DAY)
    assert code == 1
    assert [row[1] for row in rows(out, "rejected") if "/fee/" in row[4]] == ["no_account"]
    assert [row["retainer_key"].split("/")[2] for row in office.documents()] == ["milestone"]


@pytest.mark.odoo
def test_an_engagement_without_terms_and_time_outside(office: Office) -> None:
    office.script(
        "acme = env['res.partner'].search([('name', '=', 'Acme Corp')])\n"
        "env['retainer.engagement'].create({'name': 'Bare', 'partner_id': acme.id,"
        " 'kind': 'retainer', 'date_start': '2025-03-01', 'state': 'running'})\n"
        "project = env['retainer.engagement'].search([('name', '=', 'Acme website')]).project_ids\n"
        "env['account.analytic.line'].create({'name': 'early', 'date': '2025-02-03',"
        " 'employee_id': env['hr.employee'].search([], limit=1).id,"
        " 'project_id': project.id, 'unit_amount': 2})"
    )
    code, out, _ = office.service("run", *DAY)
    assert code == 1
    assert [row[1] for row in rows(out, "parked")] == ["Bare"]
    assert {"no_terms", "time_before_start"} <= {row[1] for row in rows(out, "issue")}
    assert len(office.documents()) == 2, "the others are billed"


@pytest.mark.odoo
def test_projects_that_a_record_rule_hides_stop_the_run(office: Office) -> None:
    """Their hours would be missing on statements that never change again."""
    office.script(
        "env['ir.rule'].create({'name': 'nothing', 'domain_force': '[(0, \"=\", 1)]',"
        " 'model_id': env['ir.model']._get_id('project.project')})"
    )
    refused(office.service("plan", *DAY), 4, "Record Rules for project.project")
    refused(office.service("run", *DAY), 4, "sees 0 of 2 records")
    assert office.documents() == []


@pytest.mark.odoo
def test_a_currency_without_a_rate_parks_its_engagement(office: Office) -> None:
    office.script(
        "currency = env.ref('base.CHF')\n"
        "currency.active = True\n"
        "currency.rate_ids.unlink()\n"
        "env['retainer.engagement'].create({'name': 'Swiss', 'currency_id': currency.id,"
        " 'partner_id': env['res.partner'].search([('name', '=', 'Acme Corp')]).id,"
        " 'kind': 'retainer', 'date_start': '2025-03-01', 'state': 'running',"
        " 'terms_ids': [(0, 0, {'date_start': '2025-03-01', 'monthly_fee': 900})]})"
    )
    code, out, _ = office.service("run", *DAY)
    assert code == 1
    assert [row[1] for row in rows(out, "parked")] == ["Swiss"]
    (issue,) = [row for row in rows(out, "issue") if row[1] == "currency_without_rate"]
    assert "Currencies" in issue[-1]
    assert len(office.documents()) == 2, "the others are billed"


@pytest.mark.odoo
def test_a_purchase_order_that_came_to_another_client_holds_the_invoice(office: Office) -> None:
    """Whatever the policy; here it is to warn."""
    office.script(
        "env.company.retainer_po_policy = 'warn'\n"
        "other = env['res.partner'].create({'name': 'Other Corp', 'is_company': True})\n"
        "po = env['retainer.client.po'].create({'name': 'PO-OTHER', 'partner_id': other.id})\n"
        "acme = env['retainer.engagement'].search([('name', '=', 'Acme retainer')])\n"
        "env.cr.execute('UPDATE retainer_engagement SET client_po_id = %s WHERE id = %s',"
        " [po.id, acme.id])"
    )
    code, out, _ = office.service("run", *DAY)
    assert code == 1
    (held,) = rows(out, "held")
    assert "PO-OTHER" in held[-1]
    assert "another client" in held[-1]
    assert rows(out, "rejected") == []
    assert [row["retainer_key"].split("/")[2] for row in office.documents()] == ["milestone"]


@pytest.mark.odoo
def test_the_module_is_missing(office: Office) -> None:
    office.script(
        "env['ir.module.module'].search([('name', '=', 'retainer_billing')])"
        ".button_immediate_uninstall()"
    )
    for protocol in ("json2", "jsonrpc"):
        for command in ("check", "run"):
            answer = office.terminal(protocol=protocol)(command)
            refused(answer, 4, "Install or update the module retainer_billing")


@pytest.mark.odoo
def test_a_run_that_is_told_to_stop_gives_its_lease_back(office: Office) -> None:
    """Whenever the signal comes: 143, or 0 when it came too late; the next run completes."""
    office.service.environment["DRAWDOWN_BATCH_SIZE"] = "1"
    for pause in (1.5, 2.5, 3.5):
        process = office.service.start("run", *DAY)
        time.sleep(pause)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=120)
        # Before it listens to signals at all, the process ends by the signal itself.
        assert process.returncode in (0, 143, -signal.SIGTERM), err
        code, out, _ = office.service("status", *DAY)
        assert code == 0
        assert rows(out, "lease") == []
    assert office.service("run", *DAY)[0] == 0
    keys = sorted(row["retainer_key"] for row in office.documents())
    assert keys == ["1/1/fee/2025-03/0", "1/2/milestone/m1/0"]


def test_a_server_that_is_down_is_tried_again_and_said_so(tmp_path: Path) -> None:
    terminal = Terminal(
        tmp_path, url="http://127.0.0.1:9", database="x", api_key=NOBODY, attempts="2"
    )
    code, _, err = terminal("check")
    assert code == 3
    assert "repeated" in err.splitlines()[0]
    assert "Check the url setting" in err.splitlines()[-1]


SAMPLE = "tests/scenarios/acme_retainer.yaml"


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    """The report is lost, the work is not; the exit code says that somebody should look."""
    terminal = Terminal(tmp_path)
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "sync.cli", "scenario", "run", str(ROOT / SAMPLE)],
            env=terminal.environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_leaves_early_ends_nothing(tmp_path: Path) -> None:
    process = Terminal(tmp_path).start("scenario", "run", str(ROOT / SAMPLE))
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(timeout=120) == 0
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stderr.close()
