"""Quantities that a document adds to other records: parts of time entries and purchases."""

from decimal import Decimal

from sync.odoo.gateway import Row
from sync.odoo.memory.tables import Tables

TALLIES = {
    "entry_seconds": ("account.analytic.line", "retainer_billed_seconds", ""),
    "purchases": ("purchase.order.line", "retainer_recharged_qty", "retainer_move_id"),
}
"""Name in the document → model, the number that adds up, and who added last where that is kept."""


def add(tables: Tables, move: Row) -> None:
    """Add what a move carries; it is named as the last one where that is kept."""
    add_up(tables, move, 1)
    for name, (model, _, last) in TALLIES.items():
        for record, _amount in (move["retainer_tally"] or {}).get(name, []) if last else []:
            tables.update(model, record, {last: move["id"]})


def take_back(tables: Tables, move: Row) -> None:
    """Take back what a move added: it is rewritten, withdrawn or deleted."""
    add_up(tables, move, -1)


def add_up(tables: Tables, move: Row, sign: int) -> None:
    """Add (1) or take back (-1) what a move, or what is left of a deleted one, carries."""
    for name, (model, field, _) in TALLIES.items():
        for record, amount in (move["retainer_tally"] or {}).get(name, []):
            old = tables.row(model, record)[field]
            total = Decimal(str(old)) + sign * Decimal(str(amount))
            tables.update(model, record, {field: type(old)(total)})
