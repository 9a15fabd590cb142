"""Key = identity, fingerprint = content: create, rewrite, leave alone, or park as a conflict."""

import pytest

from sync.domain.documents import Role, StatementState
from sync.domain.engagement import Approval, PoPolicy
from sync.domain.existing import Acceptance, ExistingPeriod, Tombstone
from sync.plan.changes import Action
from sync.plan.diff import closing_unit, make_plan
from tests.unit.rules.world import (
    billed,
    company,
    day,
    deliverable,
    entry,
    money,
    order,
    project,
    retainer,
    run,
    standing,
    statement,
    terms,
    the,
    world,
)

FIRST = "2025-03-31"
NEXT = "2025-04-01"


def march(**facts):
    """A retainer from 1 March, 46 of its 40 hours used."""
    facts.setdefault("entries", [entry(1, "2025-03-10", 46)])
    return world(retainer(terms("2025-03-01"), start="2025-03-01"), **facts)


def plan(snapshot, on=FIRST):
    return make_plan(snapshot, run(snapshot, on))


def change(found, role):
    return next(each for each in found.changes if each.invoice and each.invoice.role is role)


def fee(on=FIRST):
    return the(run(march(), on), Role.fee)


def test_what_is_not_there_is_created() -> None:
    found = change(plan(march()), Role.fee)
    assert (found.action, found.key) == (Action.create, "1/1/fee/2025-03/0")
    assert found.document == fee()


@pytest.mark.parametrize("state", ["draft", "posted"])
@pytest.mark.parametrize("changed", [False, True])
def test_the_same_content_is_left_alone(state: str, changed: bool) -> None:
    # a note, or the order of the lines: nothing that the rules decide
    found = plan(march(invoices=[standing(fee(), state=state, changed=changed)]))
    assert [each.invoice for each in found.changes if each.invoice] == []
    assert found.conflicts == ()


EDITED = "date: 2025-03-01 → 2025-03-05; line 1, price: 5000 → 4000"


@pytest.mark.parametrize("state", ["draft", "posted"])
def test_what_a_person_changed_is_a_conflict_though_the_rules_ask_for_the_same(state: str) -> None:
    edited = standing(fee(), state=state, changed=True, changes=EDITED, name="")
    found = plan(march(invoices=[edited]))
    (conflict,) = found.conflicts
    assert (conflict.code, conflict.key) == ("changed_by_person", "1/1/fee/2025-03/0")
    assert (conflict.record_id, conflict.changes) == (edited.id, EDITED)
    assert conflict.message == (
        f"the draft account.move {edited.id} was changed by a person ({EDITED}); put that back,"
        " or accept it as it stands"
    )
    assert [each.invoice for each in found.changes if each.invoice] == []
    assert [each.statement for each in found.changes if each.statement] == []


def test_what_finance_accepted_is_no_conflict() -> None:
    yes = Acceptance(by="Kim", on=day(FIRST), reason="Goodwill")
    edited = standing(fee(), changed=True, changes=EDITED, accepted=yes, written=money(5000))
    assert plan(march(invoices=[edited])).conflicts == ()


@pytest.mark.parametrize("fingerprint", [None, "other"])
def test_what_a_person_reset_to_draft_is_a_conflict(fingerprint: str | None) -> None:
    more = {"fingerprint": fingerprint} if fingerprint else {}
    found = plan(march(invoices=[standing(fee(), state="draft", reset=True, **more)]))
    (conflict,) = found.conflicts
    assert (conflict.code, conflict.key) == ("changed_by_person", "1/1/fee/2025-03/0")
    assert "post it again" in conflict.message
    assert [each.invoice for each in found.changes if each.invoice] == []


def test_where_drafts_are_left_for_review_a_reset_is_none_of_ours() -> None:
    again = standing(fee(), state="draft", reset=True)
    reviewed = company(post_invoices=False)
    assert plan(march(company=reviewed, invoices=[again])).conflicts == ()


@pytest.mark.parametrize(
    "changes", [{"changed": True, "changes": EDITED}, {"reset": True, "state": "draft"}]
)
def test_what_no_rule_asks_for_any_more_is_told_and_blocks_nothing(
    changes: dict[str, object],
) -> None:
    there = standing(fee(), key="1/1/overage/2025-02/0", role=Role.overage, **changes)
    found = plan(march(invoices=[there]))
    assert [each.key for each in found.conflicts] == ["1/1/overage/2025-02/0"]
    assert [each.statement for each in found.changes if each.statement]
    left = {"accepted": Acceptance(on=day(FIRST))}, {"state": "cancel"}
    for each in left:
        assert plan(march(invoices=[there.model_copy(update=each)])).conflicts == ()


def test_a_posted_request_tells_of_itself_by_its_advance() -> None:
    there = standing(fee(), key="1/1/advance_request/a1/0", role=Role.advance_request)
    edited = there.model_copy(update={"changed": True, "changes": EDITED})
    assert plan(march(invoices=[edited])).conflicts == ()
    draft = edited.model_copy(update={"state": "draft"})
    assert [each.key for each in plan(march(invoices=[draft])).conflicts] == [edited.key]


def test_a_held_invoice_hides_no_change() -> None:
    edited = standing(fee(), state="draft", changed=True, changes=EDITED)
    engagement = retainer(terms("2025-03-01"), start="2025-03-01", po_policy=PoPolicy.hold)
    found = plan(world(engagement, invoices=[edited]))
    assert [each.key for each in found.held] == [edited.key]
    assert [each.key for each in found.conflicts] == [edited.key]


def test_a_draft_of_ours_with_other_content_is_rewritten() -> None:
    draft = standing(fee(), state="draft", fingerprint="other")
    found = plan(march(invoices=[draft]))
    assert change(found, Role.fee).action is Action.rewrite
    assert change(found, Role.fee).key == draft.key


def test_a_posted_document_is_never_rewritten() -> None:
    # same total, other wording: there is nothing to correct
    found = plan(march(invoices=[standing(fee(), fingerprint="other")]))
    assert [each.invoice for each in found.changes if each.invoice] == []


@pytest.mark.parametrize("state", ["draft", "posted"])
def test_what_a_person_changed_is_a_conflict(state: str) -> None:
    edited = standing(fee(), state=state, changed=True, fingerprint="other", untaxed="4000")
    found = plan(march(invoices=[edited]))
    (conflict,) = found.conflicts
    assert (conflict.code, conflict.key, conflict.engagement_id) == (
        "changed_by_person",
        "1/1/fee/2025-03/0",
        1,
    )
    assert [each.invoice for each in found.changes if each.invoice] == []


def test_what_a_person_cancelled_is_not_written_again() -> None:
    found = plan(march(invoices=[standing(fee(), state="cancel")]))
    assert [each.code for each in found.conflicts] == ["cancelled"]
    assert [each.invoice for each in found.changes if each.invoice] == []


def test_what_a_person_deleted_is_not_written_again() -> None:
    tomb = Tombstone(key="1/1/fee/2025-03/0", model="account.move")
    found = plan(march(tombstones=[tomb]))
    assert [each.code for each in found.conflicts] == ["deleted"]
    assert [each.invoice for each in found.changes if each.invoice] == []


def test_a_closing_is_one_unit_with_the_invoices_that_bill_it() -> None:
    found = plan(march(), NEXT)
    units = {each.key: each.unit for each in found.changes}
    together = closing_unit(1)
    assert units["1/1/statement/2025-03/0"] == together
    assert units["1/1/overage/2025-03/0"] == together
    assert units["1/1/fee/2025-03/0"] == together
    assert units["1/1/statement/2025-04/0"] == together  # it opens with what March left
    assert units["1/1/fee/2025-04/0"] == "1/1/fee/2025-04/0"  # April is billed in any case


def test_the_invoices_are_written_before_the_statements() -> None:
    kinds = [each.document.__class__.__name__ for each in plan(march(), NEXT).changes]
    assert kinds.index("Statement") > max(i for i, kind in enumerate(kinds) if kind == "Invoice")


def test_an_open_month_alone_is_a_unit_of_its_own() -> None:
    found = plan(march())
    (opened,) = [each for each in found.changes if each.statement]
    assert opened.statement.state is StatementState.open
    assert opened.unit == opened.key


def period(on=FIRST, closed=False, **changes):
    written = statement(run(march(), on), "2025-03")
    return ExistingPeriod(
        **{
            "id": 1,
            "key": written.key,
            "fingerprint": written.fingerprint,
            "engagement_id": 1,
            "date_start": written.date_start,
            "date_end": written.date_end,
            "closed": closed,
            "lots": written.lots,
            **changes,
        }
    )


def test_an_open_statement_is_rewritten_when_its_figures_moved() -> None:
    same = plan(march(periods=[period()]))
    assert [each for each in same.changes if each.statement] == []
    moved = plan(march(periods=[period(fingerprint="other")]))
    assert [each.action for each in moved.changes if each.statement] == [Action.rewrite]


def test_closing_rewrites_the_open_statement() -> None:
    found = plan(march(periods=[period()]), NEXT)
    (closing,) = [each for each in found.changes if each.key == "1/1/statement/2025-03/0"]
    assert (closing.action, closing.statement.state) == (Action.rewrite, StatementState.closed)


def test_a_closed_statement_is_never_written_again() -> None:
    found = plan(march(periods=[period(closed=True, fingerprint="other")]), NEXT)
    assert [each for each in found.changes if each.key == "1/1/statement/2025-03/0"] == []


def test_a_conflict_keeps_the_engagements_months_open() -> None:
    edited = standing(fee(), changed=True, fingerprint="other")
    found = plan(march(invoices=[edited]), NEXT)
    assert [each.key for each in found.changes if each.statement] == []
    assert [each.key for each in found.changes if each.invoice] == ["1/1/fee/2025-04/0"]


def test_a_conflict_of_one_engagement_leaves_the_other_alone() -> None:
    snapshot = world(
        retainer(terms("2025-03-01"), id=1, start="2025-03-01"),
        retainer(terms("2025-03-01"), id=2, start="2025-03-01"),
        invoices=[standing(fee(), changed=True, fingerprint="other")],
    )
    found = plan(snapshot, NEXT)
    assert {each.document.engagement_id for each in found.changes if each.statement} == {2}
    assert closing_unit(2) in {each.unit for each in found.changes}


def test_a_held_invoice_is_shown_and_not_written() -> None:
    snapshot = world(retainer(terms("2025-03-01"), start="2025-03-01", po_policy=PoPolicy.hold))
    found = plan(snapshot)
    assert [each.key for each in found.held] == ["1/1/fee/2025-03/0"]
    assert [each.invoice for each in found.changes if each.invoice] == []
    assert [each.code for each in found.issues] == ["po_missing"]


def test_an_alert_is_raised_once() -> None:
    first = [each.key for each in plan(march()).changes if each.alert]
    assert first
    again = plan(march(alert_keys=first))
    assert [each for each in again.changes if each.alert] == []


def test_alerts_are_written_before_what_they_tell_of() -> None:
    told = [bool(each.alert) for each in plan(march()).changes]
    assert any(told)
    assert told == sorted(told, reverse=True)


def test_an_alert_that_was_deleted_stays_deleted() -> None:
    first = [each.key for each in plan(march()).changes if each.alert]
    tombs = [Tombstone(key=each, model="retainer.alert") for each in first]
    found = plan(march(tombstones=tombs))
    assert [each for each in found.changes if each.alert] == []
    assert found.conflicts == ()


def test_a_quotation_that_was_deleted_stays_deleted() -> None:
    facts = {
        "change_orders": [order(5, approval=Approval.waiting)],
        "entries": [entry(1, "2025-03-10", 4, change_order_id=5)],
    }
    (quotation,) = [each.key for each in plan(world(project(), **facts)).changes if each.quotation]
    tomb = Tombstone(key=quotation, model="sale.order")
    found = plan(world(project(), tombstones=[tomb], **facts))
    assert [each for each in found.changes if each.quotation] == []
    assert found.conflicts == ()


def test_a_milestone_is_a_unit_of_its_own() -> None:
    snapshot = world(project(), milestones=[deliverable(17, "2025-03-08")])
    (found,) = plan(snapshot).changes
    assert found.unit == found.key


def test_the_same_facts_make_the_same_plan() -> None:
    assert plan(march(), NEXT) == plan(march(), NEXT)
    assert plan(march(), NEXT).checksum == plan(march(), NEXT).checksum


def test_the_day_and_the_content_are_in_the_checksum() -> None:
    sums = {
        plan(march(), FIRST).checksum,
        plan(march(), "2025-03-30").checksum,
        plan(march(entries=[entry(1, "2025-03-10", 45)]), FIRST).checksum,
        plan(march(), NEXT).checksum,
    }
    assert len(sums) == 4


def test_the_total_adds_credit_notes_to_invoices() -> None:
    snapshot = world(
        retainer(terms("2025-03-01"), start="2025-03-01"),
        invoices=[billed("2025-03", 5600)],
        entries=[],
    )
    # April 5000, and 600 given back for March
    assert plan(snapshot, NEXT).gross_by_currency == {"USD": money(5600)}
    assert day(NEXT) == plan(snapshot, NEXT).as_of


def test_a_plan_with_nothing_to_write_is_empty() -> None:
    snapshot = world(project())
    assert plan(snapshot).empty
    assert not plan(march()).empty
