"""Read one company's facts in a number of calls that grows neither with history nor engagements.

Searches are bounded by what is open: months not closed, time not counted, documents that reach into
them. Read whole, because any of it may still decide something, is what is agreed or happens now and
then: engagements but drafts, hour blocks, milestones of what goes on with their invoices, deleted
keys, notices that last; and time since go-live on clients' projects that no engagement claims. Only
pages add calls.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime

from mappings.engagement_defaults import Defaults
from mappings.pulled import Pulled
from sync.domain.calendar import add_months, billing_month, first_of, last_year_end
from sync.domain.engagement import Engagement, Kind
from sync.domain.snapshot import Company, Snapshot
from sync.odoo.gateway import Gateway
from sync.pull.agreed import read_client_pos, read_holidays, read_hour_blocks, with_terms
from sync.pull.agreements import (
    Agreements,
    earliest_open,
    has_open_month,
    is_over,
    read_agreements,
)
from sync.pull.company import read_company
from sync.pull.ledger import LedgerRead, read_defaults, read_entries, read_ledger
from sync.pull.ledger.work import read_worked
from sync.pull.purchases import read_purchases
from sync.pull.rates import without_rate
from sync.pull.reader import Progress, Reader
from sync.pull.standing import (
    cancelled_sources,
    read_alerts,
    read_documents,
    read_history,
    read_periods,
    read_tombstones,
)
from sync.pull.time import Time, read_time

PAGE_SIZE = 10_000


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
    day = today or datetime.now(UTC).date()
    month = first_of(day)
    open_since = earliest_open(agreements.engagements, of.go_live) or month
    time = read_time(reader, of, agreements, open_since)
    found = read_ledger(reader, of, books, agreements.engagements, agreements.clients, currencies)
    kept = _still_open(agreements, time, of, open_since, found.busy)
    ids = [engagement.id for engagement in kept]
    since = _since(kept, time, of, day)
    currency_of = {engagement.id: engagement.currency for engagement in kept}
    orders = tuple(order for order in time.change_orders if order.engagement_id in currency_of)
    milestones = tuple(each for each in agreements.milestones if each.engagement_id in currency_of)
    corrected = {entry.corrects_key for entry in time.entries if entry.corrects_key}
    ended = {
        each.id: first_of(each.date_end)
        for each in kept
        if each.date_end is not None and _ended_lately(each, open_since)
    }
    documents = read_documents(
        reader,
        of,
        books,
        milestones,
        corrected,
        ids,
        ended,
        since,
        found.advances,
        found.cancelled_draws,
        currencies,
    )
    cancelled = cancelled_sources(documents)
    year_end = last_year_end(of.fiscal_year_end, day)
    entries = read_entries(reader, of, found, ids, year_end, currencies)
    defaults = {
        each.engagement_id: each for each in read_defaults(reader, of, _of_money(kept, found))
    }
    snapshot = Snapshot(
        company=of.model_copy(update={"holidays": read_holidays(reader, of, since)}),
        clients=found.clients,
        projects=agreements.projects,
        engagements=with_terms(reader, _with_analytic(kept, defaults), currency_of, currencies),
        client_pos=read_client_pos(reader, of, kept, orders, since, currencies),
        milestones=tuple(
            each.model_copy(update={"billed": each.billed and f"m{each.id}" not in cancelled})
            for each in milestones
        ),
        change_orders=orders,
        hour_blocks=read_hour_blocks(reader, ids, currency_of, cancelled),
        purchase_lines=read_purchases(reader, of, kept, currencies),
        invoices=documents,
        periods=read_periods(reader, kept, found.fees_since),
        history=read_history(reader, kept, month, currencies),
        alert_keys=read_alerts(reader, of, ids, since),
        quotation_keys=agreements.quotation_keys,
        request_keys=time.request_keys,
        tombstones=read_tombstones(reader, of, ids, currencies),
        advances=found.advances,
        used_up=found.used_up,
        taxes=tuple(each.taxes for each in defaults.values()),
        worked=read_worked(reader, of, kept, found),
        ledger=found.ledger.model_copy(update={"entries": entries}),
    )
    accounts = {each: one.income_account_id for each, one in defaults.items()}
    books = books.model_copy(
        update={"income_accounts": tuple((each, one) for each, one in accounts.items() if one)}
    )
    # Each entry was checked when it was read; checking a million again would take seconds.
    problems = (*reader.issues, *without_rate(reader, of, kept))
    checked = {"entries": tuple(time.entries), "problems": problems}
    return Pulled(
        snapshot=snapshot.model_copy(update=checked),
        books=books,
        currencies=tuple(currencies.values()),
    )


def _of_money(engagements: tuple[Engagement, ...], found: LedgerRead) -> frozenset[int]:
    """Those whose accounts and taxes the rules must know: they draw advances, or owe a fee."""
    drawing = {each.id for each in engagements if each.use_advances}
    owing = found.fees_since.keys() | {each.engagement_id for each in found.ledger.debits}
    return frozenset((drawing | owing) & {each.id for each in engagements})


def _with_analytic(
    engagements: tuple[Engagement, ...], defaults: Mapping[int, Defaults]
) -> tuple[Engagement, ...]:
    """The engagements with the analytic accounts that their revenue names."""
    return tuple(
        each.model_copy(update={"analytic_id": defaults[each.id].analytic_id})
        if each.id in defaults
        else each
        for each in engagements
    )


def _still_open(
    agreements: Agreements, time: Time, company: Company, month: date, owing: Collection[int]
) -> tuple[Engagement, ...]:
    """Engagements with anything left to do: all but those that ended and were settled.

    ``owing``: those with anything open in the ledger.
    """
    engagement_of_order = {order.id: order.engagement_id for order in time.change_orders}
    projects: set[int] = set()
    busy = {each.engagement_id for each in agreements.milestones if not each.billed}
    busy.update(owing)
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
        or _ended_lately(engagement, month)
        or not late.isdisjoint(engagement.project_ids)
    )


def _ended_lately(engagement: Engagement, month: date) -> bool:
    """Whether a fee in advance may reach beyond its end: that is given back once the end is known.

    A year is the longest time that one fee covers.
    """
    end = engagement.date_end
    return engagement.kind is Kind.retainer and end is not None and end >= add_months(month, -12)


def _since(engagements: tuple[Engagement, ...], time: Time, company: Company, today: date) -> date:
    """The first of the earliest month in which a document may still have to be written.

    A retainer's is its first open month. Extra work is billed in the month it was done in, or
    later, so its earliest entry bounds it. Purchases are recharged on the last billing day that has
    come: whether they were is to be known, also where that day was last month's.
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
    if any(engagement.recharge_purchases for engagement in engagements):
        bounds.append(billing_month(company.out_of_scope_day, today))
    return min(bounds, default=first_of(today))
