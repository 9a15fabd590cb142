"""``retainer.tombstone``: keys of documents that a person deleted."""

from mappings import fields
from mappings.fields import Row, Terms, Unreadable
from sync.domain.existing import Tombstone

MODEL = "retainer.tombstone"
FIELDS = ("key", "kind", "company_id", "deleted_on")


def domain(company_id: int) -> Terms:
    """All of the company: they are few, and each forbids a document for good."""
    return [("company_id", "=", company_id)]


def value(row: Row, company_id: int) -> Tombstone:
    """The key and what kind of record it was."""
    fields.of_company(row, company_id)
    raw = fields.raw_value(row, "deleted_on")
    if raw is not False and not isinstance(raw, str):
        raise Unreadable("deleted_on", f"{fields.shown(raw)} is not a date", "enter a date")
    return Tombstone(
        key=fields.needed_text(row, "key"),
        model=fields.text(row, "kind"),
        deleted_on=fields.parse_day(raw[:10], "deleted_on") if raw else None,
    )
