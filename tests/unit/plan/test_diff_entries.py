"""Journal entries in a plan: the same principles as invoices, each a unit of its own."""

from typing import Any

import pytest

from sync.domain.documents import Reason, Role
from sync.domain.existing import Tombstone
from sync.domain.journal import Account, Entry, EntryLine
from sync.domain.ledger import ExistingEntry, Ledger, MoneyLot
from sync.domain.ledger import LotKind as Kind
from sync.domain.outcome import Outcome
from sync.plan.changes import Action, Plan
from sync.plan.diff import make_plan
from sync.plan.limits import Limits, exceeded
from sync.report.entries import entry_table
from sync.report.explain import of_document
from sync.report.names import Names
from sync.report.output import plain_lines
from sync.report.plan import plan_report
from tests.unit.rules.world import ACME, USD, company, day, money, retainer, world

KEY = "1/1/recognition/2025-03/0"


def entry(key: str = KEY, *, match: int | None = None, **changes: Any) -> Entry:
    """March's part of a fee: 5000.00 from unearned revenue to revenue."""
    return Entry(
        **{
            "key": key,
            "role": Role.recognition,
            "engagement_id": 1,
            "client_id": ACME.id,
            "day": day("2025-03-31"),
            "service_start": day("2025-03-01"),
            "service_end": day("2025-03-31"),
            "currency": USD,
            "company_currency": USD,
            "lines": (
                line(Account.unearned, "5000.00", match_line_id=match),
                line(Account.income, "-5000.00"),
            ),
            "reasons": (Reason(rule="recognise", text="28:00 h of 40:00 h"),),
            **changes,
        }
    )


def line(account: Account, amount: str, **changes: Any) -> EntryLine:
    value = money(amount)
    return EntryLine(
        account=account, text="March 2025", amount=value, amount_company=value, **changes
    )


def standing(of: Entry, **changes: Any) -> ExistingEntry:
    return ExistingEntry(
        **{
            "id": 50,
            "name": "MISC/2025/03/0001",
            "key": of.key,
            "fingerprint": of.fingerprint,
            "role": of.role,
            "engagement_id": of.engagement_id,
            "state": "draft",
            "changed": False,
            "day": of.day,
            "amount": of.total,
            **changes,
        }
    )


def plan(
    *entries: Entry,
    there: tuple[ExistingEntry, ...] = (),
    deleted: str = "",
    reviewed: bool = True,
) -> Plan:
    snapshot = world(
        retainer(),
        company=company(post_entries=not reviewed),
        ledger=Ledger(entries=there),
        tombstones=[Tombstone(key=deleted, model="account.move")] if deleted else [],
    )
    return make_plan(snapshot, Outcome(as_of=day("2025-04-01"), entries=entries))


def test_what_is_not_there_is_created_as_a_unit_of_its_own() -> None:
    found = plan(entry())
    assert [(each.action, each.key, each.unit) for each in found.changes] == [
        (Action.create, KEY, KEY)
    ]
    assert found.entries == (entry(),)


@pytest.mark.parametrize("state", ["draft", "posted"])
def test_the_same_content_is_left_alone(state: str) -> None:
    found = plan(entry(), there=(standing(entry(), state=state),))
    assert (found.changes, found.conflicts) == ((), ())


def test_a_draft_of_ours_with_other_content_is_rewritten() -> None:
    (change,) = plan(entry(), there=(standing(entry(), fingerprint="other"),)).changes
    assert change.action is Action.rewrite


def test_a_draft_of_ours_that_is_not_wanted_is_withdrawn() -> None:
    (change,) = plan(entry(withdrawn=True), there=(standing(entry()),)).changes
    assert change.action is Action.withdraw
    assert plan(entry(withdrawn=True)).empty


def test_posted_recognition_with_other_content_is_left_alone() -> None:
    found = plan(entry(), there=(standing(entry(), state="posted", fingerprint="other"),))
    assert (found.changes, found.conflicts) == ((), ())


@pytest.mark.parametrize("fingerprint", ["other", None])
def test_a_posted_entry_whose_match_was_taken_back_is_a_conflict(fingerprint: str | None) -> None:
    draw = entry(match=7)
    there = standing(draw, state="posted", **({"fingerprint": "other"} if fingerprint else {}))
    found = plan(draw, there=(there,))
    assert [(each.code, each.key) for each in found.conflicts] == [("unmatched", KEY)]
    assert found.empty


def test_what_a_person_changed_is_a_conflict_unless_it_says_the_same() -> None:
    edited = standing(entry(), changed=True, fingerprint="other")
    found = plan(entry(), there=(edited,))
    assert [each.code for each in found.conflicts] == ["changed_by_person"]
    assert found.empty
    assert plan(entry(), there=(standing(entry(), changed=True),)).conflicts == ()
    moved = standing(entry(), changed=True, changes="date: 2025-03-31 → 2025-03-30")
    (conflict,) = plan(entry(), there=(moved,)).conflicts
    assert conflict.code == "changed_by_person"
    assert conflict.message == (
        "MISC/2025/03/0001 was changed by a person (date: 2025-03-31 → 2025-03-30); put that back"
    )


def test_what_a_person_reset_to_draft_is_a_conflict() -> None:
    again = standing(entry(), reset=True)
    (conflict,) = plan(entry(), there=(again,), reviewed=False).conflicts
    assert (conflict.code, conflict.record_id) == ("changed_by_person", again.id)
    assert plan(entry(), there=(again,)).conflicts == ()
    at_once = entry(at_once=True)
    draw = standing(at_once, reset=True)
    assert len(plan(at_once, there=(draw,)).conflicts) == 1


def test_a_draft_that_its_reviewer_changed_is_told_while_it_is_a_draft() -> None:
    edited = standing(entry(), changed=True, changes="line 1, amount: 5000 → 4000")
    found = plan(there=(edited,))
    (issue,) = found.issues
    assert (issue.code, issue.severity, issue.parks) == ("entry_changed", "warning", False)
    assert (issue.source.id, issue.engagement_id) == (50, 1)
    assert "amount: 5000 → 4000" in issue.message
    posted = edited.model_copy(update={"state": "posted"})
    assert plan(there=(posted,)).issues == ()


def test_what_a_person_cancelled_or_deleted_is_not_written_again() -> None:
    cancelled = plan(entry(), there=(standing(entry(), state="cancel"),))
    deleted = plan(entry(), deleted=KEY)
    assert [each.code for each in (*cancelled.conflicts, *deleted.conflicts)] == [
        "cancelled",
        "deleted",
    ]
    assert cancelled.empty and deleted.empty
    assert "booked after all" in deleted.conflicts[0].message


def test_an_entry_counts_towards_the_limits_of_a_run_and_its_waves() -> None:
    found = plan(entry(), entry("1/1/recognition/2025-03/1"))
    assert exceeded(found, Limits(max_documents=2, max_total=money("10000.00"))) == ()
    assert exceeded(found, Limits(max_documents=1)) == (
        "0 invoices and 2 entries, more than the 1 allowed in one run (max_documents)",
    )
    assert exceeded(found, Limits(max_total=money("9999.99"))) == (
        "10,000.00 USD in entries, more than the 9,999.99 allowed in one run (max_total)",
    )
    assert exceeded(plan(entry()), Limits(max_documents=2), before=(found,)) == (
        "0 invoices and 3 entries, more than the 2 allowed in one run (max_documents)",
    )


def test_a_withdrawn_entry_is_no_new_amount() -> None:
    found = plan(entry(withdrawn=True), there=(standing(entry()),))
    assert found.entries_by_currency == {}


def test_the_report_shows_accounts_debit_credit_and_what_is_settled() -> None:
    lot = MoneyLot(
        line_id=7,
        kind=Kind.unearned,
        move_id=3,
        move_name="INV/2025/00003",
        client_id=ACME.id,
        currency=USD,
        day=day("2025-03-01"),
        amount=money("5000.00"),
        amount_company=money("5000.00"),
        open=money("5000.00"),
        open_company=money("5000.00"),
    )
    snapshot = world(retainer(), ledger=Ledger(lots=(lot,)))
    outcome = Outcome(as_of=day("2025-04-01"), entries=(entry(match=7),))
    report = plan_report(snapshot, outcome, make_plan(snapshot, outcome))
    assert not report.empty
    table = entry_table(report.entries, "Journal entries", written=False)
    rows = table.rows
    assert [line.split("\t")[1:-1] for line in plain_lines(table)[1:]] == [
        ["create", "2025-03-31", "Acme Corp", "recognition", "unearned revenue",
         "5,000.00 USD", "", "INV/2025/00003", KEY],
        ["create", "2025-03-31", "Acme Corp", "recognition", "revenue",
         "", "5,000.00 USD", "", KEY],
    ]  # fmt: skip
    assert [each.detail for each in rows] == ["", "28:00 h of 40:00 h"]
    explained = of_document(entry(match=7), "planned", Names(snapshot))
    assert explained.lines[0] == (
        "unearned revenue: March 2025 (settles INV/2025/00003)",
        "5,000.00 USD",
        "",
        "5,000.00 USD",
    )
    assert ("client", "Acme Corp") in explained.facts
