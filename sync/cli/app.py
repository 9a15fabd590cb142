"""The command line: which commands there are. Parsing only."""

from collections.abc import Callable

import typer

from sync import __version__
from sync.cli.commands import asking, looking, reporting, scenarios, writing
from sync.cli.exits import TEXT, Exit
from sync.cli.options import Json
from sync.report.envelope import envelope
from sync.report.output import Output

app = typer.Typer(
    name="drawdown",
    help="Retainer billing and unearned cash for Odoo: look, plan, apply, verify.",
    epilog=TEXT,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

COMMANDS: dict[Callable[..., None], str] = {
    looking.check: "Is everything in place? What is missing, and where to set it",
    looking.pull: "Keep a company's facts in a file, to plan from later",
    looking.plan: "Dry run: what would be written, and why",
    writing.apply: "Write a plan that was reviewed",
    writing.run: "The nightly job: plan, write, verify",
    looking.verify: "Do the books tie? What does not belong on the accounts",
    reporting.monitor: "Unearned cash: what is owed, how old, how long it lasts",
    reporting.rollforward: "How contract liabilities moved, tied to the ledger",
    reporting.year_end: "Every open lot and its decision, undecided first",
    reporting.confirm: "A client's balance confirmation",
    looking.status: "Went out, viewed, approved, stuck; runs and leases",
    asking.explain: "Records and rules behind a document's numbers",
    asking.statement: "Where a retainer's hours stand in a month",
    asking.recommend: "Which allowance would fit, and the months that say so",
}

for command, summary in COMMANDS.items():
    name = command.__name__.replace("_", "-")
    app.command(name, epilog=TEXT, short_help=summary)(command)

app.add_typer(scenarios.group, name="scenario")


@app.command(short_help="Print the version")
def version(as_json: Json = False) -> None:
    """Print the version of this service."""
    output = Output(as_json=as_json)
    if as_json:
        output.data(envelope("version", Exit.done, version=__version__))
    else:
        print(__version__)
