"""A run goes in waves: what is posted in one is drained and recognised in the next.

Draws and recognition work with what Odoo really posted, so they are planned once it stands. A run
looks again after each wave that may entail more, until a look finds nothing to do. Killed between
two waves, it is completed by the next run like any other.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sync.domain.issues import Issue
from sync.odoo.errors import GatewayError
from sync.pipeline.looked import Looked, entails
from sync.plan.changes import Action, Plan
from sync.pull import PullError
from sync.push import PushReport, Run, Status

MOST = 5
"""Waves in one run: an advance is topped up, requested, paid by nobody; nothing goes deeper."""

_CHANGED = (Status.created, Status.replaced, Status.withdrawn)
"""What is otherwise in Odoo than before."""
_FAILED = (Status.conflict, Status.rejected, Status.unknown, Status.not_sent)


@dataclass(frozen=True)
class Wave:
    """A plan that was written, and what became of it."""

    looked: Looked
    report: PushReport


@dataclass(frozen=True)
class Ran:
    """All waves of a run."""

    waves: tuple[Wave, ...]
    left: Looked | None = None
    """The last look, of which nothing was written; None where there was no need for one."""
    follows: Plan | None = None
    """What that look found to do."""
    stopped: str = ""
    """Why it ended although there was more to do."""


def whole(ran: Ran) -> Plan:
    """All that a run wrote, as one plan, and what its looks had to say."""
    looks = [each.looked.plan for each in ran.waves] + ([ran.left.plan] if ran.left else [])
    first, last = looks[0], looks[-1]
    changes = tuple(change for each in ran.waves for change in each.looked.plan.changes)
    written = {change.key for change in changes if change.action is not Action.withdraw}
    held = {each.key: each for look in looks for each in look.held if each.key not in written}
    return Plan(
        company_id=first.company_id,
        as_of=first.as_of,
        changes=changes,
        held=tuple(held.values()),
        conflicts=tuple({each.key: each for look in looks for each in look.conflicts}.values()),
        issues=each_once([look.issues for look in looks]),
        parked=last.parked,
    )


def each_once(groups: Sequence[Sequence[Issue]]) -> tuple[Issue, ...]:
    """Every trouble once, in the words of the first look that found it."""
    found: dict[tuple[object, ...], list[Issue]] = {}
    for group in groups:
        said: dict[tuple[object, ...], list[Issue]] = {}
        for issue in group:
            of = (issue.code, issue.source.model, issue.source.id, issue.field, issue.engagement_id)
            said.setdefault(of, []).append(issue)
        found = said | found
    return tuple(issue for each in found.values() for issue in each)


def in_waves(
    run: Run,
    first: Looked,
    look: Callable[[Sequence[Plan]], Looked],
    *,
    most: int = MOST,
    force: bool = False,
) -> Ran:
    """Write a plan and all that follows from it, in so many waves at most.

    ``look`` looks again, told the plans that were written so far. ``force``: over the limits as
    well, which the run's record says. Raises what the first wave raises; later trouble stops the
    run, and the next one goes on; the run's record says so, and how much was left to follow.
    """
    ran = _waves(run, first, look, most=most, force=force)
    run.stop(ran.stopped)
    run.follows = len(ran.follows.changes) if ran.follows is not None else 0
    return ran


def _waves(
    run: Run, first: Looked, look: Callable[[Sequence[Plan]], Looked], *, most: int, force: bool
) -> Ran:
    waves: list[Wave] = []
    looked, failed = first, set[str]()
    while True:
        if looked.exceeded and force:
            run.note(f"forced over the limits: {'; '.join(looked.exceeded)}")
        wave = Wave(looked, run.write(looked.plan, looked.pulled))
        waves.append(wave)
        failed |= failed_units(wave)
        if wave.report.stopped or not entails_more(wave):
            return Ran(tuple(waves))
        try:
            looked = without(look([each.looked.plan for each in waves]), failed)
        except (GatewayError, PullError) as trouble:
            return Ran(tuple(waves), stopped=f"what follows could not be looked at: {trouble}")
        stopped = ""
        if looked.plan.empty:
            return Ran(tuple(waves), left=looked)
        if looked.exceeded and not force:
            what = "; ".join(looked.exceeded)
            stopped = f"what follows is over the limits: {what}; look at it with drawdown plan"
        elif len(waves) == most == MOST:
            stopped = f"more follows after {MOST} waves; the next run goes on"
        if stopped or len(waves) == most:
            left = replace(looked, plan=looked.plan.model_copy(update={"changes": ()}))
            return Ran(tuple(waves), left=left, follows=looked.plan, stopped=stopped)


def entails_more(wave: Wave) -> bool:
    """Whether a wave wrote anything that more may follow from."""
    written = {each.key for each in wave.report.results if each.status in _CHANGED}
    return any(change.key in written and entails(change) for change in wave.looked.plan.changes)


def failed_units(wave: Wave) -> set[str]:
    """Units of which something was not written: this run does not try them again."""
    failed = {each.key for each in wave.report.results if each.status in _FAILED}
    return {change.unit for change in wave.looked.plan.changes if change.key in failed}


def without(looked: Looked, units: set[str]) -> Looked:
    """The same look without those units."""
    changes = tuple(each for each in looked.plan.changes if each.unit not in units)
    if len(changes) == len(looked.plan.changes):
        return looked
    return replace(looked, plan=looked.plan.model_copy(update={"changes": changes}))
