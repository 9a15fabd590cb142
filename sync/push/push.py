"""Write a plan into Odoo, exactly once, whatever the line does.

A document's key is fixed before it is sent, and Odoo writes a key once. So after an answer that
never came, the keys are looked up, and only what is not there is sent again.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mappings.as_read import AsRead
from mappings.gateway import GATEWAY
from mappings.outgoing import Document
from mappings.pulled import Pulled
from mappings.retainer_sync_run import FOLLOWS
from sync.odoo.errors import (
    GatewayError,
    Overloaded,
    Rejected,
    ServerFault,
)
from sync.odoo.gateway import Gateway
from sync.plan.changes import Change, Plan
from sync.push import answers
from sync.push.batches import Unit, batches, payload, units
from sync.push.lease import HeldLease, Lease, LeaseLost, lease_is_lost
from sync.push.report import PushReport, Result, Status

BATCH_SIZE = 200
MOST_IN_A_CALL = 2000
"""What the gateway takes at once."""

_ATTEMPTS = 4
_LONGEST_WAIT = 60.0
_MOST_REFUSED = 10
"""Units that Odoo may fail on, each alone, before it is Odoo that has a problem and not they."""
_LONGEST_LOG = 20_000

Progress = Callable[[int, int], None]
"""Told how many documents have an answer, and how many there are."""
Check = Callable[[Plan, Pulled, PushReport], None]
"""Told what became of a batch, once it has its answers. Never raises."""


def push(
    gateway: Gateway,
    plan: Plan,
    pulled: Pulled,
    *,
    lease: Lease,
    batch_size: int = BATCH_SIZE,
    progress: Progress | None = None,
    stop_requested: Callable[[], bool] = lambda: False,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> PushReport:
    """Write one plan; the report has one result per document.

    An empty plan only leaves the record of its run. ``stop_requested`` is asked between batches; a
    push that was stopped is completed by the next run. Raises ``LeaseHeld``, and ``GatewayError``
    where nothing was sent yet; later trouble is in the report.
    """
    run = Run(
        gateway,
        lease,
        batch_size=batch_size,
        progress=progress,
        stop_requested=stop_requested,
        clock=clock,
        sleep=sleep,
    )
    with run:
        run.write(plan, pulled)
    return run.report


@dataclass
class Run:
    """One run's writing: one lease and one record in Odoo, whatever number of plans follow.

    Used as a context; at its end the lease is given back with what became of all plans. Where no
    plan had anything to write, that only leaves the record of a run that found nothing to do.
    """

    gateway: Gateway
    lease: Lease
    batch_size: int = BATCH_SIZE
    progress: Progress | None = None
    stop_requested: Callable[[], bool] = lambda: False
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    after_batch: Check = lambda *_: None
    written: list[tuple[Plan, PushReport]] = field(default_factory=list)
    """Each plan, and what became of it."""
    stopped: str = ""
    """Why it ended before its last document."""
    follows: int = 0
    """Documents that follow from what was written, and that are left to the next run."""
    _begun: Plan | None = None
    """The first plan."""
    _held: HeldLease | None = None
    _notes: list[str] = field(default_factory=list)
    _unfinished: bool = False
    _recorded: int | None = None

    def __enter__(self) -> "Run":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        # A kill from outside (KeyboardInterrupt too) still gives the lease back where it can.
        if kind is not None:
            self.stop(f"it ended early ({kind.__name__}); the next run completes it")
        self._finish()

    @property
    def run_id(self) -> int:
        """Its record in Odoo; 0 = none yet."""
        return self._recorded or (self._held.run_id if self._held is not None else 0)

    def begin(self, plan: Plan) -> None:
        """Take the lease of the plan's company. Raises ``LeaseHeld`` and ``GatewayError``."""
        if self._held is None:
            self._held = HeldLease(
                self.gateway, self.lease, plan.company_id, plan.as_of, self.clock
            )
            self._begun = self._begun or plan

    def stop(self, why: str) -> None:
        """Say that it ends although there is more to do; nothing said, nothing done."""
        self.stopped = self.stopped or why

    def write(self, plan: Plan, pulled: Pulled) -> PushReport:
        """Write a plan. Raises ``LeaseHeld``, and ``GatewayError`` before anything was sent."""
        assert plan.company_id == pulled.snapshot.company.id, "plan and snapshot: two companies"
        if plan.empty:
            self._begun = self._begun or plan
            self.written.append((plan, PushReport()))
            return PushReport()
        self.begin(plan)
        assert self._held is not None, "it has begun"
        work = _Push(self.gateway, plan, pulled, self._held, self.sleep, self.after_batch)
        try:
            work.run(min(self.batch_size, MOST_IN_A_CALL), self.progress, self.stop_requested)
        finally:
            report = work.report()
            self.written.append((plan, report))
            self.stop(report.stopped)
            self._unfinished = self._unfinished or work.unfinished
        return report

    def note(self, text: str) -> None:
        """Say in the report, and in the run's record in Odoo, what else somebody should know."""
        self._notes.append(text)

    @property
    def report(self) -> PushReport:
        """What became of all documents, in the order in which they were sent."""
        reports = [report for _, report in self.written]
        return PushReport(
            results=tuple(result for each in reports for result in each.results),
            run_id=self.run_id or None,
            stopped=self.stopped,
            notes=(*self._notes, *(note for each in reports for note in each.notes)),
        )

    def _finish(self) -> None:
        first = self._begun
        if first is None:
            return
        report = self.report
        if self._held is None:
            answer = self.gateway.call(
                GATEWAY,
                "record_run",
                repeatable=False,
                company_id=first.company_id,
                as_of=first.as_of.isoformat(),
                owner=self.lease.owner,
                checksum=first.checksum,
                counters=_counters(self.written),
                log="nothing to do",
            )
            self._recorded = answer if type(answer) is int else None
            return
        note = self._held.finish(
            "failed" if self.stopped or self._unfinished else "done",
            first.checksum,
            _counters(self.written or [(first, PushReport())])
            | ({FOLLOWS: self.follows} if self.follows else {}),
            _log(report),
        )
        if note:
            self._notes.append(note)


@dataclass
class _Push:
    """The state of one push."""

    gateway: Gateway
    plan: Plan
    pulled: Pulled
    held: HeldLease
    sleep: Callable[[float], None]
    after_batch: Check
    results: dict[str, Result] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    stopped: str = ""
    refused: int = 0
    """Units that Odoo could not digest at all."""
    unfinished: bool = True
    _once_more: list[Unit] = field(default_factory=list)
    """Refused units that are tried again at the end: what they need may have been written since,
    and a notice that is not written now may never be found again."""
    _ending: bool = False
    _as_read: AsRead = field(init=False)

    def __post_init__(self) -> None:
        self._as_read = AsRead(self.pulled.snapshot)

    def run(
        self, batch_size: int, progress: Progress | None, stop_requested: Callable[[], bool]
    ) -> None:
        """Send batch after batch until the end, a stop, or trouble that does not pass."""
        total = len(self.plan.changes)
        try:
            for batch in batches(units(self.plan.changes), batch_size):
                if stop_requested():
                    self.stopped = "a stop was asked for; the next run completes the work"
                    break
                self.held.keep()
                self._write(batch)
                if progress is not None:
                    progress(len(self.results), total)
                self._check(batch)
            self._try_refused_again(stop_requested)
        except LeaseLost as lost:
            self.stopped = str(lost)
        except GatewayError as trouble:
            self.stopped = str(trouble)
        self.unfinished = False

    def _try_refused_again(self, stop_requested: Callable[[], bool]) -> None:
        self._ending = True
        tried: list[Unit] = []
        for unit in self._once_more:
            if self.stopped or stop_requested():
                break
            self.held.keep()
            self._write([unit])
            tried.append(unit)
        if tried:
            self._check(tried)

    def _check(self, batch: list[Unit]) -> None:
        results = (self.results.get(change.key) for change in _changes(batch))
        self.after_batch(
            self.plan, self.pulled, PushReport(results=tuple(each for each in results if each))
        )

    def report(self) -> PushReport:
        """The results so far, in the plan's order."""
        return PushReport(
            results=tuple(
                self.results.get(change.key, Result(key=change.key, status=Status.not_sent))
                for change in self.plan.changes
            ),
            run_id=self.held.run_id,
            stopped=self.stopped,
            notes=tuple(self.notes),
        )

    def _write(self, batch: list[Unit]) -> None:
        """Write some units; those that cannot even be put into Odoo's terms are set aside."""
        documents: dict[str, Document] = {}
        sendable: list[Unit] = []
        for unit in batch:
            for each in payload(unit, self.pulled.books, self._as_read):
                if isinstance(each, Result):
                    self.results[each.key] = each
                else:
                    documents[each["key"]] = each
            if all(change.key in documents for change in unit):
                sendable.append(unit)
        if sendable:
            self._send(sendable, documents, frozenset())

    def _send(
        self, batch: list[Unit], documents: dict[str, Document], sent: frozenset[str]
    ) -> None:
        """Send units, again where that is safe, until each document has an answer.

        ``sent``: keys that an earlier call carried whose answer never came.
        """
        left = batch
        for attempt in range(1, _ATTEMPTS + 1):
            changes = _changes(left)
            try:
                answer = self.gateway.call(
                    GATEWAY,
                    "apply",
                    repeatable=False,
                    company_id=self.plan.company_id,
                    run_id=self.held.run_id,
                    token=self.held.token,
                    documents=[documents[change.key] for change in changes],
                )
                self._take(answers.of_apply(answer, changes, sent))
                return
            except (Rejected, ServerFault) as refused:
                if isinstance(refused, Rejected) and lease_is_lost(refused):
                    raise LeaseLost(refused.message) from None
                self._split(left, documents, sent, refused)
                return
            except GatewayError as trouble:
                if trouble.unclear:
                    sent |= {change.key for change in changes}
                last = attempt == _ATTEMPTS or not (trouble.unclear or trouble.retryable)
                if last and not trouble.unclear:
                    self._give_up(changes, sent, trouble.what)
                    raise
                self.notes.append(f"{len(changes)} documents: {trouble.what}")
                self.sleep(_wait(attempt, trouble))
                try:
                    if trouble.unclear:
                        left = self._look_up(left, documents)
                    if not left:
                        return
                    if not last:
                        self.held.keep()
                except (GatewayError, LeaseLost) as worse:
                    self._give_up(_changes(left), sent, str(worse))
                    raise
                if last:
                    self._give_up(_changes(left), sent, trouble.what)
                    raise

    def _look_up(self, batch: list[Unit], documents: dict[str, Document]) -> list[Unit]:
        """Note what was written although its answer never came; the units to send again."""
        changes = _changes(batch)
        answer = self.gateway.call(
            GATEWAY,
            "lookup",
            repeatable=True,
            company_id=self.plan.company_id,
            keys=[change.key for change in changes],
        )
        found = answers.of_lookup(answer, changes, documents)
        left = [unit for unit in batch if any(change.key not in found for change in unit)]
        again = {change.key for change in _changes(left)}
        self._take([result for key, result in found.items() if key not in again])
        self.notes.append(
            f"looked up {len(changes)} documents: {len(changes) - len(again)} were written,"
            f" {len(again)} are sent again"
        )
        return left

    def _split(
        self,
        batch: list[Unit],
        documents: dict[str, Document],
        sent: frozenset[str],
        refused: Rejected | ServerFault,
    ) -> None:
        """Odoo refused the call as a whole: find the unit that it cannot digest, write the rest."""
        if len(batch) == 1:
            if not self._ending:
                self._once_more.append(batch[0])
                self.refused += 1
            if self.refused > _MOST_REFUSED:
                raise refused
            code = "refused" if isinstance(refused, Rejected) else "server_fault"
            self._take(
                [
                    Result(
                        key=change.key,
                        status=Status.rejected,
                        code=code,
                        reason=str(refused)[:1000],
                    )
                    for change in batch[0]
                ]
            )
            return
        middle = len(batch) // 2
        for half in (batch[:middle], batch[middle:]):
            self.held.keep()
            self._send(half, documents, sent)

    def _give_up(self, changes: Sequence[Change], sent: frozenset[str], trouble: str) -> None:
        """Say of each document without an answer whether it may stand in Odoo."""
        self._take(
            [
                Result(
                    key=change.key,
                    status=Status.unknown if change.key in sent else Status.not_sent,
                    reason=trouble[:1000],
                )
                for change in changes
            ]
        )

    def _take(self, results: Sequence[Result]) -> None:
        for result in results:
            self.results[result.key] = result


def _changes(batch: Sequence[Unit]) -> list[Change]:
    return [change for unit in batch for change in unit]


def _wait(attempt: int, trouble: GatewayError) -> float:
    """Seconds before the next attempt: what the server asked for, or 1, 2, 4…"""
    asked = trouble.wait if isinstance(trouble, Overloaded) else None
    return min(asked if asked is not None else float(2 ** (attempt - 1)), _LONGEST_WAIT)


def _counters(written: Sequence[tuple[Plan, PushReport]]) -> dict[str, int]:
    """What became of all plans together; what nobody wrote is that of the last one."""
    counts: Counter[Status] = Counter()
    for _, report in written:
        counts.update(report.counts)
    last = written[-1][0]
    named = {status.value: number for status, number in counts.items() if number}
    return {
        "created": counts[Status.created] + counts[Status.replaced],
        "unchanged": counts[Status.unchanged],
        "conflict": counts[Status.conflict] + len(last.conflicts),
        "rejected": counts[Status.rejected],
        "issues": len(last.issues),
        "held": len(last.held),
        "parked": len(last.parked),
        **{name: number for name, number in named.items() if name not in _COUNTED},
    }


_COUNTED = ("created", "unchanged", "conflict", "rejected")


def _log(report: PushReport) -> str:
    """What a person looks for in the run's record: why it stopped, and what was not written.

    A long list of those is cut; what was forced and how unclear answers were cleared up is not.
    """
    lines = [*([report.stopped] if report.stopped else []), *report.notes]
    lines += [
        f"{result.status.value} {result.key}: {result.reason or result.code}"
        for result in report.results
        if result.status in (Status.conflict, Status.rejected, Status.unknown)
    ]
    text = "\n".join(lines) or "all written"
    return text if len(text) <= _LONGEST_LOG else text[: _LONGEST_LOG - 1] + "…"
