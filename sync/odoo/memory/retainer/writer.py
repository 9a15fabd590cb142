"""Write checked documents: all together, but for the units that turn out not to go."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from sync.odoo.errors import GatewayError
from sync.odoo.gateway import Row
from sync.odoo.memory import posting, tally, totals
from sync.odoo.memory.records import batch, create, unlink, write
from sync.odoo.memory.retainer.checks import name_of
from sync.odoo.memory.retainer.convert import Refusal
from sync.odoo.memory.retainer.document import Document
from sync.odoo.memory.retainer.kinds import AMENDABLE, KINDS, PO_FIELDS
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.values import rounded


class _Culprit(Exception):
    """One document of a unit was refused."""

    def __init__(self, document: Document, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.document = document
        self.refusal = refusal


def write_units(tables: Tables, company: int, documents: Sequence[Document]) -> None:
    """Write all documents together; a unit that is refused is left out, and the rest tried again.

    Together, because what one draft gives up in this call another one may take.
    """
    rest = list(documents)
    while rest:
        try:
            with tables.transaction():
                _write(tables, company, rest)
            return
        except _Culprit as culprit:
            _refuse([each for each in rest if each.unit == culprit.document.unit], culprit)
            rest = [each for each in rest if not each.result]


def _refuse(unit: Sequence[Document], culprit: _Culprit) -> None:
    refusal = culprit.refusal
    for document in unit:
        if document is culprit.document:
            document.refuse(refusal.code, refusal.reason)
        else:
            text = f"Not written, because {culprit.document.key} of the same unit was not:"
            document.refuse("unit", f"{text} {refusal.reason}")


def _write(tables: Tables, company: int, documents: Sequence[Document]) -> None:
    order = list(KINDS)
    gone = [_withdraw(tables, each) for each in documents if each.action == "withdraw"]
    for document in documents:
        if document.action == "rewrite":
            _release(tables, document)
    staying = [each for each in documents if each.action != "withdraw"]
    written: dict[Document, int] = {}
    for document in sorted(staying, key=lambda each: order.index(each.kind.name)):
        with _blamed(document):
            with batch(tables):
                written[document] = _WRITE[document.kind.name](tables, company, document)
            _bind(tables, document, written[document])
    _post(tables, written)
    _close(tables, written)
    _remember(tables, written)
    for document, record in written.items():
        _verify(tables, document, record)
    for document, record in written.items():
        name = name_of(tables, document.kind.model, tables.row(document.kind.model, record))
        document.answer("created", record, name, replaced=document.action != "create")
    for document, name in gone:
        document.answer("created", document.record, name, replaced=True)


@contextmanager
def _blamed(document: Document) -> Iterator[None]:
    """What goes wrong inside is this document's."""
    try:
        yield
    except Refusal as refusal:
        raise _Culprit(document, refusal) from None
    except GatewayError as error:
        raise _Culprit(document, Refusal("refused", _message(error))) from None


def _message(error: GatewayError) -> str:
    return str(getattr(error, "message", error))


def _common(document: Document) -> Row:
    return {
        document.kind.key: document.key,
        "retainer_fingerprint": document.fingerprint,
        "retainer_explanation": document.explanation or False,
    }


def _write_advance(tables: Tables, company: int, document: Document) -> int:
    return _write_plain(tables, document, {**document.values, "company_id": company})


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
    if not entry and values.get("invoice_date"):
        own = tables.row("res.partner", values["partner_id"])["property_payment_term_id"]
        if values.get("invoice_date_due") and not values.get("invoice_payment_term_id"):
            # Else it would give way to the client's own terms.
            values["invoice_payment_term_id"] = False
        elif not (values.get("invoice_payment_term_id") or own):
            values["invoice_date_due"] = values["invoice_date"]
    amendable = {
        name: str(values[name]) if values[name] else False for name in AMENDABLE if name in values
    }
    values |= {
        **_common(document),
        "retainer_pending_reconcile": document.reconcile or False,
        "retainer_tally": document.tally or False,
        "retainer_amendments_written": amendable or False,
    }
    part = "line_ids" if entry else "invoice_line_ids"
    lines = [[0, 0, line] for line in document.lines]
    if document.action == "create":
        record = create(tables, "account.move", {**values, part: lines})
    else:
        record = _rewrite_move(tables, document, {**values, part: [[5], *lines]})
    totals.show_taxes(tables, record, document.taxes)
    return record


def _rewrite_move(tables: Tables, document: Document, values: Row) -> int:
    row = tables.row("account.move", document.record)
    if values.pop("move_type") != row["move_type"]:
        raise Refusal("refused", "A document cannot change its type. Give it a key of its own.")
    written = row["retainer_amendments_written"] or {}
    amended = {name for name in written if _amended(row, name, written[name])}
    if not amended.isdisjoint(PO_FIELDS):
        amended.update(PO_FIELDS)
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
    "advance": _write_advance,
    "move": _write_move,
    "change_order": _write_change_order,
    "quotation": _write_quotation,
    "alert": _write_alert,
}


def _bind(tables: Tables, document: Document, record: int) -> None:
    """Point the bound records at the document, and add what it carries."""
    for name, (model, field) in document.kind.binds.items():
        for each in document.bind.get(name, []):
            if tables.row(model, each)[field] not in (False, record):
                raise Refusal(
                    "already_billed",
                    f"{model},{each} was bound or deleted meanwhile; run the service again.",
                )
            tables.update(model, each, {field: record})
    if document.tally and document.action != "post":
        tally.add(tables, tables.row(document.kind.model, record))


def _release(tables: Tables, document: Document) -> None:
    """Free what a draft had bound and does not bind any more, and take back what it added."""
    for name, (model, field) in document.kind.binds.items():
        for each in tables.referring(model, field, document.record):
            if each not in document.bind.get(name, []):
                tables.update(model, each, {field: False})
    if document.kind.name == "move":
        tally.take_back(tables, tables.row("account.move", document.record))
        tables.update("account.move", document.record, {"retainer_tally": False}, quietly=True)


def _withdraw(tables: Tables, document: Document) -> tuple[Document, str]:
    """Remove an untouched draft without a trace: nobody deleted it, it is not wanted any more."""
    name = name_of(tables, "account.move", tables.row("account.move", document.record))
    tables.update("account.move", document.record, {"retainer_key": False})
    unlink(tables, "account.move", [document.record])
    return document, name


def _post(tables: Tables, written: dict[Document, int]) -> None:
    """Post one after the other, so that the one that is refused is known."""
    for document, record in written.items():
        if document.kind.name == "move" and document.post:
            with _blamed(document):
                if tables.row("account.move", record)["state"] == "draft":
                    posting.post(tables, [record])


def _close(tables: Tables, written: dict[Document, int]) -> None:
    for document, record in written.items():
        if document.kind.name == "period" and document.values.get("state") == "closed":
            write(tables, "retainer.period", [record], {"state": "closed"})


def _remember(tables: Tables, written: dict[Document, int]) -> None:
    for document, record in written.items():
        if document.kind.has_content:
            posting.remember_content(tables, document.kind.model, record)


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
