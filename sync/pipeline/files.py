"""Writing what a person is to keep: whole or not at all, for its owner only."""

import os
from pathlib import Path


def write_file(path: Path, text: str) -> None:
    """Write a text file. It holds clients' names, so nobody else may read it."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
