"""Questions that people ask about what stands in Odoo: status, one document, one statement."""

from collections.abc import Collection
from datetime import date

from mappings import res_currency
from sync.domain.calendar import last_of
from sync.domain.money import Currency
from sync.odoo.gateway import Gateway
from sync.odoo.paging import read_all
from sync.pipeline.companies import CompanyRef
from sync.pipeline.errors import PipelineError
from sync.pipeline.service import Looked, Service
from sync.pull.document import Standing, read_document
from sync.pull.errors import DocumentNotFound
from sync.report import rows
from sync.report.explain import Explanation, find_planned, of_standing
from sync.report.names import Names
from sync.report.statement import ShownStatement, shown_statement
from sync.report.status import StatusReport, per_client

LAST_RUNS = 5
FEW = 2


def status(service: Service, company: CompanyRef, as_of: date) -> StatusReport:
    """Runs, leases, alerts, and where each client's invoices stand. Ten calls at most."""
    gateway = service.gateway
    service.progress.step(f"reading the status of {company.name}")
    found = list(
        read_all(
            gateway, rows.INVOICES, rows.invoices_domain(company.id, as_of), rows.INVOICE_FIELDS
        )
    )
    clients = _names(gateway, rows.PARTNERS, {rows.link(row, "partner_id") for row in found})
    engagements = _names(
        gateway, rows.ENGAGEMENTS, {rows.link(row, "retainer_engagement_id") for row in found}
    )
    currencies = _currencies(gateway)
    (about,) = gateway.search_read(
        rows.COMPANIES, [("id", "=", company.id)], rows.COMPANY_FIELDS, limit=1
    )
    stuck_after = rows.number(about, "retainer_stuck_after_days")
    invoices = tuple(
        rows.invoice(row, clients, engagements, currencies, as_of, stuck_after) for row in found
    )
    runs = gateway.search_read(
        rows.RUNS, rows.runs_domain(company.id), rows.RUN_FIELDS, limit=LAST_RUNS, order="id desc"
    )
    leases = gateway.search_read(
        rows.RUNS, rows.leases_domain(company.id), rows.RUN_FIELDS, limit=LAST_RUNS
    )
    return StatusReport(
        company_id=company.id,
        company=company.name,
        as_of=as_of,
        runs=tuple(rows.run(row) for row in runs),
        leases=tuple(rows.run(row) for row in leases),
        open_alerts=gateway.search_count(rows.ALERTS, rows.open_alerts_domain(company.id)),
        waiting_approvals=gateway.search_count(
            rows.CHANGE_ORDERS, rows.waiting_orders_domain(company.id)
        ),
        invoices=tuple(
            sorted(invoices, key=lambda each: (each.client, each.invoice_date or as_of, each.key))
        ),
        clients=per_client(invoices),
    )


def explain(service: Service, company: CompanyRef, document: str, as_of: date) -> Explanation:
    """A document by key, by Odoo's number, or by the id of an invoice; planned ones too."""
    gateway = service.gateway
    service.progress.step(f"looking for {document}")
    wanted = _key_of_id(gateway, company, document) or document
    try:
        standing = read_document(gateway, company.id, wanted)
    except DocumentNotFound:
        explained = explain_planned(service.look(company, as_of), document)
        if explained is None:
            raise
        return explained
    engagement_id = next(
        (
            each.engagement_id
            for each in (standing.invoice, standing.entry, standing.period)
            if each is not None
        ),
        None,
    )
    client, engagement = "", ""
    if engagement_id:
        for row in gateway.search_read(
            rows.ENGAGEMENTS, rows.of_ids({engagement_id}), rows.ENGAGEMENT_FIELDS, limit=1
        ):
            engagement = rows.text(row, "name")
            partner = rows.link(row, "partner_id")
            client = _names(gateway, rows.PARTNERS, {partner}).get(partner or 0, "")
    po = ""
    if standing.invoice is not None:
        domain = rows.invoice_of_id(company.id, standing.id)
        for row in gateway.search_read(rows.INVOICES, domain, ("retainer_po_number",), limit=1):
            po = rows.text(row, "retainer_po_number")
    return of_standing(
        standing, client=client, engagement=engagement, po=po, texts=_texts(gateway, standing)
    )


def _texts(gateway: Gateway, standing: Standing) -> dict[tuple[str, int], str]:
    """What the records behind the numbers are; nothing for those that are gone."""
    wanted: dict[str, set[int]] = {}
    for reason in standing.reasons:
        for source in reason.records:
            wanted.setdefault(source.model, set()).add(source.id)
    found = {}
    for model, ids in sorted(wanted.items()):
        fields = rows.DESCRIBED.get(model)
        if fields is None:
            continue
        for row in read_all(gateway, model, rows.plain_ids(ids), fields):
            found[model, row["id"]] = rows.described(row, fields)
    return found


def explain_planned(looked: Looked, key: str) -> Explanation | None:
    """A document that the rules ask for and that is not written, by its key."""
    names = Names(looked.pulled.snapshot)
    return find_planned(looked.plan, looked.outcome.statements, key, names)


def statement(
    service: Service, company: CompanyRef, engagement: str, month: date, as_of: date
) -> ShownStatement:
    """A month of a retainer: as it was closed, or as the rules see it now."""
    gateway = service.gateway
    service.progress.step(f"looking for {engagement}")
    domain = rows.engagements_domain(company.id, engagement)
    found = gateway.search_read(rows.ENGAGEMENTS, domain, rows.ENGAGEMENT_FIELDS, limit=FEW)
    if len(found) != 1:
        raise _no_engagement(engagement, [(row["id"], rows.text(row, "name")) for row in found])
    row = found[0]
    for period in gateway.search_read(
        rows.PERIODS,
        rows.closed_period(row["id"], month, last_of(month)),
        rows.PERIOD_FIELDS,
        limit=1,
    ):
        partner = rows.link(row, "partner_id")
        lots = read_all(gateway, rows.LOTS, rows.lots_of(period["id"]), rows.LOT_FIELDS)
        terms = read_all(gateway, rows.TERMS, rows.terms_of(row["id"]), rows.TERMS_FIELDS)
        return rows.statement(
            period,
            client=_names(gateway, rows.PARTNERS, {partner}).get(partner or 0, ""),
            engagement=rows.text(row, "name"),
            currencies=_currencies(gateway),
            lots=tuple(rows.lot(each) for each in lots),
            rates=tuple(rows.amount(each, "overage_rate") for each in terms),
        )
    looked = service.look(company, as_of)
    return planned_statement(looked, str(row["id"]), month)


def planned_statement(looked: Looked, engagement: str, month: date) -> ShownStatement:
    """A month as the rules see it, from a snapshot."""
    names = Names(looked.pulled.snapshot)
    wanted = engagement.casefold()
    found = [
        each
        for each in looked.pulled.snapshot.engagements
        if engagement == str(each.id) or wanted == each.name.casefold()
    ]
    if len(found) != 1:
        raise _no_engagement(engagement, [(each.id, each.name) for each in found])
    for each in looked.outcome.statements:
        if each.engagement_id == found[0].id and each.date_start.replace(day=1) == month:
            shown = shown_statement(each, names)
            # Not closed in Odoo, else it would have been found there.
            closing = {"state": "closing"} if shown.state == "closed" else {}
            return shown.model_copy(update=closing)
    troubles = [str(each) for each in looked.outcome.issues if each.engagement_id == found[0].id]
    why = f" {troubles[0]}" if found[0].id in looked.outcome.parked and troubles else ""
    raise PipelineError(
        "usage",
        f"{found[0].name} has no statement for {month:%Y-%m} as of {looked.outcome.as_of}.{why}",
        "Give a month in which the retainer is in force, not later than --as-of.",
    )


def _no_engagement(wanted: str, found: list[tuple[int, str]]) -> PipelineError:
    if found:
        listed = ", ".join(f"{name} ({record})" for record, name in found)
        return PipelineError(
            "usage", f"More than one engagement is called {wanted!r}: {listed}.", "Give its id."
        )
    return PipelineError(
        "usage",
        f"There is no engagement {wanted!r} in this company.",
        "Give its id or its name as Odoo shows it.",
    )


def _names(gateway: Gateway, model: str, ids: Collection[int | None]) -> dict[int, str]:
    wanted = {each for each in ids if each}
    if not wanted:
        return {}
    found = read_all(gateway, model, rows.of_ids(wanted), rows.NAMED_FIELDS)
    return {row["id"]: rows.text(row, "name") for row in found}


def _currencies(gateway: Gateway) -> dict[int, Currency]:
    found = read_all(gateway, res_currency.MODEL, res_currency.domain(), res_currency.FIELDS)
    return {each.id: each for each in map(res_currency.value, found)}


def _key_of_id(gateway: Gateway, company: CompanyRef, document: str) -> str:
    """The key of the invoice with that id; empty where the text is no id of one of ours."""
    if not document.isascii() or not document.isdigit():
        return ""
    domain = rows.invoice_of_id(company.id, int(document))
    for row in gateway.search_read(rows.INVOICES, domain, ("retainer_key",), limit=1):
        return rows.text(row, "retainer_key")
    return ""
