"""The year-end list: every open lot with what was decided about it, undecided first.

An advance's remainder needs a decision: return, keep, or recognise (rule 15). A fee needs none: it
is earned by its terms. The list is tied to the ledger, so that nothing open is missing from it.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from sync.domain.advances import Advance, Decision
from sync.domain.books import OpenLot
from sync.domain.ledger import LotKind
from sync.domain.money import ZERO, Currency
from sync.domain.value import Exact, Value
from sync.report.blocks import (
    Amount,
    Block,
    Facts,
    Message,
    Row,
    Table,
    Tone,
    amounts,
    counts,
    days,
    files_only,
    texts,
)
from sync.report.text import counted

UNDECIDED = "undecided"
FOREIGN = "not ours"
UNPAID = "unpaid request"
EARNED = "earned by its terms"
ORDER = (UNDECIDED, FOREIGN, "return", "keep", "recognise", UNPAID, EARNED)


class ShownOpenLot(Value):
    """A lot that is open on the day."""

    decision: str
    client_id: int | None
    client: str
    engagement: str
    document: str
    line_id: int
    advance: str
    since: date
    age_days: int
    matures_on: date | None
    open: Exact
    """In the lot's currency, what is unpaid of a request included."""
    unpaid: Exact
    currency: str
    digits: int
    open_in_books: Exact
    decided_by: str
    decided_on: date | None
    why: str
    evidence: str


class YearEndReport(Value):
    """Every open lot of a company on a day, and whether they are all that the ledger has."""

    company_id: int
    company: str
    on: date
    lots: tuple[ShownOpenLot, ...]
    undecided: int
    undecided_in_books: Exact
    total_in_books: Exact
    ledger: Exact
    """Balance of the liability accounts."""
    difference: Exact
    """Ledger less the lots: what is on the accounts and no lot."""
    currency: str
    digits: int

    def money(self, amount: Decimal) -> Amount:
        """An amount in the company's currency."""
        return Amount(amount=amount, currency=self.currency, digits=self.digits)


def year_end_report(
    *,
    company_id: int,
    company: str,
    on: date,
    lots: Iterable[OpenLot],
    advances: Mapping[int, Advance],
    ledger: Decimal,
    currency: Currency,
    clients: Mapping[int, str],
    engagements: Mapping[int, str],
) -> YearEndReport:
    """The list; ``ledger``: the balance of all liability accounts at the end of that day."""
    shown = [
        _lot(each, on, advances.get(each.posting.advance_id or 0), clients, engagements)
        for each in lots
    ]
    shown.sort(key=lambda each: (ORDER.index(each.decision), each.client, each.since, each.line_id))
    undecided = [each for each in shown if each.decision == UNDECIDED]
    total = sum((each.open_in_books for each in shown), ZERO)
    return YearEndReport(
        company_id=company_id,
        company=company,
        on=on,
        lots=tuple(shown),
        undecided=len(undecided),
        undecided_in_books=currency.round(sum((each.open_in_books for each in undecided), ZERO)),
        total_in_books=currency.round(total),
        ledger=currency.round(ledger),
        difference=currency.round(ledger - total),
        currency=currency.code,
        digits=currency.digits,
    )


def _lot(
    lot: OpenLot,
    on: date,
    advance: Advance | None,
    clients: Mapping[int, str],
    engagements: Mapping[int, str],
) -> ShownOpenLot:
    posting = lot.posting
    since = lot.received_on or posting.day
    decision = _decision(lot, advance)
    decided = advance if advance and decision in (each.value for each in Decision) else None
    return ShownOpenLot(
        decision=decision,
        client_id=posting.client_id,
        client=clients.get(posting.client_id or 0, ""),
        engagement=engagements.get(posting.document.engagement_id or 0, ""),
        document=posting.document.shown,
        line_id=posting.id,
        advance=advance.name if advance else "",
        since=since,
        age_days=max(0, (on - since).days),
        matures_on=advance.maturity if advance else posting.document.service_end,
        open=lot.open,
        unpaid=lot.unpaid,
        currency=posting.currency.code,
        digits=posting.currency.digits,
        open_in_books=lot.open_company,
        decided_by=decided.decided_by if decided else "",
        decided_on=decided.decided_on if decided else None,
        why=_why(lot, advance, decision),
        evidence=_evidence(lot, advance),
    )


def _decision(lot: OpenLot, advance: Advance | None) -> str:
    if lot.foreign:
        return FOREIGN
    if lot.posting.kind is LotKind.unearned:
        return EARNED
    if not lot.owing:
        return UNPAID
    if advance is None or advance.decision is Decision.undecided:
        return UNDECIDED
    return advance.decision.value


def _why(lot: OpenLot, advance: Advance | None, decision: str) -> str:
    if decision == EARNED:
        start, end = lot.posting.document.service_start, lot.posting.document.service_end
        return f"billed for {start} to {end}" if start and end else "billed"
    if decision == FOREIGN:
        return "drawdown verify says what to do"
    if decision == UNPAID:
        due = advance.due_on if advance else None
        return f"due on {due}" if due else "not paid yet"
    if decision == UNDECIDED:
        return "return it, keep it, or recognise it: enter the decision on the advance"
    assert advance is not None, "a decision is taken on an advance"
    amount = advance.decision_amount
    part = f"{advance.currency.text(amount)} of it: " if amount else ""
    return f"{part}{advance.decision_note}"


def _evidence(lot: OpenLot, advance: Advance | None) -> str:
    """What the ledger itself says: where it comes from, and what became of it."""
    posting = lot.posting
    text = posting.currency.text
    parts = [f"{posting.document.shown} of {posting.day}, {text(posting.amount)}"]
    if lot.received_on and lot.received_on != posting.day:
        parts.append(f"paid from {lot.received_on} on")
    taken = posting.amount - lot.open
    if taken:
        last = max(day for day, _, _ in lot.takes)
        parts.append(f"{text(taken)} taken, last on {last}")
    if advance is not None:
        parts.append("refundable" if advance.refundable else "not refundable")
    return "; ".join(parts)


def year_end_blocks(report: YearEndReport) -> list[Block]:
    """The list and its tie."""
    return [
        Facts(
            tag="year-end",
            title=f"Open lots of {report.company} on {report.on}",
            pairs=(
                ("company", f"{report.company} ({report.company_id})"),
                ("on", report.on.isoformat()),
                ("open in books", report.money(report.total_in_books).text),
                ("ledger", report.money(report.ledger).text),
                ("difference", report.money(report.difference).text),
            ),
        ),
        _table(report),
        _verdict(report),
    ]


def _table(report: YearEndReport) -> Table:
    return Table(
        tag="lot",
        title="Open lots",
        columns=(
            *files_only(*texts("company"), *counts("client id", "line id")),
            *texts("decision", "client", "engagement", "document", "advance"),
            *days("since"),
            *counts("age"),
            *days("matures on"),
            *amounts("open", "of it unpaid"),
            *amounts("open in books", currency="books currency"),
            *texts("decided by"),
            *days("decided on"),
            *texts("why"),
        ),
        detail="evidence",
        rows=tuple(
            Row(
                cells=(
                    report.company,
                    each.client_id,
                    each.line_id,
                    each.decision,
                    each.client or "no client",
                    each.engagement,
                    each.document,
                    each.advance,
                    each.since,
                    each.age_days,
                    each.matures_on,
                    Amount(amount=each.open, currency=each.currency, digits=each.digits),
                    Amount(amount=each.unpaid, currency=each.currency, digits=each.digits),
                    report.money(each.open_in_books),
                    each.decided_by,
                    each.decided_on,
                    each.why,
                ),
                detail=each.evidence,
                tone=Tone.bad if each.decision in (UNDECIDED, FOREIGN) else Tone.plain,
            )
            for each in report.lots
        ),
    )


def _verdict(report: YearEndReport) -> Message:
    if report.difference:
        text = (
            f"The ledger has {report.money(report.difference).text} that are in no lot:"
            " drawdown verify says what they are."
        )
        return Message(tag="summary", text=text, tone=Tone.bad)
    if report.undecided:
        text = (
            f"{counted(report.undecided, 'lot')} undecided,"
            f" {report.money(report.undecided_in_books).text}."
        )
        return Message(tag="summary", text=text, tone=Tone.warn)
    return Message(tag="summary", text="Every remainder is decided.", tone=Tone.good)
