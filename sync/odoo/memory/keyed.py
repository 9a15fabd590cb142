"""Keys are the service's own, closed statements never change, deletions are noted."""

from sync.odoo.errors import Rejected
from sync.odoo.gateway import Row
from sync.odoo.memory import acceptance, habits, posting, totals  # noqa: F401 (guards are wrapped here)
from sync.odoo.memory.records import BEFORE_CREATE, BEFORE_UNLINK, BEFORE_WRITE, Leave
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.values import get

KEYED = (
    "account.move",
    "retainer.period",
    "retainer.change.order",
    "retainer.advance",
    "sale.order",
)
SERVICE_FIELDS = (
    "retainer_key",
    "retainer_fingerprint",
    "retainer_content_written",
    "retainer_explanation",
    "retainer_amendments_written",
    "retainer_pending_reconcile",
    "retainer_tally",
    "retainer_amount_written",
)
ACCEPTANCE_FIELDS = ("retainer_accepted_on", "retainer_accepted_by", "retainer_accepted_reason")


def _refuse_service_fields(tables: Tables, values: Row) -> None:
    named = sorted(name for name in SERVICE_FIELDS if values.get(name))
    if named and not tables.elevated:
        raise Rejected(
            f"{', '.join(named)}: only the billing service writes these fields, through its"
            " gateway. Leave them out."
        )
    if any(values.get(name) for name in ACCEPTANCE_FIELDS):
        raise Rejected("Who accepted a document, when and why is not entered by hand.")


def _guard_keyed(model: str) -> None:
    prepare, guard, leave = (
        BEFORE_CREATE.get(model),
        BEFORE_WRITE.get(model),
        BEFORE_UNLINK.get(model),
    )

    def before_create(tables: Tables, values: Row) -> Row:
        _refuse_service_fields(tables, values)
        return prepare(tables, values) if prepare else values

    def before_write(tables: Tables, row: Row, values: Row) -> Row:
        _refuse_service_fields(tables, values)
        if model == "retainer.period" and row["state"] == "closed":
            _refuse_closed(tables, row)
        return guard(tables, row, values) if guard else values

    BEFORE_CREATE[model] = before_create
    BEFORE_WRITE[model] = before_write
    BEFORE_UNLINK[model] = _noting(model, leave)


def _noting(model: str, leave: Leave | None) -> Leave:
    """Refuse as before, then leave a tombstone for a key."""

    def before_unlink(tables: Tables, row: Row) -> None:
        if leave:
            leave(tables, row)
        if model == "retainer.period" and row["state"] == "closed":
            _refuse_closed(tables, row)
        if row.get("retainer_key"):
            stone = tables.insert(
                "retainer.tombstone",
                {
                    "key": row["retainer_key"],
                    "kind": model,
                    "name": get(tables, model, row, "display_name"),
                    "res_id": row["id"],
                    "fingerprint": row.get("retainer_fingerprint") or False,
                    "company_id": get(tables, model, row, "company_id"),
                    "deleted_by": tables.user_id,
                    "deleted_on": tables.stamp,
                    **(_what_it_was(tables, row) if model == "account.move" else {}),
                },
            )
            if row.get("retainer_accepted_on"):
                gone = tables.row("retainer.tombstone", stone)
                acceptance.settle(tables, gone, of=row["id"])

    return before_unlink


def _what_it_was(tables: Tables, row: Row) -> Row:
    """What is kept of a deleted invoice, and who accepted it already."""
    entries = tables.rows("account.analytic.line")
    bound = tables.referring("account.analytic.line", "retainer_move_id", row["id"])
    same = ("move_type", "invoice_date", "currency_id", "retainer_tally", "retainer_amount_written")
    return {
        "engagement_id": row["retainer_engagement_id"],
        "role": row["retainer_role"],
        "service_start": row["retainer_service_start"],
        "retainer_bound": [each for each in bound if entries[each]["retainer_change_order_id"]],
        **{name: row[name] for name in (*same, *ACCEPTANCE_FIELDS)},
    }


def _refuse_closed(tables: Tables, row: Row) -> None:
    name = get(tables, "retainer.period", row, "display_name")
    raise Rejected(
        f"The statement {name} is closed and never changes. Correct it by a time entry or a"
        " document in the open month."
    )


for _model in KEYED:
    _guard_keyed(_model)
