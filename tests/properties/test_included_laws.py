"""Laws of prices that hold their tax: whatever Odoo takes out of them, the net amount is agreed."""

import math
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.documents import Invoice
from sync.domain.money import Currency
from sync.domain.snapshot import Snapshot
from sync.domain.taxes import Rounding, Tax, TaxSetting
from tests.properties.strategies import JPY, KWD, USD, pick
from tests.unit.rules.funds import books, user
from tests.unit.rules.world import company, deliverable, entry, order, run

ON = "2025-04-01"


@st.composite
def agencies(draw: st.DrawFn, *, included: bool = True) -> Snapshot:
    """Milestones, and extra work by the hour, of an engagement whose taxes are in the price."""
    currency = pick(draw, USD, JPY, KWD)
    percents = st.integers(0, 120).map(lambda each: Decimal(each) / 4)
    taxes = [
        Tax(id=id, name=f"VAT {id}", percent=draw(percents), included=included)
        for id in range(1, pick(draw, 1, 1, 2) + 1)
    ]
    amounts = st.integers(1, 300_000).map(lambda each: currency.unit * each)
    orders = [order(id, hourly_rate=draw(amounts)) for id in range(1, draw(st.integers(1, 3)) + 1)]
    snapshot = books(
        engagements=(user(currency=currency),),
        company=company(currency=currency),
        change_orders=orders,
        milestones=[deliverable(1, "2025-03-20", draw(amounts))],
    )
    worked = tuple(
        entry(each.id, "2025-03-10", 0, change_order_id=each.id)._replace(
            seconds=draw(st.integers(1, 400)) * 360
        )
        for each in orders
    )
    setting = TaxSetting(engagement_id=1, taxes=tuple(taxes), rounding=pick(draw, *Rounding))
    return snapshot.model_copy(update={"taxes": (setting,), "entries": worked})


def half_up(amount: Fraction, currency: Currency) -> Decimal:
    return currency.unit * math.floor(amount * 10**currency.digits + Fraction(1, 2))


def net_in_odoo(invoice: Invoice, setting: TaxSetting) -> Decimal:
    """What Odoo makes of the prices: all of them, less the rounded taxes that they hold."""
    percent = sum((Fraction(tax.percent) for tax in setting.taxes), Fraction(0))
    gross = [Fraction(line.quantity * (line.price_with_tax or 0)) for line in invoice.lines]
    groups = [[each] for each in gross] if setting.rounding is Rounding.per_line else [gross]
    taxes = sum(
        half_up(sum(group) * Fraction(tax.percent) / (100 + percent), invoice.currency)
        for group in groups
        for tax in setting.taxes
    )
    return half_up(sum(gross, Fraction(0)), invoice.currency) - taxes


@given(agencies())
def test_the_price_with_tax_comes_back_to_what_was_agreed_or_is_named(snapshot: Snapshot) -> None:
    outcome = run(snapshot, ON)
    (setting,) = snapshot.taxes
    (plain,) = (each.model_copy(update={"included": False}) for each in setting.taxes[:1])
    untaxed = setting.model_copy(update={"taxes": (plain,)})
    agreed = run(snapshot.model_copy(update={"taxes": (untaxed,)}), ON)
    assert [each.key for each in outcome.invoices] == [each.key for each in agreed.invoices]
    odd = 0
    for invoice, before in zip(outcome.invoices, agreed.invoices, strict=True):
        assert [line.amount for line in invoice.lines] == [line.amount for line in before.lines]
        odd += net_in_odoo(invoice, setting) != invoice.untaxed
    told = [each for each in outcome.issues if each.code == "included_tax_rounds"]
    assert len(told) == odd


@given(agencies())
def test_one_tax_in_the_price_of_one_piece_always_comes_back(snapshot: Snapshot) -> None:
    (setting,) = snapshot.taxes
    one = setting.model_copy(update={"taxes": setting.taxes[:1], "rounding": Rounding.per_line})
    snapshot = snapshot.model_copy(update={"taxes": (one,), "change_orders": (), "entries": ()})
    outcome = run(snapshot, ON)
    assert [each.code for each in outcome.issues] == []
    assert [net_in_odoo(each, one) for each in outcome.invoices] == [
        each.untaxed for each in outcome.invoices
    ]


@given(agencies(included=False))
def test_taxes_on_top_of_the_price_are_left_to_odoo(snapshot: Snapshot) -> None:
    for invoice in run(snapshot, ON).invoices:
        assert all(line.price_with_tax is None for line in invoice.lines)
