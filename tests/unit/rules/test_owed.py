"""What is still owed of a fee, where a document says little and where the rules are to catch up."""

from datetime import date
from typing import Any

import pytest

from sync.domain.ledger import LotKind, MoneyLot
from sync.domain.terms import Recognition
from sync.rules.owed import Owed, owed
from tests.properties.books import Books
from tests.properties.test_owed_laws import open_lot
from tests.unit.rules.world import USD, block, company, day, money, retainer, terms, world


def sold(**changes: Any) -> MoneyLot:
    """A block of hours for 900.00, posted on 3 March, untouched."""
    return MoneyLot(
        **{
            "line_id": 50,
            "kind": LotKind.unearned,
            "move_id": 5050,
            "move_name": "INV/7",
            "move_key": "1/1/fee/b4/0",
            "engagement_id": 1,
            "client_id": 7,
            "currency": USD,
            "day": day("2025-03-03"),
            "amount": money(900),
            "amount_company": money(900),
            "open": money(900),
            "open_company": money(900),
            **changes,
        }
    )


def still_owed(kept: Books, on: str, *lots: MoneyLot) -> Owed | None:
    """Of the one document that stands."""
    for each in lots:
        kept.lots[each.line_id] = each
    ledger = kept.snapshot.ledger.model_copy(update={"lots": tuple(kept.lots.values())})
    snapshot = kept.snapshot.model_copy(update={"ledger": ledger})
    (found,) = owed(snapshot, map(open_lot, kept.lots.values()), day(on)).values()
    return found


def test_of_what_names_no_days_the_rules_say_nothing() -> None:
    kept = Books(world(retainer()))
    assert still_owed(kept, "2025-04-01", sold(move_key="")) is None


@pytest.mark.parametrize("days", [("2025-03-03", None), (None, "2025-03-31"), (None, None)])
def test_a_block_is_owed_until_it_is_drawn_whatever_days_it_names(days) -> None:
    start, end = (None if each is None else date.fromisoformat(each) for each in days)
    kept = Books(world(retainer(), hour_blocks=[block(4, "2025-03-03", 10, 900)]))
    lot = sold(service_start=start, service_end=end)
    assert still_owed(kept, "2025-04-01", lot) == Owed(money(900), money(900))


def test_what_the_next_run_takes_is_not_owed_whatever_changed_inside_the_service() -> None:
    # 3,000.00 for the quarter; the same price under new terms from February on. In February
    # nothing is recognised yet of what January earned
    engagement = retainer(
        terms(
            billing_months=3,
            monthly_fee=money(1000),
            monthly_seconds=0,
            recognition=Recognition.straight_line,
        ),
        terms(
            "2025-02-01",
            id=2,
            billing_months=3,
            monthly_fee=money(1000),
            monthly_seconds=0,
            recognition=Recognition.straight_line,
        ),
    )
    kept = Books(world(engagement, company=company(post_entries=True)))
    kept.run(day("2025-01-02"))
    assert kept.entries == {}
    assert still_owed(kept, "2025-02-03") == Owed(money(2000), money(2000))
