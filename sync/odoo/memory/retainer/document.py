"""One document of an ``apply`` call, read strictly from what was sent."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sync.odoo.gateway import Row
from sync.odoo.memory.fields import Field
from sync.odoo.memory.retainer.convert import (
    BY_TYPE,
    Refusal,
    as_date,
    as_id,
    as_ids,
    as_integer,
    as_number,
    as_pairs,
    as_reasons,
    as_text,
    echo,
    is_key,
)
from sync.odoo.memory.retainer.kinds import EXPECT, KINDS, MOVE_TYPES, NAMES, Kind
from sync.odoo.memory.retainer.readings import READ_OF, READINGS, Reading
from sync.odoo.memory.schema import field_of

PARTS = {
    "key",
    "kind",
    "unit",
    "fingerprint",
    "values",
    "lines",
    "lots",
    "post",
    "expect",
    "bind",
    "read",
    "reconcile",
    "taxes",
    "settle",
    "explanation",
    "withdraw",
}

_MOST_LINES = 5000


class Document:
    """A document whose values are of the types the records take."""

    def __init__(self, payload: Any) -> None:
        self.payload: Row = payload if isinstance(payload, dict) else {}
        key = self.payload.get("key")
        self.key: str = echo(key) if isinstance(key, str) else ""
        self._named = is_key(key)
        self.kind: Kind = KINDS["move"]
        self.unit = ""
        self.fingerprint = ""
        self.post = False
        self.values: Row = {}
        self.lines: list[Row] = []
        self.lots: list[Row] = []
        self.bind: dict[str, list[int]] = {}
        self.tally: dict[str, list[list[Any]]] = {}
        self.read: dict[str, dict[int, tuple[Any, ...]]] = {}
        """By list and record: what the service read of it."""
        self.withdraw = False
        self.reconcile: list[Row] = []
        self.taxes: dict[int, Decimal] = {}
        """Tax → amount that it is to show, where that is not Odoo's own."""
        self.expect: Row = {}
        self.explanation: list[Any] = []
        self.references: list[tuple[str, int]] = []
        """Records it names, to be checked."""
        self.record = 0
        """The record there is already, to be rewritten or posted."""
        self.action = ""
        self.result: Row = {}

    def answer(
        self, status: str, record: int = 0, name: str = "", *, replaced: bool = False
    ) -> None:
        """The result: written or unchanged."""
        self.result = {
            "key": self.key,
            "status": status,
            "id": record or False,
            "name": name,
            "replaced": replaced,
            "code": False,
            "reason": False,
        }

    def refuse(
        self, code: str, reason: str, record: int = 0, name: str = "", status: str = "rejected"
    ) -> None:
        """The result: rejected, or in conflict."""
        self.answer(status, record, name)
        self.result |= {"code": code, "reason": echo(reason)}

    def parse(self) -> None:
        """Read the payload. Raises ``Refusal`` where it is not what the contract says."""
        payload = self.payload
        if not payload or not self._named:
            raise Refusal("refused", "A document needs a key: text of 1 to 255 characters.")
        kind = payload.get("kind")
        if not isinstance(kind, str) or kind not in KINDS:
            raise Refusal("refused", f"Unknown kind {kind!r}. Known: {', '.join(sorted(KINDS))}.")
        self.kind = KINDS[kind]
        if unknown := set(payload) - PARTS:
            raise Refusal(
                "field_not_allowed", f"Not part of a document: {', '.join(sorted(unknown))}."
            )
        self.unit = as_text(payload.get("unit"), "unit") or f"key:{self.key}"
        self.fingerprint = as_text(payload.get("fingerprint"), "fingerprint") or ""
        if not self.fingerprint:
            raise Refusal("refused", "A document needs a fingerprint of its content.")
        if not isinstance(payload.get("post", False), bool):
            raise Refusal("refused", "post must be true or false.")
        self.post = payload.get("post", False)
        self.withdraw = payload.get("withdraw", False)
        if not isinstance(self.withdraw, bool):
            raise Refusal("refused", "withdraw must be true or false.")
        if self.withdraw:
            if self.kind.name != "move":
                raise Refusal("field_not_allowed", f"A {self.kind.name} is not withdrawn.")
            return
        self.explanation = as_reasons(self._list("explanation"), "explanation")
        self.values = self._values(
            self.kind.model, self._dict("values"), self.kind.values, "values"
        )
        if missing := [name for name in self.kind.required if not self.values.get(name)]:
            raise Refusal("refused", f"values must give {', '.join(missing)}.")
        self.lines = self._rows("lines", self.kind.lines_model, self.kind.lines)
        self.lots = self._rows("lots", "retainer.period.lot", self.kind.lots)
        self._parse_bind()
        self._parse_read()
        self._parse_reconcile()
        self._parse_taxes()
        self._parse_settle()
        self._parse_expect()
        if self.kind.name == "move":
            self._check_move()

    def _check_move(self) -> None:
        if self.values["move_type"] not in MOVE_TYPES:
            known = ", ".join(MOVE_TYPES)
            raise Refusal("field_not_allowed", f"move_type must be one of {known}.")
        if not self.lines:
            raise Refusal("refused", "A move needs lines.")
        if self.values["move_type"] != "entry" and not self.values.get("partner_id"):
            raise Refusal("refused", "An invoice or credit note needs a partner_id.")

    def _parse_bind(self) -> None:
        for name, ids in self._dict("bind").items():
            if not ids:
                continue
            if name in self.kind.tallies:
                self._parse_tally(name, ids)
                continue
            if name not in self.kind.binds:
                raise Refusal("field_not_allowed", f"A {self.kind.name} does not bind {name}.")
            self.bind[name] = sorted(set(as_ids(ids, f"bind.{name}")))
            model = self.kind.binds[name][0]
            self.references += [(model, each) for each in self.bind[name]]

    def _parse_tally(self, name: str, pairs: Any) -> None:
        read = as_integer if name == "entry_seconds" else as_number
        self.tally[name] = as_pairs(pairs, f"bind.{name}", read)
        model = self.kind.tallies[name][0]
        if len({each for each, _ in self.tally[name]}) < len(self.tally[name]):
            raise Refusal("refused", f"bind.{name} names a record twice.")
        self.references += [(model, each) for each, _ in self.tally[name]]

    def _parse_read(self) -> None:
        bound = {name: set(ids) for name, ids in self.bind.items() if name in READINGS}
        for name, parts in self.tally.items():
            bound.setdefault(READ_OF[name], set()).update(each for each, _ in parts)
        for name, rows in self._dict("read").items():
            if name not in bound:
                raise Refusal("field_not_allowed", f"read: no {name} are bound by this document.")
            where = f"read.{name}"
            found = self.read[name] = {}
            for row in rows if isinstance(rows, list) else [None]:
                record, *values = row if isinstance(row, list) and row else [0]
                if as_id(record, where) not in bound[name] or record in found:
                    raise Refusal("refused", f"{where} must name each record that is bound once.")
                found[record] = _reading(values, READINGS[name], where)

    def _parse_reconcile(self) -> None:
        for step in self._list("reconcile"):
            allowed = {"account_id", "line_ids", "keys", "partial", "optional"}
            if not isinstance(step, dict) or set(step) - allowed:
                raise Refusal(
                    "refused", "reconcile takes account_id, line_ids, keys, partial and optional."
                )
            account = as_id(step.get("account_id"), "reconcile.account_id")
            lines = as_ids(step.get("line_ids") or [], "reconcile.line_ids")
            keys = step.get("keys") or []
            if not lines and not keys:
                raise Refusal("refused", "reconcile needs line_ids (or keys) to reconcile with.")
            self.references.append(("account.account", account))
            self.references += [("account.move.line", each) for each in lines]
            self.reconcile.append(
                {
                    "account_id": account,
                    "line_ids": lines,
                    "keys": keys,
                    "partial": bool(step.get("partial")),
                    "optional": bool(step.get("optional")),
                }
            )
        if self.reconcile and self.kind.name != "move":
            raise Refusal("field_not_allowed", f"A {self.kind.name} is not reconciled.")

    def _parse_taxes(self) -> None:
        for tax in self._list("taxes"):
            if not isinstance(tax, dict) or set(tax) != {"tax_id", "amount"}:
                raise Refusal("refused", "taxes must be a list of tax_id and amount.")
            record = as_id(tax["tax_id"], "taxes.tax_id")
            if record in self.taxes:
                raise Refusal("refused", f"taxes gives the tax {record} twice.")
            self.references.append(("account.tax", record))
            self.taxes[record] = as_number(tax["amount"], "taxes.amount")
        if self.taxes and (self.kind.name != "move" or self.values["move_type"] == "entry"):
            raise Refusal("field_not_allowed", "Only an invoice or a credit note has taxes.")

    def _parse_settle(self) -> None:
        """Receivable lines that the document's own are reconciled with, in part where need be."""
        for step in self._list("settle"):
            if not isinstance(step, dict) or set(step) != {"account_id", "line_id"}:
                raise Refusal("refused", "settle must be a list of account_id and line_id.")
            account = as_id(step["account_id"], "settle.account_id")
            line = as_id(step["line_id"], "settle.line_id")
            self.references += [("account.account", account), ("account.move.line", line)]
            self.reconcile.append(
                {
                    "account_id": account,
                    "line_ids": [line],
                    "keys": [],
                    "partial": True,
                    "optional": True,
                }
            )
        if self.reconcile and self.kind.name != "move":
            raise Refusal("field_not_allowed", f"A {self.kind.name} is not reconciled.")

    def _parse_expect(self) -> None:
        for name, value in self._dict("expect").items():
            if name not in EXPECT or self.kind.name != "move":
                raise Refusal("field_not_allowed", f"expect does not know {name}.")
            read = as_date if name.endswith("date") else as_number
            self.expect[name] = read(value, f"expect.{name}")

    def _rows(self, part: str, model: str, allowed: frozenset[str]) -> list[Row]:
        rows = self._list(part)
        if rows and not allowed:
            raise Refusal("field_not_allowed", f"A {self.kind.name} has no {part}.")
        if len(rows) > _MOST_LINES:
            raise Refusal("refused", f"More than {_MOST_LINES} {part}.")
        result = []
        for number, row in enumerate(rows, 1):
            if not isinstance(row, dict):
                raise Refusal("refused", f"{part} {number} must be an object.")
            row = {NAMES.get((self.kind.name, name), name): row[name] for name in row}
            result.append(self._values(model, row, allowed, f"{part} {number}"))
        return result

    def _values(self, model: str, values: Row, allowed: frozenset[str], where: str) -> Row:
        result = {}
        for name, value in values.items():
            if name not in allowed:
                raise Refusal("field_not_allowed", f"{where}: the field {name} is not allowed.")
            result[name] = self._converted(field_of(model, name), value, f"{where}.{name}")
        return result

    def _converted(self, field: Field, value: Any, where: str) -> Any:
        if field.type == "boolean":
            if not isinstance(value, bool):
                raise Refusal("refused", f"{where} must be true or false.")
            return value
        if value is None or value is False:
            return False
        match field.type:
            case "many2one":
                reference = as_id(value, where)
                self.references.append((field.relation, reference))
                return reference
            case "many2many" | "one2many":
                references = as_ids(value, where)
                self.references += [(field.relation, each) for each in references]
                return [[6, 0, references]]
            case "selection":
                if value not in field.choices:
                    raise Refusal("refused", f"{where} must be one of {', '.join(field.choices)}.")
                return value
            case "json" if where.endswith(".draws"):
                return as_pairs(value, where, as_integer)
            case "json" if where.endswith(".retainer_taxes"):
                return as_pairs(value, where, as_number)
            case "json":
                return self._distribution(value, where)
        return BY_TYPE.get(field.type, as_text)(value, where)

    def _distribution(self, value: Any, where: str) -> Row:
        """An analytic distribution: ``{"12": 100, "13,20": 50}``, in percent."""
        if not isinstance(value, dict):
            raise Refusal("refused", f"{where} must be an object.")
        for accounts in value:
            for account in str(accounts).split(","):
                reference = as_id(as_integer(account, where), where)
                self.references.append(("account.analytic.account", reference))
        return {str(accounts): float(as_number(part, where)) for accounts, part in value.items()}

    def _dict(self, name: str) -> Row:
        value = self.payload.get(name) or {}
        if not isinstance(value, dict):
            raise Refusal("refused", f"{name} must be an object.")
        return value

    def _list(self, name: str) -> list[Any]:
        value = self.payload.get(name) or []
        if not isinstance(value, list):
            raise Refusal("refused", f"{name} must be a list.")
        return value


def _reading(values: list[Any], reading: Reading, where: str) -> tuple[Any, ...]:
    """What was read of one record; values left out at the end are nothing."""
    columns = reading.columns
    if len(values) > len(columns):
        raise Refusal("refused", f"{where}: a row has an id and at most {len(columns)} values.")
    padded = [*values, *[None] * (len(columns) - len(values))]
    return tuple(
        0 if value is None or value is False else _FORMS[column.form](value, where)
        for value, column in zip(padded, columns, strict=True)
    )


_FORMS: dict[str, Callable[[Any, str], Any]] = {
    "day": as_date,
    "whole": as_integer,
    "number": as_number,
    "text": as_text,
}
