"""The smallest history that still fails: what does not matter is left out, piece by piece."""

from collections.abc import Iterator
from dataclasses import replace

from tests.simulation.canaries import Heard
from tests.simulation.people import Deed, do, moved_in, plant
from tests.simulation.site import Site
from tests.simulation.trial import After, Attempt, Event, Night, Trial, live, noon, settle

MOST_TRIES = 400


def shrink(trial: Trial, heard: Heard) -> tuple[Trial, list[str]]:
    """A smaller trial, and what goes wrong in it; nothing where it did not fail again."""
    wrong = verdict(trial, heard)
    tries, smaller = 0, bool(wrong)
    while smaller:
        smaller = False
        for candidate in _smaller(trial):
            tries += 1
            if tries > MOST_TRIES:
                return trial, wrong
            if found := verdict(candidate, heard):
                trial, wrong, smaller = candidate, found, True
                break
    return trial, wrong


def verdict(trial: Trial, heard: Heard) -> list[str]:
    """What goes wrong in a trial, told from its events alone."""
    site, afters = well(trial, heard)
    return site.wrong or live(trial, afters, heard).wrong


def well(trial: Trial, heard: Heard) -> tuple[Site, list[After]]:
    """The history where all goes well, from its events."""
    site = Site(trial.ways, heard)
    world = moved_in(site, trial.scenario)
    afters = []
    for event in trial.events:
        if isinstance(event, Deed):
            do(world, site, event)
            continue
        site.clock.set(noon(event.as_of))
        afters.append(settle(site, event.as_of)[0])
        plant(site)
    return site, afters


def _smaller(trial: Trial) -> Iterator[Trial]:
    """Trials with one piece less: later nights, deeds, attempts, faults."""
    events = trial.events
    for at in range(len(events) - 1, -1, -1):
        yield replace(trial, events=(*events[:at], *events[at + 1 :]))
    for at, event in enumerate(events):
        if isinstance(event, Night):
            for night in _calmer(event):
                changed: tuple[Event, ...] = (*events[:at], night, *events[at + 1 :])
                yield replace(trial, events=changed)


def _calmer(night: Night) -> Iterator[Night]:
    attempts = night.attempts
    for at, attempt in enumerate(attempts):
        yield replace(night, attempts=(*attempts[:at], *attempts[at + 1 :]))
        planned = attempt.planned
        if len(planned) > 1:
            for each in range(len(planned)):
                fewer = Attempt((*planned[:each], *planned[each + 1 :]), attempt.patient)
                yield replace(night, attempts=(*attempts[:at], fewer, *attempts[at + 1 :]))
