"""Questions that people ask about one thing in Odoo: a document, a statement."""

from collections.abc import Collection, Iterable
from datetime import date

from mappings import account_move, retainer_engagement, shown
from sync.domain.documents import Reason
from sync.odoo.gateway import Gateway
from sync.odoo.paging import read_all
from sync.pipeline import lookups
from sync.pipeline.companies import CompanyRef
from sync.pipeline.errors import PipelineError
from sync.pipeline.looked import Looked
from sync.pipeline.service import Service
from sync.pull.document import read_document
from sync.pull.errors import DocumentNotFound
from sync.pull.statement import read_closed_statement, read_statement
from sync.report.explain import Explanation, find_planned, of_shown_statement, of_standing
from sync.report.names import TIME, Names
from sync.report.statement import ShownStatement, named_statement, shown_statement

FEW = 2


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
        standing.engagement_id,
    )
    whose = lookups.engagement(gateway, engagement_id)
    client, engagement = (whose.client, whose.name) if whose else ("", "")
    read = read_statement(gateway, standing.id) if standing.period is not None else None
    if read is not None:
        told = named_statement(*read, client=client, engagement=engagement)
        drawn = {entry for lot in told.lots for entry, _ in lot.draws}
        texts = _texts(gateway, told.reasons, drawn)
        return of_shown_statement(told, "odoo", texts, number=standing.name, id=standing.id)
    texts = _texts(gateway, standing.reasons)
    return of_standing(standing, client=client, engagement=engagement, texts=texts)


def _texts(
    gateway: Gateway, reasons: Iterable[Reason], entries: Collection[int] = ()
) -> dict[tuple[str, int], str]:
    """What the records behind the numbers are, and some time entries; nothing for those gone."""
    wanted: dict[str, set[int]] = {TIME: set(entries)} if entries else {}
    for reason in reasons:
        for source in reason.records:
            wanted.setdefault(source.model, set()).add(source.id)
    found = {}
    for model, ids in sorted(wanted.items()):
        fields = shown.DESCRIBED.get(model)
        if fields is None:
            continue
        for row in read_all(gateway, model, shown.of_ids(ids), fields):
            found[model, row["id"]] = shown.described(model, row)
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
    found = gateway.search_read(
        retainer_engagement.MODEL,
        retainer_engagement.called(company.id, engagement),
        retainer_engagement.SHOWN_FIELDS,
        limit=FEW,
    )
    if len(found) != 1:
        raise _no_engagement(engagement, [shown.named(row) for row in found])
    record, name = shown.named(found[0])
    closed = read_closed_statement(gateway, record, month)
    if closed is None:
        return planned_statement(service.look(company, as_of), str(record), month)
    client = retainer_engagement.client_of(found[0])
    return named_statement(
        *closed, client=lookups.clients(gateway, {client}).get(client, ""), engagement=name
    )


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


def _key_of_id(gateway: Gateway, company: CompanyRef, document: str) -> str:
    """The key of the invoice with that id; empty where the text is no id of one of ours."""
    if not document.isascii() or not document.isdigit():
        return ""
    domain = account_move.of_id(company.id, int(document))
    for row in gateway.search_read(account_move.MODEL, domain, account_move.KEY_FIELDS, limit=1):
        return account_move.key(row)[1]
    return ""
