"""What is being done right now, on stderr: one line that moves on a terminal, nothing elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.status import Status
from rich.text import Text

from sync.report.output import is_terminal
from sync.report.text import safe


class Progress:
    """A spinner with the current step beside it; silent without a terminal."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._status: Status | None = None
        self._turning = False
        self._shown = not quiet and is_terminal(sys.stderr)

    @contextmanager
    def showing(self) -> Iterator["Progress"]:
        """Turn while the work goes on, and leave nothing behind."""
        if self._shown:
            console = Console(stderr=True, markup=False, highlight=False, emoji=False)
            self._status = console.status(Text("…"))
        try:
            yield self
        finally:
            self.pause()

    def pause(self) -> None:
        """Make room for other output; the next step turns it on again."""
        if self._status is not None and self._turning:
            self._status.stop()
            self._turning = False

    def step(self, text: str) -> None:
        """Say what is being done."""
        if self._status is None:
            return
        self._status.update(Text(safe(text)))
        if not self._turning:
            self._status.start()
            self._turning = True

    def reading(self, model: str, rows: int) -> None:
        """Say how many rows of a model have been read."""
        self.step(f"reading {model}: {rows}")

    def writing(self, done: int, total: int) -> None:
        """Say how many documents have been written."""
        self.step(f"writing documents: {done} of {total}")
