"""Rule 17: statements. A month closes once; a closed statement never changes.

It closes in order, after its last day and the days that the company keeps it open for late time,
and only together with the invoices that bill it: while one of them is held, the month stays open.
"""

from dataclasses import replace
from functools import partial

from sync.domain import hours
from sync.domain.documents import (
    LotLine,
    LotSource,
    Role,
    Statement,
    StatementState,
)
from sync.domain.keys import key, month_source
from sync.domain.later import Later
from sync.rules.case import Case, Findings, Month
from sync.rules.forecast import runs_out_on
from sync.rules.why import reasons


def close(case: Case, found: Findings) -> Findings:
    """A statement for every month, closed or open; overage waits for the months before it."""
    held = {invoice.month for invoice in found.invoices if invoice.held}
    statements = []
    closing = True
    open_months = set()
    for month in found.months:
        closing = closing and case.as_of >= month.closes_on and month.first not in held
        if not closing:
            open_months.add(month.first)
        statements.append(_statement(case, month, closed=closing))
    ready = tuple(
        invoice
        for invoice in found.invoices
        if invoice.role is not Role.overage or invoice.held or invoice.month not in open_months
    )
    requests = tuple(each for each in found.requests if each.overage_month not in open_months)
    found = replace(found, invoices=ready, requests=requests)
    return found.plus(statements=tuple(statements))


def _statement(case: Case, month: Month, *, closed: bool) -> Statement:
    drawn = sum(lot.drawn for lot in month.lots)
    rolled_out = sum(lot.closing for lot in month.lots) if month.ended else 0
    return Statement(
        key=key(case.company.id, case.engagement.id, "statement", month_source(month.first)),
        engagement_id=case.engagement.id,
        date_start=month.start,
        date_end=month.end,
        state=StatementState.closed if closed else StatementState.open,
        currency=case.engagement.currency,
        allocated=month.granted,
        rolled_in=month.rolled_in,
        available=month.available,
        used=month.used,
        remaining=month.available - drawn,
        overage=month.overage,
        expired=sum(lot.lapsed for lot in month.lots),
        rolled_out=rolled_out,
        late=month.late,
        utilization=hours.utilization(month.used, month.available),
        fee=month.fee,
        overage_amount=month.overage_amount,
        runs_out_on=runs_out_on(case, month),
        lots=_lot_lines(month) + _deficit(month),
        entry_ids=month.entry_ids if closed else (),
        reasons=Later(partial(reasons, case, month)),
    )


def _lot_lines(month: Month) -> tuple[LotLine, ...]:
    return tuple(
        LotLine(
            source=lot.source,
            granted_on=lot.granted_on,
            expires_on=lot.expires_on,
            block_id=lot.block_id,
            granted=lot.granted,
            opening=lot.opening,
            drawn=lot.drawn,
            lapsed=lot.lapsed,
            closing=lot.closing,
            draws=month.draws.get(lot.id, ()),
        )
        for lot in month.lots
    )


def _deficit(month: Month) -> tuple[LotLine, ...]:
    """What the month leaves owed, as a line of its own."""
    if not month.deficit:
        return ()
    return (
        LotLine(
            source=LotSource.deficit,
            granted_on=month.start,
            granted=month.deficit,
            opening=month.deficit,
            closing=month.deficit,
        ),
    )
