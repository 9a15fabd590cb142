"""The nightly report: what was written, what was not and why, and whether the books tie."""

from datetime import date
from decimal import Decimal
from typing import TypeVar

from sync.domain.value import Exact, Value
from sync.plan.changes import Plan
from sync.push import Difference, PushReport
from sync.push.report import WRITTEN, Result, Status
from sync.report.blocks import Block, Facts, Message, Row, Table, Tone, texts
from sync.report.entries import ShownEntry, entry_table
from sync.report.invoices import ShownInvoice, invoice_table, totals
from sync.report.issues import Parked, ShownConflict, ShownIssue
from sync.report.plan import Notice, PlanReport, rest_of_plan
from sync.report.statement import ShownStatement
from sync.report.text import counted
from sync.report.unearned import BooksView, books_blocks

Numbered = TypeVar("Numbered", ShownInvoice, ShownEntry)

NOT_WRITTEN = (Status.rejected, Status.not_sent, Status.unknown)


class NotWritten(Value):
    """A document that Odoo or a check refused, or that was not reached."""

    key: str
    status: str
    code: str
    client: str
    engagement: str
    engagement_id: int
    reason: str


class ShownDifference(Value):
    """A field that stands otherwise in Odoo than it was planned."""

    key: str
    number: str
    field: str
    planned: str
    actual: str


class RunReport(Value):
    """One company's run."""

    company_id: int
    company: str
    as_of: date
    checksum: str
    run_id: int | None
    waves: int = 1
    """How often the run looked and wrote: draws and recognition follow what was posted."""
    written: tuple[ShownInvoice, ...]
    """Invoices and credit notes that stand in Odoo now, with their numbers."""
    totals: dict[str, str]
    entries: tuple[ShownEntry, ...]
    """Journal entries that stand in Odoo now, with their numbers."""
    held: tuple[ShownInvoice, ...]
    conflicts: tuple[ShownConflict, ...]
    not_written: tuple[NotWritten, ...]
    issues: tuple[ShownIssue, ...]
    parked: tuple[Parked, ...]
    statements: tuple[ShownStatement, ...]
    quotations: tuple[Notice, ...]
    requests: tuple[Notice, ...]
    advances: tuple[Notice, ...]
    alerts: tuple[Notice, ...]
    counts: dict[str, int]
    """Documents of all kinds per answer: created, replaced, unchanged, conflict, rejected…"""
    stopped: str
    notes: tuple[str, ...]
    differences: tuple[ShownDifference, ...]
    books: BooksView | None
    """None when the books could not be looked at."""
    follows: str = ""
    """What the next plan holds because of this one; empty = nothing, or it was not looked at."""
    unverified: str
    """Why what was written was not read back; empty when it was."""
    seconds: Exact
    calls: int

    @property
    def attention(self) -> bool:
        """Whether somebody has to act before everything is billed."""
        trouble = self.held or self.conflicts or self.parked or self.not_written
        strange = self.books is not None and self.books.foreign
        return bool(trouble or strange or self.stopped or self.unverified)

    @property
    def tied(self) -> bool:
        """Whether what was written stands as planned and the books tie."""
        return not self.differences and (self.books is None or self.books.ties)


def run_report(
    plan: PlanReport,
    raw: Plan,
    pushed: PushReport,
    differences: tuple[Difference, ...],
    books: BooksView | None,
    *,
    unverified: str = "",
    waves: int = 1,
    follows: str = "",
    seconds: float,
    calls: int,
) -> RunReport:
    """What a run did, from its plan and Odoo's answers."""
    results = {result.key: result for result in pushed.results}
    written = tuple(
        _numbered(each, results[each.key])
        for each in plan.invoices
        if results[each.key].status in (*WRITTEN, Status.withdrawn)
    )
    entries = tuple(
        _numbered(each, results[each.key])
        for each in plan.entries
        if results[each.key].status in (*WRITTEN, Status.withdrawn)
    )
    names = _who(plan, raw)
    return RunReport(
        company_id=plan.company_id,
        company=plan.company,
        as_of=plan.as_of,
        checksum=plan.checksum,
        run_id=pushed.run_id,
        waves=waves,
        written=written,
        totals=totals(each for each in written if each.action != Status.withdrawn),
        entries=entries,
        held=plan.held,
        conflicts=(
            *plan.conflicts,
            *(
                _conflict(result, *names[result.key])
                for result in pushed.results
                if result.status is Status.conflict
            ),
        ),
        not_written=tuple(
            _not_written(result, *names[result.key])
            for result in pushed.results
            if result.status in NOT_WRITTEN
        ),
        issues=plan.issues,
        parked=plan.parked,
        statements=plan.statements,
        quotations=_written(plan.quotations, results),
        requests=_written(plan.requests, results),
        advances=_written(plan.advances, results),
        alerts=_written(plan.alerts, results),
        counts={status.value: number for status, number in pushed.counts.items() if number},
        stopped=pushed.stopped,
        notes=pushed.notes,
        differences=tuple(
            ShownDifference(
                key=each.key,
                number=each.name,
                field=each.field,
                planned=each.planned,
                actual=each.actual,
            )
            for each in differences
        ),
        books=books,
        follows=follows,
        unverified=unverified,
        seconds=Decimal(f"{seconds:.1f}"),
        calls=calls,
    )


def _written(notices: tuple[Notice, ...], results: dict[str, Result]) -> tuple[Notice, ...]:
    """Those that stand in Odoo now."""
    return tuple(each for each in notices if results[each.key].status in WRITTEN)


def _numbered(document: Numbered, result: Result) -> Numbered:
    return document.model_copy(
        update={"number": result.name, "id": result.id, "action": result.status.value}
    )


def _who(plan: PlanReport, raw: Plan) -> dict[str, tuple[str, str, int]]:
    """Client, engagement and its id of every document of the plan."""
    known: dict[int, tuple[str, str]] = {}
    for group in (plan.invoices, plan.statements):
        known |= {each.engagement_id: (each.client, each.engagement) for each in group}
    entries = {each.key: each for each in plan.entries}
    for notices in (plan.quotations, plan.requests, plan.advances, plan.alerts):
        known |= {each.engagement_id: (each.client, each.engagement) for each in notices}
    found = {}
    for change in raw.changes:
        engagement_id = change.document.engagement_id
        client, engagement = known.get(engagement_id, ("", ""))
        if change.key in entries:
            client, engagement = entries[change.key].client, entries[change.key].engagement
        found[change.key] = (client, engagement, engagement_id)
    return found


def _conflict(result: Result, client: str, engagement: str, engagement_id: int) -> ShownConflict:
    what = result.reason or "a person changed it in Odoo; nothing was written"
    return ShownConflict(
        key=result.key,
        code=result.code,
        client=client,
        engagement=engagement,
        engagement_id=engagement_id,
        message=what,
    )


def _not_written(result: Result, client: str, engagement: str, engagement_id: int) -> NotWritten:
    return NotWritten(
        key=result.key,
        status=result.status.value,
        code=result.code,
        client=client,
        engagement=engagement,
        engagement_id=engagement_id,
        reason=result.reason,
    )


def run_blocks(report: RunReport) -> list[Block]:
    """The nightly report."""
    blocks: list[Block] = [
        Facts(
            tag="run",
            title=f"Run for {report.company}, as of {report.as_of}",
            pairs=(
                ("company", f"{report.company} ({report.company_id})"),
                ("as of", report.as_of.isoformat()),
                ("run", str(report.run_id or "")),
                ("checksum", report.checksum),
            ),
        ),
        invoice_table(report.written, "Invoices written", written=True),
        entry_table(report.entries, "Journal entries written", written=True),
        _not_written_table(report.not_written),
        *rest_of_plan(report, done=True),
        *(Message(tag="note", text=each) for each in report.notes),
        _difference_table(report.differences),
    ]
    if report.books is not None:
        blocks += books_blocks(report.books, report.company)
    if report.stopped:
        blocks.append(
            Message(tag="stopped", text=f"Stopped early: {report.stopped}", tone=Tone.bad)
        )
    elif report.unverified:
        text = f"Written, but not read back: {report.unverified}"
        blocks.append(Message(tag="unverified", text=text, tone=Tone.bad))
    if report.follows:
        blocks.append(Message(tag="follows", text=report.follows))
    return [*blocks, _summary(report)]


def _not_written_table(rows: tuple[NotWritten, ...]) -> Table:
    return Table(
        tag="rejected",
        title="Not written",
        columns=texts("status", "code", "client", "engagement", "key"),
        detail="reason",
        rows=tuple(
            Row(
                cells=(each.status, each.code, each.client, each.engagement, each.key),
                detail=each.reason,
                tone=Tone.bad,
            )
            for each in rows
        ),
    )


def _difference_table(differences: tuple[ShownDifference, ...]) -> Table:
    return Table(
        tag="difference",
        title="Written otherwise than planned",
        columns=texts("number", "field", "planned", "actual", "key"),
        rows=tuple(
            Row(
                cells=(each.number, each.field, each.planned, each.actual, each.key),
                tone=Tone.bad,
            )
            for each in differences
        ),
    )


def _summary(report: RunReport) -> Message:
    """One line that says it all: the subject of the nightly mail."""
    amounts = ", ".join(report.totals.values())
    written = counted(len(report.written), "invoice") + (f" ({amounts})" if amounts else "")
    counts = ", ".join(f"{number} {name}" for name, number in report.counts.items())
    parts = [
        f"{written} written" if report.counts else "Nothing to do: Odoo has everything",
        f"documents: {counts}" if counts else "",
        f"{len(report.held)} held" if report.held else "",
        counted(len(report.conflicts), "conflict") if report.conflicts else "",
        f"{len(report.not_written)} not written" if report.not_written else "",
        f"{len(report.parked)} parked" if report.parked else "",
        counted(report.waves, "wave") if report.waves > 1 else "",
        f"{report.seconds} s, {counted(report.calls, 'call')}",
    ]
    tone = Tone.good
    if report.attention:
        tone = Tone.warn
    if not report.tied:
        tone = Tone.bad
    return Message(tag="summary", text="; ".join(part for part in parts if part) + ".", tone=tone)
