"""Rule 9: approved extra work, billed at the month's end, one line per piece of work."""

from decimal import Decimal

import pytest

from sync.domain.documents import Invoice, Role
from sync.domain.engagement import Approval
from sync.domain.keys import key
from tests.unit.rules.world import (
    billed,
    client_po,
    codes,
    company,
    day,
    entry,
    h,
    issue,
    money,
    of_role,
    order,
    project,
    retainer,
    run,
    terms,
    the,
    world,
)


def extra(id: int, on: str, length, order_id: int = 5):
    return entry(id, on, length, change_order_id=order_id)


def test_one_line_per_piece_with_dates_requester_hours_rate_and_approval() -> None:
    snapshot = world(
        project(),
        change_orders=[
            order(5, name="Two landing pages", approved_on=day("2025-03-11")),
            order(6, name="Banner set", requester="", hourly_rate=money(90)),
        ],
        entries=[
            extra(1, "2025-03-12", 8),
            extra(2, "2025-03-18", 6),
            extra(3, "2025-03-20", 2, 6),
        ],
    )
    assert run(snapshot, "2025-03-27").invoices == ()
    invoice = the(run(snapshot, "2025-03-28"), Role.out_of_scope)
    # 14 h × 120 = 1680.00 and 2 h × 90 = 180.00
    assert [(each.text, each.quantity, each.unit_price, each.amount) for each in invoice.lines] == [
        (
            "Two landing pages, 12–18 March 2025, requested by Dana Cole,"
            " approval: e-mail of 11 March",
            Decimal(14),
            Decimal(120),
            Decimal(1680),
        ),
        (
            "Banner set, 20 March 2025, approval: e-mail of 11 March",
            Decimal(2),
            Decimal(90),
            Decimal(180),
        ),
    ]
    assert invoice.untaxed == money(1860)
    assert invoice.invoice_date == day("2025-03-28")
    assert (invoice.service_start, invoice.service_end) == (day("2025-03-12"), day("2025-03-20"))
    assert invoice.entry_ids == (1, 2, 3)
    assert invoice.key == "1/1/out_of_scope/2025-03/0"


def test_work_after_the_billing_day_goes_on_the_next_months_invoice() -> None:
    snapshot = world(
        project(),
        change_orders=[order(5)],
        entries=[extra(1, "2025-03-28", 2), extra(2, "2025-03-29", 3)],
    )
    march, april = of_role(run(snapshot, "2025-04-28"), Role.out_of_scope)
    assert (march.entry_ids, april.entry_ids) == ((1,), (2,))
    assert (march.untaxed, april.untaxed) == (money(240), money(360))


@pytest.mark.parametrize(("year", "last"), [("2025", "2025-02-28"), ("2024", "2024-02-29")])
def test_a_billing_day_of_31_is_the_last_of_february(year: str, last: str) -> None:
    snapshot = world(
        project(start="2024-01-01"),
        company=company(out_of_scope_day=31),
        change_orders=[order(5)],
        entries=[extra(1, last, 2)],
    )
    assert run(snapshot, f"{year}-02-27").invoices == ()
    assert the(run(snapshot, last), Role.out_of_scope).invoice_date == day(last)


def test_each_purchase_order_has_its_own_invoice() -> None:
    snapshot = world(
        project(client_po_id=1),
        client_pos=[client_po(1), client_po(8)],
        change_orders=[order(5), order(6, client_po_id=8)],
        entries=[extra(1, "2025-03-12", 1), extra(2, "2025-03-13", 2, 6)],
    )
    found = {each.client_po_id: each for each in run(snapshot, "2025-03-31").invoices}
    assert found[1].entry_ids == (1,)
    assert found[8].entry_ids == (2,)
    assert found[8].po_number == "PO-8"
    assert found[1].key != found[8].key


def test_work_that_waits_for_approval_is_quoted_not_billed() -> None:
    snapshot = world(
        project(),
        change_orders=[order(5, approval=Approval.waiting, reference="", cap_seconds=h(10))],
        entries=[extra(1, "2025-03-12", 4)],
    )
    outcome = run(snapshot, "2025-03-31")
    assert outcome.invoices == ()
    found = issue(outcome, "work_awaiting_approval")
    assert "4:00 h (480.00 USD)" in found.message  # 4 × 120
    assert (found.source.model, found.source.id) == ("retainer.change.order", 5)
    (quotation,) = outcome.quotations
    assert quotation.change_order_id == 5
    assert quotation.lines[0].amount == money(1200)  # the cap of 10 h is what is to be approved


def test_without_a_cap_the_hours_so_far_are_quoted() -> None:
    snapshot = world(
        project(),
        change_orders=[order(5, approval=Approval.waiting)],
        entries=[extra(1, "2025-03-12", 4)],
    )
    assert run(snapshot, "2025-03-31").quotations[0].lines[0].amount == money(480)


def test_a_quotation_is_made_once() -> None:
    def quotations(**changes):
        snapshot = world(
            project(),
            change_orders=[order(5, approval=Approval.waiting, **changes.pop("order", {}))],
            entries=[extra(1, "2025-03-12", 4)],
            **changes,
        )
        return run(snapshot, "2025-03-31").quotations

    assert len(quotations()) == 1
    assert quotations(order={"quote_id": 77}) == ()
    assert quotations(quotation_keys=[key(1, 1, "quotation", "c5")]) == ()


def test_rejected_work_is_reported_and_not_billed() -> None:
    snapshot = world(
        project(),
        change_orders=[order(5, approval=Approval.rejected)],
        entries=[extra(1, "2025-03-12", 4)],
    )
    outcome = run(snapshot, "2025-03-31")
    assert (outcome.invoices, codes(outcome.issues)) == ((), ["work_rejected"])


def test_an_approval_without_a_written_reference_is_no_approval() -> None:
    snapshot = world(
        project(), change_orders=[order(5, reference="")], entries=[extra(1, "2025-03-12", 4)]
    )
    outcome = run(snapshot, "2025-03-31")
    assert (outcome.invoices, codes(outcome.issues)) == ((), ["approval_without_reference"])


def test_one_piece_that_waits_does_not_hold_up_the_others() -> None:
    snapshot = world(
        project(),
        change_orders=[order(5), order(6, approval=Approval.waiting)],
        entries=[extra(1, "2025-03-12", 4), extra(2, "2025-03-12", 5, 6)],
    )
    assert the(run(snapshot, "2025-03-31"), Role.out_of_scope).entry_ids == (1,)


def test_exactly_the_cap_is_billed() -> None:
    snapshot = world(
        project(),
        change_orders=[order(5, cap_seconds=h(4))],
        entries=[extra(1, "2025-03-12", 4)],
    )
    assert the(run(snapshot, "2025-03-31"), Role.out_of_scope).untaxed == money(480)


def test_work_beyond_the_cap_is_reported() -> None:
    snapshot = world(
        project(),
        change_orders=[order(5, cap_seconds=h(4))],
        entries=[extra(1, "2025-03-12", "4.5")],
    )
    found = issue(run(snapshot, "2025-03-31"), "hours_over_cap")
    assert found.source.id == 5
    assert "4:00 h" in found.message


def test_work_approved_after_the_billing_day_waits_for_the_next_one() -> None:
    snapshot = world(
        project(),
        change_orders=[order(5, approved_on=day("2025-03-29"))],
        entries=[extra(1, "2025-03-12", 4)],
    )
    assert run(snapshot, "2025-04-27").invoices == ()
    invoice = the(run(snapshot, "2025-04-28"), Role.out_of_scope)
    assert invoice.invoice_date == day("2025-04-28")
    assert invoice.service_start == day("2025-03-12")


def test_approval_on_the_billing_day_is_in_time() -> None:
    snapshot = world(
        project(),
        change_orders=[order(5, approved_on=day("2025-03-28"))],
        entries=[extra(1, "2025-03-12", 4)],
    )
    assert the(run(snapshot, "2025-03-28"), Role.out_of_scope).untaxed == money(480)


def test_a_correcting_entry_of_the_same_month_is_taken_off() -> None:
    snapshot = world(
        project(),
        change_orders=[order(5)],
        entries=[extra(1, "2025-03-12", 4), extra(2, "2025-03-13", -1)],
    )
    invoice = the(run(snapshot, "2025-03-31"), Role.out_of_scope)
    assert invoice.untaxed == money(360)  # 3 × 120
    assert invoice.entry_ids == (1, 2)


def test_hours_that_two_decimals_cannot_say_are_one_piece() -> None:
    # 0:20 h × 120.00 = 40.00
    snapshot = world(
        project(),
        change_orders=[order(5)],
        entries=[extra(1, "2025-03-12", 0)._replace(seconds=1_200)],
    )
    (line,) = the(run(snapshot, "2025-03-31"), Role.out_of_scope).lines
    assert (line.quantity, line.amount) == (Decimal(1), Decimal("40.00"))
    assert line.text.endswith("(0:20 h at 120)")


def test_extra_work_of_a_retainer_is_on_no_retainer_invoice() -> None:
    snapshot = world(retainer(), change_orders=[order(5)], entries=[extra(1, "2025-01-12", 14)])
    outcome = run(snapshot, "2025-01-31")
    assert [(each.role, each.untaxed) for each in outcome.invoices] == [
        (Role.fee, money(5000)),
        (Role.out_of_scope, money(1680)),
    ]


def test_what_was_invoiced_already_pushes_later_work_to_the_next_month() -> None:
    # March's invoice is out; an entry of 20 March turns up afterwards
    snapshot = world(
        project(),
        change_orders=[order(5)],
        entries=[extra(2, "2025-03-20", 3)],
        invoices=[billed("2025-03", 480, Role.out_of_scope)],
    )
    assert run(snapshot, "2025-04-01").invoices == ()
    invoice = the(run(snapshot, "2025-04-28"), Role.out_of_scope)
    assert invoice.key == "1/1/out_of_scope/2025-04/0"
    assert invoice.lines[0].text.startswith("Two landing pages, 20 March 2025")


def test_time_that_is_rounded_up_uses_up_the_cap_as_it_is_billed() -> None:
    # 20 minutes count as 30; of the second 20 the cap of 45 lets 15 be billed
    snapshot = world(
        retainer(terms(time_increment=15)),
        change_orders=[order(5, cap_seconds=45 * 60)],
        entries=[
            extra(1, "2025-03-10", 0)._replace(seconds=20 * 60),
            extra(2, "2025-03-11", 0)._replace(seconds=20 * 60),
        ],
    )
    invoice = the(run(snapshot, "2025-03-28"), Role.out_of_scope)
    assert invoice.entry_ids == (1,)
    assert invoice.entry_seconds == ((1, 30 * 60), (2, 15 * 60))


def corrected(*, lines_per_entry: bool) -> Invoice:
    """Twice 10 minutes at 100.00 given back of work that was billed in February."""
    snapshot = world(
        project(lines_per_entry=lines_per_entry),
        change_orders=[order(5, hourly_rate=money(100), billed_seconds=h(4))],
        entries=[extra(at, "2025-03-12", 0)._replace(seconds=-600) for at in (1, 2)],
    )
    return the(run(snapshot, "2025-03-28"), Role.out_of_scope)


@pytest.mark.parametrize("lines_per_entry", [True, False])
def test_a_credit_note_explains_the_amount_of_its_one_line(lines_per_entry: bool) -> None:
    # 0:20 h × 100.00 = 33.33; entry by entry it would be 2 × 16.67
    note = corrected(lines_per_entry=lines_per_entry)
    assert (note.credit, note.untaxed) == (True, Decimal("33.33"))
    assert note.reasons[0].text.endswith("; -0:20 h × 100 = -33.33 USD")


def test_the_lines_of_each_entry_are_explained_one_by_one() -> None:
    snapshot = world(
        project(lines_per_entry=True),
        change_orders=[order(5, hourly_rate=money(100)), order(6)],
        entries=[
            *(extra(at, "2025-03-12", 0)._replace(seconds=600) for at in (1, 2)),
            extra(3, "2025-03-12", 1, 6),
        ],
    )
    invoice = the(run(snapshot, "2025-03-28"), Role.out_of_scope)
    assert [each.text.rpartition("; ")[2] for each in invoice.reasons] == [
        "0:10 h × 100 + 0:10 h × 100 = 33.34 USD",
        "1:00 h × 120 = 120.00 USD",
    ]


@pytest.mark.parametrize(("seconds", "quoted"), [(-1, 0), (0, 0), (1, 1)])
def test_any_work_at_all_is_quoted(seconds: int, quoted: int) -> None:
    snapshot = world(
        project(),
        change_orders=[order(5, approval=Approval.waiting, hourly_rate=money(3600))],
        entries=[extra(1, "2025-03-12", 0)._replace(seconds=seconds)],
    )
    assert len(run(snapshot, "2025-03-31").quotations) == quoted
