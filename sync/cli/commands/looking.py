"""Commands that write nothing into Odoo: check, pull, plan, verify, status."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from sync.cli.companies import execute_for_each, for_each, only_one
from sync.cli.execute import Request, Session, execute
from sync.cli.exits import Exit
from sync.cli.options import (
    AsOf,
    CompanyName,
    Config,
    Csv,
    Json,
    LogFormat,
    Verbose,
    Xlsx,
    month,
)
from sync.domain.calendar import first_of
from sync.pipeline import CompanyRef, Looked, Service, limits_of, look
from sync.pipeline.files import write_file
from sync.pipeline.status import status as company_status
from sync.plan.file import to_text
from sync.plan.limits import Limits
from sync.pull import load, save
from sync.report.blocks import Message
from sync.report.check import check_blocks
from sync.report.envelope import envelope
from sync.report.plan import plan_blocks
from sync.report.status import status_blocks
from sync.report.unearned import books_blocks

Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Also write the plan to this file.")
]
From = Annotated[
    Path | None,
    typer.Option("--from", metavar="FILE", help="Work from a pulled snapshot, without Odoo."),
]


def check(
    as_json: Json = False,
    company: CompanyName = None,
    config: Config = None,
    as_of: AsOf = None,
    verbose: Verbose = False,
    log_format: LogFormat = None,
) -> None:
    """See whether everything is in place, and where in Odoo to set what is not.

    Connection, versions, module, rights, visible projects, accounts, journals. Writes nothing.

    \b
    Examples:
      drawdown check
      drawdown check --company "Example Agency" --json
    """
    request = Request("check", as_json, as_of, company, config, verbose, log_format)

    def act(session: Session) -> Exit:
        with session.service() as service:
            report = service.check(company)
        code = Exit.done if report.ok else Exit.missing
        if as_json:
            session.data(envelope("check", code, check=report))
        session.show(check_blocks(report))
        return code

    execute(request, act)


def pull(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to keep it (.gz too).")],
    as_json: Json = False,
    company: CompanyName = None,
    config: Config = None,
    as_of: AsOf = None,
    verbose: Verbose = False,
    log_format: LogFormat = None,
) -> None:
    """Read a company's facts from Odoo into a file that plan, explain and statement can use.

    The file holds clients' names and is readable by its owner only.

    \b
    Examples:
      drawdown pull --out march.json.gz
      drawdown plan --from march.json.gz --as-of 2025-03-28
    """
    request = Request("pull", as_json, as_of, company, config, verbose, log_format)

    def act(session: Session) -> Exit:
        with session.service() as service:
            pulled = service.pull(only_one(session, service, "A snapshot"), request.day)
        save(pulled, out)
        snapshot = pulled.snapshot
        counts = {
            "engagements": len(snapshot.engagements),
            "entries": len(snapshot.entries),
            "invoices": len(snapshot.invoices),
            "problems": len(snapshot.problems),
        }
        if as_json:
            whose = {"company_id": snapshot.company.id, "company": snapshot.company.name}
            session.data(envelope("pull", Exit.done, file=str(out), counts=counts, pulled=whose))
        listed = ", ".join(f"{number} {what}" for what, number in counts.items())
        session.show([Message(tag="pulled", text=f"{snapshot.company.name}: {listed}: {out}")])
        return Exit.done

    execute(request, act)


def plan(
    source: From = None,
    out: Out = None,
    as_json: Json = False,
    as_csv: Csv = False,
    xlsx: Xlsx = None,
    as_of: AsOf = None,
    company: CompanyName = None,
    config: Config = None,
    verbose: Verbose = False,
    log_format: LogFormat = None,
) -> None:
    """Show what a run would write: which invoices, for whom, how much, whose PO, and why.

    A dry run. Also what is held and why, conflicts, issues and parked engagements.

    \b
    Examples:
      drawdown plan
      drawdown plan --as-of 2025-03-28 --out plan.json
      drawdown plan --from march.json.gz --json
      drawdown plan --csv > invoices.csv
    """
    request = Request(
        "plan",
        as_json,
        as_of,
        company,
        config,
        verbose,
        log_format,
        csv="invoice" if as_csv else "",
        xlsx=xlsx,
    )

    def act(session: Session) -> Exit:
        if source is not None:
            looked = look(load(source), request.day, _limits(session))
            code, part = _show_plan(session, looked, out)
            if as_json:
                session.data(envelope("plan", code, request.day, companies=[part]))
            return code
        with session.service() as service:
            if out is not None:
                only_one(session, service, "A plan file")
            return for_each(
                session,
                service,
                lambda each: _show_plan(session, service.look(each, request.day), out),
            )

    execute(request, act)


def _limits(session: Session) -> Limits:
    """The limits of the settings that are named; without a file to read, the usual ones."""
    return limits_of(session.settings()) if session.request.config else Limits()


def _show_plan(session: Session, looked: Looked, out: Path | None) -> tuple[Exit, Any]:
    report = looked.report
    if out is not None:
        write_file(out, to_text(looked.plan))
    session.show(plan_blocks(report))
    if out is not None:
        session.show([Message(tag="file", text=f"Plan written to {out}")])
    if report.exceeded:
        return Exit.refused, report
    return (Exit.attention if report.attention else Exit.done), report


def verify(
    as_json: Json = False,
    as_csv: Csv = False,
    xlsx: Xlsx = None,
    as_of: AsOf = None,
    company: CompanyName = None,
    config: Config = None,
    verbose: Verbose = False,
    log_format: LogFormat = None,
) -> None:
    """Compare ledger, open lots and what the rules expect, per client and account, to the cent.

    Names everything on the liability accounts that does not belong there, with the remedy, and
    changes nothing. Exit code 7 where they do not tie; 1 where they tie and something is foreign.

    \b
    Examples:
      drawdown verify
      drawdown verify --json
      drawdown verify --xlsx books.xlsx
    """
    request = Request(
        "verify",
        as_json,
        as_of,
        company,
        config,
        verbose,
        log_format,
        csv="unearned" if as_csv else "",
        xlsx=xlsx,
    )

    def one(session: Session, service: Service, each: CompanyRef) -> tuple[Exit, Any]:
        books = service.verify(each, request.day)
        title = Message(tag="company", text=f"{each.name} ({each.id})")
        session.show([title, *books_blocks(books, each.name)])
        code = Exit.attention if books.foreign else Exit.done
        if not books.ties:
            code = Exit.untied
        return code, {"company_id": each.id, "company": each.name, "books": books}

    execute_for_each(request, one)


def status(
    as_json: Json = False,
    as_csv: Csv = False,
    xlsx: Xlsx = None,
    of_month: Annotated[
        date | None,
        typer.Option(
            "--month",
            parser=month,
            metavar="YYYY-MM",
            help="The invoices dated in that month. Default: the month of --as-of.",
        ),
    ] = None,
    all_months: Annotated[
        bool, typer.Option("--all", help="The invoices of all months, paid ones too.")
    ] = False,
    as_of: AsOf = None,
    company: CompanyName = None,
    config: Config = None,
    verbose: Verbose = False,
    log_format: LogFormat = None,
) -> None:
    """Last runs, leases, alerts; per client which invoices went out, were viewed, approved, stuck.

    Covers the invoices dated in one month. Older ones stay on the list as long as they are stuck,
    or nobody has sent them.

    \b
    Examples:
      drawdown status
      drawdown status --as-of 2025-03-31 --json
      drawdown status --month 2025-02
      drawdown status --all
      drawdown status --xlsx status.xlsx
    """
    request = Request(
        "status",
        as_json,
        as_of,
        company,
        config,
        verbose,
        log_format,
        csv="invoice" if as_csv else "",
        xlsx=xlsx,
    )

    if all_months and of_month:
        raise typer.BadParameter("give either --month or --all")

    def one(session: Session, service: Service, each: CompanyRef) -> tuple[Exit, Any]:
        first = None if all_months else of_month or first_of(request.day)
        report = company_status(service, each, request.day, first)
        session.show(status_blocks(report))
        return Exit.done, report

    execute_for_each(request, one)
