"""The door of one user to an Odoo in memory."""

import copy
import inspect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cmp_to_key
from typing import Any

from sync.odoo.errors import NotFound, ServerFault
from sync.odoo.gateway import Domain, Row, ServerVersion, Values
from sync.odoo.memory import access, records
from sync.odoo.memory.domain import search
from sync.odoo.memory.groups import read_group
from sync.odoo.memory.methods import call_on
from sync.odoo.memory.retainer import METHODS
from sync.odoo.memory.schema import field_of
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.values import get, read


class MemoryGateway:
    """An ``AdminGateway`` whose every call is one transaction, as with the real server."""

    protocol = "memory"

    def __init__(self, tables: Tables, user_id: int, version: ServerVersion) -> None:
        self.calls = 0
        self._tables = tables
        self._user_id = user_id
        self._version = version

    def __repr__(self) -> str:
        return f"MemoryGateway(user {self._user_id})"

    def version(self) -> ServerVersion:
        """The version it plays."""
        self.calls += 1
        return self._version

    def search_read(
        self,
        model: str,
        domain: Domain,
        fields: Sequence[str],
        *,
        limit: int,
        order: str = "id asc",
    ) -> list[Row]:
        """See ``Gateway.search_read``."""
        with self._call() as tables:
            access.check(tables, model, "read")
            for name in fields:
                field_of(model, name)
            found = self._visible(model, domain)
            rows = tables.rows(model)
            if order not in ("id", "id asc"):
                found.sort(key=cmp_to_key(_by(tables, model, order)))
            names = ["id", *(name for name in fields if name != "id")]
            return [
                {name: read(tables, model, rows[each], name) for name in names}
                for each in (found[:limit] if limit else found)
            ]

    def search_count(self, model: str, domain: Domain) -> int:
        """See ``Gateway.search_count``."""
        with self._call() as tables:
            access.check(tables, model, "read")
            return len(self._visible(model, domain))

    def read_group(
        self, model: str, domain: Domain, groupby: Sequence[str], aggregates: Sequence[str]
    ) -> list[Row]:
        """See ``Gateway.read_group``."""
        with self._call() as tables:
            access.check(tables, model, "read")
            seen = self._visible(model, domain)
            return read_group(tables, model, seen, groupby, aggregates)

    def call(self, model: str, method: str, *, repeatable: bool, **arguments: Any) -> Any:  # noqa: ARG002
        """See ``Gateway.call``."""
        with self._call() as tables:
            access.public(method, model)
            if model != "retainer.gateway":
                raise access.unknown_method(model, method)
            if method not in METHODS:
                raise access.unknown_method(model, method)
            arguments.pop("context", None)  # the addon's gateway works in a context of its own
            function = METHODS[method]
            try:
                inspect.signature(function).bind(tables, **arguments)
            except TypeError as error:
                raise NotFound(f"{model}.{method}: {error}", model=model, method=method) from None
            try:
                return copy.deepcopy(function(tables, **copy.deepcopy(arguments)))
            finally:
                tables.elevated = False

    def close(self) -> None:
        """Nothing to give back."""

    def create(self, model: str, rows: Sequence[Values]) -> list[int]:
        """See ``AdminGateway.create``."""
        with self._call() as tables:
            access.check(tables, model, "create")
            with records.batch(tables):
                return [records.create(tables, model, dict(copy.deepcopy(row))) for row in rows]

    def write(self, model: str, ids: Sequence[int], values: Values) -> None:
        """See ``AdminGateway.write``."""
        with self._call() as tables:
            access.check(tables, model, "write")
            records.write(tables, model, ids, dict(copy.deepcopy(values)))

    def unlink(self, model: str, ids: Sequence[int]) -> None:
        """See ``AdminGateway.unlink``."""
        with self._call() as tables:
            access.check(tables, model, "unlink")
            records.unlink(tables, model, ids)

    def call_on(self, model: str, ids: Sequence[int], method: str, **arguments: Any) -> Any:
        """See ``AdminGateway.call_on``."""
        with self._call() as tables:
            return call_on(tables, model, ids, method, arguments)

    @contextmanager
    def _call(self) -> Iterator[Tables]:
        """One request: count it, say who asks, keep all of it or nothing."""
        self.calls += 1
        tables = self._tables
        tables.user_id = self._user_id
        tables.company_id = tables.row("res.users", self._user_id)["company_id"]
        with tables.transaction():
            yield tables

    def _visible(self, model: str, domain: Domain) -> list[int]:
        tables = self._tables
        seen, rows = access.visible(tables, model), tables.rows(model)
        return [each for each in search(tables, model, domain) if seen(rows[each])]


def _by(tables: Tables, model: str, order: str) -> Any:
    """A comparison for an order such as ``date desc, id``; empty values as PostgreSQL puts them."""
    keys = []
    for part in order.split(","):
        name, _, direction = part.strip().partition(" ")
        try:
            field = field_of(model, name)
        except NotFound as error:
            raise ServerFault(f"Invalid order: {error}", name="builtins.ValueError") from None
        assert not field.relation, f"the memory gateway does not order by {name}"
        keys.append((name, -1 if direction.strip().lower() == "desc" else 1))
    rows = tables.rows(model)

    def compare(one: int, other: int) -> int:
        for name, sign in keys:
            a, b = (get(tables, model, rows[each], name) for each in (one, other))
            if a == b:
                continue
            if (a is False or b is False) and not (a is True or b is True):
                return sign if a is False else -sign
            return sign if a > b else -sign
        return 0

    return compare
