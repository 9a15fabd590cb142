"""A small agency to try the rules on: every builder takes what differs from the founding case.

The founding case: 40 h a month for 5000.00, overage at 175.00, up to 10 h roll over.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from sync.domain import hours
from sync.domain.documents import Invoice, Role, Statement
from sync.domain.engagement import (
    Approval,
    ChangeOrder,
    Client,
    ClientPo,
    Engagement,
    HourBlock,
    Kind,
    Milestone,
    PoPolicy,
)
from sync.domain.entries import TimeEntry
from sync.domain.existing import ExistingInvoice
from sync.domain.issues import Issue, Severity, Source
from sync.domain.keys import key
from sync.domain.ledger import ExistingEntry
from sync.domain.money import Currency
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Company, Snapshot
from sync.domain.terms import Terms
from sync.plan.changes import Plan
from sync.rules.engine import evaluate

USD = Currency(id=1, code="USD")
JPY = Currency(id=2, code="JPY", digits=0)
KWD = Currency(id=3, code="KWD", digits=3)
ACME = Client(id=7, name="Acme Corp", commercial_id=7)
PROJECT = 10
"""The project of engagement 1; that of engagement 2 is 20, and so on."""


def day(text: str) -> date:
    return date.fromisoformat(text)


def h(number: str | int) -> int:
    """Hours as seconds."""
    return hours.from_hours(Decimal(number))


def money(text: str | int) -> Decimal:
    return Decimal(text)


def company(**changes: Any) -> Company:
    return Company(
        **{"id": 1, "name": "Agency", "currency": USD, "po_policy": PoPolicy.ignore, **changes}
    )


def terms(start: str = "2025-01-01", **changes: Any) -> Terms:
    return Terms(
        **{
            "id": 1,
            "date_start": day(start),
            "monthly_seconds": h(40),
            "monthly_fee": money(5000),
            "hourly_rate": money(150),
            "overage_rate": money(175),
            "rollover": True,
            "max_rollover_seconds": h(10),
            **changes,
        }
    )


def retainer(
    *its_terms: Terms,
    id: int = 1,
    start: str = "2025-01-01",
    end: str | None = None,
    **changes: Any,
) -> Engagement:
    return Engagement(
        **{
            "id": id,
            "name": f"Retainer {id}",
            "kind": Kind.retainer,
            "client_id": ACME.id,
            "currency": USD,
            "date_start": day(start),
            "date_end": None if end is None else day(end),
            "project_ids": (id * PROJECT,),
            "terms": its_terms or (terms(start),),
            **changes,
        }
    )


def project(id: int = 1, start: str = "2025-01-01", **changes: Any) -> Engagement:
    return retainer(id=id, start=start, **{"kind": Kind.project, "terms": (), **changes})


def entry(
    id: int, on: str, length: str | int, project_id: int = PROJECT, **changes: Any
) -> TimeEntry:
    return TimeEntry(id=id, day=day(on), seconds=h(length), project_id=project_id, **changes)


def order(id: int = 1, engagement_id: int = 1, **changes: Any) -> ChangeOrder:
    return ChangeOrder(
        **{
            "id": id,
            "name": "Two landing pages",
            "engagement_id": engagement_id,
            "requester": "Dana Cole",
            "approval": Approval.approved,
            "reference": "e-mail of 11 March",
            "hourly_rate": money(120),
            **changes,
        }
    )


def block(id: int, on: str, length: str | int, price: str | int = 0, **changes: Any) -> HourBlock:
    return HourBlock(
        **{
            "id": id,
            "engagement_id": 1,
            "bought_on": day(on),
            "seconds": h(length),
            "price": money(price),
            **changes,
        }
    )


def deliverable(
    id: int = 1, reached: str | None = None, amount: str | int = 20000, **changes: Any
) -> Milestone:
    return Milestone(
        **{
            "id": id,
            "name": "design system sign-off",
            "engagement_id": 1,
            "project_id": PROJECT,
            "project_name": "Website rebuild",
            "number": "2",
            "amount": money(amount),
            "reached_on": None if reached is None else day(reached),
            **changes,
        }
    )


def client_po(
    id: int = 1, amount: str | int = 0, invoiced: str | int = 0, **changes: Any
) -> ClientPo:
    return ClientPo(
        **{
            "id": id,
            "number": f"PO-{id}",
            "client_id": ACME.id,
            "currency": USD,
            "amount": money(amount),
            "invoiced": money(invoiced),
            **changes,
        }
    )


def standing(
    invoice: Invoice, *, state: str = "posted", changed: bool = False, **changes: Any
) -> ExistingInvoice:
    """The invoice as Odoo has it once it was written."""
    return ExistingInvoice(
        **{
            "id": 900,
            "name": "INV/2025/0001" if state == "posted" else "",
            "key": invoice.key,
            "fingerprint": invoice.fingerprint,
            "role": invoice.role,
            "engagement_id": invoice.engagement_id,
            "state": state,
            "credit": invoice.credit,
            "changed": changed,
            "invoice_date": invoice.invoice_date,
            "service_start": invoice.service_start,
            "service_end": invoice.service_end,
            "untaxed": invoice.untaxed,
            "total": invoice.untaxed,
            "residual": invoice.untaxed,
            "client_po_id": invoice.client_po_id,
            **changes,
        }
    )


def booked(key: str, amount: str | int = 300, **changes: Any) -> ExistingEntry:
    """A journal entry of ours of engagement 1 as Odoo has it, untouched, of 31 March 2025."""
    return ExistingEntry(
        **{
            "id": 5,
            "name": "" if changes.get("state") == "draft" else "MISC/5",
            "key": key,
            "fingerprint": "as it was written",
            "role": Role(key.split("/")[2]),
            "engagement_id": 1,
            "state": "posted",
            "changed": False,
            "day": day("2025-03-31"),
            "amount": money(amount),
            **changes,
        }
    )


def parking(engagement_id: int = 1) -> Issue:
    """A row that could not be read: it parks the engagement."""
    return Issue(
        code="unreadable",
        severity=Severity.blocker,
        source=Source(model="retainer.engagement", id=engagement_id),
        field="date_start",
        message="is missing; enter it",
        engagement_id=engagement_id,
    )


def billed(
    source: str, amount: str | int, role: Role = Role.fee, revision: int = 0, **changes: Any
) -> ExistingInvoice:
    """A document that Odoo has of engagement 1, posted long ago, content unknown."""
    month = day(f"{source}-01") if len(source) == 7 else day("2025-01-01")
    return ExistingInvoice(
        **{
            "id": 900 + revision,
            "name": f"INV/2025/{revision + 1:04d}",
            "key": key(1, 1, role, source, revision),
            "fingerprint": "as it was written",
            "role": role,
            "engagement_id": 1,
            "state": "posted",
            "credit": False,
            "changed": False,
            "invoice_date": month,
            "service_start": month,
            "service_end": month,
            "untaxed": money(amount),
            "total": money(amount),
            "residual": money(amount),
            **changes,
        }
    )


def world(*engagements: Engagement, **facts: Any) -> Snapshot:
    return Snapshot(
        **{
            "company": company(),
            "clients": (ACME,),
            "engagements": engagements or (retainer(),),
            **{
                name: tuple(each) if isinstance(each, list) else each
                for name, each in facts.items()
            },
        }
    )


def run(snapshot: Snapshot, on: str) -> Outcome:
    return evaluate(snapshot, day(on))


def of_role(outcome: Outcome, role: Role) -> list[Invoice]:
    return [each for each in outcome.invoices if each.role is role]


def the(outcome: Outcome, role: Role) -> Invoice:
    """The only invoice of that role."""
    found = of_role(outcome, role)
    assert len(found) == 1, [each.key for each in found]
    return found[0]


def statement(outcome: Outcome, month: str, engagement_id: int = 1) -> Statement:
    found = [
        each
        for each in outcome.statements
        if f"{each.date_start:%Y-%m}" == month and each.engagement_id == engagement_id
    ]
    assert len(found) == 1, [each.key for each in outcome.statements]
    return found[0]


def codes(issues: Iterable[Issue]) -> list[str]:
    return [each.code for each in issues]


def issue(outcome: Outcome, code: str) -> Issue:
    """The only issue of that code."""
    found = [each for each in outcome.issues if each.code == code]
    assert len(found) == 1, codes(outcome.issues)
    return found[0]


def days(*texts: str) -> list[date]:
    return [day(each) for each in texts]


def all_invoices(plans: Iterable[Plan]) -> list[Invoice]:
    return [each for plan in plans for each in plan.invoices]
