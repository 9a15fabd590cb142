"""``drawdown scenario``: stories that an accountant can read, checked and played without Odoo."""

from pathlib import Path
from typing import Annotated

import typer

from sync.cli.execute import Request, Session, execute
from sync.cli.exits import TEXT, Exit
from sync.cli.options import Json, LogFormat, Verbose
from sync.report.blocks import Message
from sync.report.envelope import envelope
from sync.report.scenario import check_blocks, scenario_blocks

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


@group.command("check", epilog=TEXT, short_help="List every mistake in stories, with its line")
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Scenario files (YAML).")],
    as_json: Json = False,
    verbose: Verbose = False,
    log_format: LogFormat = None,
) -> None:
    """Read stories without playing them, and list every mistake with its line and the remedy.

    Exit code 2 where there is one.

    \b
    Examples:
      drawdown scenario check story.yaml
    """
    request = Request("scenario check", as_json, verbose=verbose, log_format=log_format)

    def act(session: Session) -> Exit:
        from sync.pipeline.scenarios import check_file

        checked = tuple(check_file(file) for file in files)
        code = Exit.usage if any(each.problems for each in checked) else Exit.done
        if as_json:
            session.data(envelope(request.command, code, files=checked))
        session.show(check_blocks(checked))
        return code

    execute(request, act)


@group.command("schema", epilog=TEXT, short_help="Print the format of stories, for editors")
def schema(
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it into this file instead.")
    ] = None,
) -> None:
    """Print the JSON schema of the format, with which editors complete and mark mistakes.

    A story names it in its first line: # yaml-language-server: $schema=scenario.schema.json

    \b
    Examples:
      drawdown scenario schema --out scenario.schema.json
    """
    request = Request("scenario schema", as_json=False)

    def act(session: Session) -> Exit:
        from sync.scenario.schema import schema_text

        if out is None:
            session.output.file(schema_text())
        else:
            out.write_text(schema_text(), encoding="utf-8")
            session.show([Message(tag="file", text=f"Schema written to {out}")])
        return Exit.done

    execute(request, act)
