"""What a report is made of, before anybody decides how it looks.

A report is a list of blocks. Each has a ``tag``: the first word of its lines where there is no
terminal, so that ``grep ^invoice`` finds the invoices and ``cut -f`` their columns.
"""

from enum import StrEnum

from sync.domain.value import Value


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


class Row(Value):
    """One line of a table. ``detail`` stands below the row, or in the last column."""

    cells: tuple[str, ...]
    detail: str = ""
    tone: Tone = Tone.plain


class Table(Value):
    """Rows of equal things."""

    tag: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    detail: str = ""
    """Name of the rows' detail; empty = they have none."""
    numbers: tuple[str, ...] = ()
    """Columns that are aligned to the right."""


class Message(Value):
    """A sentence."""

    tag: str
    text: str
    tone: Tone = Tone.plain


class Markup(Value):
    """A text that is printed as it is, line by line: a statement in markdown."""

    text: str


Block = Facts | Table | Message | Markup
