"""What the service counted or billed once is settled: people neither bind, edit nor delete it."""

from sync.odoo.errors import Rejected
from sync.odoo.gateway import Row
from sync.odoo.memory import keyed  # noqa: F401 (its guards are wrapped here)
from sync.odoo.memory.records import BEFORE_CREATE, BEFORE_UNLINK, BEFORE_WRITE
from sync.odoo.memory.tables import Tables

BINDINGS = {
    "account.analytic.line": (
        "retainer_period_id",
        "retainer_move_id",
        "retainer_tombstone_id",
        "retainer_billed_seconds",
    ),
    "project.milestone": ("retainer_move_id",),
    "purchase.order.line": ("retainer_move_id", "retainer_recharged_qty"),
    "retainer.change.order": ("retainer_move_id",),
    "retainer.hour.block": ("move_id",),
}
"""The fields that point at the document, or add up what is on documents, per model."""

SETTLED_TIME = (
    "date",
    "unit_amount",
    "project_id",
    "task_id",
    "employee_id",
    "user_id",
    "name",
    "company_id",
    "retainer_non_billable",
    "retainer_change_order_id",
    "retainer_corrects_id",
)
SETTLED = {
    "project.milestone": (
        "retainer_engagement_id",
        "retainer_amount",
        "retainer_percent",
        "retainer_quantity",
        "retainer_unit_price",
        "retainer_number",
        "is_reached",
        "reached_date",
        "project_id",
    ),
    "retainer.change.order": ("engagement_id", "approval_state", "hourly_rate", "hours_cap"),
}
"""What of a billed record nobody changes."""


def _refuse_binding(tables: Tables, named: bool, model: str) -> None:
    if named and not tables.elevated:
        fields = " / ".join(BINDINGS[model])
        raise Rejected(f"Only the billing service fills in {fields}. Leave it out.", model=model)


def _guard(model: str) -> None:
    prepare, check = BEFORE_CREATE.get(model), BEFORE_WRITE.get(model)
    names = BINDINGS[model]

    def before_create(tables: Tables, values: Row) -> Row:
        _refuse_binding(tables, any(values.get(name) for name in names), model)
        return prepare(tables, values) if prepare else values

    def before_write(tables: Tables, row: Row, values: Row) -> Row:
        _refuse_binding(tables, any(name in values for name in names), model)
        _refuse_settled(tables, model, row, values)
        return check(tables, row, values) if check else values

    BEFORE_CREATE[model] = before_create
    BEFORE_WRITE[model] = before_write


def _refuse_settled(tables: Tables, model: str, row: Row, values: Row) -> None:
    if tables.elevated or not any(row[name] for name in BINDINGS[model]):
        return
    if model == "account.analytic.line" and _differs(row, values, SETTLED_TIME):
        _refuse_counted(row)
    if model in SETTLED and _differs(row, values, SETTLED[model]):
        raise Rejected(
            f"{row['name']} is billed and cannot be changed. Credit that invoice, or add another."
        )


def _differs(row: Row, values: Row, names: tuple[str, ...]) -> bool:
    """Whether a field would change: a form may repeat a value."""
    return any(name in values and (values[name] or False) != (row[name] or False) for name in names)


def _leave_entry(_tables: Tables, row: Row) -> None:
    if any(row[name] for name in BINDINGS["account.analytic.line"]):
        _refuse_counted(row)


def _refuse_counted(row: Row) -> None:
    raise Rejected(
        f"The time entry “{row['name'] or '/'}” of {row['date']} is counted and cannot be changed"
        " or deleted. Add a correcting entry instead; its hours may be negative."
    )


for _model in BINDINGS:
    _guard(_model)
BEFORE_UNLINK["account.analytic.line"] = _leave_entry
