"""The command line over an Odoo in memory: what it prints, what it writes, how it ends."""

import csv
import json
import logging
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from cli_agency import STORY, Agency

from sync import __version__
from sync.odoo.errors import NotFound, Unreachable
from sync.odoo.memory import MemoryGateway
from sync.odoo.memory.retainer import METHODS

DAY = ("--as-of", "2025-03-28")
KEY = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Settings by environment only, a state folder and a working folder of the test's own."""
    for name in [name for name in os.environ if name.startswith("DRAWDOWN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DRAWDOWN_URL", "http://127.0.0.1:8069")
    monkeypatch.setenv("DRAWDOWN_DATABASE", "agency")
    monkeypatch.setenv("DRAWDOWN_API_KEY", KEY)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def log_as_before() -> Iterator[None]:
    """The log of the process as it was."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield
    root.setLevel(level)
    root.handlers[:] = handlers
    structlog.reset_defaults()


@pytest.fixture
def agency(monkeypatch: pytest.MonkeyPatch) -> Agency:
    """The agency of the story."""
    return settled(monkeypatch)


def settled(monkeypatch: pytest.MonkeyPatch, story: str = STORY) -> Agency:
    """An agency whose Odoo every command of this test meets."""
    made = Agency(story)
    monkeypatch.setattr(
        "sync.pipeline.service.connect", lambda settings: made.odoo.gateway("drawdown")
    )
    return made


# What people see


def test_the_28th(agency: Agency) -> None:
    """How many invoices go out, with what numbers on them, and whose purchase order each needs."""
    answer = agency("plan", *DAY)
    assert answer.code == 0
    shown = {row[4]: row for row in answer.rows("invoice")}
    assert shown["fee"][5:7] == ["PO-1", "5,000.00 USD"]
    assert shown["milestone"][5:7] == ["PO-2", "20,000.00 USD"]
    assert "2 invoices (25,000.00 USD)" in answer.rows("summary")[0][0]
    assert agency.moves() == [], "a plan writes nothing"
    assert agency.runs() == []


def test_a_run_writes_and_tells_numbers_and_a_second_one_changes_nothing(agency: Agency) -> None:
    first = agency("run", *DAY)
    assert first.code == 0
    assert {row[0] for row in first.rows("invoice")} == {"INV/2025/00001", "INV/2025/00002"}
    assert "The books tie." in first.rows("books")[0][0]
    (unearned,) = first.rows("unearned")
    assert unearned[0] == "Acme Corp"
    assert unearned[3:6] == ["5,000.00 USD", "5,000.00 USD", "0.00 USD"]

    before = agency.moves()
    second = agency("run", *DAY)
    assert second.code == 0
    assert second.rows("invoice") == []
    assert "Nothing to do" in second.rows("summary")[0][0]
    assert agency.moves() == before


def test_the_statement_of_the_founding_case(agency: Agency) -> None:
    agency("run", "--as-of", "2025-04-02")
    agency("run", "--as-of", "2025-05-02")
    april = agency("statement", "Acme retainer", "2025-04", "--format", "markdown")
    assert april.code == 0
    assert "| Total Available | 50:00 |" in april.out
    assert "**Overage: 6:00 hours at 175.00 USD/hr = 1,050.00 USD**" in april.out
    shown = agency("statement", "acme RETAINER", "2025-04", "--format", "json").json["statement"]
    assert shown["state"] == "closed"
    assert (shown["available"], shown["used"], shown["overage"]) == (180000, 201600, 21600)
    assert (shown["utilization"], shown["overage_amount"]) == ("112.0", "1050.00")
    march = agency("statement", "1", "2025-03").rows("statement")
    assert ["Rolled into the next month", "10:00 hours"] in march
    assert ["Lapsed", "2:00 hours"] in march


@pytest.mark.parametrize("by", ["number", "key", "id"])
def test_a_written_invoice_is_explained(agency: Agency, by: str) -> None:
    agency("run", "--as-of", "2025-05-02")
    overage = next(row for row in agency.moves() if "/overage/" in row["retainer_key"])
    wanted = {"number": overage["name"], "key": overage["retainer_key"], "id": str(overage["id"])}
    answer = agency("explain", wanted[by])
    assert answer.code == 0
    assert ["net", "1,050.00 USD"] in answer.rows("document")
    assert ["po", "PO-1"] in answer.rows("document")
    (rule,) = answer.rows("rule")
    assert rule[0] == "overage"
    assert "6:00 h × 175" in rule[1]
    assert any(record[1].startswith("account.analytic.line,") for record in answer.rows("record"))


def test_a_planned_invoice_is_explained_with_and_without_odoo(agency: Agency) -> None:
    key = "1/1/fee/2025-03/0"
    answer = agency("explain", key, *DAY)
    assert ["origin", "planned"] in answer.rows("document")
    agency("pull", "--out", "march.json.gz", *DAY)
    assert agency("explain", key, *DAY, "--from", "march.json.gz").out == answer.out


def test_plan_from_a_file_is_the_plan_of_odoo(agency: Agency) -> None:
    assert agency("pull", "--out", "march.json", *DAY).code == 0
    assert Path("march.json").stat().st_mode & 0o077 == 0, "readable by its owner only"
    assert agency("plan", *DAY, "--from", "march.json").out == agency("plan", *DAY).out


def test_status_answers_the_four_questions(agency: Agency) -> None:
    agency("run", *DAY)
    fee, milestone = sorted(agency.moves(), key=lambda row: row["amount_untaxed"])
    sent = {"retainer_lifecycle": "sent", "retainer_sent_on": "2025-03-23"}
    agency.admin.write("account.move", [fee["id"]], sent)
    agency.admin.write("account.move", [milestone["id"]], {"retainer_lifecycle": "approved"})
    answer = agency("status", *DAY)
    assert answer.code == 0
    assert answer.rows("client") == [["Acme Corp", "2", "1", "1", "1", "0"]]
    stuck = {row[0]: row[-1] for row in answer.rows("invoice")}
    assert stuck[fee["name"]] == "stuck: sent 5 days ago and not opened"
    assert stuck[milestone["name"]] == ""
    assert [row[1] for row in answer.rows("run")] == ["done"]


def test_status_is_about_one_month_and_keeps_older_invoices_that_do_not_move(
    agency: Agency,
) -> None:
    agency("run", *DAY)
    fee, milestone = sorted(agency.moves(), key=lambda row: row["amount_untaxed"])
    april = ("--as-of", "2025-04-02")

    def shown(*words: str) -> set[str]:
        return {row[0] for row in agency("status", *words).rows("invoice")}

    both = {fee["name"], milestone["name"]}
    assert shown(*DAY) == shown(*april) == both, "nobody has sent them"
    assert shown(*DAY, "--month", "2025-02") == set(), "they are of March"
    agency.admin.write("account.move", [milestone["id"]], {"retainer_lifecycle": "viewed"})
    sent = {"retainer_lifecycle": "sent", "retainer_sent_on": "2025-03-31"}
    agency.admin.write("account.move", [fee["id"]], sent)
    assert shown(*april) == set(), "sent two days ago is not stuck"
    later = agency("status", "--as-of", "2025-04-20")
    assert [row[0] for row in later.rows("invoice")] == [fee["name"]]
    assert later.rows("client") == [["Acme Corp", "1", "0", "0", "1", "0"]]
    assert later.rows("summary")[0][0].endswith("1 of them older than April 2025.")
    assert shown(*april, "--month", "2025-03") == shown(*april, "--all") == both
    company = json.loads(agency("status", *april, "--all", "--json").out)["companies"][0]
    assert (company["month"], {each["older"] for each in company["invoices"]}) == ("", {False})
    answer = agency("status", "--all", "--month", "2025-03")
    assert (answer.code, answer.out) == (2, "")


def test_check_says_where_to_set_what_is_missing(agency: Agency) -> None:
    assert agency("check").code == 0
    agency.admin.write("res.company", [1], {"retainer_unearned_account_id": False})
    answer = agency("check")
    assert answer.code == 4
    assert answer.rows("check")[0][:2] == ["missing", "unearned_account"]
    assert answer.rows("check")[0][3]


# Reviewed plans


def test_apply_writes_the_plan_that_was_reviewed(agency: Agency) -> None:
    agency("plan", *DAY, "--out", "plan.json")
    answer = agency("apply", "plan.json")
    assert answer.code == 0
    assert len(agency.moves()) == 2


def test_a_stale_plan_is_refused(agency: Agency) -> None:
    agency("plan", *DAY, "--out", "plan.json")
    agency.admin.write("retainer.terms", [1], {"monthly_fee": 6000})
    answer = agency("apply", "plan.json")
    assert answer.code == 5
    assert "stale" in answer.err
    assert agency.moves() == []
    assert agency.runs() == []


def test_without_a_terminal_somebody_must_have_agreed(agency: Agency) -> None:
    answer = agency("apply", *DAY)
    assert answer.code == 2
    assert "--yes" in answer.err
    assert agency.moves() == []
    assert agency("apply", *DAY, "--yes").code == 0
    assert len(agency.moves()) == 2


@pytest.mark.parametrize(("word", "documents"), [("n", 0), ("", 0), ("y", 2)])
def test_on_a_terminal_apply_shows_the_plan_and_asks(
    agency: Agency, monkeypatch: pytest.MonkeyPatch, word: str, documents: int
) -> None:
    monkeypatch.setattr("sync.cli.commands.writing.somebody_is_there", lambda: True)
    answer = agency("apply", *DAY, given=f"{word}\n" if word else "")
    assert answer.code == 0
    assert "2 invoices (25,000.00 USD)" in answer.rows("summary")[0][0]
    assert len(agency.moves()) == documents
    assert bool(answer.rows("apply")) is (documents == 0)


def test_a_plan_over_its_limits_is_refused_unless_forced(
    agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRAWDOWN_MAX_DOCUMENTS", "1")
    plan = agency("plan", *DAY)
    assert plan.code == 5
    stands_out = [row[0] for row in plan.rows("unusual")]
    assert stands_out == [
        "What stands out: milestone of 2025-03-14, Acme website (Acme Corp): 20,000.00 USD,"
        " 80 % of all USD",
        "What stands out: fee of 2025-03-01, Acme retainer (Acme Corp): 5,000.00 USD,"
        " 20 % of all USD",
    ]
    answer = agency("run", *DAY)
    assert answer.code == 5
    assert "2 invoices, more than the 1 allowed" in answer.err
    assert agency.moves() == []
    assert agency("run", *DAY, "--force").code == 0
    assert len(agency.moves()) == 2


def test_another_run_holds_the_lease(agency: Agency) -> None:
    service = agency.odoo.gateway("drawdown")
    service.call(
        "retainer.gateway", "begin_run", repeatable=False,
        company_id=1, as_of="2025-03-28", owner="the other machine", lease_seconds=600,
    )  # fmt: skip
    answer = agency("run", *DAY)
    assert answer.code == 6
    assert "the other machine" in answer.err
    assert agency.moves() == []
    assert [row[1] for row in agency("status", *DAY).rows("lease")] == ["running"]


# Trouble: one clear line, the right code, nothing half written


def story_with(engagement: str, extra: str = "") -> str:
    """The story with one more engagement."""
    head, given = STORY.split("  milestones:")
    return f"{head}{engagement}  milestones:{given}{extra}"


def test_an_engagement_without_terms_is_parked(monkeypatch: pytest.MonkeyPatch) -> None:
    agency = settled(monkeypatch, story_with("    Bare: {client: Acme Corp, start: 2025-03-01}\n"))
    answer = agency("run", *DAY)
    assert answer.code == 1
    assert [row[1] for row in answer.rows("parked")] == ["Bare"]
    (issue,) = [row for row in answer.rows("issue") if row[1] == "no_terms"]
    assert "Terms tab" in issue[-1]
    assert len(agency.moves()) == 2, "the others are billed"


def test_time_outside_the_agreement_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    agency = settled(
        monkeypatch,
        STORY
        + "    - {date: 2025-02-03, project: Acme retainer, by: Robin Reyes, hours: 2}\n"
        + "    - {date: 2025-02-04, project: Acme website, by: Robin Reyes, hours: 1}\n",
    )
    answer = agency("run", *DAY)
    issues = [row for row in answer.rows("issue") if row[1] == "time_before_start"]
    assert {row[2] for row in issues} == {
        "retainer.engagement 1 (Acme retainer)",
        "retainer.engagement 2 (Acme website)",
    }
    assert all("correct the entries" in row[-1] for row in issues)
    assert answer.code == 0, "a warning: what is right is billed"


def test_time_after_the_end_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    agency = settled(
        monkeypatch, STORY.replace("start: 2025-03-01, po: PO-2", "start: 2025-03-01, "
        "end: 2025-03-20, po: PO-2")
        + "    - {date: 2025-03-24, project: Acme website, by: Robin Reyes, hours: 1}\n",
    )  # fmt: skip
    (issue,) = [row for row in agency("run", *DAY).rows("issue") if row[1] == "time_after_end"]
    assert "2025-03-20" in issue[-1]


@pytest.mark.parametrize("policy", ["hold", "warn", "ignore"])
def test_a_purchase_order_of_another_client_holds_the_invoice(
    monkeypatch: pytest.MonkeyPatch, policy: str
) -> None:
    story = STORY.replace("company: {", f"company: {{po_policy: {policy}, ")
    agency = settled(monkeypatch, story)
    other = agency.admin.create("res.partner", [{"name": "Other"}])
    (po,) = agency.admin.search_read(
        "retainer.client.po", [("name", "=", "PO-1")], ("name",), limit=1
    )
    agency.odoo.tables.rows("retainer.client.po")[po["id"]]["partner_id"] = other[0]
    answer = agency("run", *DAY)
    assert answer.code == 1
    (held,) = answer.rows("held")
    assert "retainer.client.po" in held[-1]
    assert "another client" in held[-1]
    assert len(agency.moves()) == 1, "the milestone goes out"


def test_a_missing_account_rejects_only_what_needs_it(agency: Agency) -> None:
    agency.admin.write("res.company", [1], {"retainer_unearned_account_id": False})
    answer = agency("run", *DAY)
    assert answer.code == 1
    rejected = answer.rows("rejected")
    assert [row[1] for row in rejected if "/fee/" in row[4]] == ["no_account"]
    assert "Settings" in rejected[0][-1]
    assert [row["retainer_key"].split("/")[2] for row in agency.moves()] == ["milestone"]


def test_a_right_is_missing(agency: Agency) -> None:
    (user,) = agency.admin.search_read(
        "res.users", [("login", "=", "drawdown")], ("login",), limit=1
    )
    agency.admin.write("res.users", [user["id"]], {"group_ids": [(5, 0, 0)]})
    for command in ("check", "run", "plan"):
        answer = agency(command)
        assert answer.code == 4
        assert len(answer.err.splitlines()) == 1
        assert "group" in answer.err
    assert agency.moves() == []


@pytest.mark.parametrize("command", ["plan", "run", "verify", "pull --out x.json"])
def test_what_a_record_rule_hides_stops_the_run(
    agency: Agency, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    found = {
        "code": "visible_project_project",
        "ok": False,
        "record": "project.project,0",
        "message": "drawdown sees 0 of 2 records of Project: a record rule hides the others.",
        "remedy": "Look under Settings > Technical > Record Rules for project.project.",
    }
    monkeypatch.setitem(METHODS, "hidden", lambda _, company_id: [found])
    answer = agency(*command.split(), *DAY)
    assert (answer.code, answer.out, len(answer.err.splitlines())) == (4, "", 1)
    assert f"{found['message']} {found['remedy']}" in answer.err
    assert agency.moves() == []


def test_several_companies_and_none_is_chosen(agency: Agency) -> None:
    second = agency.admin.create("res.company", [{"name": "Studio"}])[0]
    for row in agency.odoo.tables.rows("res.users").values():
        if row["login"] == "drawdown":
            row["company_ids"] = [1, second]
    answer = agency("run", *DAY)
    assert answer.code == 2
    assert "Studio" in answer.err
    assert "--company" in answer.err
    assert agency("run", *DAY, "--company", "1").code == 0
    assert agency("run", *DAY, "--company", "my company").code == 0
    assert agency("run", *DAY, "--company", "Nobody").code == 2


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("url = 'http://x'\n", "database is not set"),
        ("url = 'http://x'\ndatabase = 'x'\napi_kee = 'x'\n", "Did you mean api_key?"),
        ("url = \n", "line 1"),
        ("url = 'x'\ndatabase = 'x'\n", "must be an address"),
        ("url = 'http://x'\ndatabase = 'x'\npage_size = 0\n", "line 3"),
    ],
)
def test_malformed_settings(
    agency: Agency, monkeypatch: pytest.MonkeyPatch, settings: str, says: str
) -> None:
    for name in ("URL", "DATABASE", "API_KEY"):
        monkeypatch.delenv(f"DRAWDOWN_{name}")
    Path("mine.toml").write_text(settings, encoding="utf-8")
    answer = agency("run", "--config", "mine.toml")
    assert answer.code == 2
    assert len(answer.err.splitlines()) == 1
    assert "mine.toml" in answer.err
    assert says in answer.err


@pytest.mark.parametrize(
    ("arguments", "content"),
    [
        (["apply", "file"], "{}"),
        (["apply", "file"], "\x00"),
        (["apply", "missing"], ""),
        (["plan", "--from", "file"], "{}"),
        (["plan", "--from", "file"], "no json"),
        (["plan", "--from", "missing"], ""),
        (["pull", "--out", "no/such/folder/file"], ""),
        (["run", "--config", "missing.toml"], ""),
        (["statement", "Nobody", "2025-03"], ""),
        (["statement", "1", "2024-01"], ""),
        (["explain", "INV/1999/00001"], ""),
        (["apply", "file", "--as-of", "2025-03-28"], "{}"),
        (["scenario", "run", "file"], "scenario: 3"),
        (["scenario", "run", "missing"], ""),
    ],
)
def test_bad_files_and_names_end_with_2(agency: Agency, arguments: list[str], content: str) -> None:
    Path("file").write_text(content, encoding="utf-8")
    answer = agency(*arguments)
    assert answer.code == 2
    assert len(answer.err.splitlines()) == 1
    assert agency.moves() == []


def test_a_plan_edited_by_hand_is_refused(agency: Agency) -> None:
    agency("plan", *DAY, "--out", "plan.json")
    text = Path("plan.json").read_text(encoding="utf-8")
    Path("plan.json").write_text(text.replace("5000.00", "9000.00"), encoding="utf-8")
    answer = agency("apply", "plan.json")
    assert answer.code == 2
    assert "does not match its content" in answer.err
    assert agency.moves() == []


# The line to Odoo


def failing(monkeypatch: pytest.MonkeyPatch, method: str, then: Callable[..., Any]) -> None:
    """Let a method of the gateway do something else."""
    real = MemoryGateway.call

    def call(self: MemoryGateway, model: str, name: str, **arguments: Any) -> Any:
        if name == method:
            return then(lambda: real(self, model, name, **arguments))
        return real(self, model, name, **arguments)

    monkeypatch.setattr(MemoryGateway, "call", call)


def lost(_: Callable[[], Any]) -> Any:
    raise Unreachable("The connection was lost.", unclear=True, retryable=False)


def test_the_server_is_gone(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, "hello", lost)
    answer = agency("run", *DAY)
    assert answer.code == 3
    assert "url setting" in answer.err
    assert agency.moves() == []


def test_the_module_is_missing(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: Callable[[], Any]) -> Any:
        raise NotFound("the model 'retainer.gateway' does not exist")

    failing(monkeypatch, "hello", missing)
    answer = agency("check")
    assert answer.code == 4
    assert "does not exist. Install or update the module retainer_billing" in answer.err


def test_another_contract_is_refused(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, "hello", lambda go_on: {**go_on(), "contract": 2})
    answer = agency("run", *DAY)
    assert answer.code == 3
    assert "same release" in answer.err
    assert agency.moves() == []


def test_the_server_goes_while_documents_are_written(
    agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report still comes, says that it stopped, and the next run completes the work."""
    with monkeypatch.context() as broken:
        failing(broken, "apply", lost)
        answer = agency("run", *DAY)
    assert answer.code == 1
    assert answer.rows("stopped")
    assert {row[0] for row in answer.rows("rejected")} == {"unknown"}
    assert agency("run", *DAY).code == 0
    assert len(agency.moves()) == 2


def test_the_books_cannot_be_read_after_the_push(
    agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise Unreachable("The connection was lost.")

    monkeypatch.setattr("sync.pipeline.service.check_books", fail)
    answer = agency("run", *DAY)
    assert answer.code == 1
    assert answer.rows("unverified")
    assert len(answer.rows("invoice")) == 2, "what was written is told all the same"


def test_books_that_do_not_tie(agency: Agency) -> None:
    agency("run", *DAY)
    lines = [
        row
        for row in agency.odoo.tables.rows("account.move.line").values()
        if row["account_id"] == 4
    ]
    assert lines
    for row in lines:
        row["amount_residual"] = 0.0
    answer = agency("verify")
    assert answer.code == 7
    (unearned,) = answer.rows("unearned")
    assert unearned[5] == "5,000.00 USD"
    assert unearned[6], "what to do"


# Signals


def stopped_while(
    agency: Agency, monkeypatch: pytest.MonkeyPatch, method: str, number: int, *arguments: str
) -> Any:
    def signalled(go_on: Callable[[], Any]) -> Any:
        os.kill(os.getpid(), number)
        return go_on()

    with monkeypatch.context() as patched:
        failing(patched, method, signalled)
        return agency(*arguments)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_writing_ends_after_the_batch(
    agency: Agency, monkeypatch: pytest.MonkeyPatch, number: int, code: int
) -> None:
    monkeypatch.setenv("DRAWDOWN_BATCH_SIZE", "1")
    answer = stopped_while(agency, monkeypatch, "apply", number, "run", *DAY)
    assert answer.code == code
    assert answer.rows("stopped")
    assert [row["state"] for row in agency.runs()] == ["failed"], "the lease is given back"
    assert agency("run", *DAY).code == 0
    assert len(agency.moves()) == 2


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_reading_ends_at_once(
    agency: Agency, monkeypatch: pytest.MonkeyPatch, number: int, code: int
) -> None:
    answer = stopped_while(agency, monkeypatch, "preflight", number, "check")
    assert answer.code == code
    assert answer.out == ""
    assert "stopped by a signal" in answer.err


# Defects, secrets, machines


def test_a_defect_is_owned_up_to(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise AssertionError("Acme Corp owes a secret amount")

    monkeypatch.setattr("sync.pipeline.looked.evaluate", broken)
    answer = agency("run", *DAY)
    assert answer.code == 70
    assert "defect" in answer.err
    assert "Traceback" not in answer.err
    log = Path(os.environ["XDG_STATE_HOME"], "drawdown", "defects.log")
    assert str(log) in answer.err
    text = log.read_text(encoding="utf-8")
    assert "AssertionError" in text
    assert "in broken" in text
    assert "Acme" not in text, "no client's data is kept"
    assert "Traceback" in agency("run", *DAY, "--verbose").err


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_the_log_is_on_stderr_and_keeps_secrets(agency: Agency, log_format: str) -> None:
    answer = agency("run", *DAY, "--verbose", "--log-format", log_format)
    assert KEY not in answer.out + answer.err
    assert "Acme" not in answer.err
    assert "pushed" in answer.err
    if log_format == "json":
        events = [json.loads(line) for line in answer.err.splitlines()]
        assert {"event", "level", "timestamp"} <= events[0].keys()
    assert agency("run", *DAY).err == "", "without --verbose nothing is to be said"


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["plan", *DAY],
        ["run", *DAY],
        ["apply", "--yes", *DAY],
        ["verify"],
        ["status"],
        ["explain", "1/1/fee/2025-03/0", *DAY],
        ["statement", "1", "2025-03", *DAY],
        ["pull", "--out", "facts.json"],
        ["version"],
    ],
)
def test_json_is_the_only_thing_on_stdout(agency: Agency, arguments: list[str]) -> None:
    answer = agency(*arguments, "--json")
    assert answer.code == 0
    assert answer.json["format"] == 1
    assert answer.json["command"] == arguments[0]
    assert answer.json["exit"] == 0


def test_json_of_a_failure(agency: Agency) -> None:
    answer = agency("explain", "INV/1", "--json")
    assert answer.code == 2
    assert answer.json["exit"] == 2
    assert answer.json["error"]["code"] == "input"
    assert agency("version", "--json").json["version"] == __version__


def test_nothing_to_do_costs_few_calls(agency: Agency) -> None:
    agency("run", *DAY)
    # Two of them see whether another run wrote while this one read.
    assert agency("run", *DAY, "--json").json["companies"][0]["calls"] <= 41


def test_today_is_the_default_and_is_printed(agency: Agency) -> None:
    answer = agency("plan", "--json")
    assert answer.json["as_of"] == answer.json["companies"][0]["as_of"]
    assert len(answer.json["as_of"]) == 10


# Files


def test_tables_as_csv(agency: Agency) -> None:
    """One table, and nothing else, on stdout."""
    answer = agency("plan", *DAY, "--csv")
    assert answer.code == 0
    header, *rows = csv.DictReader(answer.out.splitlines()).reader
    assert header == [
        "action", "date", "client", "engagement", "role", "po", "net", "currency", "key", "why",
    ]  # fmt: skip
    assert {(row[4], row[6], row[7]) for row in rows} == {
        ("fee", "5000.00", "USD"),
        ("milestone", "20000.00", "USD"),
    }
    both = agency("plan", *DAY, "--csv", "--json")
    assert both.code == 2
    assert "Give one of them" in both.err
