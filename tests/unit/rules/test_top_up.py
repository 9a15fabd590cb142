"""A new advance is requested when little is left; and what is said before that."""

from datetime import date
from typing import Any

import pytest

from sync.domain.advances import AdvanceRequest
from sync.domain.engagement import TopUp, TopUpPolicy
from sync.domain.existing import Acceptance, Tombstone
from sync.domain.ledger import MoneyLot, OpenDraw
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot
from tests.unit.rules.funds import EUR, advance, after, books, lot, receivable, user
from tests.unit.rules.world import PROJECT, codes, day, deliverable, issue, money, parking, run

ON = "2025-04-01"
AMOUNT = TopUp(policy=TopUpPolicy.amount, amount=money(1000), below=money(250))
TARGET = TopUp(policy=TopUpPolicy.target, amount=money(1000), below=money(250))


def requested(outcome: Outcome) -> AdvanceRequest:
    (found,) = outcome.advances
    return found


def left(amount: str | int, policy: TopUp, **changes):
    whole = lot(open=money(amount), open_company=money(amount))
    return books(advance(), lots=(whole,), engagements=(user(top_up=policy, **changes),))


@pytest.mark.parametrize(("policy", "amount"), [(AMOUNT, 1000), (TARGET, 800)])
def test_a_fixed_amount_or_up_to_the_target(policy, amount) -> None:
    new = requested(run(left(200, policy), ON))
    assert (new.amount, new.engagement_id, new.request_on) == (amount, 1, day(ON))
    assert new.key == "1/1/advance/after-a1/0"


def test_nothing_while_enough_is_left() -> None:
    assert run(left(250, AMOUNT), ON).advances == ()


def test_what_is_drawn_in_the_same_run_counts() -> None:
    snapshot = books(
        advance(),
        lots=(lot(),),
        receivables=(receivable(1, 900),),
        engagements=(user(top_up=TARGET),),
    )
    assert requested(run(snapshot, ON)).amount == 900  # 1,000.00 less the 100.00 that are left


def credited_beside(*lots: MoneyLot, drawn_from: int = 1, **changes: Any) -> Snapshot:
    """100.00 of an advance come back in this run, of an invoice of January."""
    draw = OpenDraw(
        lot_line_id=drawn_from * 10,
        advance_id=drawn_from,
        invoice_id=2000,
        entry_id=80,
        day=day("2025-01-31"),
        amount=money(100),
        amount_company=money(100),
    )
    note = receivable(9, 100, credit=True, reverses_ids=(2000,))
    owed = receivable(1, 900)
    return books(
        advance(), lots=lots, receivables=(owed, note), draws=(draw,),
        engagements=(user(top_up=TARGET.model_copy(update={"below": money(200)})),), **changes,
    )  # fmt: skip


def test_what_the_run_gives_back_is_left() -> None:
    snapshot = credited_beside(lot())
    for what, amount in (("100.00 come back", 100), ("900.00 are drawn after that", 900)):
        outcome = run(snapshot, ON)
        assert [each.total for each in outcome.entries] == [amount], what
        assert outcome.advances == ()
        snapshot = after(snapshot, outcome)


def test_also_to_an_advance_that_was_used_up() -> None:
    snapshot = credited_beside(lot(), drawn_from=3)
    assert run(snapshot, ON).advances, "of an advance that is not known nothing is left"
    assert run(snapshot.model_copy(update={"used_up": (advance(3),)}), ON).advances == ()


def test_not_to_one_that_matured() -> None:
    snapshot = credited_beside(lot(), drawn_from=3).model_copy(
        update={"used_up": (advance(3, maturity=day("2025-03-30")),)}
    )
    assert run(snapshot, ON).advances != ()


def test_none_before_the_invoices_of_the_run_stand() -> None:
    snapshot = left(200, TARGET).model_copy(
        update={"milestones": (deliverable(1, "2025-03-20", 90),)}
    )
    assert run(snapshot, ON).advances == ()


def test_no_second_one_while_one_is_to_be_requested_or_paid() -> None:
    for waiting, lots in (
        (advance(2, 1000, request_id=None), ()),
        (advance(2, 1000), ()),  # its request is a draft
        (advance(2, 1000), (lot(2, unpaid=money(1000), receipts=()),)),
    ):
        snapshot = books(
            advance(1),
            waiting,
            lots=(lot(1, open=money(200), open_company=money(200)), *lots),
            engagements=(user(top_up=AMOUNT),),
        )
        assert run(snapshot, ON).advances == ()


def test_an_advance_in_another_currency_is_on_its_way_for_others_only() -> None:
    foreign = advance(2, 1000, currency=EUR, request_id=None)
    known = left(200, AMOUNT)
    snapshot = known.model_copy(update={"advances": (*known.advances, foreign)})
    assert requested(run(snapshot, ON)).amount == 1000


def test_none_follows_one_whose_request_finance_accepted_as_gone_and_that_is_said() -> None:
    stone = Tombstone(key="1/0/advance_request/a2/0", model="account.move", invoice=True)
    agreed = stone.model_copy(update={"accepted": Acceptance(on=day(ON), by="Dana Cole")})
    known = left(200, AMOUNT)
    asked = advance(2, 1000, request_id=None)
    waits, gone, later = (
        run(
            known.model_copy(
                update={"advances": (*known.advances, asked), "tombstones": (each,), **more}
            ),
            ON,
        )
        for each, more in ((stone, {}), (agreed, {}), (agreed, {"used_up": (advance(3),)}))
    )
    assert waits.advances == gone.advances == ()
    assert "top_up_stopped" not in codes(waits.issues)
    assert "make the next advance by hand" in issue(gone, "top_up_stopped").message
    assert requested(later).key == "1/1/advance/after-a3/0"


def test_it_is_like_the_last_one() -> None:
    whole = lot(3, open=money(200), open_company=money(200))
    snapshot = books(
        advance(3, tax_mode="on_receipt", refundable=False, priority=2),
        lots=(whole,),
        engagements=(user(top_up=AMOUNT, invoice_partner_id=70),),
    )
    new = requested(run(snapshot, ON))
    assert (new.tax_mode, new.refundable, new.priority) == ("on_receipt", False, 2)
    assert (new.key, new.partner_id) == ("1/1/advance/after-a3/0", 70)


def test_it_is_like_the_last_one_also_where_that_is_used_up() -> None:
    last = advance(3, tax_mode="on_receipt", refundable=False, priority=2)
    snapshot = books(engagements=(user(top_up=AMOUNT),)).model_copy(update={"used_up": (last,)})
    new = requested(run(snapshot, ON))
    assert (new.tax_mode, new.refundable, new.priority) == ("on_receipt", False, 2)
    assert new.key == "1/1/advance/after-a3/0"


def test_the_first_one_of_an_engagement() -> None:
    new = requested(run(books(engagements=(user(top_up=AMOUNT),)), ON))
    assert (new.key, new.amount) == ("1/1/advance/from-2025-04-01/0", 1000)
    assert (new.tax_mode, new.refundable, new.priority) == ("none", True, 0)


def test_none_for_an_engagement_that_is_over_or_does_not_use_advances() -> None:
    assert run(left(200, AMOUNT, date_end=day("2025-03-31")), ON).advances == ()
    assert run(left(200, AMOUNT, start="2025-05-01"), ON).advances == ()


def alerts(outcome: Outcome) -> dict[str, str]:
    return {each.kind: each.message for each in outcome.alerts}


def test_an_advance_that_is_nearly_consumed_asks_for_a_new_one() -> None:
    def at(amount: int) -> dict[str, str]:
        return alerts(run(books(advance(), lots=(lot(open=money(amount)),)), ON))

    assert at(101) == {}
    assert at(100) == {
        "advance_nearly_consumed": "ADV/1: 100.00 USD of 1,000.00 USD are left; claim a new advance"
    }


def test_the_draw_that_empties_it_is_noticed_in_the_same_run() -> None:
    snapshot = books(advance(), lots=(lot(),), receivables=(receivable(1, 1000),))
    assert "advance_nearly_consumed" in alerts(run(snapshot, ON))
    assert alerts(run(after(snapshot, run(snapshot, ON)), ON)) == {}


def test_while_another_one_is_there_or_on_its_way_nobody_is_disturbed() -> None:
    empty = lot(1, open=money(50))
    for other in (lot(2), lot(2, unpaid=money(1000), receipts=())):
        snapshot = books(advance(1), advance(2), lots=(empty, other))
        assert "advance_nearly_consumed" not in alerts(run(snapshot, ON))


def test_an_advance_not_paid_when_it_was_due() -> None:
    unpaid = lot(unpaid=money(1000), receipts=())
    snapshot = books(advance(due_on=day("2025-03-31")), lots=(unpaid,))
    assert alerts(run(snapshot, "2025-03-31")) == {}
    assert alerts(run(snapshot, ON)) == {
        "advance_unpaid": "ADV/1: 1,000.00 USD were due on 2025-03-31 and are not paid"
    }


def worked(*days: str) -> tuple[tuple[int, date], ...]:
    """Time on the project of engagement 1."""
    return tuple((PROJECT, day(each)) for each in days)


def test_work_before_the_payment() -> None:
    unpaid = lot(unpaid=money(1000), receipts=())
    snapshot = books(advance(), lots=(unpaid,), worked=worked("2024-12-30", "2025-03-05"))
    assert alerts(run(snapshot, ON))["work_before_payment"] == (
        "ADV/1: is not paid, and work on Retainer 1 began on 2025-03-05"
    )


def test_work_that_another_advance_pays_is_no_work_before_payment() -> None:
    unpaid = lot(2, unpaid=money(1000), receipts=())
    snapshot = books(advance(1), advance(2), lots=(lot(1), unpaid), worked=worked("2025-03-05"))
    assert "work_before_payment" not in alerts(run(snapshot, ON))


def test_work_that_a_credit_note_of_the_run_pays_for_is_none_either() -> None:
    unpaid = lot(2, unpaid=money(1000), receipts=())
    used = credited_beside(unpaid, worked=worked("2025-03-05"))
    assert "work_before_payment" not in alerts(run(used, ON))
    bare = books(advance(1), advance(2), lots=(unpaid,), worked=worked("2025-03-05"))
    assert "work_before_payment" in alerts(run(bare, ON))


def test_what_comes_back_is_no_advance_nearly_consumed() -> None:
    assert "advance_nearly_consumed" not in alerts(run(credited_beside(lot()), ON))


def test_time_before_the_request_or_after_the_run_is_no_work_before_payment() -> None:
    unpaid = lot(unpaid=money(1000), receipts=())
    snapshot = books(advance(), lots=(unpaid,), worked=worked("2024-12-30", "2025-04-02"))
    assert "work_before_payment" not in alerts(run(snapshot, ON))


def test_work_counts_from_the_first_of_two_requests() -> None:
    # taken over as two open invoices: work after the first of them is work before the payment
    first = lot(1, 500, unpaid=money(500), receipts=(), day=day("2025-01-01"))
    second = lot(1, 500, line_id=11, unpaid=money(500), receipts=(), day=day("2025-03-01"))
    own = advance(request_id=None, taken_over=True)
    snapshot = books(own, lots=(first, second), worked=worked("2025-02-05"))
    assert "began on 2025-02-05" in alerts(run(snapshot, ON))["work_before_payment"]


def test_none_while_the_engagement_is_parked() -> None:
    snapshot = left(200, AMOUNT)
    problem = parking()
    assert len(run(snapshot, ON).advances) == 1
    assert run(snapshot.model_copy(update={"problems": (problem,)}), ON).advances == ()
