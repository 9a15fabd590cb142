"""The reports about unearned cash at the command line, over an Odoo in memory.

The figures are worked out by hand in the docstrings; every one of them went through the rules, the
push and the ledger before it is read here.
"""

from __future__ import annotations

import csv
import io
import logging
import os
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from cli_agency import Agency

from sync.odoo.json2 import Json2Gateway
from sync.scenario.load import payments
from sync.settings import Settings

if TYPE_CHECKING:
    from sandbox import Database
    from sync.odoo.gateway import AdminGateway

STORY = """
scenario: reports
title: A retainer, and a project paid from an advance
shows: What the reports tell of them.
real: false
as_of: 2025-03-31
given:
  clients: {Acme Corp: {payment_days: 30}, "=Lumen & <b>Co</b>": {payment_days: 30}}
  purchase_orders:
    PO-1: {client: Acme Corp}
    PO-2: {client: "=Lumen & <b>Co</b>"}
  engagements:
    Acme retainer:
      client: Acme Corp
      start: 2025-01-01
      po: PO-1
      terms: {monthly_hours: 40, monthly_fee: 5000, overage_rate: 175, rollover: true,
        max_rollover: 10}
    Acme website: {client: Acme Corp, kind: project, start: 2025-01-01, po: PO-1,
      use_advances: true}
    Lumen website: {client: "=Lumen & <b>Co</b>", kind: project, start: 2025-01-01, po: PO-2,
      use_advances: true}
  milestones:
    design: {engagement: Acme website, number: 1, amount: 8000, signed_off: 2025-02-14}
    launch: {engagement: Acme website, number: 2, amount: 4000, signed_off: 2025-03-20}
  advances:
    Acme advance: {client: Acme Corp, engagements: Acme website, amount: 30000,
      request_on: 2025-01-02, due: 2025-01-15, maturity: 2025-03-25}
    Lumen advance: {client: "=Lumen & <b>Co</b>", amount: 2000, request_on: 2025-02-01,
      due: 2025-02-15}
  time:
    - {date: 2025-01-15, project: Acme retainer, by: Robin Reyes, hours: 28}
    - {date: 2025-02-12, project: Acme retainer, by: Robin Reyes, hours: 30}
"""
LUMEN = "=Lumen & <b>Co</b>"


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Settings by environment only, a folder of the test's own, the log as it was."""
    for name in [name for name in os.environ if name.startswith("DRAWDOWN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DRAWDOWN_URL", "http://127.0.0.1:8069")
    monkeypatch.setenv("DRAWDOWN_DATABASE", "agency")
    monkeypatch.setenv("DRAWDOWN_API_KEY", "0" * 40)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield
    root.setLevel(level)
    root.handlers[:] = handlers
    structlog.reset_defaults()


def run(agency: Agency, day: str) -> None:
    """Runs of a day until there is nothing more to do."""
    for _ in range(6):
        answer = agency("run", "--as-of", day, "--json")
        assert answer.code in (0, 1), answer.err
        if not answer.json["companies"][0]["counts"]:
            return
    raise AssertionError(answer.json["companies"][0])


def told(made: Agency) -> Agency:
    """The story until 31 March 2025, everything run.

    Acme's retainer: 5,000 for each of January, February, March. January: 28 h of 40, 10 roll, 2
    lapse. February: 50 h available, 30 h used: the 10 rolled ones and 20 of its own; of the other
    20, 10 roll and 10 lapse. So January's fee is revenue for 38/40 (4,750) and breakage for 2/40
    (250); February's is revenue for 20/40 (2,500), breakage for 10/40 (1,250), and 10/40 (1,250)
    are owed; March's 5,000 are owed, since March is not closed on its last day. Owed: 6,250.

    Acme's advance: 30,000 asked for on 2 January, paid on 20 January; 8,000 paid the milestone of
    14 February, 4,000 that of 20 March. Owed: 18,000. It matured on 25 March.

    Lumen's advance of 2,000 was asked for on 1 February and is not paid.
    """
    run(made, "2025-01-03")
    request = advance(made, 30000.0)["request_move_id"]
    payments.pay(made.world, request, date(2025, 1, 20), None)
    for day in ("2025-02-17", "2025-03-31"):
        run(made, day)
    return made


def advance(made: Agency, amount: float) -> dict[str, Any]:
    """The advance over an amount."""
    fields = ("request_move_id",)
    domain = [("amount", "=", amount)]
    return made.admin.search_read("retainer.advance", domain, fields, limit=1)[0]


@pytest.fixture
def agency(monkeypatch: pytest.MonkeyPatch) -> Agency:
    """The story in an Odoo in memory, to do with as one likes."""
    made = Agency(STORY)
    monkeypatch.setattr(
        "sync.pipeline.service.connect", lambda settings: made.odoo.gateway("drawdown")
    )
    return told(made)


def to_server(patched: pytest.MonkeyPatch, database: Database) -> None:
    """The settings lead to a real Odoo."""
    patched.setenv("DRAWDOWN_URL", database.url)
    patched.setenv("DRAWDOWN_DATABASE", database.name)
    patched.setenv("DRAWDOWN_API_KEY", database.service_api_key)


@pytest.fixture(scope="module")
def real(odoo_database: Callable[[str], Database]) -> Iterator[tuple[Agency, Database]]:
    """The story in a real Odoo, told once."""
    database = odoo_database("reports")
    admin = Json2Gateway(
        Settings(
            url=database.url,
            database=database.name,
            login=database.admin_login,
            api_key=database.admin_api_key,
        )
    )
    with pytest.MonkeyPatch.context() as patched:
        to_server(patched, database)
        yield told(Agency(STORY, admin)), database
    admin.close()


@pytest.fixture(params=["memory", pytest.param("real", marks=pytest.mark.odoo)])
def standing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Agency:
    """The story in any Odoo, to look at."""
    if request.param == "memory":
        return request.getfixturevalue("agency")
    made, database = request.getfixturevalue("real")
    to_server(monkeypatch, database)
    return made


def table(answer_out: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer_out)))


def test_monitor(standing: Agency) -> None:
    """Age 20 January to 31 March = 70 days; 12,000 drawn in 70 days: 171.43 a day; 18,000 last 105
    days. Acme was invoiced 15,000 + 12,000 in the last 90 days (31 December to 31 March, all of
    it): 300 a day; 18,000 ÷ 300 = 60 days of sales.
    """
    answer = standing("monitor", "--as-of", "2025-03-31", "--json")
    assert answer.code == 0
    (report,) = answer.json["companies"]
    lots = {(each["client"], each["document"]): each for each in report["lots"]}
    assert len(lots) == 4
    advance = next(each for each in report["lots"] if each["figures"]["received"] == "30000.00")
    assert advance["figures"] == advance["in_books"]
    assert advance["figures"] == {
        "received": "30000.00",
        "consumed": "12000.00",
        "returned": "0.00",
        "owing": "18000.00",
        "unpaid": "0.00",
        "currency": "USD",
        "digits": 2,
    }
    assert (advance["status"], advance["since"], advance["age_days"]) == (
        "matured",
        "2025-01-20",
        70,
    )
    assert (advance["age_band"], advance["last_draw"]) == ("61-90 days", "2025-03-20")
    assert advance["pace"] == {
        "average_daily_draw": "171.43",
        "days_of_sales": "60.0",
        "days_of_cover": "105.0",
        "runs_out_on": "2025-07-14",
    }
    lumen = next(each for each in report["clients"] if each["client"] == LUMEN)
    assert (lumen["figures"]["owing"], lumen["figures"]["unpaid"]) == ("0.00", "2000.00")
    assert lumen["status"] == "overdue"
    acme = next(each for each in report["clients"] if each["client"] == "Acme Corp")
    assert acme["figures"]["owing"] == "24250.00"
    assert {each["engagement"]: each["figures"]["owing"] for each in report["engagements"]} == {
        "Acme retainer": "6250.00",
        "Acme website": "18000.00",
        "": "0.00",
    }
    assert report["in_books"]["owing"] == "24250.00"
    assert sum(float(each) for each in report["bands_in_books"].values()) == 24250.0

    shown = standing("monitor", "--as-of", "2025-03-31")
    assert "24,250.00 USD still owed in work on 4 lots" in shown.rows("summary")[0][0]
    assert "2,000.00 USD requested and not paid" in shown.rows("summary")[0][0]


def test_monitor_of_a_day_gone_by(standing: Agency) -> None:
    """On 28 February: 22,000 of the advance, 5,000 of February's fee, and of January's what
    February had not used yet: its 10 rolled hours were drawn only by February's statement, which
    is dated its last day, so 28 February has them already.
    """
    report = standing("monitor", "--as-of", "2025-02-27", "--json").json["companies"][0]
    owing = {each["document"]: each["figures"]["owing"] for each in report["lots"]}
    assert "22000.00" in owing.values()
    assert report["in_books"]["owing"] == "28250.00", "22,000 + 5,000 + 1,250 of January"


def test_monitor_as_csv(standing: Agency) -> None:
    answer = standing("monitor", "--as-of", "2025-03-31", "--by", "client", "--csv")
    rows = {each["client"]: each for each in table(answer.out)}
    assert rows["Acme Corp"]["still owing"] == "24250.00"
    assert rows["Acme Corp"]["currency"] == rows["Acme Corp"]["books currency"] == "USD"
    assert rows[f"'{LUMEN}"]["unpaid requests"] == "2000.00", "no formula"
    lots = table(standing("monitor", "--as-of", "2025-03-31", "--csv").out)
    assert len(lots) == 4
    assert sum(float(each["still owing"]) for each in lots) == 24250.0
    ageing = table(standing("monitor", "--as-of", "2025-03-31", "--by", "ageing", "--csv").out)
    assert ageing[-1]["still owing"] == "24250.00"


def test_every_table_is_a_sheet_of_the_workbook(standing: Agency) -> None:
    """Beside what is printed; readable by its owner only."""
    answer = standing("monitor", "--as-of", "2025-03-31", "--xlsx", "cash.xlsx")
    assert answer.code == 0
    assert answer.rows("lot"), "it is printed all the same"
    file = Path("cash.xlsx")
    assert file.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(file) as parts:
        book = parts.read("xl/workbook.xml").decode()
        strings = parts.read("xl/sharedStrings.xml").decode()
    assert re.findall(r'<sheet name="([^"]+)"', book) == [
        "lot", "engagement", "client", "company", "ageing",
    ]  # fmt: skip
    assert "=Lumen &amp; &lt;b&gt;Co&lt;/b&gt;" in strings


def test_rollforward_of_a_quarter(standing: Agency) -> None:
    """Unearned: 15,000 billed − 7,250 recognised − 1,500 breakage = 6,250.
    Advances: 32,000 requested − 12,000 drawn = 20,000, of which 2,000 are unpaid.
    """
    answer = standing("rollforward", "--from", "2025-01-01", "--to", "2025-03-31", "--json")
    assert answer.code == 0
    (report,) = answer.json["companies"]
    totals = {each["kind"]: each for each in report["totals"]}
    unearned, advances = totals["unearned"], totals["advances"]

    def moved(total: dict) -> dict:
        return {name: each for name, each in total["movements"].items() if float(each)}

    assert (unearned["opening"], unearned["closing"]) == ("0.00", "6250.00")
    assert moved(unearned) == {
        "billed": "15000.00",
        "from_period": "-7250.00",
        "breakage": "-1500.00",
    }
    assert (advances["opening"], advances["closing"]) == ("0.00", "20000.00")
    assert moved(advances) == {"billed": "32000.00", "from_period": "-12000.00"}
    assert advances["unpaid_closing"] == "2000.00"
    assert report["difference"] == "0.00"
    assert report["unexplained"] == []

    march = standing("rollforward", "--from", "2025-03-01", "--to", "2025-03-31", "--json")
    totals = {each["kind"]: each for each in march.json["companies"][0]["totals"]}
    # At the end of February 1,250 of its fee rolled on; 22,000 + 2,000 stood on the advances.
    assert totals["unearned"]["opening"] == "1250.00"
    assert moved(totals["unearned"]) == {"billed": "5000.00"}
    assert totals["advances"]["opening"] == "24000.00"
    assert moved(totals["advances"]) == {"from_opening": "-4000.00"}

    shown = standing("rollforward", "--from", "2025-01-01", "--to", "2025-03-31")
    assert "difference 0.00 USD" in shown.rows("summary")[0][0]


# Column of Odoo's own roll-forward -> columns of the report.
COLUMNS = {
    "received": ("billed", "taken_over"),
    "restored": ("restored",),
    "recognised_opening": ("from_opening",),
    "recognised_period": ("from_period",),
    "passed_on": ("passed_on",),
    "breakage": ("breakage",),
    "returned": ("returned",),
    "currency_difference": ("currency",),
    "reclassified": ("reclassified",),
    "unexplained": ("unexplained",),
}


@pytest.mark.odoo
@pytest.mark.parametrize(
    ("first", "last"), [("2025-01-01", "2025-03-31"), ("2025-03-01", "2025-03-31")]
)
def test_odoo_and_the_report_say_the_same_of_a_period(
    real: tuple[Agency, Database], monkeypatch: pytest.MonkeyPatch, first: str, last: str
) -> None:
    """Two computations of one roll-forward, from the same ledger: SQL there, Python here."""
    agency, database = real
    to_server(monkeypatch, database)
    answer = agency("rollforward", "--from", first, "--to", last, "--json")
    totals = {each["account"]: each for each in answer.json["companies"][0]["totals"]}
    assert len(totals) == 2
    (wizard,) = agency.admin.create(
        "retainer.rollforward", [{"date_start": first, "date_end": last}]
    )
    agency.admin.call_on("retainer.rollforward", [wizard], "action_show")
    lines = agency.admin.search_read(
        "retainer.rollforward.line",
        [("rollforward_id", "=", wizard)],
        ["account_id", "opening", "closing", "difference", *COLUMNS],
        limit=99,
    )
    names = {
        each["id"]: f"{each['code']} {each['name']}"
        for each in agency.admin.search_read(
            "account.account",
            [("id", "in", [line["account_id"] for line in lines])],
            ["code", "name"],
            limit=9,
        )
    }
    assert {names[line["account_id"]] for line in lines} == set(totals)
    for account, total in totals.items():
        own = [line for line in lines if names[line["account_id"]] == account]
        assert [line["difference"] for line in own] == [0.0] * len(own)
        for column in ("opening", "closing"):
            assert sum(line[column] for line in own) == float(total[column]), column
        for column, parts in COLUMNS.items():
            said = sum(float(total["movements"].get(part, 0)) for part in parts)
            assert sum(line[column] for line in own) == said, (account, column)


@pytest.mark.odoo
@pytest.mark.parametrize("day", ["2025-02-27", "2025-03-31"])
def test_odoo_and_the_report_say_the_same_of_the_lots(
    real: tuple[Agency, Database], monkeypatch: pytest.MonkeyPatch, day: str
) -> None:
    """Of a day gone by: amounts, age, and how long each lot lasts."""
    agency, database = real
    to_server(monkeypatch, database)
    (report,) = agency("monitor", "--as-of", day, "--json").json["companies"]
    rows = agency.admin.call(
        "retainer.lot",
        "search_read",
        repeatable=True,
        domain=[["open", "!=", 0]],
        fields=[
            "move_id",
            "received",
            "consumed",
            "returned",
            "remaining",
            "unpaid",
            "age_days",
            "days_of_sales",
            "days_of_cover",
        ],
        context={"retainer_as_of": day},
    )

    def pace(lot: dict[str, Any], name: str) -> float:
        return float((lot["pace"] or {}).get(name) or 0)

    assert {
        row["move_id"][1].partition(" ")[0]: (
            *(row[name] for name in ("received", "consumed", "returned", "remaining", "unpaid")),
            row["age_days"],
            row["days_of_sales"],
            row["days_of_cover"],
        )
        for row in rows
    } == {
        lot["document"]: (
            *(
                float(lot["figures"][name])
                for name in ("received", "consumed", "returned", "owing", "unpaid")
            ),
            lot["age_days"],
            pace(lot, "days_of_sales"),
            pace(lot, "days_of_cover"),
        )
        for lot in report["lots"]
    }


@pytest.mark.parametrize(
    ("command", "columns", "figures"),
    [
        # 15,000 billed − 7,250 − 1,500 = 6,250; 2,000 asked for; 30,000 − 12,000 = 18,000
        (
            ("rollforward", "--from", "2025-01-01", "--to", "2025-03-31"),
            ("opening", "received and billed", "recognised from period", "breakage", "closing"),
            {
                ("Acme Corp", "0.00", "15000.00", "-7250.00", "-1500.00", "6250.00"),
                (f"'{LUMEN}", "0.00", "2000.00", "0.00", "0.00", "2000.00"),
                ("Acme Corp", "0.00", "30000.00", "-12000.00", "0.00", "18000.00"),
            },
        ),
        # 6,250 = 1,250 of February's fee + 5,000 of March's
        (
            ("year-end", "--on", "2025-03-31"),
            ("decision", "open", "open in books"),
            {
                ("Acme Corp", "undecided", "18000.00", "18000.00"),
                (f"'{LUMEN}", "unpaid request", "2000.00", "2000.00"),
                ("Acme Corp", "earned by its terms", "1250.00", "1250.00"),
                ("Acme Corp", "earned by its terms", "5000.00", "5000.00"),
            },
        ),
        (
            ("verify", "--as-of", "2025-03-31"),
            ("ledger", "open lots", "expected", "difference", "against the rules"),
            {
                ("Acme Corp", "6250.00", "6250.00", "6250.00", "0.00", "0.00"),
                (f"'{LUMEN}", "2000.00", "2000.00", "2000.00", "0.00", "0.00"),
                ("Acme Corp", "18000.00", "18000.00", "18000.00", "0.00", "0.00"),
            },
        ),
    ],
    ids=["rollforward", "year-end", "verify"],
)  # fmt: skip
def test_the_other_reports_as_csv_and_as_a_workbook(
    standing: Agency,
    command: tuple[str, ...],
    columns: tuple[str, ...],
    figures: set[tuple[str, ...]],
) -> None:
    """The same figures; a client whose name looks like a formula is a text in both."""
    shown = table(standing(*command, "--csv").out)
    assert {(each["client"], *(each[name] for name in columns)) for each in shown} == figures
    assert len(shown) == len(figures)
    standing(*command, "--xlsx", "report.xlsx")
    with zipfile.ZipFile("report.xlsx") as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        strings = parts.read("xl/sharedStrings.xml").decode()
    assert "=Lumen &amp; &lt;b&gt;Co&lt;/b&gt;" in strings
    assert "<f>" not in sheet, "no cell is a formula"
    numbers = {float(each) for each in re.findall(r"<v>(-?[\d.]+)</v>", sheet)}
    assert {float(row[-1]) for row in figures} <= numbers


def test_rollforward_refuses_days_the_wrong_way_round(agency: Agency) -> None:
    answer = agency("rollforward", "--from", "2025-04-01", "--to", "2025-03-31")
    assert answer.code == 2
    assert "--from before --to" in answer.err


def test_year_end_lists_the_undecided_first(standing: Agency) -> None:
    """The advance is undecided; the fees are earned by their terms; the request is unpaid."""
    answer = standing("year-end", "--on", "2025-03-31", "--json")
    assert answer.code == 1, "a remainder is undecided"
    (report,) = answer.json["companies"]
    assert [each["decision"] for each in report["lots"]] == [
        "undecided",
        "unpaid request",
        "earned by its terms",
        "earned by its terms",
    ]
    assert report["undecided_in_books"] == "18000.00"
    assert (report["total_in_books"], report["ledger"], report["difference"]) == (
        "26250.00",
        "26250.00",
        "0.00",
    )
    first = report["lots"][0]
    assert first["matures_on"] == "2025-03-25"
    assert "paid from 2025-01-20 on" in first["evidence"]
    assert "12,000.00 USD taken, last on 2025-03-20" in first["evidence"]


def test_year_end_shows_who_decided_and_why(agency: Agency) -> None:
    agency.admin.write(
        "retainer.advance",
        [advance(agency, 30000.0)["id"]],
        {
            "decision": "keep",
            "decision_by": 2,
            "decision_on": "2025-03-30",
            "decision_note": "The client prolongs the project; mail of 28 March",
        },
    )
    answer = agency("year-end", "--on", "2025-03-31", "--json")
    assert answer.code == 0
    (kept,) = (each for each in answer.json["companies"][0]["lots"] if each["decision"] == "keep")
    assert (kept["decided_by"], kept["decided_on"]) == ("Administrator", "2025-03-30")
    assert kept["why"] == "The client prolongs the project; mail of 28 March"


def test_confirm_a_client_s_balance(standing: Agency) -> None:
    answer = standing("confirm", "acme corp", "--on", "2025-03-31")
    assert answer.code == 0
    assert "To: Acme Corp" in answer.out
    assert "Held in USD: 24,250.00 USD" in answer.out
    held = standing("confirm", "Acme Corp", "--on", "2025-03-31", "--format", "json").json
    (balance,) = held["confirmation"]["balances"]
    assert (balance["held"], balance["unpaid"]) == ("24250.00", "0.00")
    assert sorted(each["held"] for each in balance["lots"]) == [
        "1250.00",
        "18000.00",
        "5000.00",
    ]
    nobody = standing("confirm", "Nobody", "--on", "2025-03-31")
    assert nobody.code == 2
    assert "no client" in nobody.err


def test_a_confirmation_as_html_executes_nothing(standing: Agency) -> None:
    answer = standing("confirm", LUMEN, "--on", "2025-03-31", "--format", "html")
    assert answer.code == 0
    assert "=Lumen &amp; &lt;b&gt;Co&lt;/b&gt;" in answer.out
    assert "<b>Co" not in answer.out
    assert "requested and not paid: 2,000.00 USD" in answer.out
    assert answer.out.startswith("<!doctype html>")


def test_verify_ties(standing: Agency) -> None:
    fine = standing("verify", "--as-of", "2025-03-31")
    assert fine.code == 0, fine.out
    rows = {(row[0], row[2]): row for row in fine.rows("unearned")}
    assert rows["Acme Corp", "advances"][3:6] == ["18,000.00 USD", "18,000.00 USD", "0.00 USD"]
    assert rows[LUMEN, "advances"][3] == "2,000.00 USD"
    assert "The books tie." in fine.rows("books")[0][0]


def test_verify_names_what_is_foreign(agency: Agency) -> None:
    tables = agency.odoo.tables
    accounts = {row["code"]: row["id"] for row in tables.rows("account.account").values()}
    partner = agency.admin.search_read("res.partner", [("name", "=", "Acme Corp")], [], limit=1)
    (journal,) = agency.admin.search_read("account.journal", [("code", "=", "MISC")], [], limit=1)
    lines = [
        {"account_id": accounts["236000"], "credit": 12.5, "partner_id": partner[0]["id"]},
        {"account_id": accounts["400000"], "debit": 12.5, "partner_id": partner[0]["id"]},
    ]
    (entry,) = agency.admin.create(
        "account.move",
        [
            {
                "move_type": "entry",
                "journal_id": journal["id"],
                "date": "2025-03-31",
                "line_ids": [[0, 0, line] for line in lines],
            }
        ],
    )
    agency.admin.call_on("account.move", [entry], "action_post")
    answer = agency("verify", "--as-of", "2025-03-31")
    assert answer.code == 7
    (foreign,) = answer.rows("foreign")
    assert foreign[0] == "manual entry"
    assert foreign[5] == "12.50 USD"
    assert "reverse it" in foreign[-1]
    assert agency("run", "--as-of", "2025-03-31").code == 7, "after every push, too"

    rolled = agency("rollforward", "--from", "2025-01-01", "--to", "2025-03-31", "--json")
    assert rolled.code == 1
    assert [each["amount"] for each in rolled.json["companies"][0]["unexplained"]] == ["12.50"]
    assert agency("year-end", "--on", "2025-03-31").rows("lot")[1][0] == "not ours"


@pytest.mark.parametrize(
    "command",
    [
        ("monitor",),
        ("rollforward", "--from", "2025-01-01", "--to", "2025-03-31"),
        ("year-end", "--on", "2025-03-31"),
        ("verify",),
    ],
)
def test_reports_change_nothing_and_cost_the_same_however_long_the_history(
    agency: Agency, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    doors = []

    def connect(settings):
        doors.append(agency.odoo.gateway("drawdown"))
        return doors[-1]

    monkeypatch.setattr("sync.pipeline.service.connect", connect)
    before = agency.moves()
    agency(*command)
    first = doors[-1].calls
    assert first <= 60
    run(agency, "2025-06-30")
    run(agency, "2025-09-30")
    assert len(agency.moves()) > len(before) + 10
    standing = agency.moves()
    agency(*command)
    assert doors[-1].calls <= first + 2
    assert agency.moves() == standing


COLUMNS = {
    "received": ("billed", "taken_over"),
    "restored": ("restored",),
    "recognised_opening": ("from_opening",),
    "recognised_period": ("from_period",),
    "passed_on": ("passed_on",),
    "breakage": ("breakage",),
    "returned": ("returned",),
    "currency_difference": ("currency",),
    "reclassified": ("reclassified",),
    "unexplained": ("unexplained",),
}
"""Column of the roll-forward in Odoo → those of the report."""

Rows = dict[tuple[int, int, int], dict[str, Decimal]]


def of_the_report(answer: Any) -> Rows:
    """Rows of ``drawdown rollforward`` by account, client and engagement, without zeros."""
    return {
        (row["account_id"], row["client_id"] or 0, row["engagement_id"] or 0): without_zeros(
            {
                "opening": Decimal(row["opening"]),
                **{
                    column: sum(Decimal(row["movements"][each]) for each in own)
                    for column, own in COLUMNS.items()
                },
            }
        )
        for row in answer.json["companies"][0]["rows"]
    }


def of_odoo(admin: AdminGateway, first: str, last: str) -> Rows:
    """Rows of the roll-forward that people open in Odoo."""
    (wizard,) = admin.create("retainer.rollforward", [{"date_start": first, "date_end": last}])
    admin.call_on("retainer.rollforward", [wizard], "action_show")
    fields = ("account_id", "partner_id", "engagement_id", "opening", *COLUMNS)
    domain = [("rollforward_id", "=", wizard)]
    found = admin.search_read("retainer.rollforward.line", domain, fields, limit=1000)
    return {
        (row["account_id"], row["partner_id"] or 0, row["engagement_id"] or 0): without_zeros(
            {name: Decimal(str(row[name])) for name in ("opening", *COLUMNS)}
        )
        for row in found
    }


def without_zeros(row: dict[str, Decimal]) -> dict[str, Decimal]:
    return {name: amount.quantize(Decimal("0.01")) for name, amount in row.items() if amount}


@pytest.mark.odoo
def test_odoo_s_own_roll_forward_says_the_same(
    real: tuple[Agency, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two programs, one in SQL within Odoo: the same figures, row by row, after people were busy.

    The retainer's fees are drawn from the advance too (passed on), the launch is credited (its draw
    is restored), Lumen pays and gets its money back, and somebody posts 12.50 by hand.
    """
    agency, database = real
    to_server(monkeypatch, database)
    admin = agency.admin

    def one(model: str, *domain: Any, fields: tuple[str, ...] = ()) -> dict[str, Any]:
        return admin.search_read(model, list(domain), fields, limit=1)[0]

    acme = one("res.partner", ("name", "=", "Acme Corp"))["id"]
    retainer = one("retainer.engagement", ("name", "=", "Acme retainer"))["id"]
    admin.write("retainer.engagement", [retainer], {"use_advances": True})
    admin.write(
        "retainer.advance",
        [advance(agency, 30000.0)["id"]],
        {"maturity_date": "2025-12-31", "engagement_ids": [[6, 0, []]]},
    )
    launch = one("account.move", ("amount_untaxed", "=", 4000.0), ("move_type", "=", "out_invoice"))
    line = one(
        "account.move.line",
        ("move_id", "=", launch["id"]),
        ("display_type", "=", "product"),
        fields=("account_id",),
    )
    (note,) = admin.create(
        "account.move",
        [
            {
                "move_type": "out_refund",
                "partner_id": acme,
                "invoice_date": "2025-04-05",
                "reversed_entry_id": launch["id"],
                "invoice_line_ids": [
                    [
                        0,
                        0,
                        {
                            "name": "Launch taken back",
                            "account_id": line["account_id"],
                            "price_unit": 4000.0,
                            "tax_ids": [[6, 0, []]],
                        },
                    ]
                ],
            }
        ],
    )
    admin.call_on("account.move", [note], "action_post")
    lumen = advance(agency, 2000.0)
    payments.pay(agency.world, lumen["request_move_id"], date(2025, 4, 3), None)
    run(agency, "2025-04-10")
    decided = {
        "decision": "return",
        "decision_by": 2,
        "decision_on": "2025-04-20",
        "decision_note": "The website is not built",
    }
    admin.write("retainer.advance", [lumen["id"]], decided)
    run(agency, "2025-05-05")
    account = one(
        "res.company", fields=("retainer_advance_account_id", "retainer_breakage_account_id")
    )
    lines = [
        {"account_id": account["retainer_advance_account_id"], "credit": 12.5, "partner_id": acme},
        {"account_id": account["retainer_breakage_account_id"], "debit": 12.5, "partner_id": acme},
    ]
    journal = one("account.journal", ("type", "=", "general"))["id"]
    (entry,) = admin.create(
        "account.move",
        [
            {
                "move_type": "entry",
                "journal_id": journal,
                "date": "2025-04-06",
                "line_ids": [[0, 0, each] for each in lines],
            }
        ],
    )
    admin.call_on("account.move", [entry], "action_post")

    seen: set[str] = set()
    for first, last in (
        ("2025-01-01", "2025-03-31"),
        ("2025-04-01", "2025-04-30"),
        ("2025-02-10", "2025-05-31"),
    ):
        answer = agency("rollforward", "--from", first, "--to", last, "--json")
        assert answer.json["companies"][0]["difference"] == "0.00"
        report = of_the_report(answer)
        assert report == of_odoo(admin, first, last)
        seen |= {name for row in report.values() for name in row}
    assert seen >= {
        "opening",
        "received",
        "restored",
        "recognised_opening",
        "recognised_period",
        "passed_on",
        "breakage",
        "returned",
        "unexplained",
    }
