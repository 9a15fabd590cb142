"""``drawdown scenario``: stories that an accountant can read, played without Odoo."""

from pathlib import Path
from typing import Annotated

import typer

from sync.cli.execute import Request, Session, execute
from sync.cli.exits import TEXT, Exit
from sync.cli.options import Json, LogFormat, Verbose
from sync.report.envelope import envelope
from sync.report.scenario import scenario_blocks

group = typer.Typer(
    help="Play stories (given, when, expect) over an Odoo in memory.",
    epilog=TEXT,
    rich_markup_mode=None,
    no_args_is_help=True,
)


@group.callback()
def _together() -> None:
    """Play stories (given, when, expect) over an Odoo in memory."""


@group.command("run", epilog=TEXT, short_help="Play stories and say what differs")
def run(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Scenario files (YAML).")],
    as_json: Json = False,
    verbose: Verbose = False,
    log_format: LogFormat = None,
) -> None:
    """Play stories and say everything that comes out otherwise than they expect.

    Needs no Odoo and no settings. Exit code 1 where something differs.

    \b
    Examples:
      drawdown scenario run tests/scenarios/acme_retainer.yaml
      drawdown scenario run tests/scenarios/*.yaml --json
    """
    request = Request("scenario run", as_json, verbose=verbose, log_format=log_format)

    def act(session: Session) -> Exit:
        # Only this command needs an Odoo in memory, and the others start sooner without it.
        from sync.pipeline.scenarios import play_file

        stories = tuple(play_file(file, session.progress.step) for file in files)
        code = Exit.attention if any(each.differences for each in stories) else Exit.done
        if as_json:
            session.data(envelope(request.command, code, scenarios=stories))
        session.show(scenario_blocks(stories))
        return code

    execute(request, act)
