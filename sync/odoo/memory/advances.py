"""What became of an advance, read from the reconciliations of its request."""

from decimal import Decimal
from typing import Any

from sync.odoo.gateway import Row
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.values import compute, get, rounded

ZERO = Decimal(0)
NOTHING: Row = {
    "received": ZERO,
    "consumed": ZERO,
    "returned": ZERO,
    "remaining": ZERO,
    "received_on": False,
    "last_draw_on": False,
}


def figures(tables: Tables, advance: Row) -> Row:
    """Received, consumed, returned and remaining in the request's currency, net of tax."""
    move = _posted_request(tables, advance)
    account = tables.row("res.company", advance["company_id"]).get("retainer_advance_account_id")
    lines = _lines_on(tables, move, account) if move and account else []
    if not move or not lines:
        return NOTHING
    net = -sum((line["amount_currency"] for line in lines), ZERO)
    share = net / move["amount_total"] if move["amount_total"] else Decimal(1)
    paid, cancelled, received_on = _matched(tables, _receivable(tables, move), "debit")
    drawn, credited, last_draw_on = _matched(tables, lines, "credit")
    owed = -sum((line["amount_residual_currency"] for line in lines), ZERO)
    unpaid = rounded(tables, move["amount_residual"] * share, move["currency_id"])
    amounts = {
        "received": paid * share,
        "consumed": drawn,
        "returned": max(credited - cancelled * share, ZERO),
        "remaining": max(owed - unpaid, ZERO),
    }
    return {
        **{name: rounded(tables, amount, move["currency_id"]) for name, amount in amounts.items()},
        "received_on": min(received_on, default=False),
        "last_draw_on": max(last_draw_on, default=False),
    }


def _posted_request(tables: Tables, advance: Row) -> Row | None:
    move = advance.get("request_move_id")
    row = tables.row("account.move", move) if move else None
    return row if row and row["state"] == "posted" else None


def _lines(tables: Tables, move: Row) -> list[Row]:
    rows = tables.rows("account.move.line")
    return [rows[each] for each in tables.referring("account.move.line", "move_id", move["id"])]


def _lines_on(tables: Tables, move: Row, account: int) -> list[Row]:
    # Odoo books a tax that has no account of its own beside its base.
    return [
        line
        for line in _lines(tables, move)
        if line["account_id"] == account and line["display_type"] == "product"
    ]


def _receivable(tables: Tables, move: Row) -> list[Row]:
    kind = "asset_receivable"
    return [
        line
        for line in _lines(tables, move)
        if get(tables, "account.move.line", line, "account_type") == kind
    ]


def _matched(tables: Tables, lines: list[Row], side: str) -> tuple[Decimal, Decimal, list[str]]:
    """What was matched by other documents, what by credit notes, and the days of the former."""
    other = "credit" if side == "debit" else "debit"
    amount, credited, days = ZERO, ZERO, []
    partials = tables.rows("account.partial.reconcile")
    for line in lines:
        field = f"{side}_move_id"
        for each in tables.referring("account.partial.reconcile", field, line["id"]):
            part = partials[each]
            against = tables.row("account.move.line", part[f"{other}_move_id"])
            kind = get(tables, "account.move.line", against, "move_type")
            if kind == "out_refund":
                credited += part[f"{side}_amount_currency"]
            else:
                amount += part[f"{side}_amount_currency"]
                days.append(part["max_date"])
    return amount, credited, days


def _figure_of(name: str) -> None:
    @compute("retainer.advance", name)
    def figure(tables: Tables, row: Row) -> Any:
        return figures(tables, row)[name]


for _name in NOTHING:
    _figure_of(_name)


@compute("retainer.advance", "state")
def state(tables: Tables, row: Row) -> Any:
    """Draft, requested, paid, exhausted, matured or closed."""
    move = _posted_request(tables, row)
    if move is None:
        return "draft"
    now = figures(tables, row)
    if now["remaining"]:
        due = row.get("maturity_date")
        return "matured" if due and due < tables.today.isoformat() else "paid"
    if move["amount_residual"]:
        return "exhausted" if now["received"] else "requested"
    return "closed" if not now["consumed"] or now["returned"] else "exhausted"
