"""Tables as files: CSV for programs and spreadsheets, XLSX for people who work with figures.

Numbers stay numbers, days stay days, and no text from outside can become a formula.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sync.report.blocks import Block, Column, Kind, Table
from sync.report.cells import FileCell, flat, harmless, in_hours

MOST_ROWS = 1_048_575
"""Rows of a sheet besides its heading."""
_MOST_CHARACTERS = 32_767
_WIDEST = 60
DAY = 86_400
"""Seconds; a spreadsheet counts time in days."""


class TooManyRows(Exception):
    """A table that does not fit a sheet."""

    def __init__(self, table: Table) -> None:
        super().__init__(
            f"{table.title} has {len(table.rows):,} rows, and a sheet holds {MOST_ROWS:,};"
            " use --csv"
        )


def merged(blocks: Iterable[Block], tag: str = "") -> list[Table]:
    """The tables among some blocks, those with the same tag as one; only ``tag`` where given."""
    found: dict[str, Table] = {}
    for block in blocks:
        if not isinstance(block, Table) or (tag and block.tag != tag):
            continue
        before = found.get(block.tag)
        if before is not None:
            assert before.columns == block.columns, f"{block.tag} has two forms"
            block = before.model_copy(update={"rows": (*before.rows, *block.rows)})
        found[block.tag] = block
    return list(found.values())


def csv_text(table: Table) -> str:
    """The table as CSV (RFC 4180, UTF-8): a heading, then a line for every row."""
    columns, rows = flat(table)
    out = io.StringIO()
    # Every text is quoted, so that also a program which separates by something else keeps it whole.
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow([harmless(column.name) for column in columns])
    for row in rows:
        cells = zip(row, columns, strict=True)
        writer.writerow([_in_csv(cell, column) for cell, column in cells])
    return out.getvalue()


def _in_csv(cell: FileCell, column: Column) -> object:
    match cell:
        case None:
            return ""
        case date():
            return cell.isoformat()
        case int() if column.kind is Kind.hours:
            return in_hours(cell)
        case int() | Decimal():
            return cell
    return harmless(cell)


def workbook(tables: Sequence[Table], as_of: date) -> bytes:
    """The tables as an XLSX workbook, a sheet for each; the same tables give the same bytes.

    Raises ``TooManyRows``.
    """
    from xlsxwriter import Workbook

    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True})
    book.set_properties({"created": datetime.combine(as_of, time())})
    formats: dict[str, Any] = {}

    def style(number_format: str) -> Any:
        if number_format not in formats:
            formats[number_format] = book.add_format({"num_format": number_format})
        return formats[number_format]

    heading = book.add_format({"bold": True, "bottom": 1})
    for table in tables:
        if len(table.rows) > MOST_ROWS:
            raise TooManyRows(table)
        sheet = book.add_worksheet(table.tag[:31])
        columns, rows = flat(table)
        for at, column in enumerate(columns):
            sheet.write_string(0, at, column.name, heading)
            width = max([len(column.name), *(_width(row[at]) for row in rows)])
            sheet.set_column(at, at, min(width + 2, _WIDEST))
        for line, row in enumerate(rows, 1):
            for at, (cell, column) in enumerate(zip(row, columns, strict=True)):
                match cell:
                    case None:
                        continue
                    case date():
                        sheet.write_datetime(line, at, cell, style("yyyy-mm-dd"))
                    case int() if column.kind is Kind.hours:
                        sheet.write_number(line, at, Decimal(cell) / DAY, style("[h]:mm"))
                    case Decimal() if column.kind is Kind.money:
                        sheet.write_number(line, at, cell, style(_money_format(cell)))
                    case int() | Decimal():
                        sheet.write_number(line, at, cell, style("General"))
                    case _:
                        sheet.write_string(line, at, cell[:_MOST_CHARACTERS])
        sheet.freeze_panes(1, 0)
        if rows:
            sheet.autofilter(0, 0, len(rows), len(columns) - 1)
    book.close()
    return out.getvalue()


def _width(cell: FileCell) -> int:
    return len(f"{cell:,}") if isinstance(cell, Decimal) else len(str(cell or ""))


def _money_format(amount: Decimal) -> str:
    """With the decimals of its currency, which a rounded amount has."""
    places = -int(amount.as_tuple().exponent)
    return f"#,##0.{'0' * places}" if places > 0 else "#,##0"
