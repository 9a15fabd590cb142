"""``hr.employee``: who worked, by name, for the reasons shown beside a number."""

from collections.abc import Collection

from mappings import fields
from mappings.fields import Row, Terms

MODEL = "hr.employee"
FIELDS = ("name",)


def domain(ids: Collection[int]) -> Terms:
    """Those employees, those who left too."""
    return [("id", "in", sorted(ids)), ("active", "in", [True, False])]


def value(row: Row) -> tuple[int, str]:
    """(employee, name)."""
    return fields.record_id(row), fields.text(row, "name")
