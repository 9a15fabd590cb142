"""Logging: for the person at the terminal, for the machine that collects logs, and for a defect.

Everything goes to stderr; stdout is for data. ``console`` prints lines for people, ``json`` one
object per line. Events carry counts, ids and keys of ours, never an API key, a client's text or
the name of a person: what could hold one passes through ``excerpt``, and the libraries that log
requests stay quiet below warnings (odoorpc writes the key into its debug log).
"""

import contextlib
import logging
import os
import sys
import traceback
from collections.abc import MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import structlog

from sync.odoo.errors import excerpt

Format = Literal["console", "json"]
Level = Literal["debug", "info", "warning", "error"]

_LOUD_LIBRARIES = ("odoorpc", "urllib3", "requests", "charset_normalizer")
_DEFECTS = "defects.log"
_MOST_BYTES = 1_000_000


class _Stderr(logging.Handler):
    """Writes to whatever stderr is at that moment; a lost stderr ends no work."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one event."""
        with contextlib.suppress(OSError, ValueError, AttributeError):
            print(self.format(record), file=sys.stderr, flush=True)


def configure(*, log_format: Format = "console", level: Level = "warning") -> None:
    """Set up logging; may be done again once the settings are known."""
    least = logging.getLevelNamesMapping()[level.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _redact,
    ]
    renderer: structlog.typing.Processor
    if log_format == "json":
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        renderer = structlog.dev.ConsoleRenderer(colors=_colours(), pad_event_to=0)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    handler = _Stderr()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    for old in root.handlers[:]:
        if isinstance(old, _Stderr):
            root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(least)
    for name in _LOUD_LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(least),
        cache_logger_on_first_use=False,
    )


def get(name: str) -> Any:
    """A structlog logger."""
    return structlog.get_logger(name)


def _redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """No key, no traceback of the server, no control character in any event."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = excerpt(value)
    return event


def _colours() -> bool:
    return sys.stderr.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def folder() -> Path:
    """Where the log of defects is kept: below ``XDG_STATE_HOME``."""
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "drawdown"


def record_defect(error: BaseException, command: str) -> Path | None:
    """Append where a defect of ours happened: types, files and lines, not values.

    An exception's text may hold a client's data; it is shown to whoever runs the command, and not
    kept. None when the file cannot be written.
    """
    path = folder() / _DEFECTS
    frames = [
        f"  {frame.filename}:{frame.lineno} in {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    now = datetime.now(UTC).isoformat(timespec="seconds")
    text = "\n".join([f"{now} {command}: {type(error).__qualname__}", *frames, ""])
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.exists() and path.stat().st_size > _MOST_BYTES:
            path.replace(path.with_suffix(".log.1"))
        with path.open("a", encoding="utf-8") as log:
            log.write(text)
    except OSError:
        return None
    return path
