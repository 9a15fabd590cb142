"""Rows and groups in the one shape the protocol promises, whatever Odoo sent."""

from collections.abc import Sequence
from typing import Any

from sync.odoo.errors import BadAnswer
from sync.odoo.gateway import Row

_EXTRAS = ("__extra_domain", "__domain", "__context", "__fold")


def rows_of(answer: Any, model: str, fields: Sequence[str]) -> list[Row]:
    """The rows of a ``search_read``: many2one as ids, nothing missing. Raises ``BadAnswer``."""
    if not isinstance(answer, list):
        raise _wrong(model, "search_read", answer)
    for row in answer:
        if not isinstance(row, dict) or not _is_id(row.get("id")):
            raise _wrong(model, "search_read", row)
        if missing := [name for name in fields if name not in row]:
            raise BadAnswer(
                f"Odoo left out {', '.join(missing)} of {model}.", unclear=False, retryable=False
            )
    return [{name: _id(value) for name, value in row.items()} for row in answer]


def groups_of(answer: Any, model: str) -> list[Row]:
    """The rows of a ``formatted_read_group``: values without their labels."""
    if not isinstance(answer, list) or not all(isinstance(row, dict) for row in answer):
        raise _wrong(model, "read_group", answer)
    return [
        {name: _unlabelled(value) for name, value in row.items() if name not in _EXTRAS}
        for row in answer
    ]


def count_of(answer: Any, model: str) -> int:
    """The number of a ``search_count``."""
    if type(answer) is not int or answer < 0:
        raise _wrong(model, "search_count", answer)
    return answer


def ids_of(answer: Any, model: str, wanted: int) -> list[int]:
    """The ids of a ``create``."""
    if _is_id(answer) and wanted == 1:
        answer = [answer]
    if not isinstance(answer, list) or len(answer) != wanted or not all(map(_is_id, answer)):
        raise _wrong(model, "create", answer)
    return answer


def _is_id(value: object) -> bool:
    return type(value) is int and value > 0


def _id(value: Any) -> Any:
    """``[7, "Acme"]``, a many2one with its name, as ``7``."""
    match value:
        case [int() as record, str()]:
            return record
    return value


def _unlabelled(value: Any) -> Any:
    """``["2025-03-01", "March 2025"]``, a group with its label, as ``2025-03-01``."""
    match value:
        case [int() | str() as key, str()]:
            return key
    return value


def _wrong(model: str, method: str, answer: Any) -> BadAnswer:
    return BadAnswer(
        f"Odoo answered {model}.{method} with a {type(answer).__name__}.",
        unclear=False,
        retryable=False,
    )
