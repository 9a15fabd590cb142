"""Rule 15: what is left is returned, kept or recognised; what nobody decided is said."""

import pytest

from sync.domain.advances import Decision
from sync.domain.documents import Role
from sync.domain.engagement import PoPolicy
from sync.domain.existing import Acceptance, Tombstone
from sync.domain.snapshot import Snapshot
from tests.unit.rules.funds import (
    EUR,
    VAT_19,
    advance,
    after,
    books,
    credited,
    decided,
    draws,
    lines,
    lot,
    paid,
    receivable,
    stands,
    taxed,
    user,
)
from tests.unit.rules.world import (
    billed,
    booked,
    codes,
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

ON = "2025-07-01"
BREAKAGE = {**decided(Decision.recognise), "refundable": False}


def test_a_return_is_a_credit_note_over_what_remains() -> None:
    left = lot(open=money(400), open_company=money(400))
    snapshot = books(advance(**decided(Decision.give_back)), lots=(left,))
    note = the(run(snapshot, ON), Role.advance_return)
    assert note.credit
    assert note.key == "1/0/advance_return/a1-2025-06-30/0"
    assert note.invoice_date == day("2025-06-30")
    assert [(each.amount, each.match_line_id, each.tax_ids) for each in note.lines] == [
        (400, 10, ())
    ]
    assert note.total_due == 400
    assert "Dana Cole decided on 2025-06-30" in note.reasons[0].text
    assert "the work stopped" in note.reasons[0].text


def test_a_return_of_a_part_never_exceeds_what_remains() -> None:
    for asked, returned in ((300, 300), (900, 400)):
        left = lot(open=money(400), open_company=money(400))
        own = advance(**decided(Decision.give_back, decision_amount=money(asked)))
        assert the(run(books(own, lots=(left,)), ON), Role.advance_return).total_due == returned


def test_only_what_was_received_is_returned() -> None:
    half = lot(unpaid=money(700), receipts=paid(("2025-02-01", 300)))
    snapshot = books(advance(**decided(Decision.give_back)), lots=(half,))
    assert the(run(snapshot, ON), Role.advance_return).total_due == 300


def test_a_decision_about_money_that_never_came_names_the_request() -> None:
    unpaid = lot(unpaid=money(1000), receipts=())
    outcome = run(books(advance(**decided(Decision.give_back)), lots=(unpaid,)), ON)
    assert outcome.invoices == ()
    assert "1,000.00 USD" in issue(outcome, "nothing_to_discharge").message


def test_a_taxed_advance_is_returned_with_its_tax() -> None:
    left = lot(open=money(400), open_company=money(400), taxes=taxed(VAT_19, 76))
    note = the(
        run(books(advance(**decided(Decision.give_back)), lots=(left,)), ON), Role.advance_return
    )
    assert note.lines[0].tax_ids == (19,)
    assert (note.taxes_due, note.total_due) == (((19, 76),), 476)


def test_a_return_is_made_once() -> None:
    own = advance(**decided(Decision.give_back, decision_amount=money(300)))
    snapshot = books(own, lots=(lot(),))
    settled = after(snapshot, run(snapshot, ON))
    assert [each.open for each in settled.ledger.lots] == [700]
    assert run(settled, ON).invoices == ()


def test_all_lots_of_an_advance_are_returned_on_one_credit_note() -> None:
    restored = lot(
        line_id=77, move_id=770, amount=200, receipts=(), move_key="1/1/drawdown/c9.l1.e2/0"
    )
    left = lot(open=money(400), open_company=money(400))
    note = the(
        run(books(advance(**decided(Decision.give_back)), lots=(left, restored)), ON),
        Role.advance_return,
    )
    assert [(each.match_line_id, each.amount) for each in note.lines] == [(10, 400), (77, 200)]


def test_invoices_up_to_the_decision_draw_first_later_ones_nothing() -> None:
    snapshot = books(
        advance(**decided(Decision.give_back)),
        lots=(lot(),),
        receivables=(receivable(1, 300, "2025-06-30"), receivable(2, 500, "2025-07-01")),
    )
    outcome = run(snapshot, ON)
    assert draws(outcome) == [(10, 300)]
    assert the(outcome, Role.advance_return).total_due == 700


def test_a_decision_about_a_part_leaves_the_rest_to_later_invoices() -> None:
    own = advance(**decided(Decision.give_back, decision_amount=money(300)))
    snapshot = books(own, lots=(lot(),), receivables=(receivable(1, 900, "2025-07-01"),))
    outcome = run(snapshot, ON)
    assert draws(outcome) == [(10, 700)]
    assert the(outcome, Role.advance_return).total_due == 300


def test_a_decision_waits_for_an_invoice_of_its_day_that_is_not_posted_yet() -> None:
    snapshot = books(
        advance(**decided(Decision.give_back)),
        lots=(lot(),),
        milestones=[deliverable(1, "2025-06-30", 500)],
    )
    outcome = run(snapshot, ON)
    assert [each.role for each in outcome.invoices] == [Role.milestone]
    assert "1/1/milestone/m1/0" in issue(outcome, "decision_waits").message
    draft = stands(the(outcome, Role.milestone), state="draft")
    waiting = snapshot.model_copy(update={"invoices": (draft,)})
    assert issue(run(waiting, ON), "decision_waits")


def test_breakage_is_recognised_at_the_rate_of_the_lot() -> None:
    # company in EUR: 400.00 USD left stand at 360.00
    left = lot(open=money(400), open_company=money(360))
    snapshot = books(
        advance(**BREAKAGE, engagement_ids=(1,)), lots=(left,), company=company(currency=EUR)
    )
    (entry,) = run(snapshot, ON).entries
    assert entry.key == "1/1/breakage/a1-2025-06-30/0"
    assert entry.role is Role.breakage
    assert not entry.at_once
    assert lines(entry) == [("advances", 400, 360), ("breakage", -400, -360)]
    assert (entry.lines[0].match_line_id, entry.lines[0].advance_id) == (10, 1)


def test_tax_of_a_recognised_advance_stays_as_it_is() -> None:
    taxed_lot = lot(taxes=taxed(VAT_19, 190))
    (entry,) = run(books(advance(**BREAKAGE), lots=(taxed_lot,)), ON).entries
    assert lines(entry) == [("advances", 1000, 1000), ("breakage", -1000, -1000)]


def test_breakage_is_made_once() -> None:
    snapshot = books(advance(**BREAKAGE, decision_amount=money(300)), lots=(lot(),))
    (entry,) = run(snapshot, ON).entries
    same = {"engagement_id": None, "fingerprint": entry.fingerprint, "day": entry.day}
    standing = booked(entry.key, entry.total, **same)
    posted = books(
        advance(**BREAKAGE, decision_amount=money(300)),
        lots=(lot(open=money(700)),),
        entries=(standing,),
    )
    assert run(posted, ON).entries == ()


def test_a_refundable_advance_never_becomes_income() -> None:
    outcome = run(books(advance(**decided(Decision.recognise)), lots=(lot(),)), ON)
    assert outcome.entries == ()
    assert issue(outcome, "refundable_not_breakage").field == "refundable"


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("decided_by", "who decided"),
        ("decision_note", "the reason"),
        ("decided_on", "the day"),
    ],
)
def test_a_decision_without_person_reason_or_day_is_not_carried_out(field, words) -> None:
    fields = {**decided(Decision.give_back), field: None if field == "decided_on" else " "}
    snapshot = books(advance(**fields), lots=(lot(),), receivables=(receivable(),))
    outcome = run(snapshot, ON)
    assert (outcome.invoices, outcome.entries) == ((), ())
    assert words in issue(outcome, "decision_incomplete").message


def test_an_undecided_remainder_is_an_issue_from_the_day_after_maturity() -> None:
    snapshot = books(advance(maturity=day("2025-06-30"), engagement_ids=(1,)), lots=(lot(),))
    assert codes(run(snapshot, "2025-06-30").issues) == []
    outcome = run(snapshot, ON)
    assert (
        "matured on 2025-06-30 with 1,000.00 USD left"
        in issue(outcome, "advance_undecided").message
    )
    (alert,) = [each for each in outcome.alerts if each.kind == "advance_matured"]
    assert alert.key == "1/1/alert/a1-matured-2025-06-30/0"


def test_keep_settles_it_and_lets_it_be_drawn_on() -> None:
    own = advance(maturity=day("2025-06-30"), **decided(Decision.keep))
    snapshot = books(own, lots=(lot(),), receivables=(receivable(1, 300, "2025-07-01"),))
    outcome = run(snapshot, ON)
    assert codes(outcome.issues) == []
    assert draws(outcome) == [(10, 300)]
    assert outcome.invoices == ()


def test_at_the_years_end_an_undecided_remainder_is_an_issue() -> None:
    snapshot = books(advance(), lots=(lot(),))
    assert codes(run(snapshot, "2025-12-30").issues) == []
    outcome = run(snapshot, "2025-12-31")
    assert "year's end on 2025-12-31" in issue(outcome, "advance_undecided").message
    (alert,) = [each for each in outcome.alerts if each.kind == "advance_year_end"]
    assert alert.key == "1/1/alert/a1-year-end-2025/0"


def test_a_year_that_ends_in_june() -> None:
    snapshot = books(advance(), lots=(lot(),), company=company(fiscal_year_end=(6, 30)))
    assert codes(run(snapshot, "2025-06-29").issues) == []
    assert issue(run(snapshot, "2025-06-30"), "advance_undecided")


def test_what_came_in_after_the_years_end_needs_no_decision() -> None:
    late = lot(day=day("2026-01-02"), receipts=paid(("2026-01-05", 1000)))
    assert codes(run(books(advance(), lots=(late,)), "2026-02-01").issues) == []


@pytest.mark.parametrize(
    ("decided_on", "settled"),
    [
        ("2026-09-30", False),  # before the last quarter: about the year before
        ("2026-10-01", True),
        ("2027-01-15", True),
    ],
)
def test_a_decision_settles_the_years_end_from_its_last_quarter_on(decided_on, settled) -> None:
    own = advance(**decided(Decision.keep, on=decided_on))
    found = codes(run(books(own, lots=(lot(),)), "2027-01-20").issues)
    assert found == ([] if settled else ["advance_undecided"])


def test_a_draft_return_that_is_not_wanted_any_more_is_withdrawn() -> None:
    asked = run(books(advance(**decided(Decision.give_back)), lots=(lot(),)), ON)
    draft = stands(the(asked, Role.advance_return), state="draft")
    kept = books(advance(**decided(Decision.keep)), lots=(lot(),), invoices=[draft])
    (withdrawn,) = run(kept, ON).invoices
    assert (withdrawn.key, withdrawn.withdrawn) == (draft.key, True)


def test_a_draft_breakage_that_is_not_wanted_any_more_is_withdrawn() -> None:
    (asked,) = run(books(advance(**BREAKAGE), lots=(lot(),)), ON).entries
    written = {"engagement_id": None, "fingerprint": asked.fingerprint, "day": asked.day}
    draft = booked(asked.key, asked.total, state="draft", **written)
    same = books(advance(**BREAKAGE), lots=(lot(),), entries=(draft,))
    assert [(each.key, each.withdrawn) for each in run(same, ON).entries] == [(draft.key, False)]
    kept = books(advance(**decided(Decision.keep)), lots=(lot(),), entries=(draft,))
    assert [(each.key, each.withdrawn) for each in run(kept, ON).entries] == [(draft.key, True)]


def test_a_decision_waits_for_no_invoice_that_stands_already() -> None:
    # a person changed the milestone's invoice: it is posted, and asked for under its own key
    snapshot = books(
        advance(**decided(Decision.give_back)),
        lots=(lot(),),
        milestones=[deliverable(1, "2025-06-30", 500)],
    )
    changed = stands(the(run(snapshot, ON), Role.milestone), changed=True)
    outcome = run(snapshot.model_copy(update={"invoices": (changed,)}), ON)
    assert "decision_waits" not in codes(outcome.issues)
    assert the(outcome, Role.advance_return).total_due == 1000


def test_a_decision_waits_for_no_draft_of_an_engagement_that_draws_nothing() -> None:
    other = project(2, project_ids=(20,))
    snapshot = books(
        advance(**decided(Decision.give_back)),
        lots=(lot(),),
        engagements=(user(), other),
        milestones=[deliverable(1, "2025-06-30", 500, engagement_id=2, project_id=20)],
    )
    assert codes(run(snapshot, ON).issues) == []
    draft = stands(the(run(snapshot, ON), Role.milestone), state="draft")
    assert codes(run(snapshot.model_copy(update={"invoices": (draft,)}), ON).issues) == []


def test_one_lot_that_was_there_at_the_years_end_is_enough() -> None:
    # 400.00 are left of the request; 200.00 were restored to it after the year's end
    old = lot(open=money(400), open_company=money(400))
    new = lot(line_id=77, move_id=770, amount=200, receipts=(), day=day("2026-01-20"))
    outcome = run(books(advance(), lots=(old, new)), "2026-02-01")
    assert "year's end on 2025-12-31 with 600.00 USD left" in (
        issue(outcome, "advance_undecided").message
    )


JUNE_WORK = {"milestones": [deliverable(1, "2025-06-30", 500)]}


def given_back(snapshot: Snapshot, amount: int = 1000) -> bool:
    """Whether the decision is carried out over that amount."""
    returned = of_role(run(snapshot, ON), Role.advance_return)
    return [each.untaxed for each in returned] == [amount]


def test_a_decision_waits_for_no_invoice_that_is_held() -> None:
    snapshot = books(
        advance(**decided(Decision.give_back)),
        lots=(lot(),),
        engagements=(user(po_policy=PoPolicy.hold),),
        **JUNE_WORK,
    )
    assert the(run(snapshot, ON), Role.milestone).held
    assert given_back(snapshot)


def test_a_decision_waits_for_no_credit_note() -> None:
    # the milestone was billed and is taken back on the day of the decision
    snapshot = books(
        advance(**decided(Decision.give_back, on=ON)),
        lots=(lot(),),
        milestones=[deliverable(1, None, 500)],
        invoices=[billed("m1", 500, Role.milestone)],
    )
    note = the(run(snapshot, ON), Role.milestone)
    assert (note.credit, note.invoice_date) == (True, day(ON))
    assert given_back(snapshot)
    draft = stands(note, state="draft")
    assert given_back(snapshot.model_copy(update={"invoices": (*snapshot.invoices, draft)}))


def test_a_decision_waits_for_nothing_that_is_about_an_advance_itself() -> None:
    # engagement 1 has another advance's request in draft, and is about to be given back what an
    # invoice of its own had drawn of a third one
    request = {"request_id": None, "engagement_ids": (1,), "request_on": day("2025-06-01")}
    sent = the(run(books(advance(2, **request)), ON), Role.advance_request)
    credit, drawn = credited("2025-06-05", drawn_on="2025-03-31")
    snapshot = books(
        advance(1, **decided(Decision.give_back)),
        advance(2, **{**request, "request_id": 200}),
        advance(3),
        lots=(lot(),),
        receivables=(credit,),
        draws=(drawn,),
        invoices=[stands(sent, 200, state="draft")],
    )
    restored = the(run(snapshot, ON), Role.drawdown)
    assert (restored.credit, restored.engagement_id) == (False, 1)
    assert given_back(snapshot)
    draft = stands(restored, state="draft")
    assert given_back(snapshot.model_copy(update={"invoices": (*snapshot.invoices, draft)}))


@pytest.mark.parametrize("name", ["", "INV/2025/0007"])
def test_it_says_which_draft_it_waits_for(name: str) -> None:
    """One that was posted before has a number; a person changed it, so that it stays a draft."""
    snapshot = books(advance(**decided(Decision.give_back)), lots=(lot(),), **JUNE_WORK)
    draft = stands(the(run(snapshot, ON), Role.milestone), state="draft", name=name)
    waiting = snapshot.model_copy(update={"milestones": (), "invoices": (draft,)})
    assert (name or draft.key) in issue(run(waiting, ON), "decision_waits").message


def test_of_an_advance_that_is_used_up_nothing_waits() -> None:
    snapshot = books(advance(**decided(Decision.give_back)), **JUNE_WORK)
    assert codes(run(snapshot, ON).issues) == []


def test_a_part_is_returned_from_the_oldest_lots() -> None:
    left = lot(open=money(200), open_company=money(200))
    restored = lot(line_id=77, move_id=770, amount=400, receipts=())
    own = advance(**decided(Decision.give_back, decision_amount=money(300)))
    note = the(run(books(own, lots=(left, restored)), ON), Role.advance_return)
    assert [(each.match_line_id, each.amount) for each in note.lines] == [(10, 200), (77, 100)]


@pytest.mark.parametrize(("scope", "engagement"), [((), 0), ((1,), 1), ((1, 2), 0)])
def test_a_return_and_breakage_name_the_sole_engagement(
    scope: tuple[int, ...], engagement: int
) -> None:
    users = (user(1, analytic_id=71), user(2, analytic_id=72))
    own = {"engagement_ids": scope, "decision_amount": money(100)}
    returned = books(
        advance(**decided(Decision.give_back), **own), lots=(lot(),), engagements=users
    )
    note = the(run(returned, ON), Role.advance_return)
    assert (note.engagement_id, note.key.split("/")[1]) == (engagement, f"{engagement}")
    recognised = books(advance(**BREAKAGE, **own), lots=(lot(),), engagements=users)
    (entry,) = run(recognised, ON).entries
    assert (entry.engagement_id, entry.key.split("/")[1]) == (engagement, f"{engagement}")
    assert entry.lines[1].analytic_id == (71 if engagement else None)


def test_money_that_came_after_the_decision_is_discharged_on_its_day() -> None:
    late = lot(receipts=paid(("2025-07-05", 1000)))
    for own in (decided(Decision.give_back), BREAKAGE):
        outcome = run(books(advance(**own), lots=(late,)), "2025-07-10")
        days = [each.invoice_date for each in outcome.invoices]
        assert [*days, *(each.day for each in outcome.entries)] == [day("2025-07-05")]


def test_what_a_draft_holds_is_neither_discharged_nor_unpaid() -> None:
    taxed_lot = lot(taxes=taxed(VAT_19, 190))
    snapshot = books(advance(), lots=(taxed_lot,), taxes=(VAT_19,), **JUNE_WORK)
    deducted = the(run(snapshot, ON), Role.milestone)
    draft = stands(deducted, state="draft", changed=True, invoice_date=day(ON))
    holding = draft.model_copy(update={"deducts": ((10, money(1000)),)})
    own = advance(**decided(Decision.give_back))
    outcome = run(books(own, lots=(taxed_lot,), taxes=(VAT_19,), invoices=[holding]), ON)
    assert (outcome.invoices, codes(outcome.issues)) == ((), [])


def test_of_a_matured_advance_that_was_never_paid_nothing_is_left_to_decide() -> None:
    unpaid = lot(unpaid=money(1000), receipts=())
    snapshot = books(advance(maturity=day("2025-06-30")), lots=(unpaid,))
    assert "advance_undecided" not in codes(run(snapshot, ON).issues)


@pytest.mark.parametrize("refundable", [True, False])
def test_only_what_is_not_refundable_may_be_recognised(refundable: bool) -> None:
    own = advance(maturity=day("2025-06-30"), refundable=refundable)
    message = issue(run(books(own, lots=(lot(),)), ON), "advance_undecided").message
    assert ("recognise" in message) is not refundable


def test_a_return_that_is_gone_and_accepted_so_withholds_nothing() -> None:
    stone = Tombstone(
        key="1/0/advance_return/a1-2025-06-30/0", model="account.move", invoice=True, credit=True
    )
    agreed = stone.model_copy(update={"accepted": Acceptance(on=day(ON), by="Dana Cole")})
    owed = receivable(1, 400, ON)
    waits, free = (
        books(
            advance(**decided(Decision.give_back)),
            lots=(lot(),),
            receivables=(owed,),
            tombstones=(each,),
        )
        for each in (stone, agreed)
    )
    assert draws(run(waits, ON)) == []
    assert "decision_taken_back" not in codes(run(waits, ON).issues)
    assert len(draws(run(free, ON))) == 1
    assert "enter a later day" in issue(run(free, ON), "decision_taken_back").message


def test_a_decision_taken_back_is_carried_out_when_it_is_taken_again_on_another_day() -> None:
    stone = Tombstone(
        key="1/0/advance_return/a1-2025-06-30/0",
        model="account.move",
        invoice=True,
        credit=True,
        accepted=Acceptance(on=day(ON), by="Dana Cole"),
    )
    again = decided(Decision.give_back, on="2025-07-01")
    found = run(books(advance(**again), lots=(lot(),), tombstones=(stone,)), ON)
    (returned,) = found.invoices
    assert returned.key == "1/0/advance_return/a1-2025-07-01/0"
    assert "decision_taken_back" not in codes(found.issues)
