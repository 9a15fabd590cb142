"""What the service does through one open door to Odoo.

observe ─▶ evaluate ─▶ diff ─▶ review ─▶ apply ─▶ verify, one company at a time. Nothing is kept
between two runs: each starts from what Odoo holds.
"""

import os
import platform
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from mappings import retainer_sync_run
from mappings.fields import clean, shown
from mappings.gateway import GATEWAY
from sync import logs
from sync.books import check_books
from sync.odoo.connect import connect
from sync.odoo.errors import BadAnswer, GatewayError, Incompatible
from sync.odoo.gateway import Gateway
from sync.pipeline.companies import CompanyRef, listed, named
from sync.pipeline.errors import PipelineError
from sync.pipeline.looked import Looked, look
from sync.pipeline.waves import MOST, Ran, in_waves, whole
from sync.plan.changes import Plan
from sync.plan.limits import Limits
from sync.pull import Pulled, pull
from sync.push import Difference, Lease, PushReport, Run, verify
from sync.report.check import CheckReport, CompanyCheck, Finding, finding
from sync.report.plan import together, what
from sync.report.progress import Progress
from sync.report.run import RunReport, run_report
from sync.report.unearned import BooksView, books_view
from sync.settings import Settings

CONTRACT = 1
NO_LIMIT = Decimal(10) ** 18
_LATEST = 100
"""Runs among which the last is sought that left nothing to the next."""
_READINGS = 3
"""How often a company is read before it is said that somebody keeps writing to it."""

log = logs.get("drawdown")


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
    clock: Callable[[], float] = time.monotonic
    """Counts seconds and never goes back."""
    sleep: Callable[[float], None] = time.sleep

    _seen: set[int] = field(default_factory=set)
    """Companies of which it is known that the service user sees all there is."""

    def __post_init__(self) -> None:
        self.hello = _hello(self.gateway)

    def companies(self, wanted: str | None = None) -> list[CompanyRef]:
        """The company asked for, else those of the settings, else the only one there is."""
        seen = self.hello.companies
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
            findings = self._findings("preflight", company)
            checks.append(
                CompanyCheck(company_id=company.id, company=company.name, findings=findings)
            )
        return CheckReport(
            url=self.settings.url,
            database=self.settings.database,
            protocol=self.gateway.protocol,
            server_version=self.hello.server_version,
            addon_version=self.hello.addon_version,
            contract=CONTRACT,
            user=self.hello.user,
            companies=tuple(checks),
        )

    def pull(self, company: CompanyRef, as_of: date) -> Pulled:
        """Everything the rules need about a company; refused where rows of it are hidden."""
        started = self.clock()
        self._see_all(company)
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
            seconds=round(self.clock() - started, 2),
        )
        return pulled

    def _see_all(self, company: CompanyRef) -> None:
        """Odoo hides rows by rules and says nothing; what is not seen would not be billed."""
        if company.id in self._seen:
            return
        found = self._findings("hidden", company)
        if found:
            raise PipelineError("hidden", found[0].message, found[0].remedy)
        self._seen.add(company.id)

    def _findings(self, method: str, company: CompanyRef) -> tuple[Finding, ...]:
        answer = self.gateway.call(GATEWAY, method, repeatable=True, company_id=company.id)
        rows = answer if isinstance(answer, list) else [answer]
        found = [finding(row) for row in rows]
        if not all(found):
            raise BadAnswer(f"Odoo answered {method} with something else.", retryable=False)
        return tuple(each for each in found if each)

    def look(
        self, company: CompanyRef, as_of: date, before: Sequence[Plan] = (), *, held: bool = False
    ) -> Looked:
        """Read a company and plan for it. Writes nothing. ``before``: written by the same run;
        ``held``: under our own lease, which keeps others out.

        Odoo answers each call as of its own moment. Where another run wrote in the middle of the
        reading, facts of before and after stand side by side, so all is read again.
        """
        started, calls = self.clock(), self.gateway.calls
        reading = 1
        while (
            looked := self._read_once(company, as_of, before, held=held, last=reading == _READINGS)
        ) is None:
            if reading == _READINGS:
                raise PipelineError(
                    "busy",
                    f"Another run writes to {company.name} while this one reads.",
                    "Try again when it has ended; drawdown status shows it.",
                )
            log.info("read again", company=company.id, reason="facts changed while they were read")
            self.sleep(float(reading))
            reading += 1
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

    def _read_once(
        self, company: CompanyRef, as_of: date, before: Sequence[Plan], *, held: bool, last: bool
    ) -> Looked | None:
        """One reading, and what the rules make of it; None where it was disturbed.

        A defect of the rules shows in the last reading as in the others.
        """
        signs = retainer_sync_run.NO_SIGNS if held else self._signs(company)
        pulled = self.pull(company, as_of)
        if not held and signs != self._signs(company):
            return None
        self.progress.step("evaluating")
        try:
            return replace(look(pulled, as_of, limits_of(self.settings), before), signs=signs)
        except AssertionError:
            if last and not signs.under_way:
                raise
            return None

    def _signs(self, company: CompanyRef, besides: int = 0) -> retainer_sync_run.Signs:
        """How far the runs of a company are, but one: while that stays as it is, none of them
        writes anything.
        """
        return retainer_sync_run.signs(
            self.gateway.read_group(
                retainer_sync_run.MODEL,
                retainer_sync_run.others(company.id, besides),
                retainer_sync_run.BY_STATE,
                retainer_sync_run.SIGNS,
            )
        )

    def look_again(self, plan: Plan) -> Looked:
        """Read and plan again for the same day; refused where that is not the same plan."""
        (company,) = self.companies(str(plan.company_id))
        looked = self.look(company, plan.as_of)
        if looked.plan.checksum != plan.checksum:
            raise _stale(plan, company.name)
        return looked

    def run(self, looked: Looked, *, force: bool = False) -> RunReport:
        """What the nightly job does for one company: write and look again, wave after wave."""
        return self._write(looked, force=force, most=MOST)

    def apply(self, looked: Looked, *, force: bool = False) -> RunReport:
        """Write exactly that plan, and say what follows from it."""
        return self._write(looked, force=force, most=1)

    def _write(self, looked: Looked, *, force: bool, most: int) -> RunReport:
        """Write a plan and what follows from it, in so many waves at most.

        What was written is read back after each batch; in the end the books are compared.
        """
        _within_limits(looked, force=force)
        company = CompanyRef(looked.plan.company_id, looked.pulled.snapshot.company.name)
        checked = _Checked(self)
        run = Run(
            self.gateway,
            Lease(owner=owner(), seconds=self.settings.lease_seconds),
            batch_size=self.settings.batch_size,
            progress=self.progress.writing,
            stop_requested=self.stop_requested,
            clock=self.clock,
            sleep=self.sleep,
            after_batch=checked.batch,
        )
        with run:
            looked = self._under_lease(run, company, looked, force=force, exactly=most == 1)
            ran = in_waves(
                run,
                looked,
                lambda before: self.look(company, looked.plan.as_of, before, held=True),
                force=force,
                most=most,
            )
        return self._report(looked, ran, run.report, checked)

    def _under_lease(
        self, run: Run, company: CompanyRef, looked: Looked, *, force: bool, exactly: bool
    ) -> Looked:
        """The look that is written: another one where some run wrote between the first and our
        lease. ``exactly``: that is refused where it comes to another plan.
        """
        if looked.plan.empty:
            return looked
        run.begin(looked.plan)
        if looked.signs == self._signs(company, besides=run.run_id):
            return looked
        log.info("read again", company=company.id, reason="another run wrote since it was read")
        again = self.look(company, looked.plan.as_of, held=True)
        if exactly and again.plan.checksum != looked.plan.checksum:
            raise _stale(looked.plan, company.name)
        _within_limits(again, force=force)
        return replace(again, started=looked.started, calls=looked.calls)

    def _report(
        self, looked: Looked, ran: Ran, pushed: PushReport, checked: "_Checked"
    ) -> RunReport:
        """What the run did, and whether the books tie now."""
        log.info(
            "pushed",
            company=looked.plan.company_id,
            run=pushed.run_id,
            waves=len(ran.waves),
            stopped=pushed.stopped,
            **{status.value: number for status, number in pushed.counts.items() if number},
        )
        stopped = next((each.report.stopped for each in ran.waves if each.report.stopped), "")
        books, unverified = None, checked.unverified or stopped
        if not unverified:
            try:
                books = self._books_after(ran)
            except GatewayError as trouble:
                unverified = str(trouble)
        reports = [each.looked.report for each in ran.waves]
        reports += [ran.left.report] if ran.left is not None else []
        return run_report(
            together(reports),
            whole(ran),
            pushed,
            tuple(checked.differences),
            books,
            unverified=unverified,
            waves=len(ran.waves),
            follows=_follows(ran),
            seconds=self.clock() - looked.started,
            calls=self.gateway.calls - looked.calls,
        )

    def _books_after(self, ran: Ran) -> BooksView:
        """Whether the books tie after a run, by what its last look saw.

        Where more follows that this run does not write, the rules are asked as they were before it.
        """
        last = ran.waves[-1].looked
        if ran.left is not None and ran.follows is None:
            last = ran.left
        return self.books(last.pulled, last.plan.as_of, last.outcome.parked)

    def books(self, pulled: Pulled, as_of: date | None, parked: Collection[int] = ()) -> BooksView:
        """Whether ledger, open lots and rules agree, per client and account.

        ``as_of``: the day up to which a run has recognised revenue; None = there was no run.
        """
        self.progress.step("comparing the books")
        return books_view(check_books(self.gateway, pulled, as_of, parked))

    def verify(self, company: CompanyRef, as_of: date) -> BooksView:
        """The same, apart from any run: by the rules as of the last one."""
        pulled = self.pull(company, as_of)
        found = self.gateway.search_read(
            retainer_sync_run.MODEL,
            retainer_sync_run.done_by(company.id, as_of),
            retainer_sync_run.DAY_FIELDS,
            limit=_LATEST,
            order=retainer_sync_run.NEWEST_DAY,
        )
        last = next(filter(None, map(retainer_sync_run.whole_day, found)), None)
        parked = look(pulled, as_of, limits_of(self.settings)).outcome.parked
        return self.books(pulled, last, parked)


def _within_limits(looked: Looked, *, force: bool) -> None:
    if looked.exceeded and not force:
        raise PipelineError(
            "limits",
            f"The plan is over its limits: {'; '.join(looked.exceeded)}.",
            "Look at it with drawdown plan; raise the limits in the settings, or use --force.",
        )


def _stale(plan: Plan, company: str) -> PipelineError:
    return PipelineError(
        "stale",
        f"The plan of {plan.as_of} for {company} is stale: Odoo has changed since.",
        "Plan again, review, and apply the new plan.",
    )


def _follows(ran: Ran) -> str:
    """What the last look found to do, in general terms."""
    if ran.left is None or ran.follows is None or ran.stopped:
        return ""
    report = replace(ran.left, plan=ran.follows).report
    return f"This follows now: {', '.join(what(report))}. drawdown run does it, or plan again."


class _Checked:
    """What was written, read back batch by batch."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.differences: list[Difference] = []
        self.unverified = ""

    def batch(self, plan: Plan, pulled: Pulled, report: PushReport) -> None:
        """Read back what a batch wrote."""
        if self.unverified:
            return
        self._service.progress.step("verifying")
        try:
            self.differences += verify(
                self._service.gateway,
                plan,
                pulled,
                report,
                batch_size=self._service.settings.batch_size,
                page_size=self._service.settings.page_size,
            )
        except GatewayError as trouble:
            self.unverified = str(trouble)


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


@dataclass(frozen=True)
class Hello:
    """What the module says of itself, and the companies that the service user may work in."""

    companies: list[CompanyRef]
    server_version: str
    addon_version: str
    user: str


def _hello(gateway: Gateway) -> Hello:
    """Ask the module who it is; refuse one that speaks another contract."""
    answer = gateway.call(GATEWAY, "hello", repeatable=True)
    listed_ = answer.get("companies") if isinstance(answer, dict) else None
    if not isinstance(listed_, list) or not all(map(_is_company, listed_)):
        raise BadAnswer("Odoo answered hello with something else.", retryable=False)
    if answer.get("contract") != CONTRACT:
        raise Incompatible(
            f"The module retainer_billing speaks contract {shown(answer.get('contract'))}, this"
            f" service {CONTRACT}.",
            remedy="Use the module and the service of the same release.",
        )
    texts = {each: clean(str(answer.get(each) or "")) for each in _TOLD}
    return Hello([CompanyRef(each["id"], clean(each["name"])) for each in listed_], **texts)


_TOLD = ("server_version", "addon_version", "user")


def _is_company(row: object) -> bool:
    return (
        isinstance(row, dict)
        and type(row.get("id")) is int
        and row["id"] > 0
        and isinstance(row.get("name"), str)
    )
