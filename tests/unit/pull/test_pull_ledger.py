"""What a pull reads of the ledger, and that it reads no more than is open."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from mappings import (
    account_partial_reconcile,
    account_tax,
    journal_entry,
    ledger_line,
    ledger_move,
    retainer_advance,
)
from sync.domain.documents import Role
from sync.domain.ledger import LotKind, Receipt
from sync.odoo.memory.schema import field_of
from sync.plan.diff import make_plan
from sync.pull import pull
from sync.rules.engine import evaluate
from tests.unit.pull.corrupting import CorruptingGateway
from tests.unit.pull.moneyed import STORY, Moneyed, moneyed
from tests.unit.pull.test_pull_bad_rows import BAD


@pytest.fixture(scope="module")
def agency() -> Moneyed:
    return moneyed()


def lot(agency: Moneyed, advance: str):
    """The open lots of an advance."""
    wanted = agency.world.id("advance", advance)
    ledger = agency.pull().snapshot.ledger
    return [each for each in ledger.lots if each.advance_id == wanted]


def test_nothing_of_it_is_unreadable(agency: Moneyed) -> None:
    assert agency.pull().snapshot.problems == ()


def test_a_requested_lot_knows_what_was_paid_when(agency: Moneyed) -> None:
    (found,) = lot(agency, "Acme advance")
    assert (found.kind, found.amount, found.unpaid) == (LotKind.advances, Decimal(3000), 1000)
    assert found.receipts == (
        Receipt(day=date(2025, 3, 5), amount=Decimal("1500.00")),
        Receipt(day=date(2025, 3, 20), amount=Decimal("500.00")),
    )
    # March's fee was drawn of the advance that was taken over, before this one was paid: a workshop
    # of 250 and April's fee of 1,000 are of this one.
    assert (found.open, found.available) == (1750, 750)


def test_a_lot_that_was_taken_over_was_there_on_its_day(agency: Moneyed) -> None:
    (found,) = lot(agency, "Old advance")
    assert (found.receipts, found.unpaid, found.received_on) == ((), 0, date(2025, 3, 1))
    assert found.move_key == ""
    snapshot = agency.pull().snapshot
    (advance,) = (each for each in snapshot.advances if each.name == "Old advance")
    assert (advance.request_id, advance.decided_by) == (None, "Administrator")
    assert advance.decision_note == "The client asked for it"


def test_a_lot_keeps_its_rate(agency: Moneyed) -> None:
    euros = [each for each in agency.pull().snapshot.ledger.lots if each.currency.code == "EUR"]
    assert [(each.amount, each.amount_company) for each in euros] == [(1000, 1100), (1000, 1250)]


def test_a_taxed_lot_that_a_credit_note_restored_knows_its_tax(agency: Moneyed) -> None:
    restored = [each for each in lot(agency, "Baker advance") if not each.move_key]
    assert [(each.open, each.taxes[0].open) for each in restored] == [(1000, 200)]
    assert restored[0].taxes[0].tax.percent == 20


def test_open_credit_notes_come_with_what_their_invoices_drew(agency: Moneyed) -> None:
    ledger = agency.pull().snapshot.ledger
    credits_ = [each for each in ledger.receivables if each.credit]
    assert [each.open for each in credits_] == [100]
    (draw,) = (each for each in ledger.draws if each.invoice_id in credits_[0].reverses_ids)
    assert (draw.amount, draw.restored) == (250, 0)


def test_requests_are_receivables_and_documents(agency: Moneyed) -> None:
    snapshot = agency.pull().snapshot
    (due,) = (each for each in snapshot.ledger.receivables if not each.credit)
    assert (due.role, due.open, due.due_on) == (Role.advance_request, 1000, date(2025, 3, 15))
    roles = [each.role for each in snapshot.invoices]
    assert roles.count(Role.advance_request) == 2


def test_what_an_invoice_bills_is_more_than_what_is_left_to_pay_of_it(agency: Moneyed) -> None:
    fees = [each for each in agency.pull().snapshot.invoices if each.key == "1/2/fee/2025-04/0"]
    assert [(each.untaxed, each.total) for each in fees] == [(1000, 0)]


def test_an_advance_to_be_requested_is_read_one_used_up_is_not(agency: Moneyed) -> None:
    names = {each.name for each in agency.pull().snapshot.advances}
    assert names == {"Acme advance", "Baker advance", "Later advance", "Old advance"}
    used = moneyed(
        STORY.replace("amount: 4000}", "amount: 100, request_on: 2025-12-01}")
        .replace("debit: 4000", "debit: 100")
        .replace("credit: 4000", "credit: 100")
    )
    assert "Old advance" not in {each.name for each in used.pull().snapshot.advances}


def test_entries_under_review_come_back(agency: Moneyed) -> None:
    entries = agency.pull().snapshot.ledger.entries
    assert {each.state for each in entries} == {"draft"}
    assert {each.role for each in entries} == {Role.recognition, Role.breakage}
    assert all(each.is_draft_of_ours for each in entries)


def test_settings_of_the_books(agency: Moneyed) -> None:
    pulled = agency.pull()
    company, books = pulled.snapshot.company, pulled.books
    assert (company.locks.all, company.locks.sale) == (date(2024, 12, 31), date(2025, 1, 31))
    assert (company.locks.tax, company.locks.hard) == (None, None)
    assert company.fiscal_year_end == (6, 30)
    assert company.post_entries is False
    assert books.exchange_gain_account_id and books.exchange_loss_account_id
    sales = agency.account("Product Sales")
    assert set(dict(books.income_accounts).values()) == {sales}
    settings = {each.engagement_id: each for each in pulled.snapshot.taxes}
    assert [tax.percent for tax in settings[agency.world.id("engagement", "Baker retainer")].taxes]
    assert agency.world.id("engagement", "Plain project") not in settings


def test_small_pages_give_the_same(agency: Moneyed) -> None:
    assert agency.pull(page_size=1) == agency.pull()


# How much is read


def test_the_number_of_calls_does_not_grow_with_what_was_drawn() -> None:
    story = STORY.replace("amount: 4000", "amount: 40000")
    small, large = moneyed(story), moneyed(story)
    advances, bank = large.account("Customer advances"), large.account("Bank")
    (old,) = lot(large, "Old advance")
    journal = large.admin.search_read("account.journal", [("code", "=", "MISC")], [], limit=1)
    client = large.world.id("client", "Acme")
    for _ in range(40):
        # History: draws of years.
        (move,) = large.admin.create(
            "account.move",
            [
                {
                    "journal_id": journal[0]["id"],
                    "date": "2025-03-02",
                    "line_ids": [
                        [0, 0, {"account_id": advances, "debit": 10.0, "partner_id": client}],
                        [0, 0, {"account_id": bank, "credit": 10.0, "partner_id": client}],
                    ],
                }
            ],
        )
        large.admin.call_on("account.move", [move], "action_post")
        (line,) = large.admin.search_read(
            "account.move.line",
            [("move_id", "=", move), ("account_id", "=", advances)],
            [],
            limit=9,
        )
        large.admin.call_on("account.move.line", [line["id"], old.line_id], "reconcile")
    counts = []
    for each in (small, large):
        before, rows = each.service.calls, Counter()
        each.pull(progress=lambda model, count, rows=rows: rows.update({model: count}))
        counts.append((each.service.calls - before, rows))
    assert counts[0] == counts[1]
    assert counts[0][1]["account.partial.reconcile"] > 0
    assert [each.open for each in lot(large, "Old advance")] == [old.open - 400]


def test_a_quiet_company_costs_few_calls() -> None:
    agency = moneyed(
        """
scenario: quiet
title: Nothing open
shows: Nothing but rows to read.
company: {po_policy: ignore}
given:
  engagements:
    Plain project: {client: Crane, kind: project, start: 2025-03-01}
when:
  - run: 2025-03-03
"""
    )
    before = agency.service.calls
    agency.pull()
    assert agency.service.calls - before <= 30


TOPPED_UP = """
scenario: topped_up
title: An advance that is used up
shows: Nothing but rows to read.
company: {po_policy: ignore}
given:
  engagements:
    Plain project: {client: Crane, kind: project, start: 2025-03-01, use_advances: true}
  milestones:
    One: {engagement: Plain project, number: 1, amount: 300}
  advances:
    First: {client: Crane, engagements: Plain project, amount: 100, request_on: 2025-03-03}
    Second: {client: Crane, amount: 200, request_on: 2025-03-03}
when:
  - run: 2025-03-03
  - {pay: {advance: First}, on: 2025-03-04}
  - {pay: {advance: Second}, on: 2025-03-04}
  - {sign_off: One, on: 2025-03-05}
  - run: 2025-03-05
"""


def test_the_latest_advance_of_an_engagement_that_is_to_be_topped_up() -> None:
    agency = moneyed(TOPPED_UP)
    before = agency.service.calls
    snapshot = agency.pull().snapshot
    without = agency.service.calls - before
    assert (snapshot.advances, snapshot.used_up) == ((), ())
    engagement = agency.world.id("engagement", "Plain project")
    topped = {"top_up_policy": "amount", "top_up_amount": 500.0, "top_up_below": 50.0}
    agency.admin.write("retainer.engagement", [engagement], topped)
    before = agency.service.calls
    snapshot = agency.pull().snapshot
    assert [each.id for each in snapshot.used_up] == [agency.world.id("advance", "Second")]
    assert agency.service.calls - before == without + 1


GIVEN_BACK = (
    TOPPED_UP
    + """
  - credit_invoice: {engagement: Plain project, role: milestone}
    on: 2025-03-06
"""
)


def test_an_advance_that_was_used_up_and_that_a_credit_note_refills() -> None:
    agency = moneyed(GIVEN_BACK)
    snapshot = agency.pull().snapshot
    both = {agency.world.id("advance", each) for each in ("First", "Second")}
    assert snapshot.advances == ()
    assert {each.id for each in snapshot.used_up} == both
    assert {each.partner_id for each in snapshot.used_up} <= {each.id for each in snapshot.clients}
    assert snapshot.problems == ()
    before = agency.service.calls
    agency.pull()
    refilled = agency.service.calls - before
    engagement = agency.world.id("engagement", "Plain project")
    topped = {"top_up_policy": "amount", "top_up_amount": 500.0, "top_up_below": 50.0}
    agency.admin.write("retainer.engagement", [engagement], topped)
    before = agency.service.calls
    assert {each.id for each in agency.pull().snapshot.used_up} == both
    assert agency.service.calls - before == refilled, "one call reads what was used up"


SIDE_BY_SIDE = """
scenario: side_by_side
title: One agreement still draws what another has long used up many times
shows: Nothing but rows to read.
company: {po_policy: ignore}
given:
  engagements:
    Slow: {client: Crane, kind: project, start: 2025-03-01, use_advances: true,
           top_up: amount, top_up_amount: 500, top_up_below: 50}
    Quick: {client: Dane, kind: project, start: 2025-03-01, use_advances: true,
            top_up: amount, top_up_amount: 500, top_up_below: 50}
  milestones:
    One: {engagement: Quick, number: 1, amount: 300}
  advances:
    Old: {client: Crane, engagements: Slow, amount: 1000, request_on: 2025-03-03}
    First: {client: Dane, engagements: Quick, amount: 100, request_on: 2025-03-03}
    Second: {client: Dane, engagements: Quick, amount: 200, request_on: 2025-03-03}
    Third: {client: Dane, engagements: Quick, amount: 400, request_on: 2025-03-03}
when:
  - run: 2025-03-03
  - {pay: {advance: Old}, on: 2025-03-04}
  - {pay: {advance: First}, on: 2025-03-04}
  - {pay: {advance: Second}, on: 2025-03-04}
  - {pay: {advance: Third}, on: 2025-03-04}
  - {sign_off: One, on: 2025-03-05}
  - run: 2025-03-05
"""


def test_what_one_has_open_has_nothing_read_that_another_used_up() -> None:
    agency = moneyed(SIDE_BY_SIDE)
    rows: Counter[str] = Counter()
    snapshot = agency.pull(progress=lambda model, count: rows.update({model: count})).snapshot
    open_ = {agency.world.id("advance", each) for each in ("Old", "Third")}
    assert {each.id for each in snapshot.advances} == open_
    assert snapshot.used_up == ()
    assert rows["retainer.advance"] == len(open_)


# Whose it is


def test_another_company_s_ledger_stays_out(agency: Moneyed) -> None:
    agency = moneyed()
    before = agency.pull().snapshot
    (other,) = agency.admin.create("res.company", [{"name": "Other Inc", "currency_id": 1}])
    (user,) = agency.admin.search_read("res.users", [("login", "=", "drawdown")], [], limit=1)
    agency.admin.write("res.users", [user["id"]], {"company_ids": [[4, other]]})
    account = agency.account("Customer advances")
    agency.admin.write("account.account", [account], {"company_ids": [[4, other]]})
    (journal,) = agency.admin.create(
        "account.journal", [{"name": "Misc", "code": "OTH", "type": "general", "company_id": other}]
    )
    move = agency.admin.create(
        "account.move",
        [
            {
                "journal_id": journal,
                "company_id": other,
                "date": "2025-03-02",
                "line_ids": [
                    [0, 0, {"account_id": account, side: 10.0}] for side in ("debit", "credit")
                ],
            }
        ],
    )
    agency.admin.call_on("account.move", move, "action_post")
    assert agency.pull().snapshot == before


def test_a_document_that_cannot_be_seen_is_an_issue() -> None:
    agency = moneyed()
    (found,) = lot(agency, "Old advance")

    class Hiding(CorruptingGateway):
        """As a record rule would."""

        def search_read(self, model, domain, fields, *, limit, order="id asc"):
            rows = super().search_read(model, domain, fields, limit=limit, order=order)
            if model == "account.move":
                rows = [row for row in rows if row["id"] != found.move_id]
            return rows

    snapshot = pull(Hiding(agency.service, "", "", None), 1, today=date(2025, 4, 7)).snapshot
    (issue,) = snapshot.problems
    assert (issue.code, issue.source.id) == ("document_not_visible", found.move_id)
    assert found.line_id not in {each.line_id for each in snapshot.ledger.lots}


def test_an_advance_that_cannot_be_read_parks_who_would_draw_it() -> None:
    agency = moneyed()
    advance = agency.world.id("advance", "Old advance")
    with agency.odoo.tables.transaction():
        agency.odoo.tables.update("retainer.advance", advance, {"name": " "})
    problems = agency.pull().snapshot.problems
    parked = {issue.engagement_id for issue in problems if issue.engagement_id}
    assert parked == {agency.world.id("engagement", "Acme retainer")}


def test_a_tax_that_odoo_books_on_the_advances_account_is_no_lot() -> None:
    agency = moneyed()
    (found,) = lot(agency, "Old advance")
    with agency.odoo.tables.transaction():
        agency.odoo.tables.update("account.move.line", found.line_id, {"display_type": "tax"})
    assert lot(agency, "Old advance") == []


# Bad rows

LENIENT = {
    ("account.move.line", "display_type"): ["nonsense"],
    ("account.move.line", "retainer_taxes"): [[[1, "2"]]],
    ("account.move", "move_type"): ["nonsense"],
    ("account.move", "retainer_tally"): [{}],
    ("account.tax", "amount_type"): ["nonsense"],
}


def _cases():
    for model, names in (
        (ledger_line.MODEL, ledger_line.OPEN_FIELDS),
        (ledger_move.MODEL, ledger_move.FIELDS),
        (journal_entry.MODEL, journal_entry.FIELDS),
        (account_partial_reconcile.MODEL, account_partial_reconcile.FIELDS),
        (account_tax.MODEL, account_tax.FIELDS),
        (retainer_advance.MODEL, retainer_advance.FIELDS),
    ):
        for name in names:
            for value in BAD[field_of(model, name).type]:
                if value not in LENIENT.get((model, name), []):
                    yield pytest.param(model, name, value, id=f"{model}-{name}-{value!r}")


@pytest.mark.parametrize(("model", "name", "value"), list(_cases()))
def test_a_bad_value_is_an_issue_and_the_run_goes_on(agency, model, name, value) -> None:
    gateway = CorruptingGateway(agency.service, model, name, value)
    pulled = pull(gateway, 1, today=date(2025, 4, 7))
    assert gateway.corrupted, "the agency has no such row to corrupt"
    named = [
        issue
        for issue in pulled.snapshot.problems
        if issue.source.model == model
        and issue.source.id in gateway.corrupted
        and issue.field == name
    ]
    assert named, pulled.snapshot.problems
    assert all(issue.message.count("\n") == 0 and "; " in issue.message for issue in named)
    # A run over what is left completes as well.
    make_plan(pulled.snapshot, evaluate(pulled.snapshot, date(2025, 4, 7)))
