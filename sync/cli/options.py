"""Options that commands share."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer


def a_day(text: str) -> date:
    """``YYYY-MM-DD`` and nothing else."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise typer.BadParameter(f"{text!r} is not a date like 2025-03-28")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day of the calendar") from None


def month(text: str) -> date:
    """``YYYY-MM`` as the first of the month."""
    if not re.fullmatch(r"\d{4}-\d{2}", text):
        raise typer.BadParameter(f"{text!r} is not a month like 2025-03")
    return a_day(f"{text}-01")


Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
AsOf = Annotated[
    date | None,
    typer.Option(
        "--as-of",
        parser=a_day,
        metavar="YYYY-MM-DD",
        help="The day to look at the books. Default: today, by the clock of this machine.",
    ),
]
CompanyName = Annotated[
    str | None,
    typer.Option(
        "--company",
        metavar="ID|NAME",
        help="One company. Default: those of the settings, or the only one there is.",
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="Settings file. Default: DRAWDOWN_CONFIG, else drawdown.toml here, else environment.",
    ),
]
Verbose = Annotated[
    bool, typer.Option("--verbose", help="Log every step; show the traceback of a defect.")
]
LogFormat = Annotated[
    Literal["console", "json"] | None,
    typer.Option("--log-format", help="How the log on stderr is written."),
]
Csv = Annotated[
    bool, typer.Option("--csv", help="Print the main table as CSV, safe to open in a spreadsheet.")
]
Xlsx = Annotated[
    Path | None,
    typer.Option("--xlsx", metavar="FILE", help="Also write the tables as an Excel workbook."),
]
Force = Annotated[bool, typer.Option("--force", help="Write even a plan that is over its limits.")]
