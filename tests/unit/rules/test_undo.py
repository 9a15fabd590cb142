"""Rule 14: crediting an invoice restores the very lots that it drew."""

from typing import Any

from sync.domain.documents import Role
from sync.domain.ledger import LotTax, OpenDraw, Receivable
from tests.unit.rules.funds import (
    EUR,
    RECEIVABLE,
    VAT_19,
    advance,
    after,
    books,
    lines,
    lot,
    receivable,
    taxed,
)
from tests.unit.rules.world import company, day, money, parking, run

ON = "2025-06-01"


def credit(
    id: int = 9, amount: str | int = 600, reverses: int = 1000, **changes: Any
) -> Receivable:
    """The open line of a credit note on invoice 1."""
    return receivable(
        id, amount, "2025-05-05", **{"credit": True, "reverses_ids": (reverses,), **changes}
    )


def drawn(
    lot_line: int = 10, amount: str | int = 600, on: str = "2025-03-31", **changes: Any
) -> OpenDraw:
    """What invoice 1 drew."""
    return OpenDraw(
        **{
            "lot_line_id": lot_line,
            "advance_id": lot_line // 10,
            "invoice_id": 1000,
            "entry_id": 50 + lot_line,
            "day": day(on),
            "amount": money(amount),
            "amount_company": money(amount),
            **changes,
        }
    )


def test_a_credited_invoice_gives_back_to_its_lot() -> None:
    snapshot = books(
        advance(), lots=(lot(open=money(400)),), receivables=(credit(),), draws=(drawn(),)
    )
    (restored,) = run(snapshot, ON).entries
    assert restored.key == "1/1/drawdown/c9000.l10.e60/0"
    assert (restored.role, restored.at_once) == (Role.drawdown, True)
    assert restored.day == day("2025-05-05")
    assert lines(restored) == [("receivable", 600, 600), ("advances", -600, -600)]
    debit, owed = restored.lines
    assert (debit.match_line_id, debit.account_id) == (9001, RECEIVABLE)
    assert (owed.match_line_id, owed.advance_id, owed.partner_id) == (None, 1, 7)


def test_what_was_restored_and_reversed_is_restored_again_under_the_next_free_number() -> None:
    known = ("1/1/drawdown/c9000.l10.e60/0", "1/1/drawdown/c9000.l10.e60/1")
    again = drawn(restored_by=known)
    (restored,) = run(books(advance(), receivables=(credit(),), draws=(again,)), ON).entries
    assert (restored.key, restored.total) == ("1/1/drawdown/c9000.l10.e60/2", 600)


def test_nothing_is_given_back_before_it_was_drawn() -> None:
    # The money came in on 14 May, after the day of the credit note: what is drawn of it next is not
    # to be dated before that either (rule 13).
    late = drawn(on="2025-05-14")
    (restored,) = run(books(advance(), receivables=(credit(),), draws=(late,)), ON).entries
    assert (restored.day, restored.service_start) == (day("2025-05-14"), day("2025-05-05"))


def test_a_taxed_one_keeps_the_rate_of_its_credit_note_on_a_later_day() -> None:
    # 600.00 EUR are 660.00 in the books of the credit note: 0.909090909091 EUR for 1 USD.
    owed = credit(currency=EUR, open=money(600), open_company=money(660))
    taxes = (LotTax(tax=VAT_19, open=money("95.80")),)
    late = drawn(amount="504.20", amount_company=money(550), on="2025-05-14", taxes=taxes)
    abroad = advance(currency=EUR)
    (restored,) = run(books(abroad, receivables=(owed,), draws=(late,)), ON).invoices
    assert restored.invoice_date == day("2025-05-14")
    assert restored.rate == money("0.909090909091")
    in_time = late.model_copy(update={"day": day("2025-04-30")})
    (restored,) = run(books(abroad, receivables=(owed,), draws=(in_time,)), ON).invoices
    assert (restored.invoice_date, restored.rate) == (day("2025-05-05"), None)


def test_the_latest_draw_is_restored_first() -> None:
    snapshot = books(
        advance(1),
        advance(2),
        receivables=(credit(amount=700),),
        draws=(drawn(10, 500, "2025-03-31"), drawn(20, 300, "2025-04-10")),
    )
    assert [(each.key, each.total) for each in run(snapshot, ON).entries] == [
        ("1/1/drawdown/c9000.l20.e70/0", 300),
        ("1/1/drawdown/c9000.l10.e60/0", 400),
    ]


def test_never_more_than_was_drawn_less_what_was_restored_before() -> None:
    # 600.00 drawn, 250.00 restored before: 350.00 of the 500.00; 150.00 stay owed to the client
    snapshot = books(
        advance(), receivables=(credit(amount=500),), draws=(drawn(restored=money(250)),)
    )
    outcome = run(snapshot, ON)
    (restored,) = outcome.entries
    assert (restored.key, restored.total) == ("1/1/drawdown/c9000.l10.e60/25000", 350)
    settled = after(snapshot, outcome)
    assert [each.open for each in settled.ledger.receivables] == [150]
    assert run(settled, ON).entries == ()


def test_two_credit_notes_of_one_invoice_restore_it_once() -> None:
    snapshot = books(
        advance(), receivables=(credit(8, 400), credit(9, 400)), draws=(drawn(amount=600),)
    )
    assert [(each.key, each.total) for each in run(snapshot, ON).entries] == [
        ("1/1/drawdown/c8000.l10.e60/0", 400),
        ("1/1/drawdown/c9000.l10.e60/40000", 200),
    ]


def test_a_credit_note_first_takes_back_what_the_client_has_not_paid() -> None:
    # invoice 1,000.00: 600.00 drawn, 400.00 open; the credit note of 700.00 gives back 300.00
    snapshot = books(
        advance(),
        receivables=(receivable(1, 400), credit(amount=700)),
        draws=(drawn(amount=600),),
    )
    restored = [each for each in run(snapshot, ON).entries if ".e60" in each.key]
    assert [each.total for each in restored] == [300]


def test_a_credit_note_of_an_invoice_that_drew_nothing_is_left_alone() -> None:
    snapshot = books(advance(), receivables=(credit(reverses=2000),), draws=(drawn(),))
    assert run(snapshot, ON).entries == ()


def test_what_was_drawn_at_its_rate_is_restored_at_that_rate() -> None:
    # company in EUR: 600.00 USD drawn at 540.00; the credit note stands at 570.00, net 500.00
    snapshot = books(
        advance(),
        receivables=(credit(open_company=money(570), untaxed=money(500)),),
        draws=(drawn(amount_company=money(540)),),
        company=company(currency=EUR),
    )
    (restored,) = run(snapshot, ON).entries
    assert lines(restored) == [
        ("receivable", 600, 570),
        ("advances", -600, -540),
        ("income", 0, -25),
        ("exchange", 0, -5),
    ]


def test_parts_restored_one_after_the_other_add_up_to_what_was_drawn() -> None:
    # 100.00 at 33.33: thirds of 11.11, 11.11, and what is left
    restored, value = money(0), []
    for part in ("33.33", "33.33", "33.34"):
        snapshot = books(
            advance(),
            receivables=(credit(amount=part, open_company=money(11)),),
            draws=(drawn(amount=100, amount_company=money("33.33"), restored=restored),),
            company=company(currency=EUR),
        )
        (one,) = run(snapshot, ON).entries
        value.append(-one.lines[1].amount_company)
        restored += money(part)
    assert sum(value) == money("33.33")


def test_a_taxed_draw_is_restored_by_an_invoice_on_the_advance() -> None:
    # 500.00 + 95.00 had been deducted; 238.00 are credited: 200.00 + 38.00
    snapshot = books(
        advance(),
        receivables=(credit(amount=238, untaxed=money(200)),),
        draws=(drawn(amount=500, taxes=taxed(VAT_19, 95)),),
    )
    outcome = run(snapshot, ON)
    (invoice,) = [each for each in outcome.invoices if each.role is Role.drawdown]
    assert not invoice.credit
    assert invoice.key == "1/1/drawdown/c9000.l10.e60/0"
    assert [(line.amount, line.advance_id, line.tax_ids) for line in invoice.lines] == [
        (200, 1, (19,))
    ]
    assert (invoice.taxes_due, invoice.total_due) == (((19, 38),), 238)
    assert invoice.settles == ((RECEIVABLE, 9001),)


def test_returns_and_draws_are_no_credit_notes_of_invoices() -> None:
    for role in (Role.advance_return, Role.drawdown, Role.advance_request):
        snapshot = books(advance(), receivables=(credit(role=role),), draws=(drawn(),))
        assert run(snapshot, ON).entries == ()


def test_undo_after_do_is_nothing() -> None:
    """Draw, credit all of it, restore: the same money is there, and nothing more is asked for."""
    snapshot = books(advance(), lots=(lot(),), receivables=(receivable(1, 600),))
    snapshot = after(snapshot, run(snapshot, "2025-04-01"))
    ledger = snapshot.ledger.model_copy(update={"receivables": (credit(),), "draws": (drawn(),)})
    snapshot = after(
        snapshot.model_copy(update={"ledger": ledger}),
        run(snapshot.model_copy(update={"ledger": ledger}), ON),
    )
    assert sum(each.available for each in snapshot.ledger.lots) == 1000
    assert snapshot.ledger.receivables == ()
    assert run(snapshot, ON).entries == ()


def test_billed_hours_stay_billed() -> None:
    """Undo moves money only: nothing is billed again, and no time is given back."""
    outcome = run(books(advance(), receivables=(credit(),), draws=(drawn(),)), ON)
    assert outcome.invoices == ()
    assert [line.account.value for line in outcome.entries[0].lines] == ["receivable", "advances"]


def test_a_credit_note_of_a_parked_engagement_waits() -> None:
    snapshot = books(
        advance(), lots=(lot(open=money(400)),), receivables=(credit(),), draws=(drawn(),)
    )
    problem = parking()
    assert len(run(snapshot, ON).entries) == 1
    assert run(snapshot.model_copy(update={"problems": (problem,)}), ON).entries == ()


def test_it_names_the_advance_that_gets_its_money_back() -> None:
    snapshot = books(
        advance(1),
        advance(2),
        lots=(lot(1), lot(2, open=money(400))),
        receivables=(credit(),),
        draws=(drawn(20),),
    )
    (restored,) = run(snapshot, ON).entries
    assert {line.text for line in restored.lines} == {"INV/9: restored to ADV/2"}


def test_a_difference_of_rates_of_an_archived_engagement_has_no_analytic_account() -> None:
    snapshot = books(
        advance(),
        receivables=(credit(open_company=money(570), engagement_id=5),),
        draws=(drawn(amount_company=money(540)),),
        company=company(currency=EUR),
    )
    (restored,) = run(snapshot, ON).entries
    assert lines(restored)[2:] == [("income", 0, -30)]
    assert restored.lines[2].analytic_id is None
