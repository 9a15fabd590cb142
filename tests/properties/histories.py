"""Random histories of money, told by a seed: what people do, and the nightly runs in between.

The same seed tells the same history on any Odoo, in memory or real. What people do is done through
the steps of stories; every run is played like that of a story, with all that is checked there:
nothing is refused, what was written stands as planned, the books tie three ways, and the same run
again has nothing to do.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sync.odoo.errors import GatewayError
from sync.odoo.gateway import AdminGateway, Gateway
from sync.scenario.load import load, observe_money
from sync.scenario.load.actions import act
from sync.scenario.load.world import World
from sync.scenario.model import Scenario, Step
from sync.scenario.run import play

START = date(2025, 1, 1)
END = date(2025, 7, 1)

STALE = "Run the service again"
"""What Odoo answers who posts a draft that is no longer right."""


def beginning(chance: random.Random) -> Scenario:
    """Two clients with agreements of every kind, and what they advance."""
    terms = {
        "recognition": chance.choice(["as_consumed", "straight_line"]),
        "rollover": chance.choice(["true", "false"]),
        "proration": chance.choice(["actual_days", "none"]),
    }
    mode = chance.choice(["none", "on_receipt"])
    return Scenario.model_validate(
        {
            "scenario": "history",
            "title": "A random history",
            "shows": "That the laws hold.",
            "company": {
                "po_policy": "ignore",
                "entry_post_policy": chance.choice(["post", "draft"]),
                "tax_rounding": chance.choice(["per_line", "globally"]),
                "taxes": {"VAT 20%": "20", "Levy 1.7%": "1.7"},
                "rates": {
                    "EUR": {f"2025-{month:02d}-01": rate(chance) for month in range(1, 8)},
                },
            },
            "given": {
                "engagements": {
                    "Acme retainer": {
                        "client": "Acme",
                        "start": str(START),
                        "use_advances": "true",
                        "taxes": chance.choice([["VAT 20%"], ["VAT 20%", "Levy 1.7%"], []]),
                        "terms": {
                            "monthly_hours": str(chance.randint(5, 30)),
                            "monthly_fee": cents(chance, 50_000, 300_000),
                            "overage_rate": cents(chance, 5_000, 20_000),
                            "expected_breakage": chance.choice(["0", "12.5"]),
                            **terms,
                        },
                        "top_up": chance.choice(["none", "amount"]),
                        "top_up_amount": "400",
                        "top_up_below": "150",
                    },
                    "Lune retainer": {
                        "client": "Lune",
                        "start": "2025-01-15",
                        "currency": "EUR",
                        "use_advances": "true",
                        "terms": {
                            "monthly_hours": "9",
                            "monthly_fee": cents(chance, 50_000, 300_000),
                            "overage_rate": "77.77",
                            **terms,
                        },
                    },
                    "Baker retainer": {
                        "client": "Baker",
                        "start": "2025-02-10",
                        "end": "2025-05-20",
                        "use_advances": "true",
                        "terms": {
                            "monthly_hours": "12",
                            "monthly_fee": cents(chance, 50_000, 300_000),
                            "overage_rate": "101.01",
                            "billing_months": chance.choice(["1", "3"]),
                        },
                    },
                    "Acme build": {
                        "client": "Acme",
                        "kind": "project",
                        "start": str(START),
                        "use_advances": "true",
                        "taxes": ["VAT 20%"],
                    },
                },
                "advances": {
                    "Acme scoped": {
                        "client": "Acme",
                        "engagements": ["Acme retainer"],
                        "amount": cents(chance, 100_000, 500_000),
                        "request_on": "2025-01-05",
                        "tax_mode": mode,
                    },
                    "Acme any": {
                        "client": "Acme",
                        "amount": cents(chance, 50_000, 300_000),
                        "request_on": "2025-02-03",
                        "priority": str(chance.choice([0, 1])),
                        "tax_mode": chance.choice(["none", "on_receipt"]),
                    },
                    "Lune any": {
                        "client": "Lune",
                        "currency": "EUR",
                        "amount": cents(chance, 50_000, 400_000),
                        "request_on": "2025-01-20",
                    },
                    "Baker any": {
                        "client": "Baker",
                        "amount": cents(chance, 50_000, 600_000),
                        "request_on": "2025-02-10",
                        "refundable": "false",
                    },
                },
                "projects": {"Acme work": {"client": "Acme"}},
            },
            "as_of": str(START),
        }
    )


def rate(chance: random.Random) -> str:
    """What a euro is worth in dollars."""
    return str(Decimal(chance.randint(900, 1300)) / 1000)


def cents(chance: random.Random, least: int, most: int) -> str:
    """An amount between so many cents, written as money."""
    return str(Decimal(chance.randint(least, most)) / 100)


@dataclass
class History:
    """A history being lived."""

    seed: int
    admin: AdminGateway
    service: Gateway
    told: list[str] = field(default_factory=list)
    """What happened, for whoever has to understand a failure."""

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.scenario = self.begin()
        self.world: World = load(self.admin, self.scenario)
        self.day = START
        self.credited: set[int] = set()
        self.named = 0

    def begin(self) -> Scenario:
        """What people agreed before anything happens."""
        return beginning(self.chance)

    def live(self, steps: int) -> Iterator[str]:
        """So many steps; everything that went against a law."""
        for _ in range(steps):
            self.day = min(self.day + timedelta(days=self.chance.randint(0, 12)), END)
            people = [self.pay, self.pay, self.work, self.bill, self.credit, self.bounce]
            finance = [self.review, self.settle_up, self.lock]
            what = self.chance.choice([*people, *finance, self.run, self.run, self.run])
            yield from what() or ()
        self.day = END
        yield from self.run()

    # What people do

    def do(self, **step: Any) -> None:
        """A step of a story."""
        self.told.append(f"{self.day}: {step}")
        act(self.world, Step.model_validate(step))

    def name(self, move: int) -> str:
        """A name for a document, so that steps can speak of it."""
        self.named += 1
        self.world.remember("document", [f"document {self.named}"], [move])
        return f"document {self.named}"

    def moves(self, *more: Any) -> list[dict[str, Any]]:
        """Posted invoices that the further terms find, by id."""
        return self.rows(
            "account.move",
            [("move_type", "=", "out_invoice"), ("state", "=", "posted"), *more],
            ["amount_residual", "amount_untaxed", "retainer_role", "invoice_date"],
        )

    def rows(self, model: str, domain: list[Any], fields: list[str]) -> list[dict[str, Any]]:
        """What is there, in the same order on any Odoo."""
        return sorted(self.world.rows(model, domain, fields), key=lambda row: row["id"])

    def pay(self) -> None:
        """All or a part of something that is open."""
        found = self.moves(("amount_residual", ">", 0))
        if not found:
            return
        move = self.chance.choice(found)
        open_now = Decimal(str(move["amount_residual"])).quantize(Decimal("0.01"))
        amount = open_now
        if self.chance.random() < 0.4:
            amount = Decimal(self.chance.randint(1, int(open_now * 100))) / 100
        day = max(self.day, date.fromisoformat(move["invoice_date"]))
        self.do(pay={"document": self.name(move["id"]), "amount": str(amount)}, on=str(day))

    def work(self) -> None:
        """Time on a retainer."""
        in_force = {
            "Acme retainer": (START, END),
            "Baker retainer": (date(2025, 2, 10), date(2025, 5, 20)),
            "Lune retainer": (date(2025, 1, 15), END),
        }
        name = self.chance.choice(sorted(in_force))
        first, last = in_force[name]
        day = min(max(self.day, first), last)
        hours = self.chance.choice(["0:20", "3", "7:15", "11"])
        self.do(add_time={"date": str(day), "project": name, "hours": hours})

    def bill(self) -> None:
        """An invoice by hand of the project."""
        self.do(
            add_invoice={
                "client": "Acme",
                "engagement": "Acme build",
                "date": str(self.day),
                "lines": [["Work", cents(self.chance, 1_000, 200_000)]],
                "taxes": self.chance.choice([["VAT 20%"], []]),
            }
        )

    def credit(self) -> None:
        """A credit note by hand of an invoice that is no request, whole or in part, once."""
        found = [
            each
            for each in self.moves(("amount_untaxed", ">", 0))
            if each["retainer_role"] in (False, "fee", "overage")
            and each["id"] not in self.credited
        ]
        if not found:
            return
        move = self.chance.choice(found)
        self.credited.add(move["id"])
        day = max(self.day, date.fromisoformat(move["invoice_date"]))
        amount = {}
        if self.chance.random() < 0.5:
            most = int(Decimal(str(move["amount_untaxed"])) * 100)
            amount = {"amount": str(Decimal(self.chance.randint(1, most)) / 100)}
        self.do(credit_invoice={"document": self.name(move["id"]), **amount}, on=str(day))

    def bounce(self) -> None:
        """The last payment of something is taken back."""
        paid = self.rows(
            "account.partial.reconcile",
            [
                ("credit_move_id.move_id.ref", "=", "Payment"),
                ("debit_move_id.move_id.move_type", "=", "out_invoice"),
            ],
            ["debit_move_id", "max_date"],
        )
        if not paid:
            return
        match = self.chance.choice(paid)
        line = [("id", "=", match["debit_move_id"])]
        (row,) = self.world.rows("account.move.line", line, ["move_id"])
        day = max(self.day, date.fromisoformat(match["max_date"]))
        self.do(bounce={"document": self.name(row["move_id"])}, on=str(day))

    def review(self) -> None:
        """The accountant posts what waits, if anything does."""
        waiting = self.rows(
            "account.move",
            [
                ("move_type", "=", "entry"),
                ("state", "=", "draft"),
                ("retainer_role", "!=", False),
            ],
            ["date"],
        )
        if not waiting:
            return
        until = self.chance.choice([each["date"] for each in waiting])
        try:
            self.do(review={"until": until})
        except GatewayError as refused:
            if STALE not in str(refused):
                raise
            self.told.append(f"refused: {refused}")

    def settle_up(self) -> None:
        """What remains of an advance is decided on."""
        decisions = {"Acme scoped": ["return", "keep"], "Baker any": ["recognise", "keep"]}
        advance = self.chance.choice(sorted(decisions))
        self.do(
            decide={
                "advance": advance,
                "decision": self.chance.choice(decisions[advance]),
                "note": "Agreed by mail",
            },
            on=str(self.day),
        )

    def lock(self) -> None:
        """Finance locks a month that is over."""
        first = self.day.replace(day=1)
        if first > START and self.chance.random() < 0.5:
            self.do(settings={"lock_dates": {"fiscal_year": str(first - timedelta(days=1))}})

    # What the service does

    def run(self) -> Iterator[str]:
        """The nightly run, with everything that is checked after a run of a story."""
        self.told.append(f"{self.day}: run")
        story = self.scenario.model_copy(
            update={"when": [Step.model_validate({"run": str(self.day)})]}
        )
        for difference in play(self.world, story, self.service):
            yield str(difference)
        yield from laws(self.world)


def laws(world: World) -> Iterator[str]:
    """What must be true of money whatever happened; what is not."""
    for lot in observe_money.lots(world):
        if not Decimal(0) <= lot["open"] <= lot["amount"]:
            yield f"a lot gave more than it had: {lot}"
    for due in observe_money.receivables(world):
        if due["open"] == 0:
            yield f"a receivable of nothing is open: {due}"
    for advance in observe_money.advances(world):
        whole = advance["received"] - advance["consumed"] - advance["returned"]
        if whole != advance["remaining"] - advance["shortfall"]:
            yield f"an advance does not add up: {advance}"
