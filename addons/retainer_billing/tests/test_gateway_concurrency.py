import time
from contextlib import closing
from unittest.mock import patch

import psycopg2
from odoo import SUPERUSER_ID, Command, api
from odoo.addons.retainer_billing.models.gateway import writer
from odoo.exceptions import ConcurrencyError, UserError
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

LOGIN = "retainer-service-concurrency"


@tagged("post_install", "-at_install", "retainer_concurrency")
class TestGatewayConcurrency(BaseCase):
    """Two real transactions at once. What they commit is removed at the end."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self.company_id = env.company.id
            self.user_id = (
                env["res.users"]
                .create(
                    {
                        "name": LOGIN,
                        "login": LOGIN,
                        "group_ids": [
                            Command.set(env.ref("retainer_billing.group_sync_service").ids)
                        ],
                        "company_id": self.company_id,
                        "company_ids": [Command.set([self.company_id])],
                    }
                )
                .id
            )
        self.addCleanup(self.clean)

    def clean(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["retainer.alert"].search([("key", "like", "concurrency/%")]).unlink()
            env["retainer.sync.run"].search([("owner", "like", "concurrency%")]).unlink()
            user = env["res.users"].browse(self.user_id)
            partner = user.partner_id
            user.unlink()
            partner.unlink()

    def gateway(self, cr):
        return api.Environment(cr, self.user_id, {})["retainer.gateway"]

    def begin(self, cr, owner="concurrency", seconds=600):
        return self.gateway(cr).begin_run(self.company_id, "2025-04-01", owner, seconds)

    def alert(self, number):
        return {
            "key": f"concurrency/{number}",
            "kind": "alert",
            "fingerprint": "a",
            "values": {"kind": "test", "message": "Only once"},
        }

    def apply(self, cr, run, *documents):
        return self.gateway(cr).apply(
            self.company_id, run["run_id"], run["token"], list(documents)
        )["results"]

    @mute_logger("odoo.sql_db")
    def test_two_never_hold_the_lease(self):
        with self.registry.cursor() as one, self.registry.cursor() as two:
            # Both transactions take their snapshot before either has written.
            one.execute("SELECT 1")
            two.execute("SELECT 1")
            self.assertIn("token", self.begin(one, "concurrency one"))
            one.commit()
            # Odoo's dispatcher repeats the call on this error, and then sees the holder.
            with self.assertRaises(ConcurrencyError):
                self.begin(two, "concurrency two")
            two.rollback()
            self.assertEqual(self.begin(two, "concurrency two")["held_by"], "concurrency one")

    @mute_logger("odoo.sql_db")
    def test_two_writes_of_one_run_do_not_double(self):
        with self.registry.cursor() as setup:
            run = self.begin(setup)
        with self.registry.cursor() as one, self.registry.cursor() as two:
            one.execute("SELECT 1")
            two.execute("SELECT 1")
            (first,) = self.apply(one, run, self.alert(1))
            self.assertEqual(first["status"], "created")
            one.commit()
            with self.assertRaises(psycopg2.errors.SerializationFailure):
                self.apply(two, run, self.alert(1))
            two.rollback()
            (second,) = self.apply(two, run, self.alert(1))
            self.assertEqual((second["status"], second["id"]), ("unchanged", first["id"]))
            two.commit()

    @mute_logger("odoo.sql_db")
    def test_a_take_over_waits_for_a_write_and_a_write_sees_a_take_over(self):
        with self.registry.cursor() as setup:
            run = self.begin(setup)
        with self.registry.cursor() as one, self.registry.cursor() as two:
            one.execute("SELECT 1")
            two.execute(
                "UPDATE retainer_sync_run SET state = 'failed' WHERE id = %s", (run["run_id"],)
            )
            two.commit()
            with self.assertRaises(psycopg2.errors.SerializationFailure):
                self.apply(one, run, self.alert(2))
            one.rollback()

    @mute_logger("odoo.sql_db")
    def test_a_batch_that_outlasts_its_lease_keeps_it(self):
        with self.registry.cursor() as setup:
            run = self.begin(setup, seconds=2)
        with self.registry.cursor() as one, self.registry.cursor() as two:
            write = writer.WRITE["alert"]

            def slow(env, company, documents):
                time.sleep(3)
                two.execute("SET LOCAL lock_timeout = '300ms'")
                # The lease is over, but its row belongs to the transaction that writes.
                try:
                    self.assertRaises(
                        psycopg2.errors.LockNotAvailable, self.begin, two, "concurrency two"
                    )
                finally:
                    two.rollback()
                return write(env, company, documents)

            with patch.dict(writer.WRITE, {"alert": slow}):
                (first,) = self.apply(one, run, self.alert(5))
            one.commit()
            self.assertEqual(first["status"], "created")
            self.assertEqual(self.begin(two, "concurrency two")["held_by"], "concurrency")

    @mute_logger("odoo.sql_db")
    def test_whoever_was_taken_over_writes_nothing(self):
        with self.registry.cursor() as setup:
            run = self.begin(setup, seconds=1)
        time.sleep(2.1)
        with self.registry.cursor() as two:
            heir = self.begin(two, "concurrency two")
        with self.registry.cursor() as one:
            with self.assertRaisesRegex(UserError, "lease_lost"):
                self.apply(one, run, self.alert(6))
            one.rollback()
            (result,) = self.apply(one, heir, self.alert(6))
            self.assertEqual(result["status"], "created")

    @mute_logger("odoo.sql_db")
    def test_a_key_that_appears_behind_our_back_is_found_on_the_second_try(self):
        with self.registry.cursor() as setup:
            run = self.begin(setup)
        with self.registry.cursor() as one, self.registry.cursor() as two:
            one.execute("SELECT 1")
            env = api.Environment(two, SUPERUSER_ID, {})
            env["retainer.alert"].create(
                {
                    "key": "concurrency/3",
                    "kind": "test",
                    "message": "x",
                    "company_id": self.company_id,
                    "retainer_fingerprint": "a",
                }
            )
            two.commit()
            with self.assertRaises(ConcurrencyError):
                self.apply(one, run, self.alert(3))
            one.rollback()
            (result,) = self.apply(one, run, self.alert(3))
            self.assertEqual(result["status"], "unchanged")
            one.rollback()

    @mute_logger("odoo.sql_db")
    def test_a_lost_database_is_no_refusal_of_a_document(self):
        """Rejected would mean that Odoo looked at it and said no."""
        with self.registry.cursor() as setup:
            run = self.begin(setup)
        with self.registry.cursor() as two, closing(self.registry.cursor()) as one:
            one.execute("SELECT pg_backend_pid()")
            (backend,) = one.fetchone()
            write = writer.WRITE["alert"]

            def lose(env, company, documents):
                two.execute("SELECT pg_terminate_backend(%s)", (backend,))
                return write(env, company, documents)

            with (
                patch.dict(writer.WRITE, {"alert": lose}),
                self.assertRaises((psycopg2.OperationalError, psycopg2.InterfaceError)),
            ):
                self.apply(one, run, self.alert(4))

    @mute_logger("odoo.sql_db")
    def test_time_that_a_person_changes_meanwhile_is_not_billed_as_it_was(self):
        """Neither is lost: the call is repeated, and sees the change."""
        with self.registry.cursor() as setup:
            run = self.begin(setup)
            env = api.Environment(setup, SUPERUSER_ID, {})
            client = env["res.partner"].create({"name": "Concurrent"})
            project = env["project.project"].create({"name": "Concurrent"})
            employee = env["hr.employee"].create({"name": "Concurrent"})
            entry = env["account.analytic.line"].create(
                {
                    "name": "Work",
                    "project_id": project.id,
                    "employee_id": employee.id,
                    "date": "2025-03-10",
                    "unit_amount": 8,
                }
            )
            made = [entry, project, employee, client]
        self.addCleanup(self.remove, made)
        bill = {
            "key": "concurrency/7",
            "kind": "move",
            "fingerprint": "a",
            "values": {"move_type": "out_invoice", "partner_id": client.id},
            "lines": [{"name": "Work", "price_unit": "100.00", "tax_ids": []}],
            "bind": {"entries": [entry.id]},
            "read": {"entries": [[entry.id, "2025-03-10", 28800, project.id]]},
        }
        with self.registry.cursor() as one, self.registry.cursor() as two:
            one.execute("SELECT 1")
            person = api.Environment(two, SUPERUSER_ID, {})
            person["account.analytic.line"].browse(entry.id).unit_amount = 1
            two.commit()
            with self.assertRaises(psycopg2.errors.SerializationFailure):
                self.apply(one, run, bill)
            one.rollback()
            (result,) = self.apply(one, run, bill)
            self.assertEqual((result["status"], result["code"]), ("rejected", "stale"))
            one.rollback()

    def remove(self, made):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            for records in made:
                env[records._name].browse(records.ids).unlink()
