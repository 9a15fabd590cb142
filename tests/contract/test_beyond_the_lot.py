"""A draw larger than its lot is refused whole: lot, invoice and ledger stay as they were."""

from __future__ import annotations

from typing import Any

import pytest
from contract_world import World


def lot_of(world: World, amount: float) -> int:
    """A line of that much of the client's money on the advances account, without an advance."""
    admin = world.door.admin
    bank = world.account("asset_cash")
    move = world.door.new(
        "account.move",
        move_type="entry",
        journal_id=world.journal("general"),
        date="2025-03-01",
        line_ids=[
            [0, 0, {"account_id": bank, "debit": amount, "partner_id": world.client}],
            [0, 0, {"account_id": world.advances, "credit": amount, "partner_id": world.client}],
        ],
    )
    admin.call_on("account.move", [move], "action_post")
    domain = [("move_id", "=", move), ("account_id", "=", world.advances)]
    return int(world.door.one("account.move.line", domain)["id"])


@pytest.mark.parametrize("amount", ["60.01", "100.00", "1050.00", "1000000.00"])
def test_more_than_is_there_is_not_drawn(leased: World, amount: str) -> None:
    lot = lot_of(leased, 60.0)
    invoice = leased.apply_one(leased.invoice())
    domain = [("move_id", "=", invoice["id"]), ("account_type", "=", "asset_receivable")]
    due = leased.door.one("account.move.line", domain, "account_id")
    document: dict[str, Any] = leased.entry(
        leased.key("drawdown/x"), leased.advances, due["account_id"], amount
    )
    document["values"]["retainer_role"] = "drawdown"
    document["reconcile"] = [
        {"account_id": leased.advances, "line_ids": [lot]},
        {"account_id": due["account_id"], "line_ids": [due["id"]]},
    ]
    result = leased.apply_one(document)
    assert (result["status"], result["code"]) == ("rejected", "refused"), result
    assert result["reason"]
    assert leased.lookup(document["key"]) == []
    fields = ("amount_residual", "reconciled")
    left = leased.door.one("account.move.line", [("id", "=", lot)], *fields)
    assert (left["amount_residual"], left["reconciled"]) == (-60.0, False)
    assert leased.move(int(invoice["id"]), "amount_residual")["amount_residual"] == 1050.0
