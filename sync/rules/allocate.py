"""Rule 1: allocate time by work date.

An entry belongs to the change order of its task, or else to the engagement of its project that is
in force on its day. What belongs nowhere is an issue, never dropped silently.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar

from sync.domain import hours
from sync.domain.engagement import Engagement, Kind
from sync.domain.entries import TimeEntry
from sync.domain.issues import Issue, Severity, Source
from sync.domain.snapshot import Snapshot
from sync.rules.case import Case, role_rate, terms_on


def allocate(snapshot: Snapshot, as_of: date) -> tuple[list[Case], list[Issue]]:
    """Sort every fact to its engagement: one case per engagement, by id, and what fits nowhere."""
    engagements = {each.id: each for each in snapshot.engagements}
    claims = _claims(snapshot.engagements)
    orders = {each.id: each.engagement_id for each in snapshot.change_orders}
    names = {each.id: each.name for each in snapshot.projects}
    paused = {each.id for each in snapshot.engagements if any(terms.paused for terms in each.terms)}

    own: dict[int, list[TimeEntry]] = defaultdict(list)
    extra: dict[int, dict[int, list[TimeEntry]]] = defaultdict(lambda: defaultdict(list))
    outside: dict[int, list[TimeEntry]] = defaultdict(list)
    misdated: dict[tuple[int, str], list[TimeEntry]] = defaultdict(list)
    unordered: dict[int, list[TimeEntry]] = defaultdict(list)
    go_live = snapshot.company.go_live

    for entry in snapshot.entries:
        if not entry.billable or entry.day > as_of or (go_live and entry.day < go_live):
            continue
        order = entry.change_order_id
        if order is not None and order in orders and orders[order] in engagements:
            candidates: tuple[Engagement, ...] = (engagements[orders[order]],)
        else:
            order = None
            candidates = claims.get(entry.project_id, ())
        if not candidates:
            outside[entry.project_id].append(entry)
            continue
        engagement = _in_force(candidates, entry.day)
        if engagement is not None and order is None and engagement.id in paused:
            terms = terms_on(engagement, entry.day)
            if terms is not None and terms.paused:
                misdated[engagement.id, "time_while_paused"].append(entry)
                continue
        if engagement is None:
            nearest, fault = _misfit(candidates, entry.day)
            misdated[nearest.id, fault].append(entry)
        elif order is not None:
            extra[engagement.id][order].append(entry)
        elif engagement.kind is Kind.out_of_scope:
            unordered[engagement.id].append(entry)
        else:
            own[engagement.id].append(entry)

    issues = [_outside(project, names.get(project, ""), each) for project, each in outside.items()]
    issues += [
        _misdated(engagements[engagement_id], fault, each)
        for (engagement_id, fault), each in misdated.items()
    ]
    issues += [_unordered(engagements[each], entries) for each, entries in unordered.items()]
    return _cases(snapshot, as_of, own, extra), issues


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


def _claims(engagements: Iterable[Engagement]) -> dict[int, tuple[Engagement, ...]]:
    """Which engagements claim a project, in the order of their start."""
    claims: dict[int, tuple[Engagement, ...]] = {}
    for engagement in sorted(engagements, key=lambda each: (each.date_start, each.id)):
        for project in engagement.project_ids:
            claims[project] = (*claims.get(project, ()), engagement)
    return claims


def _in_force(candidates: tuple[Engagement, ...], day: date) -> Engagement | None:
    """The engagement in force on the day; the later start wins where two are."""
    for engagement in reversed(candidates):
        if engagement.date_start <= day and (
            engagement.date_end is None or day <= engagement.date_end
        ):
            return engagement
    return None


def _misfit(candidates: tuple[Engagement, ...], day: date) -> tuple[Engagement, str]:
    """The engagement that an entry misses by its day, and how."""
    before = [each for each in candidates if day < each.date_start]
    if len(before) == len(candidates):
        return before[0], "time_before_start"
    after = [each for each in candidates if each.date_end is not None and day > each.date_end]
    return after[-1], "time_after_end"


def _cases(
    snapshot: Snapshot,
    as_of: date,
    own: dict[int, list[TimeEntry]],
    extra: dict[int, dict[int, list[TimeEntry]]],
) -> list[Case]:
    clients = {each.id: each for each in snapshot.clients}
    client_pos = {each.id: each for each in snapshot.client_pos}
    quotation_keys = frozenset(snapshot.quotation_keys)
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
            entries=_counted(engagement, own.get(engagement.id, [])),
            extra={
                order: _counted(engagement, entries)
                for order, entries in sorted(extra.get(engagement.id, {}).items())
            },
            milestones=tuple(milestones.get(engagement.id, ())),
            change_orders=tuple(change_orders.get(engagement.id, ())),
            hour_blocks=tuple(blocks.get(engagement.id, ())),
            purchase_lines=tuple(purchases.get(engagement.id, ())),
            invoices=tuple(invoices.get(engagement.id, ())),
            last_closed=closed.get(engagement.id),
            quotation_keys=quotation_keys,
        )
        for engagement in sorted(snapshot.engagements, key=lambda each: each.id)
    ]


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


def _counted(engagement: Engagement, entries: list[TimeEntry]) -> tuple[TimeEntry, ...]:
    """Entries by day and id, each rounded up to the increment of the terms on its day and weighed
    by the role of who did the work.
    """
    entries.sort(key=lambda entry: (entry.day, entry.id))
    weighed = any(terms.time_increment or terms.role_rates for terms in engagement.terms)
    if not weighed and not any(entry.billed_seconds for entry in entries):
        return tuple(entries)
    counted = []
    for entry in entries:
        terms = terms_on(engagement, entry.day)
        seconds = entry.seconds
        if terms is not None:
            seconds = hours.round_up(seconds, terms.time_increment)
            rate = role_rate(terms, entry)
            if rate is not None:
                seconds = hours.weigh(seconds, rate.factor)
        counted.append(entry._replace(seconds=seconds - entry.billed_seconds))
    return tuple(counted)


def _outside(project_id: int, name: str, entries: list[TimeEntry]) -> Issue:
    return Issue(
        code="time_on_no_engagement",
        severity=Severity.warning,
        source=Source(model="project.project", id=project_id, name=name),
        field="retainer engagement",
        message=f"{_summary(entries)} on no engagement; add the project to the client's engagement,"
        " or tick 'Outside retainer billing' on the project",
    )


def _misdated(engagement: Engagement, fault: str, entries: list[TimeEntry]) -> Issue:
    bound = {
        "time_before_start": f"before the engagement starts on {engagement.date_start}",
        "time_after_end": f"after the engagement ended on {engagement.date_end}",
        "time_while_paused": "while the engagement's terms are paused",
    }[fault]
    field = {
        "time_before_start": "date_start",
        "time_after_end": "date_end",
        "time_while_paused": "terms",
    }[fault]
    return Issue(
        code=fault,
        severity=Severity.warning,
        source=Source(model="retainer.engagement", id=engagement.id, name=engagement.name),
        field=field,
        message=f"{_summary(entries)} {bound}; correct the entries' date or project,"
        " or the engagement's dates",
        engagement_id=engagement.id,
    )


def _unordered(engagement: Engagement, entries: list[TimeEntry]) -> Issue:
    return Issue(
        code="extra_work_without_change_order",
        severity=Severity.warning,
        source=Source(model="retainer.engagement", id=engagement.id, name=engagement.name),
        field="task",
        message=f"{_summary(entries)} on no change order; give the task a change order with the"
        " client's approval, or move the time",
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
