"""Commands that write into Odoo: apply, run."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from sync.cli.companies import for_each, only_one
from sync.cli.execute import Request, Session, execute
from sync.cli.exits import Exit
from sync.cli.options import AsOf, CompanyName, Config, Force, Json, LogFormat, Verbose
from sync.pipeline import CompanyRef, Looked, PipelineError, Service
from sync.plan.changes import Plan
from sync.plan.file import PlanFileError, from_text
from sync.report.blocks import Message
from sync.report.envelope import envelope
from sync.report.output import is_terminal
from sync.report.plan import plan_blocks
from sync.report.run import RunReport, run_blocks

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before writing.")]


def apply(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A plan written by plan --out.")
    ] = None,
    yes: Yes = False,
    force: Force = False,
    as_json: Json = False,
    as_of: AsOf = None,
    company: CompanyName = None,
    config: Config = None,
    verbose: Verbose = False,
    log_format: LogFormat = None,
) -> None:
    """Write a plan into Odoo, after reading and planning once more.

    With FILE the plan of that file, for its day; where Odoo has changed so that the plan would be
    another one, it is refused as stale. Without FILE the plan of now.

    On a terminal it shows the plan and asks, unless --yes. Without a terminal nobody can be asked:
    FILE is the consent; without FILE, --yes is needed.

    It writes exactly that plan and says what follows from it, such as draws of advances and
    recognition: that is the next plan's.

    \b
    Examples:
      drawdown plan --as-of 2025-03-28 --out plan.json
      drawdown apply plan.json
      drawdown apply --yes
    """
    request = Request("apply", as_json, as_of, company, config, verbose, log_format)

    def act(session: Session) -> Exit:
        if file is not None and as_of is not None:
            raise PipelineError(
                "usage", "A plan file has its own day.", "Leave out --as-of, or plan again."
            )
        asks = not yes and not as_json and somebody_is_there()
        if file is None and not yes and not asks:
            raise PipelineError(
                "usage",
                "Nobody can be asked whether to write, and no plan file is given.",
                "Give --yes, or a file written by drawdown plan --out.",
            )
        wanted = _read(file) if file is not None else None
        with session.service() as service:
            looked = _looked(session, service, wanted)
            if asks and not looked.plan.empty and not _agreed(session, looked):
                session.show([Message(tag="apply", text="Nothing was written.")])
                return Exit.done
            with session.writing():
                report = service.apply(looked, force=force)
        if as_json:
            code = code_of(report)
            session.data(envelope("apply", code, report.as_of, companies=[report]))
        return _show(session, report)[0]

    execute(request, act)


def _read(file: Path) -> Plan:
    """The plan in a file."""
    try:
        return from_text(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise PipelineError("usage", f"{file} is no plan.", "Make one with plan --out.") from None
    except PlanFileError as trouble:
        raise PipelineError("usage", f"{file}: {trouble}.") from None


def _looked(session: Session, service: Service, wanted: Plan | None) -> Looked:
    if wanted is not None:
        return service.look_again(wanted)
    company = only_one(session, service, "A plan")
    return service.look(company, session.request.day)


def _agreed(session: Session, looked: Looked) -> bool:
    session.show(plan_blocks(looked.report))
    print("Write this into Odoo? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().casefold() in ("y", "yes")


def somebody_is_there() -> bool:
    """Whether there is a terminal to ask at."""
    return sys.stdin is not None and sys.stdin.isatty() and is_terminal(sys.stdout)


def run(
    force: Force = False,
    as_json: Json = False,
    as_of: AsOf = None,
    company: CompanyName = None,
    config: Config = None,
    verbose: Verbose = False,
    log_format: LogFormat = None,
) -> None:
    """Plan, write, read back and compare the books: the nightly job. Asks nothing.

    It looks again after writing: what was posted is drawn and recognised in the same run, until
    there is nothing left to do. Doing it twice is doing it once; whatever stopped the last run,
    this one completes it.

    \b
    Examples:
      drawdown run
      drawdown run --as-of 2025-03-28 --json
      17 2 * * *  drawdown run --config /etc/drawdown.toml   (in a crontab)
    """
    request = Request("run", as_json, as_of, company, config, verbose, log_format)

    def act(session: Session) -> Exit:
        with session.service() as service:

            def one(each: CompanyRef) -> tuple[Exit, Any]:
                looked = service.look(each, request.day)
                with session.writing():
                    return _show(session, service.run(looked, force=force))

            return for_each(session, service, one)

    execute(request, act)


def _show(session: Session, report: RunReport) -> tuple[Exit, RunReport]:
    session.show(run_blocks(report))
    return code_of(report), report


def code_of(report: RunReport) -> Exit:
    """What a run's result means for the caller."""
    if not report.tied:
        return Exit.untied
    return Exit.attention if report.attention else Exit.done
