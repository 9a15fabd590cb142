"""Rule 20 for advances: what the account manager should hear of, each once.

Not paid when it was due; work before the payment; nearly consumed, so that a new one is claimed.
And what a bounced payment leaves: draws of money that is not there any more.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from sync.domain.advances import Advance
from sync.domain.documents import Alert, Role
from sync.domain.keys import key, source_of
from sync.domain.money import ZERO
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot
from sync.rules.advance_lots import AdvanceLots
from sync.rules.check_advances import advance_issue

_OF_ADVANCES = (Role.advance_request, Role.advance_return, Role.drawdown)

NEARLY_CONSUMED = 90
"""Percent of what was received for an engagement from which on a new advance is to be claimed."""


def advance_notices(snapshot: Snapshot, as_of: date, found: Outcome) -> Outcome:
    """Everything worth a notice about advances on this day, after the draws of this run."""
    lots = AdvanceLots(snapshot, as_of, found)
    returned = _returned(snapshot, found)
    billed = _billed_until(snapshot, found)
    worked: dict[int, list[date]] = {}
    for project, day in snapshot.worked:
        worked.setdefault(project, []).append(day)
    for advance in lots.advances.values():
        found = found.plus(
            alerts=(
                *_unpaid(snapshot, lots, advance),
                *_work_before_payment(snapshot, lots, advance, worked, billed),
                *_nearly_consumed(snapshot, lots, advance, returned.get(f"a{advance.id}", ZERO)),
            )
        )
        shortfall = lots.shortfall(advance)
        if shortfall > ZERO:
            amount = advance.currency.text(shortfall)
            issue = advance_issue(
                advance,
                "advance_shortfall",
                "received",
                f"{amount} were drawn of it that are not paid any more (a payment was reversed or"
                " bounced): the draws stand and nothing more is drawn; claim the payment again",
            )
            found = found.plus(issues=(issue,))
    return found


def advance_alert(
    snapshot: Snapshot, lots: AdvanceLots, advance: Advance, source: str, kind: str, message: str
) -> tuple[Alert, ...]:
    """A notice to the account manager of the first engagement that the advance is for."""
    users = [*advance.engagement_ids, *(each.id for each in lots.users(advance))]
    if not users:
        return ()
    return (
        Alert(
            key=key(snapshot.company.id, users[0], "alert", source),
            kind=kind,
            severity="warning",
            engagement_id=users[0],
            message=f"{advance.name}: {message}",
        ),
    )


def _owed(lots: AdvanceLots, advance: Advance) -> Decimal:
    """What the client still has to pay of a request that was sent."""
    return sum((lot.unpaid for lot in lots.of(advance)), ZERO)


def _unpaid(snapshot: Snapshot, lots: AdvanceLots, advance: Advance) -> tuple[Alert, ...]:
    owed = _owed(lots, advance)
    if owed <= ZERO or advance.due_on is None or advance.due_on >= lots.as_of:
        return ()
    return advance_alert(
        snapshot,
        lots,
        advance,
        f"a{advance.id}-unpaid",
        "advance_unpaid",
        f"{advance.currency.text(owed)} were due on {advance.due_on} and are not paid",
    )


def _billed_until(snapshot: Snapshot, found: Outcome) -> dict[int, date]:
    """By engagement: the last day of what its invoices bill."""
    documents: list[tuple[Role, bool, int, date]] = [
        (each.role, each.credit, each.engagement_id, max(each.invoice_date, each.days[1]))
        for each in snapshot.invoices
        if each.counts
    ]
    documents += [
        (each.role, each.credit, each.engagement_id, max(each.invoice_date, each.service_end))
        for each in found.invoices
        if each.held is None and not each.withdrawn
    ]
    billed: dict[int, date] = {}
    for role, credit, engagement, day in documents:
        if not credit and role not in _OF_ADVANCES:
            billed[engagement] = max(day, billed.get(engagement, day))
    return billed


def _work_before_payment(
    snapshot: Snapshot,
    lots: AdvanceLots,
    advance: Advance,
    worked: Mapping[int, list[date]],
    billed: Mapping[int, date],
) -> tuple[Alert, ...]:
    """Time on its engagements since it was requested, while nothing was advanced for them; of one
    that was paid in part, since what was billed and drew that.
    """
    if _owed(lots, advance) <= ZERO:
        return ()
    paid = any(lot.came_in for lot in lots.of(advance))
    requested = min(lot.day for lot in lots.of(advance))
    for engagement in lots.users(advance):
        if lots.funds(engagement, advance.currency):
            continue
        covered = billed.get(engagement.id, date.min) if paid else date.min
        days = [
            day
            for project in engagement.project_ids
            for day in worked.get(project, ())
            if requested <= day <= lots.as_of and day > covered
        ]
        if days:
            return advance_alert(
                snapshot,
                lots,
                advance,
                f"a{advance.id}-work-before-payment",
                "work_before_payment",
                f"is not paid, and work on {engagement.name} began on {min(days)}",
            )
    return ()


def _returned(snapshot: Snapshot, found: Outcome) -> dict[str, Decimal]:
    """By advance, ``a7``: what went back to the client, or does with this run, by a decision."""
    by_key = {
        each.key: each.untaxed
        for each in snapshot.invoices
        if each.role is Role.advance_return and each.counts
    } | {each.key: each.net_total for each in found.invoices if each.role is Role.advance_return}
    returned: dict[str, Decimal] = {}
    for own, amount in by_key.items():
        advance = source_of(own).split("-")[0]
        returned[advance] = returned.get(advance, ZERO) + amount
    return returned


def _nearly_consumed(
    snapshot: Snapshot, lots: AdvanceLots, advance: Advance, returned: Decimal
) -> tuple[Alert, ...]:
    """Nearly all was drawn of what came in and was not returned, nothing else covers its
    engagements, and no new one is on its way.
    """
    own = lots.of(advance)
    known = any(not lot.restores for lot in own)
    received = sum((lot.came_in for lot in own), ZERO) if known else advance.amount
    received -= returned
    left = lots.remainder(advance) + lots.restored(advance)
    if received <= ZERO or (received - left) * 100 < received * NEARLY_CONSUMED:
        return ()
    for engagement in lots.users(advance):
        others = lots.funds(engagement, advance.currency).keys() - {advance.id}
        if not others and not lots.on_its_way(engagement):
            return advance_alert(
                snapshot,
                lots,
                advance,
                f"a{advance.id}-nearly-consumed",
                "advance_nearly_consumed",
                f"{advance.currency.text(left)} of {advance.currency.text(received)} are left;"
                " claim a new advance",
            )
    return ()
