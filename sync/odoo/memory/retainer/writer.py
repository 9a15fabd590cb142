"""Write checked documents, unit by unit: a unit as a whole or not at all."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sync.odoo.errors import GatewayError
from sync.odoo.gateway import Row
from sync.odoo.memory import posting
from sync.odoo.memory.records import batch, create, settle, unlink, write
from sync.odoo.memory.retainer.checks import name_of
from sync.odoo.memory.retainer.convert import Refusal
from sync.odoo.memory.retainer.document import Document
from sync.odoo.memory.retainer.kinds import AMENDABLE, KINDS, Kind
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.values import get, rounded

TALLIED = "_tallied"
"""Where a move remembers what it added to other records."""
PO_FIELDS = {"retainer_client_po_id", "retainer_po_number"}


class _Culprit(Exception):
    """One document of a unit was refused."""

    def __init__(self, document: Document | None, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.document = document
        self.refusal = refusal


def write_units(tables: Tables, company: int, documents: Sequence[Document]) -> None:
    """Write the units in the order in which they came."""
    units: dict[str, list[Document]] = {}
    for document in documents:
        units.setdefault(document.unit, []).append(document)
    for unit in units.values():
        try:
            with tables.transaction():
                _write_unit(tables, company, unit)
        except _Culprit as culprit:
            _refuse(unit, culprit)


def _refuse(unit: Sequence[Document], culprit: _Culprit) -> None:
    refusal = culprit.refusal
    for document in unit:
        if culprit.document in (document, None):
            document.refuse(refusal.code, refusal.reason)
        else:
            key = culprit.document.key if culprit.document else ""
            text = f"Not written, because {key} of the same unit was not: {refusal.reason}"
            document.refuse("unit", text)


def _write_unit(tables: Tables, company: int, unit: Sequence[Document]) -> None:
    order = list(KINDS)
    written: dict[Document, int] = {}
    for document in sorted(unit, key=lambda each: order.index(each.kind.name)):
        try:
            if document.action == "withdraw":
                _withdraw(tables, document)
                continue
            with batch(tables):
                written[document] = _WRITE[document.kind.name](tables, company, document)
            _bind(tables, document, written[document])
        except Refusal as refusal:
            raise _Culprit(document, refusal) from None
        except GatewayError as error:
            raise _Culprit(document, Refusal("refused", _message(error))) from None
    try:
        _post(tables, written)
        _close(tables, written)
    except GatewayError as error:
        raise _Culprit(None, Refusal("refused", _message(error))) from None
    _remember(tables, written)
    for document, record in written.items():
        _verify(tables, document, record)
    for document, record in written.items():
        name = name_of(tables, document.kind.model, tables.row(document.kind.model, record))
        document.answer("created", record, name, replaced=document.action != "create")
    for document in unit:
        if document.action == "withdraw":
            document.answer("created", document.record, replaced=True)


def _message(error: GatewayError) -> str:
    return str(getattr(error, "message", error))


def _common(document: Document) -> Row:
    return {
        document.kind.key: document.key,
        "retainer_fingerprint": document.fingerprint,
        "retainer_explanation": document.explanation or False,
    }


def _write_period(tables: Tables, _company: int, document: Document) -> int:
    lots = [[0, 0, {"sequence": at, **lot}] for at, lot in enumerate(document.lots, 1)]
    # Lots cannot be added to a closed statement, so it is closed last.
    values = {**document.values, **_common(document), "state": "open"}
    if document.action == "create":
        return create(tables, "retainer.period", {**values, "lot_ids": lots})
    write(tables, "retainer.period", [document.record], {**values, "lot_ids": [[5], *lots]})
    return document.record


def _write_move(tables: Tables, company: int, document: Document) -> int:
    if document.action == "post":
        return document.record
    values = dict(document.values)
    entry = values["move_type"] == "entry"
    if not values.get("journal_id"):
        field = "retainer_journal_id" if entry else "retainer_invoice_journal_id"
        if journal := tables.row("res.company", company).get(field):
            values["journal_id"] = journal
    amendable = {
        name: str(values[name]) if values[name] else False for name in AMENDABLE if name in values
    }
    values |= {
        **_common(document),
        "retainer_pending_reconcile": document.reconcile or False,
        "retainer_amendments_written": amendable or False,
    }
    part = "line_ids" if entry else "invoice_line_ids"
    lines = [[0, 0, line] for line in document.lines]
    if document.action == "create":
        return create(tables, "account.move", {**values, part: lines})
    return _rewrite_move(tables, document, {**values, part: [[5], *lines]})


def _rewrite_move(tables: Tables, document: Document, values: Row) -> int:
    row = tables.row("account.move", document.record)
    if values.pop("move_type") != row["move_type"]:
        raise Refusal("refused", "A document cannot change its type. Give it a key of its own.")
    written = row["retainer_amendments_written"] or {}
    amended = {name for name in written if _amended(row, name, written[name])}
    if amended & PO_FIELDS:
        # The number and the register's order belong together.
        amended |= PO_FIELDS
    values = {name: value for name, value in values.items() if name not in amended}
    write(tables, "account.move", [document.record], values)
    return document.record


def _amended(row: Row, name: str, written: Any) -> bool:
    value = row.get(name)
    return (str(value) if value else False) != (written or False)


def _write_quotation(tables: Tables, company: int, document: Document) -> int:
    lines: list[Any] = [[0, 0, line] for line in document.lines]
    if document.action == "rewrite":
        lines.insert(0, [5])
    values = {**document.values, "order_line": lines, "company_id": company}
    return _write_plain(tables, document, values)


def _write_alert(tables: Tables, company: int, document: Document) -> int:
    values = {**document.values, "company_id": company}
    if document.record and tables.row("retainer.alert", document.record).get("dismissed_by"):
        # Who dismissed a notice does not want it back because a number in it changed.
        values.pop("state", None)
    return _write_plain(tables, document, values)


def _write_change_order(tables: Tables, _company: int, document: Document) -> int:
    return _write_plain(tables, document, document.values)


def _write_plain(tables: Tables, document: Document, values: Row) -> int:
    full = {**values, **_common(document)}
    if document.action == "create":
        return create(tables, document.kind.model, full)
    write(tables, document.kind.model, [document.record], full)
    return document.record


_WRITE = {
    "period": _write_period,
    "move": _write_move,
    "change_order": _write_change_order,
    "quotation": _write_quotation,
    "alert": _write_alert,
}


def _bind(tables: Tables, document: Document, record: int) -> None:
    """Point the bound records at the document, and free what a rewritten one bound before."""
    if document.action == "rewrite":
        _release(tables, document.kind, record, keep=document.bind)
    for name, (model, field) in document.kind.binds.items():
        for each in document.bind.get(name, []):
            if tables.row(model, each)[field] not in (False, record):
                raise Refusal("already_billed", f"{model},{each} is bound already.")
            tables.update(model, each, {field: record})
    if document.action != "post":
        _tally(tables, document.kind, document.tally, 1)
        tables.update(document.kind.model, record, {TALLIED: document.tally}, quietly=True)


def _release(tables: Tables, kind: Kind, record: int, keep: Mapping[str, list[int]]) -> None:
    """Take back what a draft bound and added."""
    for name, (model, field) in kind.binds.items():
        for each in tables.referring(model, field, record):
            if each not in keep.get(name, []):
                tables.update(model, each, {field: False})
    _tally(tables, kind, tables.row(kind.model, record).get(TALLIED) or {}, -1)


def _tally(
    tables: Tables, kind: Kind, tally: Mapping[str, list[tuple[int, Decimal]]], sign: int
) -> None:
    for name, pairs in tally.items():
        model, field = kind.tallies[name]
        for record, amount in pairs:
            old = tables.row(model, record)[field]
            total = Decimal(str(old)) + sign * amount
            tables.update(model, record, {field: type(old)(total)})


def _withdraw(tables: Tables, document: Document) -> None:
    """Remove an untouched draft without a trace: nobody deleted it, it is not wanted any more."""
    _release(tables, document.kind, document.record, keep={})
    tables.update(document.kind.model, document.record, {"retainer_key": False, TALLIED: {}})
    unlink(tables, document.kind.model, [document.record])


def _post(tables: Tables, written: dict[Document, int]) -> None:
    drafts = [
        record
        for document, record in written.items()
        if document.kind.name == "move"
        and document.post
        and tables.row("account.move", record)["state"] == "draft"
    ]
    if drafts:
        posting.post(tables, drafts)


def _close(tables: Tables, written: dict[Document, int]) -> None:
    for document, record in written.items():
        if document.kind.name == "period" and document.values.get("state") == "closed":
            write(tables, "retainer.period", [record], {"state": "closed"})
    settle(tables)


def _remember(tables: Tables, written: dict[Document, int]) -> None:
    for document, record in written.items():
        if document.kind.has_content:
            model = document.kind.model
            content = get(tables, model, tables.row(model, record), "retainer_content")
            tables.update(model, record, {"retainer_content_written": content}, quietly=True)


def _verify(tables: Tables, document: Document, record: int) -> None:
    """Compare what was written with what was planned; Odoo may have moved a date."""
    row = tables.row(document.kind.model, record)
    for name, planned in document.expect.items():
        actual = row.get(name)
        if name == "amount_untaxed" and row["move_type"] == "entry":
            actual = row["amount_total"]
        if not name.endswith("date"):
            planned = rounded(tables, planned, row["currency_id"])
            actual = rounded(tables, actual or Decimal(0), row["currency_id"])
        if actual != planned:
            reason = f"{name} would be {actual}, planned was {planned}."
            raise _Culprit(document, Refusal("expect_differs", reason))
