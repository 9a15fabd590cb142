"""People and what they need before an agreement can name them.

All of a kind are created in one call: clients, then the addresses below them, payment terms,
account managers, employees, products, accepted quotes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sync.scenario.load.columns import CLIENT, Values, product_name, replace_with, row
from sync.scenario.load.company import use_currencies
from sync.scenario.load.world import World
from sync.scenario.model import Client, Employee, Given, Quote


@dataclass
class Accepted:
    """A quote that the client accepted."""

    client: str
    currency: str | None
    taxes: tuple[str, ...]
    lines: list[tuple[str, Decimal]]
    """Text and amount."""


@dataclass
class Needs:
    """What the records of a story name besides each other."""

    payment_days: set[int | None] = field(default_factory=set)
    countries: set[str | None] = field(default_factory=set)
    currencies: set[str | None] = field(default_factory=set)
    managers: set[str | None] = field(default_factory=set)
    employees: dict[str, Employee] = field(default_factory=dict)
    jobs: set[str | None] = field(default_factory=set)
    taxes: set[tuple[str, ...]] = field(default_factory=set)
    clients: dict[str, Client] = field(default_factory=dict)
    contacts: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Billing entities and AP contacts: the client they belong to, and Odoo's type of address."""
    quotes: dict[str, "Accepted"] = field(default_factory=dict)
    """Accepted quotes by their number."""

    @staticmethod
    def of(given: Given) -> "Needs":
        """Everything that a part of a story names."""
        needs = Needs()
        needs.clients.update(given.clients)
        for name, engagement in given.engagements.items():
            needs.clients.setdefault(engagement.client, Client())
            needs.engagement(engagement.client, engagement.model_dump())
            if engagement.quote:
                accepted = needs.quotes[engagement.quote]
                accepted.lines += _quoted(given, name, engagement.quote)
        needs.currencies |= {each.currency for each in given.purchase_orders.values()}
        needs.currencies |= {each.currency for each in given.advances.values()}
        for client in given.clients.values():
            needs.client(client.model_dump())
        needs.employees.update(given.employees)
        for time in given.time:
            needs.employees.setdefault(time.by, Employee())
        needs.jobs |= {each.job for each in needs.employees.values()}
        for engagement in given.engagements.values():
            needs.jobs |= {job for terms in engagement.terms for job in terms.role_rates}
        return needs

    def client(self, fields: Mapping[str, Any]) -> None:
        """What the fields of a client name."""
        self.payment_days.add(fields.get("payment_days"))
        self.countries.add(fields.get("country"))

    def engagement(self, client: str, fields: Mapping[str, Any]) -> None:
        """What the fields of an engagement name."""
        self.payment_days.add(fields.get("payment_days"))
        self.currencies.add(fields.get("currency"))
        self.managers.add(fields.get("manager"))
        if (taxes := fields.get("taxes")) is not None:
            self.taxes.add(tuple(taxes))
        for name, kind in (("billing_entity", "invoice"), ("ap_contact", "other")):
            if fields.get(name):
                self.contacts.setdefault(fields[name], (client, kind))
        if fields.get("quote"):
            accepted = Accepted(
                client, fields.get("currency"), tuple(fields.get("taxes") or ()), []
            )
            self.quotes.setdefault(fields["quote"], accepted)

    def create(self, world: World) -> None:
        """Create whatever of it is not there yet."""
        use_currencies(world, (each for each in self.currencies if each))
        _countries(world, self.countries)
        _payment_terms(world, self.payment_days)
        _clients(world, self.clients)
        _contacts(world, self.contacts)
        _managers(world, self.managers)
        _employees(world, self.employees, self.jobs)
        _products(world, self.taxes)
        _quotes(world, self.quotes)


def _quoted(given: Given, engagement: str, quote: str) -> list[tuple[str, Decimal]]:
    """The lines of an accepted quote: a total that the story gives, or the milestones."""
    total = given.quotes.get(quote, Quote()).total
    if total is not None:
        return [(engagement, total)]
    return [
        (f"Milestone {each.number}: {name}" if each.number else name, each.amount)
        for name, each in given.milestones.items()
        if each.engagement == engagement and each.amount is not None
    ]


def _new(world: World, kind: str, names: Iterable[Any]) -> list[Any]:
    return sorted({name for name in names if name is not None and not world.known(kind, str(name))})


def _countries(world: World, codes: Iterable[str | None]) -> None:
    if wanted := _new(world, "country", codes):
        found = world.rows("res.country", [("code", "in", wanted)], ["code"])
        world.remember("country", [each["code"] for each in found], [each["id"] for each in found])
        missing = _new(world, "country", wanted)
        world.create(
            "country", "res.country", {each: {"name": each, "code": each} for each in missing}
        )


def _payment_terms(world: World, days: Iterable[int | None]) -> None:
    world.create(
        "payment_days",
        "account.payment.term",
        {
            str(each): {
                "name": f"Net {each}" if each else "On receipt",
                "company_id": world.company_id,
                "line_ids": [
                    [
                        0,
                        0,
                        {
                            "value": "percent",
                            "value_amount": 100.0,
                            "delay_type": "days_after",
                            "nb_days": each,
                        },
                    ]
                ],
            }
            for each in _new(world, "payment_days", days)
        },
    )


def _clients(world: World, clients: Mapping[str, Client]) -> None:
    new = _new(world, "client", clients)
    world.create(
        "client",
        "res.partner",
        {
            name: {"name": name, "is_company": True, **row(world, CLIENT, clients[name])}
            for name in new
        },
    )
    # A client can be the billing entity of another.
    world.remember("contact", new, [world.id("client", name) for name in new])


def _contacts(world: World, contacts: Mapping[str, tuple[str, str]]) -> None:
    world.create(
        "contact",
        "res.partner",
        {
            name: {
                "name": name,
                "parent_id": world.id("client", contacts[name][0]),
                "type": contacts[name][1],
            }
            for name in _new(world, "contact", contacts)
        },
    )


def _managers(world: World, names: Iterable[str | None]) -> None:
    """Account managers: users, found by their login where they are there already."""
    if not (wanted := _new(world, "user", names)):
        return
    logins = {name: name.lower().replace(" ", ".") for name in wanted}
    there = world.rows("res.users", [("login", "in", list(logins.values()))], ["login"])
    ids = {each["login"]: each["id"] for each in there}
    groups = world.rows(
        "ir.model.data",
        [("module", "=", "retainer_billing"), ("name", "=", "group_user")],
        ["res_id"],
    )
    found = [name for name in wanted if logins[name] in ids]
    world.remember("user", found, [ids[logins[name]] for name in found])
    world.create(
        "user",
        "res.users",
        {
            name: {
                "name": name,
                "login": logins[name],
                "company_id": world.company_id,
                "company_ids": replace_with([world.company_id]),
                # Who gets an alert as an activity must be able to see its agreement.
                **(
                    {"group_ids": replace_with(each["res_id"] for each in groups)} if groups else {}
                ),
            }
            for name in wanted
            if name not in found
        },
    )


def _employees(world: World, employees: Mapping[str, Employee], jobs: Iterable[str | None]) -> None:
    new = _new(world, "job", jobs)
    world.create("job", "hr.job", {name: {"name": name} for name in new})
    rows: dict[str, Values] = {}
    for name in _new(world, "employee", employees):
        rows[name] = {"name": name, "company_id": world.company_id}
        if (job := employees[name].job) is not None:
            rows[name]["job_id"] = world.id("job", job)
    world.create("employee", "hr.employee", rows)


def _products(world: World, taxes: Iterable[tuple[str, ...]]) -> None:
    by_name = {product_name(names): names for names in taxes}
    world.create(
        "product",
        "product.product",
        {
            name: {
                "name": name,
                "type": "service",
                "taxes_id": replace_with(world.id("tax", tax) for tax in by_name[name]),
            }
            for name in _new(world, "product", by_name)
        },
    )


def _quotes(world: World, quotes: Mapping[str, Accepted]) -> None:
    """Accepted quotes are confirmed sales orders."""
    new = _new(world, "quote", quotes)
    world.create(
        "quote",
        "sale.order",
        {
            name: {
                "name": name,
                "partner_id": world.id("client", quotes[name].client),
                "company_id": world.company_id,
                "currency_id": world.id("currency", quotes[name].currency or world.currency),
                "order_line": [
                    [
                        0,
                        0,
                        {
                            "product_id": world.id("product", product_name(quotes[name].taxes)),
                            "name": text,
                            "product_uom_qty": 1.0,
                            "price_unit": float(amount),
                        },
                    ]
                    for text, amount in quotes[name].lines
                ],
            }
            for name in new
        },
    )
    if new:
        ids = [world.id("quote", name) for name in new]
        world.gateway.call_on("sale.order", ids, "action_confirm")
