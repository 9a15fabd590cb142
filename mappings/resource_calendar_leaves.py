"""``resource.calendar.leaves``: the company's public holidays."""

from datetime import date, datetime, time, timedelta

from mappings import fields
from mappings.fields import Row, Terms
from sync.domain.calendar import ONE_DAY

MODEL = "resource.calendar.leaves"
FIELDS = ("company_id", "date_from", "date_to")

_HALF_DAY = timedelta(hours=12)
_MOST_DAYS = 62


def domain(company_id: int, since: date) -> Terms:
    """Days off of everybody (no single employee's) that end on or after a day."""
    return [
        ("company_id", "in", [company_id, False]),
        ("resource_id", "=", False),
        ("date_to", ">=", f"{since.isoformat()} 00:00:00"),
    ]


def value(row: Row, company_id: int) -> tuple[date, ...]:
    """The whole days that it covers.

    Odoo keeps the local midnights of a day off in UTC: the nearest UTC midnight is that day's for
    every zone less than twelve hours from Greenwich. Less than a day is no holiday.
    """
    fields.of_company(row, company_id, shared=True)
    start, end = fields.moment(row, "date_from"), fields.moment(row, "date_to")
    first, after = _nearest_midnight(start), _nearest_midnight(end)
    days = (after - first).days
    if end - start < timedelta(hours=20):
        return ()
    if days > _MOST_DAYS:
        raise fields.Unreadable(
            "date_to", f"it lasts {days} days", "enter one record per public holiday"
        )
    return tuple(first + ONE_DAY * number for number in range(days))


def _nearest_midnight(moment: datetime) -> date:
    return datetime.combine((moment + _HALF_DAY).date(), time()).date()
