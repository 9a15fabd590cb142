from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import RetainerCommon, day


@tagged("post_install", "-at_install")
class TestPeriodAndBlocks(RetainerCommon):
    def test_hours_are_shown_and_seconds_are_kept(self):
        self.apply_one(self.period(values={"used_seconds": 5430}))
        period = self.engagement.period_ids
        self.assertEqual(period.used_seconds, 5430)
        self.assertAlmostEqual(period.used, 1.508333, 6)
        self.assertEqual(period.allocated, 40)
        self.assertEqual(period.lot_ids.granted_hours, 40)
        self.assertEqual(period.fee, 5000)

    def test_a_closed_statement_never_changes(self):
        self.apply_one(self.period(values={"state": "closed"}))
        period = self.engagement.period_ids
        for change in (
            lambda: period.write({"used_seconds": 0}),
            lambda: period.lot_ids.write({"drawn": 0}),
            lambda: period.lot_ids.unlink(),
            lambda: self.env["retainer.period.lot"].create(
                {"period_id": period.id, "granted_on": "2025-03-01"}
            ),
            lambda: period.unlink(),
        ):
            with self.refused("closed and never changes"):
                change()

    def test_one_statement_per_month(self):
        self.apply_one(self.period())
        with mute_logger("odoo.sql_db"):
            result = self.apply_one(self.period("k/period/again"))
        self.assert_status(result, "rejected", "refused")
        self.assertIn("for this month", result["reason"])

    def test_a_block_takes_the_rate_in_force_and_keeps_its_price(self):
        block = self.env["retainer.hour.block"].create(
            {"engagement_id": self.engagement.id, "date": "2025-03-01", "hours": 10}
        )
        self.assertEqual(block.price, 1500)
        self.engagement.terms_ids.hourly_rate = 200
        self.assertEqual(block.price, 1500)
        block.price = 1200
        self.assertEqual(block.price, 1200)

    def test_blocks_reject_nonsense(self):
        for words, values in (
            ("more than 0 hours", {"hours": 0}),
            ("cannot be negative", {"hours": 1, "price": -1}),
            ("expires before", {"hours": 1, "date": "2025-03-02", "expiry_date": "2025-03-01"}),
        ):
            with (
                self.subTest(words),
                self.refused(words),
            ):
                self.env["retainer.hour.block"].create(
                    {"engagement_id": self.engagement.id, **values}
                )

    def test_an_invoiced_block_is_settled(self):
        block = self.env["retainer.hour.block"].create(
            {"engagement_id": self.engagement.id, "date": "2025-03-01", "hours": 10}
        )
        self.assert_status(self.apply_one(self.invoice(bind={"hour_blocks": block.ids})), "created")
        self.assertEqual(block.move_id, self.move_of())
        with self.refused("already invoiced"):
            block.hours = 20
        with self.refused("already invoiced"):
            block.unlink()
        block.expiry_date = day("2025-12-31")
