"""Books that keep what the plans write: the ledger half of what Odoo answers, as values.

Posted fee invoices leave lots, entries draw them, a reviewer posts drafts when it suits them. What
the rules are given next is exactly what the pull promises to read (``Snapshot``, ``Ledger``), no
more, so that the promise itself is put to the test.
"""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal

from sync.domain.calendar import first_of
from sync.domain.documents import Invoice, Role, StatementState
from sync.domain.existing import ExistingPeriod, Tombstone
from sync.domain.journal import Account, Entry, EntryLine
from sync.domain.ledger import ExistingEntry, Ledger, LotKind, MoneyLot, OpenDebit
from sync.domain.money import ZERO, Currency
from sync.domain.snapshot import Snapshot
from sync.plan.changes import Action, Plan
from sync.rules.fee_lots import move_of
from tests.properties.settle import period_of, run, settle

Rate = Callable[[Currency, date], Decimal]
"""Company currency per unit of a currency on a day."""


def at_par(_: Currency, __: date) -> Decimal:
    """Everything is in the company's currency."""
    return Decimal(1)


class Refused(Exception):
    """Odoo does not post an entry that draws more than is open."""


class Books:
    """One company's books and everything around them, run after run."""

    def __init__(
        self, snapshot: Snapshot, *, rate: Rate = at_par, invoices: str = "posted"
    ) -> None:
        self.snapshot = snapshot
        self.rate = rate
        self.invoices = invoices
        """State in which the service leaves invoices."""
        self.plans: list[Plan] = []
        self.lots: dict[int, MoneyLot] = {}
        self.debits: dict[int, OpenDebit] = {}
        self.entries: dict[str, tuple[Entry, str]] = {}
        """Every entry of ours with its state, by key."""
        self.people: dict[str, Decimal] = {}
        """Amounts of the entries that people changed, by key."""
        self.posted: list[tuple[date, Entry]] = []
        self.billed = ZERO
        self.closed: dict[str, ExistingPeriod] = {}
        self._ids = 100

    # What the service does

    def run(self, *days: date) -> list[Plan]:
        """One run on each of the days: wave after wave, until nothing more is to be done."""
        made = []
        for on in days:
            for _ in range(6):
                _, plan = run(self.snapshot, on)
                if plan.empty:
                    break
                made.append(plan)
                self._take(plan)
            else:
                raise AssertionError(f"{on}: the waves do not end: {plan.changes}")
        self.plans += made
        return made

    def _take(self, plan: Plan) -> None:
        before = self.snapshot
        self.snapshot = settle(before, plan, state=self.invoices)
        for change in plan.changes:
            if change.invoice and change.action is not Action.withdraw:
                if self.invoices == "posted":
                    self.post_invoice(change.invoice)
            elif change.entry and change.action is Action.withdraw:
                del self.entries[change.entry.key]
            elif change.entry:
                self._write(change.entry)
            elif change.statement and change.statement.state is StatementState.closed:
                self.closed[change.statement.key] = period_of(change.statement, self._id())
        self._read()

    def _write(self, entry: Entry) -> None:
        self.entries[entry.key] = (entry, "draft")
        if self.snapshot.company.post_entries or entry.at_once:
            self._post(entry.key)

    # What people do

    def post_invoice(self, invoice: Invoice) -> None:
        """Post an invoice or credit note of ours: its unearned lines reach the ledger."""
        for line in invoice.lines:
            self.billed += -line.amount if invoice.credit else line.amount
            if invoice.credit and line.match_line_id is not None:
                self._draw(line.match_line_id, line.amount, credited=line.amount)
            elif line.unearned:
                assert not invoice.credit, f"{invoice.key} takes from no lot"
                lot = self._lot(invoice, line.amount)
                self.lots[lot.line_id] = lot

    def post_drafts(self, *keys: str) -> None:
        """The accountant posts drafts; all of them, in their order, unless some are named."""
        drafts = [each for each, (_, state) in self.entries.items() if state == "draft"]
        for key in keys or tuple(drafts):
            self._post(key)
        self._read()

    def change_draft(self, key: str, amount: Decimal) -> None:
        """The accountant writes another amount into a draft."""
        entry, state = self.entries[key]
        assert state == "draft" and len(entry.lines) == 2, key
        debit, credit = sorted(entry.lines, key=lambda line: -line.amount)
        books = entry.company_currency.round(amount * debit.amount_company / debit.amount)
        lines = (
            debit.model_copy(update={"amount": amount, "amount_company": books}),
            credit.model_copy(update={"amount": -amount, "amount_company": -books}),
        )
        self.entries[key] = (entry.model_copy(update={"lines": lines}), state)
        self.people[key] = amount
        self._read()

    def delete(self, key: str) -> None:
        """A person deletes a draft of ours; its key stays known."""
        del self.entries[key]
        gone = Tombstone(key=key, model="account.move")
        self.snapshot = self.snapshot.model_copy(
            update={"tombstones": (*self.snapshot.tombstones, gone)}
        )
        self._read()

    def cancel(self, key: str) -> None:
        """A person cancels a draft of ours."""
        entry, _ = self.entries[key]
        self.entries[key] = (entry, "cancel")
        self._read()

    def credit_by_hand(self, lot: MoneyLot, amount: Decimal) -> None:
        """A person credits an invoice in Odoo: all of it debits the liability, matched with what
        is left of the lot; the rest of the debit stays open.
        """
        self.billed -= amount
        part = min(amount, lot.open)
        if part:
            self._draw(lot.line_id, part, credited=part)
        if amount > part:
            line, company = self._id(), self.snapshot.company.currency
            books = company.round((amount - part) * lot.amount_company / lot.amount)
            self.debits[line] = OpenDebit(
                line_id=line,
                kind=LotKind.unearned,
                move_id=line + 5000,
                move_name=f"RINV/{line}",
                engagement_id=lot.engagement_id or 0,
                client_id=lot.client_id,
                currency=lot.currency,
                day=lot.day,
                open=amount - part,
                open_company=books,
            )
        self._read()

    def draw_by_hand(self, lot: MoneyLot, amount: Decimal) -> None:
        """A person recognises something in an entry of their own, matched with the lot."""
        self._draw(lot.line_id, amount)
        self._read()

    def mend(self, debit: OpenDebit, amount: Decimal) -> None:
        """A person moves a part of what a credit note took too much, in an entry of their own."""
        self.debits[debit.line_id] = debit.after(amount, self.snapshot.company.currency)
        self._read()

    # What the ledger holds

    def lot(self, source: str, revision: int = 0) -> MoneyLot:
        """The lot of the fee with this source, drawn to the end or not."""
        end = f"/fee/{source}/{revision}"
        found = [each for each in self.lots.values() if each.move_key.endswith(end)]
        assert len(found) == 1, [each.move_key for each in self.lots.values()]
        return found[0]

    def amounts(self, *roles: Role) -> dict[str, Decimal]:
        """Amount of every entry of these roles that stands, by its month and what it earns:
        ``2025-04 of 2025-03``, ``2025-02 of 2025-01/1`` for the fee's first correction.
        """
        moves = {lot.move_id: lot.move_key for lot in self.lots.values()}
        found = {}
        for key, (entry, _) in sorted(self.entries.items()):
            if entry.role in roles:
                month, revision = key.split("/")[3][:7], key.split("/")[4]
                source, correction = moves[move_of(key) or 0].split("/")[3:]
                name = f"{month} of {source}" + (f"/{correction}" if correction != "0" else "")
                found[name + (f" again {revision}" if revision != "0" else "")] = entry.total
        return found

    def balance(self, *accounts: Account) -> Decimal:
        """Debits less credits of posted entries on these accounts, in the entries' currency."""
        lines = (line for _, entry in self.posted for line in entry.lines)
        return sum((line.amount for line in lines if line.account in accounts), ZERO)

    @property
    def unearned(self) -> Decimal:
        """What is left on the liability: open lots less open debits."""
        return sum((lot.open for lot in self.lots.values()), ZERO) - sum(
            (debit.open for debit in self.debits.values()), ZERO
        )

    def _lot(self, invoice: Invoice, amount: Decimal) -> MoneyLot:
        company = self.snapshot.company.currency
        books = company.round(amount * self.rate(invoice.currency, invoice.invoice_date))
        number = self._id()
        return MoneyLot(
            line_id=number,
            kind=LotKind.unearned,
            move_id=number + 5000,
            move_name=f"INV/{number}",
            move_key=invoice.key,
            engagement_id=invoice.engagement_id,
            client_id=invoice.partner_id,
            currency=invoice.currency,
            day=invoice.invoice_date,
            service_start=invoice.service_start,
            service_end=invoice.service_end,
            amount=amount,
            amount_company=books,
            open=amount,
            open_company=books,
        )

    def _id(self) -> int:
        self._ids += 1
        return self._ids

    def _draw(
        self,
        line_id: int,
        amount: Decimal,
        books: Decimal | None = None,
        *,
        credited: Decimal = ZERO,
    ) -> None:
        """``books``: in the company's currency, as an entry says it; else at the lot's own rate."""
        lot = self.lots[line_id]
        assert ZERO <= amount <= lot.open, f"{amount} of {lot.open}"
        if books is None:
            books = lot.company_part(amount, self.snapshot.company.currency)
        self.lots[line_id] = lot.model_copy(
            update={
                "open": lot.open - amount,
                "open_company": lot.open_company - books,
                "credited": lot.credited + credited,
            }
        )

    def _post(self, key: str) -> None:
        entry, state = self.entries[key]
        assert state == "draft", key
        for line in entry.lines:
            lot = self.lots.get(line.match_line_id or 0)
            if lot is not None and line.amount > lot.open:
                raise Refused(f"{key}: {line.amount} of {lot.open}")
            debit = self.debits.get(line.match_line_id or 0)
            if debit is not None and -line.amount > debit.open:
                raise Refused(f"{key}: {-line.amount} of {debit.open}")
        for line in entry.lines:
            self._match(line)
        self.entries[key] = (entry, "posted")
        self.posted.append((entry.day, entry))

    def _match(self, line: EntryLine) -> None:
        if line.match_line_id in self.lots:
            self._draw(line.match_line_id or 0, line.amount, line.amount_company)
        elif line.match_line_id is not None:
            debit = self.debits[line.match_line_id]
            self.debits[debit.line_id] = debit.model_copy(
                update={
                    "open": debit.open + line.amount,
                    "open_company": debit.open_company + line.amount_company,
                }
            )

    def _read(self) -> None:
        """What the pull reads of it."""
        lots = tuple(each for each in self.lots.values() if each.open)
        debits = tuple(each for each in self.debits.values() if each.open)
        moves = {each.move_id for each in lots}
        credits = {each.move_id for each in debits}
        self.snapshot = self.snapshot.model_copy(
            update={
                "periods": tuple(self._periods(lots)),
                "ledger": Ledger(
                    lots=lots,
                    debits=debits,
                    entries=tuple(
                        self._existing(key)
                        for key, (entry, state) in sorted(self.entries.items())
                        if state != "posted"
                        or move_of(key) in moves
                        or key.split("/")[3] in {f"i{each}" for each in credits}
                        or entry.role is Role.reclassification
                    ),
                ),
            }
        )

    def _periods(self, lots: Iterable[MoneyLot]) -> Iterable[ExistingPeriod]:
        since: dict[int, date] = {}
        for lot in lots:
            first = first_of(lot.service_start or lot.day)
            owner = lot.engagement_id or 0
            since[owner] = min(first, since.get(owner, first))
        read = {each.key: each for each in self.snapshot.periods if not each.closed}
        last: dict[int, ExistingPeriod] = {}
        for key, each in sorted(self.closed.items(), key=lambda pair: pair[1].date_end):
            last[each.engagement_id] = each
            if each.date_end >= since.get(each.engagement_id, date.max):
                read[key] = each
        for each in last.values():
            read[each.key] = each
        return read.values()

    def _existing(self, key: str) -> ExistingEntry:
        entry, state = self.entries[key]
        return ExistingEntry(
            id=list(self.entries).index(key) + 1,
            name=f"MISC/{key.split('/')[3]}" if state == "posted" else "",
            key=key,
            fingerprint="by hand" if key in self.people else entry.fingerprint,
            role=entry.role,
            engagement_id=entry.engagement_id or None,
            state=state,
            changed=key in self.people,
            day=entry.day,
            service_start=entry.service_start,
            service_end=entry.service_end,
            amount=entry.total,
        )
