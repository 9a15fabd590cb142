"""Commands about unearned cash: monitor, rollforward, year-end, confirm. They write nothing."""

from datetime import date
from typing import Annotated, Any, Literal

import typer

from sync.cli.companies import execute_for_each, only_one
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
    a_day,
)
from sync.pipeline import CompanyRef, Service, reporting
from sync.report.confirmation import confirmation_blocks
from sync.report.envelope import envelope
from sync.report.monitor import monitor_blocks
from sync.report.rollforward import roll_blocks
from sync.report.year_end import year_end_blocks

By = Annotated[
    Literal["lot", "engagement", "client", "company", "ageing"],
    typer.Option("--by", help="Which table --csv prints."),
]
First = Annotated[
    date, typer.Option("--from", parser=a_day, metavar="YYYY-MM-DD", help="First day, inclusive.")
]
Last = Annotated[
    date, typer.Option("--to", parser=a_day, metavar="YYYY-MM-DD", help="Last day, inclusive.")
]
On = Annotated[
    date,
    typer.Option("--on", parser=a_day, metavar="YYYY-MM-DD", help="As it stood on that evening."),
]


def monitor(
    by: By = "lot",
    as_json: Json = False,
    as_csv: Csv = False,
    xlsx: Xlsx = None,
    as_of: AsOf = None,
    company: CompanyName = None,
    config: Config = None,
    verbose: Verbose = False,
    log_format: LogFormat = None,
) -> None:
    """Watch unearned cash: received, consumed, still owing, its age, and how long it lasts.

    Per lot, engagement, client and company, in the lot's currency and in the company's. What a
    request still waits for is shown apart. Averages are over the last 90 days.

    \b
    Examples:
      drawdown monitor
      drawdown monitor --as-of 2025-03-31 --by client --csv > unearned.csv
      drawdown monitor --xlsx unearned.xlsx
    """
    request = Request(
        "monitor",
        as_json,
        as_of,
        company,
        config,
        verbose,
        log_format,
        csv=by if as_csv else "",
        xlsx=xlsx,
    )

    def one(session: Session, service: Service, each: CompanyRef) -> tuple[Exit, Any]:
        report = reporting.unearned_cash(service, each, request.day)
        session.show(monitor_blocks(report))
        return Exit.done, report

    execute_for_each(request, one)


def rollforward(
    first: First,
    last: Last,
    as_json: Json = False,
    as_csv: Csv = False,
    xlsx: Xlsx = None,
    company: CompanyName = None,
    config: Config = None,
    as_of: AsOf = None,
    verbose: Verbose = False,
    log_format: LogFormat = None,
) -> None:
    """Show how contract liabilities moved between two days, tied to the ledger.

    Opening + received and billed − recognised of the opening balance − of what came in the period
    − breakage − returned ± currency and reclassification = closing, per client, engagement and
    account, in the company's currency. What nothing explains is a column of its own, with its
    lines. Exit code 7 where it does not tie with the ledger; 1 where anything is unexplained.

    \b
    Examples:
      drawdown rollforward --from 2025-01-01 --to 2025-12-31
      drawdown rollforward --from 2025-01-01 --to 2025-03-31 --xlsx q1.xlsx
    """
    request = Request(
        "rollforward",
        as_json,
        as_of or last,
        company,
        config,
        verbose,
        log_format,
        csv="roll" if as_csv else "",
        xlsx=xlsx,
    )

    def one(session: Session, service: Service, each: CompanyRef) -> tuple[Exit, Any]:
        report = reporting.roll_forward(service, each, first, last)
        session.show(roll_blocks(report))
        code = Exit.attention if report.unexplained else Exit.done
        return (code if report.ties_with_ledger else Exit.untied), report

    execute_for_each(request, one)


def year_end(
    on: On,
    as_json: Json = False,
    as_csv: Csv = False,
    xlsx: Xlsx = None,
    company: CompanyName = None,
    config: Config = None,
    as_of: AsOf = None,
    verbose: Verbose = False,
    log_format: LogFormat = None,
) -> None:
    """List every open lot with its decision, by whom, why and on what evidence; undecided first.

    Exit code 1 where a remainder is undecided; 7 where the ledger has anything that is in no lot.

    \b
    Examples:
      drawdown year-end --on 2025-12-31
      drawdown year-end --on 2025-12-31 --xlsx year-end.xlsx
    """
    request = Request(
        "year-end",
        as_json,
        as_of or on,
        company,
        config,
        verbose,
        log_format,
        csv="lot" if as_csv else "",
        xlsx=xlsx,
    )

    def one(session: Session, service: Service, each: CompanyRef) -> tuple[Exit, Any]:
        report = reporting.year_end(service, each, on)
        session.show(year_end_blocks(report))
        code = Exit.attention if report.undecided else Exit.done
        return (Exit.untied if report.difference else code), report

    execute_for_each(request, one)


def confirm(
    client: Annotated[
        str, typer.Argument(metavar="CLIENT", help="Id, or the name as Odoo shows it.")
    ],
    on: On,
    style: Annotated[
        Literal["text", "html", "json"], typer.Option("--format", help="How to print it.")
    ] = "text",
    as_json: Json = False,
    company: CompanyName = None,
    config: Config = None,
    as_of: AsOf = None,
    verbose: Verbose = False,
    log_format: LogFormat = None,
) -> None:
    """Print a client's balance confirmation: what we hold of theirs on a day.

    \b
    Examples:
      drawdown confirm "Acme Corp" --on 2025-12-31
      drawdown confirm 42 --on 2025-12-31 --format html > acme.html
    """
    as_json = as_json or style == "json"
    request = Request("confirm", as_json, as_of or on, company, config, verbose, log_format)

    def act(session: Session) -> Exit:
        with session.service() as service:
            chosen = only_one(session, service, "A confirmation")
            found = reporting.confirm(service, chosen, client, on)
        if as_json:
            session.data(envelope("confirm", Exit.done, on, confirmation=found))
        session.show(confirmation_blocks(found, html=style == "html"))
        return Exit.done

    execute(request, act)
