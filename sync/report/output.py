"""Where reports go: data to stdout, everything else to stderr.

On a terminal blocks become coloured tables. Anywhere else every row is one line of tab-separated
columns that starts with the block's tag; nothing is cut, wrapped, coloured or drawn.
"""

import contextlib
import io
import json
import os
import sys
from collections.abc import Iterable
from typing import Any, TextIO

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from sync.report.blocks import Block, Facts, Markup, Message, Row, Table, Tone
from sync.report.cells import shown
from sync.report.text import safe

_STYLES = {Tone.plain: "", Tone.good: "green", Tone.warn: "yellow", Tone.bad: "bold red"}


def is_terminal(stream: TextIO) -> bool:
    """Whether somebody sits in front of it who can see colours and tables."""
    return stream.isatty() and os.environ.get("TERM", "") != "dumb"


class Output:
    """Prints reports as JSON, as tables on a terminal, or as plain lines."""

    def __init__(self, *, as_json: bool = False, stream: TextIO | None = None) -> None:
        # A process that was started with its stdout closed has none.
        self._stream: TextIO = stream or sys.stdout or io.StringIO()
        self.as_json = as_json
        self.failed = ""
        """Why the report could not be printed; empty while it could."""
        self.rich = not as_json and is_terminal(self._stream)

    def data(self, value: dict[str, Any]) -> None:
        """One JSON document."""
        self._write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")

    def file(self, text: str) -> None:
        """A text that is a file of its own: CSV."""
        self._write(text)

    def blocks(self, blocks: Iterable[Block]) -> None:
        """A report for people, or for grep."""
        if self.rich:
            drawn = io.StringIO()
            console = Console(
                file=drawn,
                markup=False,
                highlight=False,
                emoji=False,
                force_terminal=True,
                width=Console(file=self._stream).width,
            )
            for each in blocks:
                _draw(console, each)
            self._write(drawn.getvalue())
        else:
            for each in blocks:
                self._write("".join(f"{line}\n" for line in plain_lines(each)))

    def _write(self, text: str) -> None:
        """Print. When the reader of a pipe has left, go on quietly; the work is not theirs to end.

        When the text cannot be kept (a full disk), say so and remember it in ``failed``.
        """
        if self.failed:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except BrokenPipeError:
            self._silence()
        except OSError as error:
            self._silence()
            self.failed = error.strerror or type(error).__name__

    def _silence(self) -> None:
        """Whatever is still in the stream's buffer goes nowhere, and nothing complains at exit."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        with contextlib.suppress(OSError, ValueError):
            os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)
        self._stream = io.StringIO()


def plain_lines(block: Block) -> list[str]:
    """The lines of a block where there is no terminal: ``tag<TAB>column<TAB>column``."""
    match block:
        case Markup():
            return [safe(line) for line in block.text.splitlines()]
        case Message():
            return [_joined(block.tag, block.text)]
        case Facts():
            return [_joined(block.tag, *pair) for pair in block.pairs]
        case Table():
            if not block.rows:
                return []
            names = [block.columns[at].name for at in block.shown]
            lines = ["# " + _joined(block.tag, *names, *_last(block, block.detail))]
            for row in block.rows:
                cells = _cells(block, row)
                lines.append(_joined(block.tag, *cells, *_last(block, row.detail)))
            return lines


def _last(block: Table, text: str) -> tuple[str, ...]:
    """The last column, where the rows have details."""
    return (text,) if block.detail else ()


def _cells(block: Table, row: Row) -> list[str]:
    """The row's cells as people see them."""
    return [shown(row.cells[at], block.columns[at]) for at in block.shown]


def _joined(*cells: str) -> str:
    return "\t".join(safe(cell) for cell in cells)


def _draw(console: Console, block: Block) -> None:
    match block:
        case Markup():
            for line in block.text.splitlines():
                console.print(Text(safe(line)), soft_wrap=True)
        case Message():
            console.print(Text(safe(block.text), style=_STYLES[block.tone]))
        case Facts():
            grid = RichTable.grid(padding=(0, 2))
            grid.add_column(style="dim")
            grid.add_column(overflow="fold")
            for name, value in block.pairs:
                grid.add_row(Text(safe(name)), Text(safe(value)))
            _title(console, block.title)
            console.print(grid)
        case Table() if block.rows:
            _table(console, block)


def _title(console: Console, title: str) -> None:
    if title:
        console.print()
        console.print(Text(safe(title), style="bold"))


def _table(console: Console, block: Table) -> None:
    """A table where it fits the terminal, else a list.

    What explains the rows is the table's last column where there is room, else it stands below.
    """
    _title(console, block.title)
    explained = bool(block.detail) and any(row.detail for row in block.rows)
    whole = _drawn(block, numbered=False, detailed=explained)
    if console.measure(whole).maximum < console.width:
        console.print(whole)
        return
    table = _drawn(block, numbered=explained, detailed=False)
    if console.measure(table).maximum >= console.width:
        _list(console, block)
        return
    console.print(table)
    for place, row in enumerate(block.rows, 1):
        _detail(console, f"{place}. {safe(row.detail)}" if row.detail else "")


def _drawn(block: Table, *, numbered: bool, detailed: bool) -> RichTable:
    table = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    if numbered:
        table.add_column("#", justify="right", style="dim")
    for column in (block.columns[at] for at in block.shown):
        table.add_column(Text(column.name), justify="right" if column.is_number else "left")
    if detailed:
        table.add_column(Text(block.detail), style="dim")
    for place, row in enumerate(block.rows, 1):
        first = [Text(str(place))] if numbered else []
        last = [Text(safe(row.detail))] if detailed else []
        cells = [Text(cell) for cell in _cells(block, row)]
        table.add_row(*first, *cells, *last, style=_STYLES[row.tone])
    return table


def _list(console: Console, block: Table) -> None:
    """Rows one below the other, for a terminal too narrow for their table."""
    for place, row in enumerate(block.rows, 1):
        columns = [block.columns[at] for at in block.shown]
        named = list(zip(columns, _cells(block, row), strict=True))
        words = "  ".join(cell for column, cell in named if not column.is_number and cell)
        figures = ", ".join(f"{column.name} {cell}" for column, cell in named if column.is_number)
        console.print(Text(f"{place}. {words}", style=_STYLES[row.tone]))
        _detail(console, figures)
        _detail(console, safe(row.detail))


def _detail(console: Console, text: str) -> None:
    if text:
        console.print(Padding(Text(text, style="dim"), (0, 0, 0, 3)))
