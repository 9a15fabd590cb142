"""Odoo's button for a credit note: a draft with the lines of the document it reverses."""

from collections.abc import Sequence

from sync.odoo.gateway import Row
from sync.odoo.memory import posting, reconcile, totals
from sync.odoo.memory.computed import INVOICES
from sync.odoo.memory.moves import lines_of
from sync.odoo.memory.records import batch, create
from sync.odoo.memory.tables import Tables

_REVERSE = {
    "entry": "entry",
    "out_invoice": "out_refund",
    "out_refund": "out_invoice",
    "in_invoice": "in_refund",
    "in_refund": "in_invoice",
}
_COPIED = (
    "partner_id",
    "currency_id",
    "company_id",
    "invoice_user_id",
    "invoice_origin",
    "fiscal_position_id",
    "retainer_engagement_id",
    "retainer_role",
    "retainer_client_po_id",
    "retainer_po_number",
)
_COPIED_OF_LINES = (
    "name",
    "display_type",
    "sequence",
    "product_id",
    "quantity",
    "price_unit",
    "discount",
    "account_id",
    "tax_ids",
    "analytic_distribution",
    "retainer_advance_id",
)


def refund(tables: Tables, wizards: Sequence[int]) -> None:
    """Make the drafts; the reversal of a journal entry is posted and set off at once."""
    for each in wizards:
        wizard = tables.row("account.move.reversal", each)
        made = [_reverse(tables, move, wizard) for move in wizard["move_ids"]]
        tables.update("account.move.reversal", each, {"new_move_ids": made})


def _reverse(tables: Tables, record: int, wizard: Row) -> int:
    move = tables.row("account.move", record)
    invoice = move["move_type"] in INVOICES
    reason = f", {wizard['reason']}" if wizard["reason"] else ""
    values: Row = {
        **{name: move[name] for name in _COPIED},
        "move_type": _REVERSE[move["move_type"]],
        "reversed_entry_id": record,
        "journal_id": wizard["journal_id"] or move["journal_id"],
        "ref": f"Reversal of: {move['name']}{reason}",
        "date": wizard["date"],
    }
    if invoice:
        values |= {"invoice_date": wizard["date"], "invoice_date_due": wizard["date"]}
        values["invoice_payment_term_id"] = False
    lines = [
        _line(line, invoice=invoice)
        for line in lines_of(tables, record)
        if not invoice or line["display_type"] not in ("tax", "payment_term", "rounding")
    ]
    part = "invoice_line_ids" if invoice else "line_ids"
    with batch(tables):
        made = create(tables, "account.move", {**values, part: [[0, 0, each] for each in lines]})
    if invoice:
        totals.show_taxes(tables, made, move.get(totals.SHOWN_TAXES) or {})
    else:
        reconcile.unreconcile(tables, [each["id"] for each in lines_of(tables, record)])
        posting.post(tables, [made])
    return made


def _line(line: Row, *, invoice: bool) -> Row:
    values = {name: line[name] for name in _COPIED_OF_LINES}
    values["tax_ids"] = [[6, 0, line["tax_ids"]]]
    if not invoice:
        values |= {
            "currency_id": line["currency_id"],
            "partner_id": line["partner_id"],
            "balance": -line["balance"],
            "amount_currency": -line["amount_currency"],
        }
    return values
