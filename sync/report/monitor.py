"""The monitor of unearned cash (rule 22) for people, programs and spreadsheets."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from sync.domain.money import Currency
from sync.domain.value import Exact, Value
from sync.report.blocks import (
    Amount,
    Block,
    Cell,
    Column,
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
from sync.rules.monitor import BANDS, Figures, Monitor, Pace, Status, Total, WatchedLot

_FROM = (0, *(last + 1 for last in BANDS[:-1]))
BAND_NAMES = (
    *(f"{first}-{last} days" for first, last in zip(_FROM, BANDS, strict=True)),
    f"over {BANDS[-1]} days",
)

ANY = "any of the client's"

_TONES = {
    Status.foreign: Tone.bad,
    Status.matured: Tone.bad,
    Status.overdue: Tone.warn,
    Status.requested: Tone.plain,
    Status.decided: Tone.plain,
    Status.open: Tone.plain,
    Status.used: Tone.plain,
}


class Money(Value):
    """Figures in one currency."""

    received: Exact
    consumed: Exact
    returned: Exact
    owing: Exact
    unpaid: Exact
    currency: str
    digits: int

    def cell(self, name: str) -> Amount:
        """One of them."""
        return Amount(amount=getattr(self, name), currency=self.currency, digits=self.digits)

    @property
    def cells(self) -> tuple[Amount, ...]:
        """All of them in their order."""
        return tuple(self.cell(name) for name in FIGURES)


FIGURES = ("received", "consumed", "returned", "owing", "unpaid")
_HEADINGS = ("received", "consumed", "returned", "still owing", "unpaid requests")


class ShownPace(Value):
    """How long it lasts."""

    average_daily_draw: Exact
    """In the row's currency."""
    days_of_sales: Exact | None
    days_of_cover: Exact | None
    runs_out_on: date | None


class ShownLot(Value):
    """A lot with its names."""

    line_id: int
    kind: str
    document: str
    client_id: int | None
    client: str
    engagement_id: int | None
    engagement: str
    advance_id: int | None
    advance: str
    status: str
    since: date
    age_days: int
    age_band: str
    matures_on: date | None
    last_draw: date | None
    figures: Money
    in_books: Money
    pace: ShownPace


class ShownTotal(Value):
    """Several lots of one currency."""

    client_id: int | None
    client: str
    engagement_id: int | None
    engagement: str
    lots: int
    status: str
    oldest_days: int
    next_maturity: date | None
    last_draw: date | None
    figures: Money
    in_books: Money
    bands: dict[str, Exact]
    """Still owing by age, in the row's currency."""
    pace: ShownPace


class MonitorReport(Value):
    """Unearned cash of one company on a day."""

    company_id: int
    company: str
    as_of: date
    lots: tuple[ShownLot, ...]
    engagements: tuple[ShownTotal, ...]
    clients: tuple[ShownTotal, ...]
    currencies: tuple[ShownTotal, ...]
    """The whole company, once for each currency."""
    in_books: Money
    bands_in_books: dict[str, Exact]
    pace_in_books: ShownPace


def monitor_report(
    found: Monitor,
    company_id: int,
    company: str,
    clients: Mapping[int, str],
    engagements: Mapping[int, str],
) -> MonitorReport:
    """The monitor with its names, by client, engagement and age."""
    books = found.currency

    def lot(each: WatchedLot) -> ShownLot:
        return ShownLot(
            line_id=each.line_id,
            kind=each.kind.value,
            document=each.document,
            client_id=each.client_id,
            client=clients.get(each.client_id or 0, ""),
            engagement_id=each.engagement_id,
            engagement=engagements.get(each.engagement_id or 0, ""),
            advance_id=each.advance_id,
            advance=each.advance,
            status=each.status.value,
            since=each.since,
            age_days=each.age,
            age_band=BAND_NAMES[each.band],
            matures_on=each.matures_on,
            last_draw=each.last_draw,
            figures=_money(each.figures, each.currency),
            in_books=_money(each.in_books, books),
            pace=_pace(each.pace, each.currency),
        )

    def total(each: Total) -> ShownTotal:
        return ShownTotal(
            client_id=each.client_id,
            client=clients.get(each.client_id or 0, ""),
            engagement_id=each.engagement_id,
            engagement=engagements.get(each.engagement_id or 0, ""),
            lots=each.lots,
            status=each.status.value,
            oldest_days=each.oldest,
            next_maturity=each.next_maturity,
            last_draw=each.last_draw,
            figures=_money(each.figures, each.currency),
            in_books=_money(each.in_books, books),
            bands=_bands(each.bands, each.currency),
            pace=_pace(each.pace, each.currency),
        )

    def totals(some: tuple[Total, ...]) -> tuple[ShownTotal, ...]:
        shown = (total(each) for each in some)
        return tuple(
            sorted(shown, key=lambda each: (each.client, each.engagement, each.figures.currency))
        )

    return MonitorReport(
        company_id=company_id,
        company=company,
        as_of=found.as_of,
        lots=tuple(
            sorted(
                (lot(each) for each in found.lots),
                key=lambda each: (each.client, each.engagement, each.since, each.line_id),
            )
        ),
        engagements=totals(found.engagements),
        clients=totals(found.clients),
        currencies=totals(found.company),
        in_books=_money(found.in_books, books),
        bands_in_books=_bands(found.bands_in_books, books),
        pace_in_books=_pace(found.pace_in_books, books),
    )


def _money(figures: Figures, currency: Currency) -> Money:
    return Money(
        **{name: currency.round(getattr(figures, name)) for name in FIGURES},
        currency=currency.code,
        digits=currency.digits,
    )


def _pace(pace: Pace, currency: Currency) -> ShownPace:
    return ShownPace(
        average_daily_draw=currency.round(pace.average_draw),
        days_of_sales=pace.days_of_sales,
        days_of_cover=pace.days_of_cover,
        runs_out_on=pace.runs_out_on,
    )


def _bands(bands: tuple[Decimal, ...], currency: Currency) -> dict[str, Decimal]:
    return {name: currency.round(amount) for name, amount in zip(BAND_NAMES, bands, strict=True)}


def monitor_blocks(report: MonitorReport) -> list[Block]:
    """Lots, then what they come to, then their age."""
    return [
        Facts(
            tag="monitor",
            title=f"Unearned cash of {report.company}, as of {report.as_of}",
            pairs=(
                ("company", f"{report.company} ({report.company_id})"),
                ("as of", report.as_of.isoformat()),
            ),
        ),
        _lots(report),
        _totals(report, "engagement", "Per engagement", report.engagements, named=2),
        _totals(report, "client", "Per client", report.clients, named=1),
        _totals(report, "company", "The company, per currency", report.currencies, named=0),
        _ageing(report),
        _summary(report),
    ]


def _lots(report: MonitorReport) -> Table:
    return Table(
        tag="lot",
        title="Lots",
        columns=(
            *files_only(*texts("company", "kind"), *counts("line id", "client id")),
            *texts("client", "engagement", "document", "advance", "status"),
            *days("since"),
            *counts("age"),
            *amounts(*_HEADINGS),
            *amounts("owing in books", currency="books currency"),
            *days("matures on", "last draw"),
            *_pace_columns(),
        ),
        rows=tuple(
            Row(
                cells=(
                    report.company,
                    each.kind,
                    each.line_id,
                    each.client_id,
                    each.client or "no client",
                    each.engagement or ANY,
                    each.document,
                    each.advance,
                    each.status,
                    each.since,
                    each.age_days,
                    *each.figures.cells,
                    each.in_books.cell("owing"),
                    each.matures_on,
                    each.last_draw,
                    *_pace_cells(each.pace, each.figures),
                ),
                tone=_TONES[Status(each.status)],
            )
            for each in report.lots
        ),
    )


def _pace_columns() -> tuple[Column, ...]:
    return (
        *amounts("average daily draw", currency="draw currency"),
        *counts("days of sales", "days of cover"),
        *days("runs out on"),
    )


def _pace_cells(pace: ShownPace, figures: Money) -> tuple[Cell, ...]:
    draw = Amount(amount=pace.average_daily_draw, currency=figures.currency, digits=figures.digits)
    return (draw, pace.days_of_sales, pace.days_of_cover, pace.runs_out_on)


def _totals(
    report: MonitorReport, tag: str, title: str, totals: tuple[ShownTotal, ...], named: int
) -> Table:
    """``named``: how many of client and engagement tell the rows apart."""

    def names(each: ShownTotal) -> tuple[str, ...]:
        return (each.client or "no client", each.engagement or ANY)[:named]

    return Table(
        tag=tag,
        title=title,
        columns=(
            *files_only(*texts("company")),
            *texts(*("client", "engagement")[:named]),
            *counts("lots"),
            *texts("status"),
            *amounts(*_HEADINGS),
            *amounts("owing in books", currency="books currency"),
            *counts("oldest"),
            *days("next maturity", "last draw"),
            *_pace_columns(),
        ),
        rows=tuple(
            Row(
                cells=(
                    report.company,
                    *names(each),
                    each.lots,
                    each.status,
                    *each.figures.cells,
                    each.in_books.cell("owing"),
                    each.oldest_days,
                    each.next_maturity,
                    each.last_draw,
                    *_pace_cells(each.pace, each.figures),
                ),
                tone=_TONES[Status(each.status)],
            )
            for each in totals
        ),
    )


def _ageing(report: MonitorReport) -> Table:
    def row(client: str, bands: Mapping[str, Decimal], figures: Money) -> Row:
        cell: Callable[[Decimal], Amount] = lambda amount: Amount(  # noqa: E731
            amount=amount, currency=figures.currency, digits=figures.digits
        )
        return Row(
            cells=(
                report.company,
                client,
                *(cell(bands[name]) for name in BAND_NAMES),
                figures.cell("owing"),
            )
        )

    everybody = row("all clients, in books", report.bands_in_books, report.in_books)
    return Table(
        tag="ageing",
        title="Still owing by age",
        columns=(
            *files_only(*texts("company")),
            *texts("client"),
            *amounts(*BAND_NAMES, "still owing"),
        ),
        rows=(
            *(row(each.client or "no client", each.bands, each.figures) for each in report.clients),
            *((everybody,) if report.clients else ()),
        ),
    )


def _summary(report: MonitorReport) -> Message:
    if not report.lots:
        return Message(tag="summary", text="No unearned cash.", tone=Tone.good)
    matured = sum(each.status == Status.matured for each in report.lots)
    overdue = sum(each.status == Status.overdue for each in report.lots)
    parts = [
        f"{report.in_books.cell('owing').text} still owed in work on"
        f" {counted(len(report.lots), 'lot')}"
    ]
    if report.in_books.unpaid:
        parts.append(f"{report.in_books.cell('unpaid').text} requested and not paid")
    if matured:
        parts.append(f"{matured} matured without a decision")
    if overdue:
        parts.append(counted(overdue, "overdue request"))
    tone = Tone.warn if matured or overdue else Tone.good
    return Message(tag="summary", text="; ".join(parts) + ".", tone=tone)
