"""``drawdown recommend``: text, JSON and CSV say the same, with and without Odoo."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pytest
from cli_agency import Agency

STORY = Path(__file__).parents[1] / "scenarios" / "allowance_that_never_fits.yaml"
DAY = ("--as-of", "2025-04-02")


@pytest.fixture
def agency(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Agency:
    found = Agency(STORY.read_text(encoding="utf-8"))
    monkeypatch.setattr(
        "sync.pipeline.service.connect", lambda _settings: found.odoo.gateway("drawdown")
    )
    for name in [name for name in os.environ if name.startswith("DRAWDOWN_")]:
        monkeypatch.delenv(name)
    for name, value in (("URL", "http://127.0.0.1:8069"), ("DATABASE", "d"), ("API_KEY", "k" * 40)):
        monkeypatch.setenv(f"DRAWDOWN_{name}", value)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    assert found("run", "--as-of", "2025-04-01").code == 0
    return found


def test_text_names_the_retainers_the_figures_and_the_months(agency: Agency) -> None:
    answer = agency("recommend", *DAY)
    assert answer.code == 0
    birch, maple = answer.rows("recommendation")
    assert birch[:5] == ["Birch Hotels", "Birch retainer", "less", "30:00", "12:00"]
    assert maple[:7] == [
        "Maple Bikes",
        "Maple retainer",
        "more",
        "20:00",
        "25:00",
        "2,400.00 USD",
        "3,000.00 USD",
    ]
    assert maple[7:10] == ["9,300.00 USD", "9,140.00 USD", "3"]
    evidence = [row for row in answer.rows("evidence") if row[0] == "Maple Bikes"]
    assert [row[2:6] for row in evidence] == [
        ["January 2025", "20:00", "24:00", "120.0%"],
        ["February 2025", "20:00", "26:00", "130.0%"],
        ["March 2025", "20:00", "25:00", "125.0%"],
    ]


def test_json_says_the_same(agency: Agency) -> None:
    (company,) = agency("recommend", *DAY, "--json").json["companies"]
    birch, maple = company["recommendations"]
    assert company["looked_at"] == 3
    assert (birch["direction"], birch["proposed_hours"]) == ("less", 12 * 3600)
    assert (maple["paid"], maple["would_be"]) == ("9300.00", "9140.00")
    assert [month["used"] for month in maple["months"]] == [24 * 3600, 26 * 3600, 25 * 3600]


def test_csv_says_the_same(agency: Agency) -> None:
    rows = list(csv.DictReader(io.StringIO(agency("recommend", *DAY, "--csv").out)))
    assert [(row["engagement"], row["proposed"]) for row in rows] == [
        ("Birch retainer", "12"),
        ("Maple retainer", "25"),
    ]


def test_a_pulled_snapshot_gives_the_same(agency: Agency) -> None:
    agency("pull", "--out", "facts.json", *DAY)
    assert agency("recommend", *DAY, "--from", "facts.json").out == agency("recommend", *DAY).out


def test_nothing_to_recommend_says_so(agency: Agency) -> None:
    answer = agency("recommend", "--as-of", "2025-02-10")
    assert answer.code == 0
    assert answer.rows("recommendation") == []
    assert "Nothing to recommend: of 3 retainers" in answer.out
