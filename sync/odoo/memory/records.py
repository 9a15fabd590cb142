"""Create, write and unlink: defaults, checks, x2many commands, what follows a change."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sync.odoo.errors import NotFound, Rejected, ServerFault
from sync.odoo.gateway import Row, Values
from sync.odoo.memory.constraints import check
from sync.odoo.memory.defaults import default_of
from sync.odoo.memory.fields import TO_MANY, Field
from sync.odoo.memory.models import MODELS
from sync.odoo.memory.schema import field_of, fields_of
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.values import checked, get, rounded

Prepare = Callable[[Tables, Row], Row]
Guard = Callable[[Tables, Row, Row], Row]
Touch = Callable[[Tables, int], None]
Leave = Callable[[Tables, Row], None]

BEFORE_CREATE: dict[str, Prepare] = {}
"""Complete the values of a new record; the values may still be raw."""
AFTER_CHANGE: dict[str, Touch] = {}
"""Follow up a create or a write."""
BEFORE_WRITE: dict[str, Guard] = {}
"""Check, and perhaps complete, what is written over an old row."""
BEFORE_UNLINK: dict[str, Leave] = {}
"""Refuse or prepare a deletion."""
SETTLE: list[Touch] = []
"""Work out the totals of a move whose lines changed; ``moves.py`` fills it."""

CASCADE = {
    ("account.move.line", "move_id"),
    ("account.partial.reconcile", "debit_move_id"),
    ("account.partial.reconcile", "credit_move_id"),
    ("account.payment.term.line", "payment_id"),
    ("sale.order.line", "order_id"),
    ("purchase.order.line", "order_id"),
    ("project.milestone", "project_id"),
    ("retainer.terms", "engagement_id"),
    ("retainer.role.rate", "terms_id"),
    ("retainer.alert", "engagement_id"),
    ("retainer.period.lot", "period_id"),
}
IN_BOOKS = ("balance", "debit", "credit", "amount_residual")
"""Amounts of a line in the company's currency."""
RESTRICT = {
    ("account.analytic.line", "retainer_period_id"),
    ("account.move", "retainer_engagement_id"),
    ("account.move", "retainer_client_po_id"),
    ("account.move", "retainer_milestone_id"),
    ("project.milestone", "retainer_engagement_id"),
}


@contextmanager
def batch(tables: Tables) -> Iterator[None]:
    """One change of several records; totals are worked out once, at its end."""
    outermost = not tables.batching
    tables.batching = True
    try:
        with tables.transaction():
            yield
            if outermost:
                settle(tables)
    finally:
        if outermost:
            tables.batching = False
            tables.pending.clear()


def settle(tables: Tables) -> None:
    """Work out the totals of the moves that wait for it."""
    while tables.pending:
        move = next(iter(tables.pending))
        del tables.pending[move]
        if move in tables.rows("account.move"):
            for work_out in SETTLE:
                work_out(tables, move)


def create(tables: Tables, model: str, values: Values) -> int:
    """Create one record; its id."""
    with batch(tables):
        return _create(tables, model, dict(values))


def _create(tables: Tables, model: str, values: Row) -> int:
    for name in values:
        _known(model, name)
    values = BEFORE_CREATE.get(model, _unchanged)(tables, values)
    for name, field in fields_of(model).items():
        if name not in values and field.default is not None and field.stored:
            values[name] = default_of(tables, field, values)
    stored, later = _sorted_out(tables, model, values)
    missing = [
        name
        for name, field in fields_of(model).items()
        if field.required and field.stored and stored.get(name) in (None, False, "")
    ]
    if missing:
        raise Rejected(
            f"The operation cannot be completed: a required field of {model} is empty:"
            f" {', '.join(missing)}",
            model=model,
            method="create",
        )
    record = tables.insert(model, stored)
    _round_money(tables, model, record, stored)
    for name, value in later.items():
        _write_elsewhere(tables, model, record, name, value)
    _after(tables, model, record)
    return record


def write(tables: Tables, model: str, records: Sequence[int], values: Values) -> None:
    """Write the same values on records."""
    with batch(tables):
        for record in records:
            _write(tables, model, record, dict(values))


def _write(tables: Tables, model: str, record: int, values: Row) -> None:
    row = tables.row(model, record)
    for name in values:
        _known(model, name)
    guard = BEFORE_WRITE.get(model)
    values = guard(tables, row, values) if guard else values
    stored, later = _sorted_out(tables, model, values, row)
    tables.update(model, record, stored)
    _round_money(tables, model, record, stored)
    for name, value in later.items():
        _write_elsewhere(tables, model, record, name, value)
    _after(tables, model, record)


def unlink(tables: Tables, model: str, records: Sequence[int]) -> None:
    """Delete records with what hangs on them; refuses where others need them."""
    with batch(tables):
        for record in records:
            _unlink(tables, model, tables.row(model, record))


def _unlink(tables: Tables, model: str, row: Row) -> None:
    if leave := BEFORE_UNLINK.get(model):
        leave(tables, row)
    for other, name, field in _references(model):
        for each in tables.referring(other, name, row["id"]):
            if (other, name) in CASCADE:
                _unlink(tables, other, tables.row(other, each))
            elif field.required or (other, name) in RESTRICT:
                raise Rejected(
                    "The operation cannot be completed: another model requires the record being"
                    f" deleted. ({other}.{name})",
                    model=model,
                    method="unlink",
                )
            else:
                tables.update(other, each, {name: False}, quietly=True)
    tables.delete(model, row["id"])


def _references(model: str) -> list[tuple[str, str, Field]]:
    return [
        (other, name, field)
        for other, fields in MODELS.items()
        for name, field in fields.items()
        if field.relation == model
        and field.type == "many2one"
        and field.stored
        and name not in ("create_uid", "write_uid")
    ]


def _unchanged(_tables: Tables, values: Row) -> Row:
    return values


def _known(model: str, name: str) -> Field:
    if name not in fields_of(model):
        raise NotFound(f"Invalid field {name!r} in {model!r}", model=model)
    return field_of(model, name)


def _sorted_out(
    tables: Tables, model: str, values: Row, row: Row | None = None
) -> tuple[Row, dict[str, Any]]:
    """What the row itself holds, and what is written on other records."""
    stored: Row = {}
    later: dict[str, Any] = {}
    for name, value in values.items():
        field = field_of(model, name)
        if field.type == "many2many" and field.stored:
            stored[name] = linked(tables, field, (row or {}).get(name) or [], value)
        elif field.stored:
            stored[name] = checked(tables, model, name, value)
        else:
            later[name] = value
    return stored, later


def linked(tables: Tables, field: Field, have: Sequence[int], commands: Any) -> list[int]:
    """The ids of a many2many after its commands."""
    ids = list(have)
    for command in _commands(commands):
        match command:
            case [6, _, list() | tuple() as wanted]:
                ids = list(dict.fromkeys(wanted))
            case [5, *_]:
                ids = []
            case [4, record, *_]:
                ids = list(dict.fromkeys([*ids, record]))
            case [3 | 2, record, *_]:
                ids = [each for each in ids if each != record]
            case [0, _, values]:
                ids.append(_create(tables, field.relation, dict(values)))
            case _:
                raise ServerFault(f"Wrong value: {command!r}", name="builtins.ValueError")
    for each in ids:
        tables.row(field.relation, each)
    return ids


def _commands(value: Any) -> list[list[Any]]:
    """Commands as lists; a plain list of ids means: these."""
    if not value:
        return []
    if all(isinstance(each, int) for each in value):
        return [[6, 0, list(value)]]
    return [list(each) for each in value]


def _write_elsewhere(tables: Tables, model: str, record: int, name: str, value: Any) -> None:
    field = field_of(model, name)
    if field.type == "one2many" or (field.type in TO_MANY and field.computed):
        _write_many(tables, field, record, value)
    elif field.inverse:
        raise ServerFault(f"write {model}.{name} from its other side", name="builtins.ValueError")
    elif field.related:
        through, _, last = field.related.rpartition(".")
        target = get(tables, model, tables.row(model, record), through) if through else False
        if target:
            _write(tables, field_of(model, through).relation, target, {last: value})


def _write_many(tables: Tables, field: Field, record: int, commands: Any) -> None:
    inverse = field.inverse
    for command in _commands(commands):
        match command:
            case [0, _, values]:
                _create(tables, field.relation, {**values, inverse: record})
            case [1, each, values]:
                _write(tables, field.relation, each, dict(values))
            case [2 | 3, each, *_]:
                _unlink(tables, field.relation, tables.row(field.relation, each))
            case [4, each, *_]:
                _write(tables, field.relation, each, {inverse: record})
            case [5, *_] | [6, _, _]:
                keep = command[2] if command[0] == 6 else []
                for each in tables.referring(field.relation, inverse, record):
                    if each not in keep:
                        _unlink(tables, field.relation, tables.row(field.relation, each))
                for each in keep:
                    _write(tables, field.relation, each, {inverse: record})
            case _:
                raise ServerFault(f"Wrong value: {command!r}", name="builtins.ValueError")


def _round_money(tables: Tables, model: str, record: int, stored: Mapping[str, Any]) -> None:
    """Money in the precision of the record's currency, as Odoo stores it."""
    money = [name for name in stored if field_of(model, name).type == "monetary"]
    if not money:
        return
    row = tables.row(model, record)
    name = "retainer_currency_id" if model == "project.milestone" else "currency_id"
    currency = get(tables, model, row, name) if name in fields_of(model) else 0
    own = get(tables, model, row, "company_currency_id") if model == "account.move.line" else 0
    exact = {
        each: rounded(tables, row[each], own if each in IN_BOOKS and own else currency)
        for each in money
    }
    if any(exact[each] != row[each] for each in money):
        tables.update(model, record, exact, quietly=True)


def _after(tables: Tables, model: str, record: int) -> None:
    check(tables, model, record)
    if follow_up := AFTER_CHANGE.get(model):
        follow_up(tables, record)
