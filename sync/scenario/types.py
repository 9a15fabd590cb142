"""How numbers, days and names are written in a scenario.

The reader hands over every scalar as the text that stands in the file, so a number is read exactly
and a purchase order ``0012`` keeps its zeros. Each type below says what text it accepts.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_before_validator_function

from sync.domain.hours import HOUR, MINUTE, from_hours

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_CLOCK = re.compile(r"(?P<sign>-?)(?P<hours>\d+):(?P<minutes>[0-5]\d)(:(?P<seconds>[0-5]\d))?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH = re.compile(r"\d{4}-\d{2}")


def number(raw: Any) -> Decimal:
    """A decimal number, exactly as written: ``5000``, ``0.1``, ``-12.50``."""
    if isinstance(raw, bool | float):
        raise ValueError(f"{raw!r} is not an exact number; write it as text")
    if isinstance(raw, int | Decimal):
        return Decimal(raw)
    text = str(raw).strip()
    if not _NUMBER.fullmatch(text):
        raise ValueError(
            f"“{text}” is not a number; write it like 1234.50, without thousands separators"
        )
    return Decimal(text)


def percent(raw: Any) -> Decimal:
    """A percentage, with or without its sign: ``112.0`` or ``112.0 %``."""
    return number(raw.strip().removesuffix("%") if isinstance(raw, str) else raw)


def seconds(raw: Any) -> int:
    """Hours as a decimal number (``6.25``) or as ``h:mm`` (``6:15``, ``-0:30``), in seconds."""
    if isinstance(raw, str) and (clock := _CLOCK.fullmatch(raw.strip())):
        part = {name: int(text or 0) for name, text in clock.groupdict().items() if name != "sign"}
        total = part["hours"] * HOUR + part["minutes"] * MINUTE + part["seconds"]
        return -total if clock["sign"] else total
    try:
        return from_hours(number(raw))
    except ValueError as error:
        raise ValueError(f"“{raw}” is not a number of hours; write 6.25 or 6:15") from error


def day(raw: Any) -> date:
    """A day, ``2025-03-28``."""
    if isinstance(raw, date):
        return raw
    text = str(raw).strip()
    if not _DAY.fullmatch(text):
        raise ValueError(f"“{text}” is not a day; write it like 2025-03-28")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"there is no day {text}") from error


def month(raw: Any) -> date:
    """A month, ``2025-03``, as its first day."""
    if isinstance(raw, date):
        return raw.replace(day=1)
    text = str(raw).strip()
    if not _MONTH.fullmatch(text):
        raise ValueError(f"“{text}” is not a month; write it like 2025-03")
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise ValueError(f"there is no month {text}") from error


def words(raw: Any) -> str:
    """Text; a number or a day written without quotes stays as it was written."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, int | Decimal | date) and not isinstance(raw, bool):
        return str(raw)
    raise ValueError("is not a text")


@dataclass(frozen=True)
class Forgiving:
    """Accepts a second, shorter way to write a value, and tells the editors of it."""

    reads: Callable[[Any], Any]
    shows: Callable[[JsonSchemaValue], JsonSchemaValue]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return no_info_before_validator_function(self.reads, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return self.shows(handler(schema))


ONE_OR_MORE = Forgiving(
    lambda raw: raw if raw is None or isinstance(raw, list | tuple) else [raw],
    lambda schema: {"anyOf": [schema["items"], schema]},
)
"""A list, where a single item may stand without the list's brackets."""

NONE_OR_LIST = Forgiving(
    lambda raw: [] if raw == "none" else raw,
    lambda schema: {"anyOf": [schema, {"const": "none"}]},
)
"""A list, where the word ``none`` says that it is empty."""

MAYBE_BARE = Forgiving(
    lambda raw: {} if raw is None else raw,
    lambda schema: {"anyOf": [schema, {"type": "null"}]},
)
"""A record that needs no details: its name with nothing behind it."""


def _written(pattern: str, example: str, *, plain: bool = False) -> WithJsonSchema:
    """The schema of a scalar that an editor may see as text or as a number."""
    kinds = ["number", "string"] if plain else ["string"]
    return WithJsonSchema({"type": kinds, "pattern": pattern, "examples": [example]})


Number = Annotated[
    Decimal, BeforeValidator(number), _written(r"^[+-]?\d+(\.\d+)?$", "5000.00", plain=True)
]
Percent = Annotated[
    Decimal, BeforeValidator(percent), _written(r"^[+-]?\d+(\.\d+)? ?%?$", "112.0", plain=True)
]
Hours = Annotated[
    int,
    BeforeValidator(seconds),
    _written(r"^[+-]?\d+(\.\d+)?$|^-?\d+:[0-5]\d(:[0-5]\d)?$", "6:15", plain=True),
]
"""Seconds inside; decimal hours or ``h:mm`` in the file."""
Count = Annotated[int, _written(r"^[+-]?\d+$", "3", plain=True)]
Months = Annotated[
    Literal[1, 3, 6, 12], BeforeValidator(lambda raw: int(raw) if str(raw).isdecimal() else raw)
]
Day = Annotated[date, BeforeValidator(day), _written(r"^\d{4}-\d{2}-\d{2}$", "2025-03-28")]
Month = Annotated[date, BeforeValidator(month), _written(r"^\d{4}-\d{2}$", "2025-03")]
Text = Annotated[str, BeforeValidator(words), WithJsonSchema({"type": ["string", "number"]})]
Flag = Annotated[bool, WithJsonSchema({"type": "boolean"})]
