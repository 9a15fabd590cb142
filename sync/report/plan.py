"""A plan for people: what goes out, what waits, and why."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol, TypeVar

from sync.domain import hours
from sync.domain.advances import AdvanceRequest
from sync.domain.documents import Alert, ApprovalRequest, Quotation, Reasons
from sync.domain.money import ZERO
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot
from sync.domain.value import Value
from sync.plan.changes import Action, Change, Plan
from sync.report.blocks import Block, Facts, Message, Row, Table, Tone, texts
from sync.report.entries import ShownEntry, entry_table, planned_entries
from sync.report.invoices import (
    ShownInvoice,
    by_client,
    held,
    held_table,
    invoice_table,
    planned,
    totals,
)
from sync.report.issues import (
    Parked,
    ShownConflict,
    ShownIssue,
    conflict_table,
    issue_table,
    latest_issues,
    parked_of,
    parked_table,
    shown_conflict,
    shown_issue,
)
from sync.report.names import Names
from sync.report.statement import ShownStatement, shown_statement, statement_table
from sync.report.text import counted
from sync.report.unusual import unusual

FOLLOWS = (
    "Once this stands, draws of advances, recognition and requests follow from it: drawdown run"
    " does them in the same run, otherwise plan again."
)


class Notice(Value):
    """A quotation or an alert that is to be written."""

    key: str
    kind: str
    client: str
    engagement: str
    engagement_id: int
    message: str
    severity: str = ""
    reasons: Reasons = ()


class PlanReport(Value):
    """Everything that one run would do to one company, and what it would leave."""

    company_id: int
    company: str
    as_of: date
    checksum: str
    invoices: tuple[ShownInvoice, ...]
    totals: dict[str, str]
    held: tuple[ShownInvoice, ...]
    conflicts: tuple[ShownConflict, ...]
    issues: tuple[ShownIssue, ...]
    parked: tuple[Parked, ...]
    statements: tuple[ShownStatement, ...]
    """All statements that are not closed yet, changed or not."""
    statements_to_write: tuple[str, ...]
    quotations: tuple[Notice, ...]
    requests: tuple[Notice, ...]
    """Approvals of overage to ask the client for."""
    entries: tuple[ShownEntry, ...]
    """Draws, recognition, breakage: what follows from the documents that stand."""
    advances: tuple[Notice, ...]
    """Advances to be made, since what was advanced is nearly consumed."""
    alerts: tuple[Notice, ...]
    follows: bool = False
    """Whether draws, recognition or requests may follow once this stands."""
    exceeded: tuple[str, ...] = ()
    """The limits that the plan is over: it is refused unless forced."""
    unusual: tuple[str, ...] = ()
    """What stands out of it then."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (
            self.invoices
            or self.statements_to_write
            or self.quotations
            or self.requests
            or self.entries
            or self.advances
            or self.alerts
        )

    @property
    def attention(self) -> bool:
        """Whether somebody has to act before everything is billed."""
        return bool(self.held or self.conflicts or self.parked)


def plan_report(
    snapshot: Snapshot,
    outcome: Outcome,
    plan: Plan,
    exceeded: tuple[str, ...] = (),
    *,
    follows: bool = False,
) -> PlanReport:
    """The plan with the names of what it is about."""
    names = Names(snapshot)
    invoices = planned(plan, names)
    return PlanReport(
        company_id=plan.company_id,
        company=snapshot.company.name,
        as_of=plan.as_of,
        checksum=plan.checksum,
        invoices=invoices,
        totals=totals(each for each in invoices if each.action != Action.withdraw),
        held=held(plan, names),
        conflicts=tuple(shown_conflict(each, names) for each in plan.conflicts),
        issues=tuple(shown_issue(each, names) for each in plan.issues),
        parked=parked_of(plan, names),
        statements=tuple(
            sorted(
                (shown_statement(each, names) for each in outcome.statements),
                key=lambda each: (each.client, each.engagement_id, each.date_start),
            )
        ),
        statements_to_write=tuple(
            change.statement.key for change in plan.changes if change.statement
        ),
        quotations=tuple(_notice(each, names) for each in plan.changes if each.quotation),
        requests=tuple(_notice(each, names) for each in plan.changes if each.request),
        entries=planned_entries(plan, names),
        advances=tuple(_notice(each, names) for each in plan.changes if each.advance),
        alerts=tuple(
            _notice(each, names)
            for each in plan.changes
            if each.alert is not None and not each.alert.quiet
        ),
        follows=follows,
        exceeded=exceeded,
        unusual=unusual(invoices, plan.as_of) if exceeded else (),
    )


def together(reports: Sequence[PlanReport]) -> PlanReport:
    """What the waves of one run did, as one plan; what nobody wrote is as the last one has it."""
    first, last = reports[0], reports[-1]
    invoices = by_client(_latest(each.invoices for each in reports))
    written = {each.key for each in invoices}
    return first.model_copy(
        update={
            "invoices": invoices,
            "totals": totals(each for each in invoices if each.action != Action.withdraw),
            "held": tuple(
                each for each in _latest(each.held for each in reports) if each.key not in written
            ),
            "conflicts": _latest(each.conflicts for each in reports),
            "issues": latest_issues([each.issues for each in reports]),
            "parked": last.parked,
            "statements": _latest(each.statements for each in reports),
            "statements_to_write": tuple(
                dict.fromkeys(key for each in reports for key in each.statements_to_write)
            ),
            "quotations": _latest(each.quotations for each in reports),
            "requests": _latest(each.requests for each in reports),
            "entries": _latest(each.entries for each in reports),
            "advances": _latest(each.advances for each in reports),
            "alerts": _latest(each.alerts for each in reports),
        }
    )


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


Keyed = TypeVar("Keyed", bound=_Keyed)


def _latest(groups: Iterable[tuple[Keyed, ...]]) -> tuple[Keyed, ...]:
    """Each once, as it was seen last."""
    return tuple({each.key: each for group in groups for each in group}.values())


def _notice(change: Change, names: Names) -> Notice:
    document = change.document
    common = {
        "key": document.key,
        "client": names.client(document.engagement_id),
        "engagement": names.engagement(document.engagement_id),
        "engagement_id": document.engagement_id,
    }
    match document:
        case Alert():
            return Notice(
                kind=document.kind, message=document.message, severity=document.severity, **common
            )
        case ApprovalRequest():
            currency = names.currency(document.engagement_id)
            amount = currency.text(document.amount) if currency else f"{document.amount:,}"
            message = f"{document.name}: {hours.text(document.seconds)} h, {amount}"
            return Notice(kind="approval", message=message, reasons=document.reasons, **common)
        case AdvanceRequest():
            return Notice(
                kind="advance",
                message=f"{document.currency.text(document.amount)}, to be requested from"
                f" {document.request_on} on",
                reasons=document.reasons,
                **common,
            )
        case Quotation():
            total = sum((line.amount for line in document.lines), start=ZERO)
            text = ", ".join(line.text for line in document.lines)
            return Notice(
                kind="quotation",
                message=f"{text}: {document.currency.text(total)}",
                reasons=document.reasons,
                **common,
            )
    raise AssertionError(f"{document.key} is no notice")


def plan_blocks(report: PlanReport) -> list[Block]:
    """The answer to the question of the 28th."""
    return [
        Facts(
            tag="plan",
            title=f"Plan for {report.company}, as of {report.as_of}",
            pairs=(
                ("company", f"{report.company} ({report.company_id})"),
                ("as of", report.as_of.isoformat()),
                ("checksum", report.checksum),
            ),
        ),
        invoice_table(report.invoices, "Invoices to go out", written=False),
        entry_table(report.entries, "Journal entries to write", written=False),
        *rest_of_plan(report),
        *([Message(tag="follows", text=FOLLOWS)] if report.follows else []),
        summary(report),
        *(
            Message(tag="limit", text=f"Over the limits: {each}", tone=Tone.bad)
            for each in report.exceeded
        ),
        *(Message(tag="unusual", text=f"What stands out: {each}") for each in report.unusual),
    ]


class Findings(Protocol):
    """What a plan and a run's report both say besides invoices."""

    @property
    def held(self) -> tuple[ShownInvoice, ...]: ...
    @property
    def conflicts(self) -> tuple[ShownConflict, ...]: ...
    @property
    def issues(self) -> tuple[ShownIssue, ...]: ...
    @property
    def parked(self) -> tuple[Parked, ...]: ...
    @property
    def statements(self) -> tuple[ShownStatement, ...]: ...
    @property
    def quotations(self) -> tuple[Notice, ...]: ...
    @property
    def requests(self) -> tuple[Notice, ...]: ...
    @property
    def advances(self) -> tuple[Notice, ...]: ...
    @property
    def alerts(self) -> tuple[Notice, ...]: ...


def rest_of_plan(report: Findings, *, done: bool = False) -> list[Block]:
    """What a plan says besides its invoices: what waits, what is wrong, where the hours stand.

    ``done`` says that it is a run that tells it.
    """
    return [
        held_table(report.held),
        conflict_table(report.conflicts),
        issue_table(report.issues),
        parked_table(report.parked),
        statement_table(report.statements),
        _notices("quotation", "Draft quotations for extra work", report.quotations),
        _notices(
            "request", f"Approvals of overage {'asked' if done else 'to ask'} for", report.requests
        ),
        _notices("advance", f"Advances {'made' if done else 'to make'}", report.advances),
        _notices("alert", "Alerts raised" if done else "Alerts to raise", report.alerts),
    ]


def _notices(tag: str, title: str, notices: tuple[Notice, ...]) -> Table:
    return Table(
        tag=tag,
        title=title,
        columns=texts("kind", "client", "engagement", "key"),
        detail="message",
        rows=tuple(
            Row(
                cells=(each.kind, each.client, each.engagement, each.key),
                detail=each.message,
                tone=Tone.warn if each.severity == "warning" else Tone.plain,
            )
            for each in notices
        ),
    )


def summary(report: PlanReport) -> Message:
    """One line that says it all."""
    if report.empty and not report.attention:
        return Message(tag="summary", text="Nothing to do: Odoo has everything.", tone=Tone.good)
    parts = what(report, always=True)
    waits = [
        f"{number} {name}"
        for number, name in (
            (len(report.held), "held"),
            (len(report.conflicts), "in conflict"),
            (len(report.parked), "parked"),
        )
        if number
    ]
    text = f"{', '.join(parts)} to write" + (f"; {', '.join(waits)}" if waits else "") + "."
    return Message(tag="summary", text=text, tone=Tone.warn if report.attention else Tone.good)


def what(report: PlanReport, *, always: bool = False) -> list[str]:
    """How many documents of each kind; invoices ``always``."""
    amounts = ", ".join(report.totals.values())
    parts = []
    if report.invoices or always:
        parts.append(
            counted(len(report.invoices), "invoice") + (f" ({amounts})" if amounts else "")
        )
    for number, noun, plural in (
        (len(report.entries), "journal entry", "journal entries"),
        (len(report.statements_to_write), "statement", ""),
        (len(report.quotations), "quotation", ""),
        (len(report.requests), "approval request", ""),
        (len(report.advances), "advance", ""),
        (len(report.alerts), "alert", ""),
    ):
        if number:
            parts.append(counted(number, noun, plural))
    return parts
