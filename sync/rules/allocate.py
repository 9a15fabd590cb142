"""Rule 1: allocate time by work date.

An entry belongs to the change order of its task, or else to the engagement of its project that is
in force on its day. What belongs nowhere is an issue, never dropped silently.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from operator import attrgetter
from typing import Protocol, TypeVar

from sync.domain import hours
from sync.domain.engagement import Engagement, Kind
from sync.domain.entries import TimeEntry
from sync.domain.existing import ClosedMonth, Tombstone
from sync.domain.issues import Issue, Severity, Source
from sync.domain.keys import engagement_of
from sync.domain.snapshot import Project, Snapshot
from sync.rules.case import Case, terms_on
from sync.rules.count_time import count_time

Parts = list[list[TimeEntry]]
"""Time in parts that are each by day and id."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Time that the same engagements may claim: that of a change order, or of some projects."""

    candidates: tuple[Engagement, ...]
    """In the order of their start."""
    order: int | None = None
    entries: list[TimeEntry] = field(default_factory=list)


def allocate(snapshot: Snapshot, as_of: date) -> tuple[list[Case], list[Issue]]:
    """Sort every fact to its engagement: one case per engagement, by id, and what fits nowhere."""
    first = snapshot.company.go_live or date.min
    claims, unclaimed = _claimed(snapshot)
    own: dict[int, Parts] = defaultdict(list)
    extra: dict[int, Parts] = defaultdict(list)
    misplaced: dict[tuple[int, str], list[TimeEntry]] = defaultdict(list)
    for claim in claims:
        for part in _alike(claim.candidates, _by_day(claim.entries, first, as_of)):
            engagement, fault = _place(claim, part[0].day)
            if fault:
                misplaced[engagement.id, fault] += part
                continue
            counted = count_time(terms_on(engagement, part[0].day), part)
            if claim.order is None:
                own[engagement.id].append(counted)
            else:
                extra[claim.order].append(counted)

    engagements = {each.id: each for each in snapshot.engagements}
    names = {each.id: each.name for each in snapshot.projects}
    outside = {
        project: left
        for project, entries in unclaimed.items()
        if (left := _by_day(entries, first, as_of))
    }
    issues = [_outside(project, names.get(project, ""), left) for project, left in outside.items()]
    issues += [
        _misplaced(engagements[engagement_id], fault, entries)
        for (engagement_id, fault), entries in misplaced.items()
    ]
    return _cases(snapshot, as_of, own, extra, outside), issues


def uncounted(case: Case) -> tuple[Issue, ...]:
    """Time that reached a retainer after its last statement was closed."""
    closed_until = case.engagement.closed_until
    if case.open_months or not case.entries or (closed_until and case.as_of <= closed_until):
        return ()
    return (
        Issue(
            code="time_after_close",
            severity=Severity.warning,
            source=case.source,
            field="date_end",
            message=f"{_summary(list(case.entries))} came after the last statement was closed; "
            "bill it on another engagement, or mark it non-billable",
            engagement_id=case.engagement.id,
        ),
    )


def _claimed(snapshot: Snapshot) -> tuple[list[Claim], Mapping[int, list[TimeEntry]]]:
    """Billable time by who may claim it, and by project what nobody does; each by id.

    A million entries pass here: each is looked at once, in the order in which they were made.
    """
    engagements = {each.id: each for each in snapshot.engagements}
    of_order = {
        each.id: Claim((engagements[each.engagement_id],), each.id)
        for each in snapshot.change_orders
        if each.engagement_id in engagements
    }
    of_project: dict[int, Claim] = {}
    alike: dict[tuple[int, ...], Claim] = {}
    for project, candidates in _candidates(snapshot.engagements).items():
        ids = tuple(each.id for each in candidates)
        of_project[project] = alike.setdefault(ids, Claim(candidates))

    on_order = {order: claim.entries for order, claim in of_order.items()}
    on_project = {project: claim.entries for project, claim in of_project.items()}
    unclaimed: dict[int, list[TimeEntry]] = defaultdict(list)
    for entry in sorted(snapshot.entries, key=attrgetter("id")):
        if not entry.billable:
            continue
        if entry.change_order_id in on_order:
            on_order[entry.change_order_id].append(entry)
        elif entry.project_id in on_project:
            on_project[entry.project_id].append(entry)
        else:
            unclaimed[entry.project_id].append(entry)
    return [*of_order.values(), *alike.values()], unclaimed


def _candidates(engagements: Iterable[Engagement]) -> dict[int, tuple[Engagement, ...]]:
    """Which engagements have a project, in the order of their start."""
    candidates: dict[int, tuple[Engagement, ...]] = {}
    for engagement in sorted(engagements, key=lambda each: (each.date_start, each.id)):
        for project in engagement.project_ids:
            candidates[project] = (*candidates.get(project, ()), engagement)
    return candidates


def _by_day(entries: list[TimeEntry], first: date, last: date) -> list[TimeEntry]:
    """Entries that are by id, by day and id: those of the span. No two days are compared twice."""
    days: dict[date, list[TimeEntry]] = defaultdict(list)
    for entry in entries:
        days[entry.day].append(entry)
    return [entry for day in sorted(days) if first <= day <= last for entry in days[day]]


def _alike(
    candidates: tuple[Engagement, ...], entries: list[TimeEntry]
) -> Iterator[list[TimeEntry]]:
    """Entries by day, cut where another engagement or other terms come into force: what holds for
    one entry of a part holds for all of it.
    """
    firsts = {each.date_start for each in candidates}
    firsts |= {terms.date_start for each in candidates for terms in each.terms}
    lasts = {each.date_end for each in candidates if each.date_end is not None}
    cuts = {bisect_left(entries, day, key=attrgetter("day")) for day in firsts}
    cuts |= {bisect_right(entries, day, key=attrgetter("day")) for day in lasts}
    return (entries[start:end] for start, end in pairwise(sorted({0, *cuts, len(entries)})))


def _place(claim: Claim, day: date) -> tuple[Engagement, str]:
    """The engagement that time of a day belongs to, the later start where two are in force, or the
    one that it misses by its day; and what is wrong with it there, if anything.
    """
    for engagement in reversed(claim.candidates):
        if engagement.date_start <= day and (
            engagement.date_end is None or day <= engagement.date_end
        ):
            return engagement, "" if claim.order is not None else _fault(engagement, day)
    before = [each for each in claim.candidates if day < each.date_start]
    if len(before) == len(claim.candidates):
        return before[0], "time_before_start"
    ended = [each for each in claim.candidates if each.date_end is not None and day > each.date_end]
    return ended[-1], "time_after_end"


def _fault(engagement: Engagement, day: date) -> str:
    """Why an engagement in force does not count time on its projects that has no change order."""
    terms = terms_on(engagement, day)
    if terms is not None and terms.paused:
        return "time_while_paused"
    return "extra_work_without_change_order" if engagement.kind is Kind.out_of_scope else ""


def _cases(
    snapshot: Snapshot,
    as_of: date,
    own: Mapping[int, Parts],
    extra: Mapping[int, Parts],
    outside: Mapping[int, list[TimeEntry]],
) -> list[Case]:
    told = _told(snapshot, as_of, outside)
    clients = {each.id: each for each in snapshot.clients}
    client_pos = {each.id: each for each in snapshot.client_pos}
    quotation_keys = frozenset(snapshot.quotation_keys)
    history: dict[int, list[ClosedMonth]] = defaultdict(list)
    for month in snapshot.history:
        history[month.engagement_id].append(month)
    deleted: dict[int, list[Tombstone]] = defaultdict(list)
    for stone in snapshot.tombstones:
        if stone.invoice:
            deleted[engagement_of(stone.key)].append(stone)
    milestones = _by_engagement(snapshot.milestones)
    change_orders = _by_engagement(snapshot.change_orders)
    blocks = _by_engagement(snapshot.hour_blocks)
    purchases = _by_engagement(snapshot.purchase_lines)
    invoices = _by_engagement(snapshot.invoices)
    closed = {
        each.engagement_id: each
        for each in sorted(snapshot.periods, key=lambda each: each.date_end)
        if each.closed
    }
    return [
        Case(
            as_of=as_of,
            company=snapshot.company,
            engagement=engagement,
            client=clients.get(engagement.client_id),
            client_pos=client_pos,
            entries=_merged(own.get(engagement.id, [])),
            extra={
                order.id: _merged(extra[order.id])
                for order in change_orders.get(engagement.id, ())
                if order.id in extra
            },
            milestones=tuple(milestones.get(engagement.id, ())),
            change_orders=tuple(change_orders.get(engagement.id, ())),
            hour_blocks=tuple(blocks.get(engagement.id, ())),
            purchase_lines=tuple(purchases.get(engagement.id, ())),
            invoices=tuple(invoices.get(engagement.id, ())),
            tombstones=tuple(deleted.get(engagement.id, ())),
            history=tuple(history.get(engagement.id, ())),
            last_closed=closed.get(engagement.id),
            quotation_keys=quotation_keys,
            outside=tuple(told.get(engagement.id, ())),
        )
        for engagement in sorted(snapshot.engagements, key=lambda each: each.id)
    ]


def _told(
    snapshot: Snapshot, as_of: date, outside: Mapping[int, list[TimeEntry]]
) -> dict[int, list[tuple[Project, tuple[TimeEntry, ...]]]]:
    """Time outside by the first running engagement of the client: whose manager hears of it."""
    first: dict[int, int] = {}
    for engagement in sorted(snapshot.engagements, key=lambda each: each.id):
        end = engagement.date_end or date.max
        if engagement.date_start <= as_of <= end:
            first.setdefault(engagement.client_id, engagement.id)
    told: dict[int, list[tuple[Project, tuple[TimeEntry, ...]]]] = defaultdict(list)
    for project in snapshot.projects:
        if project.id in outside and project.client_id in first:
            told[first[project.client_id]].append((project, tuple(outside[project.id])))
    return told


class _OfEngagement(Protocol):
    """A record with an id that belongs to an engagement."""

    @property
    def id(self) -> int: ...
    @property
    def engagement_id(self) -> int: ...


Record = TypeVar("Record", bound=_OfEngagement)


def _by_engagement(records: Iterable[Record]) -> dict[int, list[Record]]:
    """Records by their engagement, in the order of their ids."""
    grouped: dict[int, list[Record]] = defaultdict(list)
    for record in sorted(records, key=lambda each: each.id):
        grouped[record.engagement_id].append(record)
    return grouped


def _merged(parts: Parts) -> tuple[TimeEntry, ...]:
    """Parts that are each by day and id, as one."""
    entries = [entry for part in parts for entry in part]
    if len(parts) > 1:
        entries.sort(key=lambda entry: (entry.day, entry.id))
    return tuple(entries)


def _outside(project_id: int, name: str, entries: list[TimeEntry]) -> Issue:
    return Issue(
        code="time_on_no_engagement",
        severity=Severity.warning,
        source=Source(model="project.project", id=project_id, name=name),
        field="retainer engagement",
        message=f"{_summary(entries)} on no engagement; add the project to the client's engagement,"
        " or tick 'Outside retainer billing' on the project",
    )


def _misplaced(engagement: Engagement, fault: str, entries: list[TimeEntry]) -> Issue:
    field, where = {
        "time_before_start": (
            "date_start",
            f"before the engagement starts on {engagement.date_start}",
        ),
        "time_after_end": ("date_end", f"after the engagement ended on {engagement.date_end}"),
        "time_while_paused": ("terms", "while the engagement's terms are paused"),
        "extra_work_without_change_order": ("task", "on no change order"),
    }[fault]
    remedy = "correct the entries' date or project, or the engagement's dates"
    if fault == "extra_work_without_change_order":
        remedy = "give the task a change order with the client's approval, or move the time"
    return Issue(
        code=fault,
        severity=Severity.warning,
        source=Source(model="retainer.engagement", id=engagement.id, name=engagement.name),
        field=field,
        message=f"{_summary(entries)} {where}; {remedy}",
        engagement_id=engagement.id,
    )


def _summary(entries: list[TimeEntry]) -> str:
    """``2 time entries (5:30 h, ids 12, 15)``."""
    entries = sorted(entries)
    total = hours.text(sum(entry.seconds for entry in entries))
    shown = ", ".join(str(entry.id) for entry in entries[:5])
    more = f" and {len(entries) - 5} more" if len(entries) > 5 else ""
    noun = "time entry" if len(entries) == 1 else "time entries"
    return f"{len(entries)} {noun} ({total} h, ids {shown}{more})"
