"""Bad data, as it stands in Odoo after an import that went around its checks: pulled, judged,
planned and written. It is named with record, field and remedy, and only its engagement waits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from sync.domain.issues import Issue, Severity
from sync.odoo.memory.records import create
from sync.push import Lease, push
from tests.unit.pull.agency import Agency, founding

BELL = "bell\x07 escape\x1b[31m null\x00 override\u202e"


def agency() -> Agency:
    """The founding agency, with a healthy retainer of another client beside it."""
    found = founding()
    globex = found.client("Globex")
    found.retainer("Globex retainer", globex, found.project("Globex care", globex))
    return found


def spoil(found: Agency, model: str, record: int, **values: Any) -> tuple[str, int]:
    """Change a row around every check, as an import or a hand in the database would."""
    with found.odoo.tables.transaction():
        found.odoo.tables.update(model, record, values)
    return model, record


def insert(found: Agency, model: str, **values: Any) -> tuple[str, int]:
    """A row that no check has seen."""
    with found.odoo.tables.transaction():
        found.odoo.tables.elevated = True
        record = create(found.odoo.tables, model, values)
        found.odoo.tables.elevated = False
    return model, record


def terms_of(found: Agency, engagement: str = "Acme retainer") -> int:
    domain = [("engagement_id", "=", found.made[engagement])]
    return found.admin.search_read("retainer.terms", domain, [], limit=1)[0]["id"]


def first_entry(found: Agency) -> int:
    domain = [("project_id", "=", found.made["Acme care"])]
    return found.admin.search_read("account.analytic.line", domain, [], limit=1)[0]["id"]


@dataclass(frozen=True)
class Bad:
    """What is spoilt, and what must be said of it."""

    do: Callable[[Agency], tuple[str, int]]
    """Spoils it; answers (model, record) of which the issue must speak."""
    code: str
    field: str
    remedy: str
    parks: tuple[str, ...] = ("Acme retainer",)


def term(**values: Any) -> Callable[[Agency], tuple[str, int]]:
    return lambda found: spoil(found, "retainer.terms", terms_of(found), **values)


def engagement(name: str = "Acme retainer", **values: Any) -> Callable[[Agency], tuple[str, int]]:
    return lambda found: spoil(found, "retainer.engagement", found.made[name], **values)


def worked(**values: Any) -> Callable[[Agency], tuple[str, int]]:
    return lambda found: spoil(found, "account.analytic.line", first_entry(found), **values)


def long_day(found: Agency) -> tuple[str, int]:
    kim = found.make("Kim", "hr.employee", name="Kim")
    care = found.made["Acme care"]
    first = found.time(care, "2025-03-10", 14.0, employee_id=kim)
    found.time(care, "2025-03-10", 11.0, employee_id=kim)
    return "account.analytic.line", first


def claimed_by_two(found: Agency) -> tuple[str, int]:
    globex = found.made["Globex retainer"]
    spoil(found, "retainer.engagement", globex, project_ids=[found.made["Acme care"]])
    return "retainer.engagement", found.made["Acme retainer"]


def milestones_over_quote(found: Agency) -> tuple[str, int]:
    quote = found.make("quote", "sale.order", name="S00007", partner_id=found.made["Acme Corp"])
    found.make("item", "sale.order.line", order_id=quote, name="Website", price_unit=19_999.0)
    rebuild = found.made["Acme rebuild"]
    return spoil(found, "retainer.engagement", rebuild, sale_order_id=quote)


def corrects_itself(found: Agency) -> tuple[str, int]:
    entry = found.time(found.made["Acme care"], "2025-03-10", -1.0)
    return spoil(found, "account.analytic.line", entry, retainer_corrects_id=entry)


def corrects_in_a_circle(found: Agency) -> tuple[str, int]:
    care = found.made["Acme care"]
    one, other = (found.time(care, "2025-03-10", -1.0) for _ in range(2))
    spoil(found, "account.analytic.line", other, retainer_corrects_id=one)
    return spoil(found, "account.analytic.line", one, retainer_corrects_id=other)


def corrects_what_is_gone(found: Agency) -> tuple[str, int]:
    entry = found.time(found.made["Acme care"], "2025-03-10", -1.0)
    return spoil(found, "account.analytic.line", entry, retainer_corrects_id=99_999)


def order_of_nobody(found: Agency) -> tuple[str, int]:
    found.made["lost"] = found.time(found.made["Acme care"], "2025-03-10", 1.0)
    spoil(found, "account.analytic.line", found.made["lost"], retainer_change_order_id=99_999)
    return "retainer.change.order", 99_999


def po_backwards(found: Agency) -> tuple[str, int]:
    return spoil(
        found,
        "retainer.client.po",
        found.made["PO-77"],
        date_start="2025-12-31",
        date_end="2025-01-01",
    )


def quote_of_another_company(found: Agency) -> tuple[str, int]:
    return spoil(found, "retainer.engagement", found.made["Acme rebuild"], currency_id=99_999)


THREE = ("Acme retainer", "Acme rebuild", "Acme extra work")
CASES = {
    "a negative allowance": Bad(
        term(monthly_hours=-40.0), "negative_terms", "monthly_hours", "correct it"
    ),
    "a negative fee": Bad(
        term(monthly_fee=Decimal(-1)), "negative_terms", "monthly_fee", "correct it"
    ),
    "a negative rate": Bad(
        term(overage_rate=Decimal(-175)), "negative_terms", "overage_rate", "correct it"
    ),
    "no fee": Bad(term(monthly_fee=Decimal(0)), "no_fee", "monthly_fee", "enter the fee", ()),
    "no allowance": Bad(
        term(monthly_hours=0.0), "no_allowance", "monthly_hours", "enter the hours", ()
    ),
    "no overage rate": Bad(
        term(overage_rate=Decimal(0)), "overage_without_rate", "overage_rate", "enter the rate", ()
    ),
    "an allowance of a million hours and more": Bad(
        term(monthly_hours=1_000_001.0), "unreadable", "monthly_hours", "enter less than"
    ),
    "a gap before the terms": Bad(
        lambda found: (
            spoil(found, "retainer.terms", terms_of(found), date_start="2025-01-15")
            and ("retainer.engagement", found.made["Acme retainer"])
        ),
        "terms_gap",
        "terms",
        "let the terms start with the engagement",
    ),
    "a project claimed by two": Bad(
        claimed_by_two,
        "project_claimed_twice",
        "project_ids",
        "leave it on one of the two",
        ("Acme retainer", "Globex retainer"),
    ),
    "25 hours on one day": Bad(
        long_day, "more_than_a_day", "unit_amount", "spread them over the days", ()
    ),
    "an entry of a million hours": Bad(
        worked(unit_amount=1_000_000.0), "unreadable", "unit_amount", "enter less than"
    ),
    "milestones over the quote": Bad(
        milestones_over_quote,
        "milestones_over_quote",
        "milestones",
        "correct the amounts",
        ("Acme rebuild",),
    ),
    "an entry that corrects itself": Bad(
        corrects_itself, "correction_astray", "retainer_corrects_id", "choose the entry"
    ),
    "entries that correct each other": Bad(
        corrects_in_a_circle, "correction_astray", "retainer_corrects_id", "choose the entry"
    ),
    "an entry that corrects one that is gone": Bad(
        corrects_what_is_gone, "correction_astray", "retainer_corrects_id", "choose the entry"
    ),
    "time on a change order that is gone": Bad(
        order_of_nobody, "change_order_not_running", "engagement_id", "not billed until", ()
    ),
    "a currency that is not there": Bad(
        quote_of_another_company,
        "unreadable",
        "currency_id",
        "choose one that is active",
        ("Acme rebuild",),
    ),
    "an order that ends before its start": Bad(
        po_backwards, "unreadable", "date_end", "correct the dates", THREE
    ),
    "an engagement that ends before its start": Bad(
        engagement(date_end="2024-12-01"), "unreadable", "date_end", "correct the dates"
    ),
}


def issue_of(found: Agency, code: str, where: tuple[str, int]) -> Issue:
    snapshot_issues = found.plan()[0].issues
    matching = [
        each
        for each in snapshot_issues
        if each.code == code and (each.source.model, each.source.id) == where
    ]
    assert matching, [str(each) for each in snapshot_issues]
    return matching[0]


@pytest.mark.parametrize("bad", CASES.values(), ids=CASES.keys())
def test_it_is_named_and_only_its_engagement_waits(bad: Bad) -> None:
    found = agency()
    where = bad.do(found)
    issue = issue_of(found, bad.code, where)
    assert issue.field == bad.field
    assert bad.remedy in issue.message, issue.message
    assert (issue.severity is Severity.blocker) == bool(bad.parks)

    plan, pulled = found.plan()
    assert set(plan.parked) == {found.made[name] for name in bad.parks}
    report = push(found.service, plan, pulled, lease=Lease(owner="test"))
    assert report.ok, report
    written = found.admin.search_read(
        "account.move", [("retainer_key", "!=", False)], ["retainer_engagement_id"], limit=100
    )
    billed = {row["retainer_engagement_id"] for row in written}
    assert billed.isdisjoint(plan.parked)
    healthy = {"Globex retainer", "Acme rebuild"} - set(bad.parks)
    assert {found.made[name] for name in healthy} <= billed


def test_texts_with_control_characters_are_billed_without_them() -> None:
    found = agency()
    spoil(found, "retainer.engagement", found.made["Acme retainer"], name=f"Ač日م {BELL}")
    spoil(found, "res.partner", found.made["Acme Corp"], name=f"שלום {BELL}")
    spoil(found, "retainer.client.po", found.made["PO-77"], name=f"PO {BELL}\n77")
    spoil(found, "project.milestone", found.made["milestone 2"], name=f"{BELL}\tdesign")
    spoil(found, "account.analytic.line", first_entry(found), name=BELL)
    spoil(found, "retainer.change.order", found.made["landing pages"], name=BELL, requester=BELL)
    plan, pulled = found.plan()
    assert plan.parked == ()
    assert push(found.service, plan, pulled, lease=Lease(owner="test")).ok
    texts = [line.text for invoice in plan.invoices for line in invoice.lines]
    texts += [invoice.po_number for invoice in plan.invoices]
    texts += [reason.text for invoice in plan.invoices for reason in invoice.reasons]
    assert texts
    assert all(text.isprintable() for text in texts), [t for t in texts if not t.isprintable()]
