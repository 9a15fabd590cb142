"""Reports about unearned cash: read what they need, compute, and give it its names."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from mappings import liability_line, res_partner
from sync.books.ledger import LiabilityLedger
from sync.books.period import roll
from sync.books.standing import Standing, lots_of_day, watched
from sync.domain.books import OpenLot
from sync.domain.money import ZERO
from sync.pipeline.companies import CompanyRef
from sync.pipeline.errors import PipelineError
from sync.pipeline.service import Service
from sync.pull.company import read_company
from sync.pull.reader import Reader
from sync.report.confirmation import Confirmation, confirmation
from sync.report.monitor import MonitorReport, monitor_report
from sync.report.rollforward import RollReport, roll_report
from sync.report.year_end import YearEndReport, year_end_report
from sync.rules.monitor import monitor


def ledger_of(service: Service, company: CompanyRef) -> LiabilityLedger:
    """The company's liability accounts. Two calls."""
    reader = Reader(service.gateway, service.settings.page_size)
    of, books, currencies = read_company(reader, company.id)
    return LiabilityLedger(service.gateway, of, books, currencies)


def unearned_cash(service: Service, company: CompanyRef, day: date) -> MonitorReport:
    """Rule 22, as of the end of a day."""
    service.progress.step(f"reading the unearned cash of {company.name}")
    ledger = ledger_of(service, company)
    found = monitor(watched(ledger, day))
    return monitor_report(
        found,
        company.id,
        company.name,
        ledger.client_names({each.client_id for each in found.lots}),
        ledger.engagement_names({each.engagement_id for each in found.lots if each.engagement_id}),
    )


def roll_forward(service: Service, company: CompanyRef, first: date, last: date) -> RollReport:
    """How each balance came about between two days, both inclusive."""
    if first > last:
        raise PipelineError("usage", f"{first} lies after {last}.", "Give --from before --to.")
    service.progress.step(f"reading the ledger of {company.name}")
    ledger = ledger_of(service, company)
    found = roll(ledger, first, last)
    return roll_report(
        found,
        company.id,
        company.name,
        ledger.account_names(),
        ledger.client_names({each.client_id for each in found.ties}),
        ledger.engagement_names({each.engagement_id for each in found.rows if each.engagement_id}),
    )


def year_end(service: Service, company: CompanyRef, on: date) -> YearEndReport:
    """Every open lot at the end of a day, and what was decided about it."""
    service.progress.step(f"reading the open lots of {company.name}")
    ledger = ledger_of(service, company)
    standing = lots_of_day(ledger, on)
    return year_end_report(
        company_id=company.id,
        company=company.name,
        on=on,
        lots=standing.lots,
        advances=standing.advances,
        ledger=_balance(ledger, on),
        currency=ledger.company.currency,
        clients=ledger.client_names({each.posting.client_id for each in standing.lots}),
        engagements=_engagements(ledger, standing.lots),
    )


def _balance(ledger: LiabilityLedger, day: date) -> Decimal:
    if not ledger.accounts:
        return ZERO
    domain = liability_line.until(ledger.company.id, list(ledger.accounts), day)
    return sum((balance for balance, _ in ledger.balances(domain).values()), ZERO)


def _engagements(ledger: LiabilityLedger, lots: Iterable[OpenLot]) -> dict[int, str]:
    ids = {each.posting.document.engagement_id for each in lots}
    return ledger.engagement_names({each for each in ids if each})


def confirm(service: Service, company: CompanyRef, wanted: str, on: date) -> Confirmation:
    """What is held of a client's money at the end of a day; the client by id or name."""
    service.progress.step(f"looking for {wanted}")
    ledger = ledger_of(service, company)
    client, name = _client(ledger, wanted)
    standing: Standing = lots_of_day(ledger, on, client_id=client)
    return confirmation(
        company=company.name,
        client_id=client,
        client=name,
        on=on,
        lots=[each for each in standing.lots if not each.foreign],
        engagements=_engagements(ledger, standing.lots),
    )


def _client(ledger: LiabilityLedger, wanted: str) -> tuple[int, str]:
    """The commercial entity with that id or name, or of the contact that has it."""
    rows = ledger.rows(res_partner.MODEL, res_partner.named(wanted), res_partner.FIELDS)
    found = {
        each.commercial_id for each in ledger.values(res_partner.MODEL, rows, res_partner.value)
    }
    names = ledger.client_names(found)
    if len(found) == 1:
        (client,) = found
        return client, names[client]
    if found:
        listed = ", ".join(f"{names[each]} ({each})" for each in sorted(found))
        raise PipelineError(
            "usage", f"More than one client is called {wanted!r}: {listed}.", "Give the id."
        )
    raise PipelineError(
        "usage", f"There is no client {wanted!r}.", "Give its id or its name as Odoo shows it."
    )
