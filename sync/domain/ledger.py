"""What the general ledger says: lots of money, open receivables, lock dates.

A money lot *is* a posted credit line on a liability account. What is left of it is the line's
residual; no balance is kept anywhere else.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, TypeVar

from sync.domain.documents import Role
from sync.domain.money import ZERO, Currency, value_of_part
from sync.domain.shortfall import beyond
from sync.domain.taxes import Part, Tax
from sync.domain.value import Exact, Value

_RATE = Decimal("1e-12")


class LotKind(StrEnum):
    """On which liability account a lot of money stands."""

    advances = "advances"
    """Received from the client before any invoice."""
    unearned = "unearned"
    """Billed as a fee and not yet earned (IFRS 15.106)."""


class Receipt(Value):
    """Money that came in for a lot: so much of it may be drawn from that day on."""

    day: date
    amount: Exact
    """In the lot's currency, the lot's (net) share of what was paid."""


class LotTax(Value):
    """A tax that was charged with a lot, as far as nothing has deducted or returned it again."""

    tax: Tax
    open: Exact
    """As posted with the lot, less what deductions, draws and returns took with them."""


class MoneyLot(Value):
    """A posted credit line on a liability account, with what is still open of it."""

    line_id: int
    kind: LotKind
    move_id: int
    move_name: str = ""
    move_key: str = ""
    """Our key; empty for an entry that a person made (an opening balance)."""
    engagement_id: int | None = None
    advance_id: int | None = None
    client_id: int | None
    """The commercial entity; None where the line names no partner."""
    currency: Currency
    day: date
    """Of the accounts."""
    service_start: date | None = None
    service_end: date | None = None
    """Days that a fee covers, both inclusive."""
    amount: Exact
    """As posted, in ``currency``."""
    amount_company: Exact
    """As posted, in the company's currency: the lot's own rate."""
    open: Exact
    """Not yet drawn, in ``currency``."""
    open_company: Exact
    unpaid: Exact = ZERO
    """What of it the client still has to pay (a request): it cannot be drawn."""
    unpaid_total: Exact | None = None
    """The same with its tax, to the cent; None where its document asks for something else too."""
    restores: bool = False
    """Whether it gives back what an invoice had drawn: no new money."""
    held: Exact = ZERO
    """What of it stands for what was drawn of other lots of its advance and is not paid (any more):
    it cannot be drawn either."""
    receipts: tuple[Receipt, ...] = ()
    """By day, for a request, and for a lot that money for a request set free; empty = what is not
    unpaid was there on ``day``."""
    credited: Exact = ZERO
    """What credit notes took of it: the part of ``amount − open`` that is matched with lines of
    credit notes. The rest of what was taken is recognition, breakage, or a hand's entry."""
    taxes: tuple[LotTax, ...] = ()
    """What tax was charged with it, on what is open; empty for an untaxed one."""

    @property
    def taxed(self) -> bool:
        """Whether tax was charged on it."""
        return bool(self.taxes)

    @property
    def tax_ids(self) -> tuple[int, ...]:
        """Odoo's taxes on it."""
        return tuple(each.tax.id for each in self.taxes)

    @property
    def drawn(self) -> Decimal:
        """What was drawn, returned or recognised of it."""
        return self.amount - self.open

    @property
    def available(self) -> Decimal:
        """What may be drawn: the open part that was paid. Never below zero (rule 12)."""
        return max(ZERO, self.open - self.unpaid - self.held)

    @property
    def came_in(self) -> Decimal:
        """What the client paid for it, be it drawn since or not."""
        if self.restores:
            return ZERO
        if self.receipts:
            return sum((each.amount for each in self.receipts), ZERO)
        return ZERO if self.unpaid else self.amount

    @property
    def shortfall(self) -> Decimal:
        """What was drawn of it and is not paid (any more)."""
        return beyond(self.open, self.unpaid)

    @property
    def received_on(self) -> date | None:
        """The first day on which anything of it could be drawn; None = nothing was paid yet."""
        if self.receipts:
            return self.receipts[0].day
        return None if self.unpaid else self.day

    def there_by(self, day: date) -> Decimal:
        """What of its open part had been received and posted by the end of that day."""
        if day < self.day:
            return ZERO
        later = sum((each.amount for each in self.receipts if each.day > day), ZERO)
        return max(ZERO, self.open - self.unpaid - self.held - later)

    def there_on(self, quantity: Decimal) -> date:
        """The first day on which so much of its open part had been received."""
        assert quantity <= self.available, f"{quantity} of {self.available} received"
        days = sorted({self.day, *(max(self.day, each.day) for each in self.receipts)})
        return next(day for day in days if self.there_by(day) >= quantity)

    def company_part(self, quantity: Decimal, company: Currency) -> Decimal:
        """Company-currency value of a draw at the lot's own rate; the last draw takes the rest."""
        return value_of_part(quantity, self.open, self.open_company, company)

    def after(self, part: Part, company: Currency) -> "MoneyLot":
        """What the lot is once that part of it was drawn."""
        taken = dict(part.taxes)
        return self.model_copy(
            update={
                "open": self.open - part.net,
                "open_company": self.open_company - self.company_part(part.net, company),
                "taxes": tuple(
                    each.model_copy(update={"open": each.open - taken.get(each.tax.id, ZERO)})
                    for each in self.taxes
                ),
            }
        )


class Receivable(Value):
    """An open receivable line of a posted invoice or credit note of an engagement."""

    line_id: int
    account_id: int
    move_id: int
    move_name: str = ""
    move_key: str = ""
    """Our key; empty for an invoice that a person made."""
    role: Role | None = None
    engagement_id: int
    client_id: int
    partner_id: int
    currency: Currency
    invoice_date: date
    due_on: date | None = None
    credit: bool = False
    """Of a credit note: ``open`` is owed to the client."""
    reverses_ids: tuple[int, ...] = ()
    """The invoices that this credit note reverses: the one that Odoo names or, of a credit note of
    ours, all that were posted under the same key; of purchases, all that recharged them."""
    open: Exact
    open_company: Exact
    total: Exact
    untaxed: Exact

    def company_part(self, quantity: Decimal, company: Currency) -> Decimal:
        """Company-currency value of a part at the invoice's rate; the last part takes the rest."""
        return value_of_part(quantity, self.open, self.open_company, company)

    @property
    def rate(self) -> Decimal | None:
        """Units of its currency per unit of the company's, as the document was posted."""
        if not self.open_company:
            return None
        return (self.open / self.open_company).quantize(_RATE)

    def after(self, quantity: Decimal, company: Currency) -> "Receivable":
        """What is open once that part of it was paid."""
        value = self.company_part(quantity, company)
        return self.model_copy(
            update={"open": self.open - quantity, "open_company": self.open_company - value}
        )


class OpenDraw(Value):
    """What an invoice drew from a lot: one partial reconciliation on the liability account."""

    lot_line_id: int
    advance_id: int
    invoice_id: int
    entry_id: int
    """The document that drew: our entry or credit note, or the invoice itself that deducted it."""
    day: date
    amount: Exact
    """Net, in the lot's currency."""
    amount_company: Exact
    taxes: tuple[LotTax, ...] = ()
    """Of a taxed lot: what tax went with it (``open`` = all of it)."""
    restored: Exact = ZERO
    """What of ``amount`` was given back to the lot before: by documents of ours whose key's source
    ends in ``.l<lot line>.e<entry>``, less what people reversed of them."""
    restored_by: tuple[str, ...] = ()
    """The keys of those documents, reversed ones too: none is used again."""


class OpenDebit(Value):
    """What a credit note took from a liability account beyond what was open of its lot.

    A credit note that a person makes in Odoo debits unearned revenue with all that it gives back;
    where a part was recognised already, that part of the debit stays open (rule 16 moves it to
    revenue). Amounts are positive.
    """

    line_id: int
    kind: LotKind
    move_id: int
    move_name: str = ""
    engagement_id: int
    """Of the credit note or, where it names none, of the invoice that it reverses."""
    client_id: int | None
    currency: Currency
    day: date
    """Of the accounts."""
    open: Exact
    open_company: Exact

    def after(self, quantity: Decimal, company: Currency) -> "OpenDebit":
        """What is open once that part of it was moved, at its own rate; the last takes the rest."""
        value = value_of_part(quantity, self.open, self.open_company, company)
        return self.model_copy(
            update={"open": self.open - quantity, "open_company": self.open_company - value}
        )


class Locks(Value):
    """The company's lock dates: nothing is posted on or before them (rule 18)."""

    all: date | None = None
    """Fiscal year lock."""
    tax: date | None = None
    sale: date | None = None
    hard: date | None = None

    def first_open(self, day: date, *, sale: bool = False, taxed: bool = False) -> date:
        """The day itself, or the day after the last lock that covers it."""
        locks = [self.all, self.hard, self.sale if sale else None, self.tax if taxed else None]
        latest = max((lock for lock in locks if lock is not None), default=None)
        return day if latest is None or day > latest else latest + timedelta(days=1)

    def covering(self, day: date, *, sale: bool = False, taxed: bool = False) -> str:
        """Which lock keeps the day closed, in words; empty when it is open."""
        named = {
            "hard lock date": self.hard,
            "lock date of all users": self.all,
            "sales lock date": self.sale if sale else None,
            "tax lock date": self.tax if taxed else None,
        }
        found = [(lock, name) for name, lock in named.items() if lock is not None and day <= lock]
        return f"{max(found)[1]} {max(found)[0]}" if found else ""


class ExistingEntry(Value):
    """A keyed journal entry of ours that stands in Odoo (draws, recognition, breakage)."""

    id: int
    name: str
    key: str
    fingerprint: str
    role: Role
    engagement_id: int | None
    state: str
    """Odoo's own: ``draft``, ``posted``, ``cancel``."""
    changed: bool
    """Whether a person changed what the service wrote."""
    changes: str = ""
    """What of it, in words."""
    reset: bool = False
    """Whether a person reset it to draft after it was posted."""
    day: date
    service_start: date | None = None
    service_end: date | None = None
    amount: Exact
    """Sum of its debits in the entry's currency."""

    @property
    def is_draft_of_ours(self) -> bool:
        """An untouched draft: it may be replaced."""
        return self.state == "draft" and not self.changed


class Ledger(Value):
    """The open side of a company's liability accounts, and what may draw on it."""

    lots: tuple[MoneyLot, ...] = ()
    """Lots with anything open, and the requests of advances that are not done with, by line id.
    Lines of reclassifications are none: they show a lot elsewhere at year end and come back the day
    after."""
    debits: tuple[OpenDebit, ...] = ()
    """Open debit lines of posted credit notes on the unearned account."""
    receivables: tuple[Receivable, ...] = ()
    """Open receivables of engagements that use advances, and open credit notes."""
    draws: tuple[OpenDraw, ...] = ()
    """What the invoices drew whose credit notes are open."""
    drawn: tuple[str, ...] = ()
    """Keys of the posted draws of invoices in ``receivables`` whose clients have lots of advances
    in that currency: none is used again, also where a payment that bounced, or the reversal of a
    draw, leaves the invoice paid as it was before."""
    entries: tuple[ExistingEntry, ...] = ()
    """Entries of ours, cancelled ones too, of every month:

    - every draft (draws, recognition, breakage, corrections, reclassifications);
    - recognition and breakage of the documents that open fee lots stand on: those whose key's
      source ends in ``.i<move_id>`` of a lot in ``lots`` (entries of their engagements that are
      dated on or after the earliest such lot's service start hold them all);
    - corrections of the credit notes in ``debits`` (source ``i<move_id>``);
    - reclassifications of the last financial year that ended (source begins with its year).
    """

    def by_engagement(self) -> dict[int, "Ledger"]:
        """What names an engagement, by engagement (draws name none)."""
        lots = _by_engagement(self.lots)
        debits = _by_engagement(self.debits)
        receivables = _by_engagement(self.receivables)
        entries = _by_engagement(self.entries)
        return {
            engagement: Ledger(
                lots=tuple(lots.get(engagement, ())),
                debits=tuple(debits.get(engagement, ())),
                receivables=tuple(receivables.get(engagement, ())),
                entries=tuple(entries.get(engagement, ())),
            )
            for engagement in sorted({*lots, *debits, *receivables, *entries})
        }


class _NamesEngagement(Protocol):
    @property
    def engagement_id(self) -> int | None: ...


Row = TypeVar("Row", bound=_NamesEngagement)


def _by_engagement(rows: Iterable[Row]) -> dict[int, list[Row]]:
    grouped: dict[int, list[Row]] = {}
    for row in rows:
        if row.engagement_id:
            grouped.setdefault(row.engagement_id, []).append(row)
    return grouped
