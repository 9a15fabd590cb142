"""Lock dates: Odoo moves the date of an entry by itself; the service's check notices."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from contract_world import World


@pytest.fixture
def locked(leased: World) -> Iterator[World]:
    """The year 2024 is closed."""
    company = [leased.company]
    leased.door.admin.write("res.company", company, {"fiscalyear_lock_date": "2024-12-31"})
    yield leased
    leased.door.admin.write("res.company", company, {"fiscalyear_lock_date": False})


def today() -> date:
    """The server's day; its clock runs in UTC."""
    return datetime.now(UTC).date()


def test_planned_into_a_locked_period(locked: World) -> None:
    """The date would be another than planned, so nothing is written."""
    document = locked.invoice(expect={"date": "2024-12-31"})
    document["values"]["invoice_date"] = "2024-12-31"
    result = locked.apply_one(document)
    assert (result["status"], result["code"]) == ("rejected", "expect_differs")
    assert locked.lookup(locked.key()) == []


def test_odoo_moves_the_date_silently(locked: World) -> None:
    """An invoice keeps its own date and is booked in the first open period."""
    locked.apply_one(locked.invoice(locked.key("first")))
    document = locked.invoice(expect={})
    document["values"]["invoice_date"] = "2024-12-31"
    result = locked.apply_one(document)
    assert result["status"] == "created", result
    move = locked.move(result["id"], "date", "invoice_date", "name")
    assert move["invoice_date"] == "2024-12-31"
    assert move["date"] == min(today(), date(2025, 12, 31)).isoformat()
    assert move["name"].startswith(f"INV/{move['date'][:4]}/")


def test_an_entry_goes_to_the_end_of_the_open_month(locked: World) -> None:
    """Journals that number by month."""
    income = locked.account("income")
    document = locked.entry(locked.key("r"), locked.unearned, income, "10.00")
    document["values"]["date"] = "2024-12-31"
    result = locked.apply_one(document)
    assert result["status"] == "created", result
    assert locked.move(result["id"], "date")["date"] == "2025-01-31"


def test_the_first_open_day_is_taken_as_planned(locked: World) -> None:
    """What is planned for an open day stays there."""
    income = locked.account("income")
    document = locked.entry(
        locked.key("r"), locked.unearned, income, "10.00", expect={"date": "2025-01-01"}
    )
    document["values"]["date"] = "2025-01-01"
    assert locked.apply_one(document)["status"] == "created"
