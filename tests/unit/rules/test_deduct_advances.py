"""Rule 13, tax on receipt: net and tax of the advance are deducted on the invoice itself."""

from decimal import Decimal
from typing import Any

from sync.domain.documents import Invoice, Role
from sync.domain.engagement import Engagement, PoPolicy
from sync.domain.snapshot import Snapshot
from sync.domain.taxes import Part, Rounding, Tax, TaxSetting
from sync.rules.advance_lots import Offer
from tests.unit.rules.funds import (
    VAT_16,
    VAT_19,
    advance,
    books,
    credited,
    lot,
    paid,
    stands,
    taxed,
    user,
)
from tests.unit.rules.world import (
    JPY,
    KWD,
    client_po,
    company,
    day,
    deliverable,
    issue,
    money,
    of_role,
    project,
    run,
    the,
)
from tests.unit.rules.world import billed as existing

ON = "2025-04-01"


def billed(net, *advances, lots, taxes=(VAT_19,), reached="2025-03-20", **facts) -> Invoice:
    """The invoice of a milestone over ``net``, as it goes out."""
    facts.setdefault("milestones", [deliverable(1, reached, net)])
    snapshot = books(*advances, lots=lots, taxes=taxes, **facts)
    return the(run(snapshot, ON), Role.milestone)


def test_a_covered_invoice_totals_zero_and_stays_an_invoice() -> None:
    invoice = billed(500, advance(), lots=(lot(taxes=taxed(VAT_19, 190)),))
    work, deduction = invoice.lines
    assert (work.amount, deduction.amount) == (500, -500)
    assert (deduction.advance_id, deduction.tax_ids, deduction.match_line_id) == (1, (19,), 10)
    assert deduction.part_taxes == ((19, -95),)
    assert invoice.taxes_due == ((19, 0),)
    assert invoice.total_due == 0
    assert not invoice.credit
    assert invoice.untaxed == 500  # what it bills
    assert invoice.net_total == 0


def test_what_pays_an_earlier_invoice_once_it_stands_is_not_deducted_by_a_later_one() -> None:
    # 1,000.00 came in after the first invoice's date: they pay it by a credit note, so the second
    # one, which the same run makes, goes out whole, as it would a day later
    late = lot(taxes=taxed(VAT_19, 190), receipts=paid(("2025-03-15", 1190)))
    milestones = [deliverable(1, "2025-03-10", 700), deliverable(2, "2025-03-20", 600)]
    snapshot = books(advance(), lots=(late,), taxes=(VAT_19,), milestones=milestones)
    first, second = of_role(run(snapshot, ON), Role.milestone)
    assert (first.invoice_date, first.total_due, len(first.lines)) == (day("2025-03-10"), None, 1)
    # 1,190.00 less 833.00 are 357.00, which are 300.00 net
    assert [line.amount for line in second.lines] == [600, -300]
    assert second.total_due == 357


def test_an_advance_that_covers_a_part_leaves_net_and_tax_of_the_rest() -> None:
    # 1,500.00 + 285.00 less 1,000.00 + 190.00: 500.00 + 95.00 are left
    invoice = billed(1500, advance(), lots=(lot(taxes=taxed(VAT_19, 190)),))
    assert invoice.net_total == 500
    assert invoice.taxes_due == ((19, 95),)
    assert invoice.total_due == 595


def test_a_rate_that_fell_never_makes_a_credit_note() -> None:
    # advance at 19 %: 1,190.00; the work at 16 %: 1,160.00. 974.79 + 185.21 cover it; 25.21 stay
    invoice = billed(1000, advance(), lots=(lot(taxes=taxed(VAT_19, 190)),), taxes=(VAT_16,))
    assert invoice.lines[1].amount == money("-974.79")
    assert invoice.taxes_due == ((16, 160), (19, money("-185.21")))
    assert invoice.total_due == 0


def test_a_rate_that_rose_is_covered_by_what_is_there() -> None:
    # advance at 16 %: 1,160.00; the work at 19 %: 1,190.00. The client pays the 30.00 of tax
    invoice = billed(1000, advance(), lots=(lot(taxes=taxed(VAT_16, 160)),), taxes=(VAT_19,))
    assert invoice.net_total == 0
    assert invoice.taxes_due == ((16, -160), (19, 190))
    assert invoice.total_due == 30


def test_several_lots_and_rates_on_one_invoice() -> None:
    # work 2,000.00 + 380.00; lots 500.00 + 95.00 at 19 % and 500.00 + 80.00 at 16 %
    invoice = billed(
        2000,
        advance(1, 500),
        advance(2, 500),
        lots=(lot(1, 500, taxes=taxed(VAT_19, 95)), lot(2, 500, taxes=taxed(VAT_16, 80))),
    )
    assert [line.amount for line in invoice.lines] == [2000, -500, -500]
    assert invoice.taxes_due == ((16, -80), (19, 285))
    assert invoice.total_due == 1205  # 2,380.00 − 595.00 − 580.00


def test_several_taxes_on_one_advance() -> None:
    state = Tax(id=5, name="State 5 %", percent=money(5))
    city = Tax(id=2, name="City 2.5 %", percent=money("2.5"))
    charged = (*taxed(state, 50), *taxed(city, 25))
    invoice = billed(400, advance(), lots=(lot(taxes=charged),), taxes=(state, city))
    assert invoice.lines[1].part_taxes == ((5, -20), (2, -10))
    assert (invoice.taxes_due, invoice.total_due) == (((2, 0), (5, 0)), 0)


def test_lines_that_round_apart_still_total_zero() -> None:
    # three lines of 33.33 at 19 %, rounded per line: 18.99 tax; the advance of 99.99 had 19.00
    three = [deliverable(each, "2025-03-20", "33.33") for each in (1, 2, 3)]
    snapshot = books(
        advance(1, "99.99"), lots=(lot(1, "99.99", taxes=taxed(VAT_19, 19)),), milestones=three
    )
    per_line = TaxSetting(engagement_id=1, taxes=(VAT_19,), rounding=Rounding.per_line)
    snapshot = snapshot.model_copy(update={"taxes": (per_line,)})
    invoices = [each for each in run(snapshot, ON).invoices if each.role is Role.milestone]
    assert [each.total_due for each in invoices] == [0, 0, 0]
    # the client paid 118.99 and is billed 3 × 39.66 = 118.98: one cent stays owed
    assert [each.lines[1].amount for each in invoices] == [
        money("-33.33"),
        money("-33.33"),
        money("-33.32"),
    ]
    assert sum(each.lines[1].part_taxes[0][1] for each in invoices) == -19


def test_currencies_without_and_with_three_decimals() -> None:
    for currency, net, tax in ((JPY, "1003", "191"), (KWD, "1.003", "0.191")):
        invoice = billed(
            net,
            advance(1, 5000, currency=currency),
            lots=(lot(1, 5000, currency=currency, taxes=taxed(VAT_19, 950)),),
            engagements=(user(currency=currency),),
            company=company(currency=currency, po_policy=PoPolicy.ignore),
        )
        assert invoice.total_due == 0
        assert -invoice.net_total + money(net) == -invoice.lines[1].amount
        assert invoice.lines[1].part_taxes == ((19, -money(tax)),)


def test_only_what_had_come_in_by_its_date_is_deducted() -> None:
    received = paid(("2025-03-01", 300), ("2025-03-25", 700))
    invoice = billed(500, advance(), lots=(lot(taxes=taxed(VAT_19, 190), receipts=received),))
    assert invoice.lines[1].amount == -300
    assert invoice.total_due == 238  # 200.00 + 38.00; the money of the 25th pays it once it stands


def test_untaxed_lots_whose_turn_comes_first_keep_it() -> None:
    # 595.00: the untaxed one (priority 1) pays 400.00 once it stands; 195.00 are deducted
    invoice = billed(
        500,
        advance(1, 400, priority=1),
        advance(2, 1000),
        lots=(lot(1, 400), lot(2, 1000, taxes=taxed(VAT_19, 190))),
    )
    assert invoice.lines[1].amount == money("-163.87")  # 195.00 ÷ 1.19
    assert invoice.lines[1].part_taxes == ((19, money("-31.13")),)
    assert invoice.total_due == 400


def test_an_untaxed_advance_is_not_deducted() -> None:
    invoice = billed(500, advance(), lots=(lot(),))
    assert len(invoice.lines) == 1
    assert invoice.total_due is None


def test_two_invoices_share_one_advance_in_the_order_of_their_dates() -> None:
    snapshot = books(
        advance(),
        lots=(lot(taxes=taxed(VAT_19, 190)),),
        taxes=(VAT_19,),
        milestones=[deliverable(1, "2025-03-20", 800), deliverable(2, "2025-03-10", 800)],
    )
    invoices = [each for each in run(snapshot, ON).invoices if each.role is Role.milestone]
    assert [(each.invoice_date, each.total_due) for each in invoices] == [
        (day("2025-03-10"), 0),
        (day("2025-03-20"), 714),  # 600.00 + 114.00
    ]
    taken = [each.lines[1].part_taxes[0][1] for each in invoices]
    assert taken == [-152, -38]  # together the 190.00 that were charged


def test_a_held_invoice_takes_nothing() -> None:
    snapshot = books(
        advance(),
        lots=(lot(taxes=taxed(VAT_19, 190)),),
        taxes=(VAT_19,),
        engagements=(user(po_policy=PoPolicy.hold),),
        milestones=[deliverable(1, "2025-03-20", 500)],
    )
    invoice = the(run(snapshot, ON), Role.milestone)
    assert invoice.held
    assert len(invoice.lines) == 1


def test_a_purchase_order_counts_what_is_billed_before_the_deduction() -> None:
    invoice = billed(
        500,
        advance(),
        lots=(lot(taxes=taxed(VAT_19, 190)),),
        engagements=(user(po_policy=PoPolicy.hold, client_po_id=1),),
        client_pos=[client_po(1, 400)],
    )
    assert invoice.held
    assert invoice.held.code == "po_exceeded"


def test_a_tax_that_only_odoo_can_work_out_leaves_the_deduction_to_a_credit_note() -> None:
    fixed = Tax(id=3, name="Eco tax", percent=money(2), kind="fixed")
    snapshot = books(
        advance(),
        lots=(lot(taxes=taxed(VAT_19, 190)),),
        taxes=(fixed,),
        milestones=[deliverable(1, "2025-03-20", 500)],
    )
    outcome = run(snapshot, ON)
    assert len(the(outcome, Role.milestone).lines) == 1
    assert "Eco tax (fixed)" in issue(outcome, "tax_not_supported").message


def test_prices_that_hold_the_tax() -> None:
    inside = VAT_19.model_copy(update={"included": True})
    invoice = billed(500, advance(), lots=(lot(taxes=taxed(inside, 190)),), taxes=(inside,))
    deduction = invoice.lines[1]
    assert (deduction.amount, deduction.price_with_tax) == (-500, -595)
    assert invoice.total_due == 0


def test_a_draft_that_waits_for_review_keeps_what_it_deducts() -> None:
    facts = {
        "lots": (lot(taxes=taxed(VAT_19, 190)),),
        "taxes": (VAT_19,),
        "milestones": [deliverable(1, "2025-03-20", 500)],
        "company": company(post_invoices=False),
    }
    invoice = the(run(books(advance(), **facts), ON), Role.milestone)
    again = the(
        run(books(advance(), **facts, invoices=[stands(invoice, state="draft")]), ON),
        Role.milestone,
    )
    assert again.fingerprint == invoice.fingerprint


def test_what_a_draft_of_a_closed_month_deducts_is_not_promised_twice() -> None:
    waiting = stands(
        billed(800, advance(), lots=(lot(taxes=taxed(VAT_19, 190)),)), state="draft"
    ).model_copy(update={"key": "1/1/overage/2025-02/0", "role": Role.overage})
    invoice = billed(500, advance(), lots=(lot(taxes=taxed(VAT_19, 190)),), invoices=[waiting])
    assert invoice.lines[1].amount == -200  # 1,000.00 less the 800.00 of the draft


def lines_of(snapshot: Snapshot, role: Role = Role.milestone) -> list[list[Decimal]]:
    """The amounts of the lines of every document of a role."""
    found = of_role(run(snapshot, ON), role)
    return [[line.amount for line in each.lines] for each in found]


def with_tax(*engagements: Engagement, **facts: Any) -> Snapshot:
    """1,000.00 advanced with 19 % tax by the client of these engagements, received."""
    return books(
        advance(),
        lots=(lot(taxes=taxed(VAT_19, 190)),),
        taxes=(VAT_19,),
        engagements=engagements or None,
        **facts,
    )


def test_the_line_says_which_advance_and_when_it_came_in() -> None:
    (invoice,) = run(with_tax(milestones=[deliverable(1, "2025-03-20", 500)]), ON).invoices
    assert invoice.lines[1].text == "Advance ADV/1 (INV/A1), received on 2025-01-10"
    assert invoice.reasons[-1].text == (
        "500.00 USD and 95.00 USD tax of INV/A1 are deducted; 0.00 USD is left to pay"
    )


def test_an_engagement_that_uses_no_advances_deducts_none() -> None:
    snapshot = with_tax(
        user(1), project(2), milestones=[deliverable(1, "2025-03-20", 500, engagement_id=2)]
    )
    assert lines_of(snapshot) == [[500]]


def test_a_credit_note_deducts_nothing() -> None:
    snapshot = with_tax(
        milestones=[deliverable(1, None, 500)], invoices=[existing("m1", 500, Role.milestone)]
    )
    assert the(run(snapshot, ON), Role.milestone).credit
    assert lines_of(snapshot) == [[500]]


def test_a_draft_that_is_withdrawn_deducts_nothing() -> None:
    draft = existing("m1", 500, Role.milestone, state="draft")
    snapshot = with_tax(milestones=[deliverable(1, None, 500)], invoices=[draft])
    assert the(run(snapshot, ON), Role.milestone).withdrawn
    assert lines_of(snapshot) == [[500]]


def test_an_invoice_that_stands_takes_nothing_from_the_next() -> None:
    # a person changed the first one after it was posted
    changed = existing("m1", 400, Role.milestone, changed=True)
    snapshot = with_tax(
        milestones=[deliverable(1, "2025-03-10", 500), deliverable(2, "2025-03-20", 1000)],
        invoices=[changed],
    )
    assert lines_of(snapshot) == [[500], [1000, -1000]]


def test_what_is_restored_to_an_advance_is_not_deducted_from_it_again() -> None:
    credit, drawn = credited("2025-03-05", drawn_on="2025-02-28")
    assert lines_of(with_tax(receivables=(credit,), draws=(drawn,)), Role.drawdown) == [[100]]
    archived = credit.model_copy(update={"engagement_id": 5})
    assert lines_of(with_tax(receivables=(archived,), draws=(drawn,)), Role.drawdown) == [[100]]


def test_what_was_paid_is_deducted_whole_where_the_invoice_comes_to_just_that() -> None:
    # of 100.01 + 19.00 the client paid 40.06: 33.66 net, its share of the tax is 6.39, and the cent
    # that rounding left belongs to the tax
    half = lot(
        1,
        "100.01",
        unpaid=money("66.35"),
        unpaid_total=money("78.95"),
        taxes=taxed(VAT_19, "19.00"),
    )
    offer = Offer(half, half.available)
    assert offer.whole == Part(net=money("33.66"), taxes=((19, money("6.40")),))
    assert offer.part(money("40.06")) == offer.whole
    assert offer.part(money("40.05")).total == money("40.05")
