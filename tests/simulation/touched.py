"""What people did to documents of ours: the service leaves it as it is, and says so."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sync.odoo.gateway import Row
from sync.odoo.memory import MemoryOdoo
from sync.odoo.memory.values import COMPUTED


@dataclass
class Touched:
    """As people left it: documents that they changed or cancelled by id, and keys they deleted."""

    documents: dict[int, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)

    def learn(self, odoo: MemoryOdoo) -> None:
        """Look, after a person did something, how things are now."""
        rows = odoo.tables.rows("account.move")
        self.documents = {
            move: _says(odoo, row)
            for move, row in rows.items()
            if row["retainer_key"] and is_touched(odoo, row)
        }
        standing = {row["retainer_key"] for row in rows.values()}
        stones = odoo.tables.rows("retainer.tombstone").values()
        self.deleted = {row["key"] for row in stones} - standing

    def wrong(self, odoo: MemoryOdoo) -> Iterator[str]:
        """What the service did to it."""
        rows = odoo.tables.rows("account.move")
        for move, said in self.documents.items():
            if move not in rows:
                yield f"the service removed what a person had touched: {said}"
            elif (says := _says(odoo, rows[move])) != said:
                yield f"the service wrote over what a person had touched: {said}, now {says}"
        for row in rows.values():
            if row["retainer_key"] in self.deleted:
                yield f"the service wrote again what a person had deleted: {row['retainer_key']}"


def is_touched(odoo: MemoryOdoo, row: Row) -> bool:
    """Whether a person changed or cancelled a document."""
    changed = COMPUTED["account.move", "retainer_changed"](odoo.tables, row)
    return bool(changed or row["state"] == "cancel")


def _says(odoo: MemoryOdoo, row: Row) -> str:
    tables = odoo.tables
    lines = [
        tables.row("account.move.line", each)
        for each in tables.referring("account.move.line", "move_id", row["id"])
    ]
    said = sorted((str(line["name"]), str(line["price_unit"]), line["balance"]) for line in lines)
    return f"{row['retainer_key']} {row['state']} {row['invoice_date'] or row['date']} {said}"
