"""The roll-forward: every movement in its column, worked out by hand, and nothing hidden."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from sync.books.lots import is_lot, lots_on
from sync.books.rollforward import Movement, Period, RollForward, roll_forward
from sync.domain.books import Match, Posting, RequestPaid
from sync.domain.documents import Role
from tests.unit.books.book_lines import (
    ACME,
    ADVANCES,
    KINDS,
    LUMEN,
    UNEARNED,
    UNEARNED_LATER,
    USD,
    day,
    document,
    line,
    match,
    money,
    ours,
)

FIRST, LAST = day("2025-04-01"), day("2025-06-30")


def roll(
    lines: Sequence[Posting],
    matches: Sequence[Match] = (),
    fees: frozenset[int] = frozenset(),
    **more,
) -> RollForward:
    """The second quarter of 2025 of these books."""
    known = {each.id: each for each in lines}
    before = day("2025-03-31")

    def ledger(until) -> dict:
        found: dict[tuple[int, int | None], Decimal] = {}
        for each in lines:
            if each.day <= until:
                key = (each.account_id, each.client_id)
                found[key] = found.get(key, Decimal(0)) + each.amount_company
        return found

    def lots(until):
        some = [each for each in lines if is_lot(each)]
        return lots_on(until, some, matches, known, more.get("payments", {}), USD)

    inside = [each for each in lines if FIRST <= each.day <= LAST]
    ids = {each.id for each in inside}
    return roll_forward(
        Period(
            first=FIRST,
            last=LAST,
            currency=USD,
            lines=tuple(inside),
            matches=tuple(each for each in matches if each.debit_id in ids),
            known=known,
            opening_lots=lots(before),
            closing_lots=lots(LAST),
            drafts=more.get("drafts", ()),
            fees=fees,
        ),
        {account: kind for account, (kind, _) in KINDS.items()},
        ledger(before),
        ledger(LAST),
    )


def columns(found: RollForward, at: int = 0) -> dict[str, Decimal]:
    """The movements of a row that are not zero."""
    return {each.value: amount for each, amount in found.rows[at].movements.items() if amount}


def test_a_quarter_of_a_retainer():
    """Opening: March's fee of 5,000 with 1,500 not drawn. Billed 3 × 5,000.

    Recognised: 1,000 of the opening lot (rolled hours drawn), 250 of it lapse; of April's fee
    5,000, of May's 3,500; June's is given back with 2,000. Closing: 250 + 1,500 + 3,000 = 4,750.
    """
    march, april, may, june = (
        line(at, "5000.00", ours(at, on, Role.fee, "out_invoice"), UNEARNED)
        for at, on in enumerate(("2025-03-01", "2025-04-01", "2025-05-01", "2025-06-01"), 1)
    )

    def taken(number: int, on: str, amount: str, role: Role = Role.recognition) -> Posting:
        return line(number, f"-{amount}", ours(number, on, role), UNEARNED)

    earlier = taken(11, "2025-03-31", "3500.00")
    rolled, lapsed = (
        taken(12, "2025-04-30", "1000.00"),
        taken(13, "2025-04-30", "250.00", Role.breakage),
    )
    of_april, of_may = taken(14, "2025-04-30", "5000.00"), taken(15, "2025-05-31", "3500.00")
    note = line(16, "-2000.00", ours(16, "2025-06-20", Role.fee, "out_refund"), UNEARNED)
    lines = [march, april, may, june, earlier, rolled, lapsed, of_april, of_may, note]
    matches = [
        match(earlier, march, "3500.00"),
        match(rolled, march, "1000.00"),
        match(lapsed, march, "250.00"),
        match(of_april, april, "5000.00"),
        match(of_may, may, "3500.00"),
        match(note, june, "2000.00"),
    ]
    found = roll(lines, matches)
    (row,) = found.rows
    assert (row.client_id, row.engagement_id) == (ACME, 40)
    assert row.opening == money("1500.00")
    assert columns(found) == {
        "billed": money("15000.00"),
        "from_opening": money("-1000.00"),
        "from_period": money("-8500.00"),
        "breakage": money("-250.00"),
        "returned": money("-2000.00"),
    }
    assert row.closing == money("4750.00")
    assert found.ties_with_ledger
    assert [(each.closing, each.ledger) for each in found.ties] == [(row.closing, row.closing)]
    assert found.unexplained == ()


def test_advances_that_pay_a_fee_pass_from_one_liability_to_the_other():
    """10,000 advanced in March; in May 2,000 pay a milestone and 5,000 pay a fee (move 77)."""
    lot = line(1, "10000.00", ours(1, "2025-03-01", Role.advance_request, "out_invoice"))
    milestone = line(
        2, "-2000.00", ours(2, "2025-05-02", Role.drawdown, key="1/40/drawdown/i66.l1/0")
    )
    fee = line(
        3, "-5000.00", ours(3, "2025-05-02", Role.drawdown, key="1/40/drawdown/i77.l1/200000")
    )
    found = roll(
        [lot, milestone, fee],
        [match(milestone, lot, "2000.00"), match(fee, lot, "5000.00")],
        frozenset({77}),
    )
    assert columns(found) == {"from_opening": money("-2000.00"), "passed_on": money("-5000.00")}
    assert found.rows[0].closing == money("3000.00")


def test_a_draw_belongs_to_the_engagement_of_its_lot():
    """An advance of engagement 41 pays an invoice of engagement 40: 41's row goes down."""
    lot = line(
        1, "900.00", ours(1, "2025-04-02", Role.advance_request, "out_invoice", engagement_id=41)
    )
    drawn = line(2, "-300.00", ours(2, "2025-04-03", Role.drawdown))
    found = roll([lot, drawn], [match(drawn, lot, "300.00")])
    (row,) = found.rows
    assert (row.engagement_id, row.closing) == (41, money("600.00"))
    assert columns(found) == {"billed": money("900.00"), "from_period": money("-300.00")}


def test_taken_over_restored_and_corrected():
    """Taken over 400, drawn 400, restored 400. A hand's credit note of 500 on a fee of which 200
    were recognised: 300 come from the lot, and 200 are moved on to revenue.
    """
    opening = line(1, "400.00", document(1, "2025-04-01"), advance_id=3)
    drawn = line(2, "-400.00", ours(2, "2025-04-10", Role.drawdown))
    back = line(3, "400.00", ours(3, "2025-04-20", Role.drawdown), advance_id=3)
    fee = line(4, "500.00", ours(4, "2025-05-01", Role.fee, "out_invoice"), UNEARNED)
    earned = line(5, "-200.00", ours(5, "2025-05-31", Role.recognition), UNEARNED)
    note = line(
        6,
        "-500.00",
        document(
            6, "2025-06-02", "out_refund", reverses_key="1/40/fee/2025-05/0", engagement_id=40
        ),
        UNEARNED,
    )
    moved = line(7, "200.00", ours(7, "2025-06-02", Role.correction), UNEARNED)
    found = roll(
        [opening, drawn, back, fee, earned, note, moved],
        [
            match(drawn, opening, "400.00"),
            match(earned, fee, "200.00"),
            match(note, fee, "300.00"),
            match(note, moved, "200.00"),
        ],
    )
    by_account: dict[int, dict[str, Decimal]] = {ADVANCES: {}, UNEARNED: {}}
    for row in found.rows:
        for name, amount in row.movements.items():
            columns = by_account[row.account_id]
            columns[name.value] = columns.get(name.value, Decimal(0)) + amount
    assert by_account[ADVANCES] == {
        "taken_over": money("400.00"),
        "from_period": money("-400.00"),
        "restored": money("400.00"),
    }
    assert by_account[UNEARNED] == {
        "billed": money("500.00"),
        "from_period": money("-200.00"),
        "returned": money("-300.00"),
    }
    assert found.ties_with_ledger
    assert found.unexplained == ()


def test_currency_and_reclassification_have_columns_of_their_own():
    fee = line(1, "1200.00", ours(1, "2025-06-01", Role.fee, "out_invoice"), UNEARNED)
    away = ours(2, "2025-06-30", Role.reclassification)
    less = line(2, "-700.00", away, UNEARNED)
    later = line(3, "700.00", away, UNEARNED_LATER)
    rates = line(
        4, "0.00", document(4, "2025-06-30", exchange=True), UNEARNED, amount_company=money("-1.50")
    )
    found = roll([fee, less, later, rates])
    rows = {row.account_id: row for row in found.rows if row.movements.get(Movement.reclassified)}
    assert rows[UNEARNED].moved(Movement.reclassified) == money("-700.00")
    assert rows[UNEARNED_LATER].closing == money("700.00")
    assert sum(row.moved(Movement.currency) for row in found.rows) == money("-1.50")
    assert sum(row.closing for row in found.rows) == money("1198.50")
    assert found.ties_with_ledger


@pytest.mark.parametrize(
    ("stranger", "why"),
    [
        (line(9, "50.00", document(9, "2025-05-05"), UNEARNED), "did not write"),
        (line(9, "-50.00", document(9, "2025-05-05"), UNEARNED), "did not write"),
        (line(9, "50.00", document(9, "2025-05-05"), ADVANCES), "did not write"),
        (line(9, "50.00", document(9, "2025-05-05"), client_id=None), "did not write"),
        (line(9, "-50.00", ours(9, "2025-05-05", Role.drawdown)), "not matched"),
        (line(9, "-50.00", ours(9, "2025-05-05", Role.recognition), UNEARNED), "not matched"),
        (
            line(
                9, "50.00", document(9, "2025-05-05", reverses_key="1/40/recognition/x/0"), UNEARNED
            ),
            "did not write",
        ),
    ],
)
def test_what_nothing_explains_is_named(stranger, why):
    found = roll([stranger])
    (row,) = found.rows
    assert columns(found) == {"unexplained": stranger.amount}
    assert row.closing == stranger.amount
    (named,) = found.unexplained
    assert (named.posting.document.name, named.amount) == ("MOVE/9", stranger.amount)
    assert why in named.why
    assert found.ties_with_ledger, "unexplained, and still in the ledger"


def test_a_hand_s_entry_matched_with_a_lot_is_named_all_the_same():
    lot = line(1, "900.00", ours(1, "2025-04-02", Role.fee, "out_invoice"), UNEARNED)
    hand = line(2, "-100.00", document(2, "2025-04-30"), UNEARNED)
    found = roll([lot, hand], [match(hand, lot, "100.00")])
    assert columns(found) == {"billed": money("900.00"), "unexplained": money("-100.00")}
    assert [each.posting.id for each in found.unexplained] == [2]


def test_an_opening_balance_that_is_no_lot_is_shown_by_client():
    """A debit of last year that nobody matched: it belongs to no engagement."""
    lot = line(1, "900.00", ours(1, "2025-03-02", Role.fee, "out_invoice"), UNEARNED)
    loose = line(2, "-100.00", document(2, "2025-03-03"), UNEARNED)
    found = roll([lot, loose])
    assert {row.engagement_id: row.opening for row in found.rows} == {
        40: money("900.00"),
        None: money("-100.00"),
    }
    assert found.ties_with_ledger


def test_requests_that_nobody_paid_are_told_apart():
    lot = line(1, "900.00", ours(1, "2025-03-02", Role.advance_request, "out_invoice"))
    payments = {1: RequestPaid(move_id=1, total=money("900.00"))}
    (row,) = roll([lot], payments=payments).rows
    assert (row.opening, row.unpaid_opening, row.unpaid_closing) == (money("900.00"),) * 3


def test_drafts_are_counted_and_in_no_figure():
    lot = line(1, "900.00", ours(1, "2025-04-02", Role.fee, "out_invoice"), UNEARNED)
    draft = line(2, "-300.00", ours(2, "2025-04-30", Role.recognition, state="draft"), UNEARNED)
    found = roll([lot], drafts=(draft,))
    assert (found.drafts, found.drafted) == (1, money("-300.00"))
    assert found.rows[0].closing == money("900.00")


def test_two_clients_and_two_accounts_are_rows_of_their_own():
    lines = [
        line(1, "1.00", ours(1, "2025-04-02", Role.fee, "out_invoice"), UNEARNED),
        line(2, "2.00", ours(2, "2025-04-02", Role.fee, "out_invoice"), UNEARNED, client_id=LUMEN),
        line(3, "4.00", ours(3, "2025-04-02", Role.advance_request, "out_invoice")),
        line(4, "8.00", ours(4, "2025-07-01", Role.fee, "out_invoice"), UNEARNED),
    ]
    found = roll(lines)
    assert [(row.account_id, row.client_id, row.closing) for row in found.rows] == [
        (ADVANCES, ACME, money("4.00")),
        (UNEARNED, ACME, money("1.00")),
        (UNEARNED, LUMEN, money("2.00")),
    ]
