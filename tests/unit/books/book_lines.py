"""Lines, documents and matches of the books, made short for tests."""

from datetime import date
from decimal import Decimal

from sync.domain.books import BookDocument, JournalKind, Match, Posting
from sync.domain.documents import Role
from sync.domain.ledger import LotKind
from sync.domain.money import Currency

USD = Currency(id=1, code="USD", digits=2)
EUR = Currency(id=2, code="EUR", digits=2)
JPY = Currency(id=3, code="JPY", digits=0)
ACME, LUMEN = 7, 8
ADVANCES, UNEARNED, ADVANCES_LATER, UNEARNED_LATER = 31, 32, 33, 34
KINDS = {
    ADVANCES: (LotKind.advances, False),
    UNEARNED: (LotKind.unearned, False),
    ADVANCES_LATER: (LotKind.advances, True),
    UNEARNED_LATER: (LotKind.unearned, True),
}


def money(text: str) -> Decimal:
    return Decimal(text)


def day(text: str) -> date:
    return date.fromisoformat(text)


def document(number: int, on: date | str, move_type: str = "entry", **more) -> BookDocument:
    values = {
        "name": f"MOVE/{number}",
        "state": "posted",
        "journal": JournalKind.general,
        "day": day(on) if isinstance(on, str) else on,
    } | more
    return BookDocument(id=number, move_type=move_type, **values)


def ours(number: int, on: date | str, role: Role, move_type: str = "entry", **more) -> BookDocument:
    values = {"key": f"1/40/{role}/x{number}/0", "engagement_id": 40} | more
    return document(number, on, move_type, role=role, **values)


def line(number: int, amount: str, of: BookDocument, account: int = ADVANCES, **more) -> Posting:
    """A line; credits positive. ``open`` where anything of it is not matched."""
    kind, noncurrent = KINDS[account]
    values = {
        "client_id": ACME,
        "currency": USD,
        "amount_company": money(amount),
        "open": money("0"),
        "open_company": money("0"),
    } | more
    return Posting(
        id=number,
        account_id=account,
        kind=kind,
        noncurrent=noncurrent,
        document=of,
        amount=money(amount),
        **values,
    )


def match(debit: Posting, credit: Posting, amount: str, company: str = "") -> Match:
    return Match(
        id=1000 * debit.id + credit.id,
        debit_id=debit.id,
        credit_id=credit.id,
        debit=money(amount),
        credit=money(amount),
        company=money(company or amount),
        day=max(debit.day, credit.day),
    )
