import datetime
import secrets
from collections import Counter

import psycopg2
from odoo import api, fields, models, release
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.modules.module import get_manifest
from odoo.tools import SQL

from .gateway import as_read, checks, defaults, schema, visibility
from .gateway.batch import QUIET
from .gateway.document import Document, Refusal, company_of, echo, is_key, is_text, name_of
from .gateway.preflight import Preflight
from .gateway.writer import Writer

CONTRACT = 1
MAX_DOCUMENTS = 2000
MAX_LEASE_SECONDS = 24 * 3600
COUNTERS = {
    "created": "created_count",
    "unchanged": "unchanged_count",
    "conflict": "conflict_count",
    "rejected": "rejected_count",
    "issues": "issue_count",
}


class RetainerGateway(models.AbstractModel):
    """The one way in for the billing service.

    Its user may write nothing directly. These methods check group, company, lease and every
    field, and then work with elevated rights.
    """

    _name = "retainer.gateway"
    _description = "Retainer Gateway"

    # ------------------------------------------------------------------ who, where

    @api.model
    def hello(self):
        self._check_group()
        user = self.env.user
        return {
            "contract": CONTRACT,
            "addon_version": get_manifest("retainer_billing").get("version", ""),
            "server_version": release.series,
            "user": user.login,
            "companies": [
                {"id": company.id, "name": company.name} for company in user.sudo().company_ids
            ],
        }

    @api.model
    def preflight(self, company_id):
        env, company = self._enter(company_id)
        caller = self._alone(company.id).env
        return Preflight(env, caller, company).run()

    @api.model
    def hidden(self, company_id):
        """Return what is wrong where the caller cannot see all that a run must know."""
        env, company = self._enter(company_id)
        caller = self._alone(company.id).env
        return visibility.findings(env, caller, company)

    def _check_group(self):
        if not self.env.user.has_group("retainer_billing.group_sync_service"):
            raise AccessError(
                self.env._(
                    "The retainer gateway is for the billing service. Use a user of the group "
                    "Retainer service."
                )
            )

    def _enter(self, company_id):
        """Check the caller, and return an elevated environment of the company, and the company."""
        self._check_group()
        company_id = self._checked_id(company_id, "company_id")
        if company_id not in self.env.user.sudo().company_ids.ids:
            raise AccessError(
                self.env._(
                    "The user %(user)s has no access to the company %(id)s. Allow it under "
                    "Settings > Users > Access Rights.",
                    user=self.env.user.login,
                    id=company_id,
                )
            )
        gateway = self._alone(company_id).sudo().with_context(**QUIET)
        return gateway.env, gateway.env["res.company"].browse(company_id)

    def _alone(self, *company_ids):
        """Return the gateway in a context of its own.

        Nothing of the caller's gets through: a key of a context can switch off a check of Odoo's,
        or fill a field that the gateway does not take.
        """
        # pylint: disable=context-overridden
        context = dict(self.with_context({}).env["res.users"].context_get())
        if company_ids:
            context["allowed_company_ids"] = list(company_ids)
        return self.with_context(context)

    # ------------------------------------------------------------------ the lease

    @api.model
    def begin_run(self, company_id, as_of, owner, lease_seconds):
        env, company = self._enter(company_id)
        values = self._run_values(company, as_of, owner)
        lease = self._checked_lease(lease_seconds)
        now = fields.Datetime.now()
        runs = env["retainer.sync.run"]
        running = runs.search([("company_id", "=", company.id), ("state", "=", "running")])
        for run in running:
            if run.lease_until and run.lease_until > now:
                return {
                    "held_by": run.owner or "",
                    "until": fields.Datetime.to_string(run.lease_until),
                }
        running.write(
            {
                "state": "failed",
                "finished_at": now,
                "log": self.env._("lease expired, taken over by %s", values["owner"]),
            }
        )
        env.flush_all()
        token = secrets.token_hex(16)
        try:
            with env.cr.savepoint():
                run = runs.create(
                    {
                        **values,
                        "state": "running",
                        "lease_token": token,
                        "lease_until": now + lease,
                        "lease_seconds": lease_seconds,
                    }
                )
                env.flush_all()
        except psycopg2.errors.UniqueViolation as error:
            # Another caller took the lease after our snapshot: begin again, and see it.
            raise ConcurrencyError("The lease was taken at the same time") from error
        return {"run_id": run.id, "token": token}

    @api.model
    def renew_lease(self, run_id, token, lease_seconds):
        self._check_group()
        lease = self._checked_lease(lease_seconds)
        # One that ran out and that nobody took over is still the run's own: it goes on.
        run = self._held_run(run_id, token, expired=True)
        if not run:
            return False
        run.write({"lease_until": fields.Datetime.now() + lease, "lease_seconds": lease_seconds})
        return True

    @api.model
    def finish_run(self, run_id, token, state, checksum="", counters=None, log=""):
        self._check_group()
        if state not in ("done", "failed"):
            raise UserError(
                self.env._("A run ends as done or failed, not as %s.", echo(state)[:50])
            )
        run = self._held_run(run_id, token, expired=True)
        if not run:
            raise UserError(self._lease_lost(run_id))
        run.write(
            {
                "state": state,
                "finished_at": fields.Datetime.now(),
                **self._outcome(checksum, counters, log),
            }
        )
        return True

    @api.model
    def record_run(self, company_id, as_of, owner, checksum="", counters=None, log=""):
        env, company = self._enter(company_id)
        values = self._run_values(company, as_of, owner)
        now = fields.Datetime.now()
        # A run that died when all was written is never taken over: nobody else needs the lease.
        env["retainer.sync.run"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "running"),
                ("lease_until", "<=", now),
            ]
        ).write(
            {
                "state": "failed",
                "finished_at": now,
                "log": self.env._("lease expired, %s found nothing left to do", values["owner"]),
            }
        )
        run = env["retainer.sync.run"].create(
            {
                **values,
                **self._outcome(checksum, counters, log),
                "state": "done",
                "finished_at": now,
            }
        )
        return run.id

    def _held_run(self, run_id, token, expired=False):
        """Return the running run that the token holds, or an empty one; touch it.

        The touch makes two calls of one run collide in the database instead of both writing.
        """
        run_id = self._checked_id(run_id, "run_id")
        if not is_text(token) or not token:
            return self.env["retainer.sync.run"]
        self.env["retainer.sync.run"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE retainer_sync_run
                   SET lease_touches = COALESCE(lease_touches, 0) + 1
                 WHERE id = %s AND lease_token = %s AND state = 'running'
                   AND company_id = ANY(%s)
                   AND (%s OR lease_until > CLOCK_TIMESTAMP() AT TIME ZONE 'UTC')
             RETURNING id
                """,
                run_id,
                token,
                self.env.user.sudo().company_ids.ids,
                expired,
            )
        )
        held = [row[0] for row in self.env.cr.fetchall()]
        # Not before: where Odoo's caches are cold, a context of its own asks the database.
        run = self._alone().sudo().env["retainer.sync.run"].browse(held)
        run.invalidate_recordset(["lease_touches"], flush=False)
        return run

    def _lease_lost(self, run_id):
        return self.env._(
            "lease_lost: the run %s does not hold the lease of this company (any more). Begin a "
            "new run.",
            run_id,
        )

    # ------------------------------------------------------------------ documents

    @api.model
    def apply(self, company_id, run_id, token, documents):
        env, company = self._enter(company_id)
        run = self._held_run(run_id, token)
        if not run or run.company_id != company:
            raise UserError(self._lease_lost(run_id))
        if not isinstance(documents, list):
            raise UserError(self.env._("documents must be a list."))
        if len(documents) > MAX_DOCUMENTS:
            raise UserError(
                self.env._("At most %s documents may be sent in one call.", MAX_DOCUMENTS)
            )
        results = self._apply(env, company, documents)
        # However long that took, nobody could take the lease over meanwhile: its row is locked.
        # Renewed in the same transaction, it holds on from the moment that lets others look.
        lease = datetime.timedelta(seconds=run.lease_seconds)
        run.lease_until = max(run.lease_until, fields.Datetime.now() + lease)
        return {"results": results}

    def _apply(self, env, company, payloads):
        documents = [Document(payload) for payload in payloads]
        self._parse(env, company, documents)
        checks.classify(env, company, [doc for doc in documents if not doc.result])
        checks.check_references(env, company, [doc for doc in documents if not doc.result])
        checks.check_binds(env, [doc for doc in documents if not doc.result])
        as_read.check(env, company, [doc for doc in documents if not doc.result])
        checks.check_reconcile_lines(env, [doc for doc in documents if not doc.result])
        checks.check_line_reconciliations(env, documents)
        checks.refuse_units(documents)
        Writer(env, company).write_units([doc for doc in documents if not doc.result])
        return [document.result for document in documents]

    def _parse(self, env, company, documents):
        keys = Counter(document.key for document in documents)
        for document in documents:
            try:
                document.parse(env)
                if company_of(document.key) not in (None, company.id):
                    raise Refusal(
                        "other_company",
                        f"The key {document.key} is of another company than {company.name}.",
                    )
                if keys[document.key] > 1:
                    raise Refusal("refused", f"The key {document.key} is in the call twice.")
            except Refusal as refusal:
                document.refuse(refusal.code, refusal.reason)
                unit = document.payload.get("unit")
                if document.unit is None and isinstance(unit, str):
                    document.unit = unit

    @api.model
    def lookup(self, company_id, keys):
        env, company = self._enter(company_id)
        if not isinstance(keys, list) or not all(map(is_key, keys)):
            raise UserError(self.env._("keys must be a list of keys."))
        found = []
        for kind in schema.KINDS.values():
            records = checks.existing(env, company, kind, keys)
            found += [
                {
                    "key": key,
                    "kind": kind.name,
                    "id": record.id,
                    "name": name_of(record),
                    "fingerprint": record.retainer_fingerprint or "",
                    "state": record[kind.state],
                    "changed": bool(kind.has_content and record.retainer_changed),
                }
                for key, record in records.items()
            ]
        alive = {(row["kind"], row["key"]) for row in found}
        names = checks.kinds_by_model()
        for tombstone in env["retainer.tombstone"].search(
            [("company_id", "=", company.id), ("key", "in", keys)]
        ):
            kind = names.get(tombstone.kind)
            if kind and (kind.name, tombstone.key) not in alive:
                alive.add((kind.name, tombstone.key))
                found.append(
                    {
                        "key": tombstone.key,
                        "kind": kind.name,
                        "id": tombstone.res_id,
                        "name": tombstone.name or "",
                        "fingerprint": tombstone.fingerprint or "",
                        "state": "deleted",
                        "changed": True,
                    }
                )
        return found

    @api.model
    def defaults(self, company_id, engagement_ids):
        env, company = self._enter(company_id)
        if not isinstance(engagement_ids, list):
            raise UserError(self.env._("engagement_ids must be a list of ids."))
        ids = [self._checked_id(ref, "engagement_ids") for ref in engagement_ids]
        return defaults.of_engagements(env, company, ids)

    # ------------------------------------------------------------------ arguments

    def _run_values(self, company, as_of, owner):
        try:
            day = datetime.date.fromisoformat(as_of)
        except (TypeError, ValueError) as error:
            raise UserError(self.env._("as_of must be a date as YYYY-MM-DD.")) from error
        if not is_text(owner) or not owner:
            raise UserError(self.env._("owner must name the installation of the service."))
        return {"company_id": company.id, "as_of": day, "owner": owner[:200]}

    def _outcome(self, checksum, counters, log):
        counters = counters or {}
        if not isinstance(counters, dict) or not all(map(is_text, counters)):
            raise UserError(self.env._("counters must be an object."))
        if not all(type(number) is int for number in counters.values()):
            raise UserError(self.env._("counters must be whole numbers by name."))
        for text in (checksum or "", log or ""):
            if not is_text(text):
                raise UserError(self.env._("checksum and log must be text."))
        numbers = {
            column: counters[name]
            for name, column in COUNTERS.items()
            if name in counters and abs(counters[name]) < 2**31
        }
        return {"checksum": checksum or "", "counters": counters, "log": log or "", **numbers}

    def _checked_lease(self, seconds):
        if isinstance(seconds, bool) or not isinstance(seconds, int):
            raise UserError(self.env._("lease_seconds must be a whole number."))
        if not 0 < seconds <= MAX_LEASE_SECONDS:
            raise UserError(
                self.env._("lease_seconds must be from 1 to %s (one day).", MAX_LEASE_SECONDS)
            )
        return datetime.timedelta(seconds=seconds)

    def _checked_id(self, value, name):
        if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**31:
            raise UserError(self.env._("%s must be the id of a record.", name))
        return value
