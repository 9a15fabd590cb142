"""SIGINT and SIGTERM stop a command cleanly.

While documents are being written, the first signal lets the batch on its way come to its end (one
batch is one transaction in Odoo), so that the report says truly what was written. Anywhere else,
and on a second signal, the command ends where it is. Either way the lease is given back and the
next run completes the rest. A third signal ends the process at once; its lease runs out by itself.
"""

import signal
import threading
from types import FrameType


class Stopped(BaseException):
    """Somebody asked the command to stop."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(signal.Signals(number).name)


class Stopper:
    """Catches the signals of one command."""

    def __init__(self) -> None:
        self.number: int | None = None
        self.writing = False
        """Whether documents are on their way."""
        self._before: dict[int, object] = {}

    def __enter__(self) -> "Stopper":
        if threading.current_thread() is not threading.main_thread():
            return self  # Python hands signals to the main thread only
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._stop)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def requested(self) -> bool:
        """Whether to stop after this batch."""
        return self.number is not None

    def _stop(self, number: int, _: FrameType | None) -> None:
        first = self.number is None
        self.number = number
        if first and self.writing:
            return
        for each in self._before:
            signal.signal(each, signal.SIG_DFL)
        raise Stopped(number)
