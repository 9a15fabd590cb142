"""Rule 16: a fee's credit note takes what is not earned from the liability, then from revenue."""

from typing import Any

import pytest

from sync.domain.documents import Invoice, Line, Role
from sync.domain.journal import Account
from sync.domain.ledger import Ledger, LotKind, OpenDebit
from sync.domain.outcome import Outcome
from sync.domain.terms import Recognition
from sync.plan.diff import make_plan
from sync.rules.engine import evaluate
from sync.rules.fee_credit import fee_credit
from tests.properties.books import Books
from tests.unit.rules.world import USD, company, day, days, entry, money, retainer, terms, world

YEAR = {"billing_months": 3, "recognition": Recognition.straight_line}


def a_quarter(*, post: bool = True, **changes: Any) -> Books:
    """15,000.00 for January to March, 5,166.67 of it earned in January."""
    kept = Books(
        world(
            retainer(terms(**{**YEAR, **changes}), analytic_id=77),
            company=company(post_entries=post),
        )
    )
    kept.run(day("2025-02-03"))
    return kept


def ending(kept: Books, on: str) -> None:
    """The engagement's end is entered."""
    (running,) = kept.snapshot.engagements
    ended = running.model_copy(update={"date_end": day(on)})
    kept.snapshot = kept.snapshot.model_copy(update={"engagements": (ended,)})


def credits(kept: Books) -> list[Invoice]:
    return [each for plan in kept.plans for each in plan.invoices if each.credit]


def pieces(invoice: Invoice) -> list[tuple[str, bool, int | None]]:
    return [(f"{each.amount}", each.unearned, each.match_line_id) for each in invoice.lines]


def test_what_is_not_earned_comes_from_the_liability() -> None:
    kept = a_quarter()
    ending(kept, "2025-02-28")
    kept.run(day("2025-02-10"))
    (note,) = credits(kept)
    lot = kept.lot("2025-01")
    assert pieces(note) == [("5000.00", True, lot.line_id)]
    assert (lot.credited, lot.open) == (money(5000), money("4833.33"))
    assert note.reasons[-1].text == (
        "5,000.00 USD are not earned yet and come from unearned revenue, 0.00 USD from revenue"
    )
    kept.run(day("2025-03-03"))
    # the 10,000.00 that stay are earned over 59 days: all of them by the end of February
    assert kept.amounts(Role.recognition) == {
        "2025-01 of 2025-01": money("5166.67"),
        "2025-02 of 2025-01": money("4833.33"),
    }
    assert kept.unearned == money(0)


def test_what_was_revenue_already_comes_from_revenue() -> None:
    # The end of 5 January is entered in March: 5,000.00 × 5/31 = 806.45 stay of 15,000.00.
    # 9,833.33 are revenue by then, 5,166.67 are left: the other 9,026.88 come from revenue.
    kept = a_quarter()
    kept.run(day("2025-03-03"))
    ending(kept, "2025-01-05")
    kept.run(day("2025-03-10"))
    (note,) = credits(kept)
    lot = kept.lot("2025-01")
    assert note.net_total == money("14193.55")
    assert pieces(note) == [("5166.67", True, lot.line_id), ("9026.88", False, None)]
    assert [(each.quantity, each.unit_price) for each in note.lines] == [
        (1, money("5166.67")),
        (1, money("9026.88")),
    ]
    assert lot.open == money(0)
    assert kept.run(day("2025-03-10")) == []


def test_recognition_that_is_not_posted_gives_way() -> None:
    # The draft of January holds 5,166.67. 10,000.00 are given back: 5,000.00 for January stay.
    kept = a_quarter(post=False)
    ending(kept, "2025-01-31")
    kept.run(day("2025-02-10"))
    (note,) = credits(kept)
    assert pieces(note) == [("10000.00", True, kept.lot("2025-01").line_id)]
    assert kept.amounts(Role.recognition) == {"2025-01 of 2025-01": money(5000)}
    kept.post_drafts()
    assert kept.unearned == money(0)


def test_drafts_are_withdrawn_when_everything_is_given_back() -> None:
    kept = a_quarter(post=False)
    lot = kept.lot("2025-01")
    kept.credit_by_hand(lot, money(15000))
    (plan,) = kept.run(day("2025-02-10"))
    assert [(each.action.value, each.key) for each in plan.changes if each.entry] == [
        ("withdraw", f"1/1/recognition/2025-01.i{lot.move_id}/0")
    ]
    assert (kept.entries, kept.unearned) == ({}, money(0))


def test_a_draft_that_a_person_changed_keeps_its_part() -> None:
    kept = a_quarter(post=False)
    (draft,) = kept.entries
    kept.change_draft(draft, money(5500))
    ending(kept, "2025-01-05")
    kept.run(day("2025-02-10"))
    (note,) = credits(kept)
    # 14,193.55 are given back; 15,000.00 − 5,500.00 may come from the liability
    assert pieces(note) == [
        ("9500.00", True, kept.lot("2025-01").line_id),
        ("4693.55", False, None),
    ]
    kept.post_drafts()
    assert kept.unearned == money(0)


def test_what_a_credit_note_is_about_to_take_is_not_recognised() -> None:
    # one look: 10,000.00 are given back, and of what stays January's 5,000.00 are earned
    kept = a_quarter(post=False)
    ending(kept, "2025-01-31")
    outcome = evaluate(kept.snapshot, day("2025-02-10"))
    assert [each.net_total for each in outcome.invoices if each.credit] == [money(10000)]
    assert [each.total for each in outcome.entries] == [money(5000)]


def test_what_is_posted_beyond_what_stays_is_left_as_it_is() -> None:
    kept = a_quarter()
    ending(kept, "2025-01-31")
    outcome = evaluate(kept.snapshot, day("2025-02-10"))
    # 5,000.00 stay, 5,166.67 are recognised: nothing more is asked
    assert outcome.entries == ()


def test_the_latest_document_gives_first() -> None:
    # An upgrade adds 2,000.00; the end takes back March's 6,000.00: those 2,000.00 and 4,000.00.
    kept = a_quarter()
    (running,) = kept.snapshot.engagements
    raised = terms("2025-02-01", id=2, monthly_fee=money(6000), **YEAR)
    kept.snapshot = kept.snapshot.model_copy(
        update={"engagements": (running.model_copy(update={"terms": (*running.terms, raised)}),)}
    )
    kept.run(day("2025-02-05"))
    ending(kept, "2025-02-28")
    kept.run(day("2025-02-10"))
    (note,) = credits(kept)
    assert pieces(note) == [
        ("2000.00", True, kept.lot("2025-01", 1).line_id),
        ("4000.00", True, kept.lot("2025-01", 0).line_id),
    ]


def test_fees_that_are_income_at_once_are_given_back_from_income() -> None:
    kept = a_quarter(recognition=Recognition.immediate)
    ending(kept, "2025-01-31")
    kept.run(day("2025-02-10"))
    (note,) = credits(kept)
    assert pieces(note) == [("10000.00", False, None)]
    assert all(reason.rule != "fee_credit" for reason in note.reasons)


# A person's own credit note


def test_what_a_persons_credit_note_took_too_much_goes_to_revenue() -> None:
    # 5,166.67 are revenue; a person gives back all 15,000.00: 9,833.33 come from the lot, the
    # rest of the debit stays open until the correction.
    kept = a_quarter()
    lot = kept.lot("2025-01")
    kept.credit_by_hand(lot, money(15000))
    assert kept.unearned == money("-5166.67")
    kept.run(day("2025-02-10"))
    (written,) = [each for each, _ in kept.entries.values() if each.role is Role.correction]
    (debit,) = kept.debits.values()
    assert written.key == f"1/1/correction/i{debit.move_id}/0"
    assert [(each.account, each.amount, each.match_line_id) for each in written.lines] == [
        (Account.income, money("5166.67"), None),
        (Account.unearned, money("-5166.67"), debit.line_id),
    ]
    assert [each.analytic_id for each in written.lines] == [77, None]
    assert kept.unearned == money(0)
    assert kept.balance(Account.income) == money(0)
    assert kept.run(day("2025-02-10")) == []


def test_a_draft_correction_is_withdrawn_when_the_debit_is_gone() -> None:
    kept = a_quarter(post=False)
    kept.post_drafts()
    kept.credit_by_hand(kept.lot("2025-01"), money(15000))
    kept.run(*days("2025-02-10", "2025-02-11"))
    assert [each.role for each, state in kept.entries.values() if state == "draft"] == [
        Role.correction
    ]
    kept.debits.clear()
    kept.draw_by_hand(kept.lot("2025-01"), money(0))  # reads the books again
    (plan,) = kept.run(day("2025-02-12"))
    assert [each.action.value for each in plan.changes if each.entry] == ["withdraw"]


def test_a_part_that_a_person_gives_back_lowers_what_is_earned() -> None:
    # 6,000.00 of 15,000.00 given back. 9,000.00 over 90 days: 59/90 = 5,900.00, of which 5,166.67
    # are posted.
    kept = a_quarter()
    kept.credit_by_hand(kept.lot("2025-01"), money(6000))
    kept.run(day("2025-03-03"))
    assert kept.amounts(Role.recognition)["2025-02 of 2025-01"] == money("733.33")
    plan = make_plan(kept.snapshot, evaluate(kept.snapshot, day("2025-03-03")))
    assert (plan.changes, plan.conflicts) == ((), ())


def test_hours_drawn_of_a_fee_that_was_given_back_in_part() -> None:
    # 28 of 40 h = 70 %: of the 4,000.00 that stay, 2,800.00
    kept = Books(
        world(retainer(), entries=[entry(1, "2025-01-10", 28)], company=company(post_entries=True))
    )
    kept.run(day("2025-01-02"))
    kept.credit_by_hand(kept.lot("2025-01"), money(1000))
    kept.run(day("2025-02-03"))
    assert kept.amounts(Role.recognition) == {"2025-01 of 2025-01": money(2800)}
    assert kept.amounts(Role.breakage) == {"2025-01 of 2025-01": money(200)}


def test_a_correction_that_a_person_cancelled_is_not_asked_for_anew() -> None:
    kept = a_quarter(post=False)
    kept.post_drafts()
    kept.credit_by_hand(kept.lot("2025-01"), money(15000))
    kept.run(day("2025-02-10"))
    (draft,) = [each for each, (_, state) in kept.entries.items() if state == "draft"]
    kept.cancel(draft)
    plan = make_plan(kept.snapshot, evaluate(kept.snapshot, day("2025-02-11")))
    assert [(each.key, each.code) for each in plan.conflicts] == [(draft, "cancelled")]
    assert [each for each in plan.changes if each.entry] == []


@pytest.mark.parametrize(
    ("kept_by_a_person", "asked"), [("5000", "166.67"), ("5166.67", None), ("6000", None)]
)
def test_what_a_person_wrote_into_a_correction_is_not_asked_for_again(
    kept_by_a_person: str, asked: str | None
) -> None:
    # 5,166.67 are to be moved; of the draft that says so a person makes another amount
    kept = a_quarter(post=False)
    kept.post_drafts()
    kept.credit_by_hand(kept.lot("2025-01"), money(15000))
    kept.run(day("2025-02-10"))
    (draft,) = [each for each, (_, state) in kept.entries.items() if state == "draft"]
    kept.change_draft(draft, money(kept_by_a_person))
    kept.run(day("2025-02-11"))
    stem = draft.removesuffix("/0")
    assert {key: entry.total for key, (entry, _) in kept.entries.items() if stem in key} == {
        draft: money(kept_by_a_person),
        **({f"{stem}/1": money(asked)} if asked else {}),
    }


@pytest.mark.parametrize(("client", "named"), [(8, 8), (None, 7)])
def test_a_correction_names_the_client_of_the_credit_note(client: int | None, named: int) -> None:
    debit = OpenDebit(
        line_id=60,
        kind=LotKind.unearned,
        move_id=6000,
        move_name="RINV/60",
        engagement_id=1,
        client_id=client,
        currency=USD,
        day=day("2025-02-05"),
        open=money(100),
        open_company=money(100),
    )
    snapshot = world(retainer(), ledger=Ledger(debits=(debit,)))
    (entry,) = evaluate(snapshot, day("2025-02-10")).entries
    assert (entry.client_id, {each.partner_id for each in entry.lines}) == (named, {named})


def test_what_one_line_took_from_the_liability_the_next_finds_gone() -> None:
    # 100.00 are left of the lot: 60.00 and 40.00 come from it, the other 20.00 were revenue
    kept = a_quarter()
    lot = kept.lot("2025-01")
    left = lot.model_copy(update={"open": money(100), "open_company": money(100)})
    snapshot = kept.snapshot.model_copy(update={"ledger": Ledger(lots=(left,))})
    lines = tuple(Line.of_amount(text, money(60), None, unearned=True) for text in "ab")
    note = Invoice(
        key="1/1/fee/2025-01/1",
        role=Role.fee,
        engagement_id=1,
        credit=True,
        partner_id=7,
        invoice_date=day("2025-03-10"),
        raised_on=day("2025-03-10"),
        service_start=day("2025-01-01"),
        service_end=day("2025-03-31"),
        currency=USD,
        lines=lines,
    )
    on = day("2025-03-10")
    (cut,) = fee_credit(snapshot, on, Outcome(as_of=on, invoices=(note,))).invoices
    assert pieces(cut) == [
        ("60", True, lot.line_id),
        ("40", True, lot.line_id),
        ("20", False, None),
    ]
