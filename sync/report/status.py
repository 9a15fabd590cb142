"""The status: last runs, leases, alerts, and per client the four questions about invoices.

Which invoices went out, which were viewed, which are approved, and which are stuck.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from sync.domain.calendar import month_text
from sync.domain.status import StandingInvoice, SyncRun
from sync.domain.value import Value
from sync.report.blocks import (
    Amount,
    Block,
    Facts,
    Message,
    Row,
    Table,
    Tone,
    amounts,
    counts,
    days,
    texts,
)
from sync.report.invoices import NO_PO, role_text
from sync.report.text import counted


class ClientCount(Value):
    """The four questions for one client."""

    client: str
    out: int
    viewed: int
    approved: int
    stuck: int
    waiting: int


class StatusReport(Value):
    """Where one company stands."""

    company_id: int
    company: str
    as_of: date
    month: str
    """``2025-03``, the month whose invoices these are; empty for all months."""
    runs: tuple[SyncRun, ...]
    """Newest first."""
    leases: tuple[SyncRun, ...]
    """Runs that hold a lease now, or held one when they died."""
    open_alerts: int
    waiting_approvals: int
    """Change orders that the client has not agreed to."""
    invoices: tuple[StandingInvoice, ...]
    clients: tuple[ClientCount, ...]


def per_client(invoices: Iterable[StandingInvoice]) -> tuple[ClientCount, ...]:
    """The answers, client by client."""
    groups: dict[str, list[StandingInvoice]] = {}
    for each in invoices:
        groups.setdefault(each.client, []).append(each)
    return tuple(
        ClientCount(
            client=client,
            out=sum(each.out for each in group),
            viewed=sum(each.viewed for each in group),
            approved=sum(each.approved for each in group),
            stuck=sum(bool(each.stuck) for each in group),
            waiting=sum(each.waiting for each in group),
        )
        for client, group in sorted(groups.items())
    )


def status_blocks(report: StatusReport) -> list[Block]:
    """The status for people."""
    return [
        Facts(
            tag="status",
            title=f"{report.company}, as of {report.as_of}",
            pairs=(
                ("company", f"{report.company} ({report.company_id})"),
                ("as of", report.as_of.isoformat()),
                ("invoices of", _month(report) or "all months"),
                ("open alerts", str(report.open_alerts)),
                ("extra work awaiting approval", str(report.waiting_approvals)),
                ("open leases", str(len(report.leases))),
            ),
        ),
        _runs("lease", "Runs under way", report.leases),
        _runs("run", "Last runs", report.runs),
        _clients(report.clients),
        _invoices(report),
        _summary(report),
    ]


def _runs(tag: str, title: str, runs: tuple[SyncRun, ...]) -> Table:
    return Table(
        tag=tag,
        title=title,
        columns=(
            *texts("id", "state"),
            *days("as of"),
            *texts("started (UTC)", "finished (UTC)", "lease until (UTC)"),
            *counts("created", "conflicts", "rejected", "issues"),
        ),
        rows=tuple(
            Row(
                cells=(
                    str(each.id),
                    each.state,
                    each.as_of,
                    each.started_at,
                    each.finished_at,
                    each.lease_until if each.state == "running" else "",
                    each.created,
                    each.conflicts,
                    each.rejected,
                    each.issues,
                ),
                tone=Tone.bad if each.state == "failed" else Tone.plain,
            )
            for each in runs
        ),
    )


def _clients(clients: tuple[ClientCount, ...]) -> Table:
    return Table(
        tag="client",
        title="Invoices per client",
        columns=(
            *texts("client"),
            *counts("went out", "viewed", "approved", "stuck", "not sent yet"),
        ),
        rows=tuple(
            Row(
                cells=(
                    each.client,
                    each.out,
                    each.viewed,
                    each.approved,
                    each.stuck,
                    each.waiting,
                ),
                tone=Tone.warn if each.stuck else Tone.plain,
            )
            for each in clients
        ),
    )


def _invoices(report: StatusReport) -> Table:
    month = _month(report)
    older = any(each.older for each in report.invoices)
    return Table(
        tag="invoice",
        title=(f"Invoices of {month}" if month else "Invoices")
        + (", and older ones that are stuck or not sent" if older else ""),
        columns=(
            *texts("number"),
            *days("date"),
            *texts("client", "engagement", "role", "po"),
            *amounts("net", "due"),
            *texts("state", "client status", "payment"),
        ),
        detail="stuck",
        rows=tuple(
            Row(
                cells=(
                    each.number or "draft",
                    each.invoice_date,
                    each.client,
                    each.engagement,
                    role_text(each.role, credit=each.credit),
                    each.po or NO_PO,
                    _money(each, each.net),
                    _money(each, each.due),
                    each.state,
                    each.lifecycle.replace("_", " "),
                    each.payment_state.replace("_", " "),
                ),
                detail=f"stuck: {each.stuck}" if each.stuck else "",
                tone=Tone.warn if each.stuck else Tone.plain,
            )
            for each in report.invoices
        ),
    )


def _money(invoice: StandingInvoice, value: Decimal) -> Amount:
    return Amount(amount=value, currency=invoice.currency, digits=invoice.digits)


def _month(report: StatusReport) -> str:
    return month_text(date.fromisoformat(f"{report.month}-01")) if report.month else ""


def _summary(report: StatusReport) -> Message:
    out = sum(each.out for each in report.clients)
    stuck = sum(each.stuck for each in report.clients)
    waiting = sum(each.waiting for each in report.clients)
    text = (
        f"{counted(out, 'invoice')} went out,"
        f" {sum(each.viewed for each in report.clients)} viewed,"
        f" {sum(each.approved for each in report.clients)} approved,"
        f" {stuck} stuck; {waiting} not sent yet."
    )
    older = sum(each.older for each in report.invoices)
    if older:
        text += f" {older} of them older than {_month(report)}."
    return Message(tag="summary", text=text, tone=Tone.warn if stuck else Tone.good)
