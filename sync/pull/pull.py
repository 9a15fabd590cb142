"""Read one company's facts in a number of calls that grows neither with history nor engagements.

Every search is bounded by what is open: months not closed, time not counted, milestones not billed,
documents that reach into them. Only pages add calls.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta

from mappings import (
    Books,
    account_move,
    account_move_line,
    resource_calendar_leaves,
    retainer_alert,
    retainer_client_po,
    retainer_hour_block,
    retainer_period,
    retainer_role_rate,
    retainer_terms,
    retainer_tombstone,
)
from mappings.fields import ids_in
from mappings.pulled import Pulled
from sync.domain.calendar import first_of
from sync.domain.engagement import ChangeOrder, ClientPo, Engagement, HourBlock, Kind, Milestone
from sync.domain.existing import ExistingInvoice, ExistingPeriod
from sync.domain.issues import Issue
from sync.domain.money import Currency
from sync.domain.snapshot import Company, Snapshot
from sync.domain.terms import RoleRate, Terms
from sync.odoo.gateway import Gateway
from sync.pull.agreements import (
    Agreements,
    earliest_open,
    has_open_month,
    is_over,
    read_agreements,
)
from sync.pull.company import read_company
from sync.pull.purchases import read_purchases
from sync.pull.reader import Progress, Reader
from sync.pull.time import Time, read_time

PAGE_SIZE = 10_000

_ALERT_MEMORY = timedelta(days=92)
"""How long before the earliest open month an alert may have been raised and still be due."""


def pull(
    gateway: Gateway,
    company: int | str,
    *,
    page_size: int = PAGE_SIZE,
    progress: Progress | None = None,
    today: date | None = None,
) -> Pulled:
    """The facts of a company, given by id or name.

    ``today`` bounds the search only where nothing is open; it never decides what is billed. Raises
    ``PullError`` and ``GatewayError``; a record that cannot be read is an issue in the snapshot.
    """
    reader = Reader(gateway, page_size, progress)
    of, books, currencies = read_company(reader, company)
    agreements = read_agreements(reader, of, currencies)
    month = first_of(today or datetime.now(UTC).date())
    open_since = earliest_open(agreements.engagements, of.go_live) or month
    time = read_time(reader, of, agreements, open_since)
    kept = _still_open(agreements, time, of)
    ids = [engagement.id for engagement in kept]
    since = _since(kept, time, of, month)
    currency_of = {engagement.id: engagement.currency for engagement in kept}
    orders = tuple(order for order in time.change_orders if order.engagement_id in currency_of)
    milestones = tuple(each for each in agreements.milestones if each.engagement_id in currency_of)
    corrected = {entry.corrects_key for entry in time.entries if entry.corrects_key}
    documents = _documents(reader, of, books, milestones, corrected, since, currencies)
    cancelled = _cancelled(documents)
    snapshot = Snapshot(
        company=of.model_copy(update={"holidays": _holidays(reader, of, since)}),
        clients=agreements.clients,
        projects=agreements.projects,
        engagements=_with_terms(reader, kept, currency_of, currencies),
        client_pos=_client_pos(reader, of, kept, orders, since, currencies),
        milestones=tuple(
            each.model_copy(update={"billed": each.billed and f"m{each.id}" not in cancelled})
            for each in milestones
        ),
        change_orders=orders,
        hour_blocks=_hour_blocks(reader, ids, currency_of, cancelled),
        purchase_lines=read_purchases(reader, of, kept, currencies),
        invoices=documents,
        periods=_periods(reader, kept),
        alert_keys=_alerts(reader, of, ids, since),
        quotation_keys=agreements.quotation_keys,
        request_keys=time.request_keys,
        tombstones=reader.read(
            retainer_tombstone.MODEL,
            reader.rows(
                retainer_tombstone.MODEL,
                retainer_tombstone.domain(of.id),
                retainer_tombstone.FIELDS,
            ),
            lambda row: retainer_tombstone.value(row, of.id),
        ).values,
        problems=tuple(reader.issues),
    )
    # Each entry was checked when it was read; checking a million again would take seconds.
    return Pulled(
        snapshot=snapshot.model_copy(update={"entries": tuple(time.entries)}), books=books
    )


def _still_open(agreements: Agreements, time: Time, company: Company) -> tuple[Engagement, ...]:
    """Engagements with anything left to do: all but those that ended and were settled."""
    engagement_of_order = {order.id: order.engagement_id for order in time.change_orders}
    projects: set[int] = set()
    busy = {each.engagement_id for each in agreements.milestones if not each.billed}
    for entry in time.entries:
        if entry.change_order_id is None:
            projects.add(entry.project_id)
        else:
            busy.add(engagement_of_order[entry.change_order_id])
    running = {
        project
        for engagement in agreements.engagements
        if not is_over(engagement)
        for project in engagement.project_ids
    }
    late = projects - running
    return tuple(
        engagement
        for engagement in agreements.engagements
        if not is_over(engagement)
        or engagement.id in busy
        or has_open_month(engagement, company.go_live)
        or not late.isdisjoint(engagement.project_ids)
    )


def _since(engagements: tuple[Engagement, ...], time: Time, company: Company, month: date) -> date:
    """The first of the earliest month in which a document may still have to be written.

    A retainer's is its first open month. Extra work is billed in the month it was done in, or
    later, so its earliest entry bounds it.
    """
    extra = {
        project
        for engagement in engagements
        if engagement.kind is Kind.out_of_scope
        for project in engagement.project_ids
    }
    worked = [
        entry.day
        for entry in time.entries
        if entry.change_order_id is not None or entry.project_id in extra
    ]
    retained = earliest_open(engagements, company.go_live)
    bounds = [first_of(min(worked))] if worked else []
    bounds += [retained] if retained is not None else []
    return min(bounds, default=month)


def _with_terms(
    reader: Reader,
    engagements: tuple[Engagement, ...],
    currency_of: dict[int, Currency],
    currencies: dict[int, Currency],
) -> tuple[Engagement, ...]:
    rates: dict[int, tuple[RoleRate, ...]] = {}
    for of, rate in reader.read(
        retainer_role_rate.MODEL,
        reader.rows(
            retainer_role_rate.MODEL,
            retainer_role_rate.domain(currency_of),
            retainer_role_rate.FIELDS,
        ),
        lambda row: retainer_role_rate.value(row, currencies),
    ).values:
        rates[of] = (*rates.get(of, ()), rate)
    terms: dict[int, list[Terms]] = {}
    for engagement, each in reader.read(
        retainer_terms.MODEL,
        reader.rows(
            retainer_terms.MODEL, retainer_terms.domain(currency_of), retainer_terms.FIELDS
        ),
        lambda row: retainer_terms.value(row, currency_of, rates),
        retainer_terms.engagement_of,
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


def _client_pos(
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


def _hour_blocks(
    reader: Reader,
    ids: Collection[int],
    currency_of: dict[int, Currency],
    cancelled: Collection[str],
) -> tuple[HourBlock, ...]:
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
        counted = ids_in(groups, retainer_period.BY_BLOCK)
    blocks = reader.read(
        retainer_hour_block.MODEL,
        rows,
        lambda row: retainer_hour_block.value(row, currency_of, counted),
        retainer_hour_block.engagement_of,
    ).values
    return tuple(
        each.model_copy(update={"billed": each.billed and f"b{each.id}" not in cancelled})
        for each in blocks
    )


def _cancelled(documents: Collection[ExistingInvoice]) -> frozenset[str]:
    """Sources (``m17``, ``b4``) that only cancelled documents bill: they are billed no longer."""
    sources = {each.key: each.key.split("/")[-2] for each in documents if each.key.count("/") >= 2}
    stands = {sources[each.key] for each in documents if each.counts and each.key in sources}
    return frozenset(set(sources.values()) - stands)


def _documents(
    reader: Reader,
    company: Company,
    books: Books,
    milestones: tuple[Milestone, ...],
    corrected: Collection[str],
    since: date,
    currencies: dict[int, Currency],
) -> tuple[ExistingInvoice, ...]:
    rows = reader.rows(
        account_move.MODEL,
        account_move.domain(company.id, since, {each.id for each in milestones}, corrected),
        account_move.FIELDS,
    )
    unearned: set[int] = set()
    if rows and books.unearned_account_id is not None:
        unearned = account_move_line.moves(
            reader.rows(
                account_move_line.MODEL,
                account_move_line.of_moves_on(ids_in(rows, "id"), books.unearned_account_id),
                account_move_line.MOVE_FIELDS,
            )
        )
    return reader.read(
        account_move.MODEL,
        rows,
        lambda row: account_move.value(row, company.id, currencies, unearned),
        account_move.engagement_of,
    ).values


def _periods(reader: Reader, engagements: tuple[Engagement, ...]) -> tuple[ExistingPeriod, ...]:
    """The open statements and each retainer's last closed one, with their lots."""
    closed_until = {
        each.id: each.closed_until for each in engagements if each.kind is Kind.retainer
    }
    rows = reader.rows(
        retainer_period.MODEL, retainer_period.domain(closed_until), retainer_period.FIELDS
    )
    bare = reader.read(
        retainer_period.MODEL,
        rows,
        lambda row: retainer_period.value(row, {}),
        retainer_period.engagement_of,
    ).values
    wanted = [each for each in bare if retainer_period.wanted(each, closed_until)]
    lots = reader.read(
        retainer_period.LOT_MODEL,
        reader.rows(
            retainer_period.LOT_MODEL,
            retainer_period.lots_domain([each.id for each in wanted]),
            retainer_period.LOT_FIELDS,
        ),
        retainer_period.lot,
        retainer_period.engagement_of,
    )
    by_period = retainer_period.lots_by_period(lots.values)
    return tuple(each.model_copy(update={"lots": by_period.get(each.id, ())}) for each in wanted)


def _alerts(reader: Reader, company: Company, ids: Collection[int], since: date) -> tuple[str, ...]:
    return tuple(
        sorted(
            reader.read(
                retainer_alert.MODEL,
                reader.rows(
                    retainer_alert.MODEL,
                    retainer_alert.domain(company.id, ids, since - _ALERT_MEMORY),
                    retainer_alert.FIELDS,
                ),
                lambda row: retainer_alert.value(row, company.id),
            ).values
        )
    )


def _holidays(reader: Reader, company: Company, since: date) -> tuple[date, ...]:
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
