"""The contract-liability roll-forward for people, programs and spreadsheets. Rows add up."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from sync.books.rollforward import Movement, RollForward, RollRow, RollTie
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

COLUMNS = {
    Movement.billed: "received and billed",
    Movement.taken_over: "taken over",
    Movement.restored: "restored",
    Movement.from_opening: "recognised from opening",
    Movement.from_period: "recognised from period",
    Movement.passed_on: "passed on to fees",
    Movement.breakage: "breakage",
    Movement.returned: "returned",
    Movement.currency: "currency",
    Movement.reclassified: "reclassified",
    Movement.unexplained: "unexplained",
}


class ShownRoll(Value):
    """One client, engagement and account; reductions are negative, so that a row adds up."""

    kind: str
    account_id: int
    account: str
    client_id: int | None
    client: str
    engagement_id: int | None
    engagement: str
    opening: Exact
    movements: dict[str, Exact]
    closing: Exact
    unpaid_opening: Exact
    """Requests that were not paid, within the opening balance."""
    unpaid_closing: Exact


class ShownTie(Value):
    """What an account and client come to, and what the ledger says."""

    account: str
    client_id: int | None
    client: str
    closing: Exact
    ledger: Exact
    difference: Exact


class ShownUnexplained(Value):
    """A line that no column explains."""

    document: str
    document_id: int
    line_id: int
    day: date
    account: str
    client: str
    amount: Exact
    why: str


class RollReport(Value):
    """A period of one company."""

    company_id: int
    company: str
    first: date
    last: date
    currency: str
    digits: int
    rows: tuple[ShownRoll, ...]
    totals: tuple[ShownRoll, ...]
    """Per account, over all clients."""
    ties: tuple[ShownTie, ...]
    difference: Exact
    """Of all ties, without sign; zero when every one agrees."""
    unexplained: tuple[ShownUnexplained, ...]
    drafts: int
    drafted: Exact

    @property
    def ties_with_ledger(self) -> bool:
        """Whether every account and client ends with what the ledger says."""
        return not self.difference

    def money(self, amount: Decimal) -> Amount:
        """An amount in the company's currency."""
        return Amount(amount=amount, currency=self.currency, digits=self.digits)


def roll_report(
    found: RollForward,
    company_id: int,
    company: str,
    accounts: Mapping[int, str],
    clients: Mapping[int, str],
    engagements: Mapping[int, str],
) -> RollReport:
    """The roll-forward with its names, by account, client and engagement."""
    currency = found.currency

    def row(each: RollRow) -> ShownRoll:
        return ShownRoll(
            kind=each.kind.value,
            account_id=each.account_id,
            account=accounts.get(each.account_id, ""),
            client_id=each.client_id,
            client=clients.get(each.client_id or 0, ""),
            engagement_id=each.engagement_id,
            engagement=engagements.get(each.engagement_id or 0, ""),
            opening=currency.round(each.opening),
            movements={name.value: currency.round(each.moved(name)) for name in COLUMNS},
            closing=currency.round(each.closing),
            unpaid_opening=currency.round(each.unpaid_opening),
            unpaid_closing=currency.round(each.unpaid_closing),
        )

    rows = sorted(
        (row(each) for each in found.rows),
        key=lambda each: (each.account, each.client, each.engagement),
    )
    ties = tuple(_tie(each, accounts, clients, currency) for each in found.ties)
    return RollReport(
        company_id=company_id,
        company=company,
        first=found.first,
        last=found.last,
        currency=currency.code,
        digits=currency.digits,
        rows=tuple(rows),
        totals=_totals(rows),
        ties=ties,
        difference=currency.round(sum((abs(each.difference) for each in ties), ZERO)),
        unexplained=tuple(
            ShownUnexplained(
                document=each.posting.document.shown,
                document_id=each.posting.document.id,
                line_id=each.posting.id,
                day=each.posting.day,
                account=accounts.get(each.posting.account_id, ""),
                client=clients.get(each.posting.client_id or 0, ""),
                amount=each.amount,
                why=each.why,
            )
            for each in found.unexplained
        ),
        drafts=found.drafts,
        drafted=currency.round(found.drafted),
    )


def _tie(
    tie: RollTie, accounts: Mapping[int, str], clients: Mapping[int, str], currency: Currency
) -> ShownTie:
    return ShownTie(
        account=accounts.get(tie.account_id, ""),
        client_id=tie.client_id,
        client=clients.get(tie.client_id or 0, ""),
        closing=currency.round(tie.closing),
        ledger=currency.round(tie.ledger),
        difference=currency.round(tie.difference),
    )


def _totals(rows: list[ShownRoll]) -> tuple[ShownRoll, ...]:
    groups: dict[int, list[ShownRoll]] = {}
    for each in rows:
        groups.setdefault(each.account_id, []).append(each)

    def total(some: list[ShownRoll]) -> ShownRoll:
        first = some[0]
        return first.model_copy(
            update={
                "client_id": None,
                "client": "all clients",
                "engagement_id": None,
                "engagement": "",
                "opening": sum((each.opening for each in some), ZERO),
                "movements": {
                    name: sum((each.movements[name] for each in some), ZERO)
                    for name in first.movements
                },
                "closing": sum((each.closing for each in some), ZERO),
                "unpaid_opening": sum((each.unpaid_opening for each in some), ZERO),
                "unpaid_closing": sum((each.unpaid_closing for each in some), ZERO),
            }
        )

    return tuple(total(some) for some in groups.values())


def roll_blocks(report: RollReport) -> list[Block]:
    """Rows, totals, the tie with the ledger, and what nothing explains."""
    return [
        Facts(
            tag="rollforward",
            title=f"Contract liabilities of {report.company}, {report.first} to {report.last}",
            pairs=(
                ("company", f"{report.company} ({report.company_id})"),
                ("from", report.first.isoformat()),
                ("to", report.last.isoformat()),
            ),
        ),
        _rows(report, "roll", "Roll-forward", report.rows),
        _rows(report, "total", "Per account", report.totals),
        _ties(report),
        _unexplained(report),
        *_notes(report),
        _verdict(report),
    ]


def _rows(report: RollReport, tag: str, title: str, rows: tuple[ShownRoll, ...]) -> Table:
    return Table(
        tag=tag,
        title=title,
        columns=(
            *files_only(*texts("company"), *counts("account id", "client id", "engagement id")),
            *texts("account", "client", "engagement"),
            *amounts(
                "opening",
                *COLUMNS.values(),
                "closing",
                "of it unpaid at opening",
                "of it unpaid at closing",
            ),
        ),
        rows=tuple(
            Row(
                cells=(
                    report.company,
                    each.account_id,
                    each.client_id,
                    each.engagement_id,
                    each.account,
                    each.client or "no client",
                    each.engagement,
                    report.money(each.opening),
                    *(report.money(each.movements[name.value]) for name in COLUMNS),
                    report.money(each.closing),
                    report.money(each.unpaid_opening),
                    report.money(each.unpaid_closing),
                ),
                tone=Tone.warn if each.movements[Movement.unexplained.value] else Tone.plain,
            )
            for each in rows
        ),
    )


def _ties(report: RollReport) -> Table:
    return Table(
        tag="tie",
        title="Tied to the ledger",
        columns=(
            *files_only(*texts("company"), *counts("client id")),
            *texts("account", "client"),
            *amounts("closing", "ledger", "difference"),
        ),
        rows=tuple(
            Row(
                cells=(
                    report.company,
                    each.client_id,
                    each.account,
                    each.client or "no client",
                    report.money(each.closing),
                    report.money(each.ledger),
                    report.money(each.difference),
                ),
                tone=Tone.bad if each.difference else Tone.plain,
            )
            for each in report.ties
        ),
    )


def _unexplained(report: RollReport) -> Table:
    return Table(
        tag="unexplained",
        title="What no column explains",
        columns=(
            *files_only(*texts("company"), *counts("document id", "line id")),
            *texts("document"),
            *days("date"),
            *texts("account", "client"),
            *amounts("amount"),
        ),
        detail="why",
        rows=tuple(
            Row(
                cells=(
                    report.company,
                    each.document_id,
                    each.line_id,
                    each.document,
                    each.day,
                    each.account,
                    each.client or "no client",
                    report.money(each.amount),
                ),
                detail=f"{each.why}; drawdown verify says what to do",
                tone=Tone.warn,
            )
            for each in report.unexplained
        ),
    )


def _notes(report: RollReport) -> list[Block]:
    if not report.drafts:
        return []
    entries = counted(report.drafts, "entry", "entries")
    text = f"{entries} awaiting review would move {report.money(report.drafted).text}; in no figure"
    return [Message(tag="note", text=f"{text}.", tone=Tone.warn)]


def _verdict(report: RollReport) -> Message:
    difference = report.money(report.difference).text
    if not report.ties_with_ledger:
        text = f"It does not tie with the ledger: difference {difference}."
        return Message(tag="summary", text=text, tone=Tone.bad)
    text = f"Tied to the ledger: difference {difference}."
    if report.unexplained:
        text += f" {counted(len(report.unexplained), 'line')} unexplained."
        return Message(tag="summary", text=text, tone=Tone.warn)
    return Message(tag="summary", text=text, tone=Tone.good)
