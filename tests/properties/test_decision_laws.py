"""Laws of what people decide about an advance's remainder (rule 15), worked out from the words.

Carried out for exactly what is there after the invoices of the day, once; what nobody decided is
said when it matured or a year ended with it, and else nothing is.
"""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.advances import Advance, Decision
from sync.domain.documents import Invoice, Role
from sync.domain.journal import Entry
from sync.domain.ledger import MoneyLot
from sync.domain.money import ZERO
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot
from tests.properties.strategies import pick
from tests.properties.test_advance_laws import AS_OF, ON, amount, days, ledgers
from tests.unit.rules.funds import after
from tests.unit.rules.world import deliverable, run

CARRIED_OUT = (Decision.give_back, Decision.recognise)
YEAR_ENDS = {(6, 30): date(2025, 6, 30), (12, 31): date(2024, 12, 31)}
"""The last one before ``AS_OF``."""
LAST_QUARTER = {date(2025, 6, 30): date(2025, 4, 1), date(2024, 12, 31): date(2024, 10, 1)}


@st.composite
def decided(draw: st.DrawFn, *, milestones: bool = False) -> Snapshot:
    """Advances that were decided about, or not; ``milestones``: with work still to be invoiced."""
    snapshot = draw(ledgers())
    advances = tuple(_about(draw, each) for each in snapshot.advances)
    few = snapshot.ledger.receivables[: draw(st.integers(0, 2))]
    snapshot = snapshot.model_copy(
        update={
            "advances": advances,
            "ledger": snapshot.ledger.model_copy(update={"receivables": few}),
        }
    )
    company = snapshot.company.model_copy(
        update={"fiscal_year_end": draw(st.sampled_from(sorted(YEAR_ENDS)))}
    )
    reached = tuple(
        deliverable(
            at,
            days(draw).isoformat(),
            amount(draw, snapshot.engagements[0].currency),
            engagement_id=pick(draw, 1, 2),
        )
        for at in range(1, draw(st.integers(1, 2)) + 1)
    )
    return snapshot.model_copy(
        update={"company": company, "milestones": reached if milestones else ()}
    )


def _about(draw: st.DrawFn, about: Advance) -> Advance:
    """The advance with a decision, as often as not; about a small part of it, half, or all."""
    decision = pick(draw, *CARRIED_OUT, *Decision)
    part = pick(draw, about.currency.unit, about.currency.round(about.amount / 2), ZERO)
    return about.model_copy(
        update={
            "decision": decision,
            "refundable": decision is not Decision.recognise,
            "decided_on": None if decision is Decision.undecided else days(draw),
            "decision_amount": part,
        }
    )


def documents(outcome: Outcome) -> dict[str, Invoice | Entry]:
    """What carries decisions out, by key."""
    made = [each for each in outcome.invoices if each.role is Role.advance_return]
    entries = [each for each in outcome.entries if each.role is Role.breakage]
    return {each.key: each for each in (*made, *entries)}


def key_of(advance: Advance) -> str:
    role = "advance_return" if advance.decision is Decision.give_back else "breakage"
    owner = advance.engagement_ids[0] if len(advance.engagement_ids) == 1 else 0
    return f"1/{owner}/{role}/a{advance.id}-{advance.decided_on}/0"


def net(document: Invoice | Entry) -> dict[int, Decimal]:
    """By lot line: what it takes."""
    return {each.match_line_id: each.amount for each in document.lines if each.match_line_id}


def due(advance: Advance) -> bool:
    return (
        advance.decision in CARRIED_OUT
        and advance.decided_on is not None
        and advance.decided_on <= AS_OF
    )


def lots_of(snapshot: Snapshot, advance: Advance) -> list[MoneyLot]:
    return [each for each in snapshot.ledger.lots if each.advance_id == advance.id]


def drawn_first(snapshot: Snapshot, outcome: Outcome) -> Snapshot:
    """The books once the invoices drew what they may, before any decision is carried out."""
    kept = documents(outcome)
    return after(
        snapshot,
        outcome.model_copy(
            update={
                "invoices": tuple(each for each in outcome.invoices if each.key not in kept),
                "entries": tuple(each for each in outcome.entries if each.key not in kept),
            }
        ),
    )


def codes(outcome: Outcome, advance: Advance) -> set[str]:
    return {
        each.code
        for each in outcome.issues
        if each.source.model == "retainer.advance" and each.source.id == advance.id
    }


@given(decided())
def test_a_decision_is_carried_out_for_exactly_what_is_there(snapshot: Snapshot) -> None:
    outcome = run(snapshot, ON)
    found, books = documents(outcome), drawn_first(snapshot, outcome)
    for each in snapshot.advances:
        left = {lot.line_id: lot.there_by(AS_OF) for lot in lots_of(books, each)}
        document = found.pop(key_of(each), None) if due(each) else None
        whole = sum(left.values(), ZERO)
        asked = min(each.decision_amount or whole, whole)
        taken = net(document) if document else {}
        assert sum(taken.values(), ZERO) == (asked if due(each) else ZERO)
        assert all(ZERO < part <= left[line] for line, part in taken.items())
    assert found == {}, "nothing is returned or recognised that nobody decided"


@given(decided())
def test_it_is_dated_on_the_decision_or_when_the_money_was_there(snapshot: Snapshot) -> None:
    outcome = run(snapshot, ON)
    found, books = documents(outcome), drawn_first(snapshot, outcome)
    for each in snapshot.advances:
        document = found.get(key_of(each)) if due(each) else None
        if document is None:
            continue
        day = document.invoice_date if isinstance(document, Invoice) else document.day
        lots = {lot.line_id: lot for lot in lots_of(books, each)}
        there = [lots[line].there_on(part) for line, part in net(document).items()]
        assert each.decided_on is not None
        assert day == max(each.decided_on, *there)
        assert document.service_start == document.service_end == day


@given(decided())
def test_a_return_gives_tax_back_and_breakage_keeps_it(snapshot: Snapshot) -> None:
    """Of all that is left of a lot, all tax that is left; breakage is net, at the lot's rate."""
    outcome = run(snapshot, ON)
    books = drawn_first(snapshot, outcome)
    lots = {lot.line_id: lot for lot in books.ledger.lots}
    for document in documents(outcome).values():
        if isinstance(document, Entry):
            value = [
                lots[line].company_part(part, books.company.currency)
                for line, part in net(document).items()
            ]
            assert document.lines[-1].amount == -document.total
            assert [line.amount_company for line in document.lines] == [*value, -sum(value)]
            continue
        taxes = sum((amount for _, amount in document.taxes_due), ZERO)
        assert document.credit
        assert document.total_due == document.net_total + taxes
        for line in document.lines:
            lot = lots[line.match_line_id or 0]
            charged = {each.tax.id: each.open for each in lot.taxes}
            assert set(dict(line.part_taxes)) <= set(charged)
            if line.amount == lot.open:
                assert dict(line.part_taxes) == charged


@given(decided(milestones=True))
def test_a_decision_waits_for_the_invoices_up_to_its_day(snapshot: Snapshot) -> None:
    outcome = run(snapshot, ON)
    found = documents(outcome)
    for each in snapshot.advances:
        if not due(each) or not lots_of(snapshot, each):
            continue
        assert each.decided_on is not None
        before = [
            milestone
            for milestone in snapshot.milestones
            if each.covers(milestone.engagement_id, each.client_id)
            and milestone.reached_on is not None
            and milestone.reached_on <= min(each.decided_on, AS_OF)
        ]
        assert ("decision_waits" in codes(outcome, each)) == bool(before)
        if before:
            assert key_of(each) not in found


@given(decided())
def test_what_nobody_decided_is_said_and_nothing_else(snapshot: Snapshot) -> None:
    """Once it matured, or a financial year ended with it; a decision that was carried out before
    says nothing about what is left, nor about what came back after it.
    """
    outcome = run(snapshot, ON)
    books = after(snapshot, outcome)
    year_end = YEAR_ENDS[snapshot.company.fiscal_year_end]
    for each in snapshot.advances:
        lots = lots_of(books, each)
        left = sum((lot.there_by(AS_OF) for lot in lots), ZERO)
        matured = each.maturity is not None and each.maturity < AS_OF
        settled = each.decided_on is not None and each.decided_on >= LAST_QUARTER[year_end]
        asked = lots
        if settled:
            kept = each.decision is Decision.keep
            asked = [lot for lot in lots if not kept and lot.day > each.decided_on]
        at_year_end = any(lot.there_by(year_end) > ZERO for lot in asked)
        open_question = (matured and each.decision is not Decision.keep) or at_year_end
        told = bool(left) and open_question and not due(each)
        assert ("advance_undecided" in codes(outcome, each)) == told
        unpaid = any(lot.unpaid > ZERO for lot in lots_of(snapshot, each))
        nothing = due(each) and key_of(each) not in documents(outcome) and unpaid
        assert ("nothing_to_discharge" in codes(outcome, each)) == nothing
