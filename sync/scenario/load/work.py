"""Projects and the time worked on them."""

from collections.abc import Iterable
from typing import Any

from sync.domain.hours import HOUR
from sync.scenario.load.columns import PROJECT, Values, row
from sync.scenario.load.world import NotThere, World
from sync.scenario.model import Given, Time, TimeRef
from sync.scenario.spread import entries


def projects(world: World, given: Given) -> None:
    """Projects of engagements and those named for themselves, each with its client."""
    clients: dict[str, str | None] = {}
    for name, engagement in given.engagements.items():
        for project in given.projects_of(name):
            clients.setdefault(project, engagement.client)
    for name, each in given.projects.items():
        clients[name] = each.client or clients.get(name)
    rows: dict[str, Values] = {}
    for name, client in clients.items():
        if world.known("project", name):
            continue
        rows[name] = {
            "name": name,
            "company_id": world.company_id,
            "allow_timesheets": True,
            "allow_milestones": True,
        }
        if client:
            rows[name]["partner_id"] = world.id("client", client)
        if name in given.projects:
            rows[name] |= row(world, PROJECT, given.projects[name])
    world.create("project", "project.project", rows)


def time(world: World, given: Iterable[Time]) -> None:
    """Time entries, all in one call."""
    rows = [values for each in given for values in _values(world, each)]
    if rows:
        world.gateway.create("account.analytic.line", rows)


def task(world: World, project: str, name: str) -> int:
    """A task of a project by its name, made where it is not there yet."""
    called = f"{project}/{name}"
    if not world.known("plain task", called):
        values = {"name": name, "project_id": world.id("project", project)}
        world.create("plain task", "project.task", {called: values})
    return world.id("plain task", called)


def entry(world: World, ref: TimeRef) -> int:
    """The one time entry that is meant. Raises ``NotThere``."""
    domain: list[Any] = [("date", "=", ref.date.isoformat()), ("project_id", "!=", False)]
    if ref.project:
        domain.append(("project_id", "=", world.id("project", ref.project)))
    if ref.change_order:
        domain.append(("task_id", "=", world.id("task", ref.change_order)))
    if ref.by:
        domain.append(("employee_id", "=", world.id("employee", ref.by)))
    found = world.rows("account.analytic.line", domain, ["date"])
    if len(found) != 1:
        raise NotThere(f"{len(found)} time entries on {ref.date} where one is meant")
    return int(found[0]["id"])


def _values(world: World, time: Time) -> list[Values]:
    if time.change_order:
        place = {
            "project_id": world.id("project", world.project_of_task[time.change_order]),
            "task_id": world.id("task", time.change_order),
        }
    else:
        assert time.project
        place = {"project_id": world.id("project", time.project)}
        if time.task:
            place["task_id"] = task(world, time.project, time.task)
    if time.corrects:
        place["retainer_corrects_id"] = entry(world, time.corrects)
    return [
        {
            **place,
            "name": time.text,
            "date": day.isoformat(),
            "unit_amount": seconds / HOUR,
            "employee_id": world.id("employee", time.by),
            "retainer_non_billable": not time.billable,
        }
        for day, seconds in entries(time, world.holidays)
    ]
