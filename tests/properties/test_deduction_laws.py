"""What invoices deduct of taxed advances, worked out a second time with plain arithmetic.

At a tax of 0 % net and gross are one figure, so the words of rule 13 are a few lines: in the order
of their dates each invoice takes what had come in by its day, lot after lot; what comes in later,
and untaxed lots, pay the rest of it once it stands, and are not there for the invoices after it.
"""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.documents import Invoice, Role
from sync.domain.engagement import PoPolicy
from sync.domain.ledger import LotTax, MoneyLot
from sync.domain.money import ZERO
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot
from sync.domain.taxes import Tax, TaxSetting
from tests.properties.strategies import pick
from tests.properties.test_advance_laws import AS_OF, ON, amount, currencies, days, share
from tests.unit.rules.funds import advance, books, lot, paid, stands, user
from tests.unit.rules.world import company, deliverable, project, run

FREE = Tax(id=3, name="Export 0 %", percent=Decimal(0))
USERS = (1, 2, 4)
"""Engagements that use advances; of these 4 has no purchase order, and its invoices are held."""


@st.composite
def agencies(draw: st.DrawFn) -> Snapshot:
    """One client with advances, taxed and not, received in two parts, and milestones reached."""
    currency = draw(currencies)
    advances, lots = [], []
    for id in range(1, draw(st.integers(1, 4)) + 1):
        whole = amount(draw, currency)
        first = share(draw, whole, currency)
        unpaid = share(draw, whole - first, currency)
        early, late = sorted((days(draw), days(draw)))
        advances.append(
            advance(
                id,
                whole,
                currency=currency,
                engagement_ids=pick(draw, (), (1,), (2,), (1, 4)),
                priority=pick(draw, 0, 1, 2),
                maturity=pick(draw, None, days(draw)),
            )
        )
        lots.append(
            lot(
                id,
                whole,
                currency=currency,
                unpaid=unpaid,
                receipts=paid((str(early), first), (str(late), whole - unpaid - first)),
                taxes=pick(draw, (LotTax(tax=FREE, open=ZERO),), ()),
            )
        )
    engagements = (
        *(user(each, currency=currency) for each in (1, 2)),
        project(3, currency=currency),
        user(4, currency=currency, po_policy=PoPolicy.hold),
    )
    reached = tuple(
        deliverable(
            at,
            days(draw).isoformat(),
            amount(draw, currency),
            engagement_id=pick(draw, 1, 1, 2, 3, 4),
        )
        for at in range(1, draw(st.integers(1, 5)) + 1)
    )
    snapshot = books(
        *advances,
        lots=tuple(lots),
        engagements=engagements,
        company=company(currency=currency),
        milestones=reached,
    )
    return snapshot.model_copy(
        update={
            "taxes": tuple(TaxSetting(engagement_id=each, taxes=(FREE,)) for each in (1, 2, 3, 4))
        }
    )


def in_order(snapshot: Snapshot) -> list[MoneyLot]:
    """Scope, priority, maturity, receipt, id."""
    own = {each.id: each for each in snapshot.advances}

    def place(each: MoneyLot) -> tuple[object, ...]:
        of = own[each.advance_id or 0]
        return (
            not of.engagement_ids,
            of.priority or 10**9,
            of.maturity or date.max,
            each.receipts[0].day,
            each.line_id,
        )

    return sorted(snapshot.ledger.lots, key=place)


def came_in(of: MoneyLot, until: date) -> Decimal:
    return sum((each.amount for each in of.receipts if each.day <= min(until, AS_OF)), ZERO)


class Purse:
    """The money of the lots while one invoice after the other takes of it."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.lots = in_order(snapshot)
        self.own = {each.id: each for each in snapshot.advances}
        self.taken = dict.fromkeys((each.line_id for each in self.lots), ZERO)

    def offered(self, invoice: Invoice, until: date) -> list[tuple[MoneyLot, Decimal]]:
        found = []
        for each in self.lots:
            of = self.own[each.advance_id or 0]
            over = of.maturity is not None and invoice.invoice_date > of.maturity
            left = came_in(each, until) - self.taken[each.line_id]
            if of.covers(invoice.engagement_id, of.client_id) and not over and left > ZERO:
                found.append((each, left))
        return found

    def take(
        self, offered: list[tuple[MoneyLot, Decimal]], due: Decimal
    ) -> list[tuple[MoneyLot, Decimal]]:
        found = []
        for each, left in offered:
            part = min(due, left)
            if part:
                self.taken[each.line_id] += part
                due -= part
                found.append((each, part))
        return found

    def deducted(self, invoice: Invoice) -> list[tuple[int, Decimal]]:
        """(lot line, amount) of each deduction on the invoice, less than zero."""
        left, drawn = invoice.untaxed, []
        now = self.offered(invoice, invoice.invoice_date)
        if any(each.taxed for each, _ in now):
            drawn = self.take(now, left)
            left -= sum((part for _, part in drawn), ZERO)
        self.take(self.offered(invoice, AS_OF), left)
        return [(each.line_id, -part) for each, part in drawn if each.taxed]


def billed(outcome: Outcome) -> list[Invoice]:
    found = [each for each in outcome.invoices if each.role is Role.milestone]
    assert found == sorted(found, key=lambda each: (each.invoice_date, each.key))
    return found


def deductions(invoice: Invoice) -> list[tuple[int | None, Decimal]]:
    return [(line.match_line_id, line.amount) for line in invoice.lines if line.advance_id]


@given(agencies())
def test_every_invoice_deducts_what_had_come_in_and_is_not_spoken_for(snapshot: Snapshot) -> None:
    purse = Purse(snapshot)
    for invoice in billed(run(snapshot, ON)):
        uses = invoice.engagement_id in USERS and invoice.held is None
        expected = purse.deducted(invoice) if uses else []
        assert deductions(invoice) == expected
        assert invoice.untaxed == invoice.lines[0].amount
        assert invoice.net_total == invoice.untaxed + sum(part for _, part in expected)
        assert invoice.total_due == (invoice.net_total if expected else None)
        assert (invoice.reasons[-1].rule == "deduct_advances") == bool(expected)


@given(agencies(), st.data())
def test_drafts_that_wait_for_review_keep_what_they_deduct(
    snapshot: Snapshot, data: st.DataObject
) -> None:
    """Asked for again they deduct the same; what a person made their own keeps its part, and
    nothing of it is deducted twice.
    """
    first = [each for each in billed(run(snapshot, ON)) if each.held is None]
    drafts = [stands(each, id=900 + at, state="draft") for at, each in enumerate(first)]
    waiting = snapshot.model_copy(update={"invoices": tuple(drafts)})
    again = [each for each in billed(run(waiting, ON)) if each.held is None]
    assert [each.fingerprint for each in again] == [each.fingerprint for each in first]
    if not drafts:
        return
    mine = data.draw(st.sampled_from(drafts))
    drafts[drafts.index(mine)] = mine.model_copy(update={"changed": True})
    waiting = snapshot.model_copy(update={"invoices": tuple(drafts)})
    spoken_for = dict(mine.deducts)
    for invoice in billed(run(waiting, ON)):
        if invoice.key == mine.key:
            assert deductions(invoice) == []
        for line, part in deductions(invoice):
            spoken_for[line or 0] = spoken_for.get(line or 0, ZERO) - part
    there = {each.line_id: came_in(each, AS_OF) for each in snapshot.ledger.lots}
    assert all(part <= there[line] for line, part in spoken_for.items())
