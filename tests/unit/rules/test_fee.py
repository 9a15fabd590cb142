"""Rule 7: the fee invoice, its dates, its text, its span."""

from decimal import Decimal

import pytest

from sync.domain.documents import Role
from sync.domain.terms import Billing, Recognition
from tests.unit.rules.world import (
    billed,
    block,
    company,
    day,
    issue,
    money,
    of_role,
    retainer,
    run,
    statement,
    terms,
    the,
    world,
)


def starting(start: str, *more, end=None, **changes):
    return retainer(terms(start, **changes), *more, start=start, end=end)


def test_in_advance_it_is_dated_the_first_and_raised_on_the_first_business_day() -> None:
    # 1 March 2025 is a Saturday: raised on Monday the 3rd, dated the 1st
    snapshot = world(starting("2025-03-01"))
    assert of_role(run(snapshot, "2025-03-02"), Role.fee) == []
    invoice = the(run(snapshot, "2025-03-03"), Role.fee)
    assert (invoice.invoice_date, invoice.raised_on) == (day("2025-03-01"), day("2025-03-03"))
    assert invoice.untaxed == money(5000)
    assert (invoice.service_start, invoice.service_end) == (day("2025-03-01"), day("2025-03-31"))
    assert invoice.key == "1/1/fee/2025-03/0"


def test_a_holiday_is_no_business_day() -> None:
    snapshot = world(
        starting("2025-01-01"), company=company(holidays=(day("2025-01-01"), day("2025-01-02")))
    )
    assert of_role(run(snapshot, "2025-01-02"), Role.fee) == []
    assert the(run(snapshot, "2025-01-03"), Role.fee).invoice_date == day("2025-01-01")


def test_in_arrears_it_is_dated_the_last_day_and_raised_after_it() -> None:
    # 31 May 2025 is a Saturday, 1 June a Sunday: raised on Monday 2 June
    snapshot = world(starting("2025-05-01", billing=Billing.in_arrears))
    assert of_role(run(snapshot, "2025-06-01"), Role.fee) == []
    invoice = the(run(snapshot, "2025-06-02"), Role.fee)
    assert (invoice.invoice_date, invoice.raised_on) == (day("2025-05-31"), day("2025-06-02"))
    assert invoice.lines[0].text == "Monthly retainer, May 2025"


def test_in_arrears_holidays_push_the_day_on_and_the_month_stays_open() -> None:
    snapshot = world(
        starting("2024-12-01", billing=Billing.in_arrears),
        company=company(holidays=(day("2025-01-01"), day("2025-01-02"))),
    )
    early = run(snapshot, "2025-01-02")
    assert of_role(early, Role.fee) == []
    assert statement(early, "2024-12").state.value == "open"
    due = run(snapshot, "2025-01-03")
    assert the(due, Role.fee).invoice_date == day("2024-12-31")
    assert statement(due, "2024-12").state.value == "closed"


@pytest.mark.parametrize(
    ("months", "text", "total", "end"),
    [
        (1, "Monthly retainer, January 2025", 5000, "2025-01-31"),
        (3, "Quarterly retainer, January–March 2025", 15000, "2025-03-31"),
        (6, "Half-yearly retainer, January–June 2025", 30000, "2025-06-30"),
        (12, "Yearly retainer, January–December 2025", 60000, "2025-12-31"),
    ],
)
def test_one_invoice_may_cover_several_months(months: int, text: str, total: int, end: str) -> None:
    invoice = the(run(world(starting("2025-01-01", billing_months=months)), "2025-01-31"), Role.fee)
    assert invoice.lines[0].text == text
    assert invoice.untaxed == money(total)
    assert invoice.service_end == day(end)


def test_the_next_quarter_follows_the_first() -> None:
    invoices = of_role(run(world(starting("2025-02-01", billing_months=3)), "2025-08-01"), Role.fee)
    assert [each.lines[0].text for each in invoices] == [
        "Quarterly retainer, February–April 2025",
        "Quarterly retainer, May–July 2025",
        "Quarterly retainer, August–October 2025",
    ]


def test_a_quarter_in_arrears_is_raised_once_at_its_end() -> None:
    snapshot = world(starting("2025-01-01", billing_months=3, billing=Billing.in_arrears))
    assert of_role(run(snapshot, "2025-03-31"), Role.fee) == []
    invoice = the(run(snapshot, "2025-04-01"), Role.fee)
    assert (invoice.untaxed, invoice.invoice_date) == (money(15000), day("2025-03-31"))


def test_part_of_a_month_names_its_days() -> None:
    invoice = the(run(world(starting("2025-03-12")), "2025-03-31"), Role.fee)
    assert invoice.lines[0].text == "Monthly retainer, March 2025 (12–31 March 2025)"
    assert invoice.invoice_date == day("2025-03-12")
    assert invoice.untaxed == Decimal("3225.81")  # 5000 × 20 ÷ 31


def test_a_quarter_that_begins_and_ends_inside_months() -> None:
    # 12 January to 10 March: 5000 × 20/31 + 5000 + 5000 × 10/31 = 3225.81 + 5000 + 1612.90
    snapshot = world(starting("2025-01-12", end="2025-03-10", billing_months=3))
    invoice = the(run(snapshot, "2025-04-01"), Role.fee)
    assert invoice.untaxed == Decimal("9838.71")
    assert invoice.lines[0].text == (
        "Quarterly retainer, January–March 2025 (12 January–10 March 2025)"
    )


def test_after_the_end_nothing_more_is_billed() -> None:
    invoices = of_role(run(world(starting("2025-01-01", end="2025-02-28")), "2025-06-01"), Role.fee)
    assert [each.invoice_date.month for each in invoices] == [1, 2]


def test_a_quarter_whose_terms_change_adds_up_month_by_month() -> None:
    # January 5000, February 1–14 at 5000 and 15–28 at 7000 = 6000, March 7000: 18,000
    snapshot = world(
        starting(
            "2025-01-01",
            terms("2025-02-15", id=2, monthly_fee=money(7000), billing_months=3),
            billing_months=3,
        )
    )
    assert the(run(snapshot, "2025-01-31"), Role.fee).untaxed == money(18000)


def test_terms_that_start_monthly_billing_in_mid_quarter_wait_for_its_end() -> None:
    snapshot = world(starting("2025-01-01", terms("2025-02-01", id=2), billing_months=3))
    invoices = of_role(run(snapshot, "2025-05-01"), Role.fee)
    assert [each.lines[0].text for each in invoices] == [
        "Quarterly retainer, January–March 2025",
        "Monthly retainer, April 2025",
        "Monthly retainer, May 2025",
    ]


def test_no_fee_no_invoice() -> None:
    assert (
        of_role(run(world(starting("2025-01-01", monthly_fee=money(0))), "2025-02-01"), Role.fee)
        == []
    )


@pytest.mark.parametrize(
    ("recognition", "unearned"),
    [
        (Recognition.as_consumed, True),
        (Recognition.straight_line, True),
        (Recognition.immediate, False),
    ],
)
def test_the_fee_is_unearned_unless_recognised_at_once(
    recognition: Recognition, unearned: bool
) -> None:
    snapshot = world(starting("2025-01-01", recognition=recognition))
    assert the(run(snapshot, "2025-01-31"), Role.fee).lines[0].unearned is unearned


def test_the_addressee_terms_quote_and_product_are_the_engagements() -> None:
    snapshot = world(
        retainer(
            invoice_partner_id=71,
            ap_contact_id=72,
            payment_term_id=5,
            product_id=3,
            quote_name="S00042",
        )
    )
    invoice = the(run(snapshot, "2025-01-31"), Role.fee)
    assert (invoice.partner_id, invoice.ap_contact_id, invoice.payment_term_id) == (71, 72, 5)
    assert (invoice.reference, invoice.lines[0].product_id) == ("S00042", 3)


def test_without_a_billing_entity_the_client_is_addressed() -> None:
    assert the(run(world(), "2025-01-31"), Role.fee).partner_id == 7


def test_the_reason_names_the_terms_and_the_days() -> None:
    invoice = the(run(world(starting("2025-03-12")), "2025-03-31"), Role.fee)
    (reason,) = invoice.reasons
    assert reason.rule == "fee"
    assert reason.text == ("March 2025: 5,000.00 USD × 20 ÷ 31 (12–31 March 2025) = 3,225.81 USD")
    assert [(each.model, each.id) for each in reason.records] == [("retainer.terms", 1)]


def test_a_block_of_hours_is_invoiced_on_the_day_it_is_bought() -> None:
    snapshot = world(
        starting("2025-03-01"),
        hour_blocks=[block(4, "2025-03-09", 20, 2800, expiry_date=day("2025-06-30"))],
    )
    assert len(of_role(run(snapshot, "2025-03-08"), Role.fee)) == 1
    _, bought = of_role(run(snapshot, "2025-03-09"), Role.fee)  # a Sunday: bought is bought
    assert bought.key == "1/1/fee/b4/0"
    assert bought.untaxed == money(2800)
    assert bought.invoice_date == day("2025-03-09")
    assert (bought.service_start, bought.service_end) == (day("2025-03-09"), day("2025-06-30"))
    assert bought.lines[0].text == "Block of 20:00 hours, 9 March 2025"
    assert bought.lines[0].unearned


def test_a_block_given_for_nothing_is_on_no_invoice() -> None:
    snapshot = world(starting("2025-03-01"), hour_blocks=[block(4, "2025-03-09", 20, 0)])
    assert len(of_role(run(snapshot, "2025-03-31"), Role.fee)) == 1


def test_bad_terms_park_the_engagement_and_say_where() -> None:
    outcome = run(world(starting("2025-01-01", billing_months=2)), "2025-02-01")
    assert outcome.invoices == ()
    found = issue(outcome, "billing_months")
    assert (found.source.model, found.source.id, found.field) == (
        "retainer.terms",
        1,
        "billing_months",
    )


def test_a_block_of_hours_stays_billed_when_the_engagement_ends() -> None:
    # only months after the end are given back: the fee of April, not the block sold in March
    snapshot = world(
        retainer(terms("2025-03-01"), start="2025-03-01", end="2025-03-31"),
        hour_blocks=[block(4, "2025-03-10", 10, 900, billed=True)],
        invoices=[billed("b4", 900), billed("2025-04", 5000)],
    )
    credited = [each for each in run(snapshot, "2025-04-02").invoices if each.credit]
    assert [(each.key, each.untaxed) for each in credited] == [("1/1/fee/2025-04/1", money(5000))]
