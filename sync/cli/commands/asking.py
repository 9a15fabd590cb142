"""Questions: explain a document, a statement, what allowance would fit. They write nothing."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from sync.cli.companies import for_each, only_one
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
from sync.pipeline import PipelineError, inquiries, look
from sync.pipeline.advice import advise
from sync.plan.limits import Limits
from sync.pull import Pulled, load
from sync.report.envelope import envelope
from sync.report.explain import Explanation, explain_blocks
from sync.report.recommend import recommend_blocks
from sync.report.statement import ShownStatement, blocks, markdown_blocks

From = Annotated[
    Path | None,
    typer.Option("--from", metavar="FILE", help="Work from a pulled snapshot, without Odoo."),
]


def explain(
    document: Annotated[
        str,
        typer.Argument(
            metavar="DOCUMENT",
            help="Key (1/42/fee/2025-04/0), Odoo's number (INV/2025/00003), or an invoice's id.",
        ),
    ],
    source: From = None,
    as_json: Json = False,
    as_of: AsOf = None,
    company: CompanyName = None,
    config: Config = None,
    verbose: Verbose = False,
    log_format: LogFormat = None,
) -> None:
    """Show the records and rules behind every number of a document.

    For documents in Odoo from what is stored beside them; else, by key, for planned and held ones.

    \b
    Examples:
      drawdown explain INV/2025/00003
      drawdown explain 1/42/overage/2025-04/0 --as-of 2025-05-01
      drawdown explain 1/42/fee/2025-04/0 --from march.json.gz
    """
    request = Request("explain", as_json, as_of, company, config, verbose, log_format)

    def act(session: Session) -> Exit:
        explained = _explained(session, document, source)
        if as_json:
            session.data(envelope("explain", Exit.done, request.day, document=explained))
        session.show(explain_blocks(explained))
        return Exit.done

    execute(request, act)


def _explained(session: Session, document: str, source: Path | None) -> Explanation:
    day = session.request.day
    if source is None:
        with session.service() as service:
            company = only_one(session, service, "An explanation")
            return inquiries.explain(service, company, document, day)
    explained = inquiries.explain_planned(look(load(source), day, Limits()), document)
    if explained is None:
        raise PipelineError(
            "usage",
            f"Nothing called {document!r} is planned from {source} as of {day}.",
            "Give a key as drawdown plan shows it; leave --from out for what stands in Odoo.",
        )
    return explained


def statement(
    engagement: Annotated[
        str, typer.Argument(metavar="ENGAGEMENT", help="Id, or the name as Odoo shows it.")
    ],
    first: Annotated[date, typer.Argument(parser=month, metavar="MONTH", help="As 2025-03.")],
    style: Annotated[
        Literal["text", "markdown", "json"], typer.Option("--format", help="How to print it.")
    ] = "text",
    source: From = None,
    as_json: Json = False,
    as_of: AsOf = None,
    company: CompanyName = None,
    config: Config = None,
    verbose: Verbose = False,
    log_format: LogFormat = None,
) -> None:
    """Print the statement of one retainer's month: where the hours stand.

    A closed month as it was closed; an open one as the rules see it on --as-of.

    \b
    Examples:
      drawdown statement "Acme retainer" 2025-03
      drawdown statement 42 2025-03 --format markdown > acme-march.md
    """
    as_json = as_json or style == "json"
    request = Request("statement", as_json, as_of, company, config, verbose, log_format)

    def act(session: Session) -> Exit:
        shown = _statement(session, engagement, first, source)
        if as_json:
            session.data(envelope("statement", Exit.done, request.day, statement=shown))
        session.show(markdown_blocks(shown) if style == "markdown" else blocks(shown))
        return Exit.done

    execute(request, act)


def _statement(
    session: Session, engagement: str, first: date, source: Path | None
) -> ShownStatement:
    day = session.request.day
    if source is not None:
        looked = look(load(source), day, Limits())
        return inquiries.planned_statement(looked, engagement, first)
    with session.service() as service:
        company = only_one(session, service, "A statement")
        return inquiries.statement(service, company, engagement, first, day)


def recommend(
    source: From = None,
    as_json: Json = False,
    as_csv: Csv = False,
    xlsx: Xlsx = None,
    as_of: AsOf = None,
    company: CompanyName = None,
    config: Config = None,
    verbose: Verbose = False,
    log_format: LogFormat = None,
) -> None:
    """Who always exceeds and who always underuses the allowance, and what would fit.

    Looks at the last closed months, up to six, under the present allowance; each recommendation
    shows its months. Account managers get the same as a notice in Odoo, once a quarter.

    \b
    Examples:
      drawdown recommend
      drawdown recommend --as-of 2025-06-30 --json
      drawdown recommend --csv > recommendations.csv
    """
    request = Request(
        "recommend",
        as_json,
        as_of,
        company,
        config,
        verbose,
        log_format,
        csv="recommendation" if as_csv else "",
        xlsx=xlsx,
    )

    def show(session: Session, pulled: Pulled) -> tuple[Exit, Any]:
        report = advise(pulled, request.day)
        session.show(recommend_blocks(report))
        return Exit.done, report

    def act(session: Session) -> Exit:
        if source is not None:
            code, part = show(session, load(source))
            if as_json:
                session.data(envelope("recommend", code, request.day, companies=[part]))
            return code
        with session.service() as service:
            return for_each(
                session, service, lambda each: show(session, service.pull(each, request.day))
            )

    execute(request, act)
