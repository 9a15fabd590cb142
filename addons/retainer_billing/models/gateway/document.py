"""One document of an ``apply`` call, read from untrusted JSON."""

import datetime
import math
import re
from decimal import Decimal, InvalidOperation

from . import schema
from .readings import READ_OF, READINGS

MAX_LINES = 5000
MAX_TEXT = 100_000
KEY = re.compile(r"([0-9]{1,9})/[0-9]+/")
WHOLE = re.compile(r"[+-]?[0-9]{1,10}")


class Refusal(Exception):
    """This document cannot be written; ``code`` is one of the contract's."""

    def __init__(self, code, reason):
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Refused(Exception):
    """Some documents of a batch turned out wrong after they were written."""

    def __init__(self, refusals):
        super().__init__("refused")
        self.refusals = refusals


def is_text(value):
    """Return whether it is text that the database can keep."""
    if not isinstance(value, str) or "\x00" in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a character
        return False
    return True


def echo(value):
    """Return a text from outside as one that any answer can carry."""
    return str(value).encode(errors="replace").decode()


def is_key(value):
    return is_text(value) and 0 < len(value) <= 255


def company_of(key):
    """Return the company that a key of the service's form names, else None."""
    found = KEY.match(key)
    return found and int(found[1])


def name_of(record):
    """Return what people call the record: a document's number; empty for a draft without one."""
    if record._name == "account.move":
        return record.name or ""
    return record.display_name or ""


class Document:
    """A document whose values have been converted to what Odoo takes."""

    def __init__(self, payload):
        self.payload = payload if isinstance(payload, dict) else {}
        key = self.payload.get("key")
        self.key = echo(key) if isinstance(key, str) else ""
        self.named = is_key(key)
        self.kind = None
        self.unit = None
        self.fingerprint = None
        self.values = {}
        self.lines = []
        self.lots = []
        self.bind = {}
        self.tally = {}
        # List -> {record id: what the service read of it}.
        self.read = {}
        self.withdraw = False
        self.reconcile = []
        # Tax id as text -> amount that the document is to show, where it is not Odoo's own.
        self.taxes = {}
        self.expect = {}
        self.post = False
        self.explanation = []
        # (model, id) pairs that the values name, to be checked in one query per model.
        self.references = []
        # The existing record to rewrite or to post, and what to do with it.
        self.record = None
        self.action = None
        self.result = None

    # ------------------------------------------------------------------ results

    def answer(self, status, record=None, *, replaced=False, code=None, reason=None):
        self.result = {
            "key": self.key,
            "status": status,
            "id": record.id if record else False,
            "name": name_of(record) if record else "",
            "replaced": replaced,
            "code": code or False,
            "reason": echo(reason) if reason else False,
        }

    def refuse(self, code, reason, record=None):
        self.answer("rejected", record, code=code, reason=reason)

    def common(self):
        """Return what every record that the service writes carries."""
        return {
            self.kind.key: self.key,
            "retainer_fingerprint": self.fingerprint,
            "retainer_explanation": self.explanation or False,
        }

    # ------------------------------------------------------------------ parsing

    def parse(self, env):
        """Read the payload; raise Refusal where it is not what the contract says."""
        payload = self.payload
        if not payload:
            raise Refusal("refused", "A document must be an object with a key and a kind.")
        if not self.named:
            raise Refusal("refused", "A document needs a key: text of 1 to 255 characters.")
        kind = payload.get("kind")
        self.kind = schema.KINDS.get(kind) if isinstance(kind, str) else None
        if self.kind is None:
            raise Refusal(
                "refused",
                f"Unknown kind {str(kind)[:60]!r}. Known: {', '.join(sorted(schema.KINDS))}.",
            )
        unknown = set(payload) - {
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
            "settle",
            "taxes",
            "explanation",
            "withdraw",
        }
        if unknown:
            raise Refusal(
                "field_not_allowed",
                f"Not part of a document: {', '.join(sorted(map(str, unknown)))[:200]}.",
            )
        self.unit = self._text(payload.get("unit") or f"key:{self.key}", "unit")
        self.fingerprint = self._text(payload.get("fingerprint"), "fingerprint")
        if not self.fingerprint:
            raise Refusal("refused", "A document needs a fingerprint of its content.")
        post = payload.get("post", False)
        if not isinstance(post, bool):
            raise Refusal("refused", "post must be true or false.")
        self.post = post
        self.withdraw = payload.get("withdraw", False)
        if not isinstance(self.withdraw, bool):
            raise Refusal("refused", "withdraw must be true or false.")
        if self.withdraw:
            if self.kind.name != "move":
                raise Refusal("field_not_allowed", f"A {self.kind.name} is not withdrawn.")
            return
        self.explanation = self._reasons(self._list(payload, "explanation"))
        self.values = self._values(
            env, self.kind.model, self._dict(payload, "values"), self.kind.values, "values"
        )
        missing = [name for name in self.kind.required if not self.values.get(name)]
        if missing:
            raise Refusal("refused", f"values must give {', '.join(missing)}.")
        self.lines = self._rows(env, self.kind.lines_model, "lines", self.kind.lines)
        self.lots = self._rows(env, "retainer.period.lot", "lots", self.kind.lots)
        self._parse_bind()
        self._parse_read()
        self._parse_reconcile()
        self._parse_settle()
        self._parse_taxes()
        self._parse_expect()
        if self.kind.name == "move":
            self._check_move()

    def _check_move(self):
        if self.values["move_type"] not in schema.MOVE_TYPES:
            raise Refusal(
                "field_not_allowed",
                f"move_type must be one of {', '.join(schema.MOVE_TYPES)}.",
            )
        if not self.lines:
            raise Refusal("refused", "A move needs lines.")
        if self.values["move_type"] != "entry" and not self.values.get("partner_id"):
            raise Refusal("refused", "An invoice or credit note needs a partner_id.")

    def _parse_bind(self):
        bind = self._dict(self.payload, "bind")
        for name, ids in bind.items():
            if not ids:
                continue
            if name in self.kind.tallies:
                self._parse_tally(name, ids)
                continue
            target = self.kind.binds.get(name)
            if target is None:
                raise Refusal(
                    "field_not_allowed", f"A {self.kind.name} does not bind {str(name)[:50]}."
                )
            self.bind[name] = sorted(set(self._ids(ids, f"bind.{name}")))
            self.references += [(target[0], ref) for ref in self.bind[name]]

    def _parse_tally(self, name, pairs):
        """Read [[record id, quantity]]: seconds are whole, quantities of purchases are not."""
        where = f"bind.{name}"
        model = self.kind.tallies[name][0]
        self.tally[name] = []
        seen = set()
        for pair in pairs if isinstance(pairs, list) else [None]:
            if not isinstance(pair, list) or len(pair) != 2:
                raise Refusal("refused", f"{where} must be a list of pairs of id and quantity.")
            ref, amount = pair
            self._id(ref, where)
            if ref in seen:
                raise Refusal("refused", f"{where} names {model},{ref} twice.")
            seen.add(ref)
            if name == "entry_seconds":
                amount = self._integer(amount, where)
            else:
                self._number(amount, where)
            self.references.append((model, ref))
            self.tally[name].append([ref, amount])

    def _parse_read(self):
        """Read {list: [[record id, what was read of it ...]]} of records that it binds."""
        bound = {name: set(ids) for name, ids in self.bind.items() if name in READINGS}
        for name, parts in self.tally.items():
            bound.setdefault(READ_OF[name], set()).update(ref for ref, _amount in parts)
        for name, rows in self._dict(self.payload, "read").items():
            if name not in bound:
                raise Refusal(
                    "field_not_allowed", f"read: no {echo(name)[:50]} are bound by this document."
                )
            where = f"read.{name}"
            found = self.read[name] = {}
            for row in rows if isinstance(rows, list) else [None]:
                ref = self._id(row[0], where) if isinstance(row, list) and row else None
                if ref not in bound[name] or ref in found:
                    raise Refusal("refused", f"{where} must name each record that is bound once.")
                found[ref] = self._reading(row[1:], READINGS[name].columns, where)

    def _reading(self, values, columns, where):
        """Read what was read of one record; values left out at the end are nothing."""
        if len(values) > len(columns):
            raise Refusal("refused", f"{where}: a row has an id and at most {len(columns)} values.")
        values = values + [None] * (len(columns) - len(values))
        return tuple(
            self._column(value, column.form, f"{where}, {column.label}")
            for value, column in zip(values, columns, strict=True)
        )

    def _column(self, value, form, where):
        empty = value is None or value is False
        if form == "day":
            return False if empty else self._date(value, where)
        if form == "text":
            return self._text(value, where)
        if form == "number":
            return 0.0 if empty else self._number(value, where)
        return 0 if empty else self._integer(value, where)

    def _parse_reconcile(self):
        for step in self._list(self.payload, "reconcile"):
            if not isinstance(step, dict) or set(step) - {
                "account_id",
                "line_ids",
                "keys",
                "partial",
                "optional",
            }:
                raise Refusal(
                    "refused",
                    "reconcile takes account_id, line_ids, keys, partial and optional.",
                )
            account = self._id(step.get("account_id"), "reconcile.account_id")
            lines = self._ids(step.get("line_ids") or [], "reconcile.line_ids")
            keys = step.get("keys") or []
            if not isinstance(keys, list) or not all(map(is_key, keys)):
                raise Refusal("refused", "reconcile.keys must be a list of keys.")
            if not lines and not keys:
                raise Refusal("refused", "reconcile needs line_ids (or keys) to reconcile with.")
            self.references.append(("account.account", account))
            self.references += [("account.move.line", line) for line in lines]
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

    def _parse_settle(self):
        """Read [{account_id, line_id}]: open receivables to match as far as that goes."""
        for step in self._list(self.payload, "settle"):
            if not isinstance(step, dict) or set(step) != {"account_id", "line_id"}:
                raise Refusal("refused", "settle must be a list of account_id and line_id.")
            if self.kind.name != "move" or self.values["move_type"] == "entry":
                raise Refusal("field_not_allowed", "Only an invoice or a credit note is settled.")
            account = self._id(step["account_id"], "settle.account_id")
            line = self._id(step["line_id"], "settle.line_id")
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

    def _parse_taxes(self):
        """Read [{tax_id, amount}]: the tax as the document shows it, positive adds to its total."""
        for tax in self._list(self.payload, "taxes"):
            if not isinstance(tax, dict) or set(tax) != {"tax_id", "amount"}:
                raise Refusal("refused", "taxes must be a list of tax_id and amount.")
            ref = self._id(tax["tax_id"], "taxes.tax_id")
            if str(ref) in self.taxes:
                raise Refusal("refused", f"taxes gives the tax {ref} twice.")
            self.references.append(("account.tax", ref))
            self.taxes[str(ref)] = self._number(tax["amount"], "taxes.amount")
        if self.taxes and (self.kind.name != "move" or self.values["move_type"] == "entry"):
            raise Refusal("field_not_allowed", "Only an invoice or a credit note has taxes.")

    def _parse_expect(self):
        for name, value in self._dict(self.payload, "expect").items():
            if name not in schema.EXPECT or self.kind.name != "move":
                raise Refusal("field_not_allowed", f"expect does not know {str(name)[:50]}.")
            self.expect[name] = (
                self._date(value, f"expect.{name}")
                if name.endswith("date")
                else self._number(value, f"expect.{name}")
            )

    def _rows(self, env, model, part, allowed):
        rows = self._list(self.payload, part)
        if rows and not allowed:
            raise Refusal("field_not_allowed", f"A {self.kind.name} has no {part}.")
        if len(rows) > MAX_LINES:
            raise Refusal("refused", f"More than {MAX_LINES} {part}.")
        result = []
        for number, row in enumerate(rows, 1):
            if not isinstance(row, dict):
                raise Refusal("refused", f"{part} {number} must be an object.")
            row = {schema.NAMES.get((self.kind.name, name), name): row[name] for name in row}
            result.append(self._values(env, model, row, allowed, f"{part} {number}"))
        return result

    def _values(self, env, model, values, allowed, where):
        fields = env[model]._fields
        result = {}
        for name, value in values.items():
            if name not in allowed:
                raise Refusal(
                    "field_not_allowed", f"{where}: the field {str(name)[:60]} is not allowed."
                )
            result[name] = self._convert(env, fields[name], value, f"{where}.{name}")
        return result

    def _reasons(self, parts):
        """Read [{rule, text, records: ["model,id (what it contributed)"]}], shown to people."""
        for part in parts:
            if not isinstance(part, dict) or set(part) - {"rule", "text", "records"}:
                raise Refusal("refused", "explanation must be a list of rule, text and records.")
            for name in ("rule", "text"):
                self._text(part.get(name), f"explanation.{name}")
            for record in self._list(part, "records"):
                self._text(record, "explanation.records")
        return parts

    # ------------------------------------------------------------------ conversion

    def _convert(self, env, field, value, where):
        if field.type == "boolean":
            if not isinstance(value, bool):
                raise Refusal("refused", f"{where} must be true or false.")
            return value
        if value is None or value is False:
            return False
        if field.type in ("float", "monetary"):
            return self._number(value, where)
        if field.type == "integer":
            return self._integer(value, where)
        if field.type == "many2one_reference":
            return self._id(value, where)
        if field.type == "date":
            return self._date(value, where)
        if field.type == "many2one":
            ref = self._id(value, where)
            self.references.append((field.comodel_name, ref))
            return ref
        if field.type in ("many2many", "one2many"):
            refs = self._ids(value, where)
            self.references += [(field.comodel_name, ref) for ref in refs]
            return [(6, 0, refs)]
        if field.type == "selection":
            if not isinstance(value, str) or value not in field.get_values(env):
                raise Refusal(
                    "refused",
                    f"{where} must be one of {', '.join(map(str, field.get_values(env)))}.",
                )
            return value
        if field.type == "json":
            if field.name == "draws":
                return self._draws(value, where)
            if field.name == "retainer_taxes":
                return self._taxes(value, where)
            return self._distribution(value, where)
        return self._text(value, where)

    def _draws(self, value, where):
        """Read which time entries drew from a lot: [[entry id, seconds]]."""
        if not isinstance(value, list) or not all(
            isinstance(pair, list) and len(pair) == 2 for pair in value
        ):
            raise Refusal("refused", f"{where} must be a list of pairs of id and seconds.")
        return [[self._id(ref, where), self._integer(drawn, where)] for ref, drawn in value]

    def _taxes(self, value, where):
        """Read what of an advance's tax goes with a line: [[tax id, "63.33"]]."""
        if not isinstance(value, list) or not all(
            isinstance(pair, list) and len(pair) == 2 for pair in value
        ):
            raise Refusal("refused", f"{where} must be a list of pairs of tax and amount.")
        for ref, amount in value:
            self.references.append(("account.tax", self._id(ref, where)))
            self._number(amount, where)
        return [[ref, str(amount)] for ref, amount in value]

    def _distribution(self, value, where):
        """Read an analytic distribution: {"12": 100, "13,20": 50}, in percent."""
        if not isinstance(value, dict):
            raise Refusal("refused", f"{where} must be an object.")
        result = {}
        for accounts, percent in value.items():
            for account in str(accounts).split(","):
                self.references.append(
                    ("account.analytic.account", self._id(self._integer(account, where), where))
                )
            result[str(accounts)] = self._number(percent, where)
        return result

    @staticmethod
    def _number(value, where):
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise Refusal("refused", f"{where} must be a decimal number as text.")
        try:
            number = Decimal(str(value).strip())
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or not math.isfinite(float(number)) or abs(number) >= 10**15:
            raise Refusal("refused", f"{where}: {str(value)[:40]!r} is not a usable number.")
        return float(number)

    @staticmethod
    def _integer(value, where):
        if isinstance(value, str) and WHOLE.fullmatch(value.strip()):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**31:
            raise Refusal("refused", f"{where} must be a whole number.")
        return value

    @staticmethod
    def _id(value, where):
        if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**31:
            raise Refusal("refused", f"{where} must be the id of a record.")
        return value

    @classmethod
    def _ids(cls, value, where):
        if not isinstance(value, list):
            raise Refusal("refused", f"{where} must be a list of ids.")
        return [cls._id(item, where) for item in value]

    @staticmethod
    def _date(value, where):
        if not isinstance(value, str) or len(value) != 10:
            raise Refusal("refused", f"{where} must be a date as YYYY-MM-DD.")
        try:
            return datetime.date.fromisoformat(value)
        except ValueError as error:
            raise Refusal("refused", f"{where} must be a date as YYYY-MM-DD.") from error

    @staticmethod
    def _text(value, where):
        if value is None or value is False:
            return False
        if not is_text(value) or len(value) > MAX_TEXT:
            raise Refusal("refused", f"{where} must be text of at most {MAX_TEXT:,} characters.")
        return value

    @staticmethod
    def _dict(payload, name):
        value = payload.get(name) or {}
        if not isinstance(value, dict):
            raise Refusal("refused", f"{name} must be an object.")
        return value

    @staticmethod
    def _list(payload, name):
        value = payload.get(name) or []
        if not isinstance(value, list):
            raise Refusal("refused", f"{name} must be a list.")
        return value
