"""An invoice and its credit note that both stand open: neither is money."""

import pytest

from sync.domain.set_off import set_off
from tests.unit.rules.funds import EUR, advance, books, draws, lot, receivable
from tests.unit.rules.world import USD, codes, day, issue, money, run

ON = "2025-04-01"


def credit_note(amount: str | int, *of: int, **changes: object):
    """The open line of a credit note, number 9, of those invoices."""
    invoices = tuple(each * 1000 for each in of)
    return receivable(9, amount, credit=True, reverses_ids=invoices, **changes)


def left(*given, company=USD):
    return {line: (each.open, each.open_company) for line, each in set_off(given, company).items()}


def test_what_a_credit_note_takes_back_is_not_drawn_and_told() -> None:
    snapshot = books(advance(), lots=(lot(),), receivables=(receivable(), credit_note(250, 1)))
    outcome = run(snapshot, ON)
    assert draws(outcome) == [(10, 350)]
    assert issue(outcome, "credit_note_open").message.startswith(
        "is open, and so is its credit note: 250.00 USD of it is not drawn"
    )


@pytest.mark.parametrize("credited", [600, 700])
def test_what_is_credited_whole_draws_nothing(credited) -> None:
    notes = (receivable(), credit_note(credited, 1))
    outcome = run(books(advance(), lots=(lot(),), receivables=notes), ON)
    assert outcome.entries == ()


def test_an_invoice_without_a_credit_note_of_its_own_says_nothing() -> None:
    notes = (receivable(), credit_note(250, 2))
    outcome = run(books(advance(), lots=(lot(),), receivables=notes), ON)
    assert draws(outcome) == [(10, 600)]
    assert "credit_note_open" not in codes(outcome.issues)


def test_both_sides_are_left_with_the_difference() -> None:
    assert left(receivable(1, 600), credit_note(250, 1)) == {1001: (350, 350), 9001: (0, 0)}
    assert left(receivable(1, 250), credit_note(600, 1)) == {1001: (0, 0), 9001: (350, 350)}


def test_the_earliest_instalment_is_taken_back_first() -> None:
    late = receivable(1, 400, line_id=1001, due_on=day("2025-05-30"))
    soon = receivable(1, 400, line_id=1002, due_on=day("2025-04-30"))
    assert left(late, soon, credit_note(500, 1)) == {
        1001: (300, 300),
        1002: (0, 0),
        9001: (0, 0),
    }


def test_one_credit_note_of_several_invoices_goes_from_the_first() -> None:
    assert left(receivable(1, 100), receivable(2, 100), credit_note(150, 1, 2)) == {
        1001: (0, 0),
        2001: (50, 50),
        9001: (0, 0),
    }


def test_two_credit_notes_of_one_invoice_add_up() -> None:
    second = receivable(8, 30, credit=True, reverses_ids=(1000,))
    assert left(receivable(1, 100), second, credit_note(50, 1))[1001] == (20, 20)


def test_the_value_in_the_books_goes_with_it_and_its_last_part_takes_the_rest() -> None:
    foreign = receivable(1, 3, currency=EUR, open_company=money(10))
    assert left(foreign, credit_note(1, 1, currency=EUR, open_company=money(4))) == {
        1001: (2, money("6.67")),
        9001: (0, 0),
    }


def test_two_currencies_are_not_set_off() -> None:
    assert left(receivable(1, 600), credit_note(250, 1, currency=EUR))[1001] == (600, 600)
