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

    def keys(self, odoo: MemoryOdoo) -> set[str]:
        """Keys of the documents that stand."""
        rows = odoo.tables.rows("account.move").values()
        return {row["retainer_key"] for row in rows if row["retainer_key"]}

    def learn(self, odoo: MemoryOdoo, before: set[str], *, forget: bool) -> None:
        """Look, after a person did something, how things are now.

        ``before``: the keys that stood before; ``forget``: the person let what was deleted be
        written again.
        """
        rows = odoo.tables.rows("account.move")
        self.documents = {
            move: _says(odoo, row)
            for move, row in rows.items()
            if row["retainer_key"] and is_touched(odoo, row)
        }
        self.deleted |= before - self.keys(odoo)
        if forget:
            stones = odoo.tables.rows("retainer.tombstone").values()
            self.deleted &= {row["key"] for row in stones}

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

    def unsaid(self, odoo: MemoryOdoo, conflicts: set[str], issues: set[str]) -> Iterator[str]:
        """Invoices that a person changed, cancelled or deleted and nobody is told of, though nobody
        accepted them.

        ``conflicts``: keys; ``issues``: codes. A request tells of itself by its advance. Where the
        rules do not ask for it any more (its month is closed, what it bills is bound to it), an
        alert must have told of an invoice. A draw or a correction of a document that is posted no
        longer is asked for by nobody.
        """
        rows = odoo.tables.rows("account.move")
        for each in self.documents:
            row = rows[each]
            key = row["retainer_key"]
            if key not in conflicts and _is_changed_invoice(odoo, row):
                yield f"nobody was told of {key}, which a person changed"
        gone = {
            rows[each]["retainer_key"]
            for each in self.documents
            if rows[each]["state"] == "cancel" and not rows[each]["retainer_accepted_on"]
        }
        accepted = {
            row["key"]
            for row in odoo.tables.rows("retainer.tombstone").values()
            if row["retainer_accepted_on"]
        }
        for key in sorted((gone | self.deleted) - accepted - conflicts):
            if _has_alert(odoo, key) if _bills(key) else _is_closed(odoo, key):
                continue
            if not _has_reason(odoo, key):
                continue
            if not ("/advance_request/" in key and issues & {"request_cancelled"}):
                yield f"nobody was told of {key}, which a person cancelled or deleted"


def _is_changed_invoice(odoo: MemoryOdoo, row: Row) -> bool:
    """Whether what the rules decide of an invoice is not as it was written, accepted by nobody."""
    return bool(
        row["move_type"] != "entry"
        and row["state"] != "cancel"
        and not row["retainer_accepted_on"]
        and not (row["retainer_role"] == "advance_request" and row["state"] == "posted")
        and COMPUTED["account.move", "retainer_changes"](odoo.tables, row)
    )


def _is_closed(odoo: MemoryOdoo, key: str) -> bool:
    """Whether the month that a key speaks of is closed."""
    _, engagement, _, source, _ = key.split("/")
    return any(
        row["state"] == "closed"
        and row["engagement_id"] == int(engagement)
        and row["date_start"][:7] >= source[:7]
        for row in odoo.tables.rows("retainer.period").values()
        if source[:2] == "20"
    )


def _has_reason(odoo: MemoryOdoo, key: str) -> bool:
    """Whether the document that a draw pays, or a correction is about, still stands; of a draw also
    whether any of its advance is paid.
    """
    _, _, role, source, _ = key.split("/")
    if role not in ("drawdown", "correction") or not source.startswith("i"):
        return True
    moves, lines = (odoo.tables.rows(each) for each in ("account.move", "account.move.line"))
    about, _, lot = source[1:].partition(".l")
    document = moves.get(int(about))
    if document is None or document["state"] != "posted":
        return False
    advance = moves.get(lines.get(int(lot), {}).get("move_id", 0)) if lot else None
    return advance is None or advance["amount_residual"] != advance["amount_total"]


def _bills(key: str) -> bool:
    return key.split("/")[2] in ("fee", "overage", "milestone", "out_of_scope", "recharge")


def _has_alert(odoo: MemoryOdoo, key: str) -> bool:
    """Whether the agreement has an alert that somebody cancelled or deleted the document."""
    company, engagement, role, source, revision = key.split("/")
    stem = f"{company}/{engagement}/alert/{role}-{source}-{revision}-"
    return any(
        row["key"].startswith((f"{stem}cancelled", f"{stem}deleted"))
        for row in odoo.tables.rows("retainer.alert").values()
    )


def is_touched(odoo: MemoryOdoo, row: Row) -> bool:
    """Whether a person changed or cancelled a document; what Odoo says of it is not asked."""
    written = row["retainer_content_written"]
    changed = written and COMPUTED["account.move", "retainer_content"](odoo.tables, row) != written
    return bool(changed or row["state"] == "cancel")


def _says(odoo: MemoryOdoo, row: Row) -> str:
    tables = odoo.tables
    lines = [
        tables.row("account.move.line", each)
        for each in tables.referring("account.move.line", "move_id", row["id"])
    ]
    said = sorted((str(line["name"]), str(line["price_unit"]), line["balance"]) for line in lines)
    return f"{row['retainer_key']} {row['state']} {row['invoice_date'] or row['date']} {said}"
