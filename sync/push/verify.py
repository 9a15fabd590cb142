"""Read back what a push wrote, and name every difference from the plan.

Odoo may move a date or round a cent in silence; a person may be quicker than the report. Nothing is
mended here.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

from mappings import (
    account_analytic_line,
    account_move,
    journal_entry,
    project_milestone,
    read_each,
    retainer_period,
    shown,
)
from mappings.account_move_line import MODEL as LINES
from mappings.account_move_line import OWED_FIELDS, OwedLine, of_moves_on, owed
from mappings.gateway import GATEWAY
from mappings.journal_entry import WrittenLine
from mappings.pulled import Pulled
from sync.domain.documents import Invoice, Statement, StatementState
from sync.domain.existing import ExistingInvoice, ExistingPeriod
from sync.domain.issues import Issue
from sync.domain.journal import Entry
from sync.domain.money import ZERO
from sync.domain.value import Value
from sync.odoo.errors import BadAnswer
from sync.odoo.gateway import Domain, Gateway, Row
from sync.odoo.paging import PAGE_SIZE, read_all
from sync.plan.changes import Plan
from sync.push.push import BATCH_SIZE
from sync.push.report import WRITTEN, PushReport, Result, Status


class Difference(Value):
    """One thing that stands otherwise in Odoo than it was planned."""

    key: str
    id: int | None = None
    name: str = ""
    """Of the record in Odoo."""
    field: str
    planned: str
    actual: str

    def __str__(self) -> str:
        """``INV/2025/00012 (1/42/fee/2025-03/0): date is 2025-04-01, planned was 2025-03-01``."""
        shown = f"{self.name} ({self.key})" if self.name else self.key
        return f"{shown}: {self.field} is {self.actual}, planned was {self.planned}"


def verify(
    gateway: Gateway,
    plan: Plan,
    pulled: Pulled,
    report: PushReport,
    *,
    batch_size: int = BATCH_SIZE,
    page_size: int = PAGE_SIZE,
) -> tuple[Difference, ...]:
    """Everything that the report says was written and that is not in Odoo as planned.

    Nine calls at most per batch, and one for each further page of lines. Raises ``GatewayError``.
    """
    documents = {change.key: change.document for change in plan.changes}
    standing = [result for result in report.results if result.status in WRITTEN]
    found: list[Difference] = []
    for start in range(0, len(standing), batch_size):
        batch = _Batch(gateway, pulled, page_size)
        some = standing[start : start + batch_size]
        pairs = [(documents[result.key], result) for result in some]
        batch.invoices([(each, result) for each, result in pairs if isinstance(each, Invoice)])
        batch.entries([(each, result) for each, result in pairs if isinstance(each, Entry)])
        batch.statements([(each, result) for each, result in pairs if isinstance(each, Statement)])
        batch.others(
            [
                (each.key, each.fingerprint, result)
                for each, result in pairs
                if not isinstance(each, Invoice | Statement | Entry)
            ]
        )
        found += batch.differences
    return tuple(found)


class _Batch:
    """Some documents being compared."""

    def __init__(self, gateway: Gateway, pulled: Pulled, page_size: int) -> None:
        self.gateway = gateway
        self.pulled = pulled
        self.page_size = page_size
        self.differences: list[Difference] = []

    def invoices(self, pairs: Sequence[tuple[Invoice, Result]]) -> None:
        """Number, dates, client, amounts, state, accounts, what is settled and what is bound."""
        if not pairs:
            return
        company = self.pulled.snapshot.company
        currencies = {invoice.currency.id: invoice.currency for invoice, _ in pairs}
        currencies[company.currency.id] = company.currency
        ids = [result.id for _, result in pairs if result.id]
        read = read_each(
            account_move.MODEL,
            self._rows(account_move.MODEL, account_move.of_ids(ids), account_move.WRITTEN_FIELDS),
            lambda row: account_move.written(row, company.id, currencies),
        )
        standing = {each.invoice.id: each for each in read.values}
        on_liabilities = self._on_liabilities(ids)
        entries = self._bound(
            [entry for invoice, _ in pairs for entry in invoice.entry_ids],
            account_analytic_line.BY_DOCUMENT,
        )
        milestones = self._milestones([each for i, _ in pairs for each in i.milestone_ids])
        state = "posted" if company.post_invoices else "draft"
        for invoice, result in pairs:
            differs = self._teller(result)
            there = standing.get(result.id or 0)
            if there is None:
                differs("record", "readable", _why(read.issues, result.id))
                continue
            actual = there.invoice
            record = actual.id
            if state == "posted":
                differs("number", "a number", actual.name or "none", same=bool(actual.name))
            differs("key", invoice.key, actual.key)
            differs("fingerprint", invoice.fingerprint, actual.fingerprint)
            differs("state", state, actual.state)
            differs("credit note", invoice.credit, actual.credit)
            differs("invoice date", invoice.invoice_date, actual.invoice_date)
            differs("date", invoice.invoice_date, there.date)
            differs("service", (invoice.service_start, invoice.service_end), actual.days)
            if invoice.due_on and not invoice.payment_term_id and result.status is Status.created:
                differs("due date", invoice.due_on, there.due_on)
            differs("client", invoice.partner_id, there.partner_id)
            differs("net amount", invoice.net_total, actual.untaxed)
            if invoice.total_due is not None:
                differs("total", invoice.total_due, actual.total)
            differs("engagement", invoice.engagement_id, actual.engagement_id)
            self._compare_liabilities(invoice, actual, on_liabilities.get(record, []), differs)
            differs("time entries bound", len(invoice.entry_ids), entries.get(record, 0))
            differs("milestones bound", len(invoice.milestone_ids), milestones.get(record, 0))

    def entries(self, pairs: Sequence[tuple[Entry, Result]]) -> None:
        """Number, date, state, every line, and whether it settled what it was to settle."""
        if not pairs:
            return
        company, books = self.pulled.snapshot.company, self.pulled.books
        currencies = {entry.currency.id: entry.currency for entry, _ in pairs}
        currencies[company.currency.id] = company.currency
        ids = [result.id for _, result in pairs if result.id]
        read = read_each(
            journal_entry.MODEL,
            self._rows(journal_entry.MODEL, journal_entry.of_ids(ids), journal_entry.FIELDS),
            lambda row: journal_entry.value(row, company.id, currencies),
        )
        standing = {each.id: each for each in read.values}
        lines: dict[int, list[WrittenLine]] = {}
        for each in read_each(
            journal_entry.LINE_MODEL,
            self._rows(
                journal_entry.LINE_MODEL, journal_entry.lines_of(ids), journal_entry.LINE_FIELDS
            ),
            lambda row: journal_entry.line(row, company.currency, currencies),
        ).values:
            lines.setdefault(each.move_id, []).append(each)
        for entry, result in pairs:
            differs = self._teller(result)
            actual = standing.get(result.id or 0)
            if actual is None:
                differs("record", "readable", _why(read.issues, result.id))
                continue
            state = "posted" if company.post_entries or entry.at_once else "draft"
            differs("key", entry.key, actual.key)
            differs("fingerprint", entry.fingerprint, actual.fingerprint)
            differs("state", state, actual.state)
            differs("date", entry.day, actual.day)
            written = lines.get(actual.id, [])
            on = journal_entry.accounts(entry, books)
            planned = Counter(
                (account, line.partner_id, line.amount, line.amount_company)
                for account, line in zip(on, entry.lines, strict=True)
            )
            found = Counter(
                (line.account_id, line.partner_id, line.amount, line.amount_company)
                for line in written
            )
            for missing in planned - found:
                differs("line", _line_text(missing), "not there")
            for extra in found - planned:
                differs("line", "not there", _line_text(extra))
            if state == actual.state == "posted":
                settled = [
                    (account, line.amount_company)
                    for account, line in zip(on, entry.lines, strict=True)
                    if line.match_line_id is not None
                ]
                for line in written:
                    if (line.account_id, line.amount_company) in settled:
                        differs("open after it was matched", ZERO, line.open_company)
                        differs("open in its currency", ZERO, line.open)

    def statements(self, pairs: Sequence[tuple[Statement, Result]]) -> None:
        """State, hours and what is bound."""
        if not pairs:
            return
        read = read_each(
            retainer_period.MODEL,
            self._rows(
                retainer_period.MODEL,
                retainer_period.of_ids([result.id for _, result in pairs if result.id]),
                retainer_period.FIELDS,
            ),
            lambda row: retainer_period.value(row, {}),
        )
        standing: dict[int, ExistingPeriod] = {each.id: each for each in read.values}
        entries = self._bound(
            [entry for statement, _ in pairs for entry in statement.entry_ids],
            account_analytic_line.BY_STATEMENT,
        )
        for statement, result in pairs:
            differs = self._teller(result)
            actual = standing.get(result.id or 0)
            if actual is None:
                differs("record", "readable", _why(read.issues, result.id))
                continue
            closed = statement.state is StatementState.closed
            differs("key", statement.key, actual.key)
            differs("fingerprint", statement.fingerprint, actual.fingerprint)
            differs("closed", closed, actual.closed)
            differs("seconds used", statement.used, actual.used)
            differs("seconds available", statement.available, actual.available)
            differs("seconds of overage", statement.overage, actual.overage)
            if closed:
                bound = entries.get(actual.id, 0)
                differs("time entries bound", len(statement.entry_ids), bound)

    def others(self, documents: Sequence[tuple[str, str, Result]]) -> None:
        """Quotations, requests and alerts: that they are there, with the planned content."""
        if not documents:
            return
        answer = self.gateway.call(
            GATEWAY,
            "lookup",
            repeatable=True,
            company_id=self.pulled.snapshot.company.id,
            keys=[key for key, _, _ in documents],
        )
        rows = answer if isinstance(answer, list) else []
        named = (row for row in rows if isinstance(row, dict))
        standing = {row["key"]: row for row in named if isinstance(row.get("key"), str)}
        for key, fingerprint, result in documents:
            differs = self._teller(result)
            row = standing.get(key)
            if row is None or row.get("state") == "deleted":
                differs("record", "there", "not there" if row is None else "deleted")
            else:
                differs("fingerprint", fingerprint, row.get("fingerprint"))

    def _teller(self, result: Result) -> Callable[..., None]:
        def differs(field: str, planned: object, actual: object, same: bool | None = None) -> None:
            if planned == actual if same is None else same:
                return
            self.differences.append(
                Difference(
                    key=result.key,
                    id=result.id,
                    name=result.name,
                    field=field,
                    planned=str(planned),
                    actual=str(actual),
                )
            )

        return differs

    def _on_liabilities(self, ids: Iterable[int]) -> dict[int, list[OwedLine]]:
        """By document: its lines on the liability accounts."""
        accounts = self.pulled.books.liability_accounts.values()
        if not accounts:
            return {}
        rows = self._rows(LINES, of_moves_on(list(ids), accounts), OWED_FIELDS)
        found: dict[int, list[OwedLine]] = {}
        for line in read_each(LINES, rows, owed).values:
            found.setdefault(line.move_id, []).append(line)
        return found

    def _compare_liabilities(
        self,
        invoice: Invoice,
        actual: ExistingInvoice,
        lines: Sequence[OwedLine],
        differs: Callable[..., None],
    ) -> None:
        """What is owed until it is earned, and that what draws a lot has nothing open."""
        books = self.pulled.books
        unearned, advances = books.unearned_account_id, books.advance_account_id
        if unearned is not None:
            planned = any(line.unearned for line in invoice.lines)
            there = any(line.account_id == unearned for line in lines)
            differs("posted to unearned revenue", planned, there)
        if actual.state != "posted":
            return
        for account, draws in (
            (unearned, [line for line in invoice.lines if line.unearned and line.match_line_id]),
            (advances, [line for line in invoice.lines if line.advance_id and line.match_line_id]),
        ):
            settled = sum(line.settled for line in lines if line.account_id == account)
            same = settled >= len(draws)
            differs(f"lines settled on account {account}", len(draws), settled, same=same)

    def _rows(self, model: str, domain: Domain, fields: Sequence[str]) -> Iterator[Row]:
        return read_all(self.gateway, model, domain, fields, page_size=self.page_size)

    def _bound(self, entries: Sequence[int], by: str) -> dict[int, int]:
        """How many of those entries each record has counted."""
        if not entries:
            return {}
        rows = self.gateway.read_group(
            account_analytic_line.MODEL, account_analytic_line.of_ids(entries), [by], ["__count"]
        )
        read = read_each(
            account_analytic_line.MODEL, rows, lambda row: account_analytic_line.bound(row, by)
        )
        for issue in read.issues:
            raise BadAnswer(f"What was bound cannot be read: {issue}.", retryable=False)
        return {record: count for record, count in read.values if record is not None}

    def _milestones(self, ids: Sequence[int]) -> Counter[int]:
        if not ids:
            return Counter()
        by = project_milestone.BY_DOCUMENT
        rows = self.gateway.search_read(
            project_milestone.MODEL, project_milestone.of_ids(ids), [by], limit=len(ids)
        )
        found = (shown.link(row, by) for row in rows)
        return Counter(each for each in found if each is not None)


def _line_text(line: tuple[int, int | None, Decimal, Decimal]) -> str:
    account, partner, amount, books = line
    return f"account {account}, partner {partner or 'none'}: {amount} ({books} in the books)"


def _why(issues: Iterable[Issue], record: int | None) -> str:
    for issue in issues:
        if issue.source.id == record:
            return f"{issue.field}: {issue.message}"
    return "not there"
