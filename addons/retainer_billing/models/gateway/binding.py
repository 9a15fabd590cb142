"""Binding: time, milestones and the like point at the one document that counts or bills them.

The statements go around the ORM, because taking must be atomic per row: a statement takes only
rows that are free, so two writers can never both have one.
"""

from odoo.tools import SQL

from . import tally
from .document import Refusal, Refused


def bind(env, documents, created):
    """Point the bound records at their documents, one statement per field for all of them."""
    targets = {}
    for document in documents:
        for name, ids in document.bind.items():
            targets.setdefault(document.kind.binds[name], []).extend(
                (ref, created[document].id, document) for ref in ids
            )
    for (model, field), wanted in targets.items():
        taken = _point(env, model, field, [(ref, owner) for ref, owner, _document in wanted])
        lost = {
            document: Refusal(
                "already_billed",
                f"{model},{ref} was bound or deleted meanwhile; run the service again.",
            )
            for ref, _owner, document in wanted
            if ref not in taken
        }
        if lost:
            raise Refused(lost)


def release(env, documents):
    """Free what rewritten drafts had bound and do not bind any more, and what they added."""
    targets = {}
    for document in documents:
        for name, target in document.kind.binds.items():
            targets.setdefault(target, {})[document.record.id] = set(document.bind.get(name, ()))
    for (model, field), kept in targets.items():
        bound = env[model].search_fetch([(field, "in", list(kept))], [field])
        free = bound.filtered(
            lambda record, field=field, kept=kept: record.id not in kept[record[field].id]
        )
        _point(env, model, field, [(record.id, None) for record in free])
    tally.take_back(
        env["account.move"].browse(
            [document.record.id for document in documents if document.kind.name == "move"]
        )
    )


def _point(env, model, field, pairs):
    """Point the records that are free, or already there, at their owner; return their ids."""
    if not pairs:
        return set()
    records = env[model].browse([ref for ref, _owner in pairs])
    records.flush_recordset([field])
    env.cr.execute(
        SQL(
            """
            UPDATE %(table)s AS bound
               SET %(column)s = pair.owner, write_uid = %(uid)s,
                   write_date = NOW() AT TIME ZONE 'UTC'
              FROM UNNEST(%(refs)s::int[], %(owners)s::int[]) AS pair (ref, owner)
             WHERE bound.id = pair.ref
               AND (bound.%(column)s IS NULL OR pair.owner IS NULL
                    OR bound.%(column)s = pair.owner)
         RETURNING bound.id
            """,
            table=SQL.identifier(records._table),
            column=SQL.identifier(field),
            uid=env.uid,
            refs=[ref for ref, _owner in pairs],
            owners=[owner for _ref, owner in pairs],
        )
    )
    done = {row[0] for row in env.cr.fetchall()}
    records.invalidate_recordset([field], flush=False)
    if model == "account.analytic.line":
        # Only sales order lines count delivered hours without the counted ones.
        records = records.filtered("so_line")
    records.modified([field])
    return done
