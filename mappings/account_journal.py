"""``account.journal``: which kind of journal a document is in."""

from mappings import fields
from mappings.fields import Row, Terms
from sync.domain.books import JournalKind

MODEL = "account.journal"
FIELDS = ("type",)


def domain(company_id: int) -> Terms:
    """All of the company, archived ones too."""
    return [("company_id", "=", company_id), ("active", "in", [True, False])]


def value(row: Row) -> tuple[int, JournalKind]:
    """(journal, its kind)."""
    return fields.record_id(row), fields.choice(row, "type", JournalKind)
