"""Money that comes in: entered as the bank's statement is, and set off against what is open."""

from datetime import date
from decimal import Decimal
from typing import Any

from sync.scenario.load.columns import Values
from sync.scenario.load.observe import exact
from sync.scenario.load.world import NotThere, World

PAYMENT = "Payment"


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
    open_amount = sum((exact(line["amount_residual_currency"]) for line in lines), Decimal(0))
    paid = amount if amount is not None else open_amount
    made = _entry(
        world,
        day,
        paid,
        lines[0]["account_id"],
        {"currency_id": lines[0]["currency_id"], "partner_id": lines[0]["partner_id"]},
    )
    settle(world, [move, made])


def on_account(world: World, client: str, day: date, amount: Decimal) -> None:
    """Money of a client that is for nothing in particular, in the company's currency."""
    account = world.rows("account.account", [("account_type", "=", "asset_receivable")], ["name"])[
        0
    ]["id"]
    partner = {
        "currency_id": world.id("currency", world.currency),
        "partner_id": world.id("client", client),
    }
    _entry(world, day, amount, account, partner)


def bounce(world: World, move: int, day: date) -> None:
    """The bank takes back the last payment of an invoice: it is due again."""
    payment = _last_payment(world, move)
    world.gateway.call_on("account.move.line", [payment], "remove_move_reconcile")
    fields = ["account_id", "partner_id", "currency_id", "amount_currency"]
    (line,) = world.rows("account.move.line", [("id", "=", payment)], fields)
    made = _entry(
        world,
        day,
        exact(line["amount_currency"]),
        line["account_id"],
        {"currency_id": line["currency_id"], "partner_id": line["partner_id"]},
    )
    domain: list[Any] = [("move_id", "=", made), ("account_id", "=", line["account_id"])]
    (back,) = (each["id"] for each in world.rows("account.move.line", domain, ["name"]))
    world.gateway.call_on("account.move.line", [payment, back], "reconcile")


def move(world: World, move: int, partner: int) -> None:
    """The last payment of an invoice turns out to be somebody else's."""
    payment = _last_payment(world, move)
    world.gateway.call_on("account.move.line", [payment], "remove_move_reconcile")
    (line,) = world.rows("account.move.line", [("id", "=", payment)], ["move_id"])
    entry = line["move_id"]
    world.gateway.call_on("account.move", [entry], "button_draft")
    lines = world.rows("account.move.line", [("move_id", "=", entry)], ["name"])
    change = [[1, each["id"], {"partner_id": partner}] for each in lines]
    world.gateway.write("account.move", [entry], {"line_ids": change})
    world.gateway.call_on("account.move", [entry], "action_post")


def unmatch(world: World, move: int) -> None:
    """Take back whatever settles the lines of a document."""
    domain: list[Any] = [("move_id", "=", move), ("account_id.reconcile", "=", True)]
    lines = [each["id"] for each in world.rows("account.move.line", domain, ["name"])]
    world.gateway.call_on("account.move.line", lines, "remove_move_reconcile")


def _last_payment(world: World, move: int) -> int:
    """The line of the payment that settled a document last."""
    matches = world.rows(
        "account.partial.reconcile",
        [
            ("debit_move_id.move_id", "=", move),
            ("credit_move_id.move_id.ref", "=", PAYMENT),
        ],
        ["credit_move_id"],
    )
    if not matches:
        raise NotThere("no payment of the document is there")
    return int(matches[-1]["credit_move_id"])


def _entry(world: World, day: date, amount: Decimal, account: int, common: Values) -> int:
    """Money into the bank (below zero: out of it), against an account; posted."""
    journal, bank = _bank(world)
    common = {**common, "name": PAYMENT}
    paid = float(amount)
    (made,) = world.gateway.create(
        "account.move",
        [
            {
                "move_type": "entry",
                "journal_id": journal,
                "date": day.isoformat(),
                "ref": PAYMENT,
                "line_ids": [
                    [0, 0, {**common, "account_id": bank, "amount_currency": paid}],
                    [0, 0, {**common, "account_id": account, "amount_currency": -paid}],
                ],
            }
        ],
    )
    world.gateway.call_on("account.move", [made], "action_post")
    return made


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
