"""What one trial bills: a client of its own with a retainer, a project and an advance for each.

A run finds six invoices, two statements, a few alerts, and in the next waves the draws from the
advances and the revenue of March; in batches of four that is half a dozen calls and more.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.faults.lab import Lab

MILESTONES = (300.0, 400.0, 500.0)
RECEIVED = (1500.0, 600.0)
"""Taken over as advances: for the retainer, for the project."""


@dataclass(frozen=True)
class World:
    """The records of one trial."""

    number: int
    client: int
    retainer: int
    project: int
    projects: tuple[int, int]
    terms: int
    milestones: tuple[int, ...]

    @property
    def engagements(self) -> tuple[int, int]:
        """Retainer and project."""
        return self.retainer, self.project


def make(lab: Lab, count: int) -> list[World]:
    """Create so many at once, as the administrator. They sleep until ``wake``."""
    numbers = range(lab.worlds + 1, lab.worlds + count + 1)
    lab.worlds += count
    create = lab.admin.create
    clients = create(
        "res.partner", [{"name": f"Client {number}", "is_company": True} for number in numbers]
    )
    named = [
        (what, number, client)
        for number, client in zip(numbers, clients, strict=True)
        for what in ("Care", "Site")
    ]
    projects = create(
        "project.project",
        [
            {"name": f"{what} {number}", "partner_id": client, "retainer_ignore": True}
            for what, number, client in named
        ],
    )
    engagements = create(
        "retainer.engagement",
        [
            {
                "name": f"{what} {number}",
                "partner_id": client,
                "project_ids": [project],
                "kind": "retainer" if what == "Care" else "project",
                "date_start": "2025-03-01",
                "use_advances": True,
            }
            for (what, number, client), project in zip(named, projects, strict=True)
        ],
    )
    cares, sites = engagements[::2], engagements[1::2]
    terms = create(
        "retainer.terms",
        [
            {
                "engagement_id": care,
                "date_start": "2025-03-01",
                "monthly_hours": 10.0,
                "monthly_fee": 1000.0,
                "hourly_rate": 100.0,
                "overage_rate": 120.0,
            }
            for care in cares
        ],
    )
    milestones = create(
        "project.milestone",
        [
            {
                "name": f"Milestone {at}",
                "project_id": project,
                "retainer_engagement_id": site,
                "retainer_amount": amount,
                "retainer_number": at,
                "is_reached": True,
            }
            for project, site in zip(projects[1::2], sites, strict=True)
            for at, amount in enumerate(MILESTONES, 1)
        ],
    )
    lab.admin.write("project.milestone", milestones, {"reached_date": "2025-03-18"})
    create(
        "account.analytic.line",
        [
            {"project_id": project, "date": day, "unit_amount": hours, "name": f"Work of {day}"}
            for project in projects[::2]
            for day, hours in (("2025-03-05", 8.0), ("2025-03-20", 4.0))
        ],
    )
    _receive(lab, clients, engagements)
    size = len(MILESTONES)
    return [
        World(
            number=number,
            client=clients[at],
            retainer=cares[at],
            project=sites[at],
            projects=(projects[2 * at], projects[2 * at + 1]),
            terms=terms[at],
            milestones=tuple(milestones[at * size : at * size + size]),
        )
        for at, number in enumerate(numbers)
    ]


def _receive(lab: Lab, clients: list[int], engagements: list[int]) -> None:
    """An advance for each engagement, taken over with an opening entry."""
    of = [client for client in clients for _ in RECEIVED]
    amounts = RECEIVED * len(clients)
    advances = lab.admin.create(
        "retainer.advance",
        [
            {
                "name": f"Advance for {engagement}",
                "partner_id": client,
                "engagement_ids": [engagement],
                "amount": amount,
            }
            for client, engagement, amount in zip(of, engagements, amounts, strict=True)
        ],
    )
    owed = lab.account("Customer advances")
    lines: list[dict[str, Any]] = [
        {
            "account_id": owed,
            "credit": amount,
            "partner_id": client,
            "retainer_advance_id": advance,
        }
        for client, advance, amount in zip(of, advances, amounts, strict=True)
    ]
    lines.append({"account_id": lab.account("Bank"), "debit": sum(amounts)})
    entry = {
        "move_type": "entry",
        "date": "2025-03-01",
        "line_ids": [[0, 0, line] for line in lines],
    }
    opening = lab.admin.create("account.move", [entry])
    lab.admin.call_on("account.move", opening, "action_post")


def wake(lab: Lab, world: World) -> None:
    """From now on a run bills it."""
    lab.admin.write("project.project", world.projects, {"retainer_ignore": False})
    lab.admin.write("retainer.engagement", world.engagements, {"state": "running"})


_FACTS = """
SELECT json_build_object(
 'documents', (SELECT json_agg(d ORDER BY d::text) FROM (
   SELECT m.retainer_key AS key, m.retainer_engagement_id AS engagement, m.retainer_role AS role,
     m.move_type, m.state, m.date, m.invoice_date, m.amount_untaxed, m.amount_total,
     m.amount_residual, m.payment_state, m.retainer_changed AS changed,
     (SELECT json_agg(json_build_array(l.account_id, l.debit, l.credit, l.amount_residual,
        l.price_unit, l.retainer_advance_id IS NOT NULL,
        (SELECT count(*) FROM account_partial_reconcile p
          WHERE p.debit_move_id = l.id OR p.credit_move_id = l.id))
        ORDER BY l.account_id, l.debit, l.credit)
      FROM account_move_line l WHERE l.move_id = m.id) AS lines
   FROM account_move m WHERE m.retainer_key IS NOT NULL
     AND m.retainer_engagement_id IN ({engagements})) d),
 'statements', (SELECT json_agg(d ORDER BY d::text) FROM (
   SELECT retainer_key AS key, engagement_id AS engagement, state, date_start, used_seconds,
     overage_seconds, money_opening, money_billed, money_recognised, money_expired, money_closing
   FROM retainer_period WHERE engagement_id IN ({engagements})) d),
 'alerts', (SELECT json_agg(d ORDER BY d::text) FROM (
   SELECT key, engagement_id AS engagement, kind, state
   FROM retainer_alert WHERE engagement_id IN ({engagements})) d),
 'bound', (SELECT json_agg(d ORDER BY d::text) FROM (
   SELECT a.date, a.unit_amount, p.date_start AS period, m.retainer_role AS role
   FROM account_analytic_line a LEFT JOIN retainer_period p ON p.id = a.retainer_period_id
   LEFT JOIN account_move m ON m.id = a.retainer_move_id
   WHERE a.project_id IN (SELECT project_id FROM retainer_engagement_project_rel
     WHERE engagement_id IN ({engagements}))) d),
 'milestones', (SELECT json_agg(d ORDER BY d::text) FROM (
   SELECT retainer_amount, retainer_move_id IS NOT NULL AS billed FROM project_milestone
   WHERE retainer_engagement_id IN ({engagements})) d),
 'others', (SELECT count(*) FROM account_move WHERE retainer_key IS NULL
   AND (partner_id = {client} OR id IN
     (SELECT move_id FROM account_move_line WHERE partner_id = {client}))))
"""


def facts(lab: Lab, world: World) -> dict[str, Any]:
    """All that stands in Odoo for a world."""
    ids = ", ".join(map(str, world.engagements))
    told = lab.gates.eye.ask(" ".join(_FACTS.format(engagements=ids, client=world.client).split()))
    found: dict[str, Any] = json.loads(told)
    return {name: rows if name == "others" else rows or [] for name, rows in found.items()}


def likeness(found: dict[str, Any], world: World) -> dict[str, Any]:
    """The same without what differs from world to world: ids and keys that hold them."""

    def plain(row: dict[str, Any]) -> dict[str, Any]:
        kept = {name: value for name, value in row.items() if name != "key"}
        if "engagement" in kept:
            kept["engagement"] = world.engagements.index(kept["engagement"])
        return kept

    return {
        name: rows
        if name == "others"
        else sorted((plain(row) for row in rows), key=lambda row: json.dumps(row, sort_keys=True))
        for name, rows in found.items()
    }
