"""Laws of recharged purchases (rule 10): at cost plus markup, once, in plain fractions."""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.calendar import day_of
from sync.domain.documents import Invoice, Role
from sync.domain.engagement import PurchaseLine
from sync.domain.money import Currency
from sync.domain.snapshot import Snapshot
from sync.plan.diff import make_plan
from tests.properties.settle import settle
from tests.properties.strategies import JPY, KWD, USD, pick
from tests.properties.test_advance_laws import EUR
from tests.unit.rules.world import company, project, run, world

AS_OF = date(2025, 4, 10)
BILLING_DAYS = (1, 10, 11, 28, 31)
"""Of the month; on the first two April's day has come, on the others March's was the last one."""
quarters = st.integers(0, 24).map(lambda each: Decimal(each) / 4)


@dataclass(frozen=True)
class Wanted:
    """What should be on our documents of one purchase line."""

    quantity: Decimal
    amount: Fraction
    """Not rounded."""


def a_purchase(draw: st.DrawFn, id: int) -> PurchaseLine:
    return PurchaseLine(
        id=id,
        order_name=f"P{id}",
        engagement_id=1,
        text="Display stand",
        vendor="Messebau Roth",
        ordered_on=AS_OF - timedelta(days=draw(st.integers(-5, 50))),
        received=draw(quarters),
        invoiced=draw(quarters),
        credited=pick(draw, Decimal(0), draw(quarters)),
        recharged=pick(draw, Decimal(0), draw(quarters)),
        unit_cost=Decimal(draw(st.integers(0, 90_000))) / 100,
        currency=pick(draw, USD, EUR),
        rate=pick(draw, Decimal(1), Decimal("1.0837"), Decimal("0.8"), None, Decimal(0)),
    )


@st.composite
def campaigns(draw: st.DrawFn) -> Snapshot:
    """A project with a few purchases, some received, credited, recharged or sent back in part."""
    return world(
        project(
            currency=pick(draw, USD, JPY, KWD),
            recharge_purchases=True,
            recharge_markup=Decimal(pick(draw, 0, 15, 20, 33)) + pick(draw, 0, Decimal("0.5")),
        ),
        company=company(out_of_scope_day=pick(draw, *BILLING_DAYS)),
        purchase_lines=[a_purchase(draw, id) for id in range(1, draw(st.integers(1, 5)) + 1)],
    )


def rounded(amount: Fraction, currency: Currency) -> Decimal:
    units = amount * 10**currency.digits
    return currency.unit * math.floor(units + Fraction(1, 2))


def billing_day(snapshot: Snapshot) -> date:
    """The last one that has come."""
    april = day_of(date(2025, 4, 1), snapshot.company.out_of_scope_day)
    return april if april <= AS_OF else day_of(date(2025, 3, 1), snapshot.company.out_of_scope_day)


def wanted(snapshot: Snapshot) -> dict[int, tuple[Decimal, Decimal]]:
    """By purchase line: (quantity, amount) still to be charged; both less than zero where given
    back. What has no rate, costs nothing or was bought later is on no document.
    """
    (engagement,) = snapshot.engagements
    found = {}
    for each in snapshot.purchase_lines:
        bought = max(each.received, each.invoiced + each.credited) - each.credited
        quantity = max(bought, Decimal(0)) - each.recharged
        if not each.rate or each.ordered_on > billing_day(snapshot):
            continue
        cost = Fraction(abs(quantity)) * Fraction(each.unit_cost) / Fraction(each.rate)
        amount = rounded(
            cost * (100 + Fraction(engagement.recharge_markup)) / 100, engagement.currency
        )
        if amount:
            found[each.id] = (quantity, amount if quantity > 0 else -amount)
    return found


def charged(invoices: list[Invoice]) -> dict[int, tuple[Decimal, Decimal]]:
    found: dict[int, tuple[Decimal, Decimal]] = {}
    for invoice in invoices:
        assert len(invoice.purchases) == len(invoice.lines)
        for (line_id, quantity), line in zip(invoice.purchases, invoice.lines, strict=True):
            assert line_id not in found, "once"
            assert (quantity < 0) == invoice.credit
            found[line_id] = (quantity, -line.amount if invoice.credit else line.amount)
    return found


def recharges(snapshot: Snapshot) -> list[Invoice]:
    outcome = run(snapshot, AS_OF.isoformat())
    return [each for each in outcome.invoices if each.role is Role.recharge]


@given(campaigns())
def test_every_purchase_is_charged_or_given_back_at_cost_plus_markup(snapshot: Snapshot) -> None:
    invoices = recharges(snapshot)
    assert charged(invoices) == wanted(snapshot)
    assert len({each.credit for each in invoices}) == len(invoices), "one document of each kind"
    for invoice in invoices:
        ordered = [
            each.ordered_on
            for each in snapshot.purchase_lines
            if each.id in {line_id for line_id, _ in invoice.purchases}
        ]
        raised = AS_OF if invoice.credit else billing_day(snapshot)
        assert invoice.invoice_date == invoice.raised_on == raised, "never before its cause"
        assert (invoice.service_start, invoice.service_end) == (min(ordered), max(ordered))


@given(campaigns())
def test_what_was_charged_is_settled(snapshot: Snapshot) -> None:
    """Once the quantities on our documents count as recharged, nothing is asked for again."""
    taken = {line_id: quantity for line_id, (quantity, _) in charged(recharges(snapshot)).items()}
    settled = tuple(
        each.model_copy(update={"recharged": each.recharged + taken.get(each.id, Decimal(0))})
        for each in snapshot.purchase_lines
    )
    assert recharges(snapshot.model_copy(update={"purchase_lines": settled})) == []


@given(campaigns())
def test_a_purchase_without_a_rate_is_named_and_no_other(snapshot: Snapshot) -> None:
    named = {
        each.source.id
        for each in run(snapshot, AS_OF.isoformat()).issues
        if each.code == "no_currency_rate"
    }
    assert named == {
        each.id
        for each in snapshot.purchase_lines
        if not each.rate and each.chargeable != each.recharged
    }


@given(campaigns())
def test_after_the_months_invoice_only_credit_notes_follow(snapshot: Snapshot) -> None:
    """What turns up later waits for the next month; what is to be given back does not."""
    first = recharges(snapshot)
    later = recharges(settle(snapshot, make_plan(snapshot, run(snapshot, AS_OF.isoformat()))))
    if any(not each.credit for each in first):
        assert all(each.credit for each in later)
    back = [each.untaxed for each in first if each.credit]
    assert [each.untaxed for each in later if each.credit] == back, "its quantity is not settled"
