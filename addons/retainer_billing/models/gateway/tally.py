"""Quantities that a document adds to other records: parts of time entries and purchases."""

from collections import defaultdict

from odoo.tools import SQL

# Payload name -> (model, field that adds up, field that names the last document or nothing).
TALLIES = {
    "entry_seconds": ("account.analytic.line", "retainer_billed_seconds", None),
    "purchases": ("purchase.order.line", "retainer_recharged_qty", "retainer_move_id"),
}


def add(moves):
    """Add what these moves carry, each once; remember the last document where one is named."""
    _change(moves, 1)
    for name, (model, _field, last) in TALLIES.items():
        if last:
            for move in moves:
                ids = [ref for ref, _amount in (move.retainer_tally or {}).get(name, ())]
                move.env[model].browse(ids).write({last: move.id})


def take_back(moves):
    """Take back what these moves added: they are rewritten, withdrawn or deleted."""
    _change(moves, -1)


def settle(tombstones):
    """Add what was on deleted documents after all: it was accepted as rightly not billed."""
    _change(tombstones, 1)


def _change(moves, sign):
    for name, (model, field, _last) in TALLIES.items():
        totals = defaultdict(float)
        for move in moves:
            for ref, amount in (move.retainer_tally or {}).get(name, ()):
                totals[ref] += sign * float(amount)
        if totals:
            _add(moves.env[model].browse(list(totals)), field, list(totals.values()))


def _add(records, field, amounts):
    # One statement around the ORM: adding must not read a number that somebody else has changed.
    records.flush_recordset([field])
    records.env.cr.execute(
        SQL(
            """
            UPDATE %(table)s AS added
               SET %(column)s = ROUND(COALESCE(added.%(column)s, 0)::numeric + pair.amount, 6)
              FROM UNNEST(%(ids)s::int[], %(amounts)s::numeric[]) AS pair (id, amount)
             WHERE added.id = pair.id
            """,
            table=SQL.identifier(records._table),
            column=SQL.identifier(field),
            ids=records.ids,
            amounts=amounts,
        )
    )
    records.invalidate_recordset([field], flush=False)
    records.exists().modified([field])
