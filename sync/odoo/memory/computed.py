"""Fields that Odoo works out: the ones the service reads."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sync.odoo.gateway import Row
from sync.odoo.memory.models import MODELS
from sync.odoo.memory.models.shared import PERIOD_HOURS
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.values import COMPUTED, compute, get, rounded

ZERO = Decimal(0)
INVOICES = ("out_invoice", "out_refund", "in_invoice", "in_refund")
NOT_ON_PO = ("advance_request", "advance_return")


@compute("res.partner", "commercial_partner_id")
def commercial_partner(tables: Tables, row: Row) -> Any:
    """The company behind a contact: up the parents until a company or the top."""
    while row.get("parent_id") and not row.get("is_company"):
        row = tables.row("res.partner", row["parent_id"])
    return row["id"]


@compute("res.company", "root_id")
def root_company(tables: Tables, row: Row) -> Any:
    """The company at the top, of which it is a branch."""
    while row.get("parent_id"):
        row = tables.row("res.company", row["parent_id"])
    return row["id"]


@compute("account.move", "invoice_line_ids")
def invoice_lines(tables: Tables, row: Row) -> Any:
    """The lines people type, without tax and receivable."""
    lines = tables.referring("account.move.line", "move_id", row["id"])
    shown = ("product", "line_section", "line_subsection", "line_note")
    rows = tables.rows("account.move.line")
    return [each for each in lines if rows[each]["display_type"] in shown]


@compute("account.tax", "price_include")
def price_include(_tables: Tables, row: Row) -> Any:
    """Whether prices hold the tax; the companies here leave it out unless a tax says otherwise."""
    return row["price_include_override"] == "tax_included"


@compute("sale.order.line", "price_subtotal")
def sale_subtotal(tables: Tables, row: Row) -> Any:
    """Net amount of a line of a sales order."""
    factor = 1 - Decimal(str(row["discount"])) / 100
    net = Decimal(str(row["product_uom_qty"])) * Decimal(str(row["price_unit"])) * factor
    return rounded(tables, net, get(tables, "sale.order.line", row, "currency_id"))


@compute("purchase.order.line", "price_subtotal")
def purchase_subtotal(tables: Tables, row: Row) -> Any:
    """Net amount of a line of a purchase order."""
    net = Decimal(str(row["product_qty"])) * Decimal(str(row["price_unit"]))
    return rounded(tables, net, get(tables, "purchase.order.line", row, "currency_id"))


@compute("sale.order", "amount_untaxed")
def sale_untaxed(tables: Tables, row: Row) -> Any:
    """Net amount of a sales order."""
    lines = tables.referring("sale.order.line", "order_id", row["id"])
    rows = tables.rows("sale.order.line")
    return sum((sale_subtotal(tables, rows[each]) for each in lines), ZERO)


@compute("retainer.engagement", "closed_until")
def closed_until(tables: Tables, row: Row) -> Any:
    """Last day of the last closed month."""
    periods = tables.rows("retainer.period")
    ends = [
        periods[each]["date_end"]
        for each in tables.referring("retainer.period", "engagement_id", row["id"])
        if periods[each]["state"] == "closed"
    ]
    return max(ends, default=False)


def _hours_of(name: str) -> None:
    @compute("retainer.period", name)
    def hours(tables: Tables, row: Row) -> Any:  # noqa: ARG001
        return row[f"{name}_seconds"] / 3600


for _name in PERIOD_HOURS:
    _hours_of(_name)


@compute("retainer.client.po", "invoiced")
def po_invoiced(tables: Tables, row: Row) -> Any:
    """Net total of its invoices, drafts included, less its credit notes."""
    total, moves = ZERO, tables.rows("account.move")
    for each in tables.referring("account.move", "retainer_client_po_id", row["id"]):
        move = moves[each]
        if move["state"] != "cancel" and move.get("retainer_role") not in NOT_ON_PO:
            sign = {"out_invoice": 1, "out_refund": -1}.get(move["move_type"], 0)
            total += sign * move["amount_untaxed"]
    return total


@compute("retainer.client.po", "remaining")
def po_remaining(tables: Tables, row: Row) -> Any:
    """Amount less invoiced; 0 where it is unlimited."""
    return row["amount"] - po_invoiced(tables, row) if row["amount"] else ZERO


@compute("retainer.client.po", "state")
def po_state(tables: Tables, row: Row) -> Any:
    """Whether it may still be invoiced under."""
    today, end = tables.today, row.get("date_end")
    if end and end < today.isoformat():
        return "expired"
    if row["amount"] and po_remaining(tables, row) <= 0:
        return "exhausted"
    days = tables.row("res.company", row["company_id"])["retainer_po_warning_days"]
    return "expiring" if end and end <= f"{today + timedelta(days=days)}" else "valid"


def as_json(content: Any) -> str:
    """Content as text, the same for the same content."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)


@compute("account.move", "retainer_content")
def move_content(tables: Tables, row: Row) -> Any:
    """What the client and the ledger see of a keyed move."""
    if not row.get("retainer_key"):
        return False
    invoice = row["move_type"] in INVOICES
    rows = tables.rows("account.move.line")
    lines = invoice_lines(tables, row) if invoice else get(tables, "account.move", row, "line_ids")
    day = row.get("invoice_date") if invoice else row["date"]
    ordered = sorted((rows[each] for each in lines), key=lambda x: (x["sequence"], x["id"]))
    return as_json(
        {
            "type": row["move_type"],
            "client": row.get("partner_id"),
            "currency": tables.row("res.currency", row["currency_id"])["name"],
            "date": day or "",
            "lines": [_line_content(line, invoice=invoice) for line in ordered],
        }
    )


def _line_content(line: Row, *, invoice: bool) -> Row:
    seen = {
        "kind": line["display_type"],
        "product": line.get("product_id"),
        "text": line.get("name") or "",
        "account": line.get("account_id"),
        "taxes": sorted(line["tax_ids"]),
        "advance": line["retainer_advance_id"],
    }
    numbers = {"quantity": "quantity", "price": "price_unit", "discount": "discount"}
    if not invoice:
        seen["client"] = line.get("partner_id")
        numbers = {"amount": "amount_currency", "amount_company": "balance"}
    return {**seen, **{name: f"{line[of]:.6f}" for name, of in numbers.items()}}


@compute("sale.order", "retainer_content")
def quotation_content(tables: Tables, row: Row) -> Any:
    """What the client sees of a keyed quotation."""
    if not row.get("retainer_key"):
        return False
    rows = tables.rows("sale.order.line")
    lines = [rows[each] for each in tables.referring("sale.order.line", "order_id", row["id"])]
    seen = ("product_id", "name", "product_uom_qty", "price_unit", "discount", "tax_ids")
    ordered = sorted(lines, key=lambda x: (x["sequence"], x["id"]))
    content = [[line.get(name) for name in seen] for line in ordered]
    return as_json([row["partner_id"], row["currency_id"], content])


@compute("retainer.change.order", "retainer_content")
def change_order_content(_tables: Tables, row: Row) -> Any:
    """What the service proposed, and whether people have decided on it."""
    if not row.get("retainer_key"):
        return False
    seen = ("engagement_id", "name", "requester", "request_date", "approval_state")
    figures = [f"{row['hourly_rate']:.6f}", f"{row['hours_cap']:.6f}"]
    overage = [row["overage_month"] or "", row["overage_seconds"]]
    return as_json([*(row.get(name) or "" for name in seen), *figures, *overage])


@compute("retainer.advance", "retainer_content")
def advance_content(_tables: Tables, row: Row) -> Any:
    """What is asked of the client. Days, priority and decision are for people."""
    if not row.get("retainer_key"):
        return False
    scope = sorted(row["engagement_ids"])
    seen = [row["partner_id"], row["currency_id"], f"{row['amount']:.6f}", row["tax_mode"]]
    return as_json([*seen, scope])


@compute("retainer.change.order", "overage_hours")
def overage_hours(_tables: Tables, row: Row) -> Any:
    """Overage that asks for approval, in hours."""
    return row["overage_seconds"] / 3600


@compute("retainer.change.order", "billed_seconds")
def billed_seconds(tables: Tables, row: Row) -> Any:
    """Time of it that is on our invoices, as it was billed: rounded, weighed, cut by a cap."""
    entries = tables.rows("account.analytic.line")
    mine = tables.referring("account.analytic.line", "retainer_change_order_id", row["id"])
    return sum(
        entries[each]["retainer_billed_seconds"]
        for each in mine
        if not entries[each]["retainer_tombstone_id"]
    )


@compute("purchase.order.line", "qty_invoiced")
def vendor_billed(tables: Tables, row: Row) -> Any:
    """What the vendor billed, less what it credited."""
    lines, moves, total = tables.rows("account.move.line"), tables.rows("account.move"), 0.0
    for each in tables.referring("account.move.line", "purchase_line_id", row["id"]):
        move = moves[lines[each]["move_id"]]
        if move["state"] != "cancel":
            sign = {"in_invoice": 1.0, "in_refund": -1.0}.get(move["move_type"], 0.0)
            total += sign * lines[each]["quantity"]
    return total


def _changed_of(model: str) -> None:
    @compute(model, "retainer_changed")
    def changed(tables: Tables, row: Row) -> Any:
        content = get(tables, model, row, "retainer_content")
        written = row.get("retainer_content_written")
        return bool(written and content != written)


_changed_of("account.move")
_changed_of("sale.order")
_changed_of("retainer.change.order")
_changed_of("retainer.advance")


@compute("retainer.period", "display_name")
def period_name(tables: Tables, row: Row) -> Any:
    """The engagement and the month."""
    engagement = tables.row("retainer.engagement", row["engagement_id"])
    return f"{engagement['name']}, {row['date_start'][:7]}"


@compute("retainer.change.order", "display_name")
def change_order_name(_tables: Tables, row: Row) -> Any:
    """Its number and what it is about."""
    return f"{row['number']} {row['name']}"


def _display_name_of(model: str) -> None:
    @compute(model, "display_name")
    def display_name(tables: Tables, row: Row) -> Any:
        for name in ("name", "key", "message"):
            if name in MODELS[model] and (shown := get(tables, model, row, name)):
                return shown
        return f"{model},{row['id']}"


for _model in MODELS:
    if (_model, "display_name") not in COMPUTED:
        _display_name_of(_model)
