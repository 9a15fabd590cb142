"""One night of a seed over and over, with the same fault at each of its calls in turn.

A seed draws a few calls by chance; here none is left out. What was done is undone between two
tries, as a database rolls back.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass

from sync.scenario.load.world import World
from tests.simulation.befallen import attempt
from tests.simulation.canaries import Heard
from tests.simulation.mishaps import BESIDE, Planned
from tests.simulation.people import Deed, moved_in, plant
from tests.simulation.site import Site
from tests.simulation.trial import (
    After,
    Night,
    Outcome,
    Trial,
    do_again,
    judged,
    settle,
    tell,
)

KILLS = ("killed before", "killed after")
DEATHS_AND_RIVALS = (*KILLS, "a rival before", "a rival after the lease ran out", BESIDE)


def try_every_call(seed: int, heard: Heard, kinds: Sequence[str] = DEATHS_AND_RIVALS) -> Outcome:
    """The seed's busiest night, with each kind of fault at each call."""
    trial, afters, well = tell(seed, heard)
    outcome = Outcome(trial, [f"where all goes well: {each}" for each in well.wrong])
    if outcome.wrong:
        return outcome
    eve = _eve(trial, afters, heard)
    site = eve.site
    for kind in kinds:
        outcome.wrong += _each_call(eve, kind)
        if outcome.wrong:
            break
    outcome.told, outcome.befell = site.told, site.befell
    outcome.calls, outcome.nights = site.calls, site.nights
    return outcome


@dataclass(frozen=True)
class Eve:
    """The world just before a night, and what the night leaves where all goes well."""

    site: Site
    world: World
    night: Night
    wanted: After


def _eve(trial: Trial, afters: Sequence[After], heard: Heard) -> Eve:
    """The eve of the night after which most is new."""
    grown = [
        len(after.state) - (len(afters[at - 1].state) if at else 0)
        for at, after in enumerate(afters)
    ]
    busiest = grown.index(max(grown))
    site = Site(trial.ways, heard)
    world = moved_in(site, trial.scenario)
    nights = 0
    for event in trial.events:
        if isinstance(event, Deed):
            do_again(world, site, event)
            continue
        site.clock.set(event.at)
        if nights == busiest:
            return Eve(site, world, event, afters[busiest])
        settle(site, event.as_of)
        plant(site)
        nights += 1
    raise AssertionError("a history ends with a night")


def _each_call(eve: Eve, kind: str) -> Iterator[str]:
    site, night = eve.site, eve.night
    with _undone(site):
        calls = site.run(night.as_of).calls
    lasting = calls if kind == BESIDE else 1  # until ours asks for the lease
    seen: set[int] = {0}
    for number in range(1, calls + 1):
        with _undone(site):
            ended = attempt(site, night.as_of, [Planned(number, kind, lasting)])
            changes = len(site.odoo.tables._undo)
            known = kind in KILLS and changes in seen
            seen.add(changes)
            found: list[str] = []
            if not known:
                after, _ = settle(site, night.as_of)
                found += judged(eve.wanted, after, eve.world)
            found += site.wrong
            site.wrong.clear()
            if found:
                yield from (f"{kind} at call {number} ({ended}): {each}" for each in found)
                return


@contextmanager
def _undone(site: Site) -> Iterator[None]:
    """What is done inside leaves nothing behind."""

    class Undo(Exception):
        """Take it all back."""

    clock = copy(site.clock)
    try:
        with site.odoo.tables.transaction():
            yield
            raise Undo
    except Undo:
        site.clock.moment, site.clock.elapsed, site.clock.due = clock.moment, clock.elapsed, []
