"""The open period's time, and the change orders that some of it belongs to."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from mappings import account_analytic_line, hr_employee, project_task, retainer_change_order
from mappings.fields import ids_in
from sync.domain.engagement import ChangeOrder, Engagement, Kind
from sync.domain.entries import TimeEntry
from sync.domain.issues import Issue, Severity, Source
from sync.domain.snapshot import Company
from sync.odoo.errors import Forbidden, NotFound
from sync.pull.agreements import Agreements
from sync.pull.reader import Reader


@dataclass(frozen=True)
class Time:
    """Entries not counted for good, with the change orders they are on."""

    entries: list[TimeEntry]
    change_orders: tuple[ChangeOrder, ...]
    request_keys: tuple[str, ...]
    """Keys of the approvals of overage that were asked for."""


def read_time(reader: Reader, company: Company, agreements: Agreements, open_since: date) -> Time:
    """Read them. Five calls while a page holds the rows; ``open_since``: earliest open month."""
    engagements = agreements.engagements
    engagement_of = _claims(engagements)
    time = account_analytic_line.Reader(
        company_id=company.id,
        client_of={project.id: project.client_id for project in agreements.projects},
        engagement_of=engagement_of,
        employee_names=_employees(reader, company.id),
    )
    entries: list[TimeEntry] = []
    for page in reader.pages(
        account_analytic_line.MODEL,
        account_analytic_line.domain(
            company.id,
            project_ids=_whole(agreements),
            engagement_ids=[engagement.id for engagement in engagements],
            fixed_price=_fixed_price(agreements),
            go_live=company.go_live,
        ),
        account_analytic_line.FIELDS,
    ):
        entries += time.read(page)
    reader.issues += time.issues
    return _on_change_orders(reader, entries, engagements, engagement_of, open_since)


def _claims(engagements: Iterable[Engagement]) -> dict[int, int]:
    """The engagement that an issue about a project's time parks: the latest that claims it."""
    ordered = sorted(engagements, key=lambda each: (each.date_start, each.id))
    return {project: each.id for each in ordered for project in each.project_ids}


def _employees(reader: Reader, company_id: int) -> dict[int, str]:
    """Names by id; a server that will not tell them does not stop the run."""
    try:
        rows = reader.rows(hr_employee.MODEL, hr_employee.domain(company_id), hr_employee.FIELDS)
    except (Forbidden, NotFound):
        return {}
    return dict(reader.read(hr_employee.MODEL, rows, hr_employee.value).values)


def _whole(agreements: Agreements) -> set[int]:
    """Projects whose open time is read whole: those of retainers and extra work, and the clients'
    projects that no engagement claims, whose time is an issue.
    """
    claimed: set[int] = set()
    whole: set[int] = set()
    for engagement in agreements.engagements:
        claimed.update(engagement.project_ids)
        if engagement.kind is not Kind.project:
            whole.update(engagement.project_ids)
    others = {project.id for project in agreements.projects} - claimed
    return whole | (others - agreements.unreadable_projects)


def _fixed_price(agreements: Agreements) -> dict[tuple[date, date | None], set[int]]:
    """Projects billed by milestone only, by the days in force."""
    whole = _whole(agreements)
    spans: dict[tuple[date, date | None], set[int]] = defaultdict(set)
    for engagement in agreements.engagements:
        if engagement.kind is Kind.project:
            own = set(engagement.project_ids) - whole
            if own:
                spans[engagement.date_start, engagement.date_end] |= own
    return spans


def _on_change_orders(
    reader: Reader,
    entries: list[TimeEntry],
    engagements: tuple[Engagement, ...],
    engagement_of: dict[int, int],
    open_since: date,
) -> Time:
    """Entries with their change orders. Time whose place cannot be known is parked, not guessed."""
    tasks = {entry.task_id for entry in entries if entry.task_id is not None}
    found = reader.read(
        project_task.MODEL,
        reader.rows(project_task.MODEL, project_task.domain(tasks), project_task.FIELDS),
        project_task.value,
    )
    order_of = dict(found.values)
    currency_of = {engagement.id: engagement.currency for engagement in engagements}
    orders = reader.read(
        retainer_change_order.MODEL,
        reader.rows(
            retainer_change_order.MODEL,
            retainer_change_order.domain(
                [engagement.id for engagement in engagements],
                set(order_of.values()),
                open_since,
            ),
            retainer_change_order.FIELDS,
        ),
        lambda row: retainer_change_order.value(row, currency_of),
        retainer_change_order.engagement_of,
    )
    readable = {order.id for order, _ in orders.values}
    hidden = _hidden_tasks(reader, tasks) | found.bad
    placed: list[TimeEntry] = []
    lost: dict[int, list[TimeEntry]] = defaultdict(list)
    homeless: dict[int, list[TimeEntry]] = defaultdict(list)
    for entry in account_analytic_line.on_change_orders(entries, order_of):
        if entry.task_id in hidden:
            lost[entry.task_id or 0].append(entry)
        elif entry.change_order_id is None or entry.change_order_id in readable:
            placed.append(entry)
        elif entry.change_order_id not in orders.bad:
            homeless[entry.change_order_id].append(entry)
    for task, some in sorted(lost.items()):
        reader.issues += _lost(task, some, engagement_of)
    reader.issues += [_homeless(order, some) for order, some in sorted(homeless.items())]
    return Time(
        placed,
        tuple(order for order, _ in orders.values),
        tuple(sorted(key for _, key in orders.values if key)),
    )


def _hidden_tasks(reader: Reader, tasks: set[int]) -> frozenset[int]:
    """Tasks with time that the service user may not see: rules of access hide rows in silence.

    One count tells; only when it does not fit are the tasks themselves asked for.
    """
    if not tasks:
        return frozenset()
    visible = project_task.visible(tasks)
    if reader.gateway.search_count(project_task.MODEL, visible) == len(tasks):
        return frozenset()
    seen = ids_in(reader.rows(project_task.MODEL, visible, ("id",)), "id")
    return frozenset(tasks - seen)


def _lost(task: int, entries: list[TimeEntry], engagement_of: dict[int, int]) -> list[Issue]:
    """One blocker per engagement whose project the time is on."""
    engagements = {engagement_of.get(entry.project_id) for entry in entries}
    return [
        Issue(
            code="task_not_visible",
            severity=Severity.blocker,
            source=Source(model=project_task.MODEL, id=task),
            field="retainer_change_order_id",
            message=f"the task of {_some(entries)} cannot be read, so it is unknown whether that is"
            " extra work; let the service user see the task and its project",
            engagement_id=engagement,
        )
        for engagement in sorted(engagements, key=lambda each: each or 0)
    ]


def _homeless(order: int, entries: list[TimeEntry]) -> Issue:
    return Issue(
        code="change_order_not_running",
        severity=Severity.warning,
        source=Source(model=retainer_change_order.MODEL, id=order),
        field="engagement_id",
        message=f"{_some(entries)} on extra work of an engagement that is not running, or that the"
        " service user may not see; it is not billed until that engagement is started, or the task"
        " has another change order",
    )


def _some(entries: list[TimeEntry]) -> str:
    """``2 time entries (12, 15)``."""
    shown = ", ".join(str(entry.id) for entry in entries[:5])
    more = f" and {len(entries) - 5} more" if len(entries) > 5 else ""
    return f"{len(entries)} time {'entry' if len(entries) == 1 else 'entries'} ({shown}{more})"
