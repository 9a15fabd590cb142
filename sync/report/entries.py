"""Journal entries as the accountant reviews them: accounts, debit, credit, and what they settle."""

from collections.abc import Iterable
from datetime import date

from sync.domain.documents import Reasons
from sync.domain.journal import Account, Entry, EntryLine
from sync.domain.money import ZERO
from sync.domain.value import Exact, Value
from sync.plan.changes import Plan
from sync.report.blocks import Amount, Row, Table, amounts, days, texts
from sync.report.invoices import role_text
from sync.report.names import Names

ACCOUNTS = {
    Account.advances: "customer advances",
    Account.unearned: "unearned revenue",
    Account.advances_noncurrent: "customer advances, non-current",
    Account.unearned_noncurrent: "unearned revenue, non-current",
    Account.income: "revenue",
    Account.breakage: "breakage income",
    Account.exchange: "exchange difference",
    Account.receivable: "receivable",
}


class ShownEntryLine(Value):
    """One line of an entry; debit or credit is zero, or both where only rates differ."""

    account: str
    text: str
    debit: Exact
    credit: Exact
    in_books: Exact
    """In the company's currency; debits positive."""
    matches: str = ""
    """The document whose open line it settles."""


class ShownEntry(Value):
    """A journal entry that is planned or written."""

    key: str
    action: str
    number: str = ""
    """Odoo's number, once it has one."""
    id: int | None = None
    day: date
    client: str
    engagement: str
    engagement_id: int
    role: str
    total: Exact
    currency: str
    digits: int
    books_currency: str
    service_start: date
    service_end: date
    lines: tuple[ShownEntryLine, ...]
    why: str
    reasons: Reasons

    def cell(self, amount: Exact) -> Amount | None:
        """An amount in the entry's currency; nothing for zero."""
        if not amount:
            return None
        return Amount(amount=amount, currency=self.currency, digits=self.digits)

    def money(self, amount: Exact) -> str:
        """The same as text."""
        cell = self.cell(amount)
        return cell.text if cell else ""


def shown_entry(entry: Entry, action: str, names: Names) -> ShownEntry:
    """The entry with its names and its reasons in one line."""
    return ShownEntry(
        key=entry.key,
        action=action,
        day=entry.day,
        client=names.partner(entry.client_id),
        engagement=names.engagement(entry.engagement_id),
        engagement_id=entry.engagement_id,
        role=entry.role.value,
        total=entry.total,
        currency=entry.currency.code,
        digits=entry.currency.digits,
        books_currency=entry.company_currency.code,
        service_start=entry.service_start,
        service_end=entry.service_end,
        lines=tuple(_line(each, names) for each in entry.lines),
        why="; ".join(reason.text for reason in entry.reasons),
        reasons=entry.reasons,
    )


def _line(line: EntryLine, names: Names) -> ShownEntryLine:
    return ShownEntryLine(
        account=ACCOUNTS[line.account],
        text=line.text,
        debit=max(line.amount, ZERO),
        credit=max(-line.amount, ZERO),
        in_books=line.amount_company,
        matches=names.line(line.match_line_id) if line.match_line_id is not None else "",
    )


def planned_entries(plan: Plan, names: Names) -> tuple[ShownEntry, ...]:
    """The entries that the plan writes, by client, engagement and date."""
    found = [
        shown_entry(change.entry, change.action.value, names)
        for change in plan.changes
        if change.entry
    ]
    return tuple(
        sorted(found, key=lambda each: (each.client, each.engagement_id, each.day, each.key))
    )


def entry_table(entries: Iterable[ShownEntry], title: str, *, written: bool) -> Table:
    """One row per line, as in a journal. ``written`` shows Odoo's numbers, else what is done."""
    return Table(
        tag="entry",
        title=title,
        columns=(
            *texts("number" if written else "action"),
            *days("date"),
            *texts("client", "role", "account"),
            *amounts("debit", "credit"),
            *texts("settles", "key"),
        ),
        detail="why",
        rows=tuple(
            Row(
                cells=(
                    (each.number or "draft") if written else each.action,
                    each.day,
                    each.client,
                    role_text(each.role),
                    line.account,
                    each.cell(line.debit),
                    each.cell(line.credit),
                    line.matches,
                    each.key,
                ),
                detail=each.why if last else "",
            )
            for each in entries
            for line, last in _marked(each.lines)
        ),
    )


def _marked(lines: tuple[ShownEntryLine, ...]) -> Iterable[tuple[ShownEntryLine, bool]]:
    """Each line, and whether it is the entry's last."""
    return ((line, at == len(lines) - 1) for at, line in enumerate(lines))
