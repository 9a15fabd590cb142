"""Agencies in an Odoo in memory that between them have a record of everything that is read."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from sync.odoo.gateway import Gateway
from sync.odoo.memory import MemoryOdoo
from sync.odoo.memory.records import create
from tests.unit.pull.agency import Agency, at_work, in_full_swing
from tests.unit.pull.moneyed import moneyed


@dataclass(frozen=True)
class World:
    """A door of the service, and a day on which there is something to do."""

    odoo: MemoryOdoo
    service: Gateway
    day: date


@cache
def worlds() -> dict[str, World]:
    """Not to be written to."""
    rich, swing, money = at_full_work(), in_full_swing(), moneyed()
    back = moneyed(GIVEN_BACK)
    return {
        "before the first run": World(rich.odoo, rich.service, date(2025, 3, 28)),
        "in full swing": World(swing.odoo, swing.service, date(2025, 4, 2)),
        "with money": World(money.odoo, money.service, date(2025, 5, 2)),
        "with money given back": World(back.odoo, back.service, date(2025, 3, 8)),
    }


GIVEN_BACK = """
scenario: given_back
title: A draw that was restored in part
shows: A second credit note on the same invoice is open.
company: {po_policy: ignore}
given:
  engagements:
    Care:
      client: Crane
      start: 2025-03-01
      terms: {monthly_hours: 5, monthly_fee: 500, overage_rate: 90}
    Site: {client: Crane, kind: project, start: 2025-03-01, use_advances: true}
  milestones:
    One: {engagement: Site, number: 1, amount: 300}
  advances:
    Deposit: {client: Crane, engagements: Site, amount: 300, request_on: 2025-03-03}
when:
  - run: 2025-03-03
  - {pay: {advance: Deposit}, on: 2025-03-04}
  - {sign_off: One, on: 2025-03-05}
  - run: 2025-03-05
  - {credit_invoice: {engagement: Site, role: milestone, amount: 100}, on: 2025-03-06}
  - run: 2025-03-06
  - credit_invoice: {engagement: Site, role: milestone, date: 2025-03-05, amount: 50}
    on: 2025-03-07
"""


def at_full_work() -> Agency:
    """An agency before its first run, with what is rare beside what is usual."""
    agency = at_work()
    care = agency.made["Acme care"]
    agency.time(care, "2025-03-22", -1.0, retainer_corrects_id=agency.made["over"])
    globex = agency.client("Globex")
    agency.retainer("Globex retainer", globex, agency.project("Globex care", globex))
    agency.time(agency.made["Globex care"], "2025-03-10", 3.0)
    own = agency.time(care, "2025-03-11", 1.0)
    with agency.odoo.tables.transaction():
        agency.odoo.tables.elevated = True
        sold = create(
            agency.odoo.tables,
            "account.move",
            {"move_type": "out_invoice", "partner_id": agency.made["Acme Corp"]},
        )
        agency.odoo.tables.update("account.analytic.line", own, {"timesheet_invoice_id": sold})
        create(
            agency.odoo.tables,
            "retainer.change.order",
            {
                "name": "Overage of February",
                "engagement_id": agency.made["Globex retainer"],
                "overage_month": date(2025, 2, 1),
                "overage_seconds": 3600,
                "retainer_key": f"1/{agency.made['Globex retainer']}/approval/2025-02/0",
            },
        )
        agency.odoo.tables.elevated = False
    _vendor_credit(agency)
    return agency


def _vendor_credit(agency: Agency) -> None:
    """The printer takes one box of flyers back."""
    (journal,) = agency.admin.search_read(
        "account.journal", [("type", "=", "purchase")], [], limit=1
    )
    note = agency.admin.create(
        "account.move",
        [
            {
                "move_type": "in_refund",
                "journal_id": journal["id"],
                "partner_id": agency.made["Druckerei"],
                "invoice_date": "2025-03-20",
                "invoice_line_ids": [
                    [
                        0,
                        0,
                        {
                            "name": "Flyers",
                            "quantity": 1.0,
                            "price_unit": 92.5,
                            "purchase_line_id": agency.made["flyers"],
                        },
                    ]
                ],
            }
        ],
    )
    agency.admin.call_on("account.move", note, "action_post")
