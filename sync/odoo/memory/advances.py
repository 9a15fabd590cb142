"""What became of an advance, read from the reconciliations of all lots that name it."""

from decimal import Decimal
from typing import Any

from sync.odoo.gateway import Row
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.values import compute, get, rounded

ZERO = Decimal(0)
AMOUNTS = ("received", "consumed", "returned", "unpaid", "shortfall", "remaining")
DAYS = ("received_on", "last_draw_on")


def figures(tables: Tables, advance: Row) -> Row:
    """Received, consumed, returned, unpaid and remaining in its currency, net of tax."""
    found = [_figures(tables, lot) for lot in lots(tables, advance)]
    sums = {name: sum((each[name] for each in found), ZERO) for name in AMOUNTS}
    # What was drawn and is not paid any more is not there in the lots that were given back.
    held = min(sums["shortfall"], sums["remaining"])
    sums["shortfall"] -= held
    sums["remaining"] -= held
    sums["unpaid"] += held
    totals: Row = {name: rounded(tables, sums[name], advance["currency_id"]) for name in AMOUNTS}
    received = [each["received_on"] for each in found if each["received_on"]]
    drawn = [each["last_draw_on"] for each in found if each["last_draw_on"]]
    return totals | {
        "received_on": min(received, default=False),
        "last_draw_on": max(drawn, default=False),
    }


def lots(tables: Tables, advance: Row) -> list[Row]:
    """Posted credit lines that belong to the advance; what is left of them is their residual."""
    rows = tables.rows("account.move.line")
    named = tables.referring("account.move.line", "retainer_advance_id", advance["id"])
    return [
        rows[each]
        for each in named
        # Odoo books a tax that has no account of its own beside its base.
        if rows[each]["display_type"] == "product"
        and rows[each]["amount_currency"] < 0
        and get(tables, "account.move.line", rows[each], "parent_state") == "posted"
    ]


def _figures(tables: Tables, lot: Row) -> Row:
    """What became of one lot."""
    move = tables.row("account.move", lot["move_id"])
    currency, amount = lot["currency_id"], -lot["amount_currency"]
    draw = move["retainer_role"] == "drawdown"
    billed = move["move_type"] == "out_invoice" and not draw
    restored = not billed and bool(
        draw
        or move["move_type"] == "out_refund"
        or move["retainer_key"]
        or move["reversed_entry_id"]
    )
    moved = move["retainer_role"] == "reclassification"
    unpaid, cancelled, received = ZERO, ZERO, [get(tables, "account.move.line", lot, "date")]
    if billed:
        residual, credited, received = _paid(tables, move)
        share = amount / _total(tables, move)
        unpaid = rounded(tables, residual * share, currency)
        cancelled = rounded(tables, credited * share, currency)
    drawn, returned, days = _taken(tables, lot)
    rest = max(-lot["amount_residual_currency"], ZERO)
    return {
        "received": ZERO if restored or moved else amount - unpaid - cancelled,
        "consumed": drawn - (amount if restored and not moved else ZERO),
        "returned": max(returned - cancelled, ZERO),
        "unpaid": min(unpaid, rest),
        "shortfall": max(unpaid - rest, ZERO),
        "remaining": max(rest - min(unpaid, rest), ZERO),
        "received_on": min(received, default=False),
        "last_draw_on": max(days, default=False),
    }


def _total(tables: Tables, move: Row) -> Decimal:
    """What a document comes to with tax, before advances are deducted."""
    rows = tables.rows("account.move.line")
    lines = [rows[each] for each in tables.referring("account.move.line", "move_id", move["id"])]
    total = sum((line["price_total"] for line in lines if line["price_total"] > 0), ZERO)
    return total or Decimal(1)


def _paid(tables: Tables, move: Row) -> tuple[Decimal, Decimal, list[str]]:
    """What is still to be paid, what credit notes took off, and the days on which money came."""
    residual, credited, days = ZERO, ZERO, []
    rows, partials = tables.rows("account.move.line"), tables.rows("account.partial.reconcile")
    for each in tables.referring("account.move.line", "move_id", move["id"]):
        if get(tables, "account.move.line", rows[each], "account_type") != "asset_receivable":
            continue
        residual += rows[each]["amount_residual_currency"]
        for match in tables.referring("account.partial.reconcile", "debit_move_id", each):
            part = partials[match]
            payer = rows[part["credit_move_id"]]
            if get(tables, "account.move.line", payer, "move_type") == "out_refund":
                credited += part["debit_amount_currency"]
            elif part["debit_amount_currency"]:
                days.append(part["max_date"])
    return residual, credited, days


def _taken(tables: Tables, lot: Row) -> tuple[Decimal, Decimal, list[str]]:
    """What was drawn, what was given back, and the days of the draws."""
    drawn, returned, days = ZERO, ZERO, []
    rows, partials = tables.rows("account.move.line"), tables.rows("account.partial.reconcile")
    for each in tables.referring("account.partial.reconcile", "credit_move_id", lot["id"]):
        part = partials[each]
        amount = part["credit_amount_currency"]
        by = tables.row("account.move", rows[part["debit_move_id"]]["move_id"])
        credited = by["move_type"] == "out_refund" and by["retainer_role"] != "drawdown"
        if credited or by["retainer_role"] == "advance_return":
            returned += amount
        elif amount and by["retainer_role"] != "reclassification":
            drawn += amount
            days.append(part["max_date"])
    return drawn, returned, days


def _figure_of(name: str) -> None:
    @compute("retainer.advance", name)
    def figure(tables: Tables, row: Row) -> Any:
        return figures(tables, row)[name]


for _name in (*AMOUNTS, *DAYS):
    _figure_of(_name)


@compute("retainer.advance", "state")
def state(tables: Tables, row: Row) -> Any:
    """Draft, requested, paid, exhausted, matured or closed."""
    if not lots(tables, row):
        return "draft"
    now = figures(tables, row)
    if now["remaining"]:
        due = row.get("maturity_date")
        return "matured" if due and due < tables.today.isoformat() else "paid"
    if now["unpaid"]:
        return "exhausted" if now["received"] else "requested"
    return "closed" if not now["consumed"] or now["returned"] else "exhausted"
