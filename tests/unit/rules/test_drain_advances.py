"""Rule 13: which lots an open invoice draws, how much, when, and what the entry says."""

from decimal import Decimal

import pytest

from sync.domain.documents import Invoice, Line, Role
from sync.domain.ledger import OpenDraw
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot
from sync.rules.drain_advances import drain_advances
from tests.unit.rules.funds import (
    EUR,
    RECEIVABLE,
    VAT_19,
    advance,
    after,
    books,
    draws,
    lines,
    lot,
    paid,
    receivable,
    taxed,
    user,
)
from tests.unit.rules.world import (
    ACME,
    JPY,
    KWD,
    USD,
    booked,
    codes,
    company,
    day,
    issue,
    money,
    run,
)

ON = "2025-04-01"


def test_an_open_invoice_is_drained_by_what_was_received() -> None:
    snapshot = books(advance(), lots=(lot(),), receivables=(receivable(),))
    (entry,) = run(snapshot, ON).entries
    assert entry.key == "1/1/drawdown/i1000.l10/0"
    assert entry.role is Role.drawdown
    assert entry.at_once
    assert entry.day == day("2025-03-31")
    assert lines(entry) == [("advances", 600, 600), ("receivable", -600, -600)]
    debit, credit = entry.lines
    assert (debit.match_line_id, debit.advance_id, debit.partner_id) == (10, 1, 7)
    assert (credit.match_line_id, credit.account_id, credit.partner_id) == (1001, RECEIVABLE, 7)


def test_an_invoice_larger_than_the_advance_leaves_the_rest_to_the_client() -> None:
    snapshot = books(advance(), lots=(lot(),), receivables=(receivable(1, 1500),))
    settled = after(snapshot, run(snapshot, ON))
    assert draws(run(snapshot, ON)) == [(10, 1000)]
    assert [each.open for each in settled.ledger.receivables] == [500]
    assert settled.ledger.lots == ()
    assert run(settled, ON).entries == ()


def test_the_second_draw_of_an_invoice_has_a_key_of_its_own() -> None:
    rest = receivable(1, 300, total=money(500))
    snapshot = books(advance(), lots=(lot(open=money(800)),), receivables=(rest,))
    (entry,) = run(snapshot, ON).entries
    assert entry.key == "1/1/drawdown/i1000.l10/20000"  # 200.00 in cents paid it before


def test_what_others_drew_of_the_lot_is_no_part_of_the_key() -> None:
    used = books(advance(), lots=(lot(open=money(700)),), receivables=(receivable(1, 300),))
    assert run(used, ON).entries[0].key == "1/1/drawdown/i1000.l10/0"


def test_instalments_are_paid_earliest_due_first_each_under_a_key_of_its_own() -> None:
    whole = {"total": money(1200)}
    late = receivable(1, 400, line_id=1001, due_on=day("2025-05-30"), **whole)
    soon = receivable(1, 800, line_id=1002, due_on=day("2025-04-30"), **whole)
    snapshot = books(advance(), lots=(lot(),), receivables=(late, soon))
    first, second = run(snapshot, ON).entries
    assert [line.match_line_id for line in first.lines] == [10, 1002]
    assert (first.key, first.total) == ("1/1/drawdown/i1000.l10/0", 800)
    assert [line.match_line_id for line in second.lines] == [10, 1001]
    assert (second.key, second.total) == ("1/1/drawdown/i1000.l10/80000", 200)


def test_older_invoices_are_paid_first() -> None:
    young, old = receivable(1, 800, "2025-03-31"), receivable(2, 800, "2025-02-28")
    snapshot = books(advance(), lots=(lot(),), receivables=(young, old))
    assert [(entry.lines[1].match_line_id, entry.total) for entry in run(snapshot, ON).entries] == [
        (2001, 800),
        (1001, 200),
    ]


def test_the_order_scope_then_priority_then_maturity_then_receipt_then_id() -> None:
    scoped = {"engagement_ids": (1,)}
    advances = (
        advance(1),  # any engagement, oldest: last but one
        advance(2, **scoped),  # no priority, no maturity
        advance(3, **scoped, maturity=day("2026-12-31")),
        advance(4, **scoped, maturity=day("2026-06-30")),  # earlier maturity
        advance(5, **scoped, priority=2),
        advance(6, **scoped, priority=1),  # lowest priority of the scoped: first
        advance(7, priority=1),  # any engagement, but with a priority
        advance(8, **scoped),  # like 2, received earlier
    )
    lots = tuple(
        lot(each.id, 1000, receipts=paid(("2025-01-05" if each.id == 8 else "2025-01-10", 1000)))
        for each in advances
    )
    snapshot = books(*advances, lots=lots, receivables=(receivable(1, 8000),))
    assert [line // 10 for line, _ in draws(run(snapshot, ON)) if line] == [6, 5, 4, 3, 8, 2, 7, 1]


def test_the_order_of_input_does_not_matter() -> None:
    advances = (advance(1), advance(2, engagement_ids=(1,)), advance(3))
    lots = (lot(1), lot(2), lot(3))
    receivables = (receivable(1, 1500), receivable(2, 1500, "2025-02-28"))
    one = books(*advances, lots=lots, receivables=receivables)
    other = books(*advances[::-1], lots=lots[::-1], receivables=receivables[::-1])
    assert run(one, ON).entries == run(other, ON).entries


def test_nothing_is_drawn_before_it_is_paid() -> None:
    unpaid = lot(unpaid=money(1000), receipts=())
    snapshot = books(advance(), lots=(unpaid,), receivables=(receivable(),))
    assert run(snapshot, ON).entries == ()


def test_a_part_payment_may_be_drawn_up_to_what_came_in() -> None:
    half = lot(unpaid=money(600), receipts=paid(("2025-02-01", 400)))
    snapshot = books(advance(), lots=(half,), receivables=(receivable(),))
    assert draws(run(snapshot, ON)) == [(10, 400)]


def test_a_draw_is_dated_the_day_on_which_so_much_had_come_in() -> None:
    # 400 came on 1 February, 600 on 10 April: the 600 of March need the second payment
    lots = (lot(receipts=paid(("2025-02-01", 400), ("2025-04-10", 600))),)
    snapshot = books(advance(), lots=lots, receivables=(receivable(1, 400), receivable(2, 600)))
    assert [(each.total, each.day) for each in run(snapshot, "2025-04-30").entries] == [
        (400, day("2025-03-31")),
        (600, day("2025-04-10")),
    ]


def test_what_comes_in_after_the_day_of_the_run_is_not_drawn_yet() -> None:
    lots = (lot(receipts=paid(("2025-02-01", 400), ("2025-04-10", 600))),)
    snapshot = books(advance(), lots=lots, receivables=(receivable(1, 1000),))
    assert draws(run(snapshot, ON)) == [(10, 400)]


def test_an_advance_that_was_credited_in_part_before_payment_gives_what_was_paid() -> None:
    # of 1000 asked for, 400 were credited; the client paid 600
    rest = lot(open=money(600), open_company=money(600), receipts=paid(("2025-02-01", 600)))
    snapshot = books(advance(), lots=(rest,), receivables=(receivable(1, 900),))
    assert draws(run(snapshot, ON)) == [(10, 600)]


def test_only_its_own_engagements_draw_it() -> None:
    snapshot = books(
        advance(engagement_ids=(2,)),
        lots=(lot(),),
        receivables=(receivable(), receivable(2, 600, engagement_id=2)),
        engagements=(user(1), user(2)),
    )
    assert [line.match_line_id for each in run(snapshot, ON).entries for line in each.lines] == [
        10,
        2001,
    ]


def test_another_client_does_not_draw_it() -> None:
    snapshot = books(advance(), lots=(lot(),), receivables=(receivable(client_id=8),))
    assert run(snapshot, ON).entries == ()


def test_requests_and_credit_notes_are_not_drained() -> None:
    snapshot = books(
        advance(),
        lots=(lot(),),
        receivables=(receivable(role=Role.advance_request), receivable(2, 600, credit=True)),
    )
    assert run(snapshot, ON).entries == ()


def test_an_invoice_of_a_person_is_drained_like_ours() -> None:
    snapshot = books(advance(), lots=(lot(),), receivables=(receivable(move_key="", role=None),))
    assert draws(run(snapshot, ON)) == [(10, 600)]


def test_an_invoice_dated_later_waits_for_its_day() -> None:
    snapshot = books(advance(), lots=(lot(),), receivables=(receivable(on="2025-04-15"),))
    assert run(snapshot, ON).entries == ()
    assert draws(run(snapshot, "2025-04-15")) == [(10, 600)]


def test_a_parked_engagement_draws_nothing() -> None:
    ended = user(date_end=day("2024-12-31"))  # ends before it starts
    snapshot = books(advance(), lots=(lot(),), receivables=(receivable(),), engagements=(ended,))
    outcome = run(snapshot, ON)
    assert outcome.parked == (1,)
    assert outcome.entries == ()


def test_the_last_day_of_its_maturity_still_counts() -> None:
    snapshot = books(
        advance(maturity=day("2025-03-31")),
        lots=(lot(),),
        receivables=(receivable(1, 100, "2025-03-31"), receivable(2, 100, "2025-04-01")),
    )
    (entry,) = run(snapshot, ON).entries
    assert entry.lines[1].match_line_id == 1001


def test_a_lot_at_its_own_rate_corrects_revenue_by_what_the_rates_differ() -> None:
    # company in EUR; 1,000.00 USD received at 0.90 = 900.00; invoiced at 0.95: 600.00 = 570.00
    snapshot = books(
        advance(),
        lots=(lot(amount_company=money(900), open_company=money(900)),),
        receivables=(receivable(open_company=money(570)),),
        company=company(currency=EUR),
    )
    (entry,) = run(snapshot, ON).entries
    assert lines(entry) == [
        ("advances", 600, 540),  # 600 × 0.90
        ("receivable", -600, -570),
        ("income", 0, 30),  # revenue falls from 570.00 to 540.00
    ]


def test_the_tax_part_of_the_difference_is_an_exchange_difference() -> None:
    # 600.00 = 500.00 net + 100.00 tax; difference 30.00: 25.00 net, 5.00 tax
    snapshot = books(
        advance(),
        lots=(lot(amount_company=money(900), open_company=money(900)),),
        receivables=(receivable(open_company=money(570), untaxed=money(500)),),
        engagements=(user(analytic_id=71),),
        company=company(currency=EUR),
    )
    (entry,) = run(snapshot, ON).entries
    assert lines(entry)[2:] == [("income", 0, 25), ("exchange", 0, 5)]
    assert [line.analytic_id for line in entry.lines] == [None, None, 71, None]


def test_two_lots_at_two_rates_on_one_invoice_to_the_cent() -> None:
    # lots 100.00 at 0.90 and 100.00 at 1.10; invoice 150.00 at 1.00
    snapshot = books(
        advance(1, 100),
        advance(2, 100),
        lots=(
            lot(1, 100, amount_company=money(90), open_company=money(90)),
            lot(2, 100, amount_company=money(110), open_company=money(110)),
        ),
        receivables=(receivable(1, 150),),
        company=company(currency=EUR),
    )
    one, two = run(snapshot, ON).entries
    assert lines(one) == [("advances", 100, 90), ("receivable", -100, -100), ("income", 0, 10)]
    assert lines(two) == [("advances", 50, 55), ("receivable", -50, -50), ("income", 0, -5)]


def test_the_last_draw_takes_what_rounding_left_in_the_books() -> None:
    # 100.00 USD stand at 33.33 EUR; thirds: 11.11, 11.11, and 11.11 that is left
    snapshot = books(
        advance(1, 100),
        lots=(lot(1, 100, amount_company=money("33.33"), open_company=money("33.33")),),
        receivables=tuple(
            receivable(each, part, open_company=money(11))
            for each, part in ((1, "33.33"), (2, "33.33"), (3, "33.34"))
        ),
        company=company(currency=EUR),
    )
    values = [each.lines[0].amount_company for each in run(snapshot, ON).entries]
    assert values == [money("11.11"), money("11.11"), money("11.11")]
    assert sum(values) == money("33.33")


def test_the_last_draw_of_an_invoice_takes_what_rounding_left_of_its_value() -> None:
    # 3.00 USD stand at 0.05 EUR; three lots of 1.00 pay it: 0.02, 0.02, and the 0.01 that is left
    three = (1, 2, 3)
    snapshot = books(
        *(advance(each, 1) for each in three),
        lots=tuple(lot(each, 1) for each in three),
        receivables=(receivable(1, 3, open_company=money("0.05")),),
        company=company(currency=EUR),
    )
    values = [each.lines[1].amount_company for each in run(snapshot, ON).entries]
    assert values == [money("-0.02"), money("-0.02"), money("-0.01")]


@pytest.mark.parametrize(
    ("currency", "given", "key"),
    [(USD, "12.34", "1234"), (JPY, "1234", "1234"), (KWD, "1.234", "1234")],
)
def test_keys_count_in_the_currencys_smallest_unit(currency, given, key) -> None:
    paid_before = money(100) + Decimal(given)
    snapshot = books(
        advance(1, 5000, currency=currency),
        lots=(lot(1, 5000, currency=currency),),
        receivables=(receivable(1, 100, currency=currency, total=paid_before),),
        engagements=(user(currency=currency),),
        company=company(currency=currency),
    )
    (entry,) = run(snapshot, ON).entries
    assert entry.key == f"1/1/drawdown/i1000.l10/{key}"


def test_money_that_comes_in_after_a_taxed_invoice_pays_it_by_a_credit_note_on_the_advance() -> (
    None
):
    # request 1,000.00 + 190.00; the invoice of 595.00 (500.00 + 95.00) stands and is open
    snapshot = books(
        advance(),
        lots=(lot(taxes=taxed(VAT_19, 190), receipts=paid(("2025-04-05", 1000))),),
        receivables=(receivable(1, 595, untaxed=money(500)),),
    )
    outcome = run(snapshot, "2025-04-10")
    assert outcome.entries == ()
    (note,) = [each for each in outcome.invoices if each.role is Role.drawdown]
    assert note.credit
    assert note.key == "1/1/drawdown/i1000.l10/0"
    assert note.invoice_date == day("2025-04-05")
    assert [(line.amount, line.tax_ids, line.match_line_id) for line in note.lines] == [
        (500, (19,), 10)
    ]
    assert note.taxes_due == ((19, money(95)),)
    assert note.total_due == 595
    assert note.settles == ((RECEIVABLE, 1001),)
    settled = after(snapshot, outcome)
    assert settled.ledger.receivables == ()
    assert [(each.open, each.taxes[0].open) for each in settled.ledger.lots] == [(500, 95)]


def test_a_draw_that_a_person_took_apart_is_named_and_not_repeated() -> None:
    entry = booked("1/1/drawdown/i1000.l10/0", 600)
    snapshot = books(advance(), lots=(lot(),), receivables=(receivable(),), entries=(entry,))
    outcome = run(snapshot, ON)
    assert outcome.entries == ()
    assert "MISC/5" in issue(outcome, "draw_unreconciled").message


def test_a_fee_that_is_partly_given_back_now_is_drawn_once_the_credit_note_stands() -> None:
    # the fee of March was billed over 800.00, and is 500.00: 300.00 go back
    owed = receivable(1, 800, "2025-03-01", move_key="1/1/fee/2025-03/0", role=Role.fee)
    snapshot = books(advance(), lots=(lot(),), receivables=(owed,))
    back = Invoice(
        key="1/1/fee/2025-03/1",
        role=Role.fee,
        engagement_id=1,
        partner_id=ACME.id,
        credit=True,
        invoice_date=day(ON),
        raised_on=day(ON),
        service_start=day("2025-03-01"),
        service_end=day("2025-03-31"),
        currency=USD,
        lines=(Line.of_amount("March", money(300), None),),
    )
    as_of = day(ON)
    given_back = Outcome(as_of=as_of, invoices=(back,))
    withdrawn = Outcome(as_of=as_of, invoices=(back.model_copy(update={"withdrawn": True}),))
    assert drain_advances(snapshot, as_of, given_back).entries == ()
    assert [each.total for each in drain_advances(snapshot, as_of, withdrawn).entries] == [800]


def test_nothing_to_draw_says_nothing() -> None:
    outcome = run(books(advance(), lots=(lot(),)), ON)
    assert (outcome.entries, codes(outcome.issues)) == ((), [])


def given_back(*, matured: bool = False) -> Snapshot:
    """Invoice 1 is open; a credit note gives 400 back to advance 1, whose turn is before 2."""
    draw = OpenDraw(
        lot_line_id=15,
        advance_id=1,
        invoice_id=2000,
        entry_id=80,
        day=day("2025-01-31"),
        amount=money(400),
        amount_company=money(400),
    )
    first = advance(1, priority=1, maturity=day("2025-03-01") if matured else None)
    return books(
        first,
        advance(2, priority=2),
        lots=(lot(1, open=money(100), open_company=money(100)), lot(2)),
        receivables=(
            receivable(1, 300),
            receivable(9, 400, credit=True, reverses_ids=(2000,)),
        ),
        draws=(draw,),
    )


def test_a_draw_waits_for_what_comes_back_to_the_advance_whose_turn_it_is() -> None:
    snapshot = given_back()
    outcome = run(snapshot, "2025-04-01")
    assert draws(outcome) == []
    assert [each.total for each in outcome.entries] == [400]
    again = run(after(snapshot, outcome), "2025-04-01")
    # 100 that are left of the first, 200 of the 400 that came back to it, nothing of the second.
    assert [each for _, each in draws(again)] == [100, 200]


def test_it_waits_for_nothing_that_it_may_not_draw() -> None:
    assert draws(run(given_back(matured=True), "2025-04-01")) == [(20, 300)]


def test_a_reversal_of_a_draw_that_stands_open_is_told() -> None:
    reversal = receivable(5, 360, role=Role.drawdown, move_key="", move_name="INV/7")
    outcome = run(books(advance(), lots=(lot(),), receivables=(reversal,)), "2025-04-01")
    assert issue(outcome, "draw_reversed").source.name == "INV/7"
    assert draws(outcome) == []
    ours = reversal.model_copy(update={"move_key": "1/1/drawdown/c9.l10.e8/0"})
    again = run(books(advance(), lots=(lot(),), receivables=(ours,)), "2025-04-01")
    assert "draw_reversed" not in codes(again.issues)
