"""``account.tax``: a tax on sales, as far as the rules work it out."""

from collections.abc import Collection

from mappings import fields
from mappings.fields import Row, Terms
from sync.domain.taxes import Tax

MODEL = "account.tax"
FIELDS = ("name", "amount", "amount_type", "price_include")


def domain(ids: Collection[int]) -> Terms:
    """Those taxes, archived ones too."""
    return [("id", "in", sorted(ids)), ("active", "in", [True, False])]


def value(row: Row) -> Tax:
    """The tax. Rates have six decimals at most."""
    return Tax(
        id=fields.record_id(row),
        name=fields.text(row, "name"),
        percent=fields.rate(row, "amount"),
        included=fields.flag(row, "price_include"),
        kind=fields.needed_text(row, "amount_type"),
    )
