"""``hr.employee``: who worked, by name, for the reasons shown beside a number."""

from mappings import fields
from mappings.fields import Row, Terms

MODEL = "hr.employee"
FIELDS = ("name",)


def domain(company_id: int) -> Terms:
    """The company's people, those who left too."""
    return [("company_id", "in", [company_id, False]), ("active", "in", [True, False])]


def value(row: Row) -> tuple[int, str]:
    """(employee, name)."""
    return fields.record_id(row), fields.text(row, "name")
