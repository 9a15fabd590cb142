"""The people of the simulated world: what they agree, and what they do between the nights."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sync.odoo.errors import GatewayError
from sync.scenario.load import load
from sync.scenario.load.actions import act
from sync.scenario.load.world import NotThere, World
from sync.scenario.model import Scenario, Step
from tests.properties.histories import END, START, History, beginning, cents
from tests.simulation.canaries import CLIENT, EMAIL, TOKEN
from tests.simulation.clock import CHANGES
from tests.simulation.site import Site
from tests.simulation.state import Named

Archived = tuple[str, str, bool]
"""Model, name of the record, and whether it is active from now on."""


@dataclass(frozen=True)
class Deed:
    """Something that a person does, so that it can be done again in another Odoo."""

    day: date
    step: Mapping[str, Any]
    names: Mapping[str, str] = field(default_factory=dict)
    """Documents that the step speaks of: its word for each, and what the document is called."""

    def __str__(self) -> str:
        return f"{self.day}: {dict(self.step)} {dict(self.names) or ''}".rstrip()


def agreed(chance: random.Random) -> Scenario:
    """The histories' two clients, with everything else that is billed."""
    story = beginning(chance).model_dump(mode="json", by_alias=True, exclude_unset=True)
    given, company = story["given"], story["company"]
    company["po_policy"] = chance.choice(["ignore", "ignore", "warn", "hold", "fit"])
    company["post_policy"] = chance.choice(["post", "post", "draft"])
    company["out_of_scope_day"] = str(chance.choice([15, 28, 31]))
    given["clients"] = {
        "Acme": {"name": CLIENT, "email": EMAIL},
        "Lune": {"email": f"l.{EMAIL}"},
        "Baker": {},
    }
    engagements = given["engagements"]
    retainer = engagements["Acme retainer"]
    retainer["po"] = "PO-1"
    retainer["terms"] = _only(retainer["terms"]) | {
        "hourly_rate": "90",
        "overage_policy": chance.choice(["bill", "bill", "approve", "carry", "write_off"]),
        "billing": chance.choice(["in_advance", "in_arrears"]),
    }
    engagements["Acme build"] |= {"recharge_purchases": "true", "recharge_markup": "10"}
    given["purchase_orders"] = {
        "PO-1": {
            "client": "Acme",
            "from": "2025-01-01",
            "to": chance.choice(["2025-12-31", "2025-04-15"]),
            "amount": chance.choice(["0", "4000", "20000"]),
        }
    }
    given["milestones"] = {
        "Design": {"engagement": "Acme build", "amount": cents(chance, 100_000, 400_000)},
        "Launch": {"engagement": "Acme build", "amount": cents(chance, 100_000, 400_000)},
    }
    given["change_orders"] = {
        "Extra page": {
            "engagement": "Acme retainer",
            "requester": "Kim",
            "requested_on": "2025-01-10",
            "rate": "125.50",
            "cap": chance.choice(["0", "9"]),
        }
    }
    given["purchases"] = {
        "Stock photos": {
            "project": "Acme build",
            "vendor": "Vendor",
            "date": "2025-02-01",
            "text": "Photos",
            "quantity": "4",
            "cost": "37.35",
            "received": chance.choice(["0", "2", "4"]),
        }
    }
    return Scenario.model_validate(story)


def _only(terms: Any) -> dict[str, Any]:
    """Terms of an agreement that has one set of them."""
    (one,) = terms if isinstance(terms, list) else [terms]
    return dict(one)


def moved_in(site: Site, scenario: Scenario) -> World:
    """The story's people and records in a site, with what must never be seen planted."""
    world = load(site.odoo.gateway("admin"), scenario)
    plant(site)
    return world


def plant(site: Site) -> None:
    """Every document has a link for its client with a token that opens it."""
    tables = site.odoo.tables
    with tables.transaction():
        for move in list(tables.ids("account.move")):
            tables.update("account.move", move, {"access_token": TOKEN}, quietly=True)


def do(world: World, site: Site, deed: Deed) -> str:
    """Have a deed done; why Odoo refused it, or nothing."""
    before = site.touched.keys(site.odoo)
    site.clock.moment = datetime.combine(deed.day, time(12), UTC)  # Odoo dates some things by it
    refused = _do(world, site, deed)
    forget = not refused and "write_again" in deed.step
    site.touched.learn(site.odoo, before, forget=forget)
    return refused


def _do(world: World, site: Site, deed: Deed) -> str:
    named = Named(site.odoo)
    for word, called in deed.names.items():
        if called in named.moves:
            world.remember("document", [word], [named.moves[called]])
        else:
            return f"{called} is not there"
    try:
        if "archive" in deed.step:
            archive(world, deed.step["archive"])
        else:
            act(world, Step.model_validate(deed.step))
    except (GatewayError, NotThere) as refused:
        return str(refused)
    return ""


def archive(world: World, what: Archived) -> None:
    """Put a record away, or bring it back."""
    model, name, active = what
    found = world.rows(model, [("name", "=", name), ("active", "in", [True, False])], ["name"])
    world.gateway.write(model, [each["id"] for each in found], {"active": active})


class People(History):
    """A history that is told while it is lived, deed by deed."""

    def __init__(self, seed: int, site: Site, meddling: bool) -> None:
        self.site = site
        self.meddling = meddling
        self.deeds: list[Any] = []
        """Deeds and nights, in order."""
        self.blocks = 0
        super().__init__(seed, site.odoo.gateway("admin"), site.odoo.gateway("drawdown"))
        plant(site)

    def begin(self) -> Scenario:
        """See ``History.begin``."""
        return agreed(self.chance)

    def live(self, steps: int) -> Iterator[str]:
        """So many steps; a night at the end. Nights are the caller's: see ``run``."""
        honest: list[Callable[[], Any]] = [
            self.pay,
            self.pay,
            self.work,
            self.work,
            self.extra_work,
            self.bill,
            self.credit,
            self.bounce,
            self.review,
            self.settle_up,
            self.lock,
            self.milestone,
            self.approve,
            self.buy_hours,
            self.correct_time,
            self.post_draft,
            self.receive,
            self.renegotiate,
        ]
        crooked = [
            self.edit,
            self.cancel,
            self.delete,
            self.reset,
            self.unmatch,
            self.put_away,
            self.accept,
            self.write_again,
        ]
        for _ in range(steps):
            self.day = min(self.later(), END)
            for _ in range(self.chance.randint(1, 4)):
                meddles = self.meddling and self.chance.random() < 0.4
                self.chance.choice(crooked if meddles else honest)()
            if self.chance.random() < 0.5:
                yield from self.run()
        self.day = min(self.later(), END)
        yield from self.run()

    def later(self) -> date:
        """Some days on; often where the calendar has an edge."""
        day = self.day + timedelta(days=self.chance.randint(0, 14))
        if self.chance.random() < 0.25:
            first = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
            day = first - timedelta(days=self.chance.choice([0, 1]))
        return next((each for each in CHANGES if day <= each <= day + timedelta(days=4)), day)

    # How it is told

    def do(self, **step: Any) -> None:
        """A step of a story; refused or not, it is part of the history."""
        if "add_invoice" in step or "credit_invoice" in step:
            self.named += 1
            kind = "add_invoice" if "add_invoice" in step else "credit_invoice"
            step[kind] = {**step[kind], "as": f"made {self.named}"}
        deed = Deed(self.day, step, dict(self._spoken_of))
        self._spoken_of.clear()
        refused = do(self.world, self.site, deed)
        self.deeds.append(deed)
        self.told.append(f"{deed}{f' refused: {refused}' if refused else ''}")
        self.site.told.append(self.told[-1])

    @property
    def _spoken_of(self) -> dict[str, str]:
        return self.__dict__.setdefault("_words", {})

    def name(self, move: int) -> str:
        """See ``History.name``."""
        self.named += 1
        word = f"document {self.named}"
        self._spoken_of[word] = Named(self.site.odoo).name("account.move", move)
        return word

    def run(self) -> Iterator[str]:
        """A night; the one who tells the history says what happens in it."""
        yield f"night {self.day}"

    # What else people do

    def milestone(self) -> None:
        """The client signs a milestone off, or it is taken back."""
        which = self.chance.choice(["Design", "Launch"])
        if self.chance.random() < 0.8:
            self.do(sign_off=which, on=str(self.day), reference="mail")
        else:
            self.do(take_back_sign_off=which)

    def approve(self) -> None:
        """The client agrees to the extra work, by mail or by signing the quotation."""
        if self.chance.random() < 0.5:
            self.do(approve="Extra page", on=str(self.day), reference="mail of Kim")
        else:
            self.do(sign_quotation="Extra page", on=str(self.day), by="Kim")

    def extra_work(self) -> None:
        """Time on the extra work."""
        hours = self.chance.choice(["1:30", "4", "6"])
        self.do(add_time={"date": str(self.day), "change_order": "Extra page", "hours": hours})

    def buy_hours(self) -> None:
        """Hours bought in addition."""
        self.blocks += 1
        self.do(
            add={
                "hour_blocks": {
                    f"Block {self.blocks}": {
                        "engagement": "Acme retainer",
                        "date": str(self.day),
                        "hours": "5",
                        "price": cents(self.chance, 10_000, 60_000),
                    }
                }
            }
        )

    def correct_time(self) -> None:
        """Somebody changes or deletes an entry; Odoo refuses where it is counted for good."""
        found = self.rows("account.analytic.line", [("project_id", "!=", False)], ["date"])
        if not found:
            return
        entry = self.chance.choice(found)
        names = self.world.names("project")
        (row,) = self.rows(
            "account.analytic.line", [("id", "=", entry["id"])], ["project_id", "date"]
        )
        ref = {"date": str(row["date"]), "project": names[row["project_id"]]}
        if self.chance.random() < 0.6:
            self.do(change_time={**ref, "hours": self.chance.choice(["1", "2:45", "13"])})
        else:
            self.do(delete_time=ref)

    def receive(self) -> None:
        """The vendor bills what was bought for a project."""
        self.do(
            vendor_bill={"purchase": "Stock photos", "quantity": self.chance.choice(["1", "2"])},
            on=str(self.day),
        )

    def renegotiate(self) -> None:
        """Another fee: drafts are written anew, what is posted is corrected."""
        name = self.chance.choice(["Acme retainer", "Baker retainer"])
        fee = cents(self.chance, 50_000, 300_000)
        self.do(change={"terms": name, "set": {"monthly_fee": fee}})

    def post_draft(self) -> None:
        """Finance posts an invoice that the service left as a draft."""
        if move := self.ours(("state", "=", "draft"), ("move_type", "!=", "entry")):
            self.do(post={"document": self.name(move)})

    def ours(self, *more: Any) -> int | None:
        """Some document of the service."""
        found = self.rows("account.move", [("retainer_role", "!=", False), *more], ["state"])
        return self.chance.choice(found)["id"] if found else None

    # What they had better left alone

    def edit(self) -> None:
        """A person changes a draft of ours."""
        if move := self.ours(("state", "=", "draft"), ("move_type", "!=", "entry")):
            price = {"price": "12.34"}
            change = self.chance.choice([{"text": "By a person"}, price, price, {"po": "X"}])
            self.do(edit_invoice={"document": self.name(move), **change})
            if self.chance.random() < 0.5:
                self.renegotiate()

    def cancel(self) -> None:
        """A person cancels a document of ours."""
        if move := self.ours(("state", "!=", "cancel")):
            self.do(cancel_invoice={"document": self.name(move)})

    def delete(self) -> None:
        """A person deletes a draft of ours."""
        if move := self.ours(("state", "!=", "posted")):
            self.do(delete_invoice={"document": self.name(move)})

    def reset(self) -> None:
        """A person resets a posted document of ours to draft."""
        if move := self.ours(("state", "=", "posted")):
            self.do(reset_to_draft={"document": self.name(move)})

    def unmatch(self) -> None:
        """Somebody takes back whatever settles a document."""
        if move := self.ours(("state", "=", "posted")):
            self.do(unmatch={"document": self.name(move)})

    def put_away(self) -> None:
        """Something is archived, or brought back."""
        model, name = self.chance.choice(
            [
                ("account.account", "Unearned Revenue"),
                ("account.account", "Product Sales"),
                ("account.journal", "Customer Invoices"),
                ("res.partner", "Baker"),
                ("project.project", "Acme build"),
            ]
        )
        self.do(archive=(model, name, self.chance.random() < 0.6))

    def accept(self) -> None:
        """Finance accepts what was done to a document."""
        found = self.rows(
            "account.move",
            [
                ("retainer_role", "in", ["fee", "overage", "milestone"]),
                ("retainer_accepted_on", "=", False),
                "|",
                ("state", "=", "cancel"),
                ("retainer_changed", "=", True),
            ],
            ["retainer_engagement_id", "retainer_role", "retainer_service_start"],
        )
        if found:
            self.do(accept=self._meant(self.chance.choice(found), "retainer_"), reason="Agreed")

    def write_again(self) -> None:
        """Finance lets a deleted document be written again."""
        found = self.rows(
            "retainer.tombstone",
            [("role", "in", ["fee", "overage", "milestone"])],
            ["engagement_id", "role", "service_start"],
        )
        if found:
            self.do(write_again=self._meant(self.chance.choice(found), ""))

    def _meant(self, row: Mapping[str, Any], prefix: str) -> dict[str, Any]:
        names = self.world.names("engagement")
        meant = {
            "engagement": names[row[f"{prefix}engagement_id"]],
            "role": row[f"{prefix}role"],
        }
        if month := row[f"{prefix}service_start"]:
            meant["month"] = str(month)[:7]
        return meant


__all__ = ["END", "START", "Deed", "People", "agreed", "do", "moved_in", "plant"]
