"""An agency in an Odoo in memory, and a hand at its command line."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from typer.testing import CliRunner

from sync.cli import app
from sync.odoo.gateway import AdminGateway
from sync.odoo.memory import MemoryOdoo
from sync.scenario.load import World, load
from sync.scenario.reading import read_text

STORY = """
scenario: cli
title: A retainer and a project
shows: What the command line tells of them.
real: false
as_of: 2025-03-28
company: {out_of_scope_day: 28}
given:
  clients: {Acme Corp: {payment_days: 30}}
  purchase_orders:
    PO-1: {engagements: Acme retainer, from: 2025-01-01, to: 2025-12-31, amount: 120000}
    PO-2: {engagements: Acme website, from: 2025-01-01, to: 2025-12-31}
  engagements:
    Acme retainer:
      client: Acme Corp
      start: 2025-03-01
      po: PO-1
      manager: Maya Lindqvist
      terms: {monthly_hours: 40, monthly_fee: 5000, hourly_rate: 150, overage_rate: 175,
        rollover: true, max_rollover: 10}
    Acme website: {client: Acme Corp, kind: project, start: 2025-03-01, po: PO-2}
  milestones:
    design: {engagement: Acme website, number: 1, amount: 20000, signed_off: 2025-03-14}
  time:
    - {from: 2025-03-03, to: 2025-03-12, project: Acme retainer, by: Robin Reyes, hours: 28}
    - {from: 2025-04-01, to: 2025-04-10, project: Acme retainer, by: Robin Reyes, hours: 56}
"""


@dataclass
class Answer:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The JSON document on stdout, which holds nothing else."""
        return json.loads(self.out)

    def rows(self, tag: str) -> list[list[str]]:
        """The columns of the lines with that tag."""
        return [
            line.split("\t")[1:] for line in self.out.splitlines() if line.split("\t")[0] == tag
        ]

    def __iter__(self) -> Iterator[str]:
        return iter(self.out.splitlines())


class Agency:
    """An Odoo in memory with a story's records, and its command line."""

    def __init__(self, story: str = STORY, admin: AdminGateway | None = None) -> None:
        """``admin``: the administrator's door of another Odoo, which the settings lead to."""
        self.odoo = MemoryOdoo(lambda: datetime(2025, 3, 28, 2, 17, tzinfo=UTC))
        self.admin: AdminGateway = admin or self.odoo.gateway("admin")
        self.world: World = load(self.admin, read_text(story))

    def __call__(self, *arguments: str, given: str | None = None) -> Answer:
        """Run one command, without a terminal."""
        result = CliRunner().invoke(app, list(arguments), input=given)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Answer(result.exit_code, result.stdout, result.stderr)

    def moves(self) -> list[dict[str, Any]]:
        """Every document that stands in Odoo."""
        fields = ("name", "state", "amount_untaxed", "retainer_key")
        return self.admin.search_read("account.move", [], fields, limit=1000)

    def runs(self) -> list[dict[str, Any]]:
        """The runs that Odoo remembers."""
        fields = ("state", "log", "created_count")
        return self.admin.search_read("retainer.sync.run", [], fields, limit=1000)
