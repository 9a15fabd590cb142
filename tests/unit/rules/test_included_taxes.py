"""Prices that hold their tax: what was agreed stays net, Odoo is told the price with it."""

from sync.domain.documents import Role
from sync.domain.taxes import Rounding, Tax, TaxSetting
from tests.unit.rules.funds import VAT_19, books, user
from tests.unit.rules.world import codes, deliverable, entry, issue, money, order, run, the

ON = "2025-04-01"
INSIDE = VAT_19.model_copy(update={"included": True})


def test_one_piece_is_told_with_its_tax() -> None:
    snapshot = books(taxes=(INSIDE,), milestones=[deliverable(1, "2025-03-20", 500)])
    outcome = run(snapshot, ON)
    invoice = the(outcome, Role.milestone)
    (line,) = invoice.lines
    assert (line.amount, line.unit_price, line.price_with_tax) == (500, 500, 595)
    assert invoice.untaxed == 500
    assert codes(outcome.issues) == [], "595.00 less 95.00 come back to 500.00"


def test_tax_on_top_is_left_to_odoo() -> None:
    snapshot = books(taxes=(VAT_19,), milestones=[deliverable(1, "2025-03-20", 500)])
    assert the(run(snapshot, ON), Role.milestone).lines[0].price_with_tax is None


def worked(hours: str, rate: str):
    """Extra work: hours at a rate on one line."""
    snapshot = books(taxes=(INSIDE,), change_orders=[order(hourly_rate=money(rate))])
    time = entry(1, "2025-03-10", hours, change_order_id=1)
    snapshot = snapshot.model_copy(update={"entries": (time,)})
    return the(run(snapshot, ON), Role.out_of_scope).lines[0]


def test_hours_at_a_rate_stay_hours_where_the_price_comes_back() -> None:
    line = worked("6", "120")  # 6 × 142.80 = 856.80 = 720.00 + 136.80
    assert (line.quantity, line.amount, line.price_with_tax) == (6, 720, money("142.80"))


def test_hours_whose_price_does_not_come_back_are_one_piece() -> None:
    # 40 × 33.33 = 1,333.20; 33.33 × 1.19 = 39.66 and 40 × 39.66 ÷ 1.19 = 1,333.11
    line = worked("40", "33.33")
    assert (line.quantity, line.unit_price, line.amount) == (1, money("1333.20"), money("1333.20"))
    assert line.price_with_tax == money("1586.51")
    assert "40 × 33.33" in line.text


def test_what_no_price_can_say_is_named() -> None:
    # 10.5 % and 8.5 % inside 1.19 of 0.50 net: 0.60 less 0.05 and 0.04 is 0.51
    both = (
        Tax(id=1, name="A", percent=money("10.5"), included=True),
        Tax(id=2, name="B", percent=money("8.5"), included=True),
    )
    snapshot = books(milestones=[deliverable(1, "2025-03-20", "0.50")])
    setting = TaxSetting(engagement_id=1, taxes=both, rounding=Rounding.per_line)
    outcome = run(snapshot.model_copy(update={"taxes": (setting,)}), ON)
    assert "A, B" in issue(outcome, "included_tax_rounds").message


def test_engagements_without_advances_are_left_alone() -> None:
    snapshot = books(
        taxes=(INSIDE,),
        engagements=(user(1).model_copy(update={"use_advances": False}),),
        milestones=[deliverable(1, "2025-03-20", 500)],
    )
    assert the(run(snapshot, ON), Role.milestone).lines[0].price_with_tax is None
