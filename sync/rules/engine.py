"""The rules in their order.

snapshot ── allocate ──▶ cases
case     ── for each open month: MONTH_RULES ──▶ months
         ── ENGAGEMENT_RULES ──▶ invoices, quotations, alerts, issues
all      ── client_po, po_of_drafts ──▶ which invoices are held, which drafts need another order
case     ── close ──▶ statements
all      ── money: MONEY_RULES ──▶ entries, advances, what invoices deduct
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from sync.domain.calendar import last_of
from sync.domain.collector import collector_paused
from sync.domain.documents import Invoice, LotSource
from sync.domain.engagement import Kind
from sync.domain.issues import Issue, Severity
from sync.domain.keys import month_source
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot
from sync.rules.allocate import allocate, uncounted
from sync.rules.case import Case, EngagementRule, Findings, HourLot, Month, MonthRule
from sync.rules.check import check, claimed_twice
from sync.rules.client_po import client_po, nearly_used
from sync.rules.close import close
from sync.rules.correct import corrections, credit
from sync.rules.drain_hours import drain_hours
from sync.rules.fee import fee, fee_days, hour_blocks
from sync.rules.grant import grant, segments
from sync.rules.milestone import milestone
from sync.rules.money import money
from sync.rules.notices import notices
from sync.rules.odd_time import odd_time
from sync.rules.out_of_scope import out_of_scope
from sync.rules.overage import overage, price_overage
from sync.rules.po_of_drafts import po_of_drafts
from sync.rules.recharge import recharge
from sync.rules.recommend import recommendation
from sync.rules.roll_over import roll_over
from sync.rules.usage import usage

MONTH_RULES: tuple[MonthRule, ...] = (grant, credit, drain_hours, price_overage, roll_over)
"""What happens to the hours of one month of a retainer, in this order."""

RETAINER_RULES: tuple[EngagementRule, ...] = (
    fee,
    hour_blocks,
    overage,
    corrections,
    usage,
    recommendation,
)
"""What a retainer bills and says."""

ENGAGEMENT_RULES: tuple[EngagementRule, ...] = (
    milestone,
    out_of_scope,
    recharge,
    odd_time,
    notices,
)
"""What every engagement may bill."""


@collector_paused()
def evaluate(snapshot: Snapshot, as_of: date) -> Outcome:
    """Everything that should exist by ``as_of``. Pure: the same input, the same outcome."""
    cases, issues = allocate(snapshot, as_of)
    issues += [*snapshot.problems, *claimed_twice(snapshot)]
    parked = {issue.engagement_id for issue in issues if issue.parks}

    found: dict[int, Findings] = {}
    for case in cases:
        if case.engagement.id in parked:
            continue
        problems = check(case)
        issues += problems
        if any(issue.parks for issue in problems):
            parked.add(case.engagement.id)
            continue
        findings = _engagement(case)
        if any(issue.parks for issue in findings.issues):
            parked.add(case.engagement.id)
            findings = Findings(issues=findings.issues)
        found[case.engagement.id] = findings

    drafts = tuple(invoice for each in found.values() for invoice in each.invoices)
    checked, po_issues = client_po(snapshot, drafts)
    issues += [*po_issues, *po_of_drafts(snapshot, checked, parked)]
    invoices: dict[int, list[Invoice]] = defaultdict(list)
    for invoice in checked:
        invoices[invoice.engagement_id].append(invoice)
    closed = []
    for case in cases:
        each = found.get(case.engagement.id)
        if each is not None:
            own = tuple(invoices[case.engagement.id])
            closed.append(close(case, replace(each, invoices=own)))
    billed = Outcome(
        as_of=as_of,
        invoices=tuple(
            sorted(
                (invoice for each in closed for invoice in each.invoices),
                key=lambda invoice: (invoice.invoice_date, invoice.key),
            )
        ),
        statements=tuple(statement for each in closed for statement in each.statements),
        quotations=tuple(quotation for each in closed for quotation in each.quotations),
        requests=tuple(request for each in closed for request in each.requests),
        alerts=(
            *(alert for each in closed for alert in each.alerts),
            *nearly_used(snapshot, checked),
        ),
        issues=(*issues, *(issue for each in closed for issue in each.issues)),
        parked=tuple(sorted(each for each in parked if each is not None)),
    )
    everything = money(snapshot, as_of, billed)
    return everything.model_copy(update={"issues": _in_order(everything.issues)})


def hours_of(case: Case) -> tuple[Month, ...]:
    """The open months of a retainer, each handed what the month before it left."""
    done: list[Month] = []
    counted = 0
    raised = fee_days(case)
    for first in case.open_months:
        cut = segments(case, first)
        if not cut:
            continue
        month = Month(
            first=first,
            start=cut[0].start,
            end=cut[-1].end,
            segments=cut,
            entries=case.entries[counted : (until := _until(case, first))],
            ended=case.as_of > last_of(first),
            closes_on=max(
                last_of(first) + timedelta(days=1 + case.company.close_after_days),
                raised.get(first, first),
            ),
            given_back=done[-1].given_back if done else {},
            lots=_carried(done[-1]) if done else _restored(case),
            deficit=done[-1].deficit if done else _restored_deficit(case),
        )
        counted = until
        for rule in MONTH_RULES:
            month = rule(case, month)
        done.append(month)
    return tuple(done)


def _until(case: Case, month: date) -> int:
    """Where the time after the month begins; what is late counts in the first open month."""
    return bisect_right(case.entries, last_of(month), key=lambda entry: entry.day)


def _engagement(case: Case) -> Findings:
    found = Findings()
    rules = ENGAGEMENT_RULES
    if case.engagement.kind is Kind.retainer:
        found = replace(found, months=hours_of(case), issues=uncounted(case))
        rules = RETAINER_RULES + rules
    for rule in rules:
        found = rule(case, found)
    return found


def _carried(month: Month) -> tuple[HourLot, ...]:
    """The lots with which the next month opens."""
    return tuple(
        lot._replace(opening=lot.closing, drawn=0, lapsed=0) for lot in month.lots if lot.closing
    )


def _restored(case: Case) -> tuple[HourLot, ...]:
    """The lots that the last closed statement left."""
    if case.last_closed is None:
        return ()
    names = {LotSource.allowance: "", LotSource.correction: "-correction"}
    return tuple(
        HourLot(
            id=f"b{line.block_id}"
            if line.source is LotSource.block
            else month_source(line.granted_on) + names[line.source],
            source=line.source,
            granted_on=line.granted_on,
            expires_on=line.expires_on,
            granted=line.granted,
            opening=line.closing,
            block_id=line.block_id,
        )
        for line in case.last_closed.lots
        if line.closing and line.source is not LotSource.deficit
    )


def _restored_deficit(case: Case) -> int:
    """The hours that the last closed statement left owed."""
    if case.last_closed is None:
        return 0
    return sum(line.closing for line in case.last_closed.lots if line.source is LotSource.deficit)


def _in_order(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """Blockers first, then by record; each once."""
    ranks = list(Severity)
    unique = dict.fromkeys(issues)
    return tuple(
        sorted(
            unique,
            key=lambda issue: (
                ranks.index(issue.severity),
                issue.engagement_id or 0,
                issue.source.model,
                issue.source.id,
                issue.code,
            ),
        )
    )
