"""The world that the engine is measured on is evaluated whole: no second of it is lost or doubled.

How long it takes is never asserted.
"""

from decimal import Decimal

import pytest

from benchmarks.engine import Figures, Stopwatch, run, table
from benchmarks.world import SENIOR, World
from sync.domain.documents import Role
from sync.domain.hours import HOUR, text

WORLD = World(12_000)
QUARTER = HOUR // 4


@pytest.fixture(scope="module")
def outcome():
    return run(WORLD, Stopwatch(), Stopwatch())


@pytest.fixture(scope="module")
def rows():
    return [row for rows in WORLD.pages() for row in rows]


def entered(row) -> int:
    return round(row["unit_amount"] * HOUR)


def engagement_of(row) -> int:
    return (row["project_id"] - 1) % WORLD.engagements + 1


def outside(row) -> bool:
    return row["project_id"] > 2 * WORLD.engagements


def counted(row) -> int:
    """What counts of an entry by the terms of its engagement; each tenth is odd in its own way."""
    seconds = entered(row)
    match engagement_of(row) % 10:
        case 2:
            return -(-seconds // QUARTER) * QUARTER
        case 3 if row["employee_id"] % 4 + 1 == SENIOR:
            return seconds * 3 // 2
        case _:
            return seconds


def test_all_time_of_the_retainers_is_on_their_statements(outcome, rows) -> None:
    for engagement in range(1, WORLD.engagements + 1):
        own = [
            row
            for row in rows
            if not outside(row)
            and not row["retainer_change_order_id"]
            and engagement_of(row) == engagement
        ]
        statements = [each for each in outcome.statements if each.engagement_id == engagement]
        assert sum(each.used for each in statements) == sum(counted(row) for row in own) > 0
        bound = [entry for each in statements for entry in each.entry_ids]
        assert sorted(bound) == [row["id"] for row in own]
        for each in statements:
            drawn = [part for lot in each.lots for _, part in lot.draws]
            assert sum(drawn) + each.overage == each.used


def test_all_extra_work_is_invoiced_up_to_the_last_billing_day(outcome, rows) -> None:
    extra = {row["id"]: row for row in rows if row["retainer_change_order_id"]}
    billed = [each for each in outcome.invoices if each.role is Role.out_of_scope]
    done = {entry for each in billed for entry in each.entry_ids}
    assert done == {id for id, row in extra.items() if row["date"] <= "2025-12-28"}
    seconds = sum(counted(extra[entry]) for entry in done)
    assert abs(sum(each.untaxed for each in billed) - Decimal(seconds) * 160 / HOUR) < len(billed)


def test_what_nobody_claims_is_reported_whole(outcome, rows) -> None:
    stray = [entered(row) for row in rows if outside(row)]
    (issue,) = outcome.issues[:1]
    assert issue.code == "time_on_no_engagement"
    assert issue.message.startswith(f"{len(stray)} time entries ({text(sum(stray))} h,")


def test_every_kind_of_thing_happens_in_it(outcome) -> None:
    assert {Role.fee, Role.overage, Role.out_of_scope} == {each.role for each in outcome.invoices}
    assert outcome.requests
    assert any(each.expired and each.rolled_out for each in outcome.statements)
    assert any(each.rolled_in for each in outcome.statements)


def test_the_table_shows_the_growth() -> None:
    small: Figures = {
        "entries": 1000,
        "engagements": 10,
        "map_s": 0.5,
        "rules_s": 1.0,
        "wall_s": 2.0,
        "explain_s": 0.1,
        "peak_mib": 50,
        "invoices": 1,
        "statements": 2,
    }
    large = small | {"entries": 10_000, "rules_s": 4.0, "peak_mib": 100}
    first, second = table([small, large]).splitlines()[2:]
    assert "×" not in first
    assert "| **4.50 s** | × 3.0 |" in second
    assert "| 100 MiB | × 2.0 |" in second
