from odoo import Command
from odoo.addons.retainer_billing.models.gateway.readings import seconds_of
from odoo.tests import tagged

from .common import RetainerCommon


@tagged("post_install", "-at_install")
class TestGatewayAsRead(RetainerCommon):
    """What people change between the service's look and its call is not billed as it was."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.entries = cls.make_entries(8, 2.1)
        cls.milestone = cls.env["project.milestone"].create(
            {
                "name": "Design",
                "project_id": cls.project.id,
                "retainer_engagement_id": cls.engagement.id,
                "retainer_amount": 300,
                "is_reached": True,
                "reached_date": "2025-03-20",
            }
        )
        cls.purchase = (
            cls.env["purchase.order"]
            .create(
                {
                    "partner_id": cls.other_client.id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": cls.service_product.id,
                                "product_qty": 3,
                                "price_unit": 10,
                                "discount": 5,
                            }
                        )
                    ],
                }
            )
            .order_line
        )
        cls.block = cls.env["retainer.hour.block"].create(
            {"engagement_id": cls.engagement.id, "date": "2025-03-03", "hours": 10, "price": 900}
        )
        cls.order = cls.env["retainer.change.order"].create(
            {"name": "More", "engagement_id": cls.engagement.id, "hourly_rate": 150}
        )

    def assert_stale(self, bind, change, words):
        """A document is written as read, and set aside once the record was changed."""
        read = self.invoice("k/1", bind=bind, post=False)
        read["read"] = self.read_now(read)
        change()
        self.env.flush_all()
        with self.subTest(words):
            stale, beside = self.apply(read, self.invoice("k/beside", fingerprint=words))
            self.assert_status(stale, "rejected", "stale")
            self.assertIn(words, stale["reason"])
            self.assertIn("The next run bills it as it is now.", stale["reason"])
            self.assertNotEqual(beside["status"], "rejected")
        fresh = {**read, "read": self.read_now(read)}
        self.assert_status(self.apply_one(fresh), "created")
        self.move_of("k/1").unlink()
        self.env["retainer.tombstone"].search([]).unlink()

    def test_time_that_was_changed(self):
        entry, bind = self.entries[0], {"entries": self.entries.ids}
        other = self.env["project.project"].create({"name": "Elsewhere"})
        for values, words in (
            ({"unit_amount": 1}, "hours 8:00 → 1:00"),
            ({"unit_amount": 1 + 1 / 3600}, "hours 1:00 → 1:00:01"),
            ({"date": "2025-04-01"}, "day 2025-03-10 → 2025-04-01"),
            ({"retainer_change_order_id": self.order.id}, "change order none →"),
            ({"project_id": other.id, "task_id": False}, "project"),
        ):
            self.assert_stale(bind, lambda values=values: entry.write(values), words)

    def test_a_person_of_another_job(self):
        job = self.env["hr.job"].create({"name": "Senior"})
        self.assert_stale(
            {"entries": self.entries.ids}, lambda: self.employee.write({"job_id": job.id}), "job"
        )

    def test_time_that_was_marked_as_not_counted(self):
        document = self.invoice(bind={"entries": self.entries.ids})
        document["read"] = self.read_now(document)
        self.entries[0].retainer_non_billable = True
        result = self.apply_one(document)
        self.assert_status(result, "rejected", "stale")
        self.assertIn("was marked as not counted", result["reason"])

    def test_a_statement_of_other_time(self):
        document = self.period(values={"state": "closed"}, bind={"entries": self.entries.ids})
        document["read"] = self.read_now(document)
        self.entries[1].unit_amount = 2.2
        bill = self.invoice(unit=document["unit"])
        counted, billed = self.apply(document, bill)
        self.assert_status(counted, "rejected", "stale")
        self.assert_status(billed, "rejected", "unit")
        self.assertFalse(self.entries.retainer_period_id)
        document["read"] = self.read_now(document)
        counted, billed = self.apply(document, bill)
        self.assert_status(counted, "created")
        self.assert_status(billed, "created")

    def test_a_milestone_that_was_changed(self):
        bind = {"milestones": self.milestone.ids}
        for values, words in (
            ({"retainer_amount": 111}, "amount 300 → 111"),
            ({"reached_date": "2025-03-21"}, "signed off on 2025-03-20 → 2025-03-21"),
            ({"is_reached": False}, "signed off on 2025-03-21 → none"),
            ({"retainer_amount": 0, "retainer_percent": 12.5}, "amount 111 → 0"),
            ({"retainer_quantity": 2, "retainer_percent": 0}, "percent 12.5 → 0"),
            ({"retainer_unit_price": 40}, "unit price 0 → 40"),
        ):
            self.assert_stale(bind, lambda values=values: self.milestone.write(values), words)

    def test_a_purchase_that_was_changed(self):
        bind = {"purchases": [[self.purchase.id, "1"]]}
        for values, words in (
            ({"price_unit": 12}, "cost of a unit 9.5 → 11.4"),
            ({"discount": 0}, "cost of a unit 11.4 → 12"),
            ({"retainer_recharged_qty": 0.5}, "recharged before 0 → 0.5"),
        ):
            self.assert_stale(bind, lambda values=values: self.purchase.write(values), words)

    def test_a_block_and_approved_overage_that_were_changed(self):
        self.assert_stale(
            {"hour_blocks": self.block.ids}, lambda: self.block.write({"price": 800}), "price 900"
        )
        self.assert_stale(
            {"change_orders": self.order.ids},
            lambda: self.order.write({"hourly_rate": 120}),
            "hourly rate 150 → 120",
        )

    def test_hours_are_rounded_to_seconds_half_up(self):
        for hours, seconds in (
            (0.1, 360),
            (1 / 3, 1200),
            (2.675, 9630),
            (0.0001388, 0),
            (0.00013888888888888889, 1),
            (-0.00013888888888888889, -1),
            (0.00041666666666666669, 2),
            (1e-12, 0),
            (7.9999999999, 28800),
            (24.000138888888888, 86400),
            (24.00013888888889, 86401),
        ):
            self.assertEqual(seconds_of(hours), seconds, hours)

    # ------------------------------------------------------------------ parts

    def part(self, key, seconds, **changes):
        entry = self.entries[0].id
        return self.invoice(key, bind={"entry_seconds": [[entry, seconds]]}, **changes)

    def test_a_part_is_added_once_by_a_plan(self):
        one, other = self.part("k/1", 3600), self.part("k/2", 3600)
        for document in (one, other):
            document["read"] = self.read_now(document)
        first, second = self.apply(one, other)
        self.assert_status(first, "created")
        self.assert_status(second, "rejected", "stale")
        late = self.apply_one(other)
        self.assert_status(late, "rejected", "stale")
        self.assertIn("billed before 0:00 → 1:00", late["reason"])
        self.assertEqual(self.entries[0].retainer_billed_seconds, 3600)

    def test_no_more_than_there_is(self):
        entry, terms = self.entries[0], self.engagement.terms_ids[:1]
        self.env["retainer.terms"].search([]).time_increment = 0
        result = self.read_and_apply_one(self.part("k/1", 28801))
        self.assert_status(result, "rejected", "refused")
        self.assertIn("there is 28800 of it", result["reason"])
        self.assert_status(self.read_and_apply_one(self.part("k/1", 28000)), "created")
        self.assert_status(self.read_and_apply_one(self.part("k/2", 801)), "rejected", "refused")
        self.assert_status(self.read_and_apply_one(self.part("k/2", -28001)), "rejected", "refused")
        # Time may be rounded up, and weighed by who did the work.
        terms.time_increment = 15
        self.assert_status(self.read_and_apply_one(self.part("k/2", 801)), "created")
        self.assertEqual(entry.retainer_billed_seconds, 28801)
        back = self.make_entries(-1)
        bind = {"entry_seconds": [[back.id, -3600]]}
        result = self.read_and_apply_one(self.invoice("k/3", bind=bind))
        self.assert_status(result, "created")

    def test_no_more_of_a_purchase_than_was_ordered(self):
        bind = {"purchases": [[self.purchase.id, "3.5"]]}
        result = self.read_and_apply_one(self.invoice("k/1", bind=bind))
        self.assert_status(result, "rejected", "refused")
        bind = {"purchases": [[self.purchase.id, "-0.5"]]}
        result = self.read_and_apply_one(self.invoice("k/1", bind=bind))
        self.assert_status(result, "rejected", "refused")
        bind = {"purchases": [[self.purchase.id, "3"]]}
        self.assert_status(self.read_and_apply_one(self.invoice("k/1", bind=bind)), "created")

    def test_bad_readings(self):
        one, two = self.entries.ids
        bind = {"entries": [one], "entry_seconds": [[two, 60]]}
        good = self.read_now({"bind": bind})["entries"]
        for number, read in enumerate(
            (
                {},
                {"entries": good[:1]},
                {"entries": "all"},
                {"entries": {"1": 2}},
                {"entries": [5]},
                {"entries": [[]]},
                {"entries": [["1"]]},
                {"entries": [[True]]},
                {"entries": [*good, good[0]]},
                {"entries": [*good, [2**30]]},
                {"entries": [[one, 20250310], good[1]]},
                {"entries": [[one, "2025-03-10", 1.5], good[1]]},
                {"entries": [[one, "2025-03-10", 1, {}], good[1]]},
                {"entries": [[one, *range(20)], good[1]]},
            )
        ):
            with self.subTest(str(read)):
                result = self.apply_one(self.invoice(f"k/{number}", bind=bind, read=read))
                self.assert_status(result, "rejected", "refused")
        twice = {"entries": [one], "entry_seconds": [[two, 60], [two, 60]]}
        result = self.apply_one(self.invoice("k/x", bind=twice, read={"entries": good}))
        self.assert_status(result, "rejected", "refused")
        self.assertIn("twice", result["reason"])
        for read in ({"milestones": [[1]]}, {"users": [[1]]}):
            result = self.apply_one(self.invoice("k/x", bind=bind, read=read))
            self.assert_status(result, "rejected", "field_not_allowed")
