"""What the invoices drew of advances: those whose credit notes are open, those to be drawn."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from mappings import account_partial_reconcile, account_tax, ledger_line, ledger_move
from mappings.account_partial_reconcile import Match
from mappings.ledger_line import MatchedLine
from sync.domain.ledger import LotKind, LotTax, MoneyLot, OpenDraw, Receivable
from sync.domain.money import ZERO, Currency
from sync.domain.snapshot import Company
from sync.domain.taxes import Tax
from sync.odoo.gateway import Row
from sync.pull.ledger.lots import taxes_taken
from sync.pull.ledger.matches import Matches, read_matched
from sync.pull.ledger.open_lines import OpenLines
from sync.pull.ledger.owners import Owners
from sync.pull.reader import Reader

Drawn = tuple[int, Match, MatchedLine, MatchedLine]
"""(invoice, match, debit line, lot line)."""


class GivenBack(NamedTuple):
    """What of a draw was restored and not reversed, and by which documents."""

    amount: Decimal
    keys: frozenset[str]


class Draws(NamedTuple):
    """What the invoices drew whose credit notes are open."""

    draws: tuple[OpenDraw, ...] = ()
    cancelled: frozenset[int] = frozenset()
    """Documents that gave something of them back and that people cancelled."""


def read_draws(
    reader: Reader,
    company: Company,
    opened: OpenLines,
    matches: Matches,
    requested: Mapping[int, int],
    owners: Owners,
    currencies: dict[int, Currency],
) -> Draws:
    """No call where no credit note is open; else five at most.

    An invoice draws through an entry of ours that settled it, or by a line of its own.
    ``requested``: advances by the document that requests them.
    """
    account = next((each for each, kind in opened.kinds.items() if kind is LotKind.advances), None)
    invoices = opened.reversed_ids
    if account is None or not invoices:
        return Draws()
    settled = {
        matches.lines[match.credit_line].move_id: invoice
        for invoice in invoices
        for match in matches.of_receivable.get(invoice, ())
        if match.credit_line in matches.lines
    }
    found = reader.read(
        account_partial_reconcile.MODEL,
        reader.rows(
            account_partial_reconcile.MODEL,
            account_partial_reconcile.of_debits(invoices, account, settled),
            account_partial_reconcile.FIELDS,
        ),
        lambda row: account_partial_reconcile.value(row, company.currency, currencies),
        suspects=owners.of_anybody,
    ).values
    lines = read_matched(reader, found, owners, currencies)
    drawn: list[Drawn] = []
    for match in found:
        debit, lot = lines.get(match.debit_line), lines.get(match.credit_line)
        if debit is None or lot is None or not match.of_credit:
            continue
        invoice = debit.move_id if debit.move_id in invoices else settled[debit.move_id]
        drawn.append((invoice, match, debit, lot))
    rows = _restoring(reader, company, account, drawn)
    cancelled = [each for each in rows if ledger_line.is_cancelled(each)]
    posted = [each for each in rows if not ledger_line.is_cancelled(each)]
    given_back = _given_back(reader, posted, drawn, owners, currencies)
    taxes = _taxes(reader, drawn, owners)
    draws = (_draw(each, requested, given_back, taxes) for each in drawn)
    return Draws(
        draws=tuple(draw for draw in draws if draw is not None),
        cancelled=frozenset(ledger_line.documents(cancelled)),
    )


class DrawnBefore(NamedTuple):
    """What was written before to pay what advances may pay, reversed draws too."""

    keys: tuple[str, ...]
    """Of posted draws."""
    cancelled: frozenset[int]
    """Draws that people cancelled, however long ago: they are not written again."""


def read_drawn(
    reader: Reader,
    company: Company,
    owed: Iterable[Receivable],
    lots: Iterable[MoneyLot],
    owners: Owners,
) -> DrawnBefore:
    """No call where a client owes nothing or has nothing left of an advance."""
    funds = {
        (each.client_id, each.currency)
        for each in lots
        if each.kind is LotKind.advances and each.open
    }
    drawing = [
        each for each in owed if not each.credit and (each.client_id, each.currency) in funds
    ]
    if not drawing:
        return DrawnBefore((), frozenset())
    found = reader.read(
        ledger_move.MODEL,
        reader.rows(
            ledger_move.MODEL,
            ledger_move.draws_of(
                company.id,
                {each.move_id: each.engagement_id for each in drawing},
                min(each.invoice_date for each in drawing),
            ),
            ledger_move.DRAWN_FIELDS,
        ),
        ledger_move.drawn,
        suspects=owners.of_anybody,
    ).values
    return DrawnBefore(
        keys=tuple(sorted(own for _, own, cancelled in found if not cancelled)),
        cancelled=frozenset(move for move, _, cancelled in found if cancelled),
    )


def _draw(
    drawn: Drawn,
    requested: Mapping[int, int],
    given_back: Mapping[tuple[int, int], GivenBack],
    taxes: Mapping[int, Tax],
) -> OpenDraw | None:
    """The draw; None of a lot that belongs to no advance."""
    invoice, match, debit, lot = drawn
    advance = lot.advance_id or requested.get(lot.move_id) or debit.advance_id
    if advance is None:
        return None
    taken = taxes_taken(debit, match, taxes, lot.currency)
    restored = given_back.get((lot.id, debit.move_id), GivenBack(ZERO, frozenset()))
    return OpenDraw(
        lot_line_id=lot.id,
        advance_id=advance,
        invoice_id=invoice,
        entry_id=debit.move_id,
        day=match.day,
        amount=match.of_credit,
        amount_company=match.amount_company,
        taxes=tuple(
            LotTax(tax=taxes[tax], open=amount) for tax, amount in taken.items() if tax in taxes
        ),
        restored=max(ZERO, restored.amount),
        restored_by=tuple(sorted(restored.keys)),
    )


def _restoring(reader: Reader, company: Company, account: int, drawn: list[Drawn]) -> list[Row]:
    """Lines of what gave back something of those draws."""
    pairs = {(lot.id, debit.move_id) for _, _, debit, lot in drawn}
    if not pairs:
        return []
    domain = ledger_line.restored(company.id, account, pairs)
    return reader.rows(ledger_line.MODEL, domain, ledger_line.RESTORED_FIELDS)


def _given_back(
    reader: Reader,
    rows: list[Row],
    drawn: list[Drawn],
    owners: Owners,
    currencies: dict[int, Currency],
) -> dict[tuple[int, int], GivenBack]:
    """(lot line, entry): what documents of ours gave back of that draw before."""
    pairs = {(lot.id, debit.move_id) for _, _, debit, lot in drawn}
    documents = ledger_line.documents(rows)
    if not documents:
        return {}
    origins = reader.rows(
        ledger_move.MODEL, ledger_move.of_ids(documents), ledger_move.ORIGIN_FIELDS
    )
    found_keys = reader.read(
        ledger_move.MODEL, origins, ledger_move.origin, suspects=owners.of_anybody
    ).values
    keys = {move: own for move, own, _ in found_keys}
    own_keys = {move: own or keys.get(reversed_id, "") for move, own, reversed_id in found_keys}
    found: dict[tuple[int, int], GivenBack] = {}
    for move, amount in reader.read(
        ledger_line.MODEL,
        rows,
        lambda row: ledger_line.given_back(row, currencies),
        suspects=owners.of_anybody,
    ).values:
        for lot, entry in pairs:
            own = own_keys.get(move, "")
            if f".l{lot}.e{entry}/" in own:
                before = found.get((lot, entry), GivenBack(ZERO, frozenset()))
                found[lot, entry] = GivenBack(before.amount + amount, before.keys | {own})
    return found


def _taxes(reader: Reader, drawn: list[Drawn], owners: Owners) -> dict[int, Tax]:
    ids = {tax for _, _, debit, _ in drawn for tax, _ in debit.own_taxes or ()}
    ids |= {tax for _, _, debit, _ in drawn if debit.own_taxes is None for tax in debit.tax_ids}
    if not ids:
        return {}
    found = reader.read(
        account_tax.MODEL,
        reader.rows(account_tax.MODEL, account_tax.domain(ids), account_tax.FIELDS),
        account_tax.value,
        suspects=owners.of_anybody,
    ).values
    return {tax.id: tax for tax in found}
