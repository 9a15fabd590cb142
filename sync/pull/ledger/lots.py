"""Lots of money from their lines: what was paid, credited and taxed of them."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from mappings.account_partial_reconcile import Match
from mappings.ledger_line import MatchedLine, OpenLine
from mappings.ledger_move import LedgerMove
from sync.domain.documents import Role
from sync.domain.held import with_held
from sync.domain.ledger import LotKind, LotTax, MoneyLot, OpenDebit, Receipt
from sync.domain.money import ZERO, Currency, split
from sync.domain.taxes import Tax
from sync.pull.ledger.matches import Matches, is_taxed
from sync.pull.ledger.open_lines import OpenLines


def lots(
    opened: OpenLines,
    matches: Matches,
    clients: Mapping[int, int],
    requested: Mapping[int, int],
) -> tuple[MoneyLot, ...]:
    """The open credit lines of the liability accounts, by line, and the lines of requests of which
    nothing is left and that are not paid.

    ``clients``: the commercial entity of each partner; ``requested``: advances by the document that
    requests them.
    """
    lines = [each for each in opened.liabilities if each.amount < ZERO and not each.tax_line]
    taxes = _posted_taxes([each for each in lines if is_taxed(each)], matches)
    found = [
        _lot(line, opened, matches, clients, requested, taxes.get(line.id, {}))
        for line in sorted(lines, key=lambda each: each.id)
    ]
    return with_held(found)


def _lot(
    line: OpenLine,
    opened: OpenLines,
    matches: Matches,
    clients: Mapping[int, int],
    requested: Mapping[int, int],
    posted_taxes: Mapping[int, Decimal],
) -> MoneyLot:
    move, kind = opened.move(line), opened.kinds[line.account_id]
    unpaid = ZERO
    receipts: tuple[Receipt, ...] = ()
    if kind is LotKind.advances and move.move_type == "out_invoice":
        unpaid, receipts = _paid(line, move, matches)
    sole = -line.amount + sum(posted_taxes.values(), ZERO) == move.total
    taken = matches.of_lot.get(line.id, ())
    partner = line.partner_id
    advance = line.advance_id
    if kind is LotKind.advances and advance is None:
        advance = requested.get(move.id)
    return MoneyLot(
        line_id=line.id,
        kind=kind,
        move_id=move.id,
        move_name=move.name,
        move_key=move.key,
        engagement_id=move.engagement_id,
        advance_id=advance,
        client_id=clients.get(partner, partner) if partner else None,
        currency=line.currency,
        day=line.day,
        service_start=move.service_start,
        service_end=move.service_end,
        amount=-line.amount,
        amount_company=-line.amount_company,
        open=-line.open,
        open_company=-line.open_company,
        unpaid=unpaid,
        unpaid_total=move.unpaid if unpaid and sole else None,
        receipts=receipts,
        restores=_restores(move),
        credited=sum(
            (each.of_credit for each in taken if _credits(each, matches.lines)), start=ZERO
        ),
        taxes=_left_of_taxes(line, posted_taxes, taken, matches),
    )


def _restores(move: LedgerMove) -> bool:
    """Whether a document gives back what was drawn: a restoration of ours, a person's credit note
    of an invoice that deducted, or what reverses an entry of ours.
    """
    if move.role is Role.drawdown or move.move_type == "out_refund":
        return True
    return move.move_type == "entry" and (bool(move.key) or move.reverses_id is not None)


def _credits(match: Match, lines: Mapping[int, MatchedLine]) -> bool:
    """Whether it was a credit note that took of the lot."""
    debit = lines.get(match.debit_line)
    return debit is not None and debit.move_type == "out_refund"


def _paid(
    line: OpenLine, move: LedgerMove, matches: Matches
) -> tuple[Decimal, tuple[Receipt, ...]]:
    """What the client still has to pay of a lot, and what came in when: its net share of both."""
    currency = line.currency
    share = -line.amount / move.total if move.total else Decimal(1)
    paid: dict[Match, Decimal] = {}
    credited = ZERO
    for match in matches.of_receivable.get(move.id, ()):
        payer = matches.lines.get(match.credit_line)
        if payer is not None and payer.move_type == "out_refund":
            credited += match.of_debit
        elif match.of_debit:
            paid[match] = match.of_debit
    unpaid = currency.round(move.unpaid * share)
    received = -line.amount - unpaid - currency.round(credited * share)
    whole, so_far, given, receipts = sum(paid.values(), ZERO), ZERO, ZERO, []
    for match, amount in paid.items():
        so_far += amount
        part = currency.round(received * so_far / whole) - given
        given += part
        receipts.append(Receipt(day=match.day, amount=part))
    return unpaid, tuple(receipts)


def _posted_taxes(lines: Sequence[OpenLine], matches: Matches) -> dict[int, dict[int, Decimal]]:
    """What of each tax was posted with each lot."""
    found: dict[int, dict[int, Decimal]] = {line.id: {} for line in lines}
    shared: dict[tuple[int, int], list[OpenLine]] = {}
    for line in lines:
        if line.own_taxes is not None:
            found[line.id] = {tax: abs(amount) for tax, amount in line.own_taxes}
            continue
        for tax in line.tax_ids:
            shared.setdefault((line.move_id, tax), []).append(line)
            found[line.id][tax] = worked_out(line, matches.taxes)[tax]
    for (move, tax), group in shared.items():
        # What the ledger says, where these lots are all that the document taxes.
        charged = matches.charged.get((move, tax), ZERO)
        own = [found[line.id][tax] for line in group]
        currency = group[0].currency
        if any(own) and abs(charged - sum(own, ZERO)) <= currency.unit * len(group):
            for line, part in zip(group, split(charged, own, currency), strict=True):
                found[line.id][tax] = part
    return found


def worked_out(line: OpenLine | MatchedLine, taxes: Mapping[int, Tax]) -> dict[int, Decimal]:
    """The taxes of one line, as Odoo worked them out for it alone; without sign."""
    currency, net = line.currency, abs(line.amount)
    found = {
        tax: currency.round(net * taxes[tax].percent / 100) if tax in taxes else ZERO
        for tax in line.tax_ids
    }
    whole = abs(line.tax)
    if found and whole:
        largest = max(found, key=lambda tax: abs(found[tax]))
        found[largest] += whole - sum(found.values(), ZERO)
    return found


def _left_of_taxes(
    line: OpenLine,
    posted: Mapping[int, Decimal],
    taken: Iterable[Match],
    matches: Matches,
) -> tuple[LotTax, ...]:
    """What is left of the tax on a lot: what was posted less what its matches took with them.

    Breakage takes the tax on it along though it books none: that tax stays as it was charged, and
    no later draw deducts it.
    """
    left, net = dict(posted), -line.amount
    for match in taken:
        debit = matches.lines.get(match.debit_line)
        if debit is None or not match.of_credit:
            continue
        gone = taxes_taken(debit, match, matches.taxes, line.currency)
        if not gone and net > ZERO:
            gone = {
                tax: line.currency.round(amount * match.of_credit / net)
                for tax, amount in left.items()
            }
        net -= match.of_credit
        for tax, amount in gone.items():
            if tax in left:
                left[tax] -= amount
    return tuple(
        LotTax(tax=matches.taxes[tax], open=max(amount, ZERO))
        for tax, amount in left.items()
        if tax in matches.taxes
    )


def taxes_taken(
    debit: MatchedLine, match: Match, taxes: Mapping[int, Tax], currency: Currency
) -> dict[int, Decimal]:
    """What of each tax went with a match: as the service noted, else as Odoo worked it out."""
    whole = (
        {tax: abs(amount) for tax, amount in debit.own_taxes}
        if debit.own_taxes is not None
        else worked_out(debit, taxes)
    )
    if not debit.amount or match.of_debit == debit.amount:
        return whole
    share = match.of_debit / debit.amount
    return {tax: currency.round(amount * share) for tax, amount in whole.items()}


def debits(opened: OpenLines, clients: Mapping[int, int]) -> tuple[OpenDebit, ...]:
    """Open debits of credit notes on the unearned account."""
    found = []
    for line in opened.liabilities:
        move = opened.move(line)
        engagement = engagement_of(move, opened.moves)
        if (
            line.amount <= ZERO
            or move.move_type != "out_refund"
            or opened.kinds[line.account_id] is not LotKind.unearned
            or engagement is None
        ):
            continue
        partner = line.partner_id
        found.append(
            OpenDebit(
                line_id=line.id,
                kind=LotKind.unearned,
                move_id=move.id,
                move_name=move.name,
                engagement_id=engagement,
                client_id=clients.get(partner, partner) if partner else None,
                currency=line.currency,
                day=line.day,
                open=line.open,
                open_company=line.open_company,
            )
        )
    return tuple(found)


def engagement_of(move: LedgerMove, moves: Mapping[int, LedgerMove]) -> int | None:
    """The engagement of a document or, where it names none, of the invoice that it reverses."""
    if move.engagement_id is not None or move.reverses_id is None:
        return move.engagement_id
    reverses = moves.get(move.reverses_id)
    return reverses.engagement_id if reverses is not None else None
