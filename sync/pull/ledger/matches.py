"""What the open lots and the documents behind them were set off against."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from mappings import account_partial_reconcile, account_tax, ledger_line
from mappings.account_partial_reconcile import Match
from mappings.ledger_line import MatchedLine, OpenLine
from sync.domain.ledger import LotKind
from sync.domain.money import Currency
from sync.domain.snapshot import Company
from sync.domain.taxes import Tax
from sync.pull.ledger.open_lines import OpenLines
from sync.pull.ledger.owners import Owners
from sync.pull.reader import Reader


@dataclass(frozen=True)
class Matches:
    """Matches of open lots and of what their documents ask for."""

    of_lot: Mapping[int, tuple[Match, ...]] = field(default_factory=dict)
    """By the lot's line."""
    of_receivable: Mapping[int, tuple[Match, ...]] = field(default_factory=dict)
    """By the document whose receivable line was the debit."""
    lines: Mapping[int, MatchedLine] = field(default_factory=dict)
    """Both sides of all of these, the lots apart."""
    taxes: Mapping[int, Tax] = field(default_factory=dict)
    charged: Mapping[tuple[int, int], Decimal] = field(default_factory=dict)
    """(document, tax): what it charges in its currency, without sign."""


def is_taxed(line: OpenLine) -> bool:
    """Whether tax was charged with a lot."""
    return bool(line.tax_ids or line.own_taxes)


def read_matches(
    reader: Reader,
    company: Company,
    opened: OpenLines,
    owners: Owners,
    currencies: dict[int, Currency],
) -> Matches:
    """Four calls at most, over what is open and what was taken of it.

    Of untaxed advances nothing is read but the payments of their requests: how often one was drawn
    does not matter.
    """
    credits_ = [line for line in opened.liabilities if line.amount < 0 and not line.tax_line]
    lots = [
        line
        for line in credits_
        if opened.kinds[line.account_id] is LotKind.unearned or is_taxed(line)
    ]
    billed = {
        line.move_id
        for line in credits_
        if opened.kinds[line.account_id] is LotKind.advances
        and opened.move(line).move_type == "out_invoice"
    }
    documents = billed | opened.reversed_ids
    if not lots and not documents:
        return Matches()
    matches = reader.read(
        account_partial_reconcile.MODEL,
        reader.rows(
            account_partial_reconcile.MODEL,
            account_partial_reconcile.of_lots_and_documents([line.id for line in lots], documents),
            account_partial_reconcile.FIELDS,
        ),
        lambda row: account_partial_reconcile.value(row, company.currency, currencies),
        suspects=owners.of_anybody,
    ).values
    lines = read_matched(reader, matches, owners, currencies)
    of_lot: dict[int, list[Match]] = defaultdict(list)
    of_receivable: dict[int, list[Match]] = defaultdict(list)
    ids = {line.id for line in lots}
    for match in matches:
        if match.credit_line in ids:
            of_lot[match.credit_line].append(match)
        debit = lines.get(match.debit_line)
        if debit is not None and debit.receivable and debit.move_id in documents:
            of_receivable[debit.move_id].append(match)
    taxed = [line for line in lots if is_taxed(line)]
    by_people = [
        lines[match.debit_line]
        for line in taxed
        for match in of_lot[line.id]
        if match.debit_line in lines and lines[match.debit_line].own_taxes is None
    ]
    return Matches(
        of_lot=_sorted(of_lot),
        of_receivable=_sorted(of_receivable),
        lines=lines,
        taxes=_taxes(reader, taxed, owners),
        charged=_charged(reader, [*taxed, *by_people], owners, currencies),
    )


def read_matched(
    reader: Reader, matches: Iterable[Match], owners: Owners, currencies: dict[int, Currency]
) -> dict[int, MatchedLine]:
    """Both sides of some matches."""
    ids = {line for match in matches for line in (match.debit_line, match.credit_line)}
    if not ids:
        return {}
    found = reader.read(
        ledger_line.MODEL,
        reader.rows(ledger_line.MODEL, ledger_line.of_ids(ids), ledger_line.MATCHED_FIELDS),
        lambda row: ledger_line.matched(row, currencies),
        suspects=owners.of_anybody,
    ).values
    return {line.id: line for line in found}


def _sorted(grouped: Mapping[int, list[Match]]) -> dict[int, tuple[Match, ...]]:
    """By day, then in the order in which they were entered."""
    return {key: tuple(sorted(each, key=lambda match: match.day)) for key, each in grouped.items()}


def _taxes(reader: Reader, taxed: Collection[OpenLine], owners: Owners) -> dict[int, Tax]:
    ids = {tax for line in taxed for tax in line.tax_ids}
    ids |= {tax for line in taxed for tax, _ in line.own_taxes or ()}
    if not ids:
        return {}
    found = reader.read(
        account_tax.MODEL,
        reader.rows(account_tax.MODEL, account_tax.domain(ids), account_tax.FIELDS),
        account_tax.value,
        suspects=owners.of_anybody,
    ).values
    return {tax.id: tax for tax in found}


def _charged(
    reader: Reader,
    lines: Iterable[OpenLine | MatchedLine],
    owners: Owners,
    currencies: dict[int, Currency],
) -> dict[tuple[int, int], Decimal]:
    """What the documents charge of each tax, where the service did not note it line by line."""
    ids = {line.move_id for line in lines if line.own_taxes is None and line.tax_ids}
    if not ids:
        return {}
    found: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for move, tax, amount in reader.read(
        ledger_line.MODEL,
        reader.rows(ledger_line.MODEL, ledger_line.taxes_of(ids), ledger_line.TAX_FIELDS),
        lambda row: ledger_line.tax(row, currencies),
        suspects=owners.of_anybody,
    ).values:
        found[move, tax] += abs(amount)
    return found
