"""Work on projects whose advance is requested and not paid: it may not have begun (rule 12)."""

from collections.abc import Iterable
from datetime import date

from mappings import account_analytic_line
from sync.domain.engagement import Engagement
from sync.domain.ledger import MoneyLot
from sync.domain.money import ZERO
from sync.domain.snapshot import Company
from sync.pull.ledger.ledger import LedgerRead
from sync.pull.reader import Reader


def read_worked(
    reader: Reader, company: Company, engagements: Iterable[Engagement], found: LedgerRead
) -> tuple[tuple[int, date], ...]:
    """Days with time, by project: one call, where an advance waits for its payment."""
    unpaid: dict[int, MoneyLot] = {
        lot.advance_id: lot
        for lot in found.ledger.lots
        if lot.advance_id is not None and lot.unpaid > ZERO
    }
    waiting = [each for each in found.advances if each.id in unpaid]
    projects = {
        project
        for engagement in engagements
        if engagement.use_advances
        and any(each.covers(engagement.id, engagement.client_id) for each in waiting)
        for project in engagement.project_ids
    }
    if not projects:
        return ()
    since = min(unpaid[each.id].day for each in waiting)
    rows = reader.rows(
        account_analytic_line.MODEL,
        account_analytic_line.worked(company.id, projects, since),
        account_analytic_line.WORKED_FIELDS,
    )
    days = reader.read(account_analytic_line.MODEL, rows, account_analytic_line.work_day).values
    return tuple(sorted(set(days)))
