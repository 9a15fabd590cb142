"""The open lines of the liability accounts and of receivables, and the documents behind them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from mappings import Books, ledger_line, ledger_move
from mappings.fields import Terms, ids_in
from mappings.ledger_line import OpenLine
from mappings.ledger_move import LedgerMove
from sync.domain.documents import Role
from sync.domain.issues import Issue, Severity, Source
from sync.domain.keys import CREDIT, stem_of
from sync.domain.ledger import LotKind
from sync.domain.money import Currency
from sync.domain.snapshot import Company
from sync.odoo.gateway import Row
from sync.pull.ledger.owners import Owners
from sync.pull.reader import Reader


@dataclass(frozen=True)
class OpenLines:
    """Posted lines with anything open, and requests that are used up; the document of every one
    could be read.
    """

    kinds: Mapping[int, LotKind]
    """Which liability each account is."""
    liabilities: tuple[OpenLine, ...]
    receivables: tuple[OpenLine, ...]
    moves: Mapping[int, LedgerMove]
    """Their documents, and the invoices that these reverse."""

    def move(self, line: OpenLine) -> LedgerMove:
        """The document of a line."""
        return self.moves[line.move_id]

    @cached_property
    def reversed_ids(self) -> frozenset[int]:
        """The invoices whose credit notes are open."""
        moves = [self.move(line) for line in self.receivables]
        return frozenset(each for move in moves for each in self.reverses(move))

    def reverses(self, move: LedgerMove) -> tuple[int, ...]:
        """The invoices that a credit note reverses: the one that Odoo names or, of one of ours,
        all that were posted under the same key; of purchases, all that recharged any of them.
        """
        if move.move_type != "out_refund":
            return ()
        if move.reverses_id is not None:
            return (move.reverses_id,) if move.reverses_id in self.moves else ()
        return tuple(
            each.id
            for each in self._invoices_under.get(credited_stem(move), ())
            if move.role is not Role.recharge
            or not move.purchase_line_ids.isdisjoint(each.purchase_line_ids)
        )

    @cached_property
    def _invoices_under(self) -> dict[str, list[LedgerMove]]:
        """The invoices of ours by whatever their keys begin with."""
        found: dict[str, list[LedgerMove]] = defaultdict(list)
        for each in self.moves.values():
            if each.move_type == "out_invoice":
                stem = each.key
                while "/" in stem:
                    stem = stem_of(stem)
                    found[stem].append(each)
        return found


def read_open_lines(
    reader: Reader,
    company: Company,
    books: Books,
    drawing: Collection[int],
    owners: Owners,
    currencies: dict[int, Currency],
) -> OpenLines:
    """Five calls at most. ``drawing``: engagements whose invoices draw advances."""
    kinds = {account: LotKind(kind) for kind, account in books.liability_accounts.items()}
    rows = _rows(reader, ledger_line.open_on(company.id, kinds)) if kinds else []
    owed: list[Row] = []
    if LotKind.advances in kinds.values():
        owed = _rows(reader, ledger_line.open_receivables(company.id, drawing))
    behind = ledger_line.documents(rows) | ledger_line.documents(owed)
    on = owners.by_document([*rows, *owed])
    moves = _moves(reader, company, behind, on, currencies)
    of = {each.reverses_id: on(each.id) for each in moves.values() if each.reverses_id is not None}
    reversed_ = {each: of[each] for each in of.keys() - moves.keys()}
    moves |= _moves(reader, company, reversed_, lambda each: of.get(each, ()), currencies)
    moves |= _under_the_same_keys(reader, company, moves, owners, currencies)
    return OpenLines(
        kinds=kinds,
        liabilities=_lines(reader, company, rows, moves, owners, currencies),
        receivables=_lines(reader, company, owed, moves, owners, currencies),
        moves=moves,
    )


def with_requests(
    reader: Reader,
    company: Company,
    opened: OpenLines,
    requests: Collection[int],
    owners: Owners,
    currencies: dict[int, Currency],
) -> OpenLines:
    """The same with what those requests put on the advances account, where nothing of it is open
    any more: it may have been drawn and not be paid any more. No call where every one has a line
    that is open; two at most.
    """
    accounts = [each for each, kind in opened.kinds.items() if kind is LotKind.advances]
    missing = set(requests) - {line.move_id for line in opened.liabilities}
    if not accounts or not missing:
        return opened
    rows = _rows(reader, ledger_line.of_requests(company.id, accounts, missing))
    unknown = ledger_line.documents(rows) - opened.moves.keys()
    on = owners.by_document(rows)
    moves = {**opened.moves, **_moves(reader, company, unknown, on, currencies)}
    lines = _lines(reader, company, rows, moves, owners, currencies)
    return replace(opened, liabilities=(*opened.liabilities, *lines), moves=moves)


def _rows(reader: Reader, domain: Terms) -> list[Row]:
    return reader.rows(ledger_line.MODEL, domain, ledger_line.OPEN_FIELDS)


def _moves(
    reader: Reader,
    company: Company,
    ids: Collection[int],
    whose: Callable[[int], Collection[int]],
    currencies: dict[int, Currency],
) -> dict[int, LedgerMove]:
    """Those documents. ``whose``: the engagements that wait where one cannot be read."""
    if not ids:
        return {}
    rows = reader.rows(ledger_move.MODEL, ledger_move.of_ids(ids), ledger_move.FIELDS)
    reader.issues += [
        Issue(
            code="document_not_visible",
            severity=Severity.blocker,
            source=Source(model=ledger_move.MODEL, id=each),
            field="id",
            message="its lines are open in the ledger, but the document cannot be read; let the"
            " service user see it",
            engagement_id=engagement,
        )
        for each in sorted(set(ids) - ids_in(rows, "id"))
        for engagement in (*whose(each),) or (None,)
    ]
    read = reader.read(
        ledger_move.MODEL,
        rows,
        lambda row: ledger_move.value(row, company.id, currencies),
        ledger_move.engagement_of,
        suspects=lambda row: whose(min(ids_in([row], "id"), default=0)),
    )
    return {each.id: each for each in read.values}


def credited_stem(move: LedgerMove) -> str:
    """What begins the keys of what a credit note of ours gives back; else nothing.

    Purchases are given back in a month of their own, whenever they were recharged.
    """
    if move.move_type != "out_refund" or not move.key or move.reverses_id is not None:
        return ""
    if move.role in (Role.advance_request, Role.advance_return, Role.drawdown):
        return ""
    if move.role is Role.recharge:
        return stem_of(stem_of(move.key))
    return stem_of(move.key).removesuffix(CREDIT)


def _under_the_same_keys(
    reader: Reader,
    company: Company,
    moves: Mapping[int, LedgerMove],
    owners: Owners,
    currencies: dict[int, Currency],
) -> dict[int, LedgerMove]:
    """The invoices that credit notes of ours give back: one call, where there are any."""
    stems = {stem for move in moves.values() if (stem := credited_stem(move))}
    if not stems:
        return {}
    rows = reader.rows(
        ledger_move.MODEL, ledger_move.invoices_under(company.id, stems), ledger_move.FIELDS
    )
    read = reader.read(
        ledger_move.MODEL,
        rows,
        lambda row: ledger_move.value(row, company.id, currencies),
        ledger_move.engagement_of,
        suspects=owners.of_anybody,
    )
    return {each.id: each for each in read.values if each.id not in moves}


def _lines(
    reader: Reader,
    company: Company,
    rows: list[Row],
    moves: Mapping[int, LedgerMove],
    owners: Owners,
    currencies: dict[int, Currency],
) -> tuple[OpenLine, ...]:
    """The lines whose documents could be read; the others' trouble is said of the documents."""

    def engagement_of(row: Mapping[str, Any]) -> object:
        behind = ledger_line.documents([row])
        return next((moves[each].engagement_id for each in behind if each in moves), None)

    found = reader.read(
        ledger_line.MODEL,
        rows,
        lambda row: ledger_line.value(row, company.currency, currencies),
        engagement_of,
        suspects=owners.of_row,
    ).values
    return tuple(line for line in found if line.move_id in moves)
