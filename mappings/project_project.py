"""``project.project``: whose project time is worked on."""

from collections.abc import Collection, Mapping, Sequence

from mappings import fields
from mappings.fields import Row, Terms
from sync.domain.snapshot import Project

MODEL = "project.project"
FIELDS = ("name", "partner_id", "company_id")


def domain(company_id: int, ids: Collection[int], client_ids: Collection[int]) -> Terms:
    """Projects of engagements, and those of their clients; archived ones too.

    Where an engagement claims a project marked as outside retainer billing, the claim counts.
    """
    return [
        ("active", "in", [True, False]),
        ("company_id", "in", [company_id, False]),
        "|",
        ("id", "in", sorted(ids)),
        "&",
        ("partner_id.commercial_partner_id", "in", sorted(client_ids)),
        ("retainer_ignore", "=", False),
    ]


def customers(rows: Sequence[Row]) -> set[int]:
    """Their customers, which may be contacts of a client."""
    return fields.ids_in(rows, "partner_id")


def value(row: Row, company_id: int, client_of: Mapping[int, int]) -> Project:
    """The project; ``client_of`` gives the client that a partner belongs to."""
    fields.of_company(row, company_id, shared=True)
    partner = fields.link_or_none(row, "partner_id")
    return Project(
        id=fields.record_id(row),
        name=fields.text(row, "name"),
        client_id=None if partner is None else client_of.get(partner, partner),
    )
