"""The fields by which finance accepts a document as a person left it, wherever they are."""

from collections.abc import Mapping, Sequence

from mappings import fields
from mappings.fields import Row
from sync.domain.existing import Acceptance

FIELDS = ("retainer_accepted_on", "retainer_accepted_by", "retainer_accepted_reason")
WRITTEN = "retainer_amount_written"


def people(rows: Sequence[Row]) -> set[int]:
    """The users who accepted something."""
    return fields.ids_in(rows, "retainer_accepted_by")


def value(row: Row, names: Mapping[int, str]) -> Acceptance | None:
    """Who accepted the record, when and why; None where nobody did."""
    by = fields.link_or_none(row, "retainer_accepted_by")
    reason = fields.text(row, "retainer_accepted_reason")
    accepted_on = fields.moment_or_none(row, "retainer_accepted_on")
    if accepted_on is None:
        return None
    return Acceptance(
        by=names.get(by, "") if by is not None else "",
        on=accepted_on.date(),
        reason=reason,
    )
