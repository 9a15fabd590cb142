"""An agency with money of every kind in its books, made by a story."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from mappings import Pulled
from sync.odoo.gateway import AdminGateway, Gateway
from sync.odoo.memory import MemoryOdoo
from sync.pull import pull
from sync.scenario.load import load
from sync.scenario.load.world import World
from sync.scenario.reading import read_text
from sync.scenario.run import play

STORY = """
scenario: moneyed
title: Money of every kind
shows: Nothing but rows to read.

company:
  po_policy: ignore
  entry_post_policy: draft
  taxes: {VAT 20%: 20}
  rates: {EUR: {2025-03-01: 1.10, 2025-04-01: 1.25}}
  lock_dates: {fiscal_year: 2024-12-31, sales: 2025-01-31}
  fiscal_year_end: 06-30

given:
  engagements:
    Acme retainer:
      client: Acme
      start: 2025-03-01
      use_advances: true
      top_up: amount
      top_up_amount: 500
      top_up_below: 50
      terms: {monthly_hours: 10, monthly_fee: 1000, overage_rate: 120, rollover: true}
    Baker retainer:
      client: Baker
      start: 2025-03-01
      use_advances: true
      taxes: VAT 20%
      terms: {monthly_hours: 10, monthly_fee: 1000, overage_rate: 120}
    Euro retainer:
      client: Lune
      start: 2025-03-01
      currency: EUR
      terms: {monthly_hours: 10, monthly_fee: 1000, overage_rate: 120}
    Plain project: {client: Crane, kind: project, start: 2025-03-01}
  advances:
    Acme advance: {client: Acme, engagements: Acme retainer, amount: 3000, request_on: 2025-03-01,
      due: 2025-03-15, maturity: 2026-03-31, priority: 1}
    Baker advance: {client: Baker, amount: 2000, request_on: 2025-03-01, tax_mode: on_receipt}
    Later advance: {client: Baker, amount: 700, request_on: 2025-09-01}
    Old advance: {client: Acme, amount: 4000}
  entries:
    - date: 2025-03-01
      text: Taken over
      lines:
        - {account: Bank, debit: 4000}
        - {account: Customer advances, credit: 4000, partner: Acme, advance: Old advance}
  time:
    - {month: 2025-03, project: Acme retainer, hours: 4}
    - {month: 2025-03, project: Baker retainer, hours: 10}
    - {month: 2025-03, project: Euro retainer, hours: 5}

when:
  - run: 2025-03-03
  - pay: {advance: Acme advance, amount: 1500}
    on: 2025-03-05
  - pay: {advance: Acme advance, amount: 500}
    on: 2025-03-20
  - pay: {advance: Baker advance}
    on: 2025-03-06
  - run: 2025-03-21
  - add_invoice: {client: Acme, engagement: Acme retainer, date: 2025-03-22,
      lines: [[Workshop, 250]], as: workshop}
  - run: 2025-03-24
  - run: 2025-04-01
  - credit_invoice: {document: workshop, amount: 100}
    on: 2025-04-02
  - credit_invoice: {engagement: Baker retainer, role: fee, month: 2025-04}
    on: 2025-04-03
  - decide: {advance: Old advance, decision: keep, note: The client asked for it}
    on: 2025-04-04
"""


@dataclass
class Moneyed:
    """The doors of that agency, and what its story calls its records."""

    odoo: MemoryOdoo
    world: World
    admin: AdminGateway
    service: Gateway

    def pull(self, **options: object) -> Pulled:
        """What the service sees."""
        return pull(self.service, 1, today=date(2025, 4, 7), **options)

    def account(self, name: str) -> int:
        """The account called so."""
        found = self.admin.search_read("account.account", [("name", "=", name)], [], limit=1)
        return int(found[0]["id"])


def moneyed(story: str = STORY) -> Moneyed:
    """The agency, after its story."""
    odoo = MemoryOdoo(lambda: datetime(2025, 4, 7, 20, tzinfo=UTC))
    scenario = read_text(story)
    world = load(odoo.gateway("admin"), scenario)
    differences = list(play(world, scenario, odoo.gateway("drawdown")))
    assert differences == [], [str(each) for each in differences]
    return Moneyed(odoo, world, odoo.gateway("admin"), odoo.gateway("drawdown"))
