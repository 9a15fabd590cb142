"""``project.task``: which piece of extra work a task belongs to."""

from collections.abc import Collection

from mappings import fields
from mappings.fields import Row, Terms

MODEL = "project.task"
FIELDS = ("name", "retainer_change_order_id")


def domain(ids: Collection[int]) -> Terms:
    """Those tasks among them that belong to a change order, archived ones too."""
    return [
        ("active", "in", [True, False]),
        ("id", "in", sorted(ids)),
        ("retainer_change_order_id", "!=", False),
    ]


def visible(ids: Collection[int]) -> Terms:
    """Those tasks, as far as the service user may see them."""
    return [("id", "in", sorted(ids)), ("active", "in", [True, False])]


def value(row: Row) -> tuple[int, int]:
    """(task, change order)."""
    return fields.record_id(row), fields.link(row, "retainer_change_order_id")
