"""An agency of any size: its agreements as values, its year of time entries as rows of Odoo.

The same size is the same world every time. Not every engagement is the plain one: some round each
entry up, some weigh it by role, some change their terms in the middle of a month, some ask for
approval; a few entries are extra work, and a few lie on projects that nobody claims.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from random import Random
from typing import Any

from mappings.hr_employee import Employee
from sync.domain.engagement import Approval, ChangeOrder, Client, Engagement, Kind, PoPolicy
from sync.domain.entries import TimeEntry
from sync.domain.hours import HOUR
from sync.domain.money import Currency
from sync.domain.snapshot import Company, Project, Snapshot
from sync.domain.terms import OveragePolicy, RoleRate, Terms

USD = Currency(id=1, code="USD", digits=2)
START = date(2025, 1, 1)
AS_OF = date(2026, 1, 15)
"""The twelve months of 2025 are over."""
DAYS = 365
PAGE = 10_000
"""Rows per page, as the pull asks for them."""
ROLES = 4
SENIOR = 1
"""The role whose hour counts as one and a half, where the terms say so."""
TASKS = ("Design review", "Bug fix", "Call with the client", "Weekly report", "Landing page")


@dataclass(frozen=True)
class World:
    """A year of an agency with so many time entries, a thousand for each engagement."""

    entries: int

    @property
    def engagements(self) -> int:
        """How many agreements; each has two projects and a piece of extra work."""
        return max(10, self.entries // 1000)

    @property
    def people(self) -> Mapping[int, Employee]:
        """Forty people in four roles."""
        return {n: Employee(f"Employee {n}", n % ROLES + 1) for n in range(1, 41)}

    @property
    def client_of(self) -> Mapping[int, int | None]:
        """The client of each project."""
        return {each.id: each.client_id for each in self.projects}

    @cached_property
    def projects(self) -> tuple[Project, ...]:
        """Two of each engagement; the last belongs to a client and to no engagement."""
        count = self.engagements
        return tuple(
            Project(id=n, name=f"Project {n}", client_id=(n - 1) % count + 1)
            for n in range(1, 2 * count + 2)
        )

    def snapshot(self, entries: list[TimeEntry]) -> Snapshot:
        """The world with this time in it; like the pull, without checking each entry again."""
        numbers = range(1, self.engagements + 1)
        agreed = Snapshot(
            company=Company(id=1, name="Agency", currency=USD, po_policy=PoPolicy.ignore),
            clients=tuple(Client(id=n, name=f"Client {n}", commercial_id=n) for n in numbers),
            projects=self.projects,
            engagements=tuple(self._engagement(n) for n in numbers),
            change_orders=tuple(_order(n) for n in numbers),
        )
        return agreed.model_copy(update={"entries": tuple(entries)})

    def pages(self) -> Iterator[list[dict[str, Any]]]:
        """The time entries as pages of rows, each parsed from its JSON like an answer of Odoo."""
        dice = Random(self.entries)
        for first in range(0, self.entries, PAGE):
            rows = [self._row(n, dice) for n in range(first, min(first + PAGE, self.entries))]
            yield json.loads(json.dumps(rows))

    def _engagement(self, n: int) -> Engagement:
        return Engagement(
            id=n,
            name=f"Retainer {n}",
            kind=Kind.retainer,
            client_id=n,
            currency=USD,
            date_start=START,
            project_ids=(n, n + self.engagements),
            product_id=1,
            terms=_terms(n),
        )

    def _row(self, n: int, dice: Random) -> dict[str, Any]:
        """One entry: three in a hundred are extra work, one in a hundred is outside."""
        engagement = n % self.engagements + 1
        place = dice.randrange(100)
        project = engagement + dice.randrange(2) * self.engagements
        return {
            "id": n + 1,
            "date": (START + timedelta(days=dice.randrange(DAYS))).isoformat(),
            "unit_amount": dice.randrange(1, 27) * 5 / 60,
            "project_id": 2 * self.engagements + 1 if place == 0 else project,
            "task_id": dice.randrange(1, 5000) if place < 50 else False,
            "employee_id": dice.randrange(1, 41),
            "name": f"{dice.choice(TASKS)} {dice.randrange(100_000)}",
            "company_id": 1,
            "retainer_change_order_id": engagement if 1 <= place <= 3 else False,
            "retainer_billed_seconds": 0,
            "retainer_corrects_id": False,
        }


def _terms(n: int) -> tuple[Terms, ...]:
    """Sixty to a hundred and ten hours a month; each tenth engagement is odd in its own way."""
    kind = n % 10
    first = Terms(
        id=n,
        date_start=START,
        monthly_seconds=(60 + n % 6 * 10) * HOUR,
        monthly_fee=Decimal(5000),
        hourly_rate=Decimal(150),
        overage_rate=Decimal(175),
        overage_policy=OveragePolicy.approve if kind == 1 else OveragePolicy.bill,
        rollover=True,
        max_rollover_seconds=10 * HOUR,
        time_increment=15 if kind == 2 else 0,
        role_rates=(RoleRate(role_id=SENIOR, factor=Decimal("1.5")),) if kind == 3 else (),
    )
    if kind != 4:
        return (first,)
    later = {"id": 1_000_000 + n, "date_start": date(2025, 6, 16), "monthly_fee": Decimal(6000)}
    return first, first.model_copy(update=later)


def _order(n: int) -> ChangeOrder:
    return ChangeOrder(
        id=n,
        name=f"Extra work {n}",
        engagement_id=n,
        requester=f"Client {n}",
        request_date=START,
        approval=Approval.approved,
        reference=f"E-mail of {START}",
        approved_on=START,
        hourly_rate=Decimal(160),
    )
