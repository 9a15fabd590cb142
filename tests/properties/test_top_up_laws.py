"""Laws of top-ups (rule 20): a new advance where too little is left, and only there; and of drafts
on advances that nothing asks for any more.
"""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.advances import Decision
from sync.domain.documents import Role
from sync.domain.engagement import TopUp, TopUpPolicy
from sync.domain.existing import ExistingInvoice
from sync.domain.ledger import ExistingEntry
from sync.domain.money import ZERO
from sync.domain.snapshot import Snapshot
from tests.properties.strategies import pick
from tests.properties.test_advance_laws import AS_OF, ON, amount, ledgers
from tests.unit.rules.funds import after, user
from tests.unit.rules.world import billed, money, run


@st.composite
def topped_up(draw: st.DrawFn) -> Snapshot:
    """Advances that nobody decided about, and a policy for each engagement, or none."""
    snapshot = draw(ledgers())
    currency = snapshot.engagements[0].currency
    policies = [
        TopUp(
            policy=pick(draw, *TopUpPolicy),
            amount=amount(draw, currency),
            below=pick(draw, ZERO, amount(draw, currency, 400_000)),
        )
        for _ in (1, 2)
    ]
    paid = draw(st.booleans())
    lots = tuple(
        each.model_copy(update={"unpaid": ZERO} if paid else {}) for each in snapshot.ledger.lots
    )
    undecided = {"decision": Decision.undecided, "decided_on": None, "refundable": True}
    return snapshot.model_copy(
        update={
            "advances": tuple(each.model_copy(update=undecided) for each in snapshot.advances),
            "engagements": tuple(
                user(id, currency=currency, top_up=pick(draw, policy, policy, policy, None))
                for id, policy in enumerate(policies, 1)
            ),
            "ledger": snapshot.ledger.model_copy(update={"lots": lots}),
        }
    )


@given(topped_up())
def test_an_advance_is_asked_for_where_too_little_is_left(snapshot: Snapshot) -> None:
    outcome = run(snapshot, ON)
    left_in = after(snapshot, outcome).ledger.lots
    asked = {each.engagement_id: each for each in outcome.advances}
    assert len(asked) == len(outcome.advances)
    for own in snapshot.engagements:
        covering = [each for each in snapshot.advances if each.covers(own.id, own.client_id)]
        standing = {each.advance_id for each in snapshot.ledger.lots}
        unpaid = {each.advance_id for each in snapshot.ledger.lots if each.unpaid}
        awaited = any(each.id not in standing or each.id in unpaid for each in covering)
        usable = {each.id for each in covering if each.maturity is None or each.maturity >= AS_OF}
        left = sum((each.there_by(AS_OF) for each in left_in if each.advance_id in usable), ZERO)
        policy, new = own.top_up, asked.get(own.id)
        if policy is None or awaited:
            assert new is None
            continue
        wanted = policy.amount - (left if policy.policy is TopUpPolicy.target else ZERO)
        low = left < policy.below or not left
        assert (new.amount if new else ZERO) == (wanted if low and wanted > ZERO else ZERO)


ENTRIES = {
    Role.drawdown: ("l10.r1001", "c9.l10.e60"),
    Role.breakage: ("a1-2025-06-30", "2025-03.i17"),
    Role.correction: ("i17",),
}
"""Sources of keys, by role."""


@st.composite
def drafts(draw: st.DrawFn) -> tuple[ExistingEntry, ...]:
    """Entries of ours that nothing asks for: drafts, posted, touched."""
    found = []
    for id in range(1, draw(st.integers(1, 5)) + 1):
        role = pick(draw, *ENTRIES)
        owner = pick(draw, 1, 2, None)
        found.append(
            ExistingEntry(
                id=id,
                name="",
                key=f"1/{owner or 0}/{role}/{pick(draw, *ENTRIES[role])}/{id}",
                fingerprint="",
                role=role,
                engagement_id=owner,
                state=pick(draw, "draft", "draft", "posted", "cancel"),
                changed=pick(draw, False, False, True),
                day=AS_OF,
                amount=money("300"),
            )
        )
    return tuple(found)


@given(ledgers(), drafts())
def test_exactly_the_drafts_on_advances_that_nothing_asks_for_are_withdrawn(
    snapshot: Snapshot, standing: tuple[ExistingEntry, ...]
) -> None:
    ledger = snapshot.ledger.model_copy(update={"entries": standing})
    outcome = run(snapshot.model_copy(update={"ledger": ledger}), ON)
    asked = {each.key for each in outcome.entries if not each.withdrawn}
    wanted = {
        each.key
        for each in standing
        if each.state == "draft"
        and not each.changed
        and each.key not in asked
        and (each.engagement_id or each.role is not Role.correction)
        and (each.engagement_id or "2025-03.i17" not in each.key)
    }
    withdrawn = [each for each in outcome.entries if each.withdrawn]
    assert sorted(each.key for each in withdrawn) == sorted(wanted)
    assert all(each.total > Decimal(0) for each in withdrawn)


@st.composite
def draft_invoices(draw: st.DrawFn) -> tuple[ExistingInvoice, ...]:
    """Draws and returns of taxed advances that nothing asks for: drafts, posted, touched."""
    return tuple(
        billed(
            f"l10.r{id}",
            300,
            pick(draw, Role.drawdown, Role.advance_return),
            id=id,
            credit=draw(st.booleans()),
            state=pick(draw, "draft", "draft", "posted", "cancel"),
            changed=pick(draw, False, False, True),
            engagement_id=pick(draw, 1, 2),
        )
        for id in range(5001, 5001 + draw(st.integers(1, 5)))
    )


@given(ledgers(), draft_invoices())
def test_exactly_the_draft_invoices_that_nothing_asks_for_are_withdrawn(
    snapshot: Snapshot, standing: tuple[ExistingInvoice, ...]
) -> None:
    outcome = run(snapshot.model_copy(update={"invoices": standing}), ON)
    wanted = {each.key for each in standing if each.state == "draft" and not each.changed}
    withdrawn = [each for each in outcome.invoices if each.withdrawn]
    assert sorted(each.key for each in withdrawn) == sorted(wanted)
    own = {each.key: each for each in standing}
    for each in withdrawn:
        assert (each.role, each.credit) == (own[each.key].role, own[each.key].credit)
