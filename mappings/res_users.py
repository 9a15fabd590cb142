"""``res.users``: who decided something."""

from collections.abc import Collection

from mappings import fields
from mappings.fields import Row, Terms

MODEL = "res.users"
FIELDS = ("name",)


def of_ids(ids: Collection[int]) -> Terms:
    """Those users, archived ones too."""
    return [("id", "in", sorted(ids)), ("active", "in", [True, False])]


def value(row: Row) -> tuple[int, str]:
    """(user, name)."""
    return fields.record_id(row), fields.text(row, "name")
