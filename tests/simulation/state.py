"""What stands in Odoo, said without ids: two worlds that went different ways can be compared.

A record of ours is called by its key; ids inside of keys are replaced by what they stand for. A
person's document is called by what it says and its turn among equals.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from sync.odoo.gateway import Row
from sync.odoo.memory import MemoryOdoo
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.values import COMPUTED

State = dict[str, Any]

_TOKEN = re.compile(r"(?<![A-Za-z0-9])([a-z])(\d+)(?![A-Za-z0-9])")

KEYED = {
    "account.move": "retainer_key",
    "retainer.period": "retainer_key",
    "retainer.change.order": "retainer_key",
    "retainer.advance": "retainer_key",
    "sale.order": "retainer_key",
    "retainer.alert": "key",
}
"""Models of what the service writes, and the field that holds its key."""

_MOVE = (
    "state",
    "move_type",
    "date",
    "invoice_date",
    "invoice_date_due",
    "partner_id",
    "journal_id",
    "currency_id",
    "amount_untaxed",
    "amount_tax",
    "amount_total",
    "amount_residual",
    "payment_state",
    "retainer_engagement_id",
    "retainer_role",
    "retainer_client_po_id",
    "retainer_po_number",
    "retainer_lifecycle",
    "retainer_version",
    "retainer_service_start",
    "retainer_service_end",
    "retainer_amount_written",
    "retainer_sent_on",
)
_LINE = (
    "display_type",
    "account_id",
    "partner_id",
    "product_id",
    "currency_id",
    "balance",
    "amount_currency",
    "amount_residual",
    "amount_residual_currency",
    "reconciled",
    "quantity",
    "price_unit",
    "price_subtotal",
    "date_maturity",
    "tax_ids",
    "tax_line_id",
)
_PLAIN = {
    "retainer.client.po": ("name", "amount", "invoiced", "date_start", "date_end"),
    "retainer.terms": ("engagement_id", "date_start", "monthly_fee"),
    "retainer.engagement": ("name", "state", "date_start", "date_end", "active"),
}
"""Records that only people make: their ids are the same in both worlds."""


class Named:
    """Names for the records of one Odoo, and all that stands in it."""

    def __init__(self, odoo: MemoryOdoo) -> None:
        self.tables: Tables = odoo.tables
        self._names: dict[tuple[str, int], str] = {}
        self._taken: dict[str, int] = defaultdict(int)

    def key(self, key: str) -> str:
        """A key with names in the place of ids."""
        company, engagement, role, source, revision = key.split("/")
        undo = role == "drawdown" and source.startswith("c")

        def name(found: re.Match[str]) -> str:
            letter, record = found[1], int(found[2])
            model = _LETTERS.get("i" if undo and letter in "ce" else letter)
            known = model is not None and record in self.tables.rows(model)
            return f"{letter}({self.name(model, record)})" if known and model else found[0]

        return "/".join([company, engagement, role, _TOKEN.sub(name, source), revision])

    def name(self, model: str, record: int) -> str:
        """What a record is called in every world."""
        if (model, record) not in self._names:
            self._names[model, record] = self._name(model, self.tables.row(model, record))
        return self._names[model, record]

    def _name(self, model: str, row: Row) -> str:
        if model == "account.move.line":
            return self._line_name(row)
        key = row.get(KEYED.get(model, ""), False)
        if key:
            return self.key(key)
        if model == "account.move":
            return self._by_hand(row)
        return str(row["id"])

    def _by_hand(self, row: Row) -> str:
        """A person's document, or Odoo's own: by what it says, in the order of making."""
        said = self._said(row)
        equal = [
            each["id"]
            for each in self.tables.rows("account.move").values()
            if not each.get("retainer_key") and self._said(each) == said
        ]
        return f"{said} #{sorted(equal).index(row['id']) + 1}"

    @staticmethod
    def _said(row: Row) -> str:
        return (
            f"{row['move_type']} {row['journal_id']} {row['invoice_date'] or row['date']}"
            f" {row['partner_id']} {row['amount_total']} {row['currency_id']}"
        )

    def _line_name(self, row: Row) -> str:
        lines = self.tables.referring("account.move.line", "move_id", row["move_id"])
        rows = [self.tables.row("account.move.line", each) for each in lines]
        order = sorted(rows, key=lambda each: (each["account_id"], each["balance"], each["id"]))
        at = [each["id"] for each in order].index(row["id"])
        return f"{self.name('account.move', row['move_id'])}:{at}"

    @cached_property
    def moves(self) -> dict[str, int]:
        """Ids of all documents by name."""
        return {self.name("account.move", each): each for each in self.tables.ids("account.move")}

    def state(self) -> State:
        """All that counts, by name."""
        return dict(self._all())

    def _all(self) -> Iterator[tuple[str, Any]]:
        rows = self.tables.rows
        for row in rows("account.move").values():
            yield f"document {self.name('account.move', row['id'])}", self._move(row)
        for row in rows("account.partial.reconcile").values():
            debit, credit = (
                self.name("account.move.line", row[side])
                for side in ("debit_move_id", "credit_move_id")
            )
            yield (
                f"match {debit} with {credit}",
                (row["amount"], row["debit_amount_currency"], row["max_date"]),
            )
        for row in rows("retainer.period").values():
            yield f"statement {self.key(row['retainer_key'])}", self._period(row)
        for row in rows("account.analytic.line").values():
            yield (
                f"entry {row['id']}",
                {
                    "date": row["date"],
                    "hours": row["unit_amount"],
                    "statement": self._link("retainer.period", row["retainer_period_id"]),
                    "document": self._link("account.move", row["retainer_move_id"]),
                    "billed": row["retainer_billed_seconds"],
                },
            )
        for model in ("project.milestone", "retainer.change.order", "purchase.order.line"):
            for row in rows(model).values():
                bound = self._link("account.move", row["retainer_move_id"])
                name = self.name(model, row["id"])
                yield f"{model} {name}", (bound, row.get("approval_state"))
        for row in rows("retainer.hour.block").values():
            yield f"block {row['id']}", self._link("account.move", row["move_id"])
        for row in rows("retainer.advance").values():
            yield (
                f"advance {self.name('retainer.advance', row['id'])}",
                (
                    row["amount"],
                    row["decision"],
                    self._link("account.move", row["request_move_id"]),
                    row["date_request"],
                ),
            )
        for row in rows("retainer.alert").values():
            yield f"alert {self.key(row['key'])}", (row["kind"], row["severity"], row["state"])
        for row in rows("retainer.tombstone").values():
            yield (
                f"deleted {self.key(row['key'])}",
                (row["kind"], row["role"], bool(row["retainer_accepted_on"])),
            )
        for row in rows("sale.order").values():
            yield (
                f"quotation {self.name('sale.order', row['id'])}",
                (row["state"], row["retainer_engagement_id"]),
            )
        for model, fields in _PLAIN.items():
            for row in rows(model).values():
                yield f"{model} {row['id']}", tuple(row.get(field) for field in fields)

    def _link(self, model: str, record: int | bool) -> str:
        return self.name(model, int(record)) if record else "none"

    def _move(self, row: Row) -> dict[str, Any]:
        lines = self.tables.referring("account.move.line", "move_id", row["id"])
        said = [
            (*map(line.get, _LINE), self._link("retainer.advance", line["retainer_advance_id"]))
            for line in (self.tables.row("account.move.line", each) for each in lines)
        ]
        changed = COMPUTED["account.move", "retainer_changed"](self.tables, row)
        return {
            **{field: row[field] for field in _MOVE},
            "changed": bool(changed),
            "accepted": bool(row["retainer_accepted_on"]),
            "reverses": self._link("account.move", row["reversed_entry_id"]),
            "lines": sorted(map(repr, said)),
        }

    def _period(self, row: Row) -> dict[str, Any]:
        skip = {"id", "create_date", "write_date", "create_uid", "write_uid"}
        own = {
            name: value
            for name, value in row.items()
            if name not in skip and not name.startswith("retainer_")
        }
        lots = [
            {
                name: value
                for name, value in self.tables.row("retainer.period.lot", each).items()
                if name not in {*skip, "period_id"}
            }
            for each in self.tables.referring("retainer.period.lot", "period_id", row["id"])
        ]
        return {**own, "lots": sorted(map(repr, lots))}


_LETTERS = {
    "i": "account.move",
    "e": "account.move",
    "l": "account.move.line",
    "a": "retainer.advance",
    "c": "retainer.change.order",
}


def differences(wanted: State, got: State, most: int = 12) -> list[str]:
    """How one state differs from the one it should be, in lines for people."""
    found = []
    for name in sorted(wanted.keys() | got.keys()):
        if name not in got:
            found.append(f"lost: {name}")
        elif name not in wanted:
            found.append(f"too much: {name}")
        elif wanted[name] != got[name]:
            found.append(f"differs: {name}: {_how(wanted[name], got[name])}")
    return found[:most] + ([f"… {len(found) - most} more"] if len(found) > most else [])


def _how(wanted: Any, got: Any) -> str:
    if isinstance(wanted, dict):
        parts = [
            f"{name}: {wanted[name]!r} became {got[name]!r}"
            for name in wanted
            if wanted[name] != got[name]
        ]
        return "; ".join(parts)[:900]
    return f"{wanted!r} became {got!r}"
