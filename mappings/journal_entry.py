"""Journal entries of ours as ``account.move`` of type entry: draws, recognition, breakage."""

from typing import Any

from mappings.account_move import KIND, NoAccount
from mappings.books import Books
from mappings.outgoing import Document, amount, document, explanation
from sync.domain.journal import Account, Entry, EntryLine
from sync.domain.money import ZERO

_NAMES = {
    Account.advances: "customer advances",
    Account.unearned: "unearned revenue",
    Account.advances_noncurrent: "non-current customer advances",
    Account.unearned_noncurrent: "non-current unearned revenue",
    Account.income: "revenue",
    Account.breakage: "breakage income",
    Account.exchange: "exchange difference",
}


def outgoing(entry: Entry, unit: str, books: Books, *, post: bool) -> Document:
    """The entry as a document of the gateway; one that is withdrawn is only named.

    Each line with a counterpart is reconciled with it in the same transaction, in full. Raises
    ``NoAccount``.
    """
    if entry.withdrawn:
        return document(KIND, entry.key, unit, entry.fingerprint, {}, withdraw=True)
    values: dict[str, Any] = {
        "move_type": "entry",
        "date": entry.day.isoformat(),
        "currency_id": entry.currency.id,
        "retainer_role": entry.role.value,
        "retainer_service_start": entry.service_start.isoformat(),
        "retainer_service_end": entry.service_end.isoformat(),
    }
    optional = {
        "journal_id": books.journal_id,
        "ref": entry.reference,
        "retainer_engagement_id": entry.engagement_id,
    }
    values.update({name: each for name, each in optional.items() if each})
    accounts = [_account(line, entry, books) for line in entry.lines]
    return document(
        KIND,
        entry.key,
        unit,
        entry.fingerprint,
        values,
        lines=[
            _line(line, account, entry) for line, account in zip(entry.lines, accounts, strict=True)
        ],
        post=post,
        expect={"date": entry.day.isoformat()},
        reconcile=[
            {"account_id": account, "line_ids": [line.match_line_id]}
            for line, account in zip(entry.lines, accounts, strict=True)
            if line.match_line_id is not None
        ],
        explanation=explanation(entry.reasons),
    )


def _account(line: EntryLine, entry: Entry, books: Books) -> int:
    match line.account:
        case Account.receivable:
            found = line.account_id
        case Account.advances:
            found = books.advance_account_id
        case Account.unearned:
            found = books.unearned_account_id
        case Account.advances_noncurrent:
            found = books.advance_noncurrent_account_id
        case Account.unearned_noncurrent:
            found = books.unearned_noncurrent_account_id
        case Account.income:
            found = dict(books.income_accounts).get(entry.engagement_id, books.income_account_id)
        case Account.breakage:
            found = books.breakage_account_id
        case Account.exchange:
            gain = line.amount_company < ZERO
            found = books.exchange_gain_account_id if gain else books.exchange_loss_account_id
    if found is None:
        raise NoAccount(entry.key, _NAMES.get(line.account, "receivable"))
    return found


def _line(line: EntryLine, account: int, entry: Entry) -> dict[str, Any]:
    values: dict[str, Any] = {
        "name": line.text,
        "account_id": account,
        "currency_id": entry.currency.id,
        "amount_currency": amount(line.amount, entry.currency),
        "balance": amount(line.amount_company, entry.company_currency),
    }
    optional: dict[str, Any] = {
        "partner_id": line.partner_id,
        "retainer_advance_id": line.advance_id,
        "analytic_distribution": {str(line.analytic_id): 100} if line.analytic_id else None,
    }
    values.update({name: each for name, each in optional.items() if each})
    return values
