"""``retainer.tombstone``: keys of documents that a person deleted."""

from collections.abc import Mapping
from decimal import Decimal

from mappings import acceptance, fields, res_currency
from mappings.fields import Row, Terms, Unreadable
from sync.domain.existing import Tombstone
from sync.domain.keys import engagement_of as key_engagement
from sync.domain.keys import is_key
from sync.domain.money import Currency

MODEL = "retainer.tombstone"
FIELDS = (
    "key",
    "kind",
    "company_id",
    "deleted_on",
    "name",
    "move_type",
    "currency_id",
    acceptance.WRITTEN,
    *acceptance.FIELDS,
)


def engagement_of(row: Row) -> object:
    """The engagement whose document it was, by its key."""
    key = row.get("key")
    return key_engagement(key) if isinstance(key, str) and is_key(key) else None


def domain(company_id: int) -> Terms:
    """All of the company: they are few, and each forbids a document for good."""
    return [("company_id", "=", company_id)]


def value(
    row: Row, company_id: int, currencies: dict[int, Currency], people: Mapping[int, str]
) -> Tombstone:
    """The key and what kind of record it was; of an invoice also what it was over.

    ``people``: users by id.
    """
    fields.of_company(row, company_id)
    key, move_type = fields.needed_text(row, "key"), fields.text(row, "move_type")
    invoice = move_type in ("out_invoice", "out_refund")
    if invoice and not is_key(key):
        raise Unreadable("key", f"{fields.shown(key)} is no key of ours", "delete that line")
    written = Decimal(0)
    if fields.link_or_none(row, "currency_id") is not None:
        currency = res_currency.pick(row, "currency_id", currencies)
        written = fields.money(row, acceptance.WRITTEN, currency)
    return Tombstone(
        key=key,
        model=fields.text(row, "kind"),
        deleted_on=fields.moment(row, "deleted_on").date(),
        name=fields.text(row, "name"),
        invoice=invoice,
        credit=move_type == "out_refund",
        written=written,
        accepted=acceptance.value(row, people),
    )
