"""One night of a seed over and over, with the same fault at each of its calls in turn.

A seed draws a few calls by chance; here none is left out. What was done is undone between two
tries, as a database rolls back.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy

from tests.simulation.canaries import Heard
from tests.simulation.mishaps import Planned
from tests.simulation.people import Deed, moved_in, plant
from tests.simulation.site import Site
from tests.simulation.trial import (
    After,
    Night,
    Outcome,
    Trial,
    differences,
    do_again,
    duplicates,
    settle,
    tell,
    unsaid,
)

KILLS = ("killed before", "killed after")
RIVALS = ("a rival before", "a rival after the lease ran out")
DEATHS_AND_RIVALS = (*KILLS, *RIVALS)


def try_every_call(seed: int, heard: Heard, kinds: Sequence[str] = DEATHS_AND_RIVALS) -> Outcome:
    """The seed's busiest night, with each kind of fault at each call."""
    trial, afters, well = tell(seed, heard)
    outcome = Outcome(trial, [f"where all goes well: {each}" for each in well.wrong])
    if outcome.wrong:
        return outcome
    site, night, wanted = _eve(trial, afters, heard)
    for kind in kinds:
        outcome.wrong += _each_call(site, night, wanted, kind)
        if outcome.wrong:
            break
    outcome.told, outcome.befell = site.told, site.befell
    outcome.calls, outcome.nights = site.calls, site.nights
    return outcome


def _eve(trial: Trial, afters: Sequence[After], heard: Heard) -> tuple[Site, Night, After]:
    """The world just before the night after which most is new."""
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
            return site, event, afters[busiest]
        settle(site, event.as_of)
        plant(site)
        nights += 1
    raise AssertionError("a history ends with a night")


def _each_call(site: Site, night: Night, wanted: After, kind: str) -> Iterator[str]:
    with _undone(site):
        calls = site.run(night.as_of).calls
    seen: set[int] = {0}
    for number in range(1, calls + 1):
        with _undone(site):
            ended = site.run(night.as_of, [Planned(number, kind)])
            changes = len(site.odoo.tables._undo)
            known = kind in KILLS and changes in seen
            seen.add(changes)
            found: list[str] = []
            if not known:
                after, _ = settle(site, night.as_of)
                found = [*differences(wanted.state, after.state), *unsaid(wanted.said, after.said)]
                found += duplicates(site)
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
