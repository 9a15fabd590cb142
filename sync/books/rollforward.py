"""The contract-liability roll-forward: how the balance at the beginning became that at the end.

Per client, engagement and account in the company's currency, from the posted lines themselves
(IFRS 15.116(b), 118): opening + received and billed + restored − drawn or recognised of the opening
balance − of what came in the period − breakage − returned ± currency ± reclassification = closing.
All figures are signed, so that a row adds up. What none of the columns explains is a column of its
own, and its lines are named. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum

from sync.books.lots import is_lot
from sync.domain.books import BookDocument, Match, Matches, OpenLot, Posting, Taken, taken_as
from sync.domain.documents import Role
from sync.domain.keys import paid_by_draw
from sync.domain.ledger import LotKind
from sync.domain.money import ZERO, Currency
from sync.domain.value import Exact, Value


class Movement(StrEnum):
    """The columns between opening and closing."""

    billed = "billed"
    """Requested advances and fees, at the day of their invoice."""
    taken_over = "taken_over"
    """Balances entered by finance for an advance that another system had received."""
    restored = "restored"
    """Draws taken back because their invoice was credited."""
    from_opening = "from_opening"
    """Drawn by invoices or recognised, of lots that were there at the beginning."""
    from_period = "from_period"
    """The same, of lots that came in the period."""
    passed_on = "passed_on"
    """Advances that paid fees which are themselves still to be earned: no revenue yet."""
    breakage = "breakage"
    returned = "returned"
    """Credit notes, less what of them had been recognised before."""
    currency = "currency"
    reclassified = "reclassified"
    """Between the current and the non-current account."""
    unexplained = "unexplained"
    """Whatever the service did not write and cannot explain."""


class RollRow(Value):
    """One client, engagement and account. Credits positive, reductions negative."""

    kind: LotKind
    account_id: int
    client_id: int | None
    engagement_id: int | None
    opening: Exact = ZERO
    movements: dict[Movement, Exact] = {}
    unpaid_opening: Exact = ZERO
    """Of the opening balance: requests that were not paid, which are in receivables as well."""
    unpaid_closing: Exact = ZERO

    @property
    def closing(self) -> Decimal:
        """Opening and all movements."""
        return self.opening + sum(self.movements.values(), ZERO)

    def moved(self, movement: Movement) -> Decimal:
        """One column."""
        return self.movements.get(movement, ZERO)


class RollTie(Value):
    """One account and client: what the rows come to and what the ledger says at the end."""

    kind: LotKind
    account_id: int
    client_id: int | None
    closing: Exact
    ledger: Exact

    @property
    def difference(self) -> Decimal:
        """Zero, or the roll-forward is wrong."""
        return self.closing - self.ledger


class Unexplained(Value):
    """A line that is in the column of its own, and why."""

    posting: Posting
    amount: Exact
    """In the company's currency."""
    why: str


class RollForward(Value):
    """A period of the liability accounts."""

    first: date
    last: date
    currency: Currency
    rows: tuple[RollRow, ...]
    ties: tuple[RollTie, ...]
    unexplained: tuple[Unexplained, ...]
    drafts: int = 0
    """Journal entries on these accounts that wait for review: not in any figure."""
    drafted: Exact = ZERO
    """What they would take or add."""

    @property
    def ties_with_ledger(self) -> bool:
        """Whether every account and client ends with what the ledger says."""
        return not any(each.difference for each in self.ties)


Balance = Mapping[tuple[int, int | None], Decimal]
"""Ledger balance by (account, client)."""

Place = tuple[int, int | None, int | None]
"""(account, client, engagement)."""


class Period(Value):
    """What is needed of the books for the days from ``first`` to ``last``, both inclusive."""

    first: date
    last: date
    currency: Currency
    lines: tuple[Posting, ...] = ()
    """Posted in the period."""
    matches: tuple[Match, ...] = ()
    """Of the debits among them."""
    known: dict[int, Posting] = {}
    """All lines of the matches."""
    opening_lots: tuple[OpenLot, ...] = ()
    """As at the end of the day before."""
    closing_lots: tuple[OpenLot, ...] = ()
    drafts: tuple[Posting, ...] = ()
    fees: frozenset[int] = frozenset()
    """Documents, among those that draws paid, which credit unearned revenue."""


def roll_forward(
    period: Period, accounts: Mapping[int, LotKind], opening: Balance, closing: Balance
) -> RollForward:
    """Every movement of the period in its column. ``opening``, ``closing``: the ledger's."""
    roll = _Roll(period)
    roll.open(opening)
    for line in period.lines:
        roll.add(line)
    rows = [
        RollRow(
            kind=accounts[place[0]],
            account_id=place[0],
            client_id=place[1],
            engagement_id=place[2],
            opening=roll.opening.get(place, ZERO),
            movements=dict(roll.movements.get(place, {})),
            unpaid_opening=_unpaid(period.opening_lots).get(place, ZERO),
            unpaid_closing=_unpaid(period.closing_lots).get(place, ZERO),
        )
        for place in sorted(roll.places, key=lambda each: tuple(part or 0 for part in each))
    ]
    return RollForward(
        first=period.first,
        last=period.last,
        currency=period.currency,
        rows=tuple(each for each in rows if each.opening or any(each.movements.values())),
        ties=_ties(rows, accounts, closing),
        unexplained=tuple(roll.unexplained),
        drafts=len({each.document.id for each in period.drafts}),
        drafted=sum((each.amount_company for each in period.drafts), ZERO),
    )


def _unpaid(lots: Iterable[OpenLot]) -> dict[Place, Decimal]:
    found: dict[Place, Decimal] = {}
    for lot in lots:
        place = _place(lot.posting)
        found[place] = found.get(place, ZERO) + lot.unpaid_company
    return found


def _ties(
    rows: Sequence[RollRow], accounts: Mapping[int, LotKind], ledger: Balance
) -> tuple[RollTie, ...]:
    closing: dict[tuple[int, int | None], Decimal] = {}
    for row in rows:
        key = (row.account_id, row.client_id)
        closing[key] = closing.get(key, ZERO) + row.closing
    return tuple(
        RollTie(
            kind=accounts[account],
            account_id=account,
            client_id=client,
            closing=closing.get((account, client), ZERO),
            ledger=ledger.get((account, client), ZERO),
        )
        for account, client in sorted({*closing, *ledger}, key=lambda each: (each[0], each[1] or 0))
    )


def _place(line: Posting) -> Place:
    return line.account_id, line.client_id, line.document.engagement_id


class _Roll:
    """The columns being filled."""

    def __init__(self, period: Period) -> None:
        self.period = period
        self.opening: dict[Place, Decimal] = {}
        self.movements: dict[Place, dict[Movement, Decimal]] = {}
        self.unexplained: list[Unexplained] = []
        self._matches = Matches(period.matches)

    @property
    def places(self) -> set[Place]:
        """Every row."""
        return {*self.opening, *self.movements}

    def open(self, ledger: Balance) -> None:
        """The opening balance: its lots by engagement, and what stands in no lot by client."""
        rest = dict(ledger)
        for lot in self.period.opening_lots:
            place = _place(lot.posting)
            self.opening[place] = self.opening.get(place, ZERO) + lot.open_company
            rest[place[:2]] = rest.get(place[:2], ZERO) - lot.open_company
        for (account, client), amount in rest.items():
            if amount:
                place = (account, client, None)
                self.opening[place] = self.opening.get(place, ZERO) + amount

    def add(self, line: Posting) -> None:
        """A line of the period."""
        special = _special(line)
        if special is not None:
            self._move(_place(line), special, line.amount_company)
        elif line.is_credit:
            self._credit(line)
        else:
            self._debit(line)

    def _credit(self, line: Posting) -> None:
        document = line.document
        if line.restores:
            movement = Movement.restored
        elif document.role is Role.correction and document.move_type == "entry":
            # What a credit note took beyond the lot goes to revenue instead: rule 16.
            movement = Movement.returned
        elif document.ours:
            movement = Movement.billed
        elif line.kind is LotKind.advances and line.advance_id and is_lot(line):
            invoiced = document.move_type == "out_invoice"
            movement = Movement.billed if invoiced else Movement.taken_over
        else:
            self._explain_not(line, line.amount_company, "the service did not write it")
            movement = Movement.unexplained
        self._move(_place(line), movement, line.amount_company)

    def _debit(self, line: Posting) -> None:
        left = line.amount_company
        kind = taken_as(line.document)
        for match in self._matches.of_debit(line.id):
            lot = self.period.known[match.credit_id]
            engagement = lot.document.engagement_id
            place = (line.account_id, line.client_id, engagement)
            self._take(place, line, kind, lot, -match.company)
            left += match.company
        if not left:
            return
        if kind is Taken.returned:
            self._move(_place(line), Movement.returned, left)
        else:
            why = (
                "the service did not write it"
                if kind is Taken.other
                else "it is not matched with a lot"
            )
            self._explain_not(line, left, why)
            self._move(_place(line), Movement.unexplained, left)

    def _take(
        self, place: Place, line: Posting, kind: Taken, lot: Posting, amount: Decimal
    ) -> None:
        match kind:
            case Taken.drawn if self._pays_fee(line):
                movement = Movement.passed_on
            case Taken.drawn:
                before = lot.day < self.period.first
                movement = Movement.from_opening if before else Movement.from_period
            case Taken.breakage:
                movement = Movement.breakage
            case Taken.returned:
                movement = Movement.returned
            case Taken.moved:
                movement = Movement.reclassified
            case Taken.other:
                self._explain_not(line, amount, "the service did not write it")
                movement = Movement.unexplained
        self._move(place, movement, amount)

    def _pays_fee(self, line: Posting) -> bool:
        paid = paid_by(line.document)
        return line.kind is LotKind.advances and paid in self.period.fees

    def _move(self, place: Place, movement: Movement, amount: Decimal) -> None:
        columns = self.movements.setdefault(place, {})
        columns[movement] = columns.get(movement, ZERO) + amount

    def _explain_not(self, line: Posting, amount: Decimal, why: str) -> None:
        self.unexplained.append(Unexplained(posting=line, amount=amount, why=why))


def paid_by(document: BookDocument) -> int:
    """The invoice that a draw pays: the one its key names, else the document itself."""
    return paid_by_draw(document.key) or document.id


def _special(line: Posting) -> Movement | None:
    """What has its column whatever it is matched with."""
    if line.document.role is Role.reclassification:
        return Movement.reclassified
    if line.document.exchange or not line.amount:
        return Movement.currency
    return None
