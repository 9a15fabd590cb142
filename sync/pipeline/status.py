"""Where a company stands: runs, leases, alerts, and what the clients did with their invoices."""

from datetime import date

from mappings import (
    Unreadable,
    account_move_status,
    res_company,
    retainer_alert,
    retainer_change_order,
    retainer_sync_run,
    shown,
    unreadable,
)
from sync.odoo.gateway import Gateway
from sync.odoo.paging import read_all
from sync.pipeline import lookups
from sync.pipeline.companies import CompanyRef
from sync.pipeline.service import Service
from sync.pull import CompanyNotFound, CompanyUnreadable
from sync.report.status import StatusReport, per_client

LAST_RUNS = 5


def status(service: Service, company: CompanyRef, as_of: date, month: date | None) -> StatusReport:
    """Runs, leases, alerts, and where each client's invoices stand. Ten calls at most.

    The invoices dated in the month that begins on ``month``, and older ones that are stuck or that
    nobody has sent; all invoices without a month.
    """
    gateway = service.gateway
    service.progress.step(f"reading the status of {company.name}")
    found = list(
        read_all(
            gateway,
            account_move_status.MODEL,
            account_move_status.domain(company.id, month),
            account_move_status.FIELDS,
        )
    )
    clients = lookups.clients(
        gateway, {shown.link(row, account_move_status.CLIENT) for row in found}
    )
    engagements = lookups.engagements(
        gateway, {shown.link(row, account_move_status.ENGAGEMENT) for row in found}
    )
    currencies = lookups.currencies(gateway)
    stuck_after = _stuck_after(gateway, company)
    standing = (
        account_move_status.value(row, clients, engagements, currencies, as_of, month, stuck_after)
        for row in found
    )
    invoices = tuple(each for each in standing if not each.older or each.stuck or each.waiting)
    runs = gateway.search_read(
        retainer_sync_run.MODEL,
        retainer_sync_run.domain(company.id),
        retainer_sync_run.FIELDS,
        limit=LAST_RUNS,
        order=retainer_sync_run.NEWEST,
    )
    leases = gateway.search_read(
        retainer_sync_run.MODEL,
        retainer_sync_run.under_way(company.id),
        retainer_sync_run.FIELDS,
        limit=LAST_RUNS,
    )
    return StatusReport(
        company_id=company.id,
        company=company.name,
        as_of=as_of,
        month=f"{month:%Y-%m}" if month else "",
        runs=tuple(map(retainer_sync_run.value, runs)),
        leases=tuple(map(retainer_sync_run.value, leases)),
        open_alerts=gateway.search_count(
            retainer_alert.MODEL, retainer_alert.still_open(company.id)
        ),
        waiting_approvals=gateway.search_count(
            retainer_change_order.MODEL, retainer_change_order.waiting(company.id)
        ),
        invoices=tuple(
            sorted(invoices, key=lambda each: (each.client, each.invoice_date or as_of, each.key))
        ),
        clients=per_client(invoices),
    )


def _stuck_after(gateway: Gateway, company: CompanyRef) -> int:
    """Days after which an unopened invoice is stuck."""
    rows = gateway.search_read(
        res_company.MODEL, res_company.domain(company.id), res_company.STUCK_FIELDS, limit=1
    )
    if not rows:
        raise CompanyNotFound(company.id, [])
    try:
        return res_company.stuck_after(rows[0])
    except Unreadable as trouble:
        raise CompanyUnreadable(unreadable(res_company.MODEL, rows[0], trouble)) from None
