"""Laws of what people are told (rules 20 and 21): exactly what is so, each once."""

import re
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.calendar import last_of
from sync.domain.documents import Role, Statement
from sync.domain.engagement import Approval, Engagement
from sync.domain.existing import ClosedMonth
from sync.domain.hours import HOUR
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot
from sync.domain.terms import Terms
from sync.rules.engine import evaluate
from sync.rules.recommend import Direction, recommend
from tests.properties.strategies import USD, agencies, days, pick
from tests.unit.rules.world import (
    billed,
    client_po,
    company,
    entry,
    order,
    project,
    retainer,
    run,
    world,
)
from tests.unit.rules.world import terms as agreed

AS_OF = date(2025, 4, 10)


def keys(outcome: Outcome, *kinds: str) -> list[str]:
    found = [each.key for each in outcome.alerts if each.kind in kinds]
    assert len(set(found)) == len(found), "each once"
    return sorted(found)


def terms_of(snapshot: Snapshot, statement: Statement) -> Terms:
    """Those in force at the statement's end; before the first, the first."""
    (own,) = (each for each in snapshot.engagements if each.id == statement.engagement_id)
    begun = [each for each in own.terms if each.date_start <= statement.date_end]
    return begun[-1] if begun else own.terms[0]


@given(agencies(), days())
def test_every_threshold_that_is_reached_is_told_and_no_other(snapshot: Snapshot, on: date) -> None:
    outcome = evaluate(snapshot, on)
    near, over, loud = [], [], []
    for each in outcome.statements:
        start = f"1/{each.engagement_id}/alert/{each.date_start:%Y-%m}"
        thresholds = sorted(terms_of(snapshot, each).alert_thresholds)
        reached = [
            level
            for level in thresholds
            if each.available and each.used * 100 >= level * each.available
        ]
        near += [f"{start}-usage-{level}/0" for level in reached]
        loud += [f"{start}-usage-{level}/0" for level in reached[-1:]]
        over += [f"{start}-overage/0"] * bool(each.overage)
    assert keys(outcome, "near_limit") == sorted(near)
    assert keys(outcome, "overage") == sorted(over)
    alerts = [each for each in outcome.alerts if each.kind == "near_limit" and not each.quiet]
    assert sorted(each.key for each in alerts) == sorted(loud)


NEAR = re.compile(
    r".* (\d+) % of the hours reached: (\S+) of (\S+) h used \(.* %\), (\S+) h left.*"
)
OVER = re.compile(r".*: over the hours available since (\S+): (\S+) h so far \((.*)\)")


@given(agencies(), days())
def test_a_notice_says_the_figures_of_its_month(snapshot: Snapshot, on: date) -> None:
    outcome = evaluate(snapshot, on)
    months = {(each.engagement_id, f"{each.date_start:%Y-%m}"): each for each in outcome.statements}
    for alert in outcome.alerts:
        if alert.kind not in ("near_limit", "overage"):
            continue
        month = months[alert.engagement_id, alert.key.split("/")[3][:7]]
        if alert.kind == "near_limit":
            found = NEAR.fullmatch(alert.message)
            assert found is not None, alert.message
            assert alert.severity == ("warning" if int(found[1]) >= 90 else "notice")
            told = [seconds(text) for text in found.groups()[1:]]
            assert told == [month.used, month.available, month.remaining]
        else:
            found = OVER.fullmatch(alert.message)
            assert found is not None, alert.message
            assert (seconds(found[2]), found[3]) == (
                month.overage,
                month.currency.text(month.overage_amount),
            )


def seconds(text: str) -> int:
    whole, minutes, *odd = (int(part) for part in text.split(":"))
    return whole * HOUR + minutes * 60 + sum(odd)


@given(agencies(), days())
def test_the_figures_that_a_statement_explains_are_its_own(snapshot: Snapshot, on: date) -> None:
    """Granted and rolled in are drawn, lapsed or left."""
    for each in evaluate(snapshot, on).statements:
        first = each.reasons[0]
        assert first.rule == "statement"
        figures = [seconds(text) for text in re.findall(r"(\d+:[\d:]+) h", first.text)]
        granted, rolled, used, over, lapsed, left = figures[:6]
        assert (granted, rolled, used, over) == (
            each.allocated,
            each.rolled_in,
            each.used,
            each.overage,
        )
        assert lapsed == each.expired
        assert granted + rolled == used - over + lapsed + left
        told = any(reason.rule == "overage" for reason in each.reasons)
        assert told == bool(each.overage)
        lapses = [reason for reason in each.reasons if reason.rule == "roll_over"]
        assert bool(lapses) == bool(each.expired)


@st.composite
def projects(draw: st.DrawFn) -> Snapshot:
    """One project with an order that ends, extra work, and invoices that were sent."""
    near = st.integers(-40, 60).map(lambda each: AS_OF + timedelta(days=each))
    ends, over = pick(draw, None, draw(near)), pick(draw, None, draw(near))
    orders = [
        order(
            id,
            approval=pick(draw, Approval.waiting, *Approval),
            client_po_id=None,
        )
        for id in (1, 2)
    ]
    entries = [
        entry(id, "2025-03-10", pick(draw, 2, 0, -2), change_order_id=pick(draw, 1, 2))
        for id in (1, 2, 3)
    ]
    invoices = [
        billed(
            f"m{id}",
            100,
            Role.milestone,
            id=id,
            lifecycle=pick(draw, "sent", "sent", "viewed", "draft"),
            sent_on=pick(draw, None, draw(near)),
        )
        for id in (7, 8)
    ]
    return world(
        project(client_po_id=pick(draw, 1, 1, 1, None), date_end=over),
        company=company(po_warning_days=pick(draw, 0, 14, 30), stuck_after_days=pick(draw, 0, 7)),
        client_pos=[client_po(1, date_end=ends)],
        change_orders=orders,
        entries=entries,
        invoices=invoices,
    )


def ends_soon(snapshot: Snapshot, own: Engagement) -> bool:
    """Whether the order ends within the company's notice, and before the work does."""
    (po,) = snapshot.client_pos
    if own.client_po_id is None or po.date_end is None or po.date_end < AS_OF:
        return False
    if own.date_end is not None and own.date_end <= po.date_end:
        return False
    return (po.date_end - AS_OF).days <= snapshot.company.po_warning_days


@given(projects())
def test_what_somebody_should_hear_of_is_told_and_nothing_else(snapshot: Snapshot) -> None:
    outcome = run(snapshot, AS_OF.isoformat())
    (own,) = snapshot.engagements
    (po,) = snapshot.client_pos
    ending = [f"1/1/alert/po1-ends-{po.date_end}/0"] if ends_soon(snapshot, own) else []
    assert keys(outcome, "po_expiring") == ending
    over = own.date_end is not None and own.date_end < date(2025, 3, 10)
    waiting = [
        f"1/1/alert/c{each.id}-waiting/0"
        for each in snapshot.change_orders
        if each.approval is Approval.waiting
        and sum(one.seconds for one in snapshot.entries if one.change_order_id == each.id) > 0
        and not over
    ]
    assert keys(outcome, "awaiting_approval") == waiting
    patience = snapshot.company.stuck_after_days
    unopened = [
        f"1/1/alert/i{each.id}-not-opened/0"
        for each in snapshot.invoices
        if each.lifecycle == "sent" and each.sent_on and (AS_OF - each.sent_on).days >= patience
    ]
    assert keys(outcome, "invoice_not_opened") == unopened


quarters = st.integers(0, 320).map(lambda each: each * 900)


@given(
    st.lists(quarters, max_size=8),
    st.integers(1, 60),
    st.sampled_from(["any", "above", "below"]),
    st.integers(0, 900_000),
)
def test_advice_needs_months_that_all_point_one_way(
    used: list[int], hours: int, where: str, cents: int
) -> None:
    """At least three whole months, the last six; the median, rounded up to the hour."""
    allowance, fee = hours * HOUR, Decimal(cents) / 100
    if where == "above":
        used = [allowance + 900 + each for each in used]
    elif where == "below":
        used = [each * allowance * 7 // 10 // 320 // 900 for each in used]
    closed = [
        ClosedMonth(
            engagement_id=1,
            date_start=date(2025, at, 1),
            date_end=last_of(date(2025, at, 1)),
            allocated=allowance,
            used=each,
            fee=fee,
        )
        for at, each in enumerate(used, 1)
    ]
    own = retainer(agreed(monthly_seconds=allowance, monthly_fee=fee))
    advice = recommend(own, closed)
    last = used[-6:]
    more = all(each > allowance for each in last)
    less = all(Fraction(each, allowance) < Fraction(7, 10) for each in last)
    proposed = max(1, -(-int(median(last)) // HOUR)) * HOUR if last else 0
    assert (advice is not None) == (len(last) >= 3 and (more or less) and proposed != allowance)
    if advice is None:
        return
    assert advice.direction is (Direction.more if more else Direction.less)
    assert (advice.current_seconds, advice.proposed_seconds) == (allowance, proposed)
    assert advice.proposed_fee == USD.round(fee * proposed / allowance)
    assert advice.paid == fee * len(last)
    beyond = Fraction(sum(max(0, each - proposed) for each in last), HOUR) * 175
    whole = advice.proposed_fee * len(last)
    assert abs(Fraction(advice.would_be - whole) - beyond) <= Fraction(1, 200)
