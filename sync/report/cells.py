"""What a cell says: to people as text, to other programs as a number, a day or a harmless text."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from sync.domain import hours
from sync.report.blocks import Amount, Cell, Column, Kind, Table
from sync.report.text import safe

FileCell = str | int | Decimal | date | None
"""What stands in a file: numbers are numbers, days are days."""

_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the beginning of a formula, in full width too."""

_AFTER_SEMICOLON = re.compile("(;\\s*)(?=[=+\\-@\uff1d\uff0b\uff0d\uff20])")
_PART_OF_HOUR = Decimal("0.0001")


def shown(cell: Cell, column: Column) -> str:
    """The cell as people read it."""
    match cell:
        case None:
            return ""
        case Amount():
            return cell.text
        case date():
            return cell.isoformat()
        case int() if column.kind is Kind.hours:
            return hours.text(cell)
        case Decimal():
            return f"{cell:.1f}%" if column.kind is Kind.percent else f"{cell:f}"
    return safe(cell)


def flat(table: Table) -> tuple[list[Column], list[list[FileCell]]]:
    """The table for a file: every column, and after each run of money its currency."""
    columns: list[Column] = []
    cells: list[list[FileCell]] = [[] for _ in table.rows]
    for run in _runs(table.columns):
        for at in run:
            columns.append(table.columns[at])
            for out, row in zip(cells, table.rows, strict=True):
                out.append(_value(row.cells[at]))
        if table.columns[run[0]].kind is Kind.money:
            columns.append(Column(name=table.columns[run[0]].currency))
            for out, row in zip(cells, table.rows, strict=True):
                out.append(_currency([row.cells[at] for at in run]))
    if table.detail:
        columns.append(Column(name=table.detail))
        for out, row in zip(cells, table.rows, strict=True):
            out.append(safe(row.detail))
    return columns, cells


def _runs(columns: Sequence[Column]) -> list[list[int]]:
    """Places of the columns; money beside each other that shares its currency is together."""
    runs: list[list[int]] = []
    for at, column in enumerate(columns):
        before = columns[at - 1] if at else None
        together = (
            before is not None
            and before.kind is column.kind is Kind.money
            and before.currency == column.currency
        )
        if together:
            runs[-1].append(at)
        else:
            runs.append([at])
    return runs


def _currency(cells: Sequence[Cell]) -> str:
    codes = {cell.currency for cell in cells if isinstance(cell, Amount)}
    assert len(codes) <= 1, f"{codes} side by side under one currency"
    return codes.pop() if codes else ""


def _value(cell: Cell) -> FileCell:
    if isinstance(cell, Amount):
        return cell.amount
    return safe(cell) if isinstance(cell, str) else cell


def in_hours(seconds: int) -> Decimal:
    """Decimal hours for a file: 6:15 is 6.25."""
    exact = hours.to_hours(seconds).quantize(_PART_OF_HOUR, ROUND_HALF_UP)
    return Decimal(f"{exact.normalize():f}")


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula.

    An apostrophe goes before what would begin one; also after a semicolon, where a spreadsheet that
    separates columns by semicolons would begin a new cell.
    """
    inside = _AFTER_SEMICOLON.sub(r"\1'", text)
    return f"'{inside}" if inside.startswith(_FORMULA) else inside
