"""One simulated Odoo, and the service that runs against it, well or badly."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sync.cli.failures import failure_of
from sync.odoo import Gateway
from sync.odoo.errors import GatewayError
from sync.odoo.faults import Killed, Request, after, before
from sync.odoo.memory import MemoryOdoo
from sync.odoo.retry import Repeater, Retrying
from sync.pipeline.errors import PipelineError
from sync.pipeline.looked import Looked
from sync.pipeline.service import Service
from sync.pull import PullError
from sync.push import LeaseHeld
from sync.report.run import RunReport
from sync.settings import Settings
from tests.simulation import reported
from tests.simulation.canaries import KEY, Heard
from tests.simulation.clock import Clock
from tests.simulation.mishaps import CARRIED_OUT_OR_NOT, RIVALS, STOPS, WRITES, Planned
from tests.simulation.touched import Touched
from tests.simulation.wire import Mishap, Wire, door

URL = "https://odoo.example.com"
EXPECTED = (GatewayError, PipelineError, PullError, LeaseHeld)
"""How a run may end badly; anything else is a defect."""


@dataclass(frozen=True)
class Ways:
    """Settings of the service that change its way of working."""

    batch_size: int = 200
    page_size: int = 2000
    lease_seconds: int = 600

    @cached_property
    def settings(self) -> Settings:
        """The service's settings."""
        return Settings(
            url=URL,
            database="simulated",
            api_key=KEY,
            batch_size=self.batch_size,
            page_size=self.page_size,
            lease_seconds=self.lease_seconds,
            use_proxy=False,
        )


@dataclass
class Ended:
    """How one attempt at a run ended."""

    report: RunReport | None = None
    error: BaseException | None = None
    looked: Looked | None = None
    """What it saw before it wrote anything."""
    calls: int = 0

    @property
    def whole(self) -> bool:
        """Whether it did all that it could: nothing stopped it, nothing is unknown."""
        report = self.report
        if report is None or report.stopped or report.unverified:
            return False
        return not any(each.status in ("unknown", "not_sent") for each in report.not_written)

    def __str__(self) -> str:
        if self.error is not None:
            return f"{type(self.error).__name__}: {self.error}"
        assert self.report is not None
        return f"ended: {self.report.counts} {self.report.stopped}".strip()


@dataclass
class Site:
    """An Odoo in memory with its clock, and what happened there."""

    ways: Ways
    heard: Heard
    clock: Clock = field(default_factory=Clock)
    told: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """What went against a law."""
    befell: Counter[str] = field(default_factory=Counter)
    """Faults that really happened, by kind."""
    touched: Touched = field(default_factory=Touched)
    calls: int = 0
    nights: int = 0

    def __post_init__(self) -> None:
        self.odoo = MemoryOdoo(self.clock.now)

    def service(self, gateway: Gateway, stop: Callable[[], bool] = lambda: False) -> Service:
        """The service over that door, with the repetition that it has in earnest."""
        settings = self.ways.settings
        repeat = Repeater(settings.attempts, sleep=self.clock.sleep, jitter=lambda: 0.5)
        return Service(
            settings,
            Retrying(gateway, repeat),
            stop_requested=stop,
            clock=self.clock.seconds,
            sleep=self.clock.sleep,
        )

    def run(
        self,
        as_of: date,
        planned: Sequence[Planned] = (),
        acts: Callable[[str], None] = lambda _: None,
    ) -> Ended:
        """One attempt at the nightly run, as the command does it.

        Where nothing befalls it, there is no need to go over the wire.
        """
        stopping: list[str] = []
        writing: list[int] = []
        server = self.odoo.gateway("drawdown")
        gateway: Gateway = server
        if planned:

            def script(request: Request) -> Mishap | None:
                wrote = request.method in WRITES
                if wrote:
                    writing.append(request.number)
                turn = len(writing) if wrote else 0
                kind = next(
                    (each.kind for each in planned if each.befalls(request.number, turn)), ""
                )
                return self._befalls(kind, request, as_of, stopping, acts) if kind else None

            gateway = door(self.ways.settings, Wire(server, script))
        ended = Ended()
        try:
            service = self.service(gateway, lambda: bool(stopping))
            (company,) = service.companies()
            ended.looked = service.look(company, as_of)
            ended.report = service.run(ended.looked)
            untrue = reported.untrue(self.odoo, ended.report, whole=ended.whole)
            self.wrong += [f"{as_of}: {each}" for each in untrue]
        except Killed as killed:
            ended.error = killed
        except EXPECTED as error:
            ended.error = error
            failure = failure_of(error)
            self.heard.said.append(failure.text if failure else f"no failure for {error!r}")
        except Exception as defect:
            ended.error = defect
            self.wrong.append(f"a run as of {as_of} ended with {type(defect).__name__}: {defect}")
        ended.calls = gateway.calls
        self.calls += gateway.calls
        return ended

    def running(self) -> list[dict[str, Any]]:
        """Runs that hold the company's lease now."""
        return [
            row
            for row in self.odoo.tables.rows("retainer.sync.run").values()
            if row["state"] == "running" and row["lease_until"] > self.odoo.tables.stamp
        ]

    def wait_for_the_lease(self) -> None:
        """Until whoever died with it holds nobody up any more, nor a request that arrives late."""
        while running := self.running():
            until = datetime.fromisoformat(running[0]["lease_until"])
            seconds = (until - self.odoo.tables.now).total_seconds() + 1
            self.clock.sleep(max(seconds, 0.0))

    def _befalls(
        self,
        kind: str,
        request: Request,
        as_of: date,
        stopping: list[str],
        acts: Callable[[str], None],
    ) -> Mishap:
        self.befell[kind] += 1
        self.told.append(f"    {kind}: {request.number} {request.model}.{request.method}")
        return self._mishap(kind, as_of, stopping, acts)

    def _mishap(
        self, kind: str, as_of: date, stopping: list[str], acts: Callable[[str], None]
    ) -> Mishap:
        if kind in CARRIED_OUT_OR_NOT:
            return CARRIED_OUT_OR_NOT[kind](self.clock)
        if kind in STOPS:
            return before(lambda: stopping.append(kind))
        if kind in RIVALS:
            return self._rival(kind, as_of)
        return before(lambda: acts(kind))

    def _rival(self, kind: str, as_of: date) -> Mishap:
        def rival() -> None:
            if kind.endswith("ran out"):
                self.clock.sleep(self.ways.lease_seconds + 1)
            holding = bool(self.running())
            ended = self.run(as_of)
            self.told.append(f"    the rival {ended}")
            refused = isinstance(ended.error, LeaseHeld)
            if ended.error is not None and not refused:
                self.wrong.append(f"the rival run ended with {ended}")
            if holding and ended.report is not None and ended.report.counts:
                self.wrong.append("a rival wrote while another run held the lease")

        return after(rival) if kind == "a rival after" else before(rival)
