"""Time entries: the one value there may be a million of, hence a plain tuple."""

from datetime import date
from typing import NamedTuple


class TimeEntry(NamedTuple):
    """Time that somebody worked, as entered in Odoo.

    A named tuple, not a pydantic value: the mapping checks each field at the border, and the engine
    reads a million of them. ``seconds`` may be negative: a correcting entry.
    """

    id: int
    day: date
    """The day the work was done."""
    seconds: int
    project_id: int
    task_id: int | None = None
    change_order_id: int | None = None
    """The piece of extra work that its task belongs to."""
    employee: str = ""
    text: str = ""
    billable: bool = True
    client_id: int | None = None
    """The client of its project."""
    role_id: int | None = None
    """The job of the employee."""
    billed_seconds: int = 0
    """Seconds of it that an invoice billed already, where a cap cut the entry."""
    corrects_id: int | None = None
    """The entry that this (negative) one corrects."""
    corrects_day: date | None = None
    """The day of that entry."""
    corrects_key: str = ""
    """Key of the invoice that billed that entry."""
