"""What a field is, and short names to write tables of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

Fields = dict[str, "Field"]

NUMBERS = ("integer", "float", "monetary")
TO_MANY = ("one2many", "many2many")


@dataclass(frozen=True)
class Field:
    """A field of a model.

    ``default`` is a value, or a name with ``@`` that is resolved when a record is made (``@today``,
    ``@company``…). ``related`` is a dotted path to the value. ``computed`` names a function of
    ``computed.py``. Fields with neither are stored.
    """

    type: str
    relation: str = ""
    inverse: str = ""
    """Of a one2many: the many2one behind it; of a many2many: the one that keeps the pairs."""
    default: Any = None
    required: bool = False
    choices: tuple[str, ...] = ()
    related: str = ""
    computed: bool = False

    @property
    def stored(self) -> bool:
        """Whether the row holds the value."""
        return not (self.related or self.computed or self.inverse)

    @property
    def empty(self) -> Any:
        """The value of a field that was never set."""
        match self.type:
            case "integer" | "many2one_reference":
                return 0
            case "float":
                return 0.0
            case "monetary":
                return Decimal(0)
            case "one2many" | "many2many":
                return []
        return False


CHAR = Field("char")
TEXT = Field("text")
HTML = Field("html")
BOOL = Field("boolean")
INT = Field("integer")
FLOAT = Field("float")
MONEY = Field("monetary")
DATE = Field("date")
DATETIME = Field("datetime")
JSON = Field("json")


def m2o(relation: str, **facts: Any) -> Field:
    """A many2one."""
    return Field("many2one", relation=relation, **facts)


def o2m(relation: str, inverse: str) -> Field:
    """A one2many: the records of ``relation`` whose ``inverse`` is this one."""
    return Field("one2many", relation=relation, inverse=inverse)


def m2m(relation: str, **facts: Any) -> Field:
    """A many2many, kept on the record that names it."""
    return Field("many2many", relation=relation, **facts)


def choice(*choices: str, default: str | None = None, required: bool = False) -> Field:
    """A selection."""
    return Field("selection", choices=choices, default=default, required=required)


def needed(field: Field) -> Field:
    """The same field, required."""
    return replace(field, required=True)


def with_default(field: Field, default: Any) -> Field:
    """The same field with a default."""
    return replace(field, default=default)


def related(field: Field, path: str) -> Field:
    """The same field, read through other records."""
    return replace(field, related=path)


def computed(field: Field) -> Field:
    """The same field, worked out when it is read."""
    return replace(field, computed=True)


ACTIVE = with_default(BOOL, True)

COMMON: Fields = {
    "id": INT,
    "display_name": computed(CHAR),
    "create_date": DATETIME,
    "create_uid": m2o("res.users"),
    "write_date": DATETIME,
    "write_uid": m2o("res.users"),
}


def merged(*tables: Mapping[str, Fields]) -> dict[str, Fields]:
    """Tables of models laid over each other; every model gets the common fields."""
    models: dict[str, Fields] = {}
    for table in tables:
        for model, fields in table.items():
            models.setdefault(model, dict(COMMON)).update(fields)
    return models
