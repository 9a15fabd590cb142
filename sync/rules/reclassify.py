"""Current and non-current at year end, where the company splits them (IAS 1.69(d), 1.61).

What is owed for longer than twelve months after the financial year's end is shown as non-current on
its last day and taken back on the day after. The lots stay where they are: the two entries are set
off against each other, and what is drawn later is drawn from the same lines.

Of a fee it is the months after that day; of an advance, what was paid and may still be drawn after
it (its maturity lies beyond). An advance without maturity, and a block of hours, can be claimed any
day and stay current. Written once, by the first run after the year's end: what is drawn later was,
as it turned out, current; so only a draft of ours follows the figures.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sync.domain.advances import Decision
from sync.domain.calendar import ONE_DAY, day_of
from sync.domain.documents import Reason, Role
from sync.domain.issues import Issue, Severity, Source
from sync.domain.journal import Account, Entry, EntryLine
from sync.domain.keys import key
from sync.domain.ledger import ExistingEntry, LotKind, MoneyLot
from sync.domain.money import ZERO, Currency, multiply
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Company, Snapshot
from sync.rules.case import Case
from sync.rules.earned import NOTHING, Usage, parts_of
from sync.rules.entries import withdrawal
from sync.rules.fee_lots import fee_documents

_ACCOUNTS = {
    LotKind.advances: (Account.advances, Account.advances_noncurrent),
    LotKind.unearned: (Account.unearned, Account.unearned_noncurrent),
}
_BACK = ".back"
_NAMES = {LotKind.advances: "customer advances", LotKind.unearned: "unearned revenue"}


@dataclass(frozen=True, slots=True)
class Later:
    """What of a lot is owed for longer than twelve months after the year's end."""

    kind: LotKind
    client_id: int
    currency: Currency
    amount: Decimal
    amount_company: Decimal
    source: Source


def reclassify(snapshot: Snapshot, as_of: date, found: Outcome) -> Outcome:
    """The year-end entry of each client and account, and its reversal on the next day."""
    company = snapshot.company
    if not company.split_noncurrent:
        return found
    end = year_end_before(company.fiscal_year_end, as_of)
    standing = {
        each.key: each
        for each in snapshot.ledger.entries
        if each.role is Role.reclassification and each.key.split("/")[3].startswith(f"{end.year}.")
    }
    asked: list[Entry] = []
    issues: list[Issue] = []
    for entry, back in _pairs(
        company, end, [*_fees(snapshot, as_of, end), *_advances(snapshot, end)]
    ):
        if _settled(standing.get(entry.key)):
            continue
        if company.locks.covering(end):
            issues.append(_closed(company, end))
        else:
            asked += [entry, back]
    wanted = {each.key for each in asked}
    withdrawn = [
        withdrawal(each, company.currency)
        for each in standing.values()
        if each.is_draft_of_ours
        and each.key not in wanted
        and not _settled(standing.get(each.key.replace(_BACK, "")))
    ]
    return found.plus(entries=(*asked, *withdrawn), issues=tuple(issues[:1]))


def year_end_before(year_end: tuple[int, int], day: date) -> date:
    """The last day of the last financial year that ended before a day."""
    month, last = year_end

    def of(year: int) -> date:
        return day_of(date(year, month, 1), last)

    return of(day.year) if of(day.year) < day else of(day.year - 1)


def _settled(entry: ExistingEntry | None) -> bool:
    """Whether it was posted, or a person has it in their hands."""
    return entry is not None and not entry.is_draft_of_ours


def _fees(snapshot: Snapshot, as_of: date, end: date) -> Iterator[Later]:
    """Of fee documents: what pays for months that begin after the twelve."""
    limit = year_end_before((end.month, end.day), date(end.year + 2, 1, 1))
    engagements = {each.id: each for each in snapshot.engagements}
    for engagement_id, documents in fee_documents(snapshot).items():
        engagement = engagements.get(engagement_id)
        if engagement is None:
            continue
        case = Case(as_of=as_of, company=snapshot.company, engagement=engagement)
        for document in documents:
            parts = parts_of(case, document, Usage()) if document.day <= end else ()
            beyond = sum((part.weight for part in parts if part.month > limit), NOTHING)
            if not beyond:
                continue
            fraction = beyond / sum((part.weight for part in parts), NOTHING)
            for lot in document.lots:
                whole = multiply(
                    lot.amount - lot.credited, fraction.numerator, fraction.denominator
                )
                part = min(lot.open, lot.currency.round(whole))
                yield from _later(snapshot.company, lot, part, engagement.client_id)


def _advances(snapshot: Snapshot, end: date) -> Iterator[Later]:
    """Of advances: what was paid by the year's end and may be drawn until after the twelve."""
    limit = year_end_before((end.month, end.day), date(end.year + 2, 1, 1))
    advances = {each.id: each for each in snapshot.advances}
    for lot in snapshot.ledger.lots:
        advance = advances.get(lot.advance_id or 0)
        if lot.kind is not LotKind.advances or advance is None or lot.day > end:
            continue
        kept = advance.decision in (Decision.undecided, Decision.keep)
        if advance.maturity is None or advance.maturity <= limit or not kept:
            continue
        paid = lot.available
        if lot.receipts:
            paid = min(paid, sum((each.amount for each in lot.receipts if each.day <= end), ZERO))
        yield from _later(snapshot.company, lot, paid, advance.client_id)


def _later(company: Company, lot: MoneyLot, amount: Decimal, client_id: int) -> Iterator[Later]:
    if amount > ZERO:
        yield Later(
            kind=lot.kind,
            client_id=lot.client_id or client_id,
            currency=lot.currency,
            amount=amount,
            amount_company=lot.company_part(amount, company.currency),
            source=Source(model="account.move", id=lot.move_id, name=lot.move_name),
        )


def _pairs(company: Company, end: date, later: Iterable[Later]) -> Iterator[tuple[Entry, Entry]]:
    """Per account, client and currency: the entry of the year's end, and its reversal."""
    groups: dict[tuple[LotKind, int, str], list[Later]] = {}
    for each in later:
        groups.setdefault((each.kind, each.client_id, each.currency.code), []).append(each)
    for _, group in sorted(groups.items()):
        entry = _entry(company, end, group)
        lines = tuple(_taken_back(line, entry.key) for line in entry.lines)
        day_after = end + ONE_DAY
        back = {
            "key": key(company.id, 0, Role.reclassification, _source(end, group[0]) + _BACK),
            "day": day_after,
            "service_start": day_after,
            "service_end": day_after,
            "lines": lines,
        }
        yield entry, entry.model_copy(update=back)


def _taken_back(line: EntryLine, entry_key: str) -> EntryLine:
    """The line with the other sign, set off against the entry's own where that is current."""
    current = line.account in (Account.advances, Account.unearned)
    return line.model_copy(
        update={
            "amount": -line.amount,
            "amount_company": -line.amount_company,
            "match_key": entry_key if current else "",
        }
    )


def _source(end: date, one: Later) -> str:
    return f"{end.year}.p{one.client_id}.{one.kind}.{one.currency.code}"


def _entry(company: Company, end: date, group: list[Later]) -> Entry:
    first = group[0]
    current, noncurrent = _ACCOUNTS[first.kind]
    amount = sum((each.amount for each in group), ZERO)
    books = sum((each.amount_company for each in group), ZERO)
    text = f"Non-current {_NAMES[first.kind]} at {end}"
    own = key(company.id, 0, Role.reclassification, _source(end, first))

    def line(account: Account, sign: int) -> EntryLine:
        return EntryLine(
            account=account,
            text=text,
            amount=sign * amount,
            amount_company=sign * books,
            partner_id=first.client_id,
        )

    return Entry(
        key=own,
        role=Role.reclassification,
        engagement_id=0,
        client_id=first.client_id,
        day=end,
        service_start=end,
        service_end=end,
        currency=first.currency,
        company_currency=company.currency,
        lines=(line(current, 1), line(noncurrent, -1)),
        reference=text,
        unit=own,
        reasons=(
            Reason(
                rule="reclassify",
                text=f"{first.currency.text(amount)} are owed for longer than twelve months after"
                f" {end}",
                records=tuple(each.source for each in group),
            ),
        ),
    )


def _closed(company: Company, end: date) -> Issue:
    return Issue(
        code="year_end_closed",
        severity=Severity.notice,
        source=Source(model="res.company", id=company.id, name=company.name),
        field="split_noncurrent",
        message=f"the books of {end} are closed ({company.locks.covering(end)}), so what is owed"
        " for longer than twelve months is not split off there; disclose it, or open the year",
    )
