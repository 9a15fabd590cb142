"""Writes checked documents: in one batch where Odoo takes them all, else in ever smaller parts."""

import logging
import math
from collections import defaultdict

import psycopg2
from odoo.exceptions import AccessError, ConcurrencyError, MissingError, UserError, ValidationError

from . import binding, moves, records, schema
from .document import Refusal, Refused

_logger = logging.getLogger(__name__)

# How many parts a batch, or a part of one, that Odoo refused is cut into, down to single units.
PARTS = 8
BUSINESS_ERRORS = (UserError, ValidationError, AccessError, MissingError)
# The call as a whole failed, and no document is to blame: others write the same rows, or the
# connection to the database is gone.
RETRY_ERRORS = (psycopg2.OperationalError, psycopg2.InterfaceError, ConcurrencyError)
# How each kind is written: (env, company, documents) -> records, in order.
WRITE = {
    "advance": records.write_advances,
    "period": records.write_periods,
    "move": moves.write,
    "change_order": records.write_change_orders,
    "quotation": records.write_quotations,
    "alert": records.write_alerts,
}
KEY_INDEXES = ("retainer_key_unique", "retainer_alert__key_unique", "retainer_alert_key_unique")


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
        env, created = self.env, {}
        withdrawn = [document for document in documents if document.action == "withdraw"]
        documents = [document for document in documents if document.action != "withdraw"]
        gone = moves.withdraw(env, self.company, withdrawn)
        # What rewritten drafts give up is free for the others, whatever their order.
        binding.release(env, [doc for doc in documents if doc.action == "rewrite"])
        for kind in schema.KINDS.values():
            group = [document for document in documents if document.kind is kind]
            for batch in [[document] for document in group] if careful else [group]:
                if batch:
                    self.current = batch[0] if careful else None
                    written = WRITE[kind.name](env, self.company, batch)
                    created.update(zip(batch, written, strict=True))
                    binding.bind(env, batch, created)
        self._post(documents, created, careful)
        self._close(documents, created)
        env.flush_all()
        self._remember(created)
        self._verify(created)
        for document, record in created.items():
            document.answer("created", record, replaced=document.action != "create")
        for document, (ref, name) in zip(withdrawn, gone, strict=True):
            document.answer("created", replaced=True)
            document.result.update(id=ref, name=name)

    def _post(self, documents, created, careful):
        posted = [document for document in documents if document.kind.name == "move"]
        # Of a single move it is known whom to blame for what posting or reconciling refuses.
        self.current = posted[0] if careful and len(posted) == 1 else None
        ids = [created[document].id for document in posted if document.post]
        moves.post(self.env["account.move"].browse(ids))
        self.current = None

    def _close(self, documents, created):
        ids = [
            created[document].id
            for document in documents
            if document.kind.name == "period" and document.values.get("state") == "closed"
        ]
        records.close(self.env["retainer.period"].browse(ids))

    def _remember(self, created):
        by_model = defaultdict(list)
        for document, record in created.items():
            if document.kind.has_content:
                by_model[document.kind.model].append(record.id)
        for model, ids in by_model.items():
            self.env[model].browse(ids)._retainer_remember_content()

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
                        hint = " Odoo moves what falls under a lock date of the company."
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
