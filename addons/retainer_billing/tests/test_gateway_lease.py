import datetime

from odoo import fields
from odoo.tests import tagged

from .common import RetainerCommon


@tagged("post_install", "-at_install")
class TestGatewayLease(RetainerCommon):
    def begin(self, owner="one", seconds=600):
        return self.gateway.begin_run(self.company.id, "2025-04-01", owner, seconds)

    def record(self, run):
        return self.env["retainer.sync.run"].browse(run["run_id"])

    def expire(self, run):
        self.record(run).lease_until = fields.Datetime.now() - datetime.timedelta(seconds=1)
        self.env.flush_all()

    def test_one_holder_at_a_time(self):
        run = self.begin()
        self.assertEqual(self.record(run).state, "running")
        held = self.begin("two")
        self.assertEqual(held["held_by"], "one")
        self.assertEqual(held["until"], fields.Datetime.to_string(self.record(run).lease_until))
        self.assertTrue(self.gateway.finish_run(run["run_id"], run["token"], "done"))
        self.assertIn("token", self.begin("two"))

    def test_companies_have_a_lease_each(self):
        other = self.make_company()
        self.service_user.company_ids |= other
        self.begin()
        run = self.gateway.begin_run(other.id, "2025-04-01", "one", 60)
        self.assertIn("token", run)

    def test_an_expired_lease_is_taken_over(self):
        first = self.begin()
        self.expire(first)
        second = self.begin("two")
        self.assertIn("token", second)
        self.assertEqual(self.record(first).state, "failed")
        self.assertEqual(self.record(first).log, "lease expired, taken over by two")
        self.assertFalse(self.gateway.renew_lease(first["run_id"], first["token"], 60))
        for call in (
            lambda: self.gateway.apply(
                self.company.id, first["run_id"], first["token"], [self.invoice()]
            ),
            lambda: self.gateway.finish_run(first["run_id"], first["token"], "done"),
        ):
            with self.refused("lease_lost"):
                call()
        self.assertFalse(self.move_of())

    def test_an_expired_lease_writes_nothing(self):
        run = self.begin()
        self.expire(run)
        with self.refused("lease_lost"):
            self.gateway.apply(self.company.id, run["run_id"], run["token"], [self.invoice()])
        self.assertFalse(self.move_of())
        # As long as nobody took over it may be renewed, and its end be recorded.
        self.assertTrue(self.gateway.renew_lease(run["run_id"], run["token"], 60))
        self.expire(run)
        self.assertTrue(self.gateway.finish_run(run["run_id"], run["token"], "failed"))

    def test_a_wrong_token_opens_nothing(self):
        run = self.begin()
        for token in ("wrong", "", None, 5, "a\x00"):
            with self.refused("lease_lost"):
                self.gateway.apply(self.company.id, run["run_id"], token, [self.invoice()])
            self.assertFalse(self.gateway.renew_lease(run["run_id"], token, 60))
        self.assertFalse(self.move_of())

    def test_the_token_is_not_readable(self):
        self.begin()
        fields_read = self.env["retainer.sync.run"].with_user(self.service_user).fields_get().keys()
        self.assertNotIn("lease_token", fields_read)

    def test_renewal_extends(self):
        run = self.begin(seconds=10)
        before = self.record(run).lease_until
        self.assertTrue(self.gateway.renew_lease(run["run_id"], run["token"], 3600))
        self.assertGreater(self.record(run).lease_until, before)

    def test_a_write_renews_as_long_as_the_lease_was_asked_for(self):
        run = self.begin(seconds=10)
        self.gateway.renew_lease(run["run_id"], run["token"], 3600)
        soon = fields.Datetime.now() + datetime.timedelta(seconds=5)
        self.record(run).lease_until = soon
        self.env.flush_all()
        self.gateway.apply(self.company.id, run["run_id"], run["token"], [])
        left = self.record(run).lease_until - fields.Datetime.now()
        self.assertGreater(left, datetime.timedelta(seconds=3500))
        self.record(run).lease_until += datetime.timedelta(days=1)
        later = self.record(run).lease_until
        self.gateway.apply(self.company.id, run["run_id"], run["token"], [])
        self.assertEqual(self.record(run).lease_until, later)

    def test_the_outcome_is_kept(self):
        run = self.begin()
        self.gateway.finish_run(
            run["run_id"],
            run["token"],
            "done",
            checksum="abc",
            counters={"created": 3, "unchanged": 40, "conflict": 1, "rejected": 2, "issues": 5},
            log="all well",
        )
        record = self.record(run)
        self.assertEqual((record.state, record.checksum, record.log), ("done", "abc", "all well"))
        self.assertEqual(
            (
                record.created_count,
                record.unchanged_count,
                record.conflict_count,
                record.rejected_count,
                record.issue_count,
            ),
            (3, 40, 1, 2, 5),
        )
        self.assertTrue(record.finished_at)
        self.assertIn("unchanged: 40", record.counters_text)
        with self.refused("lease_lost"):
            self.gateway.finish_run(run["run_id"], run["token"], "done")

    def test_a_run_with_nothing_to_do_needs_no_lease(self):
        self.begin()
        run_id = self.gateway.record_run(
            self.company.id, "2025-04-01", "one", "abc", {"unchanged": 7}, "nothing to do"
        )
        record = self.env["retainer.sync.run"].browse(run_id)
        self.assertEqual((record.state, record.unchanged_count), ("done", 7))

    def test_hello(self):
        answer = self.gateway.hello()
        self.assertEqual(answer["contract"], 1)
        self.assertEqual(answer["addon_version"], "19.0.1.0.0")
        self.assertEqual(answer["server_version"], "19.0")
        self.assertEqual(answer["user"], "retainer-service")
        self.assertEqual(answer["companies"], [{"id": self.company.id, "name": self.company.name}])
