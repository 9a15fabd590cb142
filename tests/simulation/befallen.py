"""One attempt at a run, and what befalls its calls: the line, the process, other runners."""

from collections.abc import Callable, Sequence
from datetime import date

from sync.odoo.faults import Request, after, before
from sync.push import LeaseHeld
from tests.simulation.beside import Beside
from tests.simulation.mishaps import (
    BEGINS,
    BESIDE,
    CARRIED_OUT_OR_NOT,
    RIVALS,
    STOPS,
    WRITES,
    Planned,
)
from tests.simulation.site import Ended, Site
from tests.simulation.wire import Mishap, Script

PIECES = 8
"""A rival beside ours writes about so many batches, and then the rest."""


def attempt(site: Site, as_of: date, planned: Sequence[Planned]) -> Ended:
    """One attempt at the nightly run, over a line where all that happens."""
    befallen = Befallen(site, as_of, planned)
    try:
        return site.over(as_of, befallen.script, lambda: befallen.stops)
    finally:
        befallen.end()


class Befallen:
    """One attempt, and what befalls its calls."""

    def __init__(self, site: Site, as_of: date, planned: Sequence[Planned]) -> None:
        self.stops = False
        """Whether it was asked to stop."""
        self._site, self._as_of, self._planned = site, as_of, planned
        self._writing = 0
        self._beside: dict[Planned, Beside] = {}

    def script(self, request: Request) -> Mishap | None:
        """What befalls that call."""
        wrote = request.method in WRITES
        self._writing += wrote
        turn = self._writing if wrote else 0
        if request.method in BEGINS:
            self.end()
        kind = ""
        for each in self._planned:
            if not each.befalls(request.number, turn):
                continue
            if each.kind == BESIDE:
                self._step(each, each.turn(request.number, turn), request)
            else:
                kind = kind or each.kind
        return self._befalls(kind, request) if kind else None

    def end(self) -> None:
        """Whoever runs beside it ends."""
        for each in self._beside.values():
            each.end()

    def _step(self, planned: Planned, turn: int, request: Request) -> None:
        """The rival writes a batch now and then, and all that is left at the last."""
        if not turn:
            self._note(planned.kind, request)
            self._beside[planned] = Beside(self._rival_beside)
        if turn % max(1, planned.lasting // PIECES) == 0:
            self._beside[planned].step()
        if turn == planned.lasting - 1:
            self._beside[planned].end()

    def _note(self, kind: str, request: Request) -> None:
        self._site.befell[kind] += 1
        self._site.told.append(f"    {kind}: {request.number} {request.model}.{request.method}")

    def _befalls(self, kind: str, request: Request) -> Mishap:
        self._note(kind, request)
        if kind in CARRIED_OUT_OR_NOT:
            return CARRIED_OUT_OR_NOT[kind](self._site.clock)
        if kind in STOPS:
            return before(self._stop)
        assert kind in RIVALS, kind
        return after(self._rival) if kind == "a rival after" else before(self._rival_of(kind))

    def _stop(self) -> None:
        self.stops = True

    def _rival_of(self, kind: str) -> Callable[[], None]:
        def rival() -> None:
            if kind.endswith("ran out"):
                self._site.clock.sleep(self._site.ways.lease_seconds + 1)
            self._rival()

        return rival

    def _rival(self) -> None:
        self._judge(bool(self._site.running()), self._site.run(self._as_of))

    def _rival_beside(self, script: Script) -> None:
        self._judge(bool(self._site.running()), self._site.over(self._as_of, script))

    def _judge(self, holding: bool, ended: Ended) -> None:
        """``holding``: whether another run held the lease when the rival came."""
        site = self._site
        site.told.append(f"    the rival {ended}")
        refused = isinstance(ended.error, LeaseHeld)
        if ended.error is not None and not refused:
            site.wrong.append(f"the rival run ended with {ended}")
        if holding and ended.report is not None and ended.report.counts:
            site.wrong.append("a rival wrote while another run held the lease")
