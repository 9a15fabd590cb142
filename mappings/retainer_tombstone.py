"""``retainer.tombstone``: keys of documents that a person deleted."""

from mappings import fields
from mappings.fields import Row, Terms
from sync.domain.existing import Tombstone

MODEL = "retainer.tombstone"
FIELDS = ("key", "kind", "company_id", "deleted_on")


def domain(company_id: int) -> Terms:
    """All of the company: they are few, and each forbids a document for good."""
    return [("company_id", "=", company_id)]


def value(row: Row, company_id: int) -> Tombstone:
    """The key and what kind of record it was."""
    fields.of_company(row, company_id)
    return Tombstone(
        key=fields.needed_text(row, "key"),
        model=fields.text(row, "kind"),
        deleted_on=fields.moment(row, "deleted_on").date(),
    )
