"""A snapshot as a file: to be kept, mailed and replayed without Odoo.

JSON, compressed where the name ends in ``.gz``. The format has a number; a file of another one is
refused.
"""

import gzip
import json
import os
import zlib
from pathlib import Path
from typing import Final, Literal

from pydantic import ValidationError

from mappings.books import Books
from mappings.pulled import Pulled
from sync.domain.money import Currency
from sync.domain.snapshot import Snapshot
from sync.domain.value import Value
from sync.pull.errors import SnapshotFileError

FORMAT: Final = "drawdown-snapshot"
VERSION: Final = 1


class _File(Value):
    format: Literal["drawdown-snapshot"] = FORMAT
    version: Literal[1] = VERSION
    books: Books
    currencies: tuple[Currency, ...] = ()
    snapshot: Snapshot


def save(pulled: Pulled, path: Path) -> None:
    """Write the file, whole or not at all, readable by its owner only: it holds clients' names."""
    content = _File.model_construct(
        format=FORMAT,
        version=VERSION,
        books=pulled.books,
        currencies=pulled.currencies,
        snapshot=pulled.snapshot,
    )
    data = content.model_dump_json().encode()
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
    data = _bytes(path)
    try:
        content = _File.model_validate_json(data)
    except ValidationError as trouble:
        raise SnapshotFileError(f"{path}{_what(data, trouble)}; pull again") from None
    if content.books.company_id != content.snapshot.company.id:
        raise SnapshotFileError(f"{path}: books and snapshot are of two companies; pull again")
    return Pulled(snapshot=content.snapshot, books=content.books, currencies=content.currencies)


def _bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if path.name.endswith(".gz") else data
    except (EOFError, gzip.BadGzipFile, zlib.error) as trouble:
        raise SnapshotFileError(f"{path} is damaged ({trouble}); pull again") from None
    except OSError as trouble:
        raise SnapshotFileError(f"{path} cannot be read: {trouble.strerror}") from None


def _what(data: bytes, trouble: ValidationError) -> str:
    """What is wrong with a file, most telling first: no JSON, no snapshot, its version, a place."""
    first = trouble.errors(include_url=False, include_context=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        return f": {first['msg']}"
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        return " is not a snapshot; make one with: drawdown pull --out"
    version = content.get("version")
    if version != VERSION or type(version) is not int:
        return f" has format version {version!r}, this service reads {VERSION}"
    place = ".".join(str(part) for part in first["loc"])
    return f": {place}: {first['msg']}"
