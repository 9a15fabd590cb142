"""Money that comes in: entered as the bank's statement is, and set off against what is open."""

from datetime import date
from decimal import Decimal
from typing import Any

from sync.scenario.load.columns import Values
from sync.scenario.load.world import NotThere, World


def pay(world: World, move: int, day: date, amount: Decimal | None) -> None:
    """The client pays an invoice, in its currency; all that is open unless an amount is given."""
    lines = world.rows(
        "account.move.line",
        [
            ("move_id", "=", move),
            ("account_id.account_type", "=", "asset_receivable"),
            ("reconciled", "=", False),
        ],
        ["account_id", "partner_id", "currency_id", "amount_residual_currency"],
    )
    if not lines:
        raise NotThere("nothing is open on the invoice that is to be paid")
    open_amount = sum(Decimal(repr(line["amount_residual_currency"])) for line in lines)
    paid = float(amount if amount is not None else open_amount)
    journal, account = _bank(world)
    common: Values = {
        "currency_id": lines[0]["currency_id"],
        "partner_id": lines[0]["partner_id"],
        "name": "Payment",
    }
    made = world.gateway.create(
        "account.move",
        [
            {
                "move_type": "entry",
                "journal_id": journal,
                "date": day.isoformat(),
                "ref": "Payment",
                "line_ids": [
                    [0, 0, {**common, "account_id": account, "amount_currency": paid}],
                    [
                        0,
                        0,
                        {
                            **common,
                            "account_id": lines[0]["account_id"],
                            "amount_currency": -paid,
                        },
                    ],
                ],
            }
        ],
    )
    world.gateway.call_on("account.move", made, "action_post")
    settle(world, [move, *made])


def settle(world: World, moves: list[int]) -> None:
    """Set the open receivable lines of some moves off against each other."""
    lines = world.rows(
        "account.move.line",
        [
            ("move_id", "in", moves),
            ("account_id.account_type", "=", "asset_receivable"),
            ("reconciled", "=", False),
        ],
        ["name"],
    )
    if len(lines) > 1:
        world.gateway.call_on("account.move.line", [line["id"] for line in lines], "reconcile")


def _bank(world: World) -> tuple[int, int]:
    """The company's bank journal and its account."""
    domain: list[Any] = [("type", "=", "bank"), ("company_id", "=", world.company_id)]
    found = world.rows("account.journal", domain, ["default_account_id"])
    assert found, "the company has no bank journal"
    return int(found[0]["id"]), int(found[0]["default_account_id"])
