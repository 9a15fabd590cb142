import datetime

from odoo.tests import tagged

from .common import RetainerCommon


@tagged("post_install", "-at_install")
class TestTerms(RetainerCommon):
    def make(self, **values):
        return self.env["retainer.terms"].create(
            {"engagement_id": self.engagement.id, "date_start": "2025-07-01", **values}
        )

    def assert_refused(self, words, **values):
        with self.refused(words):
            self.make(**values)

    def test_a_row_is_in_force_until_the_next_one(self):
        first = self.engagement.terms_ids
        self.assertFalse(first.date_end)
        later = self.make()
        self.assertEqual(first.date_end, datetime.date(2025, 6, 30))
        self.assertFalse(later.date_end)
        self.engagement.date_end = "2025-12-31"
        self.assertEqual(later.date_end, datetime.date(2025, 12, 31))

    def test_the_same_first_day_is_an_overlap(self):
        self.assert_refused("overlap", date_start="2025-01-01")

    def test_negative_numbers(self):
        for name in ("monthly_hours", "monthly_fee", "hourly_rate", "overage_rate", "max_rollover"):
            with self.subTest(name):
                self.assert_refused("cannot be negative", **{name: -1})
        for name in ("rollover_months", "time_increment"):
            with self.subTest(name):
                self.assert_refused("cannot be negative", **{name: -1})

    def test_months_per_invoice(self):
        self.assert_refused("1, 3, 6 or 12", billing_months=2)
        for number, months in enumerate((1, 3, 6, 12)):
            self.make(date_start=f"2026-0{number + 1}-01", billing_months=months)

    def test_expected_breakage_is_a_percentage(self):
        self.assert_refused("0 to 100", expected_breakage=100.5)
        self.assert_refused("0 to 100", expected_breakage=-1)
        self.assertEqual(self.make(expected_breakage=100).expected_breakage, 100)

    def test_alert_thresholds(self):
        for number, text in enumerate(("50,75,90,100", "50, 120", "80", "")):
            self.make(date_start=f"2026-0{number + 1}-01", alert_thresholds=text)
        for text in ("50;75", "half", "50,,75", "-5", "0", "50.5", "1000"):
            with self.subTest(text):
                self.assert_refused("50,75,90,100", alert_thresholds=text)

    def test_currency_is_the_engagements(self):
        self.assertEqual(self.make().currency_id, self.engagement.currency_id)
        other = self.make_currency("EUR")
        self.assert_refused(
            "Use the engagement's currency", date_start="2026-01-01", currency_id=other.id
        )

    def test_terms_do_not_start_after_the_end(self):
        self.engagement.date_end = "2025-06-30"
        self.assert_refused("after the engagement")
