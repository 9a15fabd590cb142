"""Rule 10: purchases at cost plus markup, once; what the vendor credits is given back."""

from decimal import Decimal
from typing import Any

import pytest

from sync.domain.documents import Role
from sync.domain.engagement import PurchaseLine
from sync.domain.existing import Acceptance, Tombstone
from sync.domain.money import Currency
from tests.unit.rules.world import (
    JPY,
    USD,
    billed,
    codes,
    company,
    day,
    issue,
    money,
    of_role,
    project,
    run,
    the,
    world,
)

EUR = Currency(id=4, code="EUR")


def purchase(id: int = 1, **changes: Any) -> PurchaseLine:
    """Four pieces at 100.00, ordered on 5 March 2025, all received, none recharged."""
    return PurchaseLine(
        **{
            "id": id,
            "order_name": f"P0000{id}",
            "engagement_id": 1,
            "text": "Display stand",
            "vendor": "Messebau Roth",
            "ordered_on": day("2025-03-05"),
            "received": money(4),
            "invoiced": money(0),
            "unit_cost": money(100),
            "currency": USD,
            "rate": money(1),
            **changes,
        }
    )


def campaign(*lines: PurchaseLine, markup: str = "20", facts: dict[str, Any] | None = None):
    engagement = project(recharge_purchases=True, recharge_markup=Decimal(markup))
    return world(engagement, purchase_lines=list(lines or [purchase()]), **(facts or {}))


def test_cost_plus_markup_on_the_billing_day() -> None:
    invoice = the(run(campaign(), "2025-03-28"), Role.recharge)
    # 4 × 100 × 1.2
    assert invoice.untaxed == money(480)
    assert invoice.key == "1/1/recharge/2025-03/0"
    assert invoice.invoice_date == invoice.raised_on == day("2025-03-28")
    assert invoice.service_start == invoice.service_end == day("2025-03-05")
    assert invoice.purchases == ((1, money(4)),)
    assert invoice.lines[0].text == "Display stand (P00001, 4)"
    assert not invoice.credit
    (reason,) = invoice.reasons
    assert reason.text == (
        "P00001, Messebau Roth: received 4, billed by the vendor 0: 4 to recharge, before 0;"
        " 4 × 100 USD + 20 % = 480.00 USD"
    )
    assert [str(each) for each in reason.records] == ["purchase.order.line 1 (P00001)"]


def test_before_the_billing_day_last_months_is_the_one() -> None:
    assert of_role(run(campaign(), "2025-03-27"), Role.recharge) == [], "ordered after 28 February"
    early = purchase(ordered_on=day("2025-02-20"))
    invoice = the(run(campaign(early), "2025-03-27"), Role.recharge)
    assert (invoice.key, invoice.invoice_date) == ("1/1/recharge/2025-02/0", day("2025-02-28"))


@pytest.mark.parametrize(("ordered", "count"), [("2025-03-28", 1), ("2025-03-29", 0)])
def test_never_on_a_day_before_the_purchase(ordered: str, count: int) -> None:
    found = of_role(run(campaign(purchase(ordered_on=day(ordered))), "2025-03-30"), Role.recharge)
    assert len(found) == count


def test_where_the_agreement_does_not_recharge_nothing_is() -> None:
    snapshot = world(project(), purchase_lines=[purchase()])
    assert of_role(run(snapshot, "2025-03-28"), Role.recharge) == []


@pytest.mark.parametrize(
    ("received", "invoiced", "credited", "recharged", "asked"),
    [
        (4, 0, 0, 0, 4),
        (0, 4, 0, 0, 4),  # the vendor bills before it delivers
        (2, 4, 0, 0, 4),
        (4, 2, 0, 0, 4),
        (4, 4, 0, 4, 0),
        (4, 4, 0, 1, 3),
        (4, 3, 1, 4, -1),  # 4 billed, 1 credited, nothing went back
        (3, 3, 1, 4, -1),  # 4 billed, 1 credited, and sent back
        (3, 4, 0, 4, 0),  # sent back, not credited yet: it still costs
        (3, 0, 0, 4, -1),  # sent back before it was billed
        (4, 1, 3, 4, -3),
        (0, 0, 4, 4, -4),
        (0, 0, 0, 2, -2),  # the order was cancelled
        (4, 3, 1, 0, 3),  # credited before it was ever recharged
    ],
)
def test_what_is_the_clients_to_pay(received, invoiced, credited, recharged, asked) -> None:
    line = purchase(
        received=money(received),
        invoiced=money(invoiced),
        credited=money(credited),
        recharged=money(recharged),
    )
    found = of_role(run(campaign(line), "2025-03-28"), Role.recharge)
    if not asked:
        assert found == []
        return
    (invoice,) = found
    assert invoice.purchases == ((1, money(asked)),)
    assert invoice.credit == (asked < 0)
    assert invoice.untaxed == abs(asked) * money(120)


def test_a_credit_note_has_a_key_of_its_own_and_takes_the_next_revision() -> None:
    back = purchase(received=money(3), recharged=money(4))
    note = the(run(campaign(back), "2025-03-28"), Role.recharge)
    assert (note.key, note.credit) == ("1/1/recharge/2025-03-credit/0", True)
    first = billed("2025-03-credit", 120, role=Role.recharge, credit=True)
    note = the(run(campaign(back, facts={"invoices": [first]}), "2025-03-28"), Role.recharge)
    assert note.key == "1/1/recharge/2025-03-credit/1"


def test_a_charge_and_a_credit_are_two_documents() -> None:
    lines = [purchase(1), purchase(2, received=money(1), recharged=money(2))]
    found = of_role(run(campaign(*lines), "2025-03-28"), Role.recharge)
    assert sorted((each.credit, each.untaxed) for each in found) == [
        (False, money(480)),
        (True, money(120)),
    ]


def test_what_arrives_after_the_invoice_waits_for_the_next_month() -> None:
    facts = {"invoices": [billed("2025-03", 480, role=Role.recharge)]}
    late = purchase(received=money(6), recharged=money(4))
    assert of_role(run(campaign(late, facts=facts), "2025-03-29"), Role.recharge) == []
    invoice = the(run(campaign(late, facts=facts), "2025-04-28"), Role.recharge)
    assert (invoice.key, invoice.untaxed) == ("1/1/recharge/2025-04/0", money(240))


def test_so_it_does_where_the_invoice_is_rightly_gone() -> None:
    accepted = Acceptance(by="Finn", on=day("2025-03-29"), reason="on the house")
    stone = Tombstone(
        key="1/1/recharge/2025-03/0",
        model="account.move",
        invoice=True,
        written=money(480),
        accepted=accepted,
    )
    late = purchase(received=money(6), recharged=money(4))
    facts = {"tombstones": [stone]}
    assert of_role(run(campaign(late, facts=facts), "2025-03-30"), Role.recharge) == []
    assert the(run(campaign(late, facts=facts), "2025-04-28"), Role.recharge).untaxed == money(240)


def test_several_purchases_are_lines_of_one_invoice() -> None:
    second = purchase(2, text="Flyers", ordered_on=day("2025-03-12"), unit_cost=Decimal("0.333"))
    invoice = the(run(campaign(purchase(), second), "2025-03-28"), Role.recharge)
    # 4 × 0.333 × 1.2 = 1.5984
    assert [line.amount for line in invoice.lines] == [money(480), Decimal("1.60")]
    assert (invoice.service_start, invoice.service_end) == (day("2025-03-05"), day("2025-03-12"))


def test_another_currency_at_the_rate_of_the_day_then_the_markup() -> None:
    line = purchase(currency=EUR, rate=Decimal("0.8"), received=money(1), unit_cost=money(500))
    invoice = the(run(campaign(line, markup="10"), "2025-03-28"), Role.recharge)
    # 500 ÷ 0.8 = 625; + 10 % = 687.50
    assert invoice.untaxed == Decimal("687.50")
    assert "1 × 500 EUR ÷ 0.8 + 10 % = 687.50 USD" in invoice.reasons[0].text


def test_it_is_rounded_once_after_the_markup() -> None:
    line = purchase(currency=JPY, rate=money(3), received=money(1), unit_cost=money(10))
    invoice = the(run(campaign(line, markup="50"), "2025-03-28"), Role.recharge)
    # 10 ÷ 3 × 1.5 = 5 exactly; rounded before the markup it would be 4.995
    assert invoice.untaxed == money(5)


@pytest.mark.parametrize("rate", [None, Decimal(0), Decimal(-1)])
def test_without_a_rate_the_line_is_reported_and_the_others_go_out(rate) -> None:
    lines = [purchase(1), purchase(2, currency=EUR, rate=rate)]
    outcome = run(campaign(*lines), "2025-03-28")
    assert the(outcome, Role.recharge).purchases == ((1, money(4)),)
    found = issue(outcome, "no_currency_rate")
    assert (found.source.model, found.source.id) == ("purchase.order.line", 2)
    assert found.field == "currency_id"
    assert "Odoo has no rate for 2025-03-05" in found.message


def test_what_is_settled_needs_no_rate() -> None:
    line = purchase(currency=EUR, rate=None, recharged=money(4))
    assert "no_currency_rate" not in codes(run(campaign(line), "2025-03-28").issues)


def test_what_costs_nothing_is_on_no_invoice() -> None:
    free = purchase(unit_cost=money(0))
    assert of_role(run(campaign(free), "2025-03-28"), Role.recharge) == []
    back = purchase(unit_cost=money(0), received=money(0), recharged=money(4))
    assert of_role(run(campaign(back), "2025-03-28"), Role.recharge) == []


def test_quantities_are_said_as_people_write_them() -> None:
    line = purchase(received=Decimal("2.50"), recharged=Decimal("1.00"))
    invoice = the(run(campaign(line), "2025-03-28"), Role.recharge)
    assert invoice.lines[0].text == "Display stand (P00001, 1.5)"
    assert invoice.untaxed == money(180)


@pytest.mark.parametrize(("on", "count"), [("2025-02-27", 0), ("2025-02-28", 1)])
def test_the_31st_of_a_short_month_is_its_last_day(on: str, count: int) -> None:
    facts = {"company": company(out_of_scope_day=31)}
    line = purchase(ordered_on=day("2025-02-10"))
    assert len(of_role(run(campaign(line, facts=facts), on), Role.recharge)) == count


def test_parts_of_a_piece_and_small_amounts_are_charged_and_given_back_once() -> None:
    # half a piece at 1.00 + 20 % = 0.60, and half of another given back
    lines = [
        purchase(1, received=Decimal("0.5"), unit_cost=money(1)),
        purchase(2, received=Decimal("0.5"), recharged=money(1), unit_cost=money(1)),
    ]
    found = of_role(run(campaign(*lines), "2025-03-28"), Role.recharge)
    assert sorted((each.credit, each.untaxed, each.purchases) for each in found) == [
        (False, Decimal("0.60"), ((1, Decimal("0.5")),)),
        (True, Decimal("0.60"), ((2, Decimal("-0.5")),)),
    ]


@pytest.mark.parametrize(
    ("rest", "credit", "received"), [("2025-03/0", False, 4), ("2025-03-credit/0", True, 1)]
)
def test_what_a_person_deleted_is_no_other_months_invoice(
    rest: str, credit: bool, received: int
) -> None:
    gone = f"1/1/recharge/{rest}"
    lines = purchase(received=money(received), recharged=money(0 if not credit else 4))
    later = Tombstone(key="1/1/recharge/2025-04/0", model="account.move", invoice=True)
    others = Tombstone(key="1/2/recharge/2025-02/0", model="account.move", invoice=True)
    deleted = Tombstone(key=gone, model="account.move", invoice=True, credit=credit)
    stones = [later, deleted, others]
    asked = the(run(campaign(lines, facts={"tombstones": stones}), "2025-05-28"), Role.recharge)
    assert asked.key == gone
    assert asked.credit is credit


def test_once_finance_agreed_that_it_is_gone_the_rest_is_the_next_months() -> None:
    agreed = Tombstone(
        key="1/1/recharge/2025-03/0",
        model="account.move",
        invoice=True,
        accepted=Acceptance(on=day("2025-04-01"), by="Ada", reason="on the house"),
    )
    rest = purchase(recharged=money(3))
    asked = the(run(campaign(rest, facts={"tombstones": [agreed]}), "2025-05-28"), Role.recharge)
    assert asked.key == "1/1/recharge/2025-05/0"


def test_a_deleted_credit_note_is_not_written_anew_beside_a_later_one() -> None:
    gone = Tombstone(
        key="1/1/recharge/2025-03-credit/0", model="account.move", invoice=True, credit=True
    )
    later = billed("2025-03-credit", 120, Role.recharge, 1, credit=True)
    back = purchase(received=money(2), recharged=money(3))
    facts = {"tombstones": [gone], "invoices": [later]}
    asked = the(run(campaign(back, facts=facts), "2025-05-28"), Role.recharge)
    assert (asked.key, asked.credit) == (gone.key, True)
