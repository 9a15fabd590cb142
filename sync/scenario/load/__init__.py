"""Plays the people in Odoo: makes the records of a story, in few calls, on any Odoo.

For the service only ``mappings`` knows Odoo's field names. This package is the exception, since it
stands on the other side: it does what people do in Odoo's screens, and it looks at the result the
way they do. The service's own reading and writing must not grade itself.
"""

from collections.abc import Callable

from sync.odoo import AdminGateway
from sync.scenario.load import agreements, bookings, work
from sync.scenario.load.company import find_company, lock, settle
from sync.scenario.load.people import Needs
from sync.scenario.load.purchases import purchases
from sync.scenario.load.world import World
from sync.scenario.model import Given, Scenario

__all__ = ["World", "add", "load"]


def load(
    gateway: AdminGateway,
    scenario: Scenario,
    *,
    company_id: int = 1,
    tell: Callable[[str], None] = lambda _: None,
) -> World:
    """Make everything that a story gives, in an Odoo where none of it is there yet.

    ``tell`` hears what is being made. Raises ``GatewayError`` where Odoo refuses a record.
    """
    world = World(gateway, company_id)
    find_company(world)
    tell("company")
    settle(world, scenario.company)
    add(world, scenario.given, tell=tell)
    lock(world, scenario.company)
    return world


def add(world: World, given: Given, *, tell: Callable[[str], None] = lambda _: None) -> None:
    """Make some more records in the Odoo of a story."""
    tell("clients and people")
    Needs.of(given).create(world)
    tell("projects")
    work.projects(world, given)
    tell("agreements")
    agreements.purchase_orders(world, given)
    agreements.engagements(world, given)
    agreements.milestones(world, given)
    agreements.change_orders(world, given)
    agreements.hour_blocks(world, given)
    agreements.advances(world, given)
    for entry in given.entries:
        bookings.book(world, entry)
    purchases(world, given)
    tell("time")
    work.time(world, given.time)
