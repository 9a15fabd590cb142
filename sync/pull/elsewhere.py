"""Time that Odoo's own sales invoicing has billed: reported, and never billed a second time."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from mappings import account_analytic_line, account_move
from mappings.account_analytic_line import BilledElsewhere
from sync.domain import hours
from sync.domain.engagement import Engagement
from sync.domain.issues import Issue, Severity, Source
from sync.domain.snapshot import Company
from sync.pull.reader import Reader


def billed_elsewhere(
    reader: Reader,
    company: Company,
    engagements: tuple[Engagement, ...],
    claims: Mapping[int, int],
    since: date,
) -> list[Issue]:
    """An issue per engagement and invoice; one call, and another one for the invoices' numbers.

    ``claims``: the engagement of a project. ``since``: the first of the earliest open month; what
    lies before it is settled either way.
    """
    found = reader.read(
        account_analytic_line.MODEL,
        reader.rows(
            account_analytic_line.MODEL,
            account_analytic_line.billed_elsewhere(
                company.id, claims, [each.id for each in engagements], since
            ),
            account_analytic_line.ELSEWHERE_FIELDS,
        ),
        account_analytic_line.elsewhere,
    ).values
    if not found:
        return []
    names = dict(
        reader.read(
            account_move.MODEL,
            reader.rows(
                account_move.MODEL,
                account_move.of_ids({each.invoice_id for each in found}),
                account_move.NAME_FIELDS,
            ),
            account_move.name,
        ).values
    )
    known = {each.id: each for each in engagements}
    groups: dict[tuple[int, int], list[BilledElsewhere]] = defaultdict(list)
    for each in found:
        groups[claims.get(each.project_id, 0), each.invoice_id].append(each)
    return [
        _issue(known.get(engagement), names.get(invoice, ""), invoice, some)
        for (engagement, invoice), some in sorted(groups.items())
    ]


def _issue(
    engagement: Engagement | None, name: str, invoice: int, entries: list[BilledElsewhere]
) -> Issue:
    shown = ", ".join(str(entry.id) for entry in entries[:5])
    more = f" and {len(entries) - 5} more" if len(entries) > 5 else ""
    noun = "time entry" if len(entries) == 1 else "time entries"
    total = hours.text(sum(entry.seconds for entry in entries))
    whose = f" of {engagement.name}" if engagement else ""
    return Issue(
        code="time_billed_elsewhere",
        severity=Severity.warning,
        source=Source(model=account_move.MODEL, id=invoice, name=name),
        field="timesheet_ids",
        message=f"{len(entries)} {noun}{whose} ({total} h, ids {shown}{more}) are billed by Odoo's"
        " own sales invoicing; they are neither counted nor billed a second time. Mark them as not"
        " counted, or cancel that invoice if the engagement is to bill them",
        engagement_id=engagement.id if engagement else None,
    )
