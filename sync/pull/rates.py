"""Currencies that have no rate of exchange: Odoo would book their invoices at 1 to 1."""

from collections.abc import Collection

from mappings import res_currency, res_currency_rate
from sync.domain.engagement import Engagement
from sync.domain.issues import Issue, Severity, Source
from sync.domain.snapshot import Company
from sync.pull.reader import Reader


def without_rate(
    reader: Reader, company: Company, engagements: Collection[Engagement]
) -> tuple[Issue, ...]:
    """An issue for each engagement whose currency has no rate. One call, or none."""
    foreign = {each.currency.id for each in engagements} - {company.currency.id}
    if not foreign:
        return ()
    rated = res_currency_rate.rated(
        reader.gateway.read_group(
            res_currency_rate.MODEL,
            res_currency_rate.of_currencies(company.rates_of, foreign),
            [res_currency_rate.CURRENCY],
            ["__count"],
        )
    )
    return tuple(
        Issue(
            code="currency_without_rate",
            severity=Severity.blocker,
            source=Source(model=res_currency.MODEL, id=each.currency.id, name=each.currency.code),
            field=res_currency.RATES,
            message=f"has no rate of exchange, so Odoo would book {each.name} at 1 to 1; enter a"
            " rate under Invoicing > Configuration > Currencies",
            engagement_id=each.id,
        )
        for each in engagements
        if each.currency.id in foreign - rated
    )
