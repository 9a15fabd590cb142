"""What is read, told by the mappings themselves, and answers that hold the wrong thing for it."""

import importlib
import math
import pkgutil
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import mappings
from mappings.fields import Row
from sync.odoo.faults import FaultyGateway, Request
from sync.odoo.gateway import Gateway
from sync.odoo.memory.schema import field_of

Asked = tuple[str, tuple[str, ...]]
"""A model, and the fields that one search asked of it."""


def field_lists() -> dict[str, tuple[str, ...]]:
    """Every list of fields that the mappings keep, by its name."""
    found = {}
    for each in pkgutil.iter_modules(mappings.__path__):
        module = importlib.import_module(f"mappings.{each.name}")
        for name, value in vars(module).items():
            if name.endswith("FIELDS") and not name.startswith("_") and isinstance(value, tuple):
                found[f"{each.name}.{name}"] = value
    return found


_NO_DAYS = ("2025-02-30", "2025-13-01", "tomorrow", "0025-03-01", "9999-12-31")
_NO_DAYS += ("2025-03-01 10:00:00", "2025-03-01T10:00:00+02:00")
_NO_MOMENTS = ("2025-03-01", "2025-03-01 25:00:00", "2025-02-30 10:00:00", "2025-03-01T10:00:00Z")

NEVER: dict[str, list[Any]] = {
    "id": ["5", 1.5, 0, -5, True, None, [5], {"a": 5}],
    "char": [7, 1.5, True, ["x"], {"a": 1}],
    "text": [7, 1.5, True, ["x"], {"a": 1}],
    "html": [7, True, ["x"], {"a": 1}],
    "boolean": [0, 1, "true", None, [True], {"a": True}],
    "integer": ["5", 1.5, 2**40, True, None, [5], {"a": 5}],
    "float": ["5", True, None, [5.0], {"a": 5}, math.nan, math.inf, -math.inf, 1e300, 10**400],
    "monetary": ["5.00", True, None, [5.0], {"a": 5}, math.nan, math.inf, 1e300, 10**400],
    "date": [*_NO_DAYS, "", 20250301, True, ["2025-03-01"], {"a": 1}],
    "datetime": [*_NO_MOMENTS, 5, True, ["x"], {"a": 1}],
    "selection": [3, True, ["x"], {"a": 1}],
    "many2one": ["7", -1, 0, True, 7.0, [], [7], [7, 8, 9], [7, 8], ["7", "Acme"], {"id": 7}],
    "many2many": ["7", 5, True, [0], [-1], [True], ["7"], [7.0], [[7, "Acme"]], {"a": 1}],
    "one2many": ["7", 5, True, [0], [-1], [True], ["7"], [7.0], {"a": 1}],
    "taxes": [5, "x", True, {}, [5], [[1]], [[1, "2"]]],
    "json": [5, "x", True, {}, [5], [[1]], [[1, 2, 3]], [[1, True]], [["1", "2"]], [{"a": 1}]],
}
"""Per type of field what no sound Odoo sends: refused wherever the field is read."""

ODD: dict[str, list[Any]] = {
    "id": [1, 2**62],
    "taxes": [[], False, None, [{}], [{"id": 1}]],
    "char": [False, None, "", " ", "x" * 5000, "a\x00b\x1b[31m\u202e", "שלום 日本語", "\ud83d"],
    "text": [False, None, "", "x" * 5000, "a\x00b\r\n\x07", "\ufeff\u2028"],
    "html": [False, "<script>alert(1)</script>"],
    "boolean": [True, False],
    "integer": [0, -1, 2**31 - 1],
    "float": [0.0, -1.0, 0.1 + 0.2, 1.23456789, 1e-12, 1e14, -0.0, False],
    "monetary": [0.0, -1.0, 0.1 + 0.2, 1.005, 1e-12, 1e14, -0.0, False],
    "date": [False, None, "1900-01-01", "2199-12-31"],
    "datetime": [False, None, "1900-01-01 00:00:00"],
    "selection": [False, None, "", "nonsense", "draft"],
    "many2one": [False, None, 1, 99_999, [1, "Acme"], 2**62],
    "many2many": [False, None, [], [1], [1, 1, 99_999]],
    "one2many": [False, None, [], [1]],
    "json": [False, None, [], [[1, "2"]], [[1, 2]]],
}
"""What may stand there by mistake: a value, or refused; never anything else."""


DEFAULTS = {
    "engagement_id": "many2one",
    "income_account_id": "many2one",
    "analytic_account_id": "many2one",
    "taxes": "taxes",
    "rounding": "selection",
}
"""What the gateway's ``defaults`` answers of an engagement."""


def kind(model: str, field: str) -> str:
    """The type of a field."""
    if field == "id":
        return "id"
    if model == "retainer.engagement" and field in DEFAULTS:
        return DEFAULTS[field]
    return str(field_of(model, field).type)


class Spoiling(FaultyGateway):
    """Over another gateway: one field of one record, where it is asked for so, holds another value.

    Without a field it spoils nothing, and only notes what is asked.
    """

    def __init__(
        self,
        inner: Gateway,
        asked: Asked | None = None,
        field: str = "",
        record: int = 0,
        value: Any = None,
    ) -> None:
        super().__init__(inner, self._script)
        self.asked: dict[Asked, dict[int, Row]] = defaultdict(dict)
        """The rows that were answered, by what was asked."""
        self._wrong = (asked, field, record, value)

    def _script(self, request: Request) -> Callable[..., Any] | None:
        return self._answer if request.method == "search_read" else None

    def _answer(self, request: Request, send: Callable[[], Any]) -> Any:
        rows = send()
        here = (request.model, tuple(request.arguments["fields"]))
        asked, field, record, value = self._wrong
        self.asked[here].update({row["id"]: row for row in rows})
        if here == asked:
            for row in rows:
                if row["id"] == record:
                    row[field] = value
        return rows


def places(
    asked: dict[Asked, dict[int, Row]], most: int
) -> Iterator[tuple[Asked, str, Sequence[int]]]:
    """Every field that was asked for, with some of the records that were answered."""
    for each, rows in asked.items():
        for field in each[1]:
            yield each, field, sorted(rows)[-most:]
