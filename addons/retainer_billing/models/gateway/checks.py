"""Checks of the documents of one call, each with one query per kind or model for all of them."""

from . import schema
from .document import Refusal


def classify(env, company, documents):
    """Compare the documents with what is there; answer those that need no writing.

    The others get ``action`` ("create", "rewrite" or "post") and, where it exists, ``record``.
    """
    by_kind = {}
    for document in documents:
        by_kind.setdefault(document.kind, []).append(document)
    deleted = deleted_keys(env, company, documents)
    for kind, group in by_kind.items():
        found = existing(env, company, kind, [document.key for document in group])
        for document in group:
            record = found.get(document.key)
            if document.withdraw:
                _withdrawable(document, record)
            elif record is not None:
                _compare(document, record)
            elif (kind.model, document.key) in deleted:
                document.answer(
                    "conflict",
                    code="deleted",
                    reason="A person deleted the record with this key. A retainer manager can "
                    "allow it again under Retainer billing > Configuration > Deleted records.",
                )
            else:
                document.action = "create"


def existing(env, company, kind, keys):
    """Return the records of one kind by key, in one query."""
    names = [kind.key, "retainer_fingerprint", kind.state]
    if kind.has_content:
        names.append("retainer_changed")
    if kind.name == "move":
        names += ["name", "move_type", "posted_before"]
    records = env[kind.model].search_fetch(
        [("company_id", "=", company.id), (kind.key, "in", keys)], names
    )
    return {record[kind.key]: record for record in records}


def deleted_keys(env, company, documents):
    tombstones = env["retainer.tombstone"].search_fetch(
        [
            ("company_id", "=", company.id),
            ("key", "in", [document.key for document in documents]),
        ],
        ["kind", "key"],
    )
    return {(tombstone.kind, tombstone.key) for tombstone in tombstones}


def _withdrawable(document, record):
    """Decide whether a draft of ours may go, as if nobody had ever written it."""
    if record is None:
        document.answer("unchanged")
    elif record.state == "cancel":
        document.answer("conflict", record, code="cancelled", reason="A person cancelled it.")
    elif record.state != "draft":
        document.answer(
            "conflict",
            record,
            code="posted_differs",
            reason="It is posted. Correct it by a credit note.",
        )
    elif record.retainer_changed or record.posted_before:
        document.answer(
            "conflict",
            record,
            code="changed_by_person",
            reason="A person changed it after the service wrote it. Delete it in Odoo where it is "
            "not wanted any more.",
        )
    else:
        document.record, document.action = record, "withdraw"


def _compare(document, record):
    kind, state = document.kind.name, record[document.kind.state]
    same = record.retainer_fingerprint == document.fingerprint
    if kind == "period":
        if same:
            document.answer("unchanged", record)
        elif state == "closed":
            document.refuse(
                "period_closed",
                "The statement is closed and never changes. Count the difference in the open "
                "month.",
                record,
            )
        else:
            document.record, document.action = record, "rewrite"
        return
    if kind == "alert":
        if same:
            document.answer("unchanged", record)
        else:
            document.record, document.action = record, "rewrite"
        return
    if state == "cancel":
        document.answer(
            "conflict",
            record,
            code="cancelled",
            reason="A person cancelled it. Leave it so, or reset it to draft in Odoo.",
        )
    elif record.retainer_changed and not (kind == "change_order" and same):
        document.answer(
            "conflict",
            record,
            code="changed_by_person",
            reason="A person changed it after the service wrote it. What people change, the "
            "service leaves alone.",
        )
    elif (
        kind == "move" and state == "draft" and record.posted_before and (document.post or not same)
    ):
        document.answer(
            "conflict",
            record,
            code="changed_by_person",
            reason="A person reset it to draft. Post or cancel it in Odoo.",
        )
    elif same and not (kind == "move" and document.post and state == "draft"):
        document.answer("unchanged", record)
    elif same:
        document.record, document.action = record, "post"
    elif state not in ("draft", "waiting"):
        document.answer(
            "conflict",
            record,
            code="posted_differs",
            reason="It is final with other content. Correct it by another document.",
        )
    else:
        document.record, document.action = record, "rewrite"


# ---------------------------------------------------------------------- references


def check_references(env, company, documents):
    """Refuse documents that name records that do not exist or are of another company."""
    wanted = {}
    for document in documents:
        for model, ref in document.references:
            wanted.setdefault(model, set()).add(ref)
    problems = {}
    for model, ids in wanted.items():
        problems.update(
            ((model, ref), problem) for ref, problem in _bad_ids(env, company, model, ids)
        )
    if not problems:
        return
    for document in documents:
        for reference in document.references:
            if reference in problems:
                code, reason = problems[reference]
                document.refuse(code, reason)
                break


def _bad_ids(env, company, model, ids):
    records = env[model].with_context(active_test=False).browse(ids).exists()
    for ref in ids - set(records.ids):
        yield ref, ("unknown_record", f"{model},{ref} does not exist; run the service again.")
    # What belongs to a parent company may be used by its branches.
    usable = company.parent_ids
    for record in records:
        if model == "project.milestone":
            owners = record.project_id.company_id
        elif "company_ids" in record._fields and model == "account.account":
            owners = record.company_ids
        elif "company_id" in record._fields:
            owners = record.company_id
        else:
            return
        if owners and not owners & usable:
            yield (
                record.id,
                (
                    "other_company",
                    f"{record._description} {record.display_name} ({model},{record.id}) belongs "
                    f"to {', '.join(owners.mapped('name'))}, not to {company.name}. "
                    "Choose another where it is named, or leave its company empty.",
                ),
            )


# ---------------------------------------------------------------------- binding


def check_binds(env, documents):
    """Refuse documents that would bill or count what another document has already."""
    _prefetch_binds(env, documents)
    taken = {}
    leaving = {
        (document.kind.model, document.record.id): document
        for document in documents
        if document.action in ("rewrite", "withdraw") and document.record
    }
    for document in documents:
        if document.result:
            continue
        try:
            for name, ids in document.bind.items():
                _check_bind(env, document, name, ids, taken, leaving)
            for ref, _seconds in document.tally.get("entry_seconds", ()):
                if ref not in document.bind.get("entries", ()):
                    _check_cut_entry(env["account.analytic.line"].browse(ref), document)
        except Refusal as refusal:
            document.refuse(refusal.code, refusal.reason)
        else:
            for name, ids in document.bind.items():
                taken.update(((document.kind.binds[name], ref), document.key) for ref in ids)


def _prefetch_binds(env, documents):
    wanted = {}
    for document in documents:
        for name, ids in document.bind.items():
            model, field = document.kind.binds[name]
            ids_of, names = wanted.setdefault(model, (set(), set()))
            ids_of.update(ids)
            names.add(field)
    for model, (ids, names) in wanted.items():
        if model == "account.analytic.line":
            names |= {"project_id", "timesheet_invoice_id", "retainer_tombstone_id"}
        env[model].browse(ids).exists().fetch(names)


def _check_bind(env, document, name, ids, taken, leaving):
    target = model, field = document.kind.binds[name]
    own = document.record.id if document.record else False
    for record in env[model].browse(ids):
        other = taken.get((target, record.id))
        if other:
            raise Refusal(
                "already_billed", f"{model},{record.id} is bound by {other} in the same call."
            )
        bound = record[field]
        owner = leaving.get((bound._name, bound.id)) if bound else None
        # The draft that has it may give it up in this very call.
        released = owner and owner is not document and record.id not in owner.bind.get(name, ())
        if bound and bound.id != own and not released:
            raise Refusal(
                "already_billed",
                f"{record._description} {record.display_name} ({model},{record.id}) is bound to "
                f"{bound.display_name} already.",
            )
        if model == "account.analytic.line":
            _check_time_entry(record)


def _check_cut_entry(entry, document):
    _check_time_entry(entry)
    bound = entry.retainer_move_id
    if bound and bound != document.record:
        raise Refusal(
            "already_billed",
            f"The time entry {entry.display_name} ({entry._name},{entry.id}) is billed whole on "
            f"{bound.display_name} already.",
        )


def _check_time_entry(entry):
    if not entry.project_id:
        raise Refusal(
            "unknown_record", f"{entry._name},{entry.id} is no time entry: it has no project."
        )
    if entry.retainer_tombstone_id:
        raise Refusal(
            "already_billed",
            f"The time entry {entry.display_name} ({entry._name},{entry.id}) was accepted as not "
            f"billed with {entry.retainer_tombstone_id.display_name}. Withdraw that first.",
        )
    invoice = entry.timesheet_invoice_id
    if invoice and invoice.state != "cancel":
        raise Refusal(
            "already_billed",
            f"The time entry {entry.display_name} ({entry._name},{entry.id}) is invoiced by Odoo's "
            f"own sales invoicing on {invoice.display_name}. Mark it as not counted, or cancel "
            f"that invoice.",
        )


def check_reconcile_lines(env, documents):
    """Refuse documents whose counterpart lines are not open lines of the named account."""
    env["account.move.line"].browse(
        {
            line
            for document in documents
            if not document.result
            for step in document.reconcile
            for line in step["line_ids"]
        }
    ).fetch(["account_id", "parent_state", "reconciled", "move_id"])
    for document in documents:
        if document.result:
            continue
        for step in document.reconcile:
            account = env["account.account"].browse(step["account_id"])
            if not account.reconcile:
                document.refuse("refused", _not_reconcilable(account))
                break
            lines = env["account.move.line"].browse(step["line_ids"])
            bad = lines.filtered(
                lambda line, account=account: (
                    line.account_id != account or line.parent_state != "posted" or line.reconciled
                )
            )
            if bad:
                document.refuse("refused", _not_open(bad[0], account))
                break


def check_line_reconciliations(env, documents):
    """Refuse documents of which a line names a counterpart that is not open on its account."""
    documents = [document for document in documents if not document.result]
    env["account.move.line"].browse(
        {
            line["retainer_reconcile_line_id"]
            for document in documents
            for line in document.lines
            if line.get("retainer_reconcile_line_id")
        }
    ).fetch(["account_id", "parent_state", "reconciled", "move_id"])
    for document in documents:
        for line in document.lines:
            if line.get("retainer_reconcile_line_id"):
                other = env["account.move.line"].browse(line["retainer_reconcile_line_id"])
                account = env["account.account"].browse(line.get("account_id") or 0)
                problem = _counterpart_problem(other, account)
                if problem:
                    document.refuse("refused", problem)
                    break


def _counterpart_problem(other, account):
    if not account:
        return "A line with reconcile_line_id must give its account_id."
    if not account.reconcile:
        return _not_reconcilable(account)
    if other.account_id != account or other.parent_state != "posted" or other.reconciled:
        return _not_open(other, account)
    return ""


def _not_open(line, account):
    return (
        f"account.move.line,{line.id} of {line.move_id.display_name} is no open, posted line on "
        f"{account.display_name}."
    )


def _not_reconcilable(account):
    return (
        f"The account {account.display_name} does not allow reconciliation. Switch it on under "
        f"Invoicing > Configuration > Chart of Accounts."
    )


def refuse_units(documents):
    """Refuse what belongs to a unit of which another document cannot be written."""
    bad = {}
    for document in documents:
        if document.result and document.result["status"] in ("rejected", "conflict"):
            bad.setdefault(document.unit, document)
    for document in documents:
        if not document.result and document.unit in bad:
            culprit = bad[document.unit]
            document.refuse(
                "unit",
                f"Not written, because {culprit.key or 'a document'} of the same unit was not: "
                f"{culprit.result['reason']}",
            )


def kinds_by_model():
    return {kind.model: kind for kind in schema.KINDS.values()}
