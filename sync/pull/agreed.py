"""What was agreed beside the engagements themselves: terms, purchase orders, blocks, holidays."""

from collections.abc import Collection, Iterable
from datetime import date

from mappings import (
    resource_calendar_leaves,
    retainer_client_po,
    retainer_hour_block,
    retainer_period,
    retainer_role_rate,
    retainer_terms,
)
from mappings.fields import ids_in
from sync.domain.engagement import ChangeOrder, ClientPo, Engagement, HourBlock
from sync.domain.issues import Issue
from sync.domain.money import Currency
from sync.domain.snapshot import Company
from sync.domain.terms import RoleRate, Terms
from sync.pull.reader import Reader


def with_terms(
    reader: Reader,
    engagements: tuple[Engagement, ...],
    currency_of: dict[int, Currency],
    currencies: dict[int, Currency],
) -> tuple[Engagement, ...]:
    """The engagements with their terms, earliest first, and the terms with their role rates."""
    rows = reader.rows(
        retainer_terms.MODEL, retainer_terms.domain(currency_of), retainer_terms.FIELDS
    )
    agreed = {each: row for row in rows for each in ids_in([row], "id")}
    rates: dict[int, tuple[RoleRate, ...]] = {}
    for of, rate in reader.read(
        retainer_role_rate.MODEL,
        reader.rows(
            retainer_role_rate.MODEL,
            retainer_role_rate.domain(currency_of),
            retainer_role_rate.FIELDS,
        ),
        lambda row: retainer_role_rate.value(row, currencies),
        lambda row: retainer_terms.engagement_of(agreed.get(retainer_role_rate.terms(row), {})),
        suspects=lambda _: currency_of,
    ).values:
        rates[of] = (*rates.get(of, ()), rate)
    terms: dict[int, list[Terms]] = {}
    for engagement, each in reader.read(
        retainer_terms.MODEL,
        rows,
        lambda row: retainer_terms.value(row, currency_of, rates),
        retainer_terms.engagement_of,
        suspects=lambda _: currency_of,
    ).values:
        terms.setdefault(engagement, []).append(each)
    return tuple(
        engagement.model_copy(
            update={
                "terms": tuple(
                    sorted(
                        terms.get(engagement.id, ()), key=lambda each: (each.date_start, each.id)
                    )
                )
            }
        )
        for engagement in engagements
    )


def read_client_pos(
    reader: Reader,
    company: Company,
    engagements: tuple[Engagement, ...],
    orders: tuple[ChangeOrder, ...],
    since: date,
    currencies: dict[int, Currency],
) -> tuple[ClientPo, ...]:
    """Purchase orders; one that cannot be read parks every engagement that would quote it."""
    users: dict[int, set[int]] = {}
    for engagement in engagements:
        if engagement.client_po_id is not None:
            users.setdefault(engagement.client_po_id, set()).add(engagement.id)
    for order in orders:
        if order.client_po_id is not None:
            users.setdefault(order.client_po_id, set()).add(order.engagement_id)
    found = reader.read(
        retainer_client_po.MODEL,
        reader.rows(
            retainer_client_po.MODEL,
            retainer_client_po.domain(
                company.id, users, {each.client_id for each in engagements}, since
            ),
            retainer_client_po.FIELDS,
        ),
        lambda row: retainer_client_po.value(row, company.id, currencies),
    )
    reader.issues += _per_engagement(found.issues, users)
    return found.values


def _per_engagement(issues: Iterable[Issue], users: dict[int, set[int]]) -> list[Issue]:
    """The same issues again for each engagement that uses their record."""
    return [
        issue.model_copy(update={"engagement_id": engagement})
        for issue in issues
        for engagement in sorted(users.get(issue.source.id, ()))
    ]


def read_hour_blocks(
    reader: Reader,
    ids: Collection[int],
    currency_of: dict[int, Currency],
    cancelled: Collection[str],
) -> tuple[HourBlock, ...]:
    """Blocks of hours, with what is billed and counted of them."""
    rows = reader.rows(
        retainer_hour_block.MODEL, retainer_hour_block.domain(ids), retainer_hour_block.FIELDS
    )
    counted: set[int] = set()
    if rows:
        groups = reader.gateway.read_group(
            retainer_period.LOT_MODEL,
            retainer_period.counted_blocks_domain(ids_in(rows, "id")),
            [retainer_period.BY_BLOCK],
            ["__count"],
        )
        counted = set(
            reader.read(
                retainer_period.LOT_MODEL,
                groups,
                retainer_period.counted_block,
                suspects=lambda _: ids,
            ).values
        )
    blocks = reader.read(
        retainer_hour_block.MODEL,
        rows,
        lambda row: retainer_hour_block.value(row, currency_of, counted),
        retainer_hour_block.engagement_of,
        suspects=lambda _: ids,
    ).values
    return tuple(
        each.model_copy(update={"billed": each.billed and f"b{each.id}" not in cancelled})
        for each in blocks
    )


def read_holidays(reader: Reader, company: Company, since: date) -> tuple[date, ...]:
    """Public holidays, in order."""
    found = reader.read(
        resource_calendar_leaves.MODEL,
        reader.rows(
            resource_calendar_leaves.MODEL,
            resource_calendar_leaves.domain(company.id, since),
            resource_calendar_leaves.FIELDS,
        ),
        lambda row: resource_calendar_leaves.value(row, company.id),
    ).values
    return tuple(sorted({day for days in found for day in days}))
