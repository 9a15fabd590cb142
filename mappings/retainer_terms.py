"""``retainer.terms``: effective-dated terms of a retainer."""

from collections.abc import Collection, Mapping
from decimal import Decimal

from mappings import fields
from mappings.fields import Row, Unreadable
from mappings.reading import field_of
from sync.domain.money import Currency
from sync.domain.terms import Billing, OveragePolicy, Proration, Recognition, RoleRate, Terms

MODEL = "retainer.terms"
FIELDS = (
    "engagement_id",
    "date_start",
    "monthly_hours",
    "monthly_fee",
    "hourly_rate",
    "overage_rate",
    "billing",
    "billing_months",
    "overage_policy",
    "rollover",
    "max_rollover",
    "rollover_months",
    "proration",
    "recognition",
    "expected_breakage",
    "time_increment",
    "alert_thresholds",
    "paused",
    "carries_over",
    "overage_cap",
    "overage_increment",
)
engagement_of = field_of("engagement_id")


RATE_FIELDS = ("overage_rate",)


def overage_rate(row: Row) -> Decimal:
    """What an hour of overage costs, in the engagement's currency."""
    return fields.rate(row, "overage_rate")


def domain(engagement_ids: Collection[int]) -> fields.Terms:
    """All terms of those engagements."""
    return [("engagement_id", "in", sorted(engagement_ids))]


def value(
    row: Row,
    currency_of: Mapping[int, Currency],
    role_rates: Mapping[int, tuple[RoleRate, ...]],
) -> tuple[int, Terms]:
    """(engagement, terms). Money is in the engagement's currency, hours become seconds."""
    engagement = fields.link(row, "engagement_id")
    currency = currency_of.get(engagement)
    if currency is None:
        raise Unreadable(
            "engagement_id", "its engagement could not be read", "see the issue of the engagement"
        )
    record = fields.record_id(row)
    return engagement, Terms(
        id=record,
        date_start=fields.day(row, "date_start"),
        monthly_seconds=fields.hours(row, "monthly_hours"),
        monthly_fee=fields.money(row, "monthly_fee", currency),
        hourly_rate=fields.rate(row, "hourly_rate", currency.digits),
        overage_rate=fields.rate(row, "overage_rate", currency.digits),
        billing=fields.choice(row, "billing", Billing),
        billing_months=fields.whole(row, "billing_months", least=1, most=12),
        overage_policy=fields.choice(row, "overage_policy", OveragePolicy),
        rollover=fields.flag(row, "rollover"),
        max_rollover_seconds=fields.hours(row, "max_rollover"),
        rollover_months=fields.whole(row, "rollover_months", least=0, most=1200),
        proration=fields.choice(row, "proration", Proration),
        recognition=fields.choice(row, "recognition", Recognition),
        expected_breakage=fields.rate(row, "expected_breakage"),
        time_increment=fields.whole(row, "time_increment", least=0, most=24 * 60),
        paused=fields.flag(row, "paused"),
        carries_over=fields.flag(row, "carries_over"),
        overage_cap_seconds=fields.hours(row, "overage_cap"),
        overage_increment=fields.whole(row, "overage_increment", least=0, most=24 * 60),
        role_rates=role_rates.get(record, ()),
        alert_thresholds=_thresholds(row),
    )


def _thresholds(row: Row) -> tuple[int, ...]:
    """``50,75,90,100`` as numbers, lowest first; empty = no alerts."""
    field = "alert_thresholds"
    text = fields.text(row, field)
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if any(not part.isascii() or not part.isdigit() or len(part) > 4 for part in parts):
        raise Unreadable(
            field,
            f"{fields.shown(text)} is not a list of percentages",
            "write whole percentages with commas between them, for example 50,75,90,100",
        )
    return tuple(sorted({int(part) for part in parts if int(part)}))
