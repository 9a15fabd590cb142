"""The same documents by Odoo's own means alone, in one batch: the floor of pushing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.meter import Meter

QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
}
NUMBERS = frozenset({"quantity", "price_unit", "amount_currency", "balance"})


def write(env: Any, *, documents: str, warm: str, postgres: int) -> dict[str, float]:
    """Write the documents of a file, after those of another one, and say what it took.

    ``postgres``: the process whose work counts beside this one's. Tracking is switched off, as the
    service does: everything that Odoo can be spared is.
    """
    env = env(context=dict(env.context, **QUIET))
    _write(env, json.loads(Path(warm).read_text()))
    env.cr.commit()
    todo = json.loads(Path(documents).read_text())
    with (meter := Meter((postgres,))):
        _write(env, todo)
        env.cr.commit()
    return {"wall": meter.wall, "cpu": meter.cpu}


def _write(env: Any, documents: list[dict[str, Any]]) -> None:
    moves = env["account.move"].create([values(each) for each in documents])
    moves.action_post()
    pairs = []
    for move, document in zip(moves, documents, strict=True):
        for step in document.get("reconcile", ()):
            own = move.line_ids.filtered(
                lambda line, on=step["account_id"]: line.account_id.id == on
            )
            pairs.append(own | own.browse(step["line_ids"]))
    env["account.move.line"]._reconcile_plan(pairs)


def values(document: dict[str, Any]) -> dict[str, Any]:
    """What Odoo's ``create`` takes for a document of the gateway: no key, no explanation."""
    lines = [
        [
            0,
            0,
            {name: float(each) if name in NUMBERS else each for name, each in line.items()},
        ]
        for line in document["lines"]
    ]
    part = "line_ids" if document["values"]["move_type"] == "entry" else "invoice_line_ids"
    return {**document["values"], part: lines}
