"""Rule 22: unearned cash under watch, per lot, engagement, client and company.

For every lot: received = consumed + returned + still owing, to the cent; what a request still waits
for is shown apart, since it is in the ledger on both sides and nobody's cash yet. Days of sales =
still owing ÷ average daily net sales to the client; days of cover = still owing ÷ average daily
draw; both averages over the last 90 days.

Figures are in the lot's currency and in the company's, at the lot's own rate; a total is of one
currency.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from sync.domain.advances import Advance, Decision
from sync.domain.books import OpenLot, Taken
from sync.domain.ledger import LotKind
from sync.domain.money import ZERO, Currency
from sync.domain.value import Exact, Value

WINDOW = 90
"""Days over which sales and draws are averaged; the day itself is the last of them."""

BANDS = (30, 60, 90, 180, 365)
"""Last day of each band of age; what is older is in the last one."""

CONSUMING = (Taken.drawn, Taken.breakage, Taken.other)
"""What a draw of a lot is; what a hand drew counts too."""

_FAR = 36_500
"""Days; what lasts longer is not worth a date."""
_TENTH = Decimal("0.1")


class Status(StrEnum):
    """What is the matter with a lot, what needs a person first."""

    foreign = "foreign"
    """It does not belong on the account: verification says what to do."""
    matured = "matured"
    """Its last day has passed, and nobody has decided what becomes of the rest."""
    overdue = "overdue"
    """Requested, and not paid by its due date."""
    requested = "requested"
    """Nothing of it was paid yet, and it is not due."""
    decided = "decided"
    """A person decided what becomes of the rest."""
    open = "open"
    """Being used."""
    used = "used"
    """Nothing of it is left."""


class RecentTake(Value):
    """What was drawn from any lot in the window, also from those that are used up by now."""

    line_id: int
    client_id: int | None
    engagement_id: int | None
    currency: Currency
    amount: Exact
    amount_company: Exact


class Watched(Value):
    """What the monitor looks at."""

    as_of: date
    currency: Currency
    """The company's."""
    lots: tuple[OpenLot, ...]
    advances: tuple[Advance, ...] = ()
    recent: tuple[RecentTake, ...] = ()
    sales: tuple[tuple[int, Exact], ...] = ()
    """(client, net sales of the window in the company's currency)."""

    @property
    def since(self) -> date:
        """The day before the window."""
        return self.as_of - timedelta(days=WINDOW)


class Figures(Value):
    """Received, consumed, still owing: in one currency."""

    received: Exact = ZERO
    consumed: Exact = ZERO
    """Drawn by invoices, recognised, or kept."""
    returned: Exact = ZERO
    owing: Exact = ZERO
    unpaid: Exact = ZERO
    """Requested and not paid; in no other figure."""

    def plus(self, other: "Figures") -> "Figures":
        """Both together."""
        return Figures(
            received=self.received + other.received,
            consumed=self.consumed + other.consumed,
            returned=self.returned + other.returned,
            owing=self.owing + other.owing,
            unpaid=self.unpaid + other.unpaid,
        )


class Pace(Value):
    """How long it lasts. None where there is nothing to compare with."""

    average_draw: Exact = ZERO
    """A day, in the currency of the row; its cents are not rounded away."""
    days_of_sales: Exact | None = None
    days_of_cover: Exact | None = None
    runs_out_on: date | None = None


class WatchedLot(Value):
    """One lot."""

    line_id: int
    kind: LotKind
    document: str
    client_id: int | None
    engagement_id: int | None
    advance_id: int | None
    advance: str
    currency: Currency
    figures: Figures
    in_books: Figures
    """In the company's currency."""
    since: date
    """First money; of an unpaid request the day of its document."""
    age: int
    band: int
    """Place in ``BANDS``; their number for the oldest."""
    matures_on: date | None
    """Of an advance its maturity, of a fee the last day that it covers."""
    last_draw: date | None
    pace: Pace
    status: Status


class Total(Value):
    """Several lots of one currency."""

    client_id: int | None = None
    engagement_id: int | None = None
    currency: Currency
    lots: int
    figures: Figures
    in_books: Figures
    bands: tuple[Exact, ...]
    """Still owing by age, in ``currency``."""
    oldest: int
    """Age in days of the oldest that owes anything."""
    next_maturity: date | None
    last_draw: date | None
    pace: Pace
    status: Status


class Monitor(Value):
    """Unearned cash on a day."""

    as_of: date
    currency: Currency
    lots: tuple[WatchedLot, ...]
    engagements: tuple[Total, ...]
    clients: tuple[Total, ...]
    company: tuple[Total, ...]
    """One for each currency."""
    in_books: Figures
    """All of it in the company's currency."""
    bands_in_books: tuple[Exact, ...]
    pace_in_books: Pace


def monitor(watched: Watched) -> Monitor:
    """Everything that is owed on that day, and how long it lasts."""
    return _Watch(watched).monitor()


Group = tuple[int | None, int | None]
"""(client, engagement)."""


class _Watch:
    """The figures being worked out."""

    def __init__(self, watched: Watched) -> None:
        self.watched = watched
        self.as_of = watched.as_of
        self.advances = {each.id: each for each in watched.advances}
        self.sales = dict(watched.sales)
        self.lots = tuple(self._lot(each) for each in watched.lots)

    def monitor(self) -> Monitor:
        """The whole."""
        lots, recent = self.lots, self.watched.recent
        books = _sum(each.in_books for each in lots)
        return Monitor(
            as_of=self.as_of,
            currency=self.watched.currency,
            lots=lots,
            engagements=self._totals(lambda each: (each.client_id, each.engagement_id)),
            clients=self._totals(lambda each: (each.client_id, None)),
            company=self._totals(lambda _: (None, None)),
            in_books=books,
            bands_in_books=_bands(lots, lambda each: each.in_books.owing),
            pace_in_books=self._pace(
                books.owing,
                books.owing,
                sum((each.amount_company for each in recent), ZERO),
                sum(self.sales.values(), ZERO),
                self._days(lots, recent),
            ),
        )

    def _lot(self, lot: OpenLot) -> WatchedLot:
        posting = lot.posting
        advance = self.advances.get(posting.advance_id or 0)
        figures = _figures(lot)
        books = _in_books(lot, figures, self.watched.currency)
        since = lot.received_on or posting.day
        age = max(0, (self.as_of - since).days)
        drawn = [(day, amount) for day, kind, amount in lot.takes if kind in CONSUMING]
        return WatchedLot(
            line_id=posting.id,
            kind=posting.kind,
            document=posting.document.shown,
            client_id=posting.client_id,
            engagement_id=posting.document.engagement_id,
            advance_id=posting.advance_id,
            advance=advance.name if advance else "",
            currency=posting.currency,
            figures=figures,
            in_books=books,
            since=since,
            age=age,
            band=next((at for at, last in enumerate(BANDS) if age <= last), len(BANDS)),
            matures_on=advance.maturity if advance else posting.document.service_end,
            last_draw=max((day for day, _ in drawn), default=None),
            pace=self._pace(
                figures.owing,
                books.owing,
                sum((amount for day, amount in drawn if day > self.watched.since), ZERO),
                self.sales.get(posting.client_id or 0, ZERO),
                self._window(since),
            ),
            status=self._status(lot, advance, figures),
        )

    def _status(self, lot: OpenLot, advance: Advance | None, figures: Figures) -> Status:
        if lot.foreign:
            return Status.foreign
        if lot.unpaid and not figures.owing:
            late = advance is not None and advance.due_on and advance.due_on < self.as_of
            return Status.overdue if late else Status.requested
        if not figures.owing:
            return Status.used
        if advance is not None and advance.decision is not Decision.undecided:
            return Status.decided
        if advance is not None and advance.maturity and advance.maturity < self.as_of:
            return Status.matured
        return Status.open

    def _totals(self, key: Callable[[WatchedLot | RecentTake], Group]) -> tuple[Total, ...]:
        """A total for each group and currency, in the order of the lots."""
        lots: dict[tuple[Group, str], list[WatchedLot]] = {}
        for lot in self.lots:
            lots.setdefault((key(lot), lot.currency.code), []).append(lot)
        recent: dict[tuple[Group, str], list[RecentTake]] = {}
        for take in self.watched.recent:
            recent.setdefault((key(take), take.currency.code), []).append(take)
        return tuple(
            self._total(group[0], some, recent.get(group, [])) for group, some in lots.items()
        )

    def _total(
        self, group: Group, lots: Sequence[WatchedLot], recent: Sequence[RecentTake]
    ) -> Total:
        figures = _sum(each.figures for each in lots)
        books = _sum(each.in_books for each in lots)
        owed = [each for each in lots if each.figures.owing]
        clients = {each.client_id for each in lots}
        return Total(
            client_id=group[0],
            engagement_id=group[1],
            currency=lots[0].currency,
            lots=len(lots),
            figures=figures,
            in_books=books,
            bands=_bands(lots, lambda each: each.figures.owing),
            oldest=max((each.age for each in owed), default=0),
            next_maturity=min((each.matures_on for each in owed if each.matures_on), default=None),
            last_draw=max((each.last_draw for each in lots if each.last_draw), default=None),
            pace=self._pace(
                figures.owing,
                books.owing,
                sum((each.amount for each in recent), ZERO),
                sum((self.sales.get(each or 0, ZERO) for each in clients), ZERO),
                self._days(lots, recent),
            ),
            status=min((each.status for each in lots), key=list(Status).index),
        )

    def _days(self, lots: Sequence[WatchedLot], recent: Sequence[RecentTake]) -> int:
        """Days over which the draws of several lots are averaged."""
        known = {each.line_id for each in lots}
        if not lots or any(each.line_id not in known for each in recent):
            return WINDOW
        return self._window(min(each.since for each in lots))

    def _window(self, since: date) -> int:
        """The window, or less where the money is younger."""
        return WINDOW if since <= self.watched.since else max(1, (self.as_of - since).days)

    def _pace(
        self, owing: Decimal, in_books: Decimal, drawn: Decimal, sales: Decimal, days: int
    ) -> Pace:
        drawn, sales = max(ZERO, drawn), max(ZERO, sales)
        cover = owing * days / drawn if drawn and owing else None
        lasts = int(cover) if cover is not None else _FAR
        return Pace(
            average_draw=drawn / days,
            days_of_sales=_tenth(in_books * WINDOW / sales) if sales else None,
            days_of_cover=_tenth(cover) if cover is not None else None,
            runs_out_on=self.as_of + timedelta(days=lasts) if lasts < _FAR else None,
        )


def _figures(lot: OpenLot) -> Figures:
    consumed = lot.taken(*CONSUMING)
    if lot.posting.restores:
        consumed -= lot.posting.amount
    # A credit note of a request that was not paid takes back the request; no money goes back.
    returned = lot.taken(Taken.returned) - lot.cancelled
    return Figures(
        received=consumed + returned + lot.owing,
        consumed=consumed,
        returned=returned,
        owing=lot.owing,
        unpaid=lot.unpaid,
    )


def _in_books(lot: OpenLot, figures: Figures, company: Currency) -> Figures:
    """The same in the company's currency, at the lot's own rate."""
    posting = lot.posting

    def part(amount: Decimal) -> Decimal:
        if not posting.amount:
            return ZERO
        return company.round(posting.amount_company * amount / posting.amount)

    consumed, returned = part(figures.consumed), part(figures.returned)
    owing = lot.open_company - lot.unpaid_company if figures.owing else ZERO
    return Figures(
        received=consumed + returned + owing,
        consumed=consumed,
        returned=returned,
        owing=owing,
        unpaid=lot.unpaid_company,
    )


def _bands(
    lots: Iterable[WatchedLot], owing: Callable[[WatchedLot], Decimal]
) -> tuple[Decimal, ...]:
    found = [ZERO] * (len(BANDS) + 1)
    for lot in lots:
        found[lot.band] += owing(lot)
    return tuple(found)


def _sum(figures: Iterable[Figures]) -> Figures:
    total = Figures()
    for each in figures:
        total = total.plus(each)
    return total


def _tenth(number: Decimal) -> Decimal:
    return number.quantize(_TENTH, ROUND_HALF_UP)
