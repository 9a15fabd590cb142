"""Ledger, open lots and what the rules expect, per client, after runs and after a hand's work."""

from datetime import date
from decimal import Decimal

import pytest

from mappings.fields import Unreadable
from sync.books import BooksReport, check_books
from sync.odoo.errors import BadAnswer
from sync.push import Lease, push
from tests.unit.pull.agency import Agency, founding

DAY = date(2025, 3, 28)


def money(text: str) -> Decimal:
    return Decimal(text)


def settle(agency: Agency) -> None:
    """Runs until there is nothing more to do."""
    for _ in range(5):
        plan, pulled = agency.plan()
        if plan.empty:
            return
        report = push(agency.service, plan, pulled, lease=Lease(owner="test"))
        assert report.ok, report
    raise AssertionError([change.key for change in plan.changes])


def check(agency: Agency) -> BooksReport:
    return check_books(agency.service, agency.pull(), DAY)


@pytest.fixture
def agency() -> Agency:
    """Acme's and Lumen's retainers, 5,000 a month each from January on, as of 28 March.

    Acme worked 28 h in January and 56 h in February of 40 h a month, up to 10 h roll: January's
    last 10 h are drawn in February and 2 h lapse, so only March's fee is still owed. Lumen worked
    nothing: of February's 40 h the last 10 h roll on, so 5,000 × 10 ÷ 40 = 1,250 of it are owed.
    """
    agency = founding()
    other = agency.client("Lumen")
    agency.retainer("Lumen retainer", other, agency.project("Lumen care", other))
    settle(agency)
    return agency


def test_after_runs_all_three_legs_agree_per_client(agency):
    pulled = agency.pull()
    start = agency.service.calls
    report = check_books(agency.service, pulled, DAY)
    calls = agency.service.calls - start
    assert calls <= 20
    assert report.ties
    assert report.foreign == ()
    assert [
        (line.client, line.kind, line.ledger, line.lots, line.expected) for line in report.lines
    ] == [
        ("Acme Corp", "unearned", *[money("5000.00")] * 3),
        ("Lumen", "unearned", *[money("6250.00")] * 3),
    ]


def test_what_waits_for_review_is_no_difference(agency):
    """The same with entries left as drafts: the ledger has 30,000, and 18,750 wait."""
    agency = founding()
    agency.admin.write("res.company", [1], {"retainer_entry_post_policy": "draft"})
    settle(agency)
    (line,) = check(agency).lines
    assert (line.ledger, line.lots) == (money("15000.00"), money("15000.00"))
    assert (line.awaiting, line.expected) == (money("-10000.00"), money("5000.00"))
    assert line.ties


def test_revenue_that_was_not_recognised_is_beyond_the_rules(agency):
    """A recognition that a person cancelled: 5,000 of February stand where nothing is owed."""
    (entry,) = agency.admin.search_read(
        "account.move", [("retainer_key", "=like", "1/1/recognition/2025-02.i%")], [], limit=9
    )[-1:]
    amount = (
        entry
        and agency.admin.search_read(
            "account.move", [("id", "=", entry["id"])], ("amount_total",), limit=1
        )[0]["amount_total"]
    )
    for button in ("button_draft", "button_cancel"):
        agency.admin.call_on("account.move", [entry["id"]], button)
    report = check(agency)
    (acme,) = (line for line in report.lines if line.client == "Acme Corp")
    assert acme.difference == 0
    assert acme.beyond_rules == Decimal(str(amount))
    assert [each.kind for each in report.foreign] == ["cancelled"]
    assert not report.ties


def credit(agency: Agency, client: str, month: str, amount: float) -> None:
    """A person credits a part of the fee of a month in Odoo."""
    (fee,) = agency.admin.search_read(
        "account.move",
        [
            ("partner_id", "=", agency.made[client]),
            ("retainer_key", "=like", f"%/fee/{month}/0"),
        ],
        ["invoice_date"],
        limit=2,
    )
    line = {
        "name": "Given back",
        "account_id": agency.account("Unearned revenue"),
        "price_unit": amount,
        "tax_ids": [[6, 0, []]],
    }
    (note,) = agency.admin.create(
        "account.move",
        [
            {
                "move_type": "out_refund",
                "partner_id": agency.made[client],
                "invoice_date": "2025-03-25",
                "reversed_entry_id": fee["id"],
                "invoice_line_ids": [[0, 0, line]],
            }
        ],
    )
    agency.admin.call_on("account.move", [note], "action_post")


def test_what_is_credited_is_owed_no_more(agency):
    """1,000 of Acme's March, of which nothing is earned: 4,000 are left, in the ledger as by the
    rules. 500 of Lumen's February, of which 30/40 were revenue and breakage: 1,250 − 500 = 750 are
    left. By the hours 4,500 × 10/40 = 1,125 would be, but nothing is taken back from revenue, so
    that the range goes down to 4,500 − 3,750 = 750.
    """
    credit(agency, "Acme Corp", "2025-03", 1000.0)
    credit(agency, "Lumen", "2025-02", 500.0)
    report = check(agency)
    assert [(line.client, line.ledger, line.lots, line.expected) for line in report.lines] == [
        ("Acme Corp", *[money("4000.00")] * 3),
        ("Lumen", *[money("5750.00")] * 3),
    ]
    assert report.ties
    assert report.foreign == ()


def test_a_credit_note_is_no_licence_to_recognise_more(agency):
    """100 more of the same fee recognised by hand: 650 are left, and no less than 750 may be."""
    credit(agency, "Lumen", "2025-02", 500.0)
    lumen = agency.made["Lumen"]
    (lot,) = agency.lines(
        "Unearned revenue",
        ("partner_id", "=", lumen),
        ("reconciled", "=", False),
        ("move_id.retainer_service_start", "=", "2025-02-01"),
    )
    move = agency.entry(
        "2025-03-26",
        {"account": "Unearned revenue", "partner_id": lumen, "debit": 100.0},
        {"account": "Product Sales", "partner_id": lumen, "credit": 100.0},
    )
    (debit,) = agency.lines("Unearned revenue", ("move_id", "=", move))
    agency.admin.call_on("account.move.line", [debit["id"], lot["id"]], "reconcile")
    (line,) = check(agency).differences
    assert (line.client, line.beyond_rules) == ("Lumen", money("-100.00"))


def test_a_draw_on_another_client_s_lot_is_named(agency):
    acme, lumen = agency.made["Acme Corp"], agency.made["Lumen"]
    move = agency.entry(
        "2025-03-20",
        {"account": "Unearned revenue", "partner_id": lumen, "debit": 700.0},
        {"account": "Product Sales", "partner_id": lumen, "credit": 700.0},
    )
    (debit,) = agency.lines("Unearned revenue", ("move_id", "=", move))
    credit = agency.lines(
        "Unearned revenue", ("partner_id", "=", acme), ("reconciled", "=", False)
    )[0]
    agency.admin.call_on("account.move.line", [debit["id"], credit["id"]], "reconcile")
    report = check(agency)
    assert not report.ties
    assert {line.client: line.difference for line in report.differences} == {
        "Acme Corp": money("700.00"),
        "Lumen": money("-700.00"),
    }
    assert sorted(each.kind for each in report.foreign) == ["manual_entry", "wrong_client"]
    assert str(report.differences[0]) == (
        "235000 Unearned revenue, 275000 Unearned revenue, non-current, Acme Corp:"
        " ledger 5,000.00 USD, open lots 4,300.00 USD, awaiting review 0.00 USD,"
        " expected 5,000.00 USD"
    )


def test_a_parked_engagement_is_compared_with_nothing(agency):
    """The rules do not touch it, so they expect what is there."""
    agency.time(agency.made["Acme care"], "2025-03-20", 5.0)
    parked = check_books(agency.service, agency.pull(), date(2025, 5, 1), parked=(1,))
    lines = {line.client: line for line in parked.lines}
    assert lines["Acme Corp"].ties
    assert not lines["Lumen"].ties or lines["Lumen"].expected == lines["Lumen"].lots


def test_a_company_without_liability_accounts_has_nothing_to_tie(agency):
    fields = (
        "retainer_unearned_account_id",
        "retainer_advance_account_id",
        "retainer_unearned_noncurrent_account_id",
        "retainer_advance_noncurrent_account_id",
    )
    agency.admin.write("res.company", [1], dict.fromkeys(fields, False))
    assert check(agency).lines == ()


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"account_id": False, "partner_id": 1, "balance:sum": 0.0, "amount_residual:sum": 0.0},
        {"account_id": 4, "partner_id": 1, "balance:sum": "x", "amount_residual:sum": 0.0},
        {"account_id": 4, "partner_id": 1, "balance:sum": 1e300, "amount_residual:sum": 0.0},
    ],
)
def test_a_ledger_that_cannot_be_read_is_an_error_with_the_field(agency, row):
    pulled = agency.pull()

    class Odd:
        def read_group(self, *_):
            return [row]

        def search_read(self, *args, **options):
            return agency.service.search_read(*args, **options)

    with pytest.raises(BadAnswer, match=r"account\.move\.line"):
        check_books(Odd(), pulled, DAY)
    assert Unreadable
