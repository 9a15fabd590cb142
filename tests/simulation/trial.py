"""One seed: a history is told in a world where all goes well, and lived again where it does not.

After each night, once whoever could finish the work has done so, both worlds must be the same.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from sync.pipeline.looked import Looked
from sync.scenario.load.world import World
from sync.scenario.model import Scenario
from tests.properties.histories import laws
from tests.simulation import befallen
from tests.simulation.canaries import Heard
from tests.simulation.clock import moment_of
from tests.simulation.mishaps import BESIDE, KINDS, LASTING, Planned
from tests.simulation.people import Deed, People, do, moved_in, plant
from tests.simulation.site import Ended, Site, Ways
from tests.simulation.state import KEYED, Named, State, differences

MOST_ATTEMPTS = 8
"""Clean runs that a night may need; more, and it never ends."""


@dataclass(frozen=True)
class Attempt:
    """One attempt at a run, what befalls it, and whether whoever comes next waits for its lease."""

    planned: tuple[Planned, ...]
    patient: bool


@dataclass(frozen=True)
class Night:
    """A nightly run: its day, the moment on the server's clock, and what goes wrong in it."""

    as_of: date
    at: datetime
    attempts: tuple[Attempt, ...] = ()

    def __str__(self) -> str:
        bad = "; ".join(", ".join(map(str, each.planned)) for each in self.attempts)
        return f"night of {self.as_of} at {self.at:%Y-%m-%d %H:%M} UTC: {bad or 'all goes well'}"


Event = Deed | Night
Rows = dict[tuple[str, int], Any]


@dataclass
class After:
    """What a night left behind."""

    state: State
    said: list[str]
    """What the next look finds to do, and has to say."""
    tied: bool
    """Whether the books tied."""


@dataclass
class Trial:
    """Everything that decides what happens: the seed's outcome, which can be lived again."""

    seed: int
    ways: Ways
    scenario: Scenario
    events: tuple[Event, ...]


@dataclass
class Outcome:
    """What a trial came to."""

    trial: Trial
    wrong: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    befell: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    nights: int = 0
    documents: int = 0


def ways_of(chance: random.Random) -> Ways:
    """How the service is set up."""
    return Ways(
        batch_size=chance.choice([1, 2, 5, 200]),
        page_size=chance.choice([3, 50, 2000]),
        lease_seconds=chance.choice([60, 60, 600]),
    )


def tell(seed: int, heard: Heard) -> tuple[Trial, list[After], Site]:
    """The seed's history where all goes well, and what is going to go wrong in it."""
    chance = random.Random(f"trial {seed}")
    ways = ways_of(chance)
    site = Site(ways, heard)
    people = People(seed, site, meddling=chance.random() < 0.5)
    afters = []
    for _ in people.live(chance.randint(2, 6)):
        night = Night(people.day, moment_of(chance, people.day))
        site.clock.set(noon(people.day))
        after, ended = settle(site, night.as_of)
        planned = tuple(_attempt(chance, ended.calls) for _ in range(chance.choice([1, 1, 2])))
        people.deeds.append(Night(night.as_of, night.at, planned))
        afters.append(after)
        site.wrong += [f"{night.as_of}: {each}" for each in laws(people.world)]
        if not after.tied and not people.meddling:
            site.wrong.append(f"{night.as_of}: the books do not tie")
        plant(site)
    trial = Trial(seed, ways, people.scenario, tuple(people.deeds))
    return trial, afters, site


def noon(day: date) -> datetime:
    """When the night's run comes where all goes well."""
    return datetime.combine(day, time(12), UTC)


def _attempt(chance: random.Random, calls: int) -> Attempt:
    """What befalls an attempt at a run that makes about so many calls."""
    planned = []
    for _ in range(chance.choice([1, 1, 2, 4])):
        kind = chance.choice(KINDS)
        if kind == BESIDE:
            # Often before ours reads, and until ours asks for the lease.
            call = chance.choice([1, 2, chance.randint(1, calls)])
            planned.append(Planned(call, kind, chance.randint(2, 2 * calls)))
            continue
        lasting = chance.randint(2, 9) if kind in LASTING and chance.random() < 0.4 else 1
        writing = chance.random() < 0.6
        planned.append(Planned(chance.randint(1, 7 if writing else calls), kind, lasting, writing))
    return Attempt(tuple(planned), patient=chance.random() < 0.5)


def settle(site: Site, as_of: date) -> tuple[After, Ended]:
    """Runs by whom nothing befalls, until one has done all there is to do."""
    site.nights += 1
    first = None
    for _ in range(MOST_ATTEMPTS):
        site.wait_for_the_lease()
        ended = site.run(as_of)
        first = first or ended
        if ended.whole:
            break
        if ended.error is not None:
            site.wrong.append(f"{as_of}: a run that nothing befell ended with {ended}")
            break
    else:
        site.wrong.append(f"{as_of}: {MOST_ATTEMPTS} runs did not end the work: {ended}")
    site.wrong += [f"{as_of}: {each}" for each in site.touched.wrong(site.odoo)]
    state, before = Named(site.odoo).state(), _rows(site)
    again = site.run(as_of)
    said = _said(site, again.looked) if again.looked else [f"nothing: {again}"]
    if again.looked:
        plan = again.looked.plan
        conflicts, issues = (
            {each.key for each in plan.conflicts},
            {each.code for each in plan.issues},
        )
        untold = site.touched.unsaid(site.odoo, conflicts, issues)
        site.wrong += [f"{as_of}: {each}" for each in untold]
    site.wrong += [f"{as_of}: {each}" for each in _written(before, _rows(site))]
    site.wrong += [f"{as_of}: {each}" for each in duplicates(site)]
    return After(state, said, again.report is not None and again.report.tied), first


def _said(site: Site, looked: Looked) -> list[str]:
    """What a look has to say, without ids."""
    named, plan = Named(site.odoo), looked.plan
    return sorted(
        [
            *(f"{each.action.value} {named.key(each.key)}" for each in plan.changes),
            *(f"held {named.key(each.key)}" for each in plan.held),
            *(f"conflict {each.code} {named.key(each.key)}" for each in plan.conflicts),
            *(f"issue {each.code} {each.source.model}" for each in plan.issues),
            *(f"parked {each}" for each in plan.parked),
        ]
    )


def _written(before: Rows, after: Rows) -> Iterator[str]:
    """Records that a run with nothing to do touched, besides that of its own."""
    for model, record in sorted(before.keys() | after.keys()):
        if before.get((model, record)) is not after.get((model, record)):
            yield f"a run with nothing to do wrote {model},{record}"


def _rows(site: Site) -> Rows:
    """Every row there is; a row that was written is another object."""
    tables = site.odoo.tables
    return {
        (model, record): row
        for model in tables._rows
        if model != "retainer.sync.run"
        for record, row in tables.rows(model).items()
    }


def live(trial: Trial, afters: Sequence[After], heard: Heard) -> Site:
    """The same history where things go wrong, compared night by night."""
    site = Site(trial.ways, heard)
    world = moved_in(site, trial.scenario)
    nights = iter(afters)
    for event in trial.events:
        if isinstance(event, Deed):
            do_again(world, site, event)
            continue
        site.told.append(str(event))
        bad_night(site, event)
        after, _ = settle(site, event.as_of)
        plant(site)
        found = judged(next(nights), after, world)
        site.wrong += [f"{event.as_of}: {each}" for each in found]
        if site.wrong:
            break
    return site


def judged(wanted: After, after: After, world: World) -> Iterator[str]:
    """What is not as where all went well, after a night; and laws of the books that are broken."""
    yield from differences(wanted.state, after.state)
    yield from unsaid(wanted.said, after.said)
    yield from laws(world)
    if after.tied != wanted.tied:
        yield f"the books tied: {wanted.tied}, and now {after.tied}"


def do_again(world: World, site: Site, deed: Deed) -> None:
    """A deed in a world where it may be refused."""
    refused = do(world, site, deed)
    site.told.append(f"{deed}{f' refused: {refused}' if refused else ''}")


def bad_night(site: Site, night: Night) -> None:
    """Attempts at a run, each with what befalls it."""
    site.clock.set(night.at)
    for attempt in night.attempts:
        if attempt.patient:
            site.wait_for_the_lease()
        ended = befallen.attempt(site, night.as_of, attempt.planned)
        site.told.append(f"  attempt: {ended}")


def duplicates(site: Site) -> list[str]:
    """Keys that more than one record has."""
    found = []
    for model, name in KEYED.items():
        count = Counter(
            (row.get("company_id", 0), row[name])
            for row in site.odoo.tables.rows(model).values()
            if row[name]
        )
        found += [f"twice: {model} {key}" for key, number in count.items() if number > 1]
    return found


def unsaid(wanted: list[str], got: list[str]) -> list[str]:
    missing, more = Counter(wanted) - Counter(got), Counter(got) - Counter(wanted)
    return [f"not said: {each}" for each in missing] + [f"said too much: {each}" for each in more]


def try_seed(seed: int, heard: Heard) -> Outcome:
    """One seed from its beginning to its verdict."""
    trial, afters, well = tell(seed, heard)
    if well.wrong:
        return Outcome(trial, [f"where all goes well: {each}" for each in well.wrong], well.told)
    badly = live(trial, afters, heard)
    outcome = Outcome(trial, badly.wrong, badly.told, badly.befell, badly.calls, badly.nights)
    outcome.documents = sum(
        1
        for model, name in KEYED.items()
        for row in badly.odoo.tables.rows(model).values()
        if row[name]
    )
    return outcome
