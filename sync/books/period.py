"""Reads what the roll-forward of a period needs. History does not raise the number of calls."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from mappings import liability_line, liability_match
from sync.books.ledger import LiabilityLedger
from sync.books.lots import is_lot, is_request, lots_on
from sync.books.rollforward import Period, RollForward, paid_by, roll_forward
from sync.domain.books import Posting, Taken, taken_as
from sync.domain.ledger import LotKind

ONE_DAY = timedelta(days=1)


def roll(ledger: LiabilityLedger, first: date, last: date) -> RollForward:
    """How each balance came about from the first to the last day, both inclusive."""
    company, accounts = ledger.company.id, list(ledger.accounts)
    before = first - ONE_DAY
    kinds = {account: kind for account, (kind, _) in ledger.accounts.items()}
    if not accounts:
        nothing = Period(first=first, last=last, currency=ledger.company.currency)
        return roll_forward(nothing, kinds, {}, {})
    opening = _balances(ledger, before)
    closing = _balances(ledger, last)
    lines = ledger.postings(liability_line.between(company, accounts, first, last))
    opened = ledger.postings(liability_line.open_on(company, accounts, before))
    closed = ledger.postings(liability_line.open_on(company, accounts, last))
    lots = {each.id: each for each in (*opened, *closed) if is_lot(each)}
    debits = [each.id for each in lines if not each.is_credit]
    domains = []
    if debits or lots:
        domains.append(liability_match.of_lines(debits, lots))
    matches, known = ledger.matches(domains, [*lines, *lots.values()])
    payments = ledger.payments({each.document.id for each in lots.values() if is_request(each)})
    period = Period(
        first=first,
        last=last,
        currency=ledger.company.currency,
        lines=tuple(lines),
        matches=tuple(each for each in matches if each.debit_id in set(debits)),
        known=known,
        opening_lots=lots_on(
            before,
            [each for each in opened if is_lot(each)],
            matches,
            known,
            payments,
            ledger.company.currency,
        ),
        closing_lots=lots_on(
            last,
            [each for each in closed if is_lot(each)],
            matches,
            known,
            payments,
            ledger.company.currency,
        ),
        drafts=tuple(ledger.postings(liability_line.drafts(company, accounts, last))),
        fees=_fees(ledger, lines),
    )
    return roll_forward(period, kinds, opening, closing)


def _balances(ledger: LiabilityLedger, day: date) -> Mapping[tuple[int, int | None], Decimal]:
    domain = liability_line.until(ledger.company.id, list(ledger.accounts), day)
    found = ledger.balances(domain)
    return {key: balance for key, (balance, _) in found.items() if balance}


def _fees(ledger: LiabilityLedger, lines: Iterable[Posting]) -> frozenset[int]:
    """Which of the invoices that draws paid are fees that stand on unearned revenue."""
    paid = {
        paid_by(each.document)
        for each in lines
        if each.kind is LotKind.advances
        and not each.is_credit
        and taken_as(each.document) is Taken.drawn
    }
    domain = liability_line.credits_of(paid, ledger.accounts_of(LotKind.unearned))
    rows = ledger.rows(liability_line.MODEL, domain, liability_line.MOVE_FIELDS)
    return frozenset(liability_line.documents_of(rows))
