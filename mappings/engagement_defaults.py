"""``retainer.gateway.defaults``: what Odoo would put on a line of an engagement's product."""

from mappings import fields
from mappings.fields import Row, Unreadable
from sync.domain.taxes import Rounding, Tax, TaxSetting
from sync.domain.value import Value

MODEL = "retainer.engagement"
METHOD = "defaults"


class Defaults(Value):
    """Accounts and taxes of an engagement."""

    engagement_id: int
    income_account_id: int | None
    analytic_id: int | None
    taxes: TaxSetting


def engagement_of(row: Row) -> object:
    """The engagement."""
    return row.get("engagement_id")


def value(row: Row) -> Defaults:
    """What the gateway answered about one engagement."""
    engagement = fields.link(row, "engagement_id")
    raw = fields.raw_value(row, "taxes")
    if not isinstance(raw, list) or not all(isinstance(each, dict) for each in raw):
        raise Unreadable("taxes", f"{fields.shown(raw)} is no list of taxes", "update the module")
    return Defaults(
        engagement_id=engagement,
        income_account_id=fields.link_or_none(row, "income_account_id"),
        analytic_id=fields.link_or_none(row, "analytic_account_id"),
        taxes=TaxSetting(
            engagement_id=engagement,
            taxes=tuple(
                Tax(
                    id=fields.record_id(each),
                    name=fields.text(each, "name"),
                    percent=fields.rate(each, "amount"),
                    included=fields.flag(each, "price_include"),
                    kind=fields.needed_text(each, "amount_type"),
                )
                for each in raw
            ),
            rounding=fields.choice(row, "rounding", Rounding),
        ),
    )
