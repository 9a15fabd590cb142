from odoo.tests import new_test_user, tagged
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

    def test_a_lot_says_who_drew_it_and_when_it_lapsed(self):
        first, second = self.make_entries(2, 1.5)
        lot = {
            "granted_on": "2025-03-01",
            "source": "allowance",
            "granted": 18000,
            "opening": 18000,
            "drawn": 12600,
            "lapsed": 5400,
            "closing": 0,
            "draws": [[first.id, 7200], [second.id, 5400], [99999999, 0]],
        }
        expired = {**lot, "expires_on": "2025-03-14"}
        kept = {**lot, "lapsed": 0, "closing": 5400}
        self.apply_one(self.period(lots=[lot, expired, kept]))
        lots = self.engagement.period_ids.lot_ids
        self.assertEqual(lots.mapped("lapsed_on"), [day("2025-03-31"), day("2025-03-14"), False])
        self.assertRegex(lots[0].draws_html, r"Consultant.*Work 1.*2:00.*Work 2.*1:30")
        self.assertIn("Time entry 99999999", lots[0].draws_html)
        # Whoever may not see other people's time sees its hours only.
        user = new_test_user(self.env, "retainer-lots", groups="retainer_billing.group_user")
        self.project.privacy_visibility = "followers"
        self.project.message_unsubscribe(user.partner_id.ids)
        lots.invalidate_recordset()
        self.assertIn("2:00", lots[0].with_user(user).draws_html)

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
