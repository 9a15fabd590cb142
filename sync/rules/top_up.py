"""Rule 20, a new advance claimed: what is left for an engagement fell below the agreed balance.

The advance is made once; its request follows in the next wave. None is made while another one is
still to be requested or to be paid, and none before the draws of this run's invoices are known;
what the run gives back to advances counts as left. None follows one whose request finance accepted
as gone: that is said instead.
"""

from datetime import date
from decimal import Decimal

from sync.domain.advances import Advance, AdvanceRequest, TaxMode
from sync.domain.documents import Reason, Role
from sync.domain.engagement import Engagement, State, TopUp, TopUpPolicy
from sync.domain.issues import Issue, Severity, Source
from sync.domain.keys import key
from sync.domain.money import ZERO
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot
from sync.rules.advance_lots import AdvanceLots
from sync.rules.check_advances import advance_issue


def top_up(snapshot: Snapshot, as_of: date, found: Outcome) -> Outcome:
    """The new advances that are to be requested."""
    lots = AdvanceLots(snapshot, as_of, found)
    busy = _busy(snapshot, found)
    for engagement in sorted(snapshot.engagements, key=lambda each: each.id):
        policy = engagement.top_up
        if policy is None or engagement.id in found.parked:
            continue
        if engagement.id in busy or not _runs(engagement, as_of):
            continue
        if lots.on_its_way(engagement):
            continue
        left = sum(lots.funds(engagement, engagement.currency).values(), ZERO)
        amount = _amount(policy, left)
        if (left >= policy.below and left) or amount <= ZERO:
            continue
        last = _last(snapshot, engagement)
        if last is not None and lots.is_gone(last):
            found = found.plus(issues=(_stopped(last, engagement),))
            continue
        found = found.plus(advances=(_advance(snapshot, lots, engagement, amount, left, last),))
    return found


def _busy(snapshot: Snapshot, found: Outcome) -> set[int]:
    """Engagements of which something that they bill by now does not stand yet."""
    written = {each.key for each in snapshot.invoices}
    return {
        each.engagement_id
        for each in found.invoices
        if each.role not in (Role.advance_request, Role.advance_return, Role.drawdown)
        and each.held is None
        and each.key not in written
    }


def _runs(engagement: Engagement, as_of: date) -> bool:
    """Whether it is in force and uses advances."""
    return (
        engagement.use_advances
        and engagement.state is State.running
        and engagement.date_start <= as_of
        and (engagement.date_end is None or as_of <= engagement.date_end)
    )


def _amount(policy: TopUp, left: Decimal) -> Decimal:
    """The agreed amount, or what brings the balance up to the target."""
    return policy.amount if policy.policy is TopUpPolicy.amount else policy.amount - left


def _last(snapshot: Snapshot, engagement: Engagement) -> Advance | None:
    """The latest advance that the engagement may draw or drew."""
    own = [
        each
        for each in (*snapshot.advances, *snapshot.used_up)
        if each.covers(engagement.id, engagement.client_id)
    ]
    return max(own, key=lambda each: each.id, default=None)


def _stopped(last: Advance, engagement: Engagement) -> Issue:
    """What finance accepted as gone is not asked for again at once."""
    return advance_issue(
        last,
        "top_up_stopped",
        "request_move_id",
        f"is the last advance for {engagement.name}, and its request is gone, accepted so: no"
        " top-up follows it; make the next advance by hand, and top-ups follow that one",
        Severity.notice,
    )


def _advance(
    snapshot: Snapshot,
    lots: AdvanceLots,
    engagement: Engagement,
    amount: Decimal,
    left: Decimal,
    last: Advance | None,
) -> AdvanceRequest:
    """Like the last one for the engagement, which also gives it its key: one top-up follows one
    advance.
    """
    currency = engagement.currency
    policy = engagement.top_up
    assert policy is not None, "only an engagement with a policy is topped up"
    return AdvanceRequest(
        key=key(
            snapshot.company.id,
            engagement.id,
            "advance",
            f"after-a{last.id}" if last else f"from-{lots.as_of}",
        ),
        engagement_id=engagement.id,
        client_id=engagement.client_id,
        partner_id=engagement.invoice_partner_id or engagement.client_id,
        currency=currency,
        amount=currency.round(amount),
        request_on=lots.as_of,
        tax_mode=last.tax_mode if last else TaxMode.none,
        refundable=last.refundable if last else True,
        priority=last.priority if last else 0,
        reasons=(
            Reason(
                rule="top_up",
                text=f"{currency.text(left)} are left, less than the agreed"
                f" {currency.text(policy.below)}: {currency.text(amount)} are requested",
                records=(
                    Source(model="retainer.engagement", id=engagement.id, name=engagement.name),
                ),
            ),
        ),
    )
