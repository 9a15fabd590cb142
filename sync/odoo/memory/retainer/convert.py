"""Values of a document as untrusted JSON gives them, in the types that records take."""

import math
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any


class Refusal(Exception):
    """This document cannot be written; ``code`` is one of the contract's."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


MAX_TEXT = 100_000

_HALF = re.compile("[\ud800-\udfff]")
_KEY = re.compile(r"([0-9]{1,9})/[0-9]+/")
_WHOLE = re.compile(r"[+-]?[0-9]{1,10}")


def is_text(value: Any) -> bool:
    """Text that a database can keep: no null character, no half of one."""
    return isinstance(value, str) and "\x00" not in value and not _HALF.search(value)


def echo(text: str) -> str:
    """A text from outside as one that any answer can carry."""
    return text.encode(errors="replace").decode()


def is_key(value: Any) -> bool:
    """Whether it may name a document."""
    return is_text(value) and 0 < len(value) <= 255


def company_of(key: str) -> int | None:
    """The company that a key of the service's form names."""
    found = _KEY.match(key)
    return int(found[1]) if found else None


def as_reasons(parts: list[Any], where: str) -> list[Any]:
    """Why the numbers of a document are what they are."""
    for part in parts:
        if not isinstance(part, dict) or set(part) - {"rule", "text", "records"}:
            raise Refusal("refused", f"{where} must be a list of rule, text and records.")
        records = part.get("records") or []
        if not isinstance(records, list):
            raise Refusal("refused", f"{where}.records must be a list.")
        for text in (part.get("rule"), part.get("text"), *records):
            as_text(text, where)
    return parts


def as_number(value: Any, where: str) -> Decimal:
    """Decimal text. Raises ``Refusal``, as all of these do."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Refusal("refused", f"{where} must be a decimal number as text.")
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or not math.isfinite(float(number)) or abs(number) >= 10**15:
        raise Refusal("refused", f"{where}: {str(value)[:40]!r} is not a usable number.")
    return number


def as_float(value: Any, where: str) -> float:
    """Decimal text, for a field that Odoo keeps as a float."""
    return float(as_number(value, where))


def as_integer(value: Any, where: str) -> int:
    """A whole number, also as text."""
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**31:
        raise Refusal("refused", f"{where} must be a whole number.")
    return value


def as_id(value: Any, where: str) -> int:
    """The id of a record."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**31:
        raise Refusal("refused", f"{where} must be the id of a record.")
    return value


def as_ids(value: Any, where: str) -> list[int]:
    """A list of ids."""
    if not isinstance(value, list):
        raise Refusal("refused", f"{where} must be a list of ids.")
    return [as_id(each, where) for each in value]


def as_pairs(value: Any, where: str, read: Callable[[Any, str], Any]) -> list[list[Any]]:
    """A list of pairs of an id and a number, which is kept as it was sent."""
    if not isinstance(value, list) or not all(
        isinstance(pair, list | tuple) and len(pair) == 2 for pair in value
    ):
        raise Refusal("refused", f"{where} must be a list of pairs.")
    for record, amount in value:
        as_id(record, where)
        read(amount, where)
    return [list(pair) for pair in value]


def as_date(value: Any, where: str) -> str:
    """A day as ``YYYY-MM-DD``."""
    try:
        if not isinstance(value, str) or len(value) != 10:
            raise ValueError
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise Refusal("refused", f"{where} must be a date as YYYY-MM-DD.") from None


def as_text(value: Any, where: str) -> Any:
    """Text, or False."""
    if value is None or value is False:
        return False
    if not is_text(value) or len(value) > MAX_TEXT:
        raise Refusal("refused", f"{where} must be text of at most {MAX_TEXT:,} characters.")
    return value


BY_TYPE: dict[str, Callable[[Any, str], Any]] = {
    "float": as_float,
    "monetary": as_number,
    "integer": as_integer,
    "many2one_reference": as_id,
    "date": as_date,
}
"""How a field of a type is read; as text where it is not named."""
