"""Puts the sample agency into an Odoo."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.progress import Progress, Silent
from sync.odoo import AdminGateway, Gateway
from sync.scenario.load import load
from sync.scenario.load.company import find_company
from sync.scenario.load.world import World
from sync.scenario.model import Scenario
from sync.scenario.reading import read
from sync.scenario.run import play

FILE = Path(__file__).with_name("agency.yaml")
AS_OF = date(2025, 3, 28)
"""The day on which the account manager wants to know what goes out."""

STEPS = 5
"""What `load_agency` announces, without those of the caller."""


def agency() -> Scenario:
    """The sample as a story: what is given, and under `when` its history up to 27 March."""
    scenario = read(FILE)
    assert scenario.as_of == AS_OF
    return scenario


def load_agency(
    gateway: AdminGateway, *, company_id: int = 1, progress: Progress | None = None
) -> World:
    """Make the agency's clients, agreements and time in an Odoo that does not have them yet.

    The door must be an administrator's. Raises `SandboxError` where the agency is there already,
    and `GatewayError` where Odoo refuses a record.
    """
    scenario = agency()
    found = World(gateway, company_id)
    find_company(found)
    clients = sorted(scenario.given.clients)
    if gateway.search_count("res.partner", [("name", "in", clients), ("parent_id", "=", False)]):
        raise SandboxError(
            f"{found.company_name} has clients of the sample agency already",
            "Take a fresh database: `python -m sandbox reset`.",
        )
    with _told(progress or Silent()) as tell:
        return load(gateway, scenario, company_id=company_id, tell=tell)


def live(world: World, service: Gateway, *, progress: Progress | None = None) -> None:
    """Let the service run as it did in January, February and early March, and time come in late.

    Afterwards January and February are closed and invoiced, and two entries of February wait for
    the statement of March. Raises `SandboxError` where a document could not be written.
    """
    told = progress or Silent()
    with told.step("Runs of January, February and March"):
        for difference in play(world, agency(), service):
            raise SandboxError(str(difference), "The agency's history could not be written.")


class _Told:
    """Turns the loader's announcements into steps, each ending where the next begins."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._step = ExitStack()

    def __call__(self, what: str) -> None:
        self.end()
        self._step.enter_context(self._progress.step(f"Sample agency: {what}"))

    def end(self) -> None:
        """End the step that is open."""
        self._step.close()


@contextmanager
def _told(progress: Progress) -> Iterator[_Told]:
    told = _Told(progress)
    try:
        yield told
    finally:
        told.end()
