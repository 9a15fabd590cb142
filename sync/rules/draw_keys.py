"""The keys of draws: which invoice, which lot, and what the invoice had been paid before.

Each draw raises what its invoice was paid, so two of one pair have keys of their own, and what
other invoices draw of the same lot does not matter: a run that was cut short asks for the same
draws as one that was not. Where a payment bounced or a draw was reversed, so that an invoice is
paid again as it was before a draw that is posted, the next free number follows. A draw that waits
for review keeps its key while the world goes on, and so does one that a person deleted, cancelled
or took apart: there is never a second one beside it. What finance accepted as gone is not asked for
any more.
"""

from collections import defaultdict
from decimal import Decimal

from sync.domain.documents import Role
from sync.domain.keys import draw_source, is_key, key, next_free, revision_of, stem_of
from sync.domain.ledger import MoneyLot, Receivable
from sync.domain.money import ZERO, Currency
from sync.domain.snapshot import Snapshot


class DrawKeys:
    """Keys for the draws of one run, asked for in the order of the draws."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._company_id = snapshot.company.id
        self._open: dict[int, Decimal] = defaultdict(lambda: ZERO)
        for each in snapshot.ledger.receivables:
            self._open[each.move_id] += each.open
        self._waiting: dict[str, list[str]] = defaultdict(list)
        waiting = _waiting(snapshot)
        for own in sorted(waiting, key=lambda own: (stem_of(own), revision_of(own))):
            self._waiting[stem_of(own)].append(own)
        self._settled = {stem_of(each) for each in snapshot.gone}
        self._used = set(snapshot.ledger.drawn) - waiting

    def is_settled(self, receivable: Receivable, lot: MoneyLot) -> bool:
        """Whether finance accepted that the invoice's draw from that lot is gone: it is not asked
        for, and the lot is there for others.
        """
        return stem_of(self._own(receivable, lot)) in self._settled

    def draw(self, receivable: Receivable, lot: MoneyLot, amount: Decimal) -> str:
        """The key of the next draw, over so much with its tax, of that invoice from that lot."""
        before = max(ZERO, receivable.total - self._open[receivable.move_id])
        self._open[receivable.move_id] -= amount
        own = self._own(receivable, lot, minor(before, lot.currency))
        waiting = self._waiting.get(stem_of(own))
        if waiting:
            own = waiting.pop(0)
        own = next_free(own, self._used)
        self._used.add(own)
        return own

    def _own(self, receivable: Receivable, lot: MoneyLot, revision: int = 0) -> str:
        source = draw_source(receivable.move_id, lot.line_id)
        return key(self._company_id, receivable.engagement_id, Role.drawdown, source, revision)


def minor(amount: Decimal, currency: Currency) -> int:
    """The amount in the currency's smallest unit."""
    return int(amount.scaleb(currency.digits))


def _waiting(snapshot: Snapshot) -> set[str]:
    """Keys of draws that are drafts, cancelled, or posted and matched no more, and of all that was
    deleted.
    """
    return {
        *(
            each.key
            for each in snapshot.invoices
            if each.role is Role.drawdown and each.state != "posted"
        ),
        *(each.key for each in snapshot.ledger.entries if each.role is Role.drawdown),
        *(each.key for each in snapshot.tombstones if is_key(each.key)),
    }
