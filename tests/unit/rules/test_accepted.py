"""What finance accepts as rightly not billed counts as settled: never asked again, never more."""

from decimal import Decimal
from typing import Any

import pytest

from sync.domain.documents import Role, StatementState
from sync.domain.existing import Acceptance, ExistingInvoice, Tombstone
from sync.domain.keys import key
from sync.domain.snapshot import Snapshot
from sync.plan.diff import make_plan
from tests.unit.rules.world import (
    billed,
    block,
    day,
    deliverable,
    entry,
    money,
    of_role,
    order,
    project,
    retainer,
    run,
    statement,
    terms,
    the,
    world,
)

YES = Acceptance(by="Finn Ance", on=day("2025-03-14"), reason="goodwill")


def cancelled(source: str, amount: str | int, revision: int = 0, **changes: Any) -> ExistingInvoice:
    facts: dict[str, Any] = {
        "state": "cancel",
        "written": money(amount),
        "accepted": YES,
        **changes,
    }
    return billed(source, amount, revision=revision, **facts)


def gone(
    source: str, amount: str | int, revision: int = 0, role: Role = Role.fee, **changes: Any
) -> Tombstone:
    return Tombstone(
        **{
            "key": key(1, 1, role, source, revision),
            "model": "account.move",
            "name": f"Draft {revision}",
            "invoice": True,
            "written": money(amount),
            "accepted": YES,
            **changes,
        }
    )


def march(*documents: ExistingInvoice | Tombstone, fee: str | Decimal = "5000") -> Snapshot:
    return world(
        retainer(terms("2025-03-01", monthly_fee=Decimal(fee)), start="2025-03-01"),
        invoices=[each for each in documents if isinstance(each, ExistingInvoice)],
        tombstones=[each for each in documents if isinstance(each, Tombstone)],
    )


def asked(snapshot: Snapshot, on: str = "2025-03-20") -> Decimal:
    """What is asked for the fee of March: below zero a credit note."""
    found = of_role(run(snapshot, on), Role.fee)
    return sum((-each.untaxed if each.credit else each.untaxed for each in found), Decimal(0))


def conflicts(snapshot: Snapshot, on: str = "2025-03-20") -> list[str]:
    return [each.code for each in make_plan(snapshot, run(snapshot, on)).conflicts]


@pytest.mark.parametrize("document", [cancelled("2025-03", 5000), gone("2025-03", 5000)])
def test_nothing_is_asked_and_nothing_is_in_conflict(document) -> None:
    snapshot = march(document)
    assert asked(snapshot) == 0
    assert conflicts(snapshot) == []


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (cancelled("2025-03", 5000, accepted=None), "cancelled"),
        (gone("2025-03", 5000, accepted=None), "deleted"),
    ],
)
def test_without_anybodys_word_it_is_in_conflict(document, code: str) -> None:
    assert conflicts(march(document)) == [code]


def test_its_month_closes_and_says_who_accepted_it() -> None:
    snapshot = march(gone("2025-03", 5000))
    plan = make_plan(snapshot, run(snapshot, "2025-04-01"))
    (closed,) = [
        each.statement
        for each in plan.changes
        if each.statement and each.statement.state is StatementState.closed
    ]
    assert closed.fee == money(5000)
    (reason,) = [each for each in closed.reasons if each.rule == "accepted"]
    assert reason.text == (
        "Draft 0: 5,000.00 USD accepted as not billed by Finn Ance on 2025-03-14: goodwill"
    )


def test_a_statement_names_only_what_was_accepted_of_its_month() -> None:
    snapshot = march(gone("2025-04", 5000))
    found = statement(run(snapshot, "2025-03-20"), "2025-03").reasons
    assert "accepted" not in {each.rule for each in found}


def test_only_what_comes_on_top_is_billed_under_the_next_revision() -> None:
    invoice = the(run(march(gone("2025-03", 5000), fee="5600"), "2025-03-20"), Role.fee)
    assert (invoice.untaxed, invoice.credit) == (money(600), False)
    assert invoice.key == "1/1/fee/2025-03/1"
    assert "adjustment of Draft 0" in invoice.lines[0].text
    assert invoice.reasons[-1].text == (
        "new total 5,600.00 USD − billed so far 0.00 USD − accepted as not billed 5,000.00 USD"
        " = 600.00 USD"
    )


def test_a_later_drop_takes_back_what_was_billed_last() -> None:
    free, more = gone("2025-03", 5000), billed("2025-03", 600, revision=1)
    assert asked(march(free, more, fee="5600")) == 0
    assert asked(march(free, more, fee="5200")) == -400
    assert asked(march(free, more, fee="4000")) == -600


def test_an_accepted_correction_is_what_a_drop_takes_first() -> None:
    base, waived = billed("2025-03", 5000), gone("2025-03", 300, revision=1)
    assert asked(march(base, waived, fee="5300")) == 0
    assert asked(march(base, waived, fee="5000")) == 0
    assert asked(march(base, waived, fee="4800")) == -200


def test_goodwill_on_a_changed_invoice_stays() -> None:
    changed = billed("2025-03", 4800, changed=True, written=money(5000), accepted=YES)
    assert asked(march(changed)) == 0
    assert asked(march(changed, fee="5600")) == 600
    assert asked(march(changed, fee="4800")) == 0
    assert asked(march(changed, fee="4000")) == -800


def test_a_credit_note_that_is_rightly_not_given_stays_billed_while_it_is_due() -> None:
    base, kept = billed("2025-03", 5000), gone("2025-03", 200, revision=1, credit=True)
    assert asked(march(base, kept, fee="4800")) == 0
    assert asked(march(base, kept, fee="4500")) == -300
    assert asked(march(base, kept)) == 0
    assert asked(march(base, kept, fee="5100")) == 100


def test_a_fee_after_the_end_that_is_rightly_not_given_back() -> None:
    engagement = retainer(terms("2025-03-01"), start="2025-03-01", end="2025-03-31")
    facts = {"tombstones": [gone("2025-04", 5000, revision=1, credit=True)]}
    snapshot = world(engagement, invoices=[billed("2025-04", 5000)], **facts)
    assert [each.key for each in run(snapshot, "2025-04-10").invoices if each.credit] == []
    assert conflicts(snapshot, "2025-04-10") == []


def test_a_block_of_hours_is_settled() -> None:
    snapshot = world(
        hour_blocks=[block(4, "2025-01-10", 10, price=1500)], tombstones=[gone("b4", 1500)]
    )
    keys = [each.key for each in run(snapshot, "2025-01-20").invoices]
    assert keys == ["1/1/fee/2025-01/0"]


def test_a_milestone_is_settled() -> None:
    snapshot = world(
        project(),
        milestones=[deliverable(17, reached="2025-03-10")],
        tombstones=[gone("m17", 20000, role=Role.milestone)],
    )
    assert run(snapshot, "2025-03-20").invoices == ()


def test_extra_work_after_an_accepted_invoice_waits_for_the_next_month() -> None:
    snapshot = world(
        project(),
        change_orders=[order(5)],
        entries=[entry(1, "2025-03-20", 2, change_order_id=5)],
        tombstones=[gone("2025-03", 240, role=Role.out_of_scope)],
    )
    assert of_role(run(snapshot, "2025-03-28"), Role.out_of_scope) == []
    invoice = the(run(snapshot, "2025-04-28"), Role.out_of_scope)
    assert (invoice.key, invoice.untaxed) == ("1/1/out_of_scope/2025-04/0", money(240))


def test_a_correction_of_extra_work_takes_the_next_revision() -> None:
    snapshot = world(
        project(),
        change_orders=[order(5)],
        entries=[entry(1, "2025-03-20", -2, change_order_id=5)],
        tombstones=[gone("2025-03-credit", 240, role=Role.out_of_scope, credit=True)],
    )
    (note,) = of_role(run(snapshot, "2025-03-28"), Role.out_of_scope)
    assert (note.key, note.credit) == ("1/1/out_of_scope/2025-03-credit/1", True)


def test_a_corrected_overage_takes_the_next_revision() -> None:
    corrected = {
        "corrects_id": 1,
        "corrects_day": day("2025-03-30"),
        "corrects_key": "1/1/overage/2025-03/0",
    }
    snapshot = world(
        retainer(start="2025-04-01"),
        entries=[entry(9, "2025-04-02", -2, **corrected)],
        invoices=[billed("2025-03", 1050, role=Role.overage)],
        tombstones=[gone("2025-03", 175, revision=1, role=Role.overage, credit=True)],
    )
    (note,) = of_role(run(snapshot, "2025-05-01"), Role.overage)
    assert (note.key, note.credit, note.untaxed) == ("1/1/overage/2025-03/2", True, money(350))


# ------------------------------------------------------------------ what nobody decided on yet


def kinds(snapshot: Snapshot, on: str = "2025-03-20") -> list[tuple[str, str]]:
    found = run(snapshot, on).alerts
    return [(each.kind, each.key) for each in found if each.kind.startswith("document_")]


def test_who_cancels_or_deletes_is_told_once_until_it_is_decided() -> None:
    assert kinds(march(cancelled("2025-03", 5000, accepted=None))) == [
        ("document_cancelled", "1/1/alert/fee-2025-03-0-cancelled/0")
    ]
    assert kinds(march(gone("2025-03", 5000, accepted=None))) == [
        ("document_deleted", "1/1/alert/fee-2025-03-0-deleted/0")
    ]
    assert kinds(march(gone("2025-03", 5000))) == []
    assert kinds(march(billed("2025-03", 5000, changed=True))) == []


def test_a_deleted_statement_is_no_invoice() -> None:
    stone = gone("2025-03", 0, model="retainer.period", invoice=False, accepted=None)
    assert kinds(march(stone)) == []


def test_of_a_milestone_that_is_not_signed_off_nothing_is_missing() -> None:
    stone = gone("m17", 20000, role=Role.milestone, accepted=None)
    for reached, told in ((None, 0), ("2025-03-10", 1)):
        milestones = [deliverable(17, reached=reached)]
        snapshot = world(project(), milestones=milestones, tombstones=[stone])
        assert len(kinds(snapshot)) == told
