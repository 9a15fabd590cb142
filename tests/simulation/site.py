"""One simulated Odoo, and the service that runs against it, well or badly."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sync.cli.failures import failure_of
from sync.odoo import Gateway
from sync.odoo.errors import GatewayError
from sync.odoo.faults import Killed
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
from tests.simulation.touched import Touched
from tests.simulation.wire import Script, Wire, door

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

    def run(self, as_of: date) -> Ended:
        """One attempt at the nightly run, as the command does it; nothing befalls it.

        So there is no need to go over the wire.
        """
        return self._live(as_of, self.odoo.gateway("drawdown"))

    def over(self, as_of: date, script: Script, stop: Callable[[], bool] = lambda: False) -> Ended:
        """An attempt over a wire with that script."""
        wire = Wire(self.odoo.gateway("drawdown"), script)
        return self._live(as_of, door(self.ways.settings, wire), stop)

    def _live(
        self, as_of: date, gateway: Gateway, stop: Callable[[], bool] = lambda: False
    ) -> Ended:
        ended = Ended()
        try:
            service = self.service(gateway, stop)
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
