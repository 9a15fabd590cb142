"""Checks of the documents of one call, before anything is written."""

from collections.abc import Iterable, Sequence

from sync.odoo.gateway import Row
from sync.odoo.memory.retainer.convert import Refusal
from sync.odoo.memory.retainer.document import Document
from sync.odoo.memory.retainer.kinds import Kind, Target
from sync.odoo.memory.schema import fields_of
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.values import get


def existing(tables: Tables, company: int, kind: Kind, keys: Iterable[str]) -> dict[str, Row]:
    """The records of one kind by key."""
    wanted = set(keys)
    return {
        row[kind.key]: row
        for row in tables.rows(kind.model).values()
        if row.get(kind.key) in wanted and get(tables, kind.model, row, "company_id") == company
    }


def tombstones(tables: Tables, company: int, keys: Iterable[str]) -> list[Row]:
    """What people deleted, latest first."""
    wanted = set(keys)
    rows = tables.rows("retainer.tombstone")
    return [
        rows[each]
        for each in reversed(tables.ids("retainer.tombstone"))
        if rows[each]["company_id"] == company and rows[each]["key"] in wanted
    ]


def classify(tables: Tables, company: int, documents: Sequence[Document]) -> None:
    """Compare with what is there; answer the documents that need no writing."""
    found: dict[str, dict[str, Row]] = {}
    for kind in {each.kind for each in documents}:
        keys = [each.key for each in documents if each.kind is kind]
        found[kind.name] = existing(tables, company, kind, keys)
    deleted = {
        (row["kind"], row["key"])
        for row in tombstones(tables, company, (each.key for each in documents))
    }
    for document in documents:
        row = found[document.kind.name].get(document.key)
        if document.withdraw:
            if row is None:
                document.answer("unchanged")
            else:
                _withdrawable(tables, document, row)
        elif row is not None:
            _compare(tables, document, row)
        elif (document.kind.model, document.key) in deleted:
            document.refuse(
                "deleted", "A person deleted the record with this key.", status="conflict"
            )
        else:
            document.action = "create"


def _compare(tables: Tables, document: Document, row: Row) -> None:
    kind, state, record = (
        document.kind.name,
        get(tables, document.kind.model, row, document.kind.state),
        row["id"],
    )
    name = name_of(tables, document.kind.model, row)
    same = row.get("retainer_fingerprint") == document.fingerprint
    changed = document.kind.has_content and get(
        tables, document.kind.model, row, "retainer_changed"
    )
    if kind == "period" and state == "closed" and not same:
        document.refuse("period_closed", "The statement is closed and never changes.", record, name)
    elif kind in ("period", "alert"):
        _take_or_leave(document, record, name, same)
    elif state == "cancel":
        document.refuse("cancelled", "A person cancelled it.", record, name, "conflict")
    elif changed and not (kind == "change_order" and same):
        reason = "A person changed it after the service wrote it."
        document.refuse("changed_by_person", reason, record, name, "conflict")
    elif _reset_by_a_person(document, row) and (document.post or not same):
        reason = "A person reset it to draft. Post or cancel it in Odoo."
        document.refuse("changed_by_person", reason, record, name, "conflict")
    elif same and kind == "move" and document.post and state == "draft":
        document.record, document.action = record, "post"
    elif not same and state not in ("draft", "waiting"):
        reason = "It is final with other content. Correct it by another document."
        document.refuse("posted_differs", reason, record, name, "conflict")
    else:
        _take_or_leave(document, record, name, same)


def _reset_by_a_person(document: Document, row: Row) -> bool:
    return bool(document.kind.name == "move" and row["state"] == "draft" and row["posted_before"])


def name_of(tables: Tables, model: str, row: Row) -> str:
    """What people call the record; empty for a draft without a number."""
    if model == "account.move":
        return row["name"] or ""
    return get(tables, model, row, "display_name") or ""


def _withdrawable(tables: Tables, document: Document, row: Row) -> None:
    """Whether a draft of ours may go, as if nobody had ever written it."""
    record, name = row["id"], name_of(tables, "account.move", row)
    changed = get(tables, "account.move", row, "retainer_changed")
    if row["state"] == "cancel":
        document.refuse("cancelled", "A person cancelled it.", record, name, "conflict")
    elif row["state"] != "draft":
        document.refuse("posted_differs", "It is posted.", record, name, "conflict")
    elif changed or row["posted_before"]:
        reason = "A person changed it after the service wrote it."
        document.refuse("changed_by_person", reason, record, name, "conflict")
    else:
        document.record, document.action = record, "withdraw"


def _take_or_leave(document: Document, record: int, name: str, same: bool) -> None:
    if same:
        document.answer("unchanged", record, name)
    else:
        document.record, document.action = record, "rewrite"


def check_references(tables: Tables, company: int, documents: Sequence[Document]) -> None:
    """Refuse documents that name records that are not there or are of another company."""
    for document in documents:
        for model, record in document.references:
            if problem := _problem(tables, company, model, record):
                document.refuse(*problem)
                break


def _problem(tables: Tables, company: int, model: str, record: int) -> tuple[str, str] | None:
    row = tables.rows(model).get(record)
    if row is None:
        return "unknown_record", f"{model},{record} does not exist; run the service again."
    owners = _owners(tables, model, row)
    if owners and company not in owners:
        return "other_company", f"{model},{record} belongs to another company."
    return None


def _owners(tables: Tables, model: str, row: Row) -> list[int]:
    fields = fields_of(model)
    if model == "project.milestone":
        project = tables.row("project.project", row["project_id"])
        return [project["company_id"]] if project.get("company_id") else []
    if model == "account.account":
        owners: list[int] = row["company_ids"]
        return owners
    owner = get(tables, model, row, "company_id") if "company_id" in fields else False
    return [owner] if owner else []


def check_binds(tables: Tables, documents: Sequence[Document]) -> None:
    """Refuse documents that would bill or count what another one has already."""
    taken: dict[tuple[Target, int], str] = {}
    leaving = {
        (document.kind.model, document.record): document
        for document in documents
        if document.action in ("rewrite", "withdraw")
    }
    for document in documents:
        try:
            for name, ids in document.bind.items():
                for each in ids:
                    _check_bind(tables, document, name, each, taken, leaving)
            for record, _ in document.tally.get("entry_seconds", []):
                if record not in document.bind.get("entries", ()):
                    _check_cut_entry(tables, document, record)
        except Refusal as refusal:
            document.refuse(refusal.code, refusal.reason)
        else:
            for name, ids in document.bind.items():
                target = document.kind.binds[name]
                taken.update({(target, each): document.key for each in ids})


def _check_bind(
    tables: Tables,
    document: Document,
    name: str,
    record: int,
    taken: dict[tuple[Target, int], str],
    leaving: dict[tuple[str, int], Document],
) -> None:
    target = model, field = document.kind.binds[name]
    if other := taken.get((target, record)):
        raise Refusal("already_billed", f"{model},{record} is bound by {other} in the same call.")
    bound = tables.row(model, record)[field]
    owner = leaving.get((document.kind.model, bound))
    # The draft that has it may give it up in this very call.
    released = owner and owner is not document and record not in owner.bind.get(name, [])
    if bound and bound != document.record and not released:
        raise Refusal("already_billed", f"{model},{record} is bound already.")
    if model == "account.analytic.line":
        _check_time_entry(tables, record)


def _check_cut_entry(tables: Tables, document: Document, record: int) -> None:
    _check_time_entry(tables, record)
    bound = tables.row("account.analytic.line", record)["retainer_move_id"]
    if bound and bound != document.record:
        raise Refusal("already_billed", f"account.analytic.line,{record} is billed whole already.")


def _check_time_entry(tables: Tables, record: int) -> None:
    row = tables.row("account.analytic.line", record)
    if not row["project_id"]:
        raise Refusal("unknown_record", f"account.analytic.line,{record} is no time entry.")
    if row["retainer_tombstone_id"]:
        raise Refusal(
            "already_billed", f"account.analytic.line,{record} was accepted as not billed."
        )
    invoice = row["timesheet_invoice_id"]
    if invoice and tables.row("account.move", invoice)["state"] != "cancel":
        raise Refusal(
            "already_billed",
            f"account.analytic.line,{record} is invoiced by Odoo's own sales invoicing.",
        )


def check_reconcile_lines(tables: Tables, documents: Sequence[Document]) -> None:
    """Refuse documents whose counterpart lines are not open lines of the named account."""
    for document in documents:
        for step in document.reconcile:
            account = step["account_id"]
            if not tables.row("account.account", account)["reconcile"]:
                document.refuse("refused", "The account does not allow reconciliation.")
                break
            if bad := [each for each in step["line_ids"] if not _open(tables, each, account)]:
                text = f"account.move.line,{bad[0]} is no open, posted line on the account."
                document.refuse("refused", text)
                break


def check_line_reconciliations(tables: Tables, documents: Sequence[Document]) -> None:
    """Refuse documents of which a line names a counterpart that is not open on its account."""
    for document in documents:
        for line in document.lines:
            other = line.get("retainer_reconcile_line_id")
            problem = _counterpart_problem(tables, line, other) if other else ""
            if problem:
                document.refuse("refused", problem)
                break


def _counterpart_problem(tables: Tables, line: Row, other: int) -> str:
    account = line.get("account_id")
    if not account:
        return "A line with reconcile_line_id must give its account_id."
    if not tables.row("account.account", account)["reconcile"]:
        return "The account does not allow reconciliation."
    if not _open(tables, other, account):
        return f"account.move.line,{other} is no open, posted line on the account."
    return ""


def _open(tables: Tables, record: int, account: int) -> bool:
    line = tables.row("account.move.line", record)
    posted = get(tables, "account.move.line", line, "parent_state") == "posted"
    return bool(posted and line["account_id"] == account and not line["reconciled"])


def refuse_units(documents: Sequence[Document]) -> None:
    """Refuse what belongs to a unit of which another document cannot be written."""
    bad: dict[str, Document] = {}
    for document in documents:
        if document.result.get("status") in ("rejected", "conflict"):
            bad.setdefault(document.unit, document)
    for document in documents:
        if not document.result and document.unit in bad:
            culprit = bad[document.unit]
            document.refuse(
                "unit",
                f"Not written, because {culprit.key or 'a document'} of the same unit was not:"
                f" {culprit.result['reason']}",
            )
