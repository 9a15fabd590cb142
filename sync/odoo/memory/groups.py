"""Odoo's formatted_read_group."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sync.odoo.errors import ServerFault
from sync.odoo.gateway import Row
from sync.odoo.memory.fields import TO_MANY
from sync.odoo.memory.schema import field_of
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.values import follow, get

AGGREGATES: dict[str, Callable[[list[Any]], Any]] = {
    "sum": lambda values: sum(values, type(values[0])(0)) if values else False,
    "min": lambda values: min(values, default=False),
    "max": lambda values: max(values, default=False),
    "avg": lambda values: sum(values) / len(values) if values else False,
    "count": len,
    "count_distinct": lambda values: len(set(values)),
    "array_agg": list,
    "bool_or": any,
    "bool_and": all,
}


def read_group(
    tables: Tables,
    model: str,
    ids: Sequence[int],
    groupby: Sequence[str],
    aggregates: Sequence[str],
) -> list[Row]:
    """One row per group of these records, in the order of the groups' values, empty ones last."""
    rows = tables.rows(model)
    groups: dict[tuple[Any, ...], list[Row]] = {} if groupby else {(): []}
    for each in ids:
        key = tuple(_group_value(tables, model, rows[each], spec) for spec in groupby)
        groups.setdefault(key, []).append(rows[each])
    return [
        dict(zip(groupby, key, strict=True))
        | {spec: _aggregate(tables, model, groups[key], spec) for spec in aggregates}
        for key in sorted(groups, key=lambda key: tuple((each is False, each) for each in key))
    ]


def _group_value(tables: Tables, model: str, row: Row, spec: str) -> Any:
    path, _, grain = spec.partition(":")
    value = follow(tables, model, row, path)
    if "." not in path and field_of(model, path).type in TO_MANY:
        raise ServerFault(f"The memory gateway groups by no x2many: {spec}", name="ValueError")
    return _start(value, grain) if grain and value else value


def _start(value: str, grain: str) -> str:
    day = date.fromisoformat(value[:10])
    match grain:
        case "day":
            start = day
        case "month":
            start = day.replace(day=1)
        case "quarter":
            start = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case "year":
            start = day.replace(month=1, day=1)
        case _:
            raise ServerFault(f"{grain!r} isn't a valid granularity", name="builtins.ValueError")
    return start.isoformat()


def _aggregate(tables: Tables, model: str, rows: list[Row], spec: str) -> Any:
    if spec == "__count":
        return len(rows)
    name, _, function = spec.partition(":")
    field = field_of(model, name)
    if function not in AGGREGATES:
        raise ServerFault(f"Invalid aggregate method {function!r}", name="builtins.ValueError")
    values = [get(tables, model, row, name) for row in rows]
    if field.type not in ("integer", "float", "monetary", "boolean"):
        values = [value for value in values if value is not False]
    result = AGGREGATES[function](values)
    return float(result) if isinstance(result, Decimal) else result
