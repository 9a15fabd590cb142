"""``hr.employee``: who worked, by name for the reasons shown beside a number, and in which role."""

from typing import NamedTuple

from mappings import fields
from mappings.fields import Row, Terms

MODEL = "hr.employee"
FIELDS = ("name", "job_id")


class Employee(NamedTuple):
    """Who worked."""

    name: str
    role_id: int | None
    """Their job."""


def domain(company_id: int) -> Terms:
    """The company's people, those who left too."""
    return [("company_id", "in", [company_id, False]), ("active", "in", [True, False])]


def value(row: Row) -> tuple[int, Employee]:
    """(employee, who that is)."""
    return fields.record_id(row), Employee(
        name=fields.text(row, "name"), role_id=fields.link_or_none(row, "job_id")
    )
