"""Bad figures about money, as an import or a hand in the database leaves them: told, and no more
than their own engagement or advance waits; the books tie.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from sync.odoo.memory.records import create
from sync.pipeline.service import Service
from sync.report.run import RunReport
from tests.border.reading import COMPANY, service
from tests.unit.pull.agency import Agency

Do = Callable[[Agency], tuple[str, int]]


def agency() -> Agency:
    """Two clients who pay in advance, and a third one who does not."""
    found = Agency()
    for name in ("Acme", "Globex"):
        client = found.client(name)
        found.retainer(
            f"{name} retainer",
            client,
            found.project(f"{name} care", client),
            start="2025-03-01",
            use_advances=True,
        )
        found.make(
            f"{name} advance",
            "retainer.advance",
            name=f"{name} advance",
            partner_id=client,
            amount=1_000.0,
            date_request="2025-03-01",
        )
    client = found.client("Plain")
    found.retainer(
        "Plain retainer", client, found.project("Plain care", client), start="2025-03-01"
    )
    return found


def spoil(found: Agency, model: str, record: int, **values: Any) -> tuple[str, int]:
    """Around every check, as an import or a hand in the database would."""
    with found.odoo.tables.transaction():
        found.odoo.tables.update(model, record, values)
    return model, record


def advance(**values: Any) -> Do:
    return lambda found: spoil(found, "retainer.advance", found.made["Acme advance"], **values)


def terms(**values: Any) -> Do:
    def do(found: Agency) -> tuple[str, int]:
        domain = [("engagement_id", "=", found.made["Acme retainer"])]
        (row,) = found.admin.search_read("retainer.terms", domain, [], limit=1)
        return spoil(found, "retainer.terms", row["id"], **values)

    return do


def block(**values: Any) -> Do:
    def do(found: Agency) -> tuple[str, int]:
        engagement = found.made["Acme retainer"]
        sound = {"engagement_id": engagement, "date": "2025-03-05", "hours": 10.0, "price": 1500.0}
        with found.odoo.tables.transaction():
            found.odoo.tables.elevated = True
            record = create(found.odoo.tables, "retainer.hour.block", sound)
            found.odoo.tables.elevated = False
        return spoil(found, "retainer.hour.block", record, **values)

    return do


@dataclass(frozen=True)
class Bad:
    """What is spoilt, and what must be said of it."""

    do: Do
    field: str
    remedy: str


CASES = {
    "a fee of half a cent": Bad(
        terms(monthly_fee=Decimal("5000.005")), "monthly_fee", "2 decimals"
    ),
    "a block of a third of a cent": Bad(block(price=Decimal("1500.001")), "price", "2 decimals"),
    "an advance of half a cent": Bad(advance(amount=Decimal("999.995")), "amount", "2 decimals"),
    "an advance of nothing": Bad(advance(amount=Decimal(0)), "amount", "enter the amount"),
    "an advance below nothing": Bad(advance(amount=Decimal(-5)), "amount", "enter the amount"),
    "a fee beyond any money": Bad(terms(monthly_fee=Decimal(10) ** 16), "monthly_fee", "less than"),
    "a decision that is none": Bad(advance(decision="gift"), "decision", "choose one of"),
    "a maturity that is no day": Bad(advance(maturity_date="2025-02-30"), "maturity_date", "date"),
    "a priority below nothing": Bad(advance(priority=-1), "priority", "enter 0"),
}


def run(found: Agency) -> RunReport:
    served: Service = service(found.service)
    return served.run(served.look(COMPANY, found.odoo.tables.today))


def standing(found: Agency, engagement: str) -> list[tuple[str, float]]:
    domain = [("retainer_engagement_id", "=", found.made[engagement])]
    fields = ["retainer_role", "amount_total"]
    rows = found.admin.search_read("account.move", domain, fields, limit=100)
    return sorted((row["retainer_role"], row["amount_total"]) for row in rows)


@pytest.mark.parametrize("bad", CASES.values(), ids=CASES.keys())
def test_it_is_told_and_the_others_are_billed_and_the_books_tie(bad: Bad) -> None:
    found, sound = agency(), agency()
    run(sound)
    model, record = bad.do(found)
    looked = service(found.service).look(COMPANY, found.odoo.tables.today)
    named = [
        each
        for each in looked.plan.issues
        if (each.source.model, each.source.id, each.field) == (model, record, bad.field)
    ]
    assert named, [str(each) for each in looked.plan.issues]
    assert bad.remedy in named[0].message
    report = run(found)
    assert report.attention and report.tied
    for other in ("Globex retainer", "Plain retainer"):
        assert standing(found, other) == standing(sound, other) != []
    # No advance is requested, and nothing of a parked engagement is written.
    assert standing(found, "Acme retainer") == []


def test_an_account_that_cannot_be_reconciled_is_told_and_writes_no_half() -> None:
    """Switched off after it was chosen: fees go out, what would draw or recognise is refused."""
    found, sound = agency(), agency()
    run(sound)
    account = found.account("Unearned revenue")
    spoil(found, "account.account", account, reconcile=False)
    checked = service(found.service).check()
    missing = [each for company in checked.companies for each in company.missing]
    assert any(each.record == f"account.account,{account}" and each.remedy for each in missing)
    report = run(found)
    assert report.attention and not report.tied
    assert report.books is not None
    assert [each.kind for each in report.books.foreign] == ["not_reconcilable"]
    assert "tick Allow Reconciliation" in report.books.foreign[0].remedy
    for engagement in ("Acme retainer", "Globex retainer", "Plain retainer"):
        assert standing(found, engagement) == standing(sound, engagement) != []
    moves = found.admin.search_read("account.move", [], ["state", "line_ids"], limit=1000)
    assert all(move["state"] == "posted" and len(move["line_ids"]) >= 2 for move in moves)
