"""The plan for people: the account manager's question of the 28th, answered in stable lines."""

import io
import json
from datetime import date

import pytest
from report_agency import WICKED, snapshot

from sync.plan.diff import make_plan
from sync.report.envelope import envelope
from sync.report.output import Output, plain_lines
from sync.report.plan import PlanReport, plan_blocks, plan_report
from sync.rules.engine import evaluate


def report(client: str = "Acme Corp", po_amount: int = 0, as_of: str = "2025-05-01") -> PlanReport:
    facts = snapshot(client, po_amount)
    outcome = evaluate(facts, date.fromisoformat(as_of))
    return plan_report(facts, outcome, make_plan(facts, outcome))


def lines(shown: PlanReport) -> list[str]:
    return [line for block in plan_blocks(shown) for line in plain_lines(block)]


def cells(shown: PlanReport, tag: str) -> list[list[str]]:
    return [line.split("\t") for line in lines(shown) if line.split("\t")[0] == tag]


def test_every_invoice_says_for_whom_how_much_whose_po_and_why() -> None:
    overage = next(each for each in cells(report(), "invoice") if each[5] == "overage")
    assert overage[1:9] == [
        "create", "2025-04-30", "Acme Corp", "Acme retainer", "overage", "PO-77", "1,050.00 USD",
        "1/42/overage/2025-04/0",
    ]  # fmt: skip
    assert "6:00 h × 175 = 1,050.00 USD" in overage[9]


def test_every_row_has_the_columns_that_its_header_names() -> None:
    shown = report(po_amount=11000)
    headers = {
        line.split("\t")[0].removeprefix("# "): len(line.split("\t"))
        for line in lines(shown)
        if line.startswith("# ")
    }
    assert {"invoice", "held", "issue", "parked", "statement", "alert"} <= headers.keys()
    for tag, width in headers.items():
        assert all(len(row) == width for row in cells(shown, tag)), tag


def test_what_is_held_says_what_it_waits_for() -> None:
    (held, *_) = cells(report(po_amount=11000), "held")
    assert held[4] == "overage"
    assert "retainer.client.po 5 (PO-77)" in held[-1]
    assert "ask the client to raise it" in held[-1]


def test_an_engagement_without_terms_is_parked_with_its_remedy() -> None:
    shown = report()
    assert [row[2] for row in cells(shown, "parked")] == ["No terms"]
    (issue,) = (row for row in cells(shown, "issue") if row[2] == "no_terms")
    assert issue[3] == "retainer.engagement 43 (No terms)"
    assert "Terms tab" in issue[-1]
    assert shown.attention


def test_statements_show_the_founding_case() -> None:
    march, april, _ = cells(report(), "statement")
    assert march[1:] == [
        "2025-03", "Acme Corp", "Acme retainer", "closed", "40:00", "0:00", "40:00", "28:00",
        "12:00", "0:00", "0.00 USD", "70.0%",
    ]  # fmt: skip
    assert april[1:] == [
        "2025-04", "Acme Corp", "Acme retainer", "closed", "40:00", "10:00", "50:00", "56:00",
        "0:00", "6:00", "1,050.00 USD", "112.0%",
    ]  # fmt: skip


def test_totals_are_of_what_is_written_not_of_what_is_held() -> None:
    assert report().totals == {"USD": "16,050.00 USD"}
    assert report(po_amount=11000).totals == {"USD": "10,000.00 USD"}


@pytest.mark.parametrize("width", ["40", "200"])
def test_a_wicked_name_steers_nothing(monkeypatch: pytest.MonkeyPatch, width: str) -> None:
    """Neither in plain lines nor on a terminal does a client's name colour, ring or turn text."""
    shown = report(WICKED)
    for line in lines(shown):
        assert "\x1b" not in line
        assert "\u202e" not in line
    assert "Acme [red]Corp[/red][31m Inc Ltd" in "\n".join(lines(shown))

    monkeypatch.setenv("COLUMNS", width)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    terminal = _Terminal()
    Output(stream=terminal).blocks(plan_blocks(shown))
    text = terminal.getvalue()
    assert "\x07" not in text
    assert "\u202e" not in text
    assert "\x1b[31m" not in text
    assert "[red]" in text.replace("\n", "")


def test_nothing_is_cut_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    stream = io.StringIO()
    Output(stream=stream).blocks(plan_blocks(report("A" * 500)))
    assert "A" * 500 in stream.getvalue()
    assert "…" not in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


@pytest.mark.parametrize("width", ["40", "80", "300"])
def test_nothing_is_cut_on_a_terminal_either(monkeypatch: pytest.MonkeyPatch, width: str) -> None:
    monkeypatch.setenv("COLUMNS", width)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    terminal = _Terminal()
    Output(stream=terminal).blocks(plan_blocks(report("Very" * 30)))
    text = "".join(terminal.getvalue().split())
    assert "Very" * 30 in text
    assert "…" not in text


def test_a_dumb_terminal_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    terminal = _Terminal()
    Output(stream=terminal).blocks(plan_blocks(report()))
    assert "\x1b" not in terminal.getvalue()
    assert "invoice\tcreate" in terminal.getvalue()


def test_json_has_its_frame_and_decimal_text() -> None:
    stream = io.StringIO()
    Output(as_json=True, stream=stream).data(
        envelope("plan", 1, date(2025, 5, 1), companies=[report()])
    )
    document = json.loads(stream.getvalue())
    assert {name: document[name] for name in ("format", "command", "exit", "as_of")} == {
        "format": 1, "command": "plan", "exit": 1, "as_of": "2025-05-01",
    }  # fmt: skip
    (company,) = document["companies"]
    overage = next(each for each in company["invoices"] if each["role"] == "overage")
    assert overage["net"] == "1050.00"
    assert overage["po"] == "PO-77"
    assert overage["reasons"][0]["rule"] == "overage"


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True
