"""What was agreed: purchase orders, engagements and their terms, milestones, extra work, blocks."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sync.scenario.load.columns import (
    ADVANCE,
    CHANGE_ORDER,
    ENGAGEMENT,
    HOUR_BLOCK,
    MILESTONE,
    PURCHASE_ORDER,
    ROLE_RATE,
    TERMS,
    Values,
    product_name,
    replace_with,
    row,
)
from sync.scenario.load.world import World
from sync.scenario.model import Given, Milestone, PurchaseOrder, Terms


def purchase_orders(world: World, given: Given) -> None:
    """The clients' purchase orders; whose they are, where it is not said, their users say."""
    user = {each.po: each for each in given.engagements.values() if each.po}
    rows: dict[str, Values] = {}
    for name, order in given.purchase_orders.items():
        engagement = user.get(name)
        for each in order.engagements:
            engagement = given.engagements.get(each) or engagement
        client = order.client or (
            engagement.client if engagement else world.client_of[order.engagements[0]]
        )
        currency = order.currency or (engagement and engagement.currency)
        if not currency and order.engagements:
            currency = world.currency_of.get(order.engagements[0])
        rows[name] = {
            "name": name,
            "company_id": world.company_id,
            "currency_id": world.id("currency", currency or world.currency),
            # Engagements come later: they name purchase orders themselves.
            **row(world, PURCHASE_ORDER, order.model_copy(update={"engagements": None})),
            "partner_id": world.id("client", client),
        }
    world.create("purchase_order", "retainer.client.po", rows)


def engagements(world: World, given: Given) -> None:
    """The engagements with all their terms."""
    rows: dict[str, Values] = {}
    for name, engagement in given.engagements.items():
        projects = given.projects_of(name)
        world.client_of[name] = engagement.client
        world.projects_of[name] = list(projects)
        world.currency_of[name] = engagement.currency or world.currency
        rows[name] = {
            "name": name,
            "company_id": world.company_id,
            "currency_id": world.id("currency", world.currency_of[name]),
            "product_id": world.id("product", product_name(engagement.taxes)),
            **row(world, ENGAGEMENT, engagement),
            "project_ids": replace_with(world.id("project", each) for each in projects),
        }
    world.create("engagement", "retainer.engagement", rows)
    terms(world, ((name, each.start, each.terms) for name, each in given.engagements.items()))
    _link_purchase_orders(world, given.purchase_orders)


def terms(world: World, given: Iterable[tuple[str, date, Iterable[Terms]]]) -> None:
    """Terms, each with its engagement and the day that stands for a day left out."""
    flat = [(name, start, each) for name, start, all_terms in given for each in all_terms]
    rows = [
        {
            "engagement_id": world.id("engagement", name),
            "date_start": start.isoformat(),
            **row(world, TERMS, each),
        }
        for name, start, each in flat
    ]
    ids = world.gateway.create("retainer.terms", rows) if rows else []
    rates = [
        {"terms_id": record, "job_id": world.id("job", job), **row(world, ROLE_RATE, rate)}
        for record, (_, _, each) in zip(ids, flat, strict=True)
        for job, rate in each.role_rates.items()
    ]
    if rates:
        world.gateway.create("retainer.role.rate", rates)


def _link_purchase_orders(world: World, orders: Mapping[str, PurchaseOrder]) -> None:
    for name, order in orders.items():
        if order.engagements:
            ids = replace_with(world.id("engagement", each) for each in order.engagements)
            record = world.id("purchase_order", name)
            world.gateway.write("retainer.client.po", [record], {"engagement_ids": ids})


def milestones(world: World, given: Given) -> None:
    """Milestones, signed off or not."""

    def values(name: str, milestone: Milestone) -> Values:
        project = milestone.project or world.projects_of[milestone.engagement][0]
        return {
            "name": name,
            **row(world, MILESTONE, milestone),
            "project_id": world.id("project", project),
        }

    world.create(
        "milestone",
        "project.milestone",
        {name: values(name, each) for name, each in given.milestones.items()},
    )
    signed: dict[date, list[int]] = {}
    for name, each in given.milestones.items():
        if each.signed_off:
            signed.setdefault(each.signed_off, []).append(world.id("milestone", name))
    for day, ids in signed.items():
        sign_off(world, ids, day)


def sign_off(world: World, milestones: Sequence[int], day: date, reference: str = "") -> None:
    """Milestones are reached on a day."""
    values: Values = {"is_reached": True, "reached_date": day.isoformat()}
    if reference:
        values["retainer_sign_off_reference"] = reference
    world.gateway.write("project.milestone", milestones, values)


def change_orders(world: World, given: Given) -> None:
    """Extra work, each piece with the task on which its time is entered."""
    world.create(
        "change_order",
        "retainer.change.order",
        {
            name: {"name": name, **row(world, CHANGE_ORDER, each)}
            for name, each in given.change_orders.items()
        },
    )
    tasks: dict[str, Values] = {}
    for name, each in given.change_orders.items():
        project = each.project or world.projects_of[each.engagement][0]
        world.project_of_task[name] = project
        tasks[name] = {
            "name": each.task or each.name or name,
            "project_id": world.id("project", project),
            "retainer_change_order_id": world.id("change_order", name),
        }
    world.create("task", "project.task", tasks)


def hour_blocks(world: World, given: Given) -> None:
    """Hours bought in addition."""
    world.create(
        "hour_block",
        "retainer.hour.block",
        {name: row(world, HOUR_BLOCK, each) for name, each in given.hour_blocks.items()},
    )


def advances(world: World, given: Given) -> None:
    """Advances of funds; the service asks for them."""
    world.create(
        "advance",
        "retainer.advance",
        {
            name: {
                "name": name,
                "company_id": world.company_id,
                "currency_id": world.id("currency", each.currency or world.currency),
                "date_request": False,
                "date_due": False,
                **row(world, ADVANCE, each),
            }
            for name, each in given.advances.items()
        },
    )
