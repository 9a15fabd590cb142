"""What people book by hand: entries, invoices, credit notes, reviews, decisions."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sync.scenario.load.columns import Values, product_name, replace_with
from sync.scenario.load.documents import document
from sync.scenario.load.world import NotThere, World
from sync.scenario.model import Booking, CreditNote, Decided, InvoiceByHand, Review


def book(world: World, booking: Booking) -> None:
    """A journal entry of a person, in the journal for miscellaneous operations."""
    found = world.rows("account.account", [], ["name"])
    accounts = {str(each["name"]): each["id"] for each in found}
    lines: list[Values] = []
    for each in booking.lines:
        if each.account not in accounts:
            raise NotThere(f"no account is called {each.account}")
        amount = each.debit or -each.credit
        line: Values = {
            "name": booking.text,
            "account_id": accounts[each.account],
            "partner_id": world.id("contact", each.partner) if each.partner else False,
        }
        if each.advance is not None:
            line["retainer_advance_id"] = world.id("advance", each.advance)
        if each.currency is None or each.currency == world.currency:
            line |= {"debit": float(each.debit), "credit": float(each.credit)}
        else:
            line["currency_id"] = world.id("currency", each.currency)
            line["amount_currency"] = float(amount)
            if each.worth is not None:
                line["balance"] = float(each.worth if amount > 0 else -each.worth)
        lines.append(line)
    values: Values = {
        "move_type": "entry",
        "journal_id": _journal(world, "general"),
        "date": booking.date.isoformat(),
        "ref": booking.text,
        "line_ids": [[0, 0, line] for line in lines],
    }
    _make(world, values, booking.as_, draft=booking.draft)


def _journal(world: World, kind: str) -> int:
    domain: list[Any] = [
        ("type", "=", kind),
        ("company_id", "=", world.company_id),
        ("code", "in", ["MISC", "INV"]),
    ]
    found = world.rows("account.journal", domain, ["code"])
    assert found, f"the company has no {kind} journal"
    return int(found[0]["id"])


def _make(world: World, values: Values, name: str | None, *, draft: bool) -> int:
    (made,) = world.gateway.create("account.move", [values])
    if name is not None:
        world.remember("document", [name], [made])
    if not draft:
        world.gateway.call_on("account.move", [made], "action_post")
    return made


def invoice(world: World, by_hand: InvoiceByHand) -> None:
    """An invoice of a person."""
    product = world.id("product", product_name(by_hand.taxes or ()))
    values: Values = {
        "move_type": "out_invoice",
        "partner_id": world.id("client", by_hand.client),
        "invoice_date": by_hand.date.isoformat(),
        "invoice_payment_term_id": False,
        "invoice_date_due": by_hand.date.isoformat(),
        "invoice_line_ids": [
            [0, 0, {"name": text, "product_id": product, "quantity": 1, "price_unit": float(price)}]
            for text, price in by_hand.lines
        ],
    }
    if by_hand.engagement is not None:
        values["retainer_engagement_id"] = world.id("engagement", by_hand.engagement)
    if by_hand.currency is not None:
        values["currency_id"] = world.id("currency", by_hand.currency)
    _make(world, values, by_hand.as_, draft=by_hand.draft)


_CREDITED = ["date", "invoice_date", "journal_id", "move_type"]


def credit(world: World, note: CreditNote, on: date | None) -> None:
    """Odoo's own credit note of a document, posted; of an entry its reversal, which Odoo posts."""
    record = document(world, note)
    (move,) = world.rows("account.move", [("id", "=", record)], _CREDITED)
    day = on.isoformat() if on is not None else move["invoice_date"] or move["date"]
    (wizard,) = world.gateway.create(
        "account.move.reversal",
        [
            {
                "move_ids": replace_with([record]),
                "journal_id": move["journal_id"],
                "date": day,
                "reason": "By hand",
            }
        ],
    )
    world.gateway.call_on("account.move.reversal", [wizard], "refund_moves")
    if move["move_type"] == "entry":
        return
    domain: list[Any] = [("reversed_entry_id", "=", record), ("state", "=", "draft")]
    (made,) = (each["id"] for each in world.rows("account.move", domain, ["state"]))
    world.gateway.write("account.move", [made], {"invoice_date": day})
    if note.amount is not None:
        _reduce(world, made, note.amount)
    if note.as_ is not None:
        world.remember("document", [note.as_], [made])
    world.gateway.call_on("account.move", [made], "action_post")


def _reduce(world: World, move: int, amount: Decimal) -> None:
    """Leave so much of a credit note, net, on its first line."""
    lines = world.rows(
        "account.move.line",
        [("move_id", "=", move), ("display_type", "=", "product")],
        ["quantity"],
    )
    first, *rest = (line["id"] for line in lines)
    change: list[Any] = [[1, first, {"quantity": 1, "price_unit": float(amount)}]]
    change += [[2, each, 0] for each in rest]
    world.gateway.write("account.move", [move], {"invoice_line_ids": change})


def review(world: World, wanted: Review) -> None:
    """Post the drafts of our entries."""
    domain: list[Any] = [
        ("company_id", "=", world.company_id),
        ("move_type", "=", "entry"),
        ("retainer_role", "!=", False),
        ("state", "=", "draft"),
    ]
    if wanted.engagement is not None:
        domain.append(("retainer_engagement_id", "=", world.id("engagement", wanted.engagement)))
    if wanted.role is not None:
        domain.append(("retainer_role", "=", wanted.role.value))
    if wanted.until is not None:
        domain.append(("date", "<=", wanted.until.isoformat()))
    found = [each["id"] for each in world.rows("account.move", domain, ["state"])]
    if not found:
        raise NotThere("there are no drafts to review")
    world.gateway.call_on("account.move", found, "action_post")


def decide(world: World, decided: Decided, on: date) -> None:
    """What a person decided, and that it was the one who is logged in."""
    values: Mapping[str, Any] = {
        "decision": decided.decision.value,
        "decision_by": world.me,
        "decision_on": on.isoformat(),
        "decision_note": decided.note or False,
        "decision_amount": float(decided.amount or 0),
    }
    world.gateway.write("retainer.advance", [world.id("advance", decided.advance)], values)
