"""Who agreed what: engagements with their clients, projects and milestones."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from mappings import (
    fields,
    project_milestone,
    project_project,
    res_partner,
    retainer_engagement,
    sale_order,
    sale_order_line,
)
from mappings.fields import Unreadable
from mappings.reading import unreadable
from mappings.sale_order import Quote
from sync.domain.engagement import Client, Engagement, Kind, Milestone, State
from sync.domain.issues import Issue, Severity, Source
from sync.domain.money import Currency
from sync.domain.snapshot import Company, Project
from sync.odoo.gateway import Row
from sync.pull.reader import Reader


@dataclass(frozen=True)
class Agreements:
    """Every engagement that is no draft, and what hangs on it."""

    engagements: tuple[Engagement, ...]
    """Without their terms."""
    unreadable_projects: frozenset[int]
    """Claimed by engagements that could not be read: their time waits with them."""
    clients: tuple[Client, ...]
    projects: tuple[Project, ...]
    milestones: tuple[Milestone, ...]
    """Billed or not; of what has ended only where one is not."""
    quotation_keys: tuple[str, ...]


def read_agreements(
    reader: Reader, company: Company, currencies: dict[int, Currency]
) -> Agreements:
    """Read them all. Five calls, and one more where a milestone leaves its amount to the quote."""
    rows = reader.rows(
        retainer_engagement.MODEL,
        retainer_engagement.domain(company.id),
        retainer_engagement.FIELDS,
    )
    ids = fields.ids_in(rows, "id")
    milestone_rows = reader.rows(
        project_milestone.MODEL, project_milestone.domain(ids), project_milestone.FIELDS
    )
    project_rows = reader.rows(
        project_project.MODEL,
        project_project.domain(
            company.id,
            retainer_engagement.projects(rows) | project_milestone.projects(milestone_rows),
            retainer_engagement.clients(rows),
        ),
        project_project.FIELDS,
    )
    clients, addresses, unclear = _partners(reader, rows, project_rows)
    client_of = {client.id: client.commercial_id for client in clients.values()}
    projects = reader.read(
        project_project.MODEL,
        project_rows,
        lambda row: project_project.value(row, company.id, client_of),
    )
    read = reader.read(
        sale_order.MODEL,
        reader.rows(
            sale_order.MODEL,
            sale_order.domain(company.id, retainer_engagement.quote_ids(rows)),
            sale_order.FIELDS,
        ),
        lambda row: sale_order.value(row, company.id),
    )
    quotes: dict[int, Quote | None] = {**dict.fromkeys(read.bad)}
    quotes |= {order.id: order for order in read.values}
    engagements = reader.read(
        retainer_engagement.MODEL,
        rows,
        lambda row: retainer_engagement.value(
            row, company.id, currencies, clients, addresses, quotes, unclear
        ),
        retainer_engagement.engagement_of,
    )
    unread = [row for row in rows if fields.ids_in([row], "id") & engagements.bad]
    project_names = {project.id: project.name for project in projects.values}
    reader.issues += _missing_projects(engagements.values, project_names)
    return Agreements(
        engagements=engagements.values,
        unreadable_projects=frozenset(retainer_engagement.projects(unread)),
        clients=tuple(clients.values()),
        projects=projects.values,
        milestones=_milestones(reader, milestone_rows, engagements.values, project_names),
        quotation_keys=tuple(sorted(order.key for order in read.values if order.key)),
    )


def _partners(
    reader: Reader, engagement_rows: list[Row], project_rows: list[Row]
) -> tuple[dict[int, Client], dict[int, int], frozenset[int]]:
    """Clients and addresses by id, the invoice address of those that have one, and those of whom
    an address could not be read: nobody can say where their invoices go.
    """
    wanted = retainer_engagement.partners(engagement_rows)
    wanted |= project_project.customers(project_rows)
    rows = reader.rows(res_partner.MODEL, res_partner.domain(wanted), res_partner.FIELDS)
    clients = reader.read(res_partner.MODEL, rows, res_partner.value)
    addresses: dict[int, int] = {}
    unclear: set[int] = set()
    for row in rows:
        try:
            found = res_partner.invoice_address(row)
        except Unreadable as trouble:
            reader.issues.append(unreadable(res_partner.MODEL, row, trouble))
            unclear |= res_partner.parents(row) or wanted
            continue
        if found is not None:
            addresses.setdefault(*found)
    return {client.id: client for client in clients.values}, addresses, frozenset(unclear)


def _missing_projects(
    engagements: tuple[Engagement, ...], visible: Mapping[int, str]
) -> list[Issue]:
    """Projects that an engagement claims and the service cannot see: their time would be missed."""
    return [
        Issue(
            code="project_not_visible",
            severity=Severity.blocker,
            source=Source(model=retainer_engagement.MODEL, id=engagement.id, name=engagement.name),
            field="project_ids",
            message=f"project {project} cannot be read, so its time would be missed; let the"
            " service user see the project, or take it off the engagement",
            engagement_id=engagement.id,
        )
        for engagement in engagements
        for project in engagement.project_ids
        if project not in visible
    ]


def _milestones(
    reader: Reader,
    rows: list[Row],
    engagements: tuple[Engagement, ...],
    project_names: Mapping[int, str],
) -> tuple[Milestone, ...]:
    sold = project_milestone.priced_by_quote(rows)
    amounts = {}
    if sold:
        amounts = dict(
            reader.read(
                sale_order_line.MODEL,
                reader.rows(
                    sale_order_line.MODEL, sale_order_line.domain(sold), sale_order_line.FIELDS
                ),
                sale_order_line.value,
            ).values
        )
    readable = {engagement.id: engagement for engagement in engagements}
    return reader.read(
        project_milestone.MODEL,
        [row for row in rows if not _of_unread(row, readable)],
        lambda row: project_milestone.value(row, readable, project_names, amounts),
        project_milestone.engagement_of,
        suspects=lambda _: readable,
    ).values


def _of_unread(row: Row, readable: Mapping[int, Engagement]) -> bool:
    """Whether the row's engagement could not be read; that has an issue of its own."""
    named = project_milestone.engagements([row])
    return bool(named) and not named & readable.keys()


def earliest_open(engagements: Iterable[Engagement], go_live: date | None) -> date | None:
    """The first of the earliest month that a retainer still has to close."""
    return min(
        (
            retainer_engagement.open_from(each, go_live)
            for each in engagements
            if has_open_month(each, go_live)
        ),
        default=None,
    )


def has_open_month(engagement: Engagement, go_live: date | None) -> bool:
    """Whether a retainer still has a month to close. One without an end always has."""
    if engagement.kind is not Kind.retainer:
        return False
    end = engagement.date_end
    return end is None or retainer_engagement.open_from(engagement, go_live) <= end


def is_over(engagement: Engagement) -> bool:
    """Whether people marked it as ended."""
    return engagement.state is State.ended
