"""What the fields alone cannot tell: every name that is used is given, and can be what it is.

A name that is spelt wrong must not quietly become a record of its own.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from sync.scenario.errors import Path, did_you_mean
from sync.scenario.model import (
    Advance,
    ChangeOrder,
    Client,
    Engagement,
    Entry,
    Expect,
    Given,
    HourBlock,
    Milestone,
    Project,
    Purchase,
    PurchaseOrder,
    Scenario,
    Step,
    Terms,
    Time,
)

Finding = tuple[Path, str]

RECORDS: Mapping[str, type[Entry]] = {
    "client": Client,
    "project": Project,
    "engagement": Engagement,
    "purchase_order": PurchaseOrder,
    "milestone": Milestone,
    "change_order": ChangeOrder,
    "hour_block": HourBlock,
    "purchase": Purchase,
    "advance": Advance,
    "terms": Terms,
}
"""The kinds of record that ``change`` can change, by what their fields are."""


class Names:
    """The names that are known so far in a story, by kind."""

    def __init__(self) -> None:
        self.known: dict[str, set[str]] = {kind: set() for kind in (*RECORDS, "tax")}
        self.implicit_clients = True

    def has(self, kind: str, name: str | None, path: Path) -> Iterator[Finding]:
        """A finding unless the name is known."""
        if name is not None and name not in self.known[kind]:
            what = kind.replace("_", " ")
            yield path, f"no {what} is called “{name}”{did_you_mean(name, self.known[kind])}"

    def all_of(self, kind: str, names: Iterable[str], path: Path) -> Iterator[Finding]:
        """A finding for each name that is not known."""
        for at, name in enumerate(names):
            yield from self.has(kind, name, (*path, at))

    def learn(self, given: Given) -> None:
        """Take up the names of a part of the story."""
        if given.clients:
            self.implicit_clients = False
        self.known["client"] |= set(given.clients)
        self.known["project"] |= set(given.projects)
        self.known["engagement"] |= set(given.engagements)
        self.known["purchase_order"] |= set(given.purchase_orders)
        self.known["milestone"] |= set(given.milestones)
        self.known["change_order"] |= set(given.change_orders)
        self.known["hour_block"] |= set(given.hour_blocks)
        self.known["purchase"] |= set(given.purchases)
        self.known["advance"] |= set(given.advances)
        for name, engagement in given.engagements.items():
            self.known["project"] |= set(given.projects_of(name))
            if self.implicit_clients:
                self.known["client"].add(engagement.client)


def check(scenario: Scenario) -> Iterator[Finding]:
    """Everything that is wrong with a scenario whose fields are right one by one."""
    names = Names()
    names.known["tax"] = set(scenario.company.taxes)
    names.learn(scenario.given)
    yield from _given(scenario.given, names, ("given",))
    if not scenario.when and not scenario.as_of:
        yield (), "nothing happens: give “when”, or “as_of” for a sample to look at"
    for at, step in enumerate(scenario.when):
        yield from _step(step, names, ("when", at))
    if scenario.expect:
        if scenario.expect.writes is not None:
            yield ("expect", "writes"), "belongs to a run: put it into that step's “expect”"
        yield from _expect(scenario.expect, names, ("expect",))


def _given(given: Given, names: Names, path: Path) -> Iterator[Finding]:
    for name, project in given.projects.items():
        yield from names.has("client", project.client, (*path, "projects", name, "client"))
    for name, engagement in given.engagements.items():
        yield from _engagement(engagement, names, (*path, "engagements", name))
    for name, order in given.purchase_orders.items():
        here = (*path, "purchase_orders", name)
        yield from names.has("client", order.client, (*here, "client"))
        yield from names.all_of("engagement", order.engagements, (*here, "engagements"))
        users = [each for each in given.engagements.values() if each.po == name]
        if not (order.client or order.engagements or users):
            yield here, "whose is it? give “client” or “engagements”"
    named = {each.quote for each in given.engagements.values() if each.quote}
    for name in given.quotes:
        if name not in named:
            yield (*path, "quotes", name), "no engagement names it as its “quote”"
    for name, milestone in given.milestones.items():
        here = (*path, "milestones", name)
        yield from names.has("engagement", milestone.engagement, (*here, "engagement"))
        sizes = (milestone.amount, milestone.percent, milestone.quantity)
        if sum(size is not None for size in sizes) != 1:
            yield here, "give one of “amount”, “percent”, or “quantity” and “unit_price”"
        yield from names.has("project", milestone.project, (*here, "project"))
    for name, change in given.change_orders.items():
        here = (*path, "change_orders", name)
        yield from names.has("engagement", change.engagement, (*here, "engagement"))
        yield from names.has("project", change.project, (*here, "project"))
        yield from names.has("purchase_order", change.po, (*here, "po"))
    for name, block in given.hour_blocks.items():
        here = (*path, "hour_blocks", name, "engagement")
        yield from names.has("engagement", block.engagement, here)
    yield from _times(given.time, names, (*path, "time"))
    for name, purchase in given.purchases.items():
        yield from names.has("project", purchase.project, (*path, "purchases", name, "project"))
    for name, advance in given.advances.items():
        here = (*path, "advances", name)
        yield from names.has("client", advance.client, (*here, "client"))
        yield from names.all_of("engagement", advance.engagements, (*here, "engagements"))


def _engagement(engagement: Engagement, names: Names, path: Path) -> Iterator[Finding]:
    yield from names.has("client", engagement.client, (*path, "client"))
    yield from names.has("purchase_order", engagement.po, (*path, "po"))
    yield from names.all_of("tax", engagement.taxes, (*path, "taxes"))
    if engagement.end and engagement.end < engagement.start:
        yield (*path, "end"), "lies before the start"
    starts = [terms.from_ or engagement.start for terms in engagement.terms]
    for at, start in enumerate(starts):
        if start in starts[:at]:
            yield (*path, "terms", at), f"other terms start on {start} as well; give “from”"


def _times(times: Iterable[Time], names: Names, path: Path) -> Iterator[Finding]:
    for at, time in enumerate(times):
        if time.corrects and path[0] == "given":
            yield (*path, at, "corrects"), "a correction comes later: put it into “add_time”"
        yield from names.has("project", time.project, (*path, at, "project"))
        yield from names.has("change_order", time.change_order, (*path, at, "change_order"))


def _step(step: Step, names: Names, path: Path) -> Iterator[Finding]:
    if step.add:
        names.learn(step.add)
        yield from _given(step.add, names, (*path, "add"))
    if step.add_time:
        yield from _times(step.add_time, names, (*path, "add_time"))
    if step.add_terms:
        here = (*path, "add_terms", "engagement")
        yield from names.has("engagement", step.add_terms.engagement, here)
    if step.change:
        kind = "engagement" if step.change.kind == "terms" else step.change.kind
        yield from names.has(kind, step.change.name, (*path, "change", step.change.kind))
        yield from _set(step.change.kind, step.change.set, names, (*path, "change", "set"))
    for kind, action in (
        ("milestone", "sign_off"),
        ("milestone", "take_back_sign_off"),
        ("change_order", "approve"),
        ("change_order", "sign_quotation"),
        ("change_order", "reject"),
        ("purchase", "cancel_purchase"),
    ):
        yield from names.has(kind, getattr(step, action), (*path, action))
    named: Any = getattr(step, step.action)
    if isinstance(named, BaseModel):
        for kind in ("engagement", "project", "change_order", "advance", "purchase"):
            if step.action not in ("add", "add_terms", "change"):
                yield from names.has(kind, getattr(named, kind, None), (*path, step.action, kind))
    if step.expect:
        yield from _expect(step.expect, names, (*path, "expect"))


def _set(kind: str, fields: Mapping[str, Any], names: Names, path: Path) -> Iterator[Finding]:
    model = RECORDS[kind]
    known = {info.alias or name: info for name, info in model.model_fields.items()}
    for name, raw in fields.items():
        if kind == "milestone" and name == "signed_off":
            yield (*path, name), "use “sign_off” or “take_back_sign_off”"
            continue
        if name not in known:
            yield (*path, name), "unknown field" + did_you_mean(name, known)
            continue
        try:
            typed(model, name, raw)
        except ValidationError as error:
            message = error.errors()[0]["msg"]
            yield (*path, name), message.removeprefix("Value error, ")
            continue
        if name in ("po", "client", "engagement"):
            target = "purchase_order" if name == "po" else name
            yield from names.has(target, raw, (*path, name))


def typed(model: type[Entry], name: str, raw: Any) -> Any:
    """The value of one field of a record, read as that field reads it. None clears it."""
    if raw is None:
        return None
    for field, info in model.model_fields.items():
        if name == (info.alias or field):
            annotation: Any = info.annotation
            if info.metadata:
                annotation = Annotated[(annotation, *info.metadata)]
            return TypeAdapter(annotation).validate_python(raw)
    raise AssertionError(f"{model.__name__} has no field {name}")


def _expect(expect: Expect, names: Names, path: Path) -> Iterator[Finding]:
    listings: tuple[tuple[str, Iterable[Any] | None], ...] = (
        ("invoices", expect.invoices),
        ("held", expect.held),
        ("statements", expect.statements),
        ("issues", expect.issues),
        ("alerts", expect.alerts),
        ("quotations", expect.quotations),
        ("requests", expect.requests),
        ("withdrawn", expect.withdrawn),
        ("entries", expect.entries),
        ("conflicts", expect.conflicts),
        ("rejected", expect.rejected),
        ("advances", expect.advances),
        ("lots", expect.lots),
        ("receivables", expect.receivables),
    )
    for section, items in listings:
        for at, item in enumerate(items or ()):
            here = (*path, section, at, "engagement")
            if item.engagement != "none":
                yield from names.has("engagement", item.engagement, here)
            advance = getattr(item, "advance", None)
            if advance != "none":
                yield from names.has("advance", advance, (*path, section, at, "advance"))
    for at, quotation in enumerate(expect.quotations or ()):
        here = (*path, "quotations", at, "change_order")
        yield from names.has("change_order", quotation.change_order, here)
    yield from names.all_of("engagement", expect.parked or (), (*path, "parked"))
    yield from names.all_of("tax", expect.taxes or (), (*path, "taxes"))
