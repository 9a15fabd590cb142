"""Reading a field of a row, and checking a value before it is written."""

import copy
from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sync.odoo.errors import Rejected, ServerFault
from sync.odoo.gateway import Row
from sync.odoo.memory.schema import field_of
from sync.odoo.memory.tables import Tables

Compute = Callable[[Tables, Row], Any]

COMPUTED: dict[tuple[str, str], Compute] = {}
"""Fields worked out when read; ``computed.py`` fills it."""


QUANTITIES = ("quantity", "product_uom_qty", "product_qty")


def compute(model: str, *names: str) -> Callable[[Compute], Compute]:
    """Register the function that works out a field."""

    def register(function: Compute) -> Compute:
        for name in names:
            COMPUTED[model, name] = function
        return function

    return register


def get(tables: Tables, model: str, row: Row, name: str) -> Any:
    """The value of a field, in exact types. Raises ``NotFound`` for an unknown field."""
    field = field_of(model, name)
    if field.computed:
        return COMPUTED[model, name](tables, row)
    if field.related:
        return follow(tables, model, row, field.related)
    if field.type == "one2many":
        return tables.referring(field.relation, field.inverse, row["id"])
    if field.inverse:
        rows = tables.rows(field.relation)
        return [
            each
            for each in rows
            if row["id"] in get(tables, field.relation, rows[each], field.inverse)
        ]
    return row[name]


def follow(tables: Tables, model: str, row: Row, path: str) -> Any:
    """The value at the end of a dotted path of many2ones; empty where the path ends early."""
    name, _, rest = path.partition(".")
    value = get(tables, model, row, name)
    if not rest:
        return value
    comodel = field_of(model, name).relation
    if not value:
        last = comodel
        *through, final = rest.split(".")
        for step in through:
            last = field_of(last, step).relation
        return field_of(last, final).empty
    return follow(tables, comodel, tables.row(comodel, value), rest)


def read(tables: Tables, model: str, row: Row, name: str) -> Any:
    """The value as it goes over the wire: floats for amounts, copies of lists and JSON."""
    value = get(tables, model, row, name)
    if isinstance(value, Decimal):
        return float(value)
    return copy.deepcopy(value) if isinstance(value, list | dict) else value


def checked(tables: Tables, model: str, name: str, value: Any) -> Any:
    """A value for a stored field in its exact type.

    Raises ``ServerFault`` where Odoo raises ValueError (wrong type, unknown choice) and
    ``Rejected`` where the database refuses a reference to nothing.
    """
    field = field_of(model, name)
    try:
        if field.choices and value and value not in field.choices:
            raise ValueError(f"Wrong value for {model}.{name}: {value!r}")
        kind = "quantity" if name in QUANTITIES else field.type
        exact = _EXACT.get(kind, copy.deepcopy)(value)
    except (TypeError, ValueError, ArithmeticError) as error:
        raise ServerFault(
            f"{error}", name="builtins.ValueError", model=model, method="write"
        ) from None
    if field.type == "many2one" and exact and exact not in tables.rows(field.relation):
        raise Rejected(
            f"The operation cannot be completed: {model}.{name} refers to {exact}, which is not"
            f" there in {field.relation}.",
            model=model,
        )
    return False if exact is None else exact


def _text(value: Any) -> Any:
    return False if value is None or value is False else str(value)


def _date(value: Any) -> Any:
    if not value:
        return False
    day = value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
    return f"{day:%Y-%m-%d}"


def _datetime(value: Any) -> Any:
    if not value:
        return False
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _reference(value: Any) -> Any:
    if not value:
        return False
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"Wrong value for a many2one: {value!r}")
    return value


def _quantity(value: Any) -> Any:
    """Odoo keeps two decimals of a quantity."""
    return float(Decimal(str(value or 0)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))


_EXACT: dict[str, Callable[[Any], Any]] = {
    "char": _text,
    "text": _text,
    "html": _text,
    "boolean": bool,
    "integer": lambda value: int(value or 0),
    "many2one_reference": lambda value: int(value or 0),
    "float": lambda value: float(value or 0),
    "quantity": _quantity,
    "monetary": lambda value: Decimal(str(value or 0)),
    "date": _date,
    "datetime": _datetime,
    "selection": _text,
    "many2one": _reference,
}


def digits_of(tables: Tables, currency: int) -> Decimal:
    """The smallest amount of a currency."""
    places = tables.row("res.currency", currency)["decimal_places"] if currency else 2
    return Decimal(1).scaleb(-int(places))


def rounded(tables: Tables, amount: Decimal, currency: int) -> Decimal:
    """The amount in the currency's precision, half away from zero, as Odoo rounds."""
    return amount.quantize(digits_of(tables, currency), rounding=ROUND_HALF_UP)
