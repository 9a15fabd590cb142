"""Runs one command: its output, its log, its signals, and what each failure means for the caller.

Whatever goes wrong ends in one line that says what to do, and in an exit code of ``Exit``.
"""

import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

import typer

from sync import logs, settings
from sync.cli.exits import Exit
from sync.cli.failures import Failure, failure_of
from sync.cli.signals import Stopped, Stopper
from sync.pipeline import PipelineError, Service, opened
from sync.pipeline.files import write_bytes
from sync.report.blocks import Block
from sync.report.envelope import error_envelope
from sync.report.output import Output
from sync.report.progress import Progress
from sync.report.sheets import csv_text, merged, workbook
from sync.report.text import safe


@dataclass(frozen=True)
class Request:
    """What every command is told."""

    command: str
    as_json: bool = False
    as_of: date | None = None
    company: str | None = None
    config: Path | None = None
    verbose: bool = False
    log_format: logs.Format | None = None
    csv: str = ""
    """The tag of the table to print as CSV instead of the report; empty = no CSV."""
    xlsx: Path | None = None
    """Where to write the report's tables as a workbook."""

    def check(self) -> None:
        """Refuse what cannot be had together."""
        if self.as_json and self.csv:
            raise PipelineError("usage", "--json and --csv both print.", "Give one of them.")

    @property
    def day(self) -> date:
        """The day to look at the books: the one given, else today by this machine's clock."""
        return self.as_of or datetime.now().astimezone().date()


@dataclass
class Session:
    """A running command: what it was told, and where it prints."""

    request: Request
    output: Output
    progress: Progress = field(default_factory=Progress)
    stopper: Stopper = field(default_factory=Stopper)
    kept: list[Block] = field(default_factory=list)
    """The tables shown so far, where they are to become files."""

    def settings(self) -> settings.Settings:
        """The settings; from now on the log is written as they say."""
        found = settings.load(self.request.config)
        logs.configure(
            log_format=self.request.log_format or found.log_format,
            level="debug" if self.request.verbose else found.log_level,
        )
        return found

    def show(self, blocks: Iterable[Block]) -> None:
        """Print a report; nothing where JSON or CSV is asked for."""
        blocks = list(blocks)
        if self.request.csv or self.request.xlsx:
            self.kept += blocks
        if not self.request.as_json and not self.request.csv:
            self.progress.pause()
            self.output.blocks(blocks)

    def write_files(self) -> None:
        """The tables that were shown, as the files that were asked for."""
        self.progress.pause()
        if self.request.csv:
            for table in merged(self.kept, self.request.csv):
                self.output.file(csv_text(table))
        if self.request.xlsx:
            write_bytes(self.request.xlsx, workbook(merged(self.kept), self.request.day))

    def data(self, value: dict[str, Any]) -> None:
        """Print the JSON."""
        self.progress.pause()
        self.output.data(value)

    def complain(self, text: str) -> None:
        """One line on stderr."""
        self.progress.pause()
        print(safe(f"drawdown {self.request.command}: {text}"), file=sys.stderr)

    @contextmanager
    def service(self) -> Iterator[Service]:
        """The service with an open door to Odoo."""
        with opened(self.settings(), self.progress, self.stopper.requested) as service:
            yield service

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Documents are on their way: the first signal waits for the end of their batch."""
        self.stopper.writing = True
        try:
            yield
        finally:
            self.stopper.writing = False


def execute(request: Request, act: Callable[[Session], Exit]) -> NoReturn:
    """Do the command and end with its exit code."""
    level: logs.Level = "debug" if request.verbose else "warning"
    logs.configure(log_format=request.log_format or "console", level=level)
    output = Output(as_json=request.as_json)
    with Stopper() as stopper:
        try:
            with Progress(quiet=request.as_json).showing() as progress:
                session = Session(request, output, progress, stopper)
                request.check()
                code = int(act(session))
                session.write_files()
        except Stopped as stopped:
            code = _stopped(stopped.number, request)
        except Exception as error:
            failure = failure_of(error) or _defect(error, request)
            say(failure, request, output)
            code = int(failure.exit)
        else:
            if stopper.number is not None:
                code = _stopped(stopper.number, request)
            elif output.failed:
                print(
                    f"drawdown {request.command}: the report could not be printed:"
                    f" {output.failed}. The work itself is done.",
                    file=sys.stderr,
                )
                code = code or int(Exit.attention)
    raise typer.Exit(code)


def say(failure: Failure, request: Request, output: Output) -> None:
    """Tell what went wrong: one line on stderr, and a JSON document where one is expected."""
    if request.as_json:
        output.data(
            error_envelope(
                request.command,
                failure.exit,
                failure.code,
                safe(failure.message),
                safe(failure.remedy),
            )
        )
    print(safe(f"drawdown {request.command}: {failure.text}"), file=sys.stderr)


def _stopped(number: int, request: Request) -> int:
    what = "nothing is half written; the next run completes the work"
    print(f"drawdown {request.command}: stopped by a signal; {what}.", file=sys.stderr)
    return 128 + number


def _defect(error: Exception, request: Request) -> Failure:
    """A failure nobody foresaw: ours to mend."""
    if request.verbose:
        traceback.print_exception(error)
    where = logs.record_defect(error, request.command)
    kept = f"Where it happened is in {where}." if where else "It could not be logged."
    return Failure(
        exit=Exit.defect,
        code="defect",
        message=f"a defect in drawdown itself: {type(error).__name__}: {error}.",
        remedy=f"{kept} Run again with --verbose and report it.",
    )
