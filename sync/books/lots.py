"""Lots as they stood at the end of a day, from lines, matches and payments. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from sync.domain.books import (
    Match,
    Matches,
    OpenLot,
    Posting,
    RequestPaid,
    Taken,
    taken_as,
)
from sync.domain.documents import Role
from sync.domain.ledger import LotKind
from sync.domain.money import ZERO, Currency
from sync.domain.shortfall import beyond, held


def is_lot(posting: Posting) -> bool:
    """A posted credit that something is owed for; a reclassification only shows one elsewhere."""
    return posting.is_credit and posting.document.role is not Role.reclassification


def is_request(posting: Posting) -> bool:
    """Whether it is asked for by an invoice that the client still has to pay.

    What an invoice gives back of a taxed advance that had paid another one is no request.
    """
    document = posting.document
    return (
        posting.kind is LotKind.advances
        and document.move_type == "out_invoice"
        and document.role is not Role.drawdown
    )


def lots_on(
    day: date,
    postings: Iterable[Posting],
    matches: Iterable[Match],
    lines: Mapping[int, Posting],
    payments: Mapping[int, RequestPaid],
    company: Currency,
) -> tuple[OpenLot, ...]:
    """Every lot with what was left of it at the end of that day, by line.

    ``lines``: the lines of the matches. Lots that nothing was left of are there too.
    """
    settled = Matches(matches)
    found = [
        _lot(day, posting, settled, lines, payments, company)
        for posting in postings
        if is_lot(posting) and posting.day <= day
    ]
    found.sort(key=lambda each: each.posting.id)
    stands = [(_owner(each), each.open, each.unpaid + each.shortfall) for each in found]
    return tuple(
        _held(lot, part, company) if part else lot
        for lot, part in zip(found, held(stands), strict=True)
    )


def _owner(lot: OpenLot) -> tuple[int, str] | None:
    posting = lot.posting
    if posting.kind is not LotKind.advances or posting.advance_id is None:
        return None
    return posting.advance_id, posting.currency.code


def _held(lot: OpenLot, part: Decimal, company: Currency) -> OpenLot:
    unpaid = lot.unpaid + part
    in_books = _part(unpaid, lot.open, lot.open_company, company)
    return lot.model_copy(update={"unpaid": unpaid, "unpaid_company": in_books})


def _lot(
    day: date,
    posting: Posting,
    settled: Matches,
    lines: Mapping[int, Posting],
    payments: Mapping[int, RequestPaid],
    company: Currency,
) -> OpenLot:
    takes: list[tuple[date, Taken, Decimal]] = []
    left, left_company = posting.amount, posting.amount_company
    for match in settled.of_credit(posting.id, day):
        left -= match.credit
        left_company -= match.company
        takes.append((match.day, taken_as(lines[match.debit_id].document), match.credit))
    paid = payments.get(posting.document.id) if is_request(posting) else None
    if paid is None:
        return OpenLot(
            posting=posting,
            open=left,
            open_company=left_company,
            received_on=posting.day,
            takes=tuple(takes),
        )
    gross = paid.paid(day)
    cancelled = paid.cancelled(day)
    asked = _share(posting, paid.total - gross - cancelled, paid)
    unpaid = min(left, asked)
    received = [each.day for each in paid.settlements if each.day <= day and not each.cancels]
    return OpenLot(
        posting=posting,
        open=left,
        open_company=left_company,
        unpaid=unpaid,
        unpaid_company=_part(unpaid, left, left_company, company),
        shortfall=beyond(left, asked),
        cancelled=_share(posting, cancelled, paid),
        received_on=min(received, default=None),
        takes=tuple(takes),
    )


def _share(posting: Posting, gross: Decimal, paid: RequestPaid) -> Decimal:
    """The lot's part, net of tax, of an amount of its request."""
    if not paid.total:
        return ZERO
    return posting.currency.round(posting.amount * gross / paid.total)


def _part(part: Decimal, whole: Decimal, in_books: Decimal, company: Currency) -> Decimal:
    """Company-currency value of a part; the whole takes all of it."""
    if part == whole:
        return in_books
    return company.round(in_books * part / whole) if whole else ZERO
