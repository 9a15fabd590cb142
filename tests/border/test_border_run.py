"""A nightly run over one spoilt record: it is named, its engagement waits, the rest is done."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sync.cli import app
from sync.odoo.gateway import Gateway
from sync.pull import pull
from tests.border.spoiling import Spoiling
from tests.border.worlds import at_full_work
from tests.unit.pull.agency import Agency

CASES = [
    ("retainer.terms", "monthly_fee", "Acme retainer"),
    ("retainer.terms", "overage_policy", "Acme retainer"),
    ("retainer.role.rate", "factor", "Acme retainer"),
    ("retainer.hour.block", "price", "Acme retainer"),
    ("account.analytic.line", "unit_amount", "Acme retainer"),
    ("account.analytic.line", "date", "Acme retainer"),
    ("retainer.engagement", "currency_id", "Acme retainer"),
    ("project.milestone", "retainer_amount", "Acme rebuild"),
    ("purchase.order.line", "price_unit", "Acme rebuild"),
    ("purchase.order", "date_order", "Acme rebuild"),
    ("res.currency.rate", "rate", "Acme rebuild"),
    ("sale.order", "amount_untaxed", "Acme rebuild"),
    ("retainer.change.order", "hourly_rate", "Acme extra work"),
]


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DRAWDOWN_URL", "http://127.0.0.1:8069")
    monkeypatch.setenv("DRAWDOWN_DATABASE", "agency")
    monkeypatch.setenv("DRAWDOWN_API_KEY", "0" * 40)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def night(monkeypatch: pytest.MonkeyPatch, door: Gateway) -> tuple[int, dict[str, Any]]:
    """The exit code and what ``drawdown run --json`` says."""
    monkeypatch.setattr("sync.pipeline.service.connect", lambda settings: door)
    result = CliRunner().invoke(app, ["run", "--as-of", "2025-03-28", "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, json.loads(result.stdout)


Standing = list[tuple[int, str, str, float]]


def standing(agency: Agency) -> Standing:
    """(engagement, key, state, amount); keys without the ids of invoices, which follow the order
    of writing.
    """
    fields = ["retainer_key", "retainer_engagement_id", "state", "amount_total"]
    rows = agency.admin.search_read(
        "account.move", [("retainer_key", "!=", False)], fields, limit=1000
    )
    return sorted(
        (
            row["retainer_engagement_id"],
            re.sub(r"[.][il][0-9]+", "", row["retainer_key"]),
            row["state"],
            row["amount_total"],
        )
        for row in rows
    )


@pytest.fixture(scope="module")
def sound() -> Standing:
    """What stands after a run over sound records."""
    agency = at_full_work()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("URL", "DATABASE", "API_KEY"):
            patch.setenv(f"DRAWDOWN_{name}", "http://127.0.0.1:8069" if name == "URL" else "0" * 40)
        code, _ = night(patch, agency.service)
    assert code == 0
    return standing(agency)


@pytest.mark.parametrize(("model", "field", "whose"), CASES, ids=lambda each: str(each))
def test_only_its_engagement_waits(
    monkeypatch: pytest.MonkeyPatch,
    sound: Standing,
    model: str,
    field: str,
    whose: str,
) -> None:
    agency = at_full_work()
    engagement = agency.made[whose]
    door = Spoiling(agency.service)
    record = _record(agency, model, engagement)
    for asked in _asked(agency, model, field):
        door = Spoiling(door, asked, field, record, "spoilt")
    code, told = night(monkeypatch, door)
    assert code == 1, "done, but something needs a person"
    report = json.dumps(told)
    assert model in report and field in report
    written = standing(agency)
    others = [each for each in sound if each[0] != engagement]
    assert written == others, "the other engagements are billed as if nothing had been wrong"

    # Once the record is mended, the next run completes the rest.
    night(monkeypatch, agency.service)
    assert standing(agency) == sound


def _asked(agency: Agency, model: str, field: str) -> list[Any]:
    """Every search of a pull in which the field is asked for."""
    gateway = Spoiling(agency.service)
    pull(gateway, 1, today=agency.odoo.tables.today)
    return [each for each in gateway.asked if each[0] == model and field in each[1]]


def _record(agency: Agency, model: str, engagement: int) -> int:
    """A record of that engagement."""
    named = {
        "retainer.engagement": [("id", "=", engagement)],
        "retainer.terms": [("engagement_id", "=", engagement)],
        "retainer.hour.block": [("engagement_id", "=", engagement)],
        "retainer.change.order": [("id", "=", agency.made["landing pages"])],
        "project.milestone": [("id", "=", agency.made["milestone 2"])],
        "account.analytic.line": [("project_id", "=", agency.made["Acme care"])],
        "sale.order": [("id", "=", agency.made["quote"])],
    }
    rows = agency.admin.search_read(model, named.get(model, []), [], limit=1)
    return int(rows[0]["id"])
