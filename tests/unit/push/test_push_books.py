"""The ledger of the liability accounts against the open lots, per client."""

from decimal import Decimal

import pytest

from sync.odoo.errors import BadAnswer
from sync.push import Lease, push, tie
from tests.unit.pull.agency import Agency, founding


@pytest.fixture
def agency():
    agency = founding()
    other = agency.client("Lumen")
    agency.retainer("Lumen retainer", other, agency.project("Lumen care", other))
    plan, pulled = agency.plan()
    assert push(agency.service, plan, pulled, lease=Lease(owner="test")).ok
    return agency


def entry(agency: Agency, *lines: tuple[int, int, float]) -> list[int]:
    """Post a manual entry of (account, client, debit less credit); its lines."""
    (journal,) = agency.admin.search_read("account.journal", [("code", "=", "MISC")], [], limit=1)
    (move,) = agency.admin.create(
        "account.move",
        [
            {
                "move_type": "entry",
                "journal_id": journal["id"],
                "date": "2025-03-20",
                "line_ids": [
                    [
                        0,
                        0,
                        {
                            "account_id": account,
                            "partner_id": client,
                            "debit": max(amount, 0.0),
                            "credit": max(-amount, 0.0),
                        },
                    ]
                    for account, client, amount in lines
                ],
            }
        ],
    )
    agency.admin.call_on("account.move", [move], "action_post")
    rows = agency.admin.search_read("account.move.line", [("move_id", "=", move)], [], limit=9)
    return [row["id"] for row in rows]


def test_after_a_run_they_tie_per_client(agency):
    pulled = agency.pull()
    start = agency.service.calls
    report = tie(agency.service, pulled)
    assert agency.service.calls - start == 3
    assert report.ties
    assert [(line.client, line.ledger, line.open) for line in report.lines] == [
        ("Acme Corp", Decimal("15000.00"), Decimal("15000.00")),
        ("Lumen", Decimal("15000.00"), Decimal("15000.00")),
    ]
    assert {line.kind for line in report.lines} == {"unearned"}


def test_a_draw_on_another_client_s_lot_is_named(agency):
    unearned = agency.pull().books.unearned_account_id
    acme, lumen = agency.made["Acme Corp"], agency.made["Lumen"]
    (income,) = agency.admin.search_read("account.account", [("code", "=", "400000")], [], limit=1)
    debit, _ = entry(agency, (unearned, lumen, 700.0), (income["id"], lumen, -700.0))
    (credit,) = agency.admin.search_read(
        "account.move.line",
        [("account_id", "=", unearned), ("partner_id", "=", acme), ("reconciled", "=", False)],
        [],
        limit=1,
    )
    agency.admin.call_on("account.move.line", [debit, credit["id"]], "reconcile")
    report = tie(agency.service, agency.pull())
    assert not report.ties
    assert {line.client: line.difference for line in report.differences} == {
        "Acme Corp": Decimal("700.00"),
        "Lumen": Decimal("-700.00"),
    }
    assert str(report.differences[0]) == (
        "235000 Unearned revenue, Acme Corp: ledger 15,000.00 USD, open lots 14,300.00 USD,"
        " difference 700.00 USD"
    )


def test_a_company_without_liability_accounts_has_nothing_to_tie(agency):
    fields = ("retainer_unearned_account_id", "retainer_advance_account_id")
    agency.admin.write("res.company", [1], dict.fromkeys(fields, False))
    assert tie(agency.service, agency.pull()).lines == ()


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

    with pytest.raises(BadAnswer, match=r"account\.move\.line"):
        tie(Odd(), pulled)
