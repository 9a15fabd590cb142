"""``res.currency``: the ISO code and the decimals of an amount."""

from mappings import fields
from mappings.fields import Row, Terms
from sync.domain.money import Currency

MODEL = "res.currency"
RATES = "rate_ids"
FIELDS = ("name", "decimal_places")


def domain() -> Terms:
    """All of them, archived ones too: they are few, and old documents keep theirs."""
    return [("active", "in", [True, False])]


def value(row: Row) -> Currency:
    """The currency."""
    return Currency(
        id=fields.record_id(row),
        code=fields.needed_text(row, "name"),
        digits=fields.whole(row, "decimal_places", least=0, most=6),
    )


def pick(row: Row, field: str, currencies: dict[int, Currency]) -> Currency:
    """The currency that a record names; refused when it could not be read."""
    found = currencies.get(fields.link(row, field))
    if found is None:
        raise fields.Unreadable(
            field,
            "its currency could not be read",
            "choose one that is active in Odoo, or see the issue of the currency",
        )
    return found
