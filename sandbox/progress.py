"""Tells what is being done and how long it took, so that nobody wonders whether it hangs."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Protocol, TextIO

from rich.console import Console


class Progress(Protocol):
    """Where steps are announced."""

    def plan(self, steps: int) -> None:
        """Say how many steps follow."""

    def note(self, text: str) -> None:
        """Add a fact to the running step, for example a size."""

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Announce a step, and how long it took when it ends."""


class Silent:
    """Says nothing: for test fixtures."""

    def plan(self, steps: int) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Say nothing."""
        del what
        yield


class Lines:
    """One line per step on a stream; on a terminal a spinner turns while the step runs."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._console = Console(file=stream or sys.stderr, highlight=False, soft_wrap=True)
        self._steps = 0
        self._done = 0
        self._notes: list[str] = []

    def plan(self, steps: int) -> None:
        """Start counting anew, towards this many steps."""
        self._steps, self._done = steps, 0

    def note(self, text: str) -> None:
        """Show the fact at the end of the running step's line."""
        self._notes.append(text)

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Print the step with its number when it begins, and its time when it ends."""
        self._done += 1
        self._notes = []
        label = f"[{self._done}/{max(self._steps, self._done)}] {what}"
        started = time.monotonic()
        terminal = self._console.is_terminal
        if not terminal:
            self._console.print(f"{label} ...", markup=False)
        turning = self._console.status(f"{label} ...".replace("[", "\\[")) if terminal else None
        with turning or nullcontext():
            yield
        facts = "".join(f"{note}, " for note in self._notes)
        seconds = time.monotonic() - started
        self._console.print(f"{label}: {facts}{seconds:.1f} s", markup=False)
