"""Current and non-current at year end: an entry on its last day, taken back on the next."""

from decimal import Decimal
from typing import Any

import pytest

from sync.domain.advances import Advance, Decision
from sync.domain.journal import Account, Entry
from sync.domain.ledger import ExistingEntry, Ledger, Locks, LotKind, MoneyLot, Receipt
from sync.domain.money import Currency
from sync.domain.outcome import Outcome
from sync.domain.snapshot import Snapshot
from sync.domain.terms import Recognition
from sync.rules.reclassify import reclassify, year_end_before
from tests.unit.rules.world import USD, booked, company, day, issue, money, retainer, terms, world

EUR = Currency(id=4, code="EUR")


def lot(kind: LotKind = LotKind.unearned, amount: str = "36000", **changes: Any) -> MoneyLot:
    return MoneyLot(
        **{
            "line_id": 50,
            "kind": kind,
            "move_id": 70,
            "move_name": "INV/70",
            "engagement_id": 1,
            "client_id": 7,
            "currency": USD,
            "day": day("2025-07-01"),
            "amount": money(amount),
            "amount_company": money(amount),
            "open": money(amount),
            "open_company": money(amount),
            **changes,
        }
    )


def advance(**changes: Any) -> Advance:
    return Advance(
        **{
            "id": 3,
            "name": "Advance 3",
            "client_id": 7,
            "partner_id": 7,
            "currency": USD,
            "amount": money(10000),
            "request_on": day("2025-07-01"),
            "maturity": day("2027-06-30"),
            **changes,
        }
    )


def three_years(**changes: Any) -> MoneyLot:
    """36,000.00 for 1 July 2025 to 30 June 2028, 1,096 days."""
    return lot(service_start=day("2025-07-01"), service_end=day("2028-06-30"), **changes)


def agency(*lots: MoneyLot, advances: tuple[Advance, ...] = (), **policy: Any) -> Snapshot:
    return world(
        retainer(terms("2025-07-01", recognition=Recognition.straight_line), start="2025-07-01"),
        company=company(**{"split_noncurrent": True, **policy}),
        advances=advances,
        ledger=Ledger(lots=lots),
    )


def asked(snapshot: Snapshot, on: str = "2026-01-02") -> Outcome:
    return reclassify(snapshot, day(on), Outcome(as_of=day(on)))


def figures(entry: Entry) -> list[tuple[Account, Decimal, Decimal]]:
    return [(each.account, each.amount, each.amount_company) for each in entry.lines]


@pytest.mark.parametrize(
    ("year_end", "on", "expected"),
    [
        ((12, 31), "2026-01-01", "2025-12-31"),
        ((12, 31), "2025-12-31", "2024-12-31"),
        ((6, 30), "2025-07-01", "2025-06-30"),
        ((2, 29), "2025-03-01", "2025-02-28"),
        ((2, 29), "2024-03-01", "2024-02-29"),
    ],
)
def test_the_last_year_that_ended(year_end: tuple[int, int], on: str, expected: str) -> None:
    assert year_end_before(year_end, day(on)) == day(expected)


def test_the_months_after_the_twelve_are_shown_as_non_current() -> None:
    # From 1 January 2027: 547 of 1,096 days. 36,000.00 × 547/1,096 = 17,967.15
    entry, back = asked(agency(three_years())).entries
    assert (entry.key, entry.day) == (
        "1/0/reclassification/2025.p7.unearned.USD/0",
        day("2025-12-31"),
    )
    assert (back.key, back.day) == (
        "1/0/reclassification/2025.p7.unearned.USD.back/0",
        day("2026-01-01"),
    )
    assert entry.unit == back.unit == entry.key
    part = money("17967.15")
    assert figures(entry) == [
        (Account.unearned, part, part),
        (Account.unearned_noncurrent, -part, -part),
    ]
    assert figures(back) == [
        (Account.unearned, -part, -part),
        (Account.unearned_noncurrent, part, part),
    ]
    assert all(line.match_line_id is None for each in (entry, back) for line in each.lines)
    assert [line.match_key for line in (*entry.lines, *back.lines)] == ["", "", entry.key, ""]


def test_what_is_due_within_the_twelve_months_stays() -> None:
    year = lot(service_start=day("2025-12-01"), service_end=day("2026-11-30"), amount="12000")
    assert asked(agency(year)).entries == ()


def test_no_policy_no_entry() -> None:
    assert asked(agency(three_years(), split_noncurrent=False)).entries == ()


def test_what_was_given_back_is_not_owed() -> None:
    # 6,000.00 credited: (36,000.00 − 6,000.00) × 547/1,096 = 14,972.63
    left = three_years(open=money(30000), open_company=money(30000), credited=money(6000))
    entry, _ = asked(agency(left)).entries
    assert entry.total == money("14972.63")


def test_never_more_than_is_open() -> None:
    left = three_years(open=money(5000), open_company=money(4000))
    entry, _ = asked(agency(left)).entries
    assert figures(entry)[0] == (Account.unearned, money(5000), money(4000))


def test_what_was_received_after_the_year_end_is_not_of_that_year() -> None:
    later = three_years(day=day("2026-01-01"))
    assert asked(agency(later)).entries == ()


def test_an_advance_that_may_be_drawn_beyond_the_twelve_months() -> None:
    paid = lot(LotKind.advances, "10000", advance_id=3, unpaid=money(4000), engagement_id=None,
               receipts=(Receipt(day=day("2025-08-01"), amount=money(5000)),
                         Receipt(day=day("2026-01-01"), amount=money(1000))))  # fmt: skip
    entry, _ = asked(agency(paid, advances=(advance(),))).entries
    # 6,000.00 are paid, 5,000.00 of them by the year's end
    assert figures(entry)[0] == (Account.advances, money(5000), money(5000))
    assert entry.key == "1/0/reclassification/2025.p7.advances.USD/0"


@pytest.mark.parametrize(
    "changes",
    [
        {"maturity": None},
        {"maturity": day("2026-12-31")},
        {"decision": Decision.give_back},
        {"decision": Decision.recognise},
    ],
)
def test_an_advance_that_can_be_claimed_within_the_year_is_current(changes: Any) -> None:
    paid = lot(LotKind.advances, "10000", advance_id=3)
    assert asked(agency(paid, advances=(advance(**changes),))).entries == ()


def test_clients_accounts_and_currencies_each_have_their_entry() -> None:
    lots = (
        three_years(),
        three_years(line_id=51, move_id=71),
        three_years(line_id=52, move_id=72, client_id=8),
        three_years(line_id=53, move_id=73, currency=EUR, amount_company=money(40000),
                    open_company=money(40000)),
        lot(LotKind.advances, "10000", line_id=54, move_id=74, advance_id=3),
    )  # fmt: skip
    found = asked(agency(*lots, advances=(advance(),))).entries
    assert {
        each.key.split("/")[3]: each.total for each in found if each.day == day("2025-12-31")
    } == {
        "2025.p7.unearned.USD": money("35934.30"),
        "2025.p8.unearned.USD": money("17967.15"),
        "2025.p7.unearned.EUR": money("17967.15"),
        "2025.p7.advances.USD": money("10000"),
    }
    euros = next(each for each in found if "EUR/0" in each.key)
    # at the lot's own rate: 40,000.00 × 17,967.15 ÷ 36,000.00
    assert euros.lines[0].amount_company == money("19963.50")


def test_a_year_that_is_closed_is_told() -> None:
    locks = Locks(all=day("2025-12-31"))
    outcome = asked(agency(three_years(), locks=locks))
    assert outcome.entries == ()
    assert issue(outcome, "year_end_closed").field == "split_noncurrent"


def standing(key: str, state: str = "posted", amount: str = "17967.15") -> ExistingEntry:
    of_the_company = {"engagement_id": None, "day": day("2025-12-31")}
    return booked(key, amount, state=state, **of_the_company)


ENTRY, BACK = (f"1/0/reclassification/2025.p7.unearned.USD{end}/0" for end in ("", ".back"))


def with_entries(snapshot: Snapshot, *entries: ExistingEntry) -> Snapshot:
    ledger = snapshot.ledger.model_copy(update={"entries": entries})
    return snapshot.model_copy(update={"ledger": ledger})


def test_what_is_posted_stays_and_so_does_its_draft_reversal() -> None:
    less = agency(three_years(open=money(100), open_company=money(100)))
    stands = with_entries(less, standing(ENTRY), standing(BACK, "draft"))
    assert asked(stands).entries == ()
    gone = with_entries(agency(), standing(ENTRY), standing(BACK, "draft"))
    assert asked(gone).entries == ()


def test_drafts_without_ground_are_withdrawn() -> None:
    gone = with_entries(agency(), standing(ENTRY, "draft"), standing(BACK, "draft"))
    assert [(each.key, each.withdrawn) for each in asked(gone).entries] == [
        (ENTRY, True),
        (BACK, True),
    ]


def test_entries_of_another_year_are_left_alone() -> None:
    old = standing("1/0/reclassification/2024.p7.unearned.USD/0", "draft")
    assert asked(with_entries(agency(), old)).entries == ()
