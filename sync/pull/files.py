"""A snapshot as a file: to be kept, mailed and replayed without Odoo.

JSON, compressed where the name ends in ``.gz``. Time entries are rows of a table, because there may
be a million. The format has a number; a file of another one is refused.
"""

import gzip
import json
import os
import zlib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mappings import Books
from mappings.pulled import Pulled
from sync.domain.entries import TimeEntry
from sync.domain.snapshot import Snapshot
from sync.pull.errors import SnapshotFileError

FORMAT = "drawdown-snapshot"
VERSION = 1

_COLUMNS = TimeEntry._fields


def save(pulled: Pulled, path: Path) -> None:
    """Write the file, whole or not at all, readable by its owner only: it holds clients' names."""
    snapshot = pulled.snapshot.model_copy(update={"entries": ()})
    content = {
        "format": FORMAT,
        "version": VERSION,
        "books": pulled.books.model_dump(mode="json"),
        "snapshot": snapshot.model_dump(mode="json", exclude={"entries"}),
        "entry_columns": _COLUMNS,
        "entries": [[each.id, each.day.isoformat(), *each[2:]] for each in pulled.snapshot.entries],
    }
    data = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    if path.name.endswith(".gz"):
        data = gzip.compress(data, compresslevel=6, mtime=0)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def load(path: Path) -> Pulled:
    """The snapshot in a file. Raises ``SnapshotFileError`` with the place that is wrong."""
    content = _content(path)
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise SnapshotFileError(f"{path} is not a snapshot; make one with: drawdown pull --out")
    if content.get("version") != VERSION:
        raise SnapshotFileError(
            f"{path} has format version {content.get('version')!r}, this service reads {VERSION};"
            " pull again with this version"
        )
    if content.get("entry_columns") != list(_COLUMNS):
        raise SnapshotFileError(f"{path}: entry_columns are not {', '.join(_COLUMNS)}; pull again")
    try:
        snapshot = Snapshot.model_validate(content.get("snapshot"))
        books = Books.model_validate(content.get("books"))
    except ValidationError as trouble:
        first = trouble.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "its whole"
        raise SnapshotFileError(f"{path}: {place}: {first['msg']}; pull again") from None
    if books.company_id != snapshot.company.id:
        raise SnapshotFileError(f"{path}: books and snapshot are of two companies; pull again")
    entries = _entries(path, content.get("entries"))
    return Pulled(snapshot=snapshot.model_copy(update={"entries": entries}), books=books)


def _content(path: Path) -> Any:
    try:
        data = path.read_bytes()
        if path.name.endswith(".gz"):
            data = gzip.decompress(data)
        return json.loads(data.decode("utf-8"))
    except json.JSONDecodeError as trouble:
        raise SnapshotFileError(
            f"{path}: line {trouble.lineno}, column {trouble.colno}: {trouble.msg}; pull again"
        ) from None
    except (EOFError, gzip.BadGzipFile, zlib.error, UnicodeDecodeError, RecursionError) as trouble:
        raise SnapshotFileError(f"{path} is damaged ({trouble}); pull again") from None
    except OSError as trouble:
        raise SnapshotFileError(f"{path} cannot be read: {trouble.strerror}") from None


def _entries(path: Path, rows: Any) -> tuple[TimeEntry, ...]:
    if not isinstance(rows, list):
        raise SnapshotFileError(f"{path}: entries: not a table; pull again")
    return tuple(_each(path, rows))


def _each(path: Path, rows: Iterable[Any]) -> Iterable[TimeEntry]:
    days: dict[str, date] = {}
    for number, row in enumerate(rows):
        try:
            text = row[1]
            if text not in days:
                days[text] = date.fromisoformat(text)
            entry = TimeEntry(row[0], days[text], *row[2:])
        except (TypeError, ValueError, IndexError, KeyError):
            raise SnapshotFileError(f"{path}: entries.{number}: not an entry; pull again") from None
        wrong = _wrong(entry)
        if wrong:
            raise SnapshotFileError(f"{path}: entries.{number}.{wrong}: wrong type; pull again")
        yield entry


def _wrong(entry: TimeEntry) -> str:
    """The first column that does not hold what it must; nothing where all do."""
    for name in ("id", "seconds", "project_id"):
        if type(getattr(entry, name)) is not int:
            return name
    for name in ("task_id", "change_order_id", "client_id"):
        found = getattr(entry, name)
        if found is not None and type(found) is not int:
            return name
    for name in ("employee", "text"):
        if type(getattr(entry, name)) is not str:
            return name
    return "" if type(entry.billable) is bool else "billable"
