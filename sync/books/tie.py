"""The three-way tie, to the cent, per client and liability account. Pure.

Ledger balance = open lots = what the rules expect; and what came in for requests = what the lots
received. The legs come from different places: the ledger from the sum of all posted lines; the lots
from what is unmatched of the lines that belong there; what is expected from what was billed and the
closed statements (fees), and from received less drawn, returned and kept (advances).

Entries that wait for review are in no posted figure, nor are credit notes of fees: they stand
between lots and expectation, in a column of their own.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from sync.books.draft_credits import Credit, draft_credits
from sync.books.foreign import (
    Foreign,
    Strange,
    belongs,
    deleted,
    mismatched,
    of,
    settled_among_strangers,
    strangers,
    takes_back,
    undone,
    unpaid_by_money,
)
from sync.books.lots import is_lot, is_request
from sync.domain.advances import Advance
from sync.domain.books import Match, OpenLot, Posting, RequestPaid
from sync.domain.documents import Role
from sync.domain.engagement import Engagement
from sync.domain.existing import Tombstone
from sync.domain.ledger import LotKind
from sync.domain.money import ZERO, Currency
from sync.domain.value import Exact, Value
from sync.rules.owed import Owed

_NOTHING = Credit(ZERO, ZERO)
LOOSE = "its receivable side is matched with no invoice"

Key = tuple[LotKind, int | None]
"""(what stands on the account, client)."""


class Examined(Value):
    """What was read of the liability accounts to see whether they tie."""

    currency: Currency
    """The company's."""
    accounts: dict[LotKind, str]
    """Name of the account of each kind."""
    account_ids: dict[LotKind, int] = {}
    not_reconcilable: tuple[str, ...] = ()
    balances: tuple[tuple[LotKind, int | None, Exact], ...] = ()
    """(kind, client, balance) of all posted lines; credits positive."""
    lots: tuple[OpenLot, ...] = ()
    """Every posted credit with anything open, whoever posted it."""
    billed: tuple[OpenLot, ...] = ()
    """Fees whose service reaches into open months, although nothing of them is open any more."""
    suspects: tuple[Posting, ...] = ()
    """Posted lines that are not ours, name no client or no advance, or are open debits."""
    matches: tuple[Match, ...] = ()
    """Of the suspects; and of all lines of clients whose residuals do not add up."""
    lines: dict[int, Posting] = {}
    """All lines of the matches."""
    unposted: tuple[Posting, ...] = ()
    """Lines of ours in drafts and cancelled documents."""
    loose: tuple[Posting, ...] = ()
    """Draws whose receivable side is open: they pay no invoice. ``open`` is what is loose."""
    payments: dict[int, RequestPaid] = {}
    """By request."""
    clients: dict[int, str] = {}
    """Their names."""

    def fees(self) -> list[OpenLot]:
        """All credits on unearned revenue that were read and belong there."""
        return [
            each
            for each in (*self.lots, *self.billed)
            if each.posting.kind is LotKind.unearned
            and is_lot(each.posting)
            and belongs(each.posting)
        ]

    def draft_credits(self) -> dict[int, Credit]:
        """By line of a fee's lot: what draft credit notes are going to take of it."""
        return draft_credits(self.fees(), self.unposted, self.currency)


class Tie(Value):
    """One client on one liability account, in the company's currency; credits positive."""

    kind: LotKind
    account_id: int
    account: str
    client_id: int | None
    client: str
    ledger: Exact
    lots: Exact
    awaiting: Exact
    """What entries and credit notes of fees that wait for review will take or add once posted."""
    expected: Exact
    received: Exact = ZERO
    """Money that came in for the requests that are open, net of tax."""
    lots_received: Exact = ZERO
    """What their lots say came in."""
    currency: Currency

    @property
    def difference(self) -> Decimal:
        """Ledger less open lots."""
        return self.ledger - self.lots

    @property
    def beyond_rules(self) -> Decimal:
        """Open lots, once all reviews are done, less what the rules expect."""
        return self.lots + self.awaiting - self.expected

    @property
    def not_received(self) -> Decimal:
        """What the lots say was received and no money was."""
        return self.lots_received - self.received

    @property
    def ties(self) -> bool:
        """Whether all legs agree."""
        return not (self.difference or self.beyond_rules or self.not_received)

    def __str__(self) -> str:
        """One line for a terminal."""
        text = self.currency.text
        return (
            f"{self.account}, {self.client or 'no client'}: ledger {text(self.ledger)}, open lots"
            f" {text(self.lots)}, awaiting review {text(self.awaiting)}, expected"
            f" {text(self.expected)}"
        )


class BooksReport(Value):
    """Every client with a balance or an open lot, and everything foreign."""

    lines: tuple[Tie, ...] = ()
    foreign: tuple[Foreign, ...] = ()
    accounts: dict[LotKind, str] = {}
    clients: dict[int, str] = {}
    """Their names."""
    currency: Currency

    @property
    def differences(self) -> tuple[Tie, ...]:
        """Those that do not tie."""
        return tuple(each for each in self.lines if not each.ties)

    @property
    def ties(self) -> bool:
        """Whether all do, to the cent."""
        return not self.differences


def three_way(
    examined: Examined,
    expected: Mapping[int, Owed | None],
    advances: Sequence[Advance],
    engagements: Sequence[Engagement],
    tombstones: Iterable[Tombstone],
) -> BooksReport:
    """Compare the legs, and name what does not belong there.

    ``expected``: per document on unearned revenue what the rules say is still owed, in its
    currency; None where they say nothing (its engagement is parked).
    """
    return _Comparison(
        examined,
        expected,
        {each.id: each for each in advances},
        {each.id: each for each in engagements},
        tuple(tombstones),
    ).report()


class _Comparison:
    def __init__(
        self,
        examined: Examined,
        expected: Mapping[int, Owed | None],
        advances: Mapping[int, Advance],
        engagements: Mapping[int, Engagement],
        tombstones: tuple[Tombstone, ...],
    ) -> None:
        self.books = examined
        self.company = examined.currency
        self.rules = expected
        self._credits = examined.draft_credits()
        self.foreign = self._foreign(advances, engagements, tombstones)
        self._not_ours = {
            each.line_id
            for each in self.foreign
            if each.kind not in (Strange.unreconciled_draw, Strange.settled_without_money)
        } | settled_among_strangers(examined.suspects, examined.matches, examined.lines)

    def _foreign(
        self,
        advances: Mapping[int, Advance],
        engagements: Mapping[int, Engagement],
        tombstones: tuple[Tombstone, ...],
    ) -> list[Foreign]:
        books = self.books
        looked_at = {each.id: each for each in books.suspects}
        looked_at |= {each.posting.id: each.posting for each in books.lots}
        suspects = list(looked_at.values())
        found = list(strangers(suspects, books.matches, books.lines, advances, engagements))
        found += mismatched(books.matches, books.lines)
        found += [
            of(each, Strange.unreconciled_draw, LOOSE, each.open_company) for each in books.loose
        ]
        found += undone(books.unposted)
        found += unpaid_by_money((each.posting for each in books.lots), books.payments)
        found += deleted(tombstones)
        found += [
            Foreign(
                kind=Strange.not_reconcilable,
                document=name,
                what="the account does not allow reconciliation",
            )
            for name in books.not_reconcilable
        ]
        return found

    def report(self) -> BooksReport:
        """Ties by account and client."""
        books = self.books
        ledger = _sums(books.balances)
        lots = _sums(self._open())
        awaiting = _sums(self._awaiting())
        expected = _sums(self._expected())
        received = _sums(self._received())
        lots_received = _sums(self._lots_received())
        keys = {*ledger, *lots, *awaiting, *expected, *received, *lots_received}
        found = [
            Tie(
                kind=key[0],
                account_id=books.account_ids.get(key[0], 0),
                account=books.accounts[key[0]],
                client_id=key[1],
                client=books.clients.get(key[1] or 0, ""),
                ledger=ledger.get(key, ZERO),
                lots=lots.get(key, ZERO),
                awaiting=awaiting.get(key, ZERO),
                expected=expected.get(key, ZERO),
                received=received.get(key, ZERO),
                lots_received=lots_received.get(key, ZERO),
                currency=self.company,
            )
            for key in sorted(keys, key=lambda each: (each[0], each[1] or 0))
        ]
        shown = [each for each in found if not each.ties or any(_figures(each))]
        return BooksReport(
            lines=tuple(shown),
            foreign=tuple(self.foreign),
            accounts=books.accounts,
            clients=books.clients,
            currency=self.company,
        )

    # The legs

    def _own_lots(self) -> list[OpenLot]:
        return [
            each
            for each in self.books.lots
            if is_lot(each.posting)
            and belongs(each.posting)
            and each.posting.id not in self._not_ours
        ]

    def _open(self) -> Iterable[tuple[LotKind, int | None, Decimal]]:
        """Open lots, and what credit notes took beyond theirs and nobody moved on yet."""
        for lot in self._own_lots():
            yield lot.posting.kind, lot.posting.client_id, lot.open_company
        for line in self.books.suspects:
            if (
                not line.is_credit
                and line.kind is LotKind.unearned
                and line.document.move_type == "out_refund"
                and belongs(line)
            ):
                yield line.kind, line.client_id, line.open_company

    def _awaiting(self) -> Iterable[tuple[LotKind, int | None, Decimal]]:
        for line in self.books.unposted:
            document = line.document
            waits = document.state == "draft" and not document.was_posted
            if waits and document.move_type == "entry":
                yield line.kind, line.client_id, line.amount_company
        for lot in self._own_lots():
            if lot.posting.id in self._credits:
                credit = self._credits[lot.posting.id]
                yield LotKind.unearned, lot.posting.client_id, -credit.company

    def _expected(self) -> Iterable[tuple[LotKind, int | None, Decimal]]:
        yield from self._expected_fees()
        own = self._own_lots()
        for lot in own:
            if lot.posting.kind is LotKind.advances:
                yield LotKind.advances, lot.posting.client_id, lot.open_company
        for kind, client, amount in self._awaiting():
            # What is decided about an advance is expected as soon as it waits for its review.
            if kind is LotKind.advances:
                yield kind, client, amount
        for line in self.books.unposted:
            reset = line.document.state == "draft" and line.document.was_posted
            if line.is_credit and reset and not line.document.accepted:
                yield line.kind, line.client_id, line.amount_company
        lines = self.books.lines
        for match in self.books.matches:
            debit, credit = lines[match.debit_id], lines[match.credit_id]
            if takes_back(debit, credit):
                continue
            if credit.kind is LotKind.advances and belongs(credit) and not belongs(debit):
                # Whatever is not ours has not drawn it.
                yield LotKind.advances, credit.client_id, match.company
        for line in self.books.loose:
            if line.document.move_type == "entry":
                yield LotKind.advances, line.client_id, line.open_company

    def _expected_fees(self) -> Iterable[tuple[LotKind, int | None, Decimal]]:
        """What is owed of each fee document, in the company's currency at its own rate."""
        documents: dict[int, list[OpenLot]] = {}
        for lot in (*self._own_lots(), *self.books.billed):
            if lot.posting.kind is LotKind.unearned:
                documents.setdefault(lot.posting.document.id, []).append(lot)
        for move, lots in documents.items():
            first, drafts = lots[0].posting, self._drafts_of(move)
            left = sum((each.open for each in lots), ZERO)
            left += sum((each.amount for each in drafts), ZERO)
            in_books = sum((each.open_company for each in lots), ZERO)
            in_books += sum((each.amount_company for each in drafts), ZERO)
            for each in lots:
                credit = self._credits.get(each.posting.id, _NOTHING)
                left -= credit.amount
                in_books -= credit.company
            range_ = self.rules.get(move)
            if range_ is not None and first.amount:
                rate = first.amount_company / first.amount
                in_books += self.company.round((range_.nearest(left) - left) * rate)
            yield LotKind.unearned, first.client_id, in_books

    def _drafts_of(self, move: int) -> list[Posting]:
        """Entries about that document which wait for review."""
        return [
            each
            for each in self.books.unposted
            if each.document.state == "draft"
            and not each.document.was_posted
            and each.document.role in (Role.recognition, Role.breakage)
            and f".i{move}/" in each.document.key
        ]

    def _received(self) -> Iterable[tuple[LotKind, int | None, Decimal]]:
        for lot, paid in self._requests():
            money = sum(
                (each.amount for each in paid.settlements if each.money and not each.cancels), ZERO
            )
            yield LotKind.advances, lot.posting.client_id, self._net(lot, money, paid)

    def _lots_received(self) -> Iterable[tuple[LotKind, int | None, Decimal]]:
        for lot, paid in self._requests():
            cancelled = sum((each.amount for each in paid.settlements if each.cancels), ZERO)
            settled = paid.total - paid.open - cancelled
            yield LotKind.advances, lot.posting.client_id, self._net(lot, settled, paid)

    def _requests(self) -> list[tuple[OpenLot, RequestPaid]]:
        return [
            (lot, self.books.payments[lot.posting.document.id])
            for lot in self._own_lots()
            if is_request(lot.posting) and lot.posting.document.id in self.books.payments
        ]

    def _net(self, lot: OpenLot, gross: Decimal, paid: RequestPaid) -> Decimal:
        if not paid.total:
            return ZERO
        return self.company.round(lot.posting.amount_company * gross / paid.total)


def _figures(tie: Tie) -> tuple[Decimal, ...]:
    return tie.ledger, tie.lots, tie.awaiting, tie.expected


def _sums(rows: Iterable[tuple[LotKind, int | None, Decimal]]) -> dict[Key, Decimal]:
    found: dict[Key, Decimal] = {}
    for kind, client, amount in rows:
        found[kind, client] = found.get((kind, client), ZERO) + amount
    return found
