"""Writing what a person is to keep: whole or not at all, for its owner only."""

import os
from pathlib import Path


def write_file(path: Path, text: str) -> None:
    """Write a text file. It holds clients' names, so nobody else may read it."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file, for its owner only."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
