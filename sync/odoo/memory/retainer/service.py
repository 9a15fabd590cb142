"""Hello, apply and lookup."""

from collections import Counter
from typing import Any

from sync.odoo.errors import Rejected
from sync.odoo.gateway import Row
from sync.odoo.memory.retainer import as_read, checks
from sync.odoo.memory.retainer.convert import Refusal, company_of, is_key
from sync.odoo.memory.retainer.document import Document
from sync.odoo.memory.retainer.entry import enter, require_group
from sync.odoo.memory.retainer.kinds import KINDS
from sync.odoo.memory.retainer.runs import held_run, keep_lease, lease_lost
from sync.odoo.memory.retainer.writer import write_units
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.values import get

CONTRACT = 1
MOST_DOCUMENTS = 2000


def hello(tables: Tables) -> Row:
    """Which contract this speaks, who asks, and which companies it may work in."""
    require_group(tables)
    user = tables.row("res.users", tables.user_id)
    companies = [tables.row("res.company", each) for each in user["company_ids"]]
    return {
        "contract": CONTRACT,
        "addon_version": "19.0.1.0.0",
        "server_version": "19.0",
        "user": user["login"],
        "companies": [{"id": each["id"], "name": each["name"]} for each in companies],
    }


def apply(tables: Tables, *, company_id: int, run_id: int, token: str, documents: Any) -> Row:
    """Write the documents; one result per document, in order."""
    company = enter(tables, company_id)
    run = held_run(tables, run_id, token)
    if run is None or run["company_id"] != company:
        raise lease_lost(run_id)
    if not isinstance(documents, list):
        raise Rejected("documents must be a list.")
    if len(documents) > MOST_DOCUMENTS:
        raise Rejected(f"At most {MOST_DOCUMENTS} documents may be sent in one call.")
    parsed = [Document(payload) for payload in documents]
    _parse(parsed, company)
    checks.classify(tables, company, _open(parsed))
    checks.check_references(tables, company, _open(parsed))
    checks.check_binds(tables, _open(parsed))
    as_read.check(tables, company, _open(parsed))
    checks.check_reconcile_lines(tables, _open(parsed))
    checks.check_line_reconciliations(tables, _open(parsed))
    checks.refuse_units(parsed)
    write_units(tables, company, _open(parsed))
    keep_lease(tables, run)
    return {"results": [each.result for each in parsed]}


def _open(documents: list[Document]) -> list[Document]:
    """Those that have no result yet."""
    return [each for each in documents if not each.result]


def _parse(documents: list[Document], company: int) -> None:
    keys = Counter(document.key for document in documents)
    for document in documents:
        try:
            document.parse()
            if company_of(document.key) not in (None, company):
                raise Refusal("other_company", f"The key {document.key} is of another company.")
            if keys[document.key] > 1:
                raise Refusal("refused", f"The key {document.key} is in the call twice.")
        except Refusal as refusal:
            document.refuse(refusal.code, refusal.reason)
            unit = document.payload.get("unit")
            document.unit = document.unit or (unit if isinstance(unit, str) else "")


def lookup(tables: Tables, *, company_id: int, keys: Any) -> list[Row]:
    """What is there under these keys, of any kind; deleted ones too."""
    company = enter(tables, company_id)
    if not isinstance(keys, list) or not all(map(is_key, keys)):
        raise Rejected("keys must be a list of keys.")
    found = []
    for kind in KINDS.values():
        for key, row in checks.existing(tables, company, kind, keys).items():
            changed = kind.has_content and get(tables, kind.model, row, "retainer_changed")
            found.append(
                {
                    "key": key,
                    "kind": kind.name,
                    "id": row["id"],
                    "name": checks.name_of(tables, kind.model, row),
                    "fingerprint": row.get("retainer_fingerprint") or "",
                    "state": get(tables, kind.model, row, kind.state),
                    "changed": bool(changed),
                }
            )
    alive = {(row["kind"], row["key"]) for row in found}
    names = {kind.model: kind.name for kind in KINDS.values()}
    for stone in checks.tombstones(tables, company, keys):
        kind_name = names.get(stone["kind"], "")
        if kind_name and (kind_name, stone["key"]) not in alive:
            alive.add((kind_name, stone["key"]))
            found.append(
                {
                    "key": stone["key"],
                    "kind": kind_name,
                    "id": stone["res_id"],
                    "name": stone.get("name") or "",
                    "fingerprint": stone.get("fingerprint") or "",
                    "state": "deleted",
                    "changed": True,
                }
            )
    return found
