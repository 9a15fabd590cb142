"""The JSON that every command prints with ``--json``: one object, the same frame everywhere.

``format`` counts up when a field changes its meaning or goes; new fields may come at any time.
Money is decimal text, hours are integer seconds (``*_seconds`` or as documented), dates are
``YYYY-MM-DD``.
"""

from datetime import date
from typing import Any

from pydantic import BaseModel

FORMAT = 1


def envelope(
    command: str, exit_code: int, as_of: date | None = None, **parts: Any
) -> dict[str, Any]:
    """The frame around what a command found."""
    frame: dict[str, Any] = {"format": FORMAT, "command": command, "exit": int(exit_code)}
    if as_of is not None:
        frame["as_of"] = as_of.isoformat()
    return frame | {name: _plain(part) for name, part in parts.items()}


def error_envelope(
    command: str, exit_code: int, code: str, message: str, remedy: str = ""
) -> dict[str, Any]:
    """What is printed instead when a command could not do its work."""
    return envelope(command, exit_code, error={"code": code, "message": message, "remedy": remedy})


def _plain(part: Any) -> Any:
    if isinstance(part, BaseModel):
        return part.model_dump(mode="json")
    if isinstance(part, list | tuple):
        return [_plain(each) for each in part]
    if isinstance(part, dict):
        return {name: _plain(each) for name, each in part.items()}
    return part
