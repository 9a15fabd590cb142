"""What the service does through one open door to Odoo.

observe ─▶ evaluate ─▶ diff ─▶ review ─▶ apply ─▶ verify, one company at a time. Nothing is kept
between two runs: each starts from what Odoo holds.
"""

import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sync import logs
from sync.domain.outcome import Outcome
from sync.odoo.connect import connect
from sync.odoo.errors import BadAnswer, GatewayError, Incompatible
from sync.odoo.gateway import Gateway
from sync.pipeline.companies import CompanyRef, listed, named
from sync.pipeline.errors import PipelineError
from sync.plan.changes import Plan
from sync.plan.diff import make_plan
from sync.plan.limits import Limits, exceeded
from sync.pull import Pulled, pull
from sync.push import Difference, Lease, PushReport, push, tie, verify
from sync.report.check import CheckReport, CompanyCheck, finding
from sync.report.plan import PlanReport, plan_report
from sync.report.progress import Progress
from sync.report.run import RunReport, run_report
from sync.report.unearned import BooksView, books_view
from sync.rules.engine import evaluate
from sync.settings import Settings

GATEWAY = "retainer.gateway"
CONTRACT = 1
NO_LIMIT = Decimal(10) ** 18

log = logs.get("drawdown")


@dataclass(frozen=True)
class Looked:
    """One company as the rules see it on a day, and what is to be done."""

    pulled: Pulled
    outcome: Outcome
    plan: Plan
    exceeded: tuple[str, ...] = ()
    started: float = 0.0
    """When reading began, by the clock that only goes forward; 0 = it was a file."""
    calls: int = 0
    """Calls to Odoo before that."""

    @property
    def report(self) -> PlanReport:
        """The plan for people."""
        return plan_report(self.pulled.snapshot, self.outcome, self.plan, self.exceeded)


def look(pulled: Pulled, as_of: date, limits: Limits) -> Looked:
    """Evaluate the rules and compare with what is there. Pure."""
    outcome = evaluate(pulled.snapshot, as_of)
    plan = make_plan(pulled.snapshot, outcome)
    return Looked(pulled, outcome, plan, exceeded(plan, limits))


def limits_of(settings: Settings) -> Limits:
    """The limits of the settings; a total of 0 means none."""
    total = Decimal(settings.max_total) if settings.max_total else NO_LIMIT
    return Limits(max_documents=settings.max_documents, max_total=total)


@dataclass
class Service:
    """Everything that can be done through one open door to Odoo."""

    settings: Settings
    gateway: Gateway
    progress: Progress = field(default_factory=lambda: Progress(quiet=True))
    stop_requested: Callable[[], bool] = lambda: False

    def __post_init__(self) -> None:
        self.hello = _hello(self.gateway)

    def companies(self, wanted: str | None = None) -> list[CompanyRef]:
        """The company asked for, else those of the settings, else the only one there is."""
        seen = [CompanyRef(each["id"], str(each["name"])) for each in self.hello["companies"]]
        names: tuple[int | str, ...] = (wanted,) if wanted else self.settings.companies
        if names:
            return list(dict.fromkeys(named(each, seen) for each in names))
        if len(seen) == 1:
            return seen
        raise PipelineError(
            "usage",
            f"The service user may work in {listed(seen)}, and none is chosen.",
            "Choose with --company, or set company in the settings.",
        )

    def check(self, wanted: str | None = None) -> CheckReport:
        """Whether everything is in place. Writes nothing."""
        checks = []
        for company in self.companies(wanted):
            self.progress.step(f"checking {company.name}")
            found = self.gateway.call(GATEWAY, "preflight", repeatable=True, company_id=company.id)
            if not isinstance(found, list):
                raise BadAnswer("Odoo answered preflight with something else.", retryable=False)
            findings = tuple(finding(row) for row in found)
            checks.append(
                CompanyCheck(company_id=company.id, company=company.name, findings=findings)
            )
        return CheckReport(
            url=self.settings.url,
            database=self.settings.database,
            protocol=self.gateway.protocol,
            server_version=str(self.hello.get("server_version", "")),
            addon_version=str(self.hello.get("addon_version", "")),
            contract=CONTRACT,
            user=str(self.hello.get("user", "")),
            companies=tuple(checks),
        )

    def pull(self, company: CompanyRef, as_of: date) -> Pulled:
        """Everything the rules need about a company."""
        started = time.monotonic()
        pulled = pull(
            self.gateway,
            company.id,
            page_size=self.settings.page_size,
            progress=self.progress.reading,
            today=as_of,
        )
        log.info(
            "pulled",
            company=company.id,
            engagements=len(pulled.snapshot.engagements),
            entries=len(pulled.snapshot.entries),
            seconds=round(time.monotonic() - started, 2),
        )
        return pulled

    def look(self, company: CompanyRef, as_of: date) -> Looked:
        """Read a company and plan for it. Writes nothing."""
        started, calls = time.monotonic(), self.gateway.calls
        pulled = self.pull(company, as_of)
        self.progress.step("evaluating")
        looked = look(pulled, as_of, limits_of(self.settings))
        looked = replace(looked, started=started, calls=calls)
        log.info(
            "planned",
            company=company.id,
            as_of=str(as_of),
            changes=len(looked.plan.changes),
            held=len(looked.plan.held),
            conflicts=len(looked.plan.conflicts),
            issues=len(looked.plan.issues),
            checksum=looked.plan.checksum,
        )
        return looked

    def look_again(self, plan: Plan) -> Looked:
        """Read and plan again for the same day; refused where that is not the same plan."""
        (company,) = self.companies(str(plan.company_id))
        looked = self.look(company, plan.as_of)
        if looked.plan.checksum != plan.checksum:
            raise PipelineError(
                "stale",
                f"The plan of {plan.as_of} for {company.name} is stale: Odoo has changed since.",
                "Plan again, review, and apply the new plan.",
            )
        return looked

    def write(self, looked: Looked, *, force: bool = False) -> RunReport:
        """Write a plan, read back what was written, and see whether the books tie."""
        if looked.exceeded and not force:
            raise PipelineError(
                "limits",
                f"The plan is over its limits: {'; '.join(looked.exceeded)}.",
                "Look at it with drawdown plan; raise the limits in the settings, or use --force.",
            )
        pushed = push(
            self.gateway,
            looked.plan,
            looked.pulled,
            lease=Lease(owner=owner(), seconds=self.settings.lease_seconds),
            batch_size=self.settings.batch_size,
            progress=self.progress.writing,
            stop_requested=self.stop_requested,
        )
        log.info(
            "pushed",
            company=looked.plan.company_id,
            run=pushed.run_id,
            stopped=pushed.stopped,
            **{status.value: number for status, number in pushed.counts.items() if number},
        )
        books = None
        differences: tuple[Difference, ...] = ()
        unverified = pushed.stopped
        if not pushed.stopped:
            try:
                differences = self._verify(looked, pushed)
                books = self.books(looked.pulled)
            except GatewayError as trouble:
                unverified = str(trouble)
        return run_report(
            looked.report,
            looked.plan,
            pushed,
            differences,
            books,
            unverified=unverified,
            seconds=time.monotonic() - looked.started,
            calls=self.gateway.calls - looked.calls,
        )

    def _verify(self, looked: Looked, pushed: PushReport) -> tuple[Difference, ...]:
        """Read back what was written."""
        self.progress.step("verifying")
        return verify(
            self.gateway,
            looked.plan,
            looked.pulled,
            pushed,
            batch_size=self.settings.batch_size,
        )

    def run(self, company: CompanyRef, as_of: date, *, force: bool = False) -> RunReport:
        """What the nightly job does for one company."""
        return self.write(self.look(company, as_of), force=force)

    def books(self, pulled: Pulled) -> BooksView:
        """Whether the ledger and the open lots tie, per client and account."""
        self.progress.step("comparing the books")
        return books_view(tie(self.gateway, pulled))


@contextmanager
def opened(
    settings: Settings, progress: Progress, stop_requested: Callable[[], bool] = lambda: False
) -> Iterator[Service]:
    """A service with an open door, which is closed in the end."""
    progress.step(f"connecting to {settings.url}")
    gateway = connect(settings)
    try:
        yield Service(settings, gateway, progress, stop_requested)
    finally:
        gateway.close()


def owner() -> str:
    """Which installation of the service runs, for the people who read a run's record."""
    return f"{platform.node() or 'drawdown'} (process {os.getpid()})"


def _hello(gateway: Gateway) -> dict[str, Any]:
    """Ask the module who it is; refuse one that speaks another contract."""
    answer = gateway.call(GATEWAY, "hello", repeatable=True)
    if not isinstance(answer, dict) or not isinstance(answer.get("companies"), list):
        raise BadAnswer("Odoo answered hello with something else.", retryable=False)
    if answer.get("contract") != CONTRACT:
        raise Incompatible(
            f"The module retainer_billing speaks contract {answer.get('contract')!r}, this service"
            f" {CONTRACT}.",
            remedy="Use the module and the service of the same release.",
        )
    return answer
