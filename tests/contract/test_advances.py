"""What an advance comes to: all lots that name it, its links, its due date, its exact draws."""

from __future__ import annotations

from typing import Any

import pytest
from contract_world import Door, World

from sync.odoo.errors import Rejected

FIGURES = ("state", "unpaid", "received", "consumed", "returned", "remaining")


def make_advance(world: World, **values: Any) -> int:
    """An advance of this world's client."""
    return world.door.new(
        "retainer.advance", **{"partner_id": world.client, "amount": 1000.0, **values}
    )


def figures(door: Door, advance: int) -> tuple[Any, ...]:
    """State and amounts of an advance."""
    row = door.one("retainer.advance", [("id", "=", advance)], *FIGURES)
    return tuple(row[name] for name in FIGURES)


def request(world: World, advance: int, **changes: Any) -> int:
    """The customer invoice that asks for 1,000.00 of it."""
    document = world.invoice(
        world.key(f"advance_request/a{advance}"), expect={}, bind={"advances": [advance]}
    )
    document["values"] |= {"retainer_role": "advance_request", **changes}
    document["lines"] = [
        {
            "name": "Advance",
            "account_id": world.advances,
            "price_unit": "1000.00",
            "tax_ids": [],
            "retainer_advance_id": advance,
        }
    ]
    result = world.apply_one(document)
    assert result["status"] == "created", result
    return int(result["id"])


def taken_over(world: World, amount: float, **line: Any) -> int:
    """An opening balance, posted by a person: its line."""
    move = world.door.new(
        "account.move",
        move_type="entry",
        journal_id=world.journal("general"),
        date="2025-01-31",
        line_ids=[
            [
                0,
                0,
                {
                    "account_id": world.advances,
                    "partner_id": world.client,
                    "credit": amount,
                    **line,
                },
            ],
            [0, 0, {"account_id": world.account("asset_cash"), "debit": amount}],
        ],
    )
    world.door.admin.call_on("account.move", [move], "action_post")
    return lot_of(world, move)


def lot_of(world: World, move: int) -> int:
    """The line of a document on the advances account."""
    domain = [("move_id", "=", move), ("account_id", "=", world.advances)]
    return int(world.door.one("account.move.line", domain)["id"])


def draw(world: World, advance: int, lot: int, amount: str, key: str) -> None:
    """Take from a lot, in favour of the client."""
    due = world.account("asset_receivable")
    document = world.entry(world.key(key), world.advances, due, amount)
    document["values"]["retainer_role"] = "drawdown"
    document["lines"][0] |= {"retainer_advance_id": advance, "reconcile_line_id": lot}
    result = world.apply_one(document)
    assert result["status"] == "created", result


def test_all_lots_of_an_advance_count(leased: World, door: Door) -> None:
    """Its request, what was taken over, and what was restored."""
    advance = make_advance(leased)
    assert figures(door, advance) == ("draft", 0.0, 0.0, 0.0, 0.0, 0.0)
    old = taken_over(leased, 800.0, retainer_advance_id=advance)
    assert figures(door, advance) == ("paid", 0.0, 800.0, 0.0, 0.0, 800.0)
    request(leased, advance)
    assert figures(door, advance) == ("paid", 1000.0, 800.0, 0.0, 0.0, 800.0)
    draw(leased, advance, old, "300.00", "draw/1")
    assert figures(door, advance) == ("paid", 1000.0, 800.0, 300.0, 0.0, 500.0)
    due = leased.account("asset_receivable")
    undo = leased.entry(leased.key("undo/1"), due, leased.advances, "120.00")
    undo["values"]["retainer_role"] = "drawdown"
    undo["lines"][1]["retainer_advance_id"] = advance
    assert leased.apply_one(undo)["status"] == "created"
    assert figures(door, advance) == ("paid", 1000.0, 800.0, 180.0, 0.0, 620.0)


def test_the_due_date_of_a_request_wins(leased: World, door: Door) -> None:
    """Over the payment terms of the client."""
    terms = door.new(
        "account.payment.term",
        name="60 days",
        line_ids=[[0, 0, {"value": "percent", "value_amount": 100.0, "nb_days": 60}]],
    )
    door.admin.write("res.partner", [leased.client], {"property_payment_term_id": terms})
    move = request(leased, make_advance(leased), invoice_date_due="2025-04-10")
    assert leased.move(move, "invoice_date_due")["invoice_date_due"] == "2025-04-10"


def test_a_link_must_make_sense(leased: World, door: Door) -> None:
    """Another client's advance, another account, no client: nothing is written."""
    advance = make_advance(leased)
    stranger = door.new("res.partner", name=f"Stranger {leased.number}", is_company=True)
    foreign = make_advance(leased, partner_id=stranger)
    for line in (
        {"retainer_advance_id": foreign},
        {"retainer_advance_id": advance, "account_id": leased.unearned},
        {"retainer_advance_id": advance, "partner_id": False},
    ):
        with pytest.raises(Rejected):
            taken_over(leased, 50.0, **line)
    lot = taken_over(leased, 50.0)
    with pytest.raises(Rejected):
        door.admin.write("account.move.line", [lot], {"retainer_advance_id": foreign})
    door.admin.write("account.move.line", [lot], {"retainer_advance_id": advance})
    assert figures(door, advance) == ("paid", 0.0, 50.0, 0.0, 0.0, 50.0)


def test_a_deduction_on_an_invoice_is_a_draw(leased: World, door: Door) -> None:
    """Of exactly the lot that its line names."""
    advance = make_advance(leased)
    lot = taken_over(leased, 300.0, retainer_advance_id=advance)
    document = leased.invoice(leased.key("deducted"), expect={"amount_total": "750.00"})
    document["lines"].append(
        {
            "name": "Advance",
            "account_id": leased.advances,
            "price_unit": "-300.00",
            "tax_ids": [],
            "retainer_advance_id": advance,
            "reconcile_line_id": lot,
        }
    )
    result = leased.apply_one(document)
    assert result["status"] == "created", result
    assert figures(door, advance)[3:] == (300.0, 0.0, 0.0)


def test_draws_take_what_they_say_in_both_currencies(leased: World, door: Door) -> None:
    """However far from the lot's rate; what is left over of a rounding is matched as well."""
    wanted = [("name", "=", "GBP"), ("active", "in", [True, False])]
    pound = door.one("res.currency", wanted)["id"]
    door.admin.write("res.currency", [pound], {"active": True})
    rate = [("currency_id", "=", pound), ("name", "=", "2025-03-01")]
    if not door.admin.search_count("res.currency.rate", rate):
        door.new(
            "res.currency.rate",
            currency_id=pound,
            name="2025-03-01",
            rate=2.0,
            company_id=leased.company,
        )
    advance = make_advance(leased, currency_id=pound)
    lot = lot_of(leased, request(leased, advance, currency_id=pound, retainer_engagement_id=False))

    def left() -> tuple[float, float]:
        names = ("amount_residual_currency", "amount_residual")
        row = door.one("account.move.line", [("id", "=", lot)], *names)
        return row[names[0]], row[names[1]]

    assert left() == (-1000.0, -500.0)
    income = leased.account("income")
    for at, (amount, company, after) in enumerate(
        (
            ("500.00", "250.50", (-500.0, -249.5)),
            ("250.00", "125.00", (-250.0, -124.5)),
            ("250.00", "124.50", (0.0, 0.0)),
        )
    ):
        document = leased.entry(leased.key(f"draw/{at}"), leased.advances, income, "0")
        del document["values"]["retainer_engagement_id"]
        document["values"]["currency_id"] = pound
        document["lines"] = [
            {
                "name": "Draw",
                "account_id": account,
                "partner_id": leased.client,
                "currency_id": pound,
                "amount_currency": f"{sign}{amount}",
                "balance": f"{sign}{company}",
            }
            for account, sign in ((leased.advances, ""), (income, "-"))
        ]
        document["lines"][0]["reconcile_line_id"] = lot
        result = leased.apply_one(document)
        assert result["status"] == "created", result
        assert left() == after
    matched = [("credit_move_id", "=", lot), ("exchange_move_id", "!=", False)]
    assert door.admin.search_count("account.partial.reconcile", matched) == 0
