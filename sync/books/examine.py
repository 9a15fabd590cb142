"""Reads what the three-way tie compares: only what is open or foreign, however long the history."""

from datetime import date

from mappings import liability_line, liability_match
from sync.books.foreign import belongs
from sync.books.ledger import LiabilityLedger
from sync.books.lots import is_request
from sync.books.tie import Examined
from sync.domain.books import Matches, OpenLot, Posting, taken_as
from sync.domain.ledger import LotKind


def examine(ledger: LiabilityLedger, since: date) -> Examined:
    """The liability accounts as they are now.

    ``since``: fees whose service reaches to that day or beyond are looked at although nothing of
    them is open. A number of calls that does not grow with history.
    """
    company, accounts = ledger.company.id, list(ledger.accounts)
    if not accounts:
        return Examined(currency=ledger.company.currency, accounts={})
    advances = ledger.accounts_of(LotKind.advances)
    unearned = ledger.accounts_of(LotKind.unearned)
    balances = ledger.balances(liability_line.posted(company, accounts))
    found = ledger.postings(liability_line.examined(company, accounts, advances, unearned, since))
    posted = [each for each in found if each.document.state == "posted"]
    suspects = [each for each in posted if _is_suspect(each)]
    open_ = [each for each in posted if each.is_credit and each.open]
    billed = [each for each in posted if each.is_credit and not each.open and _is_fee(each)]
    strange = [each.id for each in suspects]
    fees = [each.id for each in (*open_, *billed) if each.kind is LotKind.unearned]
    domains = []
    if strange or fees:
        domains.append(liability_match.of_lines(strange, [*strange, *fees]))
    troubled = {
        client for (_, client), (balance, unmatched) in balances.items() if balance != unmatched
    }
    if troubled:
        partners = ledger.partners_of(troubled)
        domains.append(liability_match.between_clients(accounts, partners))
    matches, lines = ledger.matches(domains, posted)
    taken = Matches(matches)

    def lot(posting: Posting) -> OpenLot:
        return OpenLot(
            posting=posting,
            open=posting.open,
            open_company=posting.open_company,
            takes=tuple(
                (match.day, taken_as(lines[match.debit_id].document), match.credit)
                for match in taken.of_credit(posting.id)
            ),
        )

    loose = ledger.postings(liability_line.loose_draws(company))
    payments = ledger.payments({each.document.id for each in open_ if is_request(each)})
    return Examined(
        currency=ledger.company.currency,
        accounts=ledger.kind_names(),
        account_ids={
            kind: account for account, (kind, later) in ledger.accounts.items() if not later
        },
        not_reconcilable=ledger.not_reconcilable(),
        balances=tuple(
            (ledger.accounts[account][0], client, balance)
            for (account, client), (balance, _) in balances.items()
        ),
        lots=tuple(lot(each) for each in open_),
        billed=tuple(lot(each) for each in billed),
        suspects=tuple(suspects),
        matches=tuple(matches),
        lines=lines,
        unposted=tuple(each for each in found if each.document.state != "posted"),
        loose=tuple(loose),
        payments=payments,
        clients=ledger.seen_names(),
    )


def _is_fee(line: Posting) -> bool:
    return line.kind is LotKind.unearned and belongs(line)


def _is_suspect(line: Posting) -> bool:
    """Not ours, without a client, a debit that is open, or a lot of advances that names none."""
    nameless = line.kind is LotKind.advances and line.is_credit and line.advance_id is None
    return not belongs(line) or nameless or (not line.is_credit and bool(line.open_company))
