"""What a report is made of, before anybody decides how it looks.

A report is a list of blocks. Each has a ``tag``: the first word of its lines where there is no
terminal, so that ``grep ^invoice`` finds the invoices and ``cut -f`` their columns. In a workbook
the tag is the name of the table's sheet.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from pydantic import Field, model_validator

from sync.domain.money import Currency
from sync.domain.value import Exact, Value


class Tone(StrEnum):
    """What a message or a row is about; decides its colour on a terminal."""

    plain = "plain"
    good = "good"
    warn = "warn"
    bad = "bad"


class Facts(Value):
    """Names with their values."""

    tag: str
    title: str = ""
    pairs: tuple[tuple[str, str], ...]


class Kind(StrEnum):
    """What the cells of a column hold."""

    text = "text"
    date = "date"
    money = "money"
    """``Amount``; in files a number, with its currency in a column of its own."""
    hours = "hours"
    """Integer seconds; ``h:mm`` for people, decimal hours in files."""
    number = "number"
    """A count, a number of days."""
    percent = "percent"


class Amount(Value):
    """Money in a cell."""

    amount: Exact
    currency: str
    digits: int

    @staticmethod
    def of(amount: Decimal, currency: Currency) -> "Amount":
        """An amount in a currency."""
        return Amount(amount=currency.round(amount), currency=currency.code, digits=currency.digits)

    @property
    def text(self) -> str:
        """``1,050.00 USD``."""
        return Currency(id=1, code=self.currency, digits=self.digits).text(self.amount)


Cell = str | int | Exact | date | Amount | None
"""What fits its column's kind; None is an empty cell of any kind."""


class Column(Value):
    """A column: its name, and what its cells hold."""

    name: str
    kind: Kind = Kind.text
    currency: str = "currency"
    """Of money: the column that names the currency in files. Columns beside each other that give
    the same name share it."""
    files_only: bool = False
    """Only in files: an id, or what the title says already."""

    @property
    def is_number(self) -> bool:
        """Whether it is aligned to the right."""
        return self.kind in (Kind.money, Kind.hours, Kind.number, Kind.percent)


def texts(*names: str) -> tuple[Column, ...]:
    """Columns of text."""
    return tuple(Column(name=name) for name in names)


def counts(*names: str) -> tuple[Column, ...]:
    """Columns of plain numbers."""
    return tuple(Column(name=name, kind=Kind.number) for name in names)


def percents(*names: str) -> tuple[Column, ...]:
    """Columns of percentages."""
    return tuple(Column(name=name, kind=Kind.percent) for name in names)


def durations(*names: str) -> tuple[Column, ...]:
    """Columns of hours, given in seconds."""
    return tuple(Column(name=name, kind=Kind.hours) for name in names)


def days(*names: str) -> tuple[Column, ...]:
    """Columns of days."""
    return tuple(Column(name=name, kind=Kind.date) for name in names)


def amounts(*names: str, currency: str = "currency") -> tuple[Column, ...]:
    """Columns of money; in files followed by one column with their currency."""
    return tuple(Column(name=name, kind=Kind.money, currency=currency) for name in names)


def files_only(*columns: Column) -> tuple[Column, ...]:
    """The same columns, shown in files only."""
    return tuple(each.model_copy(update={"files_only": True}) for each in columns)


class Row(Value):
    """One line of a table. ``detail`` stands below the row, or in the last column."""

    cells: tuple[Cell, ...]
    detail: str = ""
    tone: Tone = Tone.plain


class Table(Value):
    """Rows of equal things."""

    tag: str
    title: str
    columns: tuple[Column, ...] = Field(min_length=1)
    rows: tuple[Row, ...]
    detail: str = ""
    """Name of the rows' detail; empty = they have none."""

    @model_validator(mode="after")
    def _is_square(self) -> "Table":
        for row in self.rows:
            assert len(row.cells) == len(self.columns), f"{self.tag}: {row.cells}"
        return self

    @property
    def shown(self) -> tuple[int, ...]:
        """Places of the columns that people see, on a terminal or in plain lines."""
        return tuple(at for at, each in enumerate(self.columns) if not each.files_only)


class Message(Value):
    """A sentence."""

    tag: str
    text: str
    tone: Tone = Tone.plain


class Markup(Value):
    """A text that is printed as it is, line by line: a statement in markdown."""

    text: str


Block = Facts | Table | Message | Markup
