"""``account.account``: what an account is called."""

from collections.abc import Collection

from mappings import fields
from mappings.fields import Row, Terms

MODEL = "account.account"
FIELDS = ("code", "name", "reconcile")


def domain(ids: Collection[int]) -> Terms:
    """Those accounts, archived ones too."""
    return [("id", "in", sorted(ids)), ("active", "in", [True, False])]


def value(row: Row) -> tuple[int, str]:
    """(account, ``235000 Unearned revenue``)."""
    named = f"{fields.text(row, 'code')} {fields.text(row, 'name')}".strip()
    return fields.record_id(row), named


def reconciles(row: Row) -> tuple[int, bool]:
    """(account, whether its lines may be matched with each other)."""
    return fields.record_id(row), fields.flag(row, "reconcile")
