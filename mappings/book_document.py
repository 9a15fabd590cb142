"""``account.move``: whatever touches a liability account, ours or not."""

from collections.abc import Collection, Mapping

from mappings import fields
from mappings.account_move import MODEL, state_of
from mappings.fields import Row, Terms, Unreadable
from sync.domain.books import BookDocument, JournalKind
from sync.domain.documents import Role

__all__ = ["FIELDS", "MODEL", "REVERSED_FIELDS", "of_ids", "reversed_id", "value"]

FIELDS = (
    "name",
    "move_type",
    "state",
    "posted_before",
    "date",
    "journal_id",
    "reversed_entry_id",
    "retainer_key",
    "retainer_role",
    "retainer_engagement_id",
    "retainer_service_start",
    "retainer_service_end",
    "retainer_accepted_on",
)
REVERSED_FIELDS = ("retainer_key", "retainer_engagement_id")


def of_ids(ids: Collection[int]) -> Terms:
    """Those documents."""
    return [("id", "in", sorted(ids))]


def reversed_id(row: Row) -> int | None:
    """The document that it reverses."""
    return fields.link_or_none(row, "reversed_entry_id")


def value(
    row: Row,
    journals: Mapping[int, JournalKind],
    reversed_rows: Mapping[int, Row],
    exchange_journal: int | None,
) -> BookDocument:
    """The document. A hand's reversal of one of ours belongs to the engagement of that one."""
    journal = fields.link(row, "journal_id")
    kind = journals.get(journal)
    if kind is None:
        raise Unreadable("journal_id", "its journal could not be read", "see its access rights")
    name = fields.text(row, "name")
    reversed_row = reversed_rows.get(reversed_id(row) or 0)
    engagement = fields.link_or_none(row, "retainer_engagement_id")
    if engagement is None and reversed_row is not None:
        engagement = fields.link_or_none(reversed_row, "retainer_engagement_id")
    return BookDocument(
        id=fields.record_id(row),
        name="" if name == "/" else name,
        move_type=fields.needed_text(row, "move_type"),
        state=state_of(row),
        was_posted=fields.flag(row, "posted_before"),
        journal=kind,
        exchange=journal == exchange_journal,
        key=fields.text(row, "retainer_key"),
        role=_role(row),
        engagement_id=engagement,
        reverses_key=fields.text(reversed_row, "retainer_key") if reversed_row else "",
        day=fields.day(row, "date"),
        service_start=fields.day_or_none(row, "retainer_service_start"),
        service_end=fields.day_or_none(row, "retainer_service_end"),
        accepted=fields.moment_or_none(row, "retainer_accepted_on") is not None,
    )


def _role(row: Row) -> Role | None:
    return fields.choice(row, "retainer_role", Role) if fields.text(row, "retainer_role") else None
