"""A rival run beside ours: it goes on a piece at a time, when it is its turn, and keeps its lease.

It lives in a thread of its own, and one of the two stands whenever the other goes: what happens is
decided by the calls alone, as if both were one.
"""

from collections.abc import Callable
from threading import Semaphore, Thread

from sync.odoo.faults import Request, after
from tests.simulation.wire import Mishap, Script


class Beside(Thread):
    """``work`` lives the rival's run over a line with that script."""

    def __init__(self, work: Callable[[Script], None]) -> None:
        super().__init__(daemon=True)
        self.pauses = 0
        """How often it stood with a batch in the books and its run not ended."""
        self._work = work
        self._turn, self._back = Semaphore(0), Semaphore(0)
        self._over = self._hurries = False
        self.start()

    def run(self) -> None:
        """What the thread does."""
        self._turn.acquire()
        try:
            self._work(self._script)
        finally:
            self._over = True
            self._back.release()

    def step(self) -> None:
        """Let it go on, until the next batch of its plan is in the books."""
        if not self._over:
            self._turn.release()
            self._back.acquire()

    def end(self) -> None:
        """Let it go on to its end."""
        self._hurries = True
        self.step()
        assert self._over, "it pauses no more"
        self.join()

    def _script(self, request: Request) -> Mishap | None:
        pauses = request.method == "apply" and not self._hurries
        return after(self._pause) if pauses else None

    def _pause(self) -> None:
        self.pauses += 1
        self._back.release()
        self._turn.acquire()
