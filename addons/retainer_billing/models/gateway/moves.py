"""Writing of ``account.move``: invoices, credit notes and entries, made and posted in batches."""

from odoo.fields import Command

from . import schema, tally, tax_amounts
from .document import Refusal

# Sign of an income line in the books.
AMOUNT_SIGN = {"out_invoice": -1, "out_refund": 1}
AMOUNTS = {"amount_currency", "balance", "debit", "credit"}


def write(env, company, documents):
    """Create the new ones in one batch, rewrite drafts, and return the moves in order."""
    moves = env["account.move"]
    # Each asks its client for payment terms: read for all of them at once.
    clients = {document.values.get("partner_id") or 0 for document in documents} - {0}
    env["res.partner"].browse(clients).mapped("property_payment_term_id")
    fresh = iter(
        moves.create(
            [
                _values(env, company, document)
                for document in documents
                if document.action == "create"
            ]
        )
    )
    records = []
    for document in documents:
        if document.action == "rewrite":
            _rewrite(env, company, document)
        records.append(next(fresh) if document.action == "create" else document.record)
    written = [
        (document, record)
        for document, record in zip(documents, records, strict=True)
        if document.action != "post"
    ]
    for document, record in written:
        if document.taxes:
            tax_amounts.set_on(record, document.taxes)
    tally.add(moves.browse([record.id for document, record in written if document.tally]))
    return records


def post(moves):
    """Post the drafts among the moves; their pending reconciliations follow from it."""
    drafts = moves.filtered(lambda move: move.state == "draft")
    # Odoo pairs posted credit notes with the invoices they reverse by position, which goes wrong
    # when two of a batch reverse the same invoice. Such ones go in rounds.
    while drafts:
        reversed_ids, this_round, later = set(), [], []
        for move in drafts:
            origin = move.reversed_entry_id.id
            (later if origin and origin in reversed_ids else this_round).append(move.id)
            reversed_ids.add(origin)
        moves.browse(this_round)._post(soft=False)
        drafts = moves.browse(later)


def withdraw(env, company, documents):
    """Remove untouched drafts without a trace: nobody deleted them, they are not wanted.

    Return id and name of each.
    """
    moves = env["account.move"].browse([document.record.id for document in documents])
    gone = [(move.id, move.name or "") for move in moves]
    if moves:
        keys = moves.mapped("retainer_key")
        # Odoo keeps drafts that took a number out of the middle of a sequence, unless told.
        moves.with_context(force_delete=True).unlink()
        env["retainer.tombstone"].search(
            [
                ("company_id", "=", company.id),
                ("kind", "=", "account.move"),
                ("key", "in", keys),
            ]
        ).unlink()
    return gone


def _values(env, company, document):
    values = dict(document.values)
    is_entry = values["move_type"] == "entry"
    if not values.get("journal_id"):
        journal = company.retainer_journal_id if is_entry else company.retainer_invoice_journal_id
        if journal:
            values["journal_id"] = journal.id
    _set_due_date(env, values)
    part = "line_ids" if is_entry else "invoice_line_ids"
    return {
        **values,
        **document.common(),
        part: [Command.create(_with_amount(env, company, values, line)) for line in document.lines],
        "retainer_pending_reconcile": document.reconcile or False,
        "retainer_tally": document.tally or False,
        "retainer_tax_amounts": document.taxes or False,
        "retainer_amendments_written": _amendable(values),
    }


def _with_amount(env, company, values, line):
    """Propose what an invoice line comes to, where that takes no rounding.

    Odoo creates a line with nothing on it and writes the amount in the end, line by line, which is
    a quarter of the time that an invoice takes. It works the amounts out all the same, and puts
    right what a tax changes.
    """
    currency = company.currency_id
    if (
        values["move_type"] not in AMOUNT_SIGN
        or (values.get("currency_id") or currency.id) != currency.id
        or line.get("display_type") not in (None, False, "product")
        or not line.get("price_unit")
        or AMOUNTS.intersection(line)
        # Tags of the product come with that write.
        or env["product.product"].browse(line.get("product_id") or ()).account_tag_ids
    ):
        return line
    quantity, discount = line.get("quantity", 1.0), line.get("discount") or 0.0
    exact = quantity * line["price_unit"] * (1 - discount / 100)
    amount = AMOUNT_SIGN[values["move_type"]] * currency.round(exact)
    if abs(abs(amount) - abs(exact)) > 1e-8:
        return line
    return {**line, "amount_currency": amount, "balance": amount}


def _set_due_date(env, values):
    """Without payment terms an invoice is due on its own day, or on the day that is given.

    Odoo would take the day on which it is written, so a late run would change the content; and a
    day that is given would give way to the client's own payment terms.
    """
    if values["move_type"] == "entry" or not values.get("invoice_date"):
        return
    if values.get("invoice_payment_term_id"):
        return
    if values.get("invoice_date_due"):
        values["invoice_payment_term_id"] = False
        return
    partner = env["res.partner"].browse(values.get("partner_id"))
    if not partner.property_payment_term_id:
        values["invoice_date_due"] = values["invoice_date"]


def _amendable(values):
    """Return, as JSON, what was written of the fields that people may amend."""
    return {
        name: str(values[name]) if values[name] else False
        for name in schema.AMENDABLE
        if name in values
    } or False


def _rewrite(env, company, document):
    move = document.record
    if document.values["move_type"] != move.move_type:
        raise Refusal(
            "refused",
            f"{move.display_name} cannot turn from {move.move_type} into "
            f"{document.values['move_type']}. Give the new document a key of its own.",
        )
    values = _values(env, company, document)
    del values["move_type"]
    written = move.retainer_amendments_written or {}
    amended = {name for name in written if _amended(move, name, written[name])}
    if not amended.isdisjoint(schema.PO_FIELDS):
        # The number and the register's order belong together.
        amended.update(schema.PO_FIELDS)
    part = "line_ids" if move.move_type == "entry" else "invoice_line_ids"
    # A value that stays as it is must not be written: Odoo would compute what depends on it again,
    # and the payment terms that people amended depend on the partner.
    values = {
        name: value
        for name, value in values.items()
        if name == part or (name not in amended and not _holds(move, name, value))
    }
    values[part] = [Command.clear(), *values[part]]
    move.write(values)


def _holds(record, name, value):
    field = record._fields[name]
    return (field.convert_to_write(record[name], record) or False) == (value or False)


def _amended(move, name, written):
    field = move._fields[name]
    value = field.convert_to_write(move[name], move)
    return (str(value) if value else False) != (written or False)
