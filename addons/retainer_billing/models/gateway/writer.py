"""Writes checked documents: in one batch where Odoo takes them all, else unit by unit."""

import logging
import math
from collections import defaultdict

import psycopg2
from odoo.exceptions import AccessError, ConcurrencyError, MissingError, UserError, ValidationError
from odoo.fields import Command
from odoo.tools import SQL

from . import schema, tally
from .document import Refusal

_logger = logging.getLogger(__name__)

# How many parts a batch that Odoo refused is cut into before its units are tried one by one.
PARTS = 8
BUSINESS_ERRORS = (UserError, ValidationError, AccessError, MissingError)
RETRY_ERRORS = (psycopg2.OperationalError, ConcurrencyError)
KEY_INDEXES = ("retainer_key_unique", "retainer_alert__key_unique", "retainer_alert_key_unique")
PO_FIELDS = {"retainer_client_po_id", "retainer_po_number"}


class Refused(Exception):
    """Some documents of a batch turned out wrong after they were written."""

    def __init__(self, refusals):
        super().__init__("refused")
        self.refusals = refusals


class Writer:
    def __init__(self, env, company):
        self.env = env
        self.company = company
        # The document being written alone, to name the culprit of an error.
        self.current = None

    # ------------------------------------------------------------------ units

    def write_units(self, documents):
        units = defaultdict(list)
        for document in documents:
            units[document.unit].append(document)
        self._attempt(list(units.values()))

    def _attempt(self, units):
        if not units:
            return
        single = len(units) == 1
        documents = [document for unit in units for document in unit]
        self.current = None
        try:
            with self.env.cr.savepoint():
                self._write(documents, careful=single)
            return
        except RETRY_ERRORS:
            raise
        except Refused as refused:
            self._refuse(units, refused.refusals)
            self._attempt([unit for unit in units if not any(doc.result for doc in unit)])
            return
        except Exception as error:
            self._raise_if_concurrent(error)
            if single:
                self._refuse(units, self._blame(units[0], error))
                return
        # One bad document makes the database refuse the whole batch. Cutting it into parts keeps
        # most of the others in batches, so a bad document costs little more than itself.
        size = math.ceil(len(units) / PARTS)
        for start in range(0, len(units), size):
            self._attempt(units[start : start + size])

    def _refuse(self, units, refusals):
        for unit in units:
            culprits = [doc for doc in unit if doc in refusals]
            for document in unit:
                if document in refusals:
                    refusal = refusals[document]
                    document.refuse(refusal.code, refusal.reason)
                elif culprits:
                    document.refuse(
                        "unit",
                        f"Not written, because {culprits[0].key} of the same unit was not: "
                        f"{refusals[culprits[0]].reason}",
                    )

    def _blame(self, unit, error):
        refusal = error if isinstance(error, Refusal) else Refusal("refused", self._reason(error))
        culprits = [self.current] if self.current in unit else unit
        return dict.fromkeys(culprits, refusal)

    def _reason(self, error):
        if isinstance(error, BUSINESS_ERRORS):
            return str(error.args[0] if error.args else error)
        if isinstance(error, psycopg2.IntegrityError):
            model = next(
                (
                    self.env[kind.model]
                    for kind in schema.KINDS.values()
                    if self.env[kind.model]._table == error.diag.table_name
                ),
                self.env["base"],
            )
            return str(model._sql_error_to_message(error))
        if isinstance(error, (psycopg2.Error, ValueError, TypeError)):
            return f"Odoo cannot store it: {str(error).splitlines()[0][:300]}"
        _logger.exception("Unexpected error while writing a retainer document")
        return f"Unexpected {type(error).__name__} in Odoo; its log has the details."

    @staticmethod
    def _raise_if_concurrent(error):
        """A key that appeared after our snapshot: begin again, and find it there."""
        if isinstance(error, psycopg2.errors.UniqueViolation):
            name = error.diag.constraint_name or ""
            if name.endswith(KEY_INDEXES):
                raise ConcurrencyError("A retainer key was written at the same time") from error

    # ------------------------------------------------------------------ one batch

    def _write(self, documents, careful=False):
        """Write the documents, each kind in a batch; ``careful`` goes one by one within a kind."""
        created = {}
        withdrawn = [document for document in documents if document.action == "withdraw"]
        documents = [document for document in documents if document.action != "withdraw"]
        gone = self._withdraw(withdrawn)
        # What rewritten drafts give up is free for the others, whatever their order.
        self._release([document for document in documents if document.action == "rewrite"])
        for kind in schema.KINDS.values():
            group = [document for document in documents if document.kind is kind]
            if not group:
                continue
            write = getattr(self, f"_write_{kind.name}s")
            batches = [[document] for document in group] if careful else [group]
            for batch in batches:
                self.current = batch[0] if careful else None
                records = write(batch)
                created.update(zip(batch, records, strict=True))
                self._bind(batch, created)
        self.current = None
        self._post([doc for doc in documents if doc.kind.name == "move"], created)
        self._close([doc for doc in documents if doc.kind.name == "period"], created)
        self.env.flush_all()
        self._remember(created)
        self._verify(created)
        for document, record in created.items():
            document.answer("created", record, replaced=document.action != "create")
        for document, (ref, name) in zip(withdrawn, gone, strict=True):
            document.answer("created", replaced=True)
            document.result.update(id=ref, name=name)

    def _withdraw(self, documents):
        """Remove untouched drafts without a trace: nobody deleted them, they are not wanted."""
        moves = self.env["account.move"].browse([document.record.id for document in documents])
        gone = [(move.id, move.name or "") for move in moves]
        if moves:
            keys = moves.mapped("retainer_key")
            # Odoo keeps drafts that took a number out of the middle of a sequence, unless told.
            moves.with_context(force_delete=True).unlink()
            self.env["retainer.tombstone"].search(
                [
                    ("company_id", "=", self.company.id),
                    ("kind", "=", "account.move"),
                    ("key", "in", keys),
                ]
            ).unlink()
        return gone

    def _common(self, document):
        return {
            document.kind.key: document.key,
            "retainer_fingerprint": document.fingerprint,
            "retainer_explanation": document.explanation or False,
        }

    # ------------------------------------------------------------------ periods

    def _write_periods(self, documents):
        periods = self.env["retainer.period"]
        vals_list = []
        for document in documents:
            vals = {**document.values, **self._common(document)}
            # Lots cannot be added to a closed statement, so it is closed last.
            vals["state"] = "open"
            vals["lot_ids"] = [
                Command.create({"sequence": number, **lot})
                for number, lot in enumerate(document.lots, 1)
            ]
            vals_list.append(vals)
        created = periods.create(
            [
                vals
                for document, vals in zip(documents, vals_list, strict=True)
                if document.action == "create"
            ]
        )
        fresh = iter(created)
        records = []
        for document, vals in zip(documents, vals_list, strict=True):
            if document.action == "create":
                records.append(next(fresh))
                continue
            vals["lot_ids"] = [Command.clear(), *vals["lot_ids"]]
            document.record.write(vals)
            records.append(document.record)
        return records

    def _close(self, documents, created):
        closing = self.env["retainer.period"].browse(
            created[document].id
            for document in documents
            if document.values.get("state") == "closed"
        )
        if closing:
            closing.write({"state": "closed"})

    # ------------------------------------------------------------------ moves

    def _write_moves(self, documents):
        moves = self.env["account.move"]
        created = moves.create(
            [self._move_vals(document) for document in documents if document.action == "create"]
        )
        fresh = iter(created)
        records = []
        for document in documents:
            if document.action == "create":
                records.append(next(fresh))
                continue
            if document.action == "rewrite":
                self._rewrite_move(document)
            records.append(document.record)
        carrying = [
            record.id
            for document, record in zip(documents, records, strict=True)
            if document.tally and document.action != "post"
        ]
        tally.add(moves.browse(carrying))
        return records

    def _move_vals(self, document):
        values = dict(document.values)
        is_entry = values["move_type"] == "entry"
        if not values.get("journal_id"):
            journal = (
                self.company.retainer_journal_id
                if is_entry
                else self.company.retainer_invoice_journal_id
            )
            if journal:
                values["journal_id"] = journal.id
        self._set_due_date(values)
        part = "line_ids" if is_entry else "invoice_line_ids"
        return {
            **values,
            **self._common(document),
            part: [Command.create(line) for line in document.lines],
            "retainer_pending_reconcile": document.reconcile or False,
            "retainer_tally": document.tally or False,
            "retainer_amendments_written": self._amendable(values),
        }

    def _set_due_date(self, values):
        """Without payment terms an invoice is due on its own day.

        Odoo would take the day on which it is written, so a late run would change the content.
        """
        if values["move_type"] == "entry" or not values.get("invoice_date"):
            return
        if values.get("invoice_date_due") or values.get("invoice_payment_term_id"):
            return
        partner = self.env["res.partner"].browse(values.get("partner_id"))
        if not partner.property_payment_term_id:
            values["invoice_date_due"] = values["invoice_date"]

    @staticmethod
    def _amendable(values):
        """Return, as JSON, what was written of the fields that people may amend."""
        return {
            name: str(values[name]) if values[name] else False
            for name in schema.AMENDABLE
            if name in values
        } or False

    def _rewrite_move(self, document):
        move = document.record
        if document.values["move_type"] != move.move_type:
            raise Refusal(
                "refused",
                f"{move.display_name} cannot turn from {move.move_type} into "
                f"{document.values['move_type']}. Give the new document a key of its own.",
            )
        vals = self._move_vals(document)
        del vals["move_type"]
        written = move.retainer_amendments_written or {}
        amended = {name for name in written if self._amended(move, name, written[name])}
        if amended & PO_FIELDS:
            # The number and the register's order belong together.
            amended |= PO_FIELDS
        # A value that stays as it is must not be written: Odoo would compute what depends on it
        # again, and the payment terms that people amended depend on the partner.
        vals = {
            name: value
            for name, value in vals.items()
            if name not in amended
            and (name.endswith("line_ids") or not self._holds(move, name, value))
        }
        part = "line_ids" if move.move_type == "entry" else "invoice_line_ids"
        vals[part] = [Command.clear(), *vals[part]]
        move.write(vals)

    @staticmethod
    def _holds(record, name, value):
        field = record._fields[name]
        return (field.convert_to_write(record[name], record) or False) == (value or False)

    @staticmethod
    def _amended(move, name, written):
        field = move._fields[name]
        value = field.convert_to_write(move[name], move)
        return (str(value) if value else False) != (written or False)

    def _post(self, documents, created):
        """Post what is to be posted; the pending reconciliations follow from it."""
        to_post = [document for document in documents if document.post]
        moves = self.env["account.move"].browse(created[document].id for document in to_post)
        moves = moves.filtered(lambda move: move.state == "draft")
        # Odoo pairs posted credit notes with the invoices they reverse by position, which goes
        # wrong when two of a batch reverse the same invoice. Such ones go in rounds.
        while moves:
            reversed_ids, this_round = set(), self.env["account.move"]
            for move in moves:
                origin = move.reversed_entry_id.id
                if origin and origin in reversed_ids:
                    continue
                reversed_ids.add(origin)
                this_round |= move
            this_round._post(soft=False)
            moves -= this_round

    def _remember(self, created):
        by_model = defaultdict(list)
        for document, record in created.items():
            if document.kind.has_content:
                by_model[document.kind.model].append(record.id)
        for model, ids in by_model.items():
            self.env[model].browse(ids)._retainer_remember_content()

    # ------------------------------------------------------------------ others

    def _write_change_orders(self, documents):
        return self._write_plain(documents, lambda doc: doc.values)

    def _write_quotations(self, documents):
        def values(document):
            lines = [Command.create(line) for line in document.lines]
            if document.action == "rewrite":
                lines.insert(0, Command.clear())
            vals = {**document.values, "order_line": lines, "company_id": self.company.id}
            currency = vals.pop("currency_id", False)
            if currency and currency != self.company.currency_id.id:
                vals["pricelist_id"] = self._pricelist(currency).id
            return vals

        return self._write_plain(documents, values)

    def _pricelist(self, currency_id):
        """Return a price list of the currency: Odoo takes a quotation's currency from it."""
        pricelists = self.env["product.pricelist"]
        currency = self.env["res.currency"].browse(currency_id)
        return pricelists.search(
            [
                ("currency_id", "=", currency.id),
                ("company_id", "in", (self.company.id, False)),
                ("item_ids", "=", False),
            ],
            limit=1,
        ) or pricelists.create(
            {
                "name": f"Retainer quotations ({currency.name})",
                "currency_id": currency.id,
                "company_id": self.company.id,
            }
        )

    def _write_alerts(self, documents):
        def values(document):
            vals = {**document.values, "company_id": self.company.id}
            if document.record and document.record.dismissed_by:
                # Who dismissed a notice does not want it back because a number in it changed.
                vals.pop("state", None)
            return vals

        records = self._write_plain(documents, values)
        alerts = self.env["retainer.alert"].browse([record.id for record in records])
        alerts._raise_activities()
        alerts.filtered(lambda alert: alert.state == "done")._close_activities()
        return records

    def _write_plain(self, documents, values):
        model = self.env[documents[0].kind.model]
        created = iter(
            model.create(
                [
                    {**values(document), **self._common(document)}
                    for document in documents
                    if document.action == "create"
                ]
            )
        )
        records = []
        for document in documents:
            if document.action == "create":
                records.append(next(created))
            else:
                document.record.write({**values(document), **self._common(document)})
                records.append(document.record)
        return records

    # ------------------------------------------------------------------ binding

    def _bind(self, documents, created):
        """Point the bound records at their documents, one statement per field for the batch.

        Around the ORM, because it must be atomic per row: the statement takes only rows that are
        free, so two writers cannot both bind one.
        """
        targets = {}
        for document in documents:
            for name, target in document.kind.binds.items():
                targets.setdefault(target, []).append((document, document.bind.get(name, [])))
        for (model, field), pairs in targets.items():
            self._take(model, field, pairs, created)

    def _release(self, documents):
        """Free what rewritten drafts had bound and do not bind any more, and what they added."""
        for document in documents:
            for name, (model, field) in document.kind.binds.items():
                records = self.env[model].search(
                    [
                        (field, "=", document.record.id),
                        ("id", "not in", document.bind.get(name, [])),
                    ]
                )
                self._set(model, field, [(record.id, None) for record in records])
        tally.take_back(
            self.env["account.move"].browse(
                [document.record.id for document in documents if document.kind.name == "move"]
            )
        )

    def _take(self, model, field, pairs, created):
        wanted = [(ref, created[document].id, document) for document, ids in pairs for ref in ids]
        taken = self._set(model, field, [(ref, owner) for ref, owner, _document in wanted])
        lost = [(ref, document) for ref, _owner, document in wanted if ref not in taken]
        if lost:
            raise Refused(
                {
                    document: Refusal("already_billed", f"{model},{ref} is bound already.")
                    for ref, document in lost
                }
            )

    def _set(self, model, field, pairs):
        """Set ``field`` of the records that are free, or ours, and return their ids."""
        if not pairs:
            return set()
        records = self.env[model].browse([ref for ref, _owner in pairs])
        records.flush_recordset([field])
        column = SQL.identifier(field)
        self.env.cr.execute(
            SQL(
                """
                UPDATE %(table)s AS bound
                   SET %(column)s = pair.owner, write_uid = %(uid)s,
                       write_date = NOW() AT TIME ZONE 'UTC'
                  FROM UNNEST(%(refs)s::int[], %(owners)s::int[]) AS pair (ref, owner)
                 WHERE bound.id = pair.ref
                   AND (bound.%(column)s IS NULL OR pair.owner IS NULL
                        OR bound.%(column)s = pair.owner)
             RETURNING bound.id
                """,
                table=SQL.identifier(records._table),
                column=column,
                uid=self.env.uid,
                refs=[ref for ref, _owner in pairs],
                owners=[owner for _ref, owner in pairs],
            )
        )
        done = {row[0] for row in self.env.cr.fetchall()}
        records.invalidate_recordset([field], flush=False)
        if model == "account.analytic.line":
            # Sales order lines count delivered hours without the counted ones.
            records.filtered("so_line").modified([field])
        else:
            records.modified([field])
        return done

    # ------------------------------------------------------------------ verification

    def _verify(self, created):
        """Compare the written moves with what was planned; Odoo may have moved a date."""
        refusals = {}
        for document, move in created.items():
            for name, planned in document.expect.items():
                actual = self._actual(move, name)
                if name.endswith("date"):
                    same = actual == planned
                else:
                    same = move.currency_id.compare_amounts(actual, planned) == 0
                if not same:
                    hint = ""
                    if name == "date":
                        hint = " A lock date of the company covers the planned day."
                    refusals[document] = Refusal(
                        "expect_differs",
                        f"{name} would be {actual}, planned was {planned}.{hint}",
                    )
                    break
        if refusals:
            raise Refused(refusals)

    @staticmethod
    def _actual(move, name):
        if name == "amount_untaxed" and move.move_type == "entry":
            # Odoo keeps no untaxed total of journal entries.
            return move.amount_total
        return move[name]
