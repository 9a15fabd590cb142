"""Rule 16: fee documents on the liability become revenue, month by month; what lapsed is breakage.

Entry n = round(amount × fraction earned by the month's end) − what the months up to it recognised,
so that the last takes the residual (IFRS 15.106, B44 to B47). The amount is what was billed less
what credit notes took or are about to take. Each document, month and role has an entry of its own:
debit unearned revenue, matched with the very lot, credit revenue or breakage income.

An entry is dated the last day of its month; what was earned before the document stood in the books
(a fee in arrears, a correction) comes with the month in which it was posted. Drafts of ours follow
the figures until somebody posts them. A month whose entry is posted, or was changed by a person,
stays as it is: what turns out later comes with the months after it (IAS 8.36), and nothing is ever
taken back from revenue here (IFRS 15.21(a), a series of distinct services).
"""

from collections.abc import Collection, Iterable
from datetime import date

from sync.domain.calendar import first_of
from sync.domain.engagement import Engagement
from sync.domain.existing import ExistingPeriod
from sync.domain.issues import Issue
from sync.domain.journal import Entry
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot
from sync.rules.case import Case
from sync.rules.earned import usage_of
from sync.rules.earning import Earning
from sync.rules.entries import withdrawal
from sync.rules.fee_lots import EARNING, fee_documents, move_of, to_be_credited


def recognise(snapshot: Snapshot, as_of: date, found: Outcome) -> Outcome:
    """Entries for what is earned of every open fee lot, and drafts of ours that have no ground."""
    documents = fee_documents(snapshot)
    credited = to_be_credited(found.invoices, snapshot.invoices)
    periods: dict[int, list[ExistingPeriod]] = {}
    for period in snapshot.periods:
        if period.engagement_id in documents:
            periods.setdefault(period.engagement_id, []).append(period)
    entries: list[Entry] = []
    issues: list[Issue] = []
    in_trouble: set[int] = set()
    for engagement in snapshot.engagements:
        own = documents.get(engagement.id)
        if not own or engagement.id in found.parked:
            continue
        case = Case(as_of=as_of, company=snapshot.company, engagement=engagement)
        since = first_of(min(each.lots[0].service_start or each.day for each in own))
        usage = usage_of(case, periods.get(engagement.id, ()), since)
        for document in own:
            earning = Earning(case, document, usage, credited)
            trouble = earning.trouble()
            if trouble is None:
                entries += earning.entries()
            else:
                issues.append(trouble)
                in_trouble.add(document.move_id)
    entries += _no_longer_due(snapshot, found.parked, entries, in_trouble)
    return found.plus(entries=tuple(entries), issues=tuple(issues))


def _no_longer_due(
    snapshot: Snapshot,
    parked: Collection[int],
    asked: Iterable[Entry],
    in_trouble: Collection[int],
) -> list[Entry]:
    """Untouched drafts of ours whose amount a credit note took, or nothing earns any more."""
    wanted = {each.key for each in asked}
    engagements: dict[int | None, Engagement] = {each.id: each for each in snapshot.engagements}
    found = []
    for draft in snapshot.ledger.entries:
        move = move_of(draft.key)
        engagement = engagements.get(draft.engagement_id)
        if draft.role not in EARNING or not draft.is_draft_of_ours or move is None:
            continue
        if draft.key in wanted or move in in_trouble:
            continue
        if engagement is not None and engagement.id not in parked:
            found.append(withdrawal(draft, engagement.currency))
    return found
