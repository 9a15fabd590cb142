"""Advances in the books: request, payment, draw, credit note; matched, with what is left open."""

from typing import Any

import pytest
from contract_world import Door, World

from sync.odoo.errors import Rejected


def lines(world: World, move: int, account: int) -> list[dict[str, Any]]:
    """Lines of a move on an account."""
    return world.door.service.search_read(
        "account.move.line",
        [("move_id", "=", move), ("account_id", "=", account)],
        ("balance", "amount_residual", "reconciled"),
        limit=10,
    )


def receivable(world: World, move: int) -> dict[str, Any]:
    """The receivable line of a move."""
    (line,) = world.door.service.search_read(
        "account.move.line",
        [("move_id", "=", move), ("account_type", "=", "asset_receivable")],
        ("account_id", "balance", "amount_residual", "reconciled"),
        limit=10,
    )
    return line


def request_advance(world: World, amount: str = "1000.00") -> dict[str, Any]:
    """Request an advance: an invoice on the liability account."""
    document = world.invoice(world.key("advance_request/a1"), expect={})
    document["values"] |= {"retainer_role": "advance_request"}
    document["lines"] = [
        {"name": "Advance", "account_id": world.advances, "price_unit": amount, "tax_ids": []}
    ]
    return world.apply_one(document)


def pay(world: World, move: int, amount: float) -> None:
    """A receipt, entered as a bookkeeper would: bank against receivable, matched."""
    due = receivable(world, move)
    entry = world.door.new(
        "account.move",
        move_type="entry",
        date="2025-03-31",
        journal_id=world.journal("bank"),
        line_ids=[
            [0, 0, {"account_id": world.account("asset_cash"), "debit": amount}],
            [0, 0, {"account_id": due["account_id"], "credit": amount,
                    "partner_id": world.client}],
        ],
    )  # fmt: skip
    world.door.admin.call_on("account.move", [entry], "action_post")
    other = receivable(world, entry)
    world.door.admin.call_on("account.move.line", [due["id"], other["id"]], "reconcile")


def draw(world: World, invoice: int, lot: int, amount: str, key: str = "draw") -> dict[str, Any]:
    """Pay an invoice out of an advance: debit the liability, credit the receivable, match both."""
    due = receivable(world, invoice)
    return world.apply_one(
        world.entry(
            world.key(key),
            world.advances,
            due["account_id"],
            amount,
            reconcile=[
                {"account_id": world.advances, "line_ids": [lot]},
                {"account_id": due["account_id"], "line_ids": [due["id"]]},
            ],
        )
    )


def test_a_payment_pays(leased: World) -> None:
    """In part and in full."""
    move = leased.apply_one(leased.invoice())["id"]
    pay(leased, move, 50.0)
    row = leased.move(move, "amount_residual", "payment_state")
    assert (row["amount_residual"], row["payment_state"]) == (1000.0, "partial")
    pay(leased, move, 1000.0)
    row = leased.move(move, "amount_residual", "payment_state")
    assert (row["amount_residual"], row["payment_state"]) == (0.0, "paid")
    assert receivable(leased, move)["reconciled"] is True


def test_an_advance_and_its_draw(leased: World, door: Door) -> None:
    """The lot's residual is what is still owed; the covered invoice is paid at once."""
    request = request_advance(leased)
    assert request["status"] == "created", request
    advance = door.new(
        "retainer.advance",
        partner_id=leased.client,
        amount=1000.0,
        request_move_id=request["id"],
    )
    figures = ("received", "consumed", "returned", "remaining", "state")

    def standing() -> tuple[Any, ...]:
        row = door.one("retainer.advance", [("id", "=", advance)], *figures)
        return tuple(row[name] for name in figures)

    assert standing() == (0.0, 0.0, 0.0, 0.0, "requested")
    pay(leased, request["id"], 1000.0)
    assert standing() == (1000.0, 0.0, 0.0, 1000.0, "paid")
    (lot,) = lines(leased, request["id"], leased.advances)
    assert (lot["balance"], lot["amount_residual"]) == (-1000.0, -1000.0)

    invoice = leased.apply_one(leased.invoice(leased.key("small"), expect={}))["id"]
    entry = draw(leased, invoice, lot["id"], "400.00")
    assert entry["status"] == "created", entry
    row = leased.move(invoice, "amount_residual", "payment_state")
    assert (row["amount_residual"], row["payment_state"]) == (650.0, "partial")
    (lot,) = lines(leased, request["id"], leased.advances)
    assert (lot["amount_residual"], lot["reconciled"]) == (-600.0, False)
    assert standing() == (1000.0, 400.0, 0.0, 600.0, "paid")

    entry = draw(leased, invoice, lot["id"], "600.00", "draw2")
    assert entry["status"] == "created", entry
    assert standing() == (1000.0, 1000.0, 0.0, 0.0, "exhausted")
    (lot,) = lines(leased, request["id"], leased.advances)
    assert (lot["amount_residual"], lot["reconciled"]) == (0.0, True)


def test_a_fully_covered_invoice_is_paid(leased: World) -> None:
    """By the draw alone."""
    request = request_advance(leased, "2000.00")
    pay(leased, request["id"], 2000.0)
    (lot,) = lines(leased, request["id"], leased.advances)
    invoice = leased.apply_one(leased.invoice(leased.key("i")))["id"]
    draw(leased, invoice, lot["id"], "1050.00")
    row = leased.move(invoice, "amount_residual", "payment_state")
    assert (row["amount_residual"], row["payment_state"]) == (0.0, "paid")


def test_no_more_than_is_there(leased: World) -> None:
    """A draw beyond the open amount is refused as a whole."""
    request = request_advance(leased, "100.00")
    pay(leased, request["id"], 100.0)
    (lot,) = lines(leased, request["id"], leased.advances)
    invoice = leased.apply_one(leased.invoice(leased.key("i")))["id"]
    result = draw(leased, invoice, lot["id"], "100.01")
    assert (result["status"], result["code"]) == ("rejected", "refused")
    (lot,) = lines(leased, request["id"], leased.advances)
    assert lot["amount_residual"] == -100.0


def test_lines_that_are_not_open(leased: World) -> None:
    """Reconciled already, of another account, or on an account that does not reconcile."""
    request = request_advance(leased, "100.00")
    pay(leased, request["id"], 100.0)
    (lot,) = lines(leased, request["id"], leased.advances)
    income, due = leased.account("income"), receivable(leased, request["id"])
    entry = leased.entry(leased.key("x"), leased.advances, income, "1.00")
    for account, line in (
        (leased.advances, due["id"]),
        (due["account_id"], due["id"]),
        (income, lot["id"]),
    ):
        result = leased.apply_one(
            {**entry, "reconcile": [{"account_id": account, "line_ids": [line]}]}
        )
        assert (result["status"], result["code"]) == ("rejected", "refused")
    unknown = [{"account_id": leased.advances, "line_ids": [999_999_999]}]
    assert leased.apply_one({**entry, "reconcile": unknown})["code"] == "unknown_record"


def test_credit_note_returns_the_rest(leased: World, door: Door) -> None:
    """A credit note on the liability account discharges what remains."""
    request = request_advance(leased, "300.00")
    pay(leased, request["id"], 300.0)
    advance = door.new(
        "retainer.advance", partner_id=leased.client, amount=300.0, request_move_id=request["id"]
    )
    (lot,) = lines(leased, request["id"], leased.advances)
    document = leased.invoice(leased.key("return"), expect={})
    document["values"] |= {"move_type": "out_refund", "retainer_role": "advance_return"}
    document["lines"] = [
        {"name": "Return", "account_id": leased.advances, "price_unit": "300.00", "tax_ids": []}
    ]
    document["reconcile"] = [{"account_id": leased.advances, "line_ids": [lot["id"]]}]
    result = leased.apply_one(document)
    assert result["status"] == "created", result
    row = door.one("retainer.advance", [("id", "=", advance)], "returned", "remaining", "state")
    assert (row["returned"], row["remaining"], row["state"]) == (300.0, 0.0, "closed")


def test_cancelling_a_draw_gives_the_lot_back(leased: World, door: Door) -> None:
    """Back to draft alone does not: Odoo keeps what is matched until the entry is cancelled."""
    request = request_advance(leased, "500.00")
    pay(leased, request["id"], 500.0)
    (lot,) = lines(leased, request["id"], leased.advances)
    invoice = leased.apply_one(leased.invoice(leased.key("i")))["id"]
    entry = draw(leased, invoice, lot["id"], "500.00")
    for button, open_lot, open_invoice in (
        ("button_draft", 0.0, 550.0),
        ("button_cancel", -500.0, 1050.0),
    ):
        door.admin.call_on("account.move", [entry["id"]], button)
        (lot,) = lines(leased, request["id"], leased.advances)
        assert lot["amount_residual"] == open_lot
        assert leased.move(invoice, "amount_residual")["amount_residual"] == open_invoice


def test_posted_is_not_deleted_nor_edited(leased: World, door: Door) -> None:
    """By nobody."""
    move = leased.apply_one(leased.invoice())["id"]
    (line,) = leased.move(move, "invoice_line_ids")["invoice_line_ids"]
    with pytest.raises(Rejected):
        door.admin.unlink("account.move", [move])
    with pytest.raises(Rejected):
        door.admin.write(
            "account.move", [move], {"invoice_line_ids": [[1, line, {"price_unit": 1.0}]]}
        )
    with pytest.raises(Rejected):
        door.admin.call_on("account.move", [move], "action_post")
    assert leased.move(move, "amount_total")["amount_total"] == 1050.0
