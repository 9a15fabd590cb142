"""Methods of records that people press as buttons."""

from collections.abc import Callable, Sequence
from typing import Any

from sync.odoo.errors import Rejected
from sync.odoo.memory import acceptance, access, posting, reconcile, reversal
from sync.odoo.memory.records import batch, write
from sync.odoo.memory.tables import Tables

Method = Callable[..., Any]


def _setting(model: str, **values: Any) -> Method:
    return lambda tables, ids: write(tables, model, ids, values)


def _reconcile(tables: Tables, ids: Sequence[int]) -> None:
    with batch(tables):
        reconcile.reconcile(tables, ids)


def _unreconcile(tables: Tables, ids: Sequence[int]) -> None:
    with batch(tables):
        reconcile.unreconcile(tables, ids)


def _approve(tables: Tables, ids: Sequence[int]) -> None:
    for each in ids:
        row = tables.row("retainer.change.order", each)
        if not row.get("approval_reference"):
            raise Rejected(
                f"{row['number']} {row['name']} cannot be approved yet: enter the approval"
                " reference (where the client wrote it) and the day of the approval."
            )
        day = row.get("approved_on") or tables.today.isoformat()
        approved = {"approval_state": "approved", "approved_on": day}
        write(tables, "retainer.change.order", [each], approved)


def _dismiss(tables: Tables, ids: Sequence[int]) -> None:
    write(tables, "retainer.alert", ids, {"state": "done", "dismissed_by": tables.user_id})


def _confirm(tables: Tables, ids: Sequence[int]) -> None:
    """A confirmed quotation approves the change orders that wait for it."""
    write(tables, "sale.order", ids, {"state": "sale"})
    for each in ids:
        order = tables.row("sale.order", each)
        by = f"signed by {order['signed_by']}" if order["signed_by"] else "confirmed"
        for change in tables.referring("retainer.change.order", "quote_id", each):
            row = tables.row("retainer.change.order", change)
            if row["approval_state"] == "waiting":
                approved = {
                    "approval_state": "approved",
                    "approved_on": (order["signed_on"] or tables.stamp)[:10],
                    "approval_reference": row["approval_reference"]
                    or f"Quotation {order['name']}, {by}",
                }
                write(tables, "retainer.change.order", [change], approved)


def _end(tables: Tables, ids: Sequence[int]) -> None:
    for each in ids:
        end = tables.row("retainer.engagement", each).get("date_end") or tables.today.isoformat()
        write(tables, "retainer.engagement", [each], {"state": "ended", "date_end": end})


METHODS: dict[tuple[str, str], Method] = {
    ("account.move", "action_post"): posting.post,
    ("account.move", "button_draft"): posting.to_draft,
    ("account.move", "button_cancel"): posting.cancel,
    ("account.move", "retainer_accept"): acceptance.accept_move,
    ("account.move", "action_retainer_withdraw_acceptance"): acceptance.withdraw_move,
    ("retainer.tombstone", "retainer_accept"): acceptance.accept_tombstone,
    ("retainer.tombstone", "action_retainer_withdraw_acceptance"): acceptance.withdraw_tombstone,
    ("account.lock_exception", "action_revoke"): _setting("account.lock_exception", active=False),
    ("account.move.reversal", "refund_moves"): reversal.refund,
    ("account.move.line", "reconcile"): _reconcile,
    ("account.move.line", "remove_move_reconcile"): _unreconcile,
    ("sale.order", "action_confirm"): _confirm,
    ("sale.order", "action_cancel"): _setting("sale.order", state="cancel"),
    ("sale.order", "action_draft"): _setting("sale.order", state="draft"),
    ("purchase.order", "button_confirm"): _setting("purchase.order", state="purchase"),
    ("purchase.order", "button_cancel"): _setting("purchase.order", state="cancel"),
    ("retainer.engagement", "action_start"): _setting("retainer.engagement", state="running"),
    ("retainer.engagement", "action_pause"): _setting("retainer.engagement", state="paused"),
    ("retainer.engagement", "action_end"): _end,
    ("retainer.change.order", "action_approve"): _approve,
    ("retainer.change.order", "action_reject"): _setting(
        "retainer.change.order", approval_state="rejected"
    ),
    ("retainer.alert", "action_done"): _dismiss,
}


def call_on(
    tables: Tables, model: str, ids: Sequence[int], method: str, arguments: dict[str, Any]
) -> Any:
    """Press a button. Raises ``NotFound`` for one that is not there."""
    access.public(method, model)
    access.check(tables, model, "write")
    if (model, method) not in METHODS:
        raise access.unknown_method(model, method)
    for each in ids:
        tables.row(model, each)
    return METHODS[model, method](tables, list(ids), **arguments)
