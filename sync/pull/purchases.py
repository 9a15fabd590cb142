"""Purchases that are recharged to clients, with what their currencies were worth."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from mappings import (
    account_move_line,
    purchase_order,
    purchase_order_line,
    res_currency_rate,
    res_partner,
)
from mappings.fields import ids_in
from mappings.purchase_order import Purchase
from mappings.res_currency_rate import Rate
from sync.domain.engagement import Engagement, PurchaseLine
from sync.domain.money import Currency
from sync.domain.snapshot import Company
from sync.pull.reader import Reader

_RATES_BEFORE = timedelta(days=45)
"""Companies that keep rates at all enter one a month; older ones are asked for where none is."""


def read_purchases(
    reader: Reader,
    company: Company,
    engagements: tuple[Engagement, ...],
    currencies: dict[int, Currency],
) -> tuple[PurchaseLine, ...]:
    """Lines of confirmed orders on projects that recharge, not wholly recharged.

    No call where no engagement recharges; else four, and one or two for rates of exchange.
    """
    recharging = [each for each in engagements if each.recharge_purchases]
    claims = {project: each.id for each in recharging for project in each.project_ids}
    if not claims:
        return ()
    orders = {
        order.id: order
        for order in reader.read(
            purchase_order.MODEL,
            reader.rows(
                purchase_order.MODEL,
                purchase_order.domain(company.id, claims),
                purchase_order.FIELDS,
            ),
            lambda row: purchase_order.value(row, company.id),
            lambda row: next(map(claims.get, purchase_order.projects([row])), None),
            suspects=lambda _: claims.values(),
        ).values
    }
    rows = reader.rows(
        purchase_order_line.MODEL,
        purchase_order_line.domain(orders),
        purchase_order_line.FIELDS,
    )
    vendors = _vendors(reader, {order.vendor_id for order in orders.values()})
    project_of = {
        line: purchase_order_line.project_of(row, orders)
        for row in rows
        for line in ids_in([row], "id")
    }
    credited = _credited(reader, project_of, claims)

    def engagement_of(order: Purchase) -> Engagement | None:
        return _engagement(recharging, order)

    found = reader.read(
        purchase_order_line.MODEL,
        rows,
        lambda row: purchase_order_line.value(
            row, orders, engagement_of, vendors, credited, currencies
        ),
        lambda row: claims.get(purchase_order_line.project_of(row, orders) or 0),
        suspects=lambda _: claims.values(),
    ).values
    lines = [line for line in found if line and not purchase_order_line.is_settled(line)]
    return _with_rates(reader, company, lines, {each.id: each.currency for each in recharging})


def _engagement(recharging: Iterable[Engagement], order: Purchase) -> Engagement | None:
    """The engagement in force on the day of the order, or the latest on its project."""
    own = [each for each in recharging if order.project_id in each.project_ids]
    own.sort(key=lambda each: (each.date_start, each.id))
    day = order.ordered_on
    in_force = [
        each
        for each in own
        if each.date_start <= day and (each.date_end is None or day <= each.date_end)
    ]
    candidates = in_force or own
    return candidates[-1] if candidates else None


def _vendors(reader: Reader, ids: Collection[int]) -> dict[int, str | None]:
    """Names by id; None of those that could not be read."""
    rows = reader.rows(res_partner.MODEL, res_partner.of_ids(ids), res_partner.FIELDS)
    read = reader.read(res_partner.MODEL, rows, res_partner.value)
    return {**dict.fromkeys(read.bad), **{vendor.id: vendor.name for vendor in read.values}}


def _credited(
    reader: Reader, project_of: Mapping[int, int | None], claims: Mapping[int, int]
) -> dict[int, Decimal]:
    """What vendors credited of some lines, by line."""
    totals: dict[int, Decimal] = {}
    for line, quantity in reader.read(
        account_move_line.MODEL,
        reader.rows(
            account_move_line.MODEL,
            account_move_line.credited_by_vendors(project_of),
            account_move_line.CREDITED_FIELDS,
        ),
        account_move_line.credited,
        lambda row: claims.get(project_of.get(account_move_line.purchased(row)) or 0),
        suspects=lambda _: claims.values(),
    ).values:
        totals[line] = totals.get(line, Decimal(0)) + quantity
    return totals


def _with_rates(
    reader: Reader,
    company: Company,
    lines: list[PurchaseLine],
    currency_of: dict[int, Currency],
) -> tuple[PurchaseLine, ...]:
    """Each line with units of its currency per unit of its engagement's, on the order's day."""
    needed = {
        (currency.id, line.ordered_on)
        for line in lines
        for currency in (line.currency, currency_of[line.engagement_id])
        if line.currency != currency_of[line.engagement_id]
    }
    buying = {
        line.engagement_id for line in lines if line.currency != currency_of[line.engagement_id]
    }
    worth = _worth(reader, company, needed, buying)
    placed = []
    for line in lines:
        target = currency_of[line.engagement_id]
        if line.currency == target:
            placed.append(line.model_copy(update={"rate": Decimal(1)}))
            continue
        units = worth.get((line.currency.id, line.ordered_on))
        per = worth.get((target.id, line.ordered_on))
        rate = units / per if units is not None and per is not None else None
        placed.append(line.model_copy(update={"rate": rate}))
    return tuple(placed)


def _worth(
    reader: Reader, company: Company, needed: set[tuple[int, date]], buying: Collection[int]
) -> dict[tuple[int, date], Decimal]:
    """Units per unit of the company's currency, for (currency, day); none where Odoo has none.

    ``buying``: the engagements that wait where a rate cannot be read.
    """
    if not needed:
        return {}
    days = [day for _, day in needed]
    rates = _rates(reader, company, needed, min(days) - _RATES_BEFORE, buying)
    found = _known(needed, rates)
    missing = needed - found.keys()
    if any(currency != company.currency.id for currency, _ in missing):
        found |= _known(missing, _rates(reader, company, missing, None, buying))
    for currency, day in needed - found.keys():
        if currency == company.currency.id:
            found[currency, day] = Decimal(1)
    return found


def _known(
    needed: set[tuple[int, date]], rates: Collection[Rate]
) -> dict[tuple[int, date], Decimal]:
    each = {spot: res_currency_rate.on(spot[1], spot[0], rates) for spot in needed}
    return {spot: units for spot, units in each.items() if units is not None}


def _rates(
    reader: Reader,
    company: Company,
    needed: set[tuple[int, date]],
    earliest: date | None,
    buying: Collection[int],
) -> Collection[Rate]:
    domain = res_currency_rate.domain(
        company.rates_of,
        {currency for currency, _ in needed},
        earliest,
        max(day for _, day in needed),
    )
    return reader.read(
        res_currency_rate.MODEL,
        reader.rows(res_currency_rate.MODEL, domain, res_currency_rate.FIELDS),
        lambda row: res_currency_rate.value(row, company.rates_of),
        suspects=lambda _: buying,
    ).values
