"""Who may do what: the administrator everything, the service reads, others little."""

from sync.odoo.errors import Forbidden, NotFound
from sync.odoo.gateway import Row
from sync.odoo.memory.domain import Predicate
from sync.odoo.memory.fields import TO_MANY
from sync.odoo.memory.schema import fields_of
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.values import get

SYSTEM = ("base", "group_system")
SERVICE = ("retainer_billing", "group_sync_service")

ANYONE_READS = (
    "res.partner",
    "res.users",
    "res.company",
    "res.currency",
    "res.currency.rate",
    "project.project",
    "project.task",
)
SERVICE_READS_NOT = ("ir.model.data", "res.groups")


NOBODY_WRITES = ("retainer.period", "retainer.period.lot", "retainer.sync.run")
"""Records of the service: even the administrator only reads them."""
NOBODY_MAKES = ("retainer.alert", "retainer.tombstone")


def group_id(tables: Tables, module: str, name: str) -> int:
    """The id behind a group's external name."""
    rows = tables.rows("ir.model.data").values()
    return int(next(r["res_id"] for r in rows if (r["module"], r["name"]) == (module, name)))


def has_group(tables: Tables, group: tuple[str, str]) -> bool:
    """Whether the one who asks is in a group."""
    groups: list[int] = tables.row("res.users", tables.user_id)["group_ids"]
    return group_id(tables, *group) in groups


def check(tables: Tables, model: str, operation: str) -> None:
    """Raise ``Forbidden`` as Odoo's access rights would; ``NotFound`` for an unknown model."""
    fields_of(model)
    if has_group(tables, SYSTEM):
        kept = operation != "read" and model in NOBODY_WRITES
        if not kept and not (operation == "create" and model in NOBODY_MAKES):
            return
    elif operation == "read":
        service = has_group(tables, SERVICE) and model not in SERVICE_READS_NOT
        if service or model in ANYONE_READS:
            return
    verb = {"read": "access", "write": "modify", "create": "create", "unlink": "delete"}[operation]
    raise Forbidden(
        f"You are not allowed to {verb} '{model}' ({model}) records.",
        model=model,
        operation=operation,
    )


def visible(tables: Tables, model: str) -> Predicate:
    """The multi-company rule: rows of the user's companies, or of none."""
    fields = fields_of(model)
    name = "company_ids" if model == "account.account" else "company_id"
    if name not in fields or has_group(tables, SYSTEM):
        return lambda _: True
    own = set(tables.row("res.users", tables.user_id)["company_ids"])

    def of_own_company(row: Row) -> bool:
        value = get(tables, model, row, name)
        if fields[name].type in TO_MANY:
            return not value or bool(own & set(value))
        return not value or value in own

    return of_own_company


def public(method: str, model: str) -> None:
    """Raise for a private method (``Forbidden``), as every door of Odoo does."""
    if method.startswith("_"):
        raise Forbidden(
            f"Private methods (such as '{model}.{method}') cannot be called remotely.", model=model
        )


def unknown_method(model: str, method: str) -> NotFound:
    """The error for a method that does not exist."""
    return NotFound(f"The method '{model}.{method}' does not exist", model=model, method=method)
