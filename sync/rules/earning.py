"""What is to be recognised of one fee document, month by month (rule 16)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from sync.domain import hours
from sync.domain.calendar import add_months, first_of, last_of, month_text, months
from sync.domain.documents import Reason, Role
from sync.domain.issues import Issue, Severity, Source
from sync.domain.journal import Account, Entry, EntryLine
from sync.domain.keys import key
from sync.domain.ledger import MoneyLot
from sync.domain.money import ZERO, multiply
from sync.rules.case import Case
from sync.rules.earned import (
    NONE,
    Part,
    Progress,
    Usage,
    first_statement,
    part_progress,
    parts_of,
    progress,
)
from sync.rules.fee_lots import FeeDocument, entry_source, month_of, stands

_ACCOUNTS = {Role.recognition: Account.income, Role.breakage: Account.breakage}
_TEXTS = {Role.recognition: "Revenue", Role.breakage: "Breakage"}


@dataclass(frozen=True)
class Earning:
    """One fee document, what earns it, and what stands against that."""

    case: Case
    document: FeeDocument
    usage: Usage
    credited: Mapping[int, Decimal]
    """By lot: what credit notes of this run, and drafts of earlier ones, are about to take."""

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The months, or the block of hours, that it pays for."""
        return parts_of(self.case, self.document, self.usage)

    @cached_property
    def amount(self) -> Decimal:
        """What was billed and is not given back."""
        lots = self.document.lots
        return sum((lot.amount - lot.credited - self._leaving(lot) for lot in lots), ZERO)

    @cached_property
    def by_hand(self) -> Decimal:
        """What the lots lost to entries that are not ours; below zero, what ours lost again."""
        taken = sum((lot.drawn - lot.credited for lot in self.document.lots), ZERO)
        posted = (each.amount for each in self.document.entries if each.state == "posted")
        return taken - sum(posted, ZERO)

    def _leaving(self, lot: MoneyLot) -> Decimal:
        return min(lot.open, self.credited.get(lot.line_id, ZERO))

    def trouble(self) -> Issue | None:
        """Why nothing can be recognised of it, if so."""
        if not self.parts:
            return self._issue(
                "service_days_missing",
                "names no days of service, so nothing of it is recognised; enter service start and"
                " end on it",
                field="retainer_service_start",
            )
        missing = [each for each in self.usage.missing if each >= self.parts[0].month]
        if missing and any(part.hours_of for part in self.parts):
            return self._issue(
                "statement_missing",
                f"is earned by hours, but the closed statement of {month_text(missing[0])} cannot"
                " be read; check the access rights of the service user to retainer periods",
            )
        if self.by_hand < ZERO:
            posted = [each for each in self.document.entries if each.state == "posted"]
            return self._issue(
                "recognition_undone",
                f"has {self.document.currency.text(-self.by_hand)} more open than its posted"
                f" entries ({', '.join(each.name or each.key for each in posted)}) leave: one of"
                " them was reversed, or is not matched with it any more; match it again, or reset"
                " it to draft and delete it with its reversal. Until then nothing of it is"
                " recognised",
            )
        return None

    def entries(self) -> list[Entry]:
        """An entry per ended month and role that has anything due and none that stands yet."""
        pool = _Pool(self)
        asked = {Role.recognition: ZERO, Role.breakage: ZERO}
        found: list[Entry] = []
        for month in self._ready_months():
            earned = progress(self.parts, self.usage, month, self.document.day)
            revenue, total = self._rounded(earned.revenue), self._rounded(earned.total)
            for role, target in ((Role.recognition, revenue), (Role.breakage, total - revenue)):
                done = {each: self._recorded(each, month) + asked[each] for each in asked}
                left = total - sum(done.values(), ZERO)
                due = min(target - done[role], left, pool.open)
                if due > ZERO and not self._settled(role, month):
                    reason = self._reason(role, month, earned, done[role], due)
                    found.append(self._entry(role, month, due, reason, pool))
                    asked[role] += due
        return found

    @property
    def _first(self) -> date:
        """The first month with an entry: what was earned before the document stood in the books
        comes with the month in which it was posted.
        """
        return max(self.parts[0].month, first_of(self.document.day))

    def _ready_months(self) -> Iterator[date]:
        """The months that ended, and are closed where hours earn anything of the document."""
        by_hours = any(part.hours_of for part in self.parts)
        for month in months(self._first, self.case.as_of):
            if last_of(month) >= self.case.as_of:
                return
            if by_hours and not self._closed(month):
                return
            yield month

    def _closed(self, month: date) -> bool:
        """Whether no statement of the month, or of one before it, is still to come."""
        last = self.usage.last
        never = month < first_statement(self.case) or self.case.in_force(month) is None
        return never or (last is not None and month <= last)

    def _days(self, month: date) -> tuple[date, date]:
        """The days of service that the entry of a month is about."""
        since = self.parts[0].month if month == self._first else month
        start, _ = self.case.in_force(since) or (since, since)
        _, end = self.case.in_force(month) or (month, last_of(month))
        return min(start, end), end

    def _rounded(self, fraction: Fraction) -> Decimal:
        whole = multiply(self.amount, fraction.numerator, fraction.denominator)
        return self.document.currency.round(whole)

    def _recorded(self, role: Role, month: date) -> Decimal:
        """What the books, and people's drafts, recognise up to a month."""
        standing = (
            each.amount
            for each in self.document.entries
            if each.role is role and stands(each) and month_of(each.key) <= month
        )
        return sum(standing, self.by_hand if role is Role.recognition else ZERO)

    def _settled(self, role: Role, month: date) -> bool:
        """Whether the month has its entry: what turns out later belongs to a later month."""
        own = self._key(role, month)
        return any(each.key == own and stands(each) for each in self.document.entries)

    def _key(self, role: Role, month: date) -> str:
        source = entry_source(month, self.document.move_id)
        return key(self.case.company.id, self.case.engagement.id, role, source)

    def _entry(self, role: Role, month: date, due: Decimal, reason: Reason, pool: "_Pool") -> Entry:
        engagement, document = self.case.engagement, self.document
        start, end = self._days(month)
        text = f"{_TEXTS[role]}, {month_text(month)} ({document.name})"
        drawn = pool.take(due)
        client = document.lots[0].client_id or engagement.client_id
        lines = [
            EntryLine(
                account=Account.unearned,
                text=text,
                amount=amount,
                amount_company=books,
                partner_id=client,
                match_line_id=lot.line_id,
            )
            for lot, amount, books in drawn
        ]
        lines.append(
            EntryLine(
                account=_ACCOUNTS[role],
                text=text,
                amount=-due,
                amount_company=-sum((books for _, _, books in drawn), ZERO),
                partner_id=client,
                analytic_id=engagement.analytic_id,
            )
        )
        return Entry(
            key=self._key(role, month),
            role=role,
            engagement_id=engagement.id,
            client_id=client,
            day=last_of(month),
            service_start=start,
            service_end=end,
            currency=document.currency,
            company_currency=self.case.company.currency,
            lines=tuple(lines),
            reference=document.name,
            reasons=(reason,),
        )

    def _reason(
        self, role: Role, month: date, earned: Progress, before: Decimal, due: Decimal
    ) -> Reason:
        currency = self.document.currency
        fraction, what = earned.revenue, "earned"
        if role is Role.breakage:
            fraction, what = earned.total - earned.revenue, "never to be drawn"
        percent = multiply(Decimal(100), fraction.numerator, fraction.denominator)
        text = (
            f"{month_text(month)}: {percent:.2f} % of {currency.text(self.amount)} {what}; with"
            f" {currency.text(before)} recognised before, {currency.text(due)} are due"
        )
        measures = [self._measure(part, month) for part in self._moved(month)]
        return Reason(
            rule="recognise",
            text="; ".join([text, *measures]),
            records=(
                Source(model="account.move", id=self.document.move_id, name=self.document.name),
            ),
        )

    def _moved(self, month: date) -> list[Part]:
        """The parts that the month earned anything of."""
        before = add_months(month, -1)

        def at(part: Part, when: date) -> Progress:
            return part_progress(part, self.usage, when, self.document.day)

        return [
            part
            for part in self.parts
            if at(part, month) != (NONE if month == self._first else at(part, before))
        ]

    def _measure(self, part: Part, month: date) -> str:
        lot = self.usage.at(month).get(part.hours_of)
        name = month_text(part.month)
        if part.hours_of and not part.hours_of[0].isdigit():
            name = f"block {part.hours_of[1:]}"
        if lot is None:
            return f"{name} by its days"
        lapsed = f", {hours.text(lot.lapsed)} h lapsed" if lot.lapsed else ""
        return f"{name}: {hours.text(lot.drawn)} of {hours.text(lot.granted)} h drawn{lapsed}"

    def _issue(self, code: str, message: str, field: str = "") -> Issue:
        document = self.document
        return Issue(
            code=code,
            severity=Severity.warning,
            source=Source(model="account.move", id=document.move_id, name=document.name),
            field=field,
            message=message,
            engagement_id=self.case.engagement.id,
        )


class _Pool:
    """What may still be drawn of a document's lots, first line first."""

    def __init__(self, earning: Earning) -> None:
        self._company = earning.case.company.currency
        kept = earning.document.held_by_people
        self._lots: list[MoneyLot] = []
        for lot in earning.document.lots:
            leaving = min(lot.open, earning.credited.get(lot.line_id, ZERO))
            lot, part = self._less(lot, leaving), min(kept, lot.open - leaving)
            kept -= part
            self._lots.append(self._less(lot, part))

    @property
    def open(self) -> Decimal:
        """What is left in all."""
        return sum((lot.open for lot in self._lots), ZERO)

    def take(self, quantity: Decimal) -> list[tuple[MoneyLot, Decimal, Decimal]]:
        """(lot, amount, company amount at the lot's own rate); the last draw takes the rest."""
        assert ZERO < quantity <= self.open, f"{quantity} of {self.open}"
        taken = []
        for index, lot in enumerate(self._lots):
            part = min(quantity, lot.open)
            if part > ZERO:
                taken.append((lot, part, lot.company_part(part, self._company)))
                self._lots[index] = self._less(lot, part)
                quantity -= part
        return taken

    def _less(self, lot: MoneyLot, part: Decimal) -> MoneyLot:
        books = lot.company_part(part, self._company)
        return lot.model_copy(
            update={"open": lot.open - part, "open_company": lot.open_company - books}
        )
