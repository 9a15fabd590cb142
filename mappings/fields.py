"""Strict parsing at the border: what Odoo's JSON says, as exact values or as ``Unreadable``.

Odoo answers an empty field with ``False``, a many2one with its id (or ``[id, name]``), numbers with
binary floats. Nothing is guessed here: what is not plainly the expected thing is refused, with the
field, what is wrong and what to do, and becomes an issue of its record.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from math import isfinite
from typing import Any, TypeVar

from sync.domain import hours as hours_of
from sync.domain.money import Currency

Row = Mapping[str, Any]
"""One record as the gateway gives it, field name → JSON value."""

Terms = list[Any]
"""A search domain in Odoo's prefix notation."""

Choice = TypeVar("Choice", bound=StrEnum)

RATE_DIGITS = 6
"""Decimals kept of an hourly rate or a percentage: more than any agreement states."""

MOST_HOURS = Decimal(1_000_000)
"""No allowance, block or cap reaches a million hours; a number like that is a typing error."""

MOST_HOURS_OF_AN_ENTRY = Decimal(10_000)
"""More than a year has: no single time entry holds that."""

_MOST_UNITS = Decimal(10) ** 15
"""The largest number of cents that a binary float still tells apart from its neighbours."""

_FLOAT_NOISE = Decimal(2) ** -50
"""How far, relatively, sums of floats may drift from the decimal they stand for."""

_EARLIEST, _LATEST = date(1900, 1, 1), date(2199, 12, 31)

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")

_SEPARATORS = re.compile("[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202d\u202e\ufeff\ufffe\uffff]")
_HALVES = re.compile("[\ud800-\udfff]")

_UPDATE = "update the module retainer_billing and give the service user its group"


class Unreadable(Exception):
    """A field that does not hold what it must. Caught by ``reading``, where it becomes an issue."""

    def __init__(self, field: str, what: str, remedy: str) -> None:
        super().__init__(f"{field}: {what}; {remedy}")
        self.field = field
        self.what = what
        self.remedy = remedy


def shown(raw: object) -> str:
    """A value from outside, short and clean enough for a message."""
    plain = clean(repr(raw) if not isinstance(raw, str) else f"“{raw}”")
    return plain if len(plain) <= 60 else plain[:59] + "…"


def raw_value(row: Row, field: str) -> Any:
    """The JSON value of a field, which must have been answered."""
    try:
        return row[field]
    except (KeyError, TypeError, IndexError):
        raise Unreadable(field, "Odoo did not send this field", _UPDATE) from None


# Texts


def clean(text: str) -> str:
    """One line of the text in its own script, without control characters.

    Line ends and tabs become a space; the direction overrides that can make a text read as
    something else, byte order marks and halves of characters go. Joiners and direction marks,
    which scripts need, stay.
    """
    if text.isprintable():
        return text.strip()
    text = _SEPARATORS.sub(" ", text)
    text = _CONTROLS.sub("", text)
    return _HALVES.sub("\ufffd", text).strip()


def text(row: Row, field: str) -> str:
    """A text on one line; empty where Odoo has none."""
    raw = raw_value(row, field)
    if raw is False or raw is None:
        return ""
    if not isinstance(raw, str):
        raise Unreadable(field, f"{shown(raw)} is not a text", "enter it again in Odoo")
    return clean(raw)


def literal(text: str) -> str:
    """A text in which no character is a wildcard of Odoo's ``ilike``."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def needed_text(row: Row, field: str) -> str:
    """A text that must not be empty."""
    found = text(row, field)
    if not found:
        raise Unreadable(field, "it is empty", "fill it in")
    return found


# Dates


def parse_day(raw: object, field: str) -> date:
    """``YYYY-MM-DD`` between 1900 and 2199."""
    if not isinstance(raw, str) or not _DAY.fullmatch(raw):
        raise Unreadable(field, f"{shown(raw)} is not a date", "enter a date")
    try:
        found = date.fromisoformat(raw)
    except ValueError:
        raise Unreadable(field, f"{shown(raw)} is not a date", "enter a date") from None
    if not _EARLIEST <= found <= _LATEST:
        raise Unreadable(
            field, f"{shown(raw)} lies outside the years 1900 to 2199", "correct the year"
        )
    return found


def day(row: Row, field: str) -> date:
    """A date that must be there."""
    raw = raw_value(row, field)
    if raw is False or raw is None:
        raise Unreadable(field, "it is empty", "enter a date")
    return parse_day(raw, field)


def day_or_none(row: Row, field: str) -> date | None:
    """A date, or None where Odoo has none."""
    raw = raw_value(row, field)
    return None if raw is False or raw is None else parse_day(raw, field)


def moment(row: Row, field: str) -> datetime:
    """``YYYY-MM-DD HH:MM:SS`` in UTC, as Odoo keeps it; without a time zone on it."""
    raw = raw_value(row, field)
    if not isinstance(raw, str) or not _MOMENT.fullmatch(raw):
        raise Unreadable(field, f"{shown(raw)} is not a date and time", "enter it again in Odoo")
    parse_day(raw[:10], field)
    try:
        return datetime.fromisoformat(raw)
    except ValueError:
        raise Unreadable(
            field, f"{shown(raw)} is not a date and time", "enter it again in Odoo"
        ) from None


def moment_or_none(row: Row, field: str) -> datetime | None:
    """A date and time, or None where Odoo has none."""
    raw = raw_value(row, field)
    return None if raw is False or raw is None else moment(row, field)


# Numbers


def _number(raw: object, field: str) -> Decimal:
    """A JSON number as the decimal that it shows; never NaN, infinite or a boolean."""
    if type(raw) is float:
        if not isfinite(raw):
            raise Unreadable(field, f"{shown(raw)} is not a number", "enter the number again")
        return Decimal(repr(raw))
    if type(raw) is int:
        return Decimal(raw) if abs(raw) < 10**30 else Decimal(10) ** 30
    raise Unreadable(field, f"{shown(raw)} is not a number", "enter the number again")


def exact(row: Row, field: str, digits: int) -> Decimal:
    """A number rounded half-up to so many decimals."""
    found = _number(raw_value(row, field), field)
    _within(found, _MOST_UNITS.scaleb(-digits), field)
    return Currency(id=1, code="", digits=digits).round(found)


def money(row: Row, field: str, currency: Currency) -> Decimal:
    """An amount in the currency's precision; one with more decimals is refused.

    What a binary float or a sum of floats adds in the sixteenth digit is not a decimal more.
    """
    found = _number(raw_value(row, field), field)
    _within(found, _MOST_UNITS * currency.unit, field)
    rounded = currency.round(found)
    if abs(found - rounded) > currency.unit / 1000 + abs(found) * _FLOAT_NOISE:
        raise Unreadable(
            field,
            f"{shown(raw_value(row, field))} has more decimals than {currency.code} has",
            f"enter it with {currency.digits} decimals",
        )
    return rounded


def rate(row: Row, field: str, digits: int = 0) -> Decimal:
    """A rate or a percentage, to six decimals; shown with at least ``digits`` of them."""
    found = exact(row, field, RATE_DIGITS)
    short = Currency(id=1, code="", digits=digits).round(found)
    return short if short == found else found.normalize()


def ratio(row: Row, field: str) -> Decimal:
    """A number that is no amount, such as a rate of exchange, as exact as it was sent."""
    found = _number(raw_value(row, field), field)
    _within(found, _MOST_UNITS, field)
    return found


def parse_hours(raw: object, field: str, most: Decimal) -> int:
    """Hours, a float in Odoo, as seconds rounded half-up; less than ``most`` hours either way."""
    found = _number(raw, field)
    _within(found, most, field)
    return hours_of.from_hours(found)


def hours(row: Row, field: str) -> int:
    """Hours as seconds."""
    return parse_hours(raw_value(row, field), field, MOST_HOURS)


def _within(found: Decimal, most: Decimal, field: str) -> None:
    if abs(found) >= most:
        number = f"{found.normalize():f}" if abs(found) < 10**18 else f"{found:.3E}"
        raise Unreadable(
            field, f"{number} is more than can be meant", f"enter less than {most.normalize():f}"
        )


def whole(row: Row, field: str, *, least: int = -(2**31), most: int = 2**31 - 1) -> int:
    """A whole number within bounds, both included."""
    raw = raw_value(row, field)
    if type(raw) is not int:
        raise Unreadable(field, f"{shown(raw)} is not a whole number", "enter a whole number")
    if not least <= raw <= most:
        raise Unreadable(field, f"{shown(raw)} is out of bounds", f"enter {least} to {most}")
    return raw


# Records


def record_id(row: Row) -> int:
    """The record's own id."""
    raw = raw_value(row, "id")
    if type(raw) is not int or raw <= 0:
        raise Unreadable(
            "id", f"{shown(raw)} is not a record id", "look at the answer of the server"
        )
    return raw


def parse_link(raw: object, field: str) -> int | None:
    """A many2one: its id, ``[id, name]``, or None."""
    if raw is False or raw is None:
        return None
    if isinstance(raw, list | tuple) and len(raw) == 2 and isinstance(raw[1], str):
        raw = raw[0]
    if type(raw) is not int or raw <= 0:
        raise Unreadable(field, f"{shown(raw)} is not a record", "choose it again in Odoo")
    return raw


def link(row: Row, field: str) -> int:
    """The id of a record that must be there."""
    found = parse_link(raw_value(row, field), field)
    if found is None:
        raise Unreadable(field, "it is empty", "choose a record")
    return found


def link_or_none(row: Row, field: str) -> int | None:
    """The id of a record, or None where Odoo has none."""
    return parse_link(raw_value(row, field), field)


def links(row: Row, field: str) -> tuple[int, ...]:
    """The ids of records, lowest first, each once."""
    raw = raw_value(row, field)
    if raw is False or raw is None:
        return ()
    if not isinstance(raw, list | tuple) or any(type(each) is not int or each <= 0 for each in raw):
        raise Unreadable(
            field, f"{shown(raw)} is not a list of records", "choose them again in Odoo"
        )
    return tuple(sorted(set(raw)))


def ids_in(rows: Iterable[Row], *names: str) -> set[int]:
    """Every record that the fields of some rows name; what cannot be read names none.

    For search domains only: what is wrong with a row is said when it is read as a value.
    """
    found: set[int] = set()
    for row in rows:
        for name in names:
            raw = row.get(name) if isinstance(row, dict) else None
            if isinstance(raw, list | tuple):
                found.update(each for each in raw if type(each) is int and each > 0)
            elif type(raw) is int and raw > 0:
                found.add(raw)
    return found


def of_company(row: Row, company_id: int, *, shared: bool = False) -> None:
    """Refuse a row of another company; ``shared``: one of no company will do."""
    found = link_or_none(row, "company_id")
    if found != company_id and not (shared and found is None):
        raise Unreadable(
            "company_id",
            f"it belongs to company {found or 'none'}, not to {company_id}",
            "give the record the company of the engagement",
        )


# Choices


def choice(row: Row, field: str, kinds: type[Choice]) -> Choice:
    """One of a selection's values."""
    raw = raw_value(row, field)
    if raw is False or raw is None or raw == "":
        raise Unreadable(field, "nothing is chosen", f"choose one of {_listed(kinds)}")
    try:
        return kinds(raw)
    except ValueError:
        raise Unreadable(
            field, f"{shown(raw)} is not known", f"choose one of {_listed(kinds)}"
        ) from None


def _listed(kinds: type[StrEnum]) -> str:
    return ", ".join(kind.value for kind in kinds)


def flag(row: Row, field: str) -> bool:
    """A yes or no."""
    raw = raw_value(row, field)
    if not isinstance(raw, bool):
        raise Unreadable(field, f"{shown(raw)} is neither true nor false", "set it again in Odoo")
    return raw
