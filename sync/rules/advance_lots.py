"""Which lots of advances an invoice may draw, in which order, and what is left of them.

Rule 13: lots whose advance names its engagements first, then by priority, then by earliest
maturity, then by oldest receipt, then by lowest id. Rule 12: only what was received.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeVar

from sync.domain.advances import Advance, Decision
from sync.domain.documents import Role
from sync.domain.engagement import Engagement
from sync.domain.keys import key, source_of
from sync.domain.ledger import MoneyLot
from sync.domain.lots import drain
from sync.domain.money import ZERO, Currency
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot
from sync.domain.taxes import Part, part_of
from sync.rules.check_advances import sole_engagement, sound

Row = TypeVar("Row")


class Offer(NamedTuple):
    """So much of a lot, net, may be drawn now."""

    lot: MoneyLot
    at_most: Decimal

    @property
    def whole(self) -> Part:
        """All of it, with its tax.

        All that was received comes to what the client paid, to the cent: the largest tax takes what
        rounding the net share of a payment left.
        """
        lot, found = self.lot, self.share
        if self.at_most != lot.available or lot.held or not lot.unpaid or lot.unpaid_total is None:
            return found
        paid = lot.open + sum((each.open for each in lot.taxes), ZERO) - lot.unpaid_total
        return found.coming_to(paid, lot.currency)

    def part(self, limit: Decimal) -> Part:
        """The largest part that comes to no more than the limit with its tax."""
        whole = self.whole
        return whole if whole.total <= limit else self._share(limit)

    @property
    def share(self) -> Part:
        """All of it, with its part of the taxes that are left."""
        return self._share(self.at_most + sum((abs(each.open) for each in self.lot.taxes), ZERO))

    def _share(self, limit: Decimal) -> Part:
        taxes = {each.tax.id: each.open for each in self.lot.taxes}
        return part_of(self.lot.open, taxes, self.lot.currency, at_most=self.at_most, limit=limit)


def parts(offers: Iterable[Offer], amount: Decimal) -> list[tuple[MoneyLot, Part]]:
    """What is drawn of the lots offered, in their order, for an amount with its taxes.

    A taxed lot is drained by what it comes to with its tax.
    """
    by_lot = {str(each.lot.line_id): each for each in offers}
    draws, _ = drain(
        [(name, each.whole.total) for name, each in by_lot.items()], max(amount, ZERO), ZERO
    )
    return [(by_lot[draw.lot].lot, by_lot[draw.lot].part(draw.quantity)) for draw in draws]


class AdvanceLots:
    """The lots of advances as they are once all that was found so far is posted.

    Lots of advances with trouble are not among them. What the drafts that wait for review draw is
    taken off, unless they are asked for anew.
    """

    def __init__(self, snapshot: Snapshot, as_of: date, found: Outcome) -> None:
        checked = sound(snapshot)
        self.as_of = as_of
        self.company = snapshot.company.currency
        self.advances = checked.advances
        self._company_id = snapshot.company.id
        self._done = done_decisions(snapshot)
        self._gone = {
            source_of(each) for each in snapshot.gone if each.split("/")[2] == Role.advance_request
        }
        self._lots = {lot.line_id: lot for lot in checked.lots}
        self._by_advance = grouped(checked.lots, lambda lot: lot.advance_id)
        self._by_client = grouped(sorted(checked.lots, key=self._order), lambda lot: lot.client_id)
        self._every = grouped(snapshot.advances, lambda each: each.client_id)
        used_up = (each for each in snapshot.used_up if each.id not in checked.advances)
        self._funds = grouped((*checked.advances.values(), *used_up), lambda each: each.client_id)
        self._coming = _restored(snapshot, found)
        self._standing = {each.key for each in snapshot.invoices}
        self._standing |= {each.key for each in snapshot.ledger.entries}
        using = sorted((e for e in snapshot.engagements if e.use_advances), key=lambda e: e.id)
        self._users = grouped(using, lambda each: each.client_id)
        self._promised: dict[int, Decimal] = {}
        if not self._lots:
            return
        self._replay(found)
        asked = {each.key for each in found.invoices if each.held is None}
        for draft in snapshot.invoices:
            anew = draft.key in asked or (
                draft.role in (Role.drawdown, Role.advance_return)
                and draft.engagement_id not in found.parked
            )
            if draft.changed or not anew:
                for line, amount in draft.deducts:
                    self._promised[line] = self._promised.get(line, ZERO) + amount

    def __getitem__(self, line_id: int) -> MoneyLot:
        return self._lots[line_id]

    def advance_of(self, lot: MoneyLot) -> Advance:
        """The advance that the lot belongs to."""
        assert lot.advance_id is not None, "a sound lot names its advance"
        return self.advances[lot.advance_id]

    def of(self, advance: Advance) -> list[MoneyLot]:
        """Its lots, oldest line first."""
        return [self._lots[lot.line_id] for lot in self._by_advance.get(advance.id, ())]

    def users(self, advance: Advance) -> list[Engagement]:
        """The engagements whose invoices may draw it, lowest id first."""
        own = self._users.get(advance.client_id, [])
        return [each for each in own if advance.covers(each.id, each.client_id)]

    def there(self, lot: MoneyLot, day: date | None = None) -> Decimal:
        """What of a lot was received by that day (that of the run) and is not drawn or promised."""
        received = lot.there_by(min(self.as_of, day or self.as_of))
        return max(ZERO, received - self._promised.get(lot.line_id, ZERO))

    def remainder(self, advance: Advance) -> Decimal:
        """What was received of an advance and is neither drawn nor promised."""
        return sum((self.there(lot) for lot in self.of(advance)), ZERO)

    def offers(
        self,
        engagement_id: int,
        client_id: int,
        currency: Currency,
        day: date,
        *,
        received_by: date | None = None,
    ) -> list[Offer]:
        """What an invoice of that day may draw, in the order in which it draws.

        ``received_by``: only what had come in by then (on the invoice itself); otherwise also what
        came in later.
        """
        found: list[Offer] = []
        caps: dict[int, Decimal] = {}
        for each in self._by_client.get(client_id, ()):
            lot = self._lots[each.line_id]
            advance = self.advance_of(lot)
            if lot.currency != currency or not advance.covers(engagement_id, client_id):
                continue
            cap = caps.get(advance.id)
            if cap is None:
                cap = self._open_for(advance, day)
            part = min(cap, self.there(lot, received_by))
            caps[advance.id] = cap - part
            if part > ZERO:
                found.append(Offer(lot, part))
        return found

    def funds(self, engagement: Engagement, currency: Currency) -> dict[int, Decimal]:
        """By advance, those of nothing left out: what an invoice of the day of the run may draw
        once what the run gives back to advances stands.
        """
        found = {
            each.id: self._open_for(each, self.as_of, self.restored(each))
            for each in self._funds.get(engagement.client_id, ())
            if each.currency == currency and each.covers(engagement.id, engagement.client_id)
        }
        return {each: amount for each, amount in found.items() if amount > ZERO}

    def restored(self, advance: Advance) -> Decimal:
        """What the run gives back to an advance and may be drawn again: what was drawn without
        being paid comes off first.
        """
        return max(ZERO, self._given_back(advance) - self._short(advance))

    def restoring(self, advance: Advance) -> tuple[str, ...]:
        """The keys of the documents that give it back."""
        return tuple(own for own, _ in self._coming.get(advance.id, ()))

    def is_refilled_first(
        self, engagement_id: int, client_id: int, currency: Currency, day: date
    ) -> bool:
        """Whether this run gives something to an advance that an invoice of that day may draw, by a
        document that does not stand yet: from the next wave on it may be that one's turn.
        """
        return any(
            each.currency == currency
            and each.covers(engagement_id, client_id)
            and not self._standing.issuperset(self.restoring(each))
            and self._open_for(each, day, self.restored(each)) > self._open_for(each, day)
            for each in self._funds.get(client_id, ())
        )

    def shortfall(self, advance: Advance) -> Decimal:
        """What was drawn of an advance and is not paid (any more), once what the run gives back to
        it stands.
        """
        return max(ZERO, self._short(advance) - self._given_back(advance))

    def _given_back(self, advance: Advance) -> Decimal:
        return sum((amount for _, amount in self._coming.get(advance.id, ())), ZERO)

    def _short(self, advance: Advance) -> Decimal:
        return sum((lot.shortfall - lot.held for lot in self.of(advance)), ZERO)

    def draw(self, line_id: int, part: Part) -> None:
        """Take a part of a lot. Breakage takes the tax on it along, though it books none."""
        lot = self._lots[line_id]
        if lot.taxes and not part.taxes:
            part = Offer(lot, part.net).share
        self._lots[line_id] = lot.after(part, self.company)

    def on_its_way(self, engagement: Engagement) -> bool:
        """Whether an advance that the engagement may draw is to be requested, or requested and not
        paid.
        """
        return any(
            advance.covers(engagement.id, engagement.client_id)
            and advance.currency == engagement.currency
            and not self.is_gone(advance)
            and self._awaited(advance)
            for advance in self._every.get(engagement.client_id, ())
        )

    def is_gone(self, advance: Advance) -> bool:
        """Whether its request was cancelled or deleted, and accepted so: nobody will pay it."""
        return f"a{advance.id}" in self._gone

    def _awaited(self, advance: Advance) -> bool:
        lots = self.of(advance)
        return not lots or any(lot.unpaid > ZERO for lot in lots)

    def is_pending(self, advance: Advance) -> bool:
        """Whether a decision to return or recognise is to be carried out."""
        return (
            advance.decision in (Decision.give_back, Decision.recognise)
            and advance.decided_on is not None
            and advance.decided_on <= self.as_of
            and decision_key(self._company_id, advance) not in self._done
        )

    def _open_for(self, advance: Advance, day: date, restored: Decimal = ZERO) -> Decimal:
        """What invoices of that day may draw of an advance, with what is restored to it: nothing
        after its maturity, and nothing that a decision withholds.
        """
        remainder = self.remainder(advance) + restored
        kept = advance.decision is Decision.keep
        if advance.maturity is not None and day > advance.maturity and not kept:
            return ZERO
        if self.is_pending(advance) and advance.decided_on is not None and day > advance.decided_on:
            withheld = advance.decision_amount or remainder
            return max(ZERO, remainder - withheld)
        return remainder

    def _order(self, lot: MoneyLot) -> tuple[bool, bool, int, bool, date, date, int]:
        advance = self.advance_of(lot)
        return (
            not advance.engagement_ids,
            not advance.priority,
            advance.priority,
            advance.maturity is None,
            advance.maturity or date.max,
            lot.received_on or date.max,
            lot.line_id,
        )

    def _replay(self, found: Outcome) -> None:
        """Take what the documents found so far are matched with."""
        for line_id, part in _drawn(found):
            if line_id in self._lots:
                self.draw(line_id, part)


def decision_key(company_id: int, advance: Advance) -> str:
    """The key of the document that carries a decision out: one per decision."""
    role = Role.advance_return if advance.decision is Decision.give_back else Role.breakage
    return key(
        company_id, sole_engagement(advance) or 0, role, f"a{advance.id}-{advance.decided_on}"
    )


def done_decisions(snapshot: Snapshot) -> set[str]:
    """Keys of the decisions that were carried out and posted, or whose document finance accepted as
    gone: it withholds nothing any more.
    """
    done = {each.key for each in snapshot.invoices if each.state == "posted"} | snapshot.gone
    return done | {each.key for each in snapshot.ledger.entries if each.state == "posted"}


def grouped(rows: Iterable[Row], of: Callable[[Row], int | None]) -> dict[int, list[Row]]:
    """The rows by what ``of`` answers, in their order; those without an answer are left out."""
    found: dict[int, list[Row]] = {}
    for row in rows:
        answer = of(row)
        if answer is not None:
            found.setdefault(answer, []).append(row)
    return found


def _drawn(found: Outcome) -> Iterator[tuple[int, Part]]:
    """By line that is matched, those of lots among them; what is held or withdrawn has none."""
    for entry in found.entries:
        for line in entry.lines:
            if line.match_line_id is not None:
                yield line.match_line_id, Part(net=line.amount)
    for invoice in found.invoices:
        for each in invoice.lines:
            if each.match_line_id is not None:
                taxes = tuple((tax, abs(amount)) for tax, amount in each.part_taxes)
                yield each.match_line_id, Part(net=abs(each.amount), taxes=taxes)


def _restored(snapshot: Snapshot, found: Outcome) -> dict[int, list[tuple[str, Decimal]]]:
    """By advance: (key, net) of what credit notes give back to it (rule 14). That is a lot from the
    next wave on, unless a person removed or changed the document: it is not written again.
    """
    restored: dict[int, list[tuple[str, Decimal]]] = {}
    stuck = _stuck(snapshot)

    def add(own: str, advance_id: int | None, amount: Decimal) -> None:
        if advance_id is not None and amount > ZERO and own not in stuck:
            restored.setdefault(advance_id, []).append((own, amount))

    for entry in found.entries:
        if entry.role is Role.drawdown:
            for line in entry.lines:
                if line.match_line_id is None:
                    add(entry.key, line.advance_id, -line.amount)
    for invoice in found.invoices:
        if invoice.role is Role.drawdown and not invoice.credit:
            for each in invoice.lines:
                add(invoice.key, each.advance_id, each.amount)
    return restored


def _stuck(snapshot: Snapshot) -> set[str]:
    """Keys of what a person cancelled or deleted, accepted or not, and of what a person changed and
    nobody accepted so.
    """
    found = {each.key for each in snapshot.tombstones}
    found |= {
        each.key
        for each in snapshot.invoices
        if not each.counts or (each.changes and each.accepted is None)
    }
    return found | {
        each.key for each in snapshot.ledger.entries if each.state == "cancel" or each.changes
    }
