"""The open period's time, the change orders that some of it belongs to, and what it corrects."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from mappings import account_analytic_line, account_move, hr_employee, retainer_change_order
from mappings.account_analytic_line import Corrected, Refused
from mappings.hr_employee import Employee
from mappings.reading import Read
from sync.domain.engagement import ChangeOrder, Engagement, Kind
from sync.domain.entries import TimeEntry
from sync.domain.issues import Issue, Severity, Source
from sync.domain.snapshot import Company
from sync.odoo.errors import Forbidden, NotFound
from sync.pull.agreements import Agreements
from sync.pull.elsewhere import billed_elsewhere
from sync.pull.reader import Reader


@dataclass(frozen=True)
class Time:
    """Entries not counted for good, with the change orders they are on."""

    entries: list[TimeEntry]
    change_orders: tuple[ChangeOrder, ...]
    request_keys: tuple[str, ...]
    """Keys of the approvals of overage that were asked for."""


def read_time(reader: Reader, company: Company, agreements: Agreements, open_since: date) -> Time:
    """Read them. Four calls while a page holds the rows, six where something is corrected.

    ``open_since``: the first of the earliest open month.
    """
    engagements = agreements.engagements
    claims, whole = _claims(engagements), _whole(agreements)
    people = _people(reader, company.id)
    time = account_analytic_line.Reader(
        company_id=company.id,
        client_of={project.id: project.client_id for project in agreements.projects},
        engagement_of=claims,
        people=dict(people.values),
        unread=people.bad,
    )
    entries: list[TimeEntry] = []
    for page in reader.pages(
        account_analytic_line.MODEL,
        account_analytic_line.domain(
            company.id,
            project_ids=whole,
            engagement_ids=[engagement.id for engagement in engagements],
            fixed_price=_fixed_price(agreements),
            go_live=company.go_live,
        ),
        account_analytic_line.FIELDS,
    ):
        entries += time.read(page)
    ours = {project: engagement for project, engagement in claims.items() if project in whole}
    reader.issues += billed_elsewhere(reader, company, engagements, ours, open_since)
    entries = _with_corrected(reader, entries, claims)
    return _on_change_orders(reader, entries, time.refused, engagements, open_since)


def _claims(engagements: Iterable[Engagement]) -> dict[int, int]:
    """The engagement that an issue about a project's time parks: the latest that claims it."""
    ordered = sorted(engagements, key=lambda each: (each.date_start, each.id))
    return {project: each.id for each in ordered for project in each.project_ids}


def _people(reader: Reader, company_id: int) -> Read[tuple[int, Employee]]:
    """Names and roles by id; a server that will not tell them does not stop the run."""
    try:
        rows = reader.rows(hr_employee.MODEL, hr_employee.domain(company_id), hr_employee.FIELDS)
    except (Forbidden, NotFound):
        rows = []
    return reader.read(hr_employee.MODEL, rows, hr_employee.value)


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


def _with_corrected(
    reader: Reader, entries: list[TimeEntry], claims: Mapping[int, int]
) -> list[TimeEntry]:
    """Correcting entries with the day of what they correct and the document that billed it."""
    ids = {entry.corrects_id for entry in entries if entry.corrects_id is not None}
    if not ids:
        return entries
    found = reader.read(
        account_analytic_line.MODEL,
        reader.rows(
            account_analytic_line.MODEL,
            account_analytic_line.of_ids(ids),
            account_analytic_line.CORRECTED_FIELDS,
        ),
        account_analytic_line.corrected,
    ).values
    known = {each.id: each for each in found}
    reader.issues += _astray(entries, known, claims)
    documents = {each.document for each in found if each.document is not None}
    keys: dict[int, str] = {}
    if documents:
        keys = dict(
            reader.read(
                account_move.MODEL,
                reader.rows(
                    account_move.MODEL, account_move.of_ids(documents), account_move.KEY_FIELDS
                ),
                account_move.key,
                suspects=lambda _: [
                    claims[entry.project_id]
                    for entry in entries
                    if entry.corrects_id is not None and entry.project_id in claims
                ],
            ).values
        )
    placed = []
    for entry in entries:
        corrected = known.get(entry.corrects_id or 0)
        if corrected is not None:
            key = keys.get(corrected.document or 0, "")
            entry = entry._replace(corrects_day=corrected.day, corrects_key=key)
        placed.append(entry)
    return placed


def _astray(
    entries: Iterable[TimeEntry], known: Mapping[int, Corrected], claims: Mapping[int, int]
) -> Iterator[Issue]:
    """Corrections of an entry that is not there, or that comes round to themselves: nobody can
    say what they take back.
    """
    for entry in entries:
        if entry.corrects_id is None:
            continue
        target = known.get(entry.corrects_id)
        if target is not None and target.id != entry.id and target.corrects != entry.id:
            continue
        what = "is not there any more" if target is None else "corrects this very entry"
        if target is not None and target.id == entry.id:
            what = "is this very entry"
        yield Issue(
            code="correction_astray",
            severity=Severity.blocker,
            source=Source(model=account_analytic_line.MODEL, id=entry.id, name=entry.text),
            field=account_analytic_line.CORRECTS,
            message=f"it corrects entry {entry.corrects_id}, which {what}; choose the entry whose"
            " hours it takes back, or leave that empty",
            engagement_id=claims.get(entry.project_id),
        )


def _on_change_orders(
    reader: Reader,
    entries: list[TimeEntry],
    refused: Iterable[Refused],
    engagements: tuple[Engagement, ...],
    open_since: date,
) -> Time:
    """The entries whose change order is known; time whose place is not known is never guessed."""
    currency_of = {engagement.id: engagement.currency for engagement in engagements}
    wanted = {entry.change_order_id for entry in entries if entry.change_order_id is not None}
    wanted |= {each.change_order_id for each in refused if each.change_order_id is not None}
    orders = reader.read(
        retainer_change_order.MODEL,
        reader.rows(
            retainer_change_order.MODEL,
            retainer_change_order.domain(list(currency_of), wanted, open_since),
            retainer_change_order.FIELDS,
        ),
        lambda row: retainer_change_order.value(row, currency_of),
        retainer_change_order.engagement_of,
        suspects=lambda _: currency_of,
    )
    reader.issues += _parking(refused, {order.id: order for order, _ in orders.values}, currency_of)
    readable = {order.id for order, _ in orders.values}
    placed: list[TimeEntry] = []
    homeless: dict[int, list[TimeEntry]] = defaultdict(list)
    for entry in entries:
        order_id = entry.change_order_id
        if order_id is None or order_id in readable:
            placed.append(entry)
        elif order_id not in orders.bad:
            homeless[order_id].append(entry)
    reader.issues += [_homeless(order, some) for order, some in sorted(homeless.items())]
    return Time(
        placed,
        tuple(order for order, _ in orders.values),
        tuple(sorted(key for _, key in orders.values if key)),
    )


def _parking(
    refused: Iterable[Refused], orders: Mapping[int, ChangeOrder], engagements: Iterable[int]
) -> Iterator[Issue]:
    """The issue of each unreadable entry, for every engagement that would miss it."""
    for each in refused:
        order = orders.get(each.change_order_id or 0)
        whose: set[int | None] = set(engagements) if each.lost else {each.issue.engagement_id}
        if order is not None:
            whose.add(order.engagement_id)
        for engagement in whose - {None} or whose:
            yield each.issue.model_copy(update={"engagement_id": engagement})


def _homeless(order: int, entries: list[TimeEntry]) -> Issue:
    shown = ", ".join(str(entry.id) for entry in entries[:5])
    more = f" and {len(entries) - 5} more" if len(entries) > 5 else ""
    noun = "time entry" if len(entries) == 1 else "time entries"
    return Issue(
        code="change_order_not_running",
        severity=Severity.warning,
        source=Source(model=retainer_change_order.MODEL, id=order),
        field="engagement_id",
        message=f"{len(entries)} {noun} ({shown}{more}) on extra work of an engagement that is not"
        " running, or that the service user may not see; not billed until that engagement is"
        " started, or the entry has another change order",
    )
