"""``account.analytic.line``: time entries. A run may read a million, so this file is written for
speed: the checks of ``fields`` stand inline, and only a row that fails one goes through them again
to learn what is wrong with it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from typing import NamedTuple

from mappings import fields
from mappings.fields import Row, Terms, Unreadable
from mappings.hr_employee import Employee
from mappings.reading import unreadable
from sync.domain.calendar import ONE_DAY
from sync.domain.collector import collector_paused
from sync.domain.entries import TimeEntry
from sync.domain.issues import Issue

MODEL = "account.analytic.line"
FIELDS = (
    "date",
    "unit_amount",
    "project_id",
    "task_id",
    "employee_id",
    "name",
    "company_id",
    "retainer_change_order_id",
    "retainer_billed_seconds",
    "retainer_corrects_id",
)
CORRECTS = "retainer_corrects_id"
CORRECTED_FIELDS = ("date", "retainer_move_id", CORRECTS)

_MOST_REMEMBERED = 200_000

_NOBODY = Employee("", None)
_AT_ONCE = itemgetter("id", *FIELDS)


def domain(
    company_id: int,
    *,
    project_ids: Collection[int],
    engagement_ids: Collection[int],
    fixed_price: Mapping[tuple[date, date | None], Collection[int]],
    go_live: date | None,
) -> Terms:
    """Billable time that no statement and no document has counted yet, nor Odoo's own invoicing.

    ``project_ids``: projects whose time is read whole. ``engagement_ids``: those whose change
    orders' time is read, wherever it is. ``fixed_price``: projects billed by milestone, by
    first and last day in force; their time is counted nowhere and would pile up for years, so only
    what lies outside these days is read, because that is an issue.
    """
    either: list[Terms] = [
        [("project_id", "in", sorted(project_ids))],
        [("retainer_change_order_id.engagement_id", "in", sorted(engagement_ids))],
    ]
    for (start, end), projects in sorted(
        fixed_price.items(), key=lambda each: (each[0][0], each[0][1] or date.max)
    ):
        outside: Terms = [("date", "<", start.isoformat())]
        if end is not None:
            outside = ["|", *outside, ("date", ">", end.isoformat())]
        either.append(["&", ("project_id", "in", sorted(projects)), *outside])
    terms: Terms = [
        ("company_id", "=", company_id),
        ("project_id", "!=", False),
        ("retainer_period_id", "=", False),
        ("retainer_move_id", "=", False),
        ("retainer_tombstone_id", "=", False),
        ("retainer_non_billable", "=", False),
        "|",
        ("timesheet_invoice_id", "=", False),
        ("timesheet_invoice_id.state", "=", "cancel"),
    ]
    if go_live is not None:
        terms.append(("date", ">", (go_live - ONE_DAY).isoformat()))
    return [*terms, *["|"] * (len(either) - 1), *(term for each in either for term in each)]


WORKED_FIELDS = ("date", "project_id")


def worked(company_id: int, project_ids: Collection[int], since: date) -> Terms:
    """All time on those projects from a day on, whatever has counted or billed it."""
    return [
        ("company_id", "=", company_id),
        ("project_id", "in", sorted(project_ids)),
        ("date", ">=", since.isoformat()),
    ]


def work_day(row: Row) -> tuple[int, date]:
    """(project, day)."""
    return fields.link(row, "project_id"), fields.day(row, "date")


ELSEWHERE_FIELDS = ("unit_amount", "project_id", "timesheet_invoice_id")


class BilledElsewhere(NamedTuple):
    """Time that Odoo's own sales invoicing has billed."""

    id: int
    seconds: int
    project_id: int
    invoice_id: int


def billed_elsewhere(
    company_id: int, project_ids: Collection[int], engagement_ids: Collection[int], since: date
) -> Terms:
    """Time of engagements, worked since a day, that would be billed twice if it were billed."""
    return [
        ("company_id", "=", company_id),
        ("date", ">=", since.isoformat()),
        ("retainer_period_id", "=", False),
        ("retainer_move_id", "=", False),
        ("retainer_non_billable", "=", False),
        ("timesheet_invoice_id", "!=", False),
        ("timesheet_invoice_id.state", "!=", "cancel"),
        "|",
        ("project_id", "in", sorted(project_ids)),
        ("retainer_change_order_id.engagement_id", "in", sorted(engagement_ids)),
    ]


def elsewhere(row: Row) -> BilledElsewhere:
    """The entry, and the invoice of Odoo's own."""
    worked = fields.raw_value(row, "unit_amount")
    return BilledElsewhere(
        id=fields.record_id(row),
        seconds=fields.parse_hours(worked, "unit_amount", fields.MOST_HOURS_OF_AN_ENTRY),
        project_id=fields.link(row, "project_id"),
        invoice_id=fields.link(row, "timesheet_invoice_id"),
    )


BY_DOCUMENT = "retainer_move_id"
BY_STATEMENT = "retainer_period_id"


def of_ids(ids: Collection[int]) -> Terms:
    """Those entries, whatever has counted them."""
    return [("id", "in", sorted(ids))]


def bound(row: Row, by: str) -> tuple[int | None, int]:
    """(document or statement, how many entries it has counted for good), of a group of entries."""
    return fields.link_or_none(row, by), fields.whole(row, "__count")


@dataclass(frozen=True)
class Refused:
    """An entry that could not be read."""

    issue: Issue
    change_order_id: int | None
    lost: bool
    """Whether it does not even say which project or change order it is on."""


@dataclass
class Reader:
    """Reads pages of rows into time entries, and remembers what it has parsed before.

    ``client_of`` and ``engagement_of`` a project (the latter only for issues), ``people`` by
    employee id.
    """

    company_id: int
    client_of: Mapping[int, int | None]
    engagement_of: Mapping[int, int]
    people: Mapping[int, Employee]
    unread: Collection[int] = frozenset()
    """Employees who could not be read: nobody can say how their time counts."""
    refused: list[Refused] = field(default_factory=list)
    _days: dict[str, date] = field(default_factory=dict)
    _seconds: dict[float, int] = field(default_factory=dict)

    @property
    def issues(self) -> list[Issue]:
        """What is wrong with the refused entries."""
        return [each.issue for each in self.refused]

    @collector_paused()
    def read(self, rows: Iterable[Row]) -> list[TimeEntry]:
        """The entries among the rows; the others become issues."""
        company, client_of, people = self.company_id, self.client_of, self.people
        unread = self.unread
        days, seconds_of = self._days, self._seconds
        new = tuple.__new__
        entries: list[TimeEntry] = []
        keep = entries.append
        for row in rows:
            try:
                (
                    record,
                    day_text,
                    worked,
                    project,
                    task,
                    employee,
                    text,
                    owner,
                    order,
                    billed,
                    corrects,
                ) = _AT_ONCE(row)
                day, seconds = days[day_text], seconds_of[worked]
                if (
                    type(record) is int
                    and record > 0
                    and type(worked) is float
                    and type(project) is int
                    and project > 0
                    and (task is False or (type(task) is int and task > 0))
                    and (employee is False or (type(employee) is int and employee > 0))
                    and employee not in unread
                    and (order is False or (type(order) is int and order > 0))
                    and corrects is False
                    and type(billed) is int
                    and billed == 0
                    and type(owner) is int
                    and owner == company
                    and type(text) is str
                    and text.isprintable()
                ):
                    name, role = people.get(employee, _NOBODY)
                    keep(
                        new(
                            TimeEntry,
                            (
                                record,
                                day,
                                seconds,
                                project,
                                task or None,
                                order or None,
                                name,
                                text.strip(),
                                True,
                                client_of.get(project),
                                role,
                                0,
                                None,
                                None,
                                "",
                            ),
                        )
                    )
                    continue
            except (KeyError, TypeError):
                pass
            self._carefully(row, entries)
        return entries

    def _carefully(self, row: Row, entries: list[TimeEntry]) -> None:
        try:
            entries.append(self._entry(row))
        except Unreadable as trouble:
            self.refused.append(self._refused(row, trouble))

    def _entry(self, row: Row) -> TimeEntry:
        fields.of_company(row, self.company_id)
        project = fields.link(row, "project_id")
        task = fields.link_or_none(row, "task_id")
        employee = fields.link_or_none(row, "employee_id")
        worked = fields.raw_value(row, "unit_amount")
        person = self.people.get(employee, _NOBODY) if employee is not None else _NOBODY
        if employee in self.unread:
            raise Unreadable(
                "employee_id",
                "its employee could not be read, so nobody knows how that time counts",
                "see the issue of the employee",
            )
        entry = TimeEntry(
            id=fields.record_id(row),
            day=fields.day(row, "date"),
            seconds=fields.parse_hours(worked, "unit_amount", fields.MOST_HOURS_OF_AN_ENTRY),
            project_id=project,
            task_id=task,
            change_order_id=fields.link_or_none(row, "retainer_change_order_id"),
            employee=person.name,
            text=fields.text(row, "name"),
            billable=True,
            client_id=self.client_of.get(project),
            role_id=person.role_id,
            billed_seconds=fields.whole(row, "retainer_billed_seconds"),
            corrects_id=fields.link_or_none(row, "retainer_corrects_id"),
        )
        self._days[row["date"]] = entry.day
        if type(worked) is float and len(self._seconds) < _MOST_REMEMBERED:
            self._seconds[worked] = entry.seconds
        return entry

    def _refused(self, row: Row, trouble: Unreadable) -> Refused:
        issue = unreadable(MODEL, row, trouble, self._engagement)
        try:
            fields.link(row, "project_id")
            order = fields.link_or_none(row, "retainer_change_order_id")
        except Unreadable:
            return Refused(issue, None, lost=True)
        return Refused(issue, order, lost=False)

    def _engagement(self, row: Row) -> object:
        """As far as the row says: the engagement that claims its project."""
        project = row.get("project_id")
        if isinstance(project, list) and project:
            project = project[0]
        return self.engagement_of.get(project) if type(project) is int else None


class Corrected(NamedTuple):
    """An entry that another one corrects."""

    id: int
    day: date
    document: int | None
    """That billed it."""
    corrects: int | None
    """The entry that it corrects itself."""


def corrected(row: Row) -> Corrected:
    """What another entry corrects."""
    return Corrected(
        fields.record_id(row),
        fields.day(row, "date"),
        fields.link_or_none(row, "retainer_move_id"),
        fields.link_or_none(row, "retainer_corrects_id"),
    )
