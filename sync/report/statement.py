"""The statement of a retainer's month: what the client reads to know where the hours stand.

Its rows are those of every retainer statement: allocated, rolled over, available, used, remaining,
utilisation, and the overage with its price.
"""

from datetime import date

from sync.domain import hours
from sync.domain.calendar import month_text
from sync.domain.documents import LotLine, Reasons, Statement
from sync.domain.money import Currency
from sync.domain.value import Exact, Value
from sync.report.blocks import (
    Amount,
    Block,
    Facts,
    Markup,
    Row,
    Table,
    Tone,
    amounts,
    days,
    durations,
    percents,
    texts,
)
from sync.report.names import Names
from sync.report.text import safe


class ShownStatement(Value):
    """One month of one retainer. Hours are seconds; money is in ``currency``."""

    key: str
    client: str
    engagement: str
    engagement_id: int
    month: str
    """``2025-03``."""
    date_start: date
    date_end: date
    state: str
    """``open`` or ``closed``; ``closing`` for a month that the next run closes."""
    currency: str
    digits: int
    allocated: int
    rolled_in: int
    available: int
    used: int
    late: int
    remaining: int
    overage: int
    overage_rate: Exact | None = None
    """Rate of the overage; None where several rates applied, or no overage is."""
    overage_amount: Exact
    expired: int
    rolled_out: int
    utilization: Exact
    fee: Exact
    runs_out_on: date | None = None
    """The day on which the hours ran out, or will at the pace so far."""
    lots: tuple[LotLine, ...] = ()
    reasons: Reasons = ()

    @property
    def title(self) -> str:
        """``March 2025``."""
        return month_text(self.date_start)

    def money(self, amount: Exact) -> str:
        """An amount of this statement: ``1,050.00 USD``."""
        return Currency(id=1, code=self.currency, digits=self.digits).text(amount)


def shown_statement(statement: Statement, names: Names) -> ShownStatement:
    """The statement with its names, and the rate where one rate explains the overage."""
    engagement = names.record(statement.engagement_id)
    return named_statement(
        statement,
        tuple(terms.overage_rate for terms in engagement.terms) if engagement else (),
        client=names.client(statement.engagement_id),
        engagement=names.engagement(statement.engagement_id),
    )


def named_statement(
    statement: Statement, rates: tuple[Exact, ...], *, client: str, engagement: str
) -> ShownStatement:
    """The same of a statement read from Odoo. ``rates``: those agreed for overage."""
    return ShownStatement(
        key=statement.key,
        client=client,
        engagement=engagement,
        engagement_id=statement.engagement_id,
        month=f"{statement.date_start:%Y-%m}",
        date_start=statement.date_start,
        date_end=statement.date_end,
        state=statement.state.value,
        currency=statement.currency.code,
        digits=statement.currency.digits,
        allocated=statement.allocated,
        rolled_in=statement.rolled_in,
        available=statement.available,
        used=statement.used,
        late=statement.late,
        remaining=statement.remaining,
        overage=statement.overage,
        overage_rate=_rate_of(
            statement.overage, statement.overage_amount, statement.currency, rates
        ),
        overage_amount=statement.overage_amount,
        expired=statement.expired,
        rolled_out=statement.rolled_out,
        utilization=statement.utilization,
        fee=statement.fee,
        runs_out_on=statement.runs_out_on,
        lots=statement.lots,
        reasons=statement.reasons,
    )


def _rate_of(
    overage: int, amount: Exact, currency: Currency, rates: tuple[Exact, ...]
) -> Exact | None:
    """The rate among those agreed that alone gives this amount for these hours."""
    if not overage:
        return None
    for rate in reversed(rates):
        if currency.round(hours.charge(overage, rate)) == amount:
            return rate
    return None


def metrics(shown: ShownStatement) -> tuple[tuple[str, str], ...]:
    """Name and value of each row of a statement, as h:mm and percent with one decimal."""
    return (
        ("Hours Allocated", hours.text(shown.allocated)),
        ("Rollover Hours", hours.text(shown.rolled_in)),
        ("Total Available", hours.text(shown.available)),
        ("Hours Used", hours.text(shown.used)),
        ("Remaining", hours.text(shown.remaining)),
        ("Utilization", f"{shown.utilization:.1f}%"),
    )


def overage_text(shown: ShownStatement) -> str:
    """``6:00 hours at 175.00 USD/hr = 1,050.00 USD``; empty where there is none."""
    if not shown.overage:
        return ""
    rate = f" at {shown.money(shown.overage_rate)}/hr" if shown.overage_rate is not None else ""
    return f"{hours.text(shown.overage)} hours{rate} = {shown.money(shown.overage_amount)}"


def after_month(shown: ShownStatement) -> tuple[str, ...]:
    """What became of the hours that are left, and time that came late."""
    lines = []
    if shown.rolled_out:
        lines.append(f"Rolled into the next month: {hours.text(shown.rolled_out)} hours")
    if shown.expired:
        lines.append(f"Lapsed: {hours.text(shown.expired)} hours")
    if shown.late:
        lines.append(f"Of the hours used, worked in earlier months: {hours.text(shown.late)}")
    return tuple(lines)


_STATES = {
    "open": " (open, may still change)",
    "closing": " (closes with the next run)",
}


def markdown(shown: ShownStatement) -> str:
    """The statement as a page to send to the client."""
    lines = [
        f"# Retainer Statement: {_escaped(shown.client)}",
        f"## {shown.title}{_STATES.get(shown.state, '')}",
        "",
        f"{_escaped(shown.engagement)}",
        "",
        "| Metric | Value |",
        "|---|---|",
        *(f"| {name} | {value} |" for name, value in metrics(shown)),
    ]
    if shown.overage:
        lines += ["", f"**Overage: {overage_text(shown)}**"]
    for line in after_month(shown):
        lines += ["", line]
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    """A name in which no character is markdown."""
    return "".join(f"\\{each}" if each in "\\`*_{}[]<>()#|!~" else each for each in safe(text))


def blocks(shown: ShownStatement) -> list[Block]:
    """The statement for a terminal."""
    pairs = [*metrics(shown)]
    if shown.overage:
        pairs.append(("Overage", overage_text(shown)))
    for line in after_month(shown):
        name, _, value = line.partition(": ")
        pairs.append((name, value))
    if shown.runs_out_on:
        pairs.append(("Hours run out on", shown.runs_out_on.isoformat()))
    pairs += [("Monthly fee", shown.money(shown.fee)), ("State", shown.state)]
    title = f"Retainer statement: {shown.client}, {shown.engagement}, {shown.title}"
    return [
        Facts(tag="statement", title=title, pairs=(("Month", shown.month), *pairs)),
        _lots(shown),
    ]


def _lots(shown: ShownStatement) -> Table:
    """The lots of hours behind the statement."""
    return Table(
        tag="lot",
        title="Lots of hours",
        columns=(
            *texts("source"),
            *days("granted on"),
            *texts("expires on"),
            *durations("opening", "drawn", "lapsed", "closing"),
        ),
        rows=tuple(
            Row(
                cells=(
                    lot.source.value,
                    lot.granted_on,
                    lot.expires_on.isoformat() if lot.expires_on else "never",
                    lot.opening,
                    lot.drawn,
                    lot.lapsed,
                    lot.closing,
                )
            )
            for lot in shown.lots
        ),
    )


def markdown_blocks(shown: ShownStatement) -> list[Block]:
    """The markdown, to be printed as it is."""
    return [Markup(text=markdown(shown))]


def statement_table(statements: tuple[ShownStatement, ...]) -> Table:
    """Where the hours stand, one line per retainer and month."""
    return Table(
        tag="statement",
        title="Statements",
        columns=(
            *texts("month", "client", "engagement", "state"),
            *durations("allocated", "rolled in", "available", "used", "remaining", "overage"),
            *amounts("overage cost"),
            *percents("utilization"),
        ),
        rows=tuple(
            Row(
                cells=(
                    each.month,
                    each.client,
                    each.engagement,
                    each.state,
                    each.allocated,
                    each.rolled_in,
                    each.available,
                    each.used,
                    each.remaining,
                    each.overage,
                    Amount(amount=each.overage_amount, currency=each.currency, digits=each.digits),
                    each.utilization,
                ),
                tone=Tone.warn if each.overage else Tone.plain,
            )
            for each in statements
        ),
    )
