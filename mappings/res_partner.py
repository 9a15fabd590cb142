"""``res.partner``: clients and the addresses they are billed at."""

from collections.abc import Collection

from mappings import fields
from mappings.fields import Row, Terms
from sync.domain.engagement import Client

MODEL = "res.partner"
FIELDS = ("name", "commercial_partner_id", "parent_id", "type", "active")


def domain(ids: Collection[int]) -> Terms:
    """Those partners, archived ones too, and the invoice addresses right below them."""
    wanted = sorted(ids)
    return [
        ("active", "in", [True, False]),
        "|",
        ("id", "in", wanted),
        "&",
        ("parent_id", "in", wanted),
        ("type", "=", "invoice"),
    ]


def of_ids(ids: Collection[int]) -> Terms:
    """Those partners, archived ones too."""
    return [("id", "in", sorted(ids)), ("active", "in", [True, False])]


def named(wanted: str) -> Terms:
    """The partner with that id or name, archived ones too."""
    domain: Terms = [("active", "in", [True, False])]
    if wanted.isascii() and wanted.isdigit():
        return [*domain, "|", ("id", "=", int(wanted)), ("name", "=", wanted)]
    return [*domain, ("name", "=ilike", fields.literal(wanted))]


def value(row: Row) -> Client:
    """A client, or one of its addresses (which may have no name of its own)."""
    record = fields.record_id(row)
    return Client(
        id=record,
        name=fields.text(row, "name"),
        commercial_id=fields.link_or_none(row, "commercial_partner_id") or record,
    )


def parents(row: Row) -> set[int]:
    """The partner that the row is an address of, where that can be read."""
    return fields.ids_in([row], "parent_id")


def invoice_address(row: Row) -> tuple[int, int] | None:
    """(partner, its invoice address) when the row is one that is in use, else None."""
    parent = fields.link_or_none(row, "parent_id")
    if parent is None or fields.text(row, "type") != "invoice" or not fields.flag(row, "active"):
        return None
    return parent, fields.record_id(row)
