"""What people changed, cancelled or deleted, and a manager accepts as it stands."""

from collections.abc import Sequence

from sync.odoo.errors import Rejected
from sync.odoo.gateway import Row
from sync.odoo.memory import tally
from sync.odoo.memory.records import BEFORE_UNLINK, batch
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.values import get

INVOICES = ("out_invoice", "out_refund")
BINDINGS = ("retainer_period_id", "retainer_move_id", "retainer_tombstone_id")
FIELDS = ("retainer_accepted_on", "retainer_accepted_by", "retainer_accepted_reason")
NOTHING = dict.fromkeys(FIELDS, False)


def accept_move(tables: Tables, ids: Sequence[int], reason: str) -> None:
    """Say that invoices rightly stand as they are."""
    for each in ids:
        row = tables.row("account.move", each)
        if not row.get("retainer_key") or row["move_type"] not in INVOICES:
            raise Rejected(f"{row['name']} is no invoice of the billing service.")
        if row["state"] != "cancel" and not get(tables, "account.move", row, "retainer_changed"):
            raise Rejected(f"{row['name']} is what the billing service wrote.")
        _accept(tables, "account.move", each, reason)


def accept_tombstone(tables: Tables, ids: Sequence[int], reason: str) -> None:
    """Say that deleted invoices are rightly not billed; what was on them is settled."""
    for each in ids:
        row = tables.row("retainer.tombstone", each)
        if row["move_type"] not in INVOICES:
            raise Rejected(f"{row['name']} was no invoice and no credit note.")
        _accept(tables, "retainer.tombstone", each, reason)
        settle(tables, row)


def withdraw_move(tables: Tables, ids: Sequence[int]) -> None:
    """Take acceptances of documents back."""
    for each in ids:
        tables.update("account.move", each, dict(NOTHING))


def withdraw_tombstone(tables: Tables, ids: Sequence[int]) -> None:
    """Take acceptances of deleted documents back: what was on them is open again."""
    with batch(tables):
        for each in ids:
            _unsettle(tables, tables.row("retainer.tombstone", each))
            tables.update("retainer.tombstone", each, dict(NOTHING))


def _accept(tables: Tables, model: str, record: int, reason: str) -> None:
    if not (reason or "").strip():
        raise Rejected("Give the reason: whoever audits the month asks why this is not billed.")
    given = (tables.stamp, tables.user_id, reason.strip())
    tables.update(model, record, dict(zip(FIELDS, given, strict=True)))


def settle(tables: Tables, stone: Row, *, of: int | None = None) -> None:
    """Settle the extra work and the purchases of a deleted document (``of``: of that one)."""
    known = tables.rows("account.analytic.line")
    for each in stone["retainer_bound"] or []:
        bound = [known[each][name] for name in BINDINGS] if each in known else [True]
        if not any(one for one in bound if one != of):
            tables.update("account.analytic.line", each, {"retainer_tombstone_id": stone["id"]})
    tally.add_up(tables, stone, 1)


def _unsettle(tables: Tables, stone: Row) -> None:
    if not stone["retainer_accepted_on"]:
        return
    for each in tables.referring("account.analytic.line", "retainer_tombstone_id", stone["id"]):
        tables.update("account.analytic.line", each, {"retainer_tombstone_id": False})
    tally.add_up(tables, stone, -1)


BEFORE_UNLINK["retainer.tombstone"] = _unsettle
