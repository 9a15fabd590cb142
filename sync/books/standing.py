"""Reads every lot as it stood at the end of a day, whenever that day was, with what is about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from mappings import liability_line, liability_match, res_partner, res_users, retainer_advance
from sync.books.foreign import belongs
from sync.books.ledger import LiabilityLedger
from sync.books.lots import is_lot, is_request, lots_on
from sync.domain.advances import Advance
from sync.domain.books import Match, OpenLot, Posting, taken_as
from sync.rules.monitor import CONSUMING, WINDOW, RecentTake, Watched


@dataclass(frozen=True)
class Standing:
    """The lots on a day."""

    day: date
    lots: tuple[OpenLot, ...]
    """With anything left of them, or asked for and not paid."""
    advances: dict[int, Advance]
    matches: tuple[Match, ...]
    lines: dict[int, Posting]


def lots_of_day(
    ledger: LiabilityLedger, day: date, client_id: int | None = None, since: date | None = None
) -> Standing:
    """Every lot that was open at the end of the day; of one client where given.

    ``since``: also what was matched after that day, of any lot. A number of calls that does not
    grow with history.
    """
    company, accounts = ledger.company.id, list(ledger.accounts)
    if not accounts:
        return Standing(day, (), {}, (), {})
    domain = liability_line.open_on(company, accounts, day)
    if client_id is not None:
        domain = [("partner_id.commercial_partner_id", "=", client_id), *domain]
    credits_ = [each for each in ledger.postings(domain) if is_lot(each)]
    domains = [liability_match.of_credits([each.id for each in credits_])]
    if since is not None:
        domains.append(liability_match.on_accounts(accounts, since, day))
    matches, lines = ledger.matches(domains, credits_)
    payments = ledger.payments({each.document.id for each in credits_ if is_request(each)})
    found = lots_on(day, credits_, matches, lines, payments, ledger.company.currency)
    lots = tuple(
        each.model_copy(update={"foreign": not belongs(each.posting)})
        for each in found
        if each.open
    )
    return Standing(day, lots, advances_of(ledger, lots), tuple(matches), lines)


def advances_of(ledger: LiabilityLedger, lots: Iterable[OpenLot]) -> dict[int, Advance]:
    """The advances that some lots belong to. Three calls."""
    ids = {each.posting.advance_id for each in lots if each.posting.advance_id}
    rows = ledger.rows(retainer_advance.MODEL, [("id", "in", sorted(ids))], retainer_advance.FIELDS)
    if not rows:
        return {}
    partners = ledger.rows(
        res_partner.MODEL,
        res_partner.of_ids(retainer_advance.partners(rows)),
        res_partner.FIELDS,
    )
    clients = {
        each.id: each for each in ledger.values(res_partner.MODEL, partners, res_partner.value)
    }
    deciders = dict(
        ledger.values(
            res_users.MODEL,
            ledger.rows(
                res_users.MODEL,
                res_users.of_ids(retainer_advance.deciders(rows)),
                res_users.FIELDS,
            ),
            res_users.value,
        )
    )
    found = ledger.values(
        retainer_advance.MODEL,
        rows,
        lambda row: retainer_advance.value(
            row, ledger.company.id, ledger.currencies, clients, deciders
        ),
    )
    return {each.id: each for each in found}


def watched(ledger: LiabilityLedger, day: date) -> Watched:
    """What the monitor looks at, as it stood at the end of that day."""
    since = day - timedelta(days=WINDOW)
    standing = lots_of_day(ledger, day, since=since)
    recent = []
    for match in standing.matches:
        debit, lot = standing.lines[match.debit_id], standing.lines[match.credit_id]
        consumed = taken_as(debit.document) in CONSUMING and is_lot(lot)
        if since < match.day <= day and consumed:
            recent.append(
                RecentTake(
                    line_id=lot.id,
                    client_id=lot.client_id,
                    engagement_id=lot.document.engagement_id,
                    currency=lot.currency,
                    amount=match.credit,
                    amount_company=match.company,
                )
            )
    return Watched(
        as_of=day,
        currency=ledger.company.currency,
        lots=standing.lots,
        advances=tuple(standing.advances.values()),
        recent=tuple(recent),
        sales=tuple(ledger.sales(since, day).items()),
    )
