from odoo import Command, fields
from odoo.tests import Form, tagged

from .common import RetainerCommon, day


@tagged("post_install", "-at_install")
class TestEngagement(RetainerCommon):
    def test_end_before_start(self):
        with self.refused("ends before it starts"):
            self.make_engagement(date_end="2024-12-31")
        one_day = self.make_engagement(date_end="2025-01-01")
        self.assertEqual(one_day.date_end, one_day.date_start)

    def test_negative_markup(self):
        with self.refused("markup is negative"):
            self.make_engagement(recharge_markup=-5)

    def test_a_top_up_that_can_work(self):
        fits = {"use_advances": True, "top_up_amount": 1000, "top_up_below": 200}
        for words, values in (
            ("do not use advances", {**fits, "top_up_policy": "amount", "use_advances": False}),
            ("needs an amount and a limit", {**fits, "top_up_policy": "amount", "top_up_below": 0}),
            (
                "needs an amount and a limit",
                {**fits, "top_up_policy": "target", "top_up_amount": 0},
            ),
            ("below the limit", {**fits, "top_up_policy": "target", "top_up_amount": 199}),
            ("cannot be negative", {"top_up_below": -1}),
        ):
            with self.subTest(words), self.refused(words):
                self.make_engagement(**values)
        for policy in ("amount", "target"):
            self.assertEqual(
                self.make_engagement(top_up_policy=policy, **fits).top_up_policy, policy
            )

    def test_a_project_is_on_one_engagement_at_a_time(self):
        with self.refused("already on the engagement"):
            self.make_engagement(project_ids=[Command.set(self.project.ids)])
        self.engagement.date_end = "2025-06-30"
        successor = self.make_engagement(
            date_start="2025-07-01", project_ids=[Command.set(self.project.ids)]
        )
        self.assertEqual(successor.project_ids, self.project)
        with self.refused("already on the engagement"):
            successor.date_start = "2025-06-30"

    def test_the_currency_stays_with_the_terms(self):
        with self.refused("another currency|the engagement's currency"):
            self.engagement.currency_id = self.make_currency("EUR")

    def test_a_retainer_does_not_start_without_terms(self):
        bare = self.make_engagement(kind="retainer")
        with self.refused("no terms"):
            bare.action_start()
        bare.terms_ids = [Command.create({"date_start": "2025-01-01", "monthly_hours": 10})]
        bare.action_start()
        self.assertEqual(bare.state, "running")
        bare.action_pause()
        self.assertEqual(bare.state, "paused")
        bare.action_end()
        self.assertEqual(bare.state, "ended")
        self.assertTrue(bare.date_end)

    def test_an_engagement_with_statements_is_no_draft(self):
        self.apply_one(self.period())
        with self.refused("Pause it instead"):
            self.engagement.action_draft()

    def test_closed_until_follows_the_closed_months_only(self):
        self.assertFalse(self.engagement.closed_until)
        self.apply_one(self.period())
        self.assertFalse(self.engagement.closed_until)
        self.apply_one(self.period(fingerprint="p2", values={"state": "closed"}))
        self.assertEqual(self.engagement.closed_until, day("2025-03-31"))
        self.assertEqual(self.engagement.utilization, 112.0)

    def test_an_invoice_of_another_client_or_currency(self):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.other_client.id,
                "invoice_line_ids": [Command.create({"name": "x", "price_unit": 1})],
            }
        )
        with self.refused("Choose an engagement of this client"):
            move.retainer_engagement_id = self.engagement
        move.partner_id = self.client
        move.currency_id = self.make_currency("EUR")
        with self.refused("in its own currency"):
            move.retainer_engagement_id = self.engagement

    def test_the_billing_entity_may_be_another_company(self):
        self.engagement.invoice_partner_id = self.other_client
        result = self.apply_one(self.invoice(values={"partner_id": self.other_client.id}))
        self.assert_status(result, "created")

    def test_milestones_are_billed_once_and_settled_then(self):
        milestone = self.env["project.milestone"].create(
            {
                "name": "Design",
                "project_id": self.project.id,
                "retainer_engagement_id": self.engagement.id,
                "retainer_amount": 20000,
                "retainer_number": 2,
                "is_reached": True,
            }
        )
        bind = {"milestones": milestone.ids}
        self.assert_status(self.apply_one(self.invoice(bind=bind)), "created")
        self.assertEqual(milestone.retainer_move_id, self.move_of())
        with self.refused("is billed on"):
            milestone.retainer_amount = 1
        milestone.retainer_amount = 20000
        self.assert_status(
            self.apply_one(self.invoice("k/other", bind=bind)), "rejected", "already_billed"
        )

    def test_the_day_of_a_sign_off_is_kept_and_corrected_until_billed(self):
        milestone = self.env["project.milestone"].create(
            {
                "name": "Design",
                "project_id": self.project.id,
                "retainer_engagement_id": self.engagement.id,
                "retainer_amount": 20000,
            }
        )
        with Form(milestone) as form:
            form.is_reached = True
            self.assertEqual(str(form.reached_date), str(fields.Date.context_today(milestone)))
            form.reached_date = "2025-03-14"
        self.assertEqual(milestone.reached_date, day("2025-03-14"))
        with Form(milestone) as form:
            form.reached_date = "2025-03-13"
        self.assertEqual(milestone.reached_date, day("2025-03-13"))
        milestone.is_reached = False
        self.assertFalse(milestone.reached_date)
        # The day is known before anybody marks the milestone.
        milestone.reached_date = "2025-03-12"
        milestone.toggle_is_reached(True)
        self.assertEqual(milestone.reached_date, day("2025-03-12"))
        self.assertFalse(milestone.copy({"name": "Next"}).reached_date)
        self.apply(self.invoice(bind={"milestones": milestone.ids}))
        with self.refused("is billed on"):
            milestone.reached_date = "2025-03-11"
