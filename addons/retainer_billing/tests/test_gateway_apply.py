from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from .common import SERVICE, RetainerCommon, day


@tagged("post_install", "-at_install")
class TestGatewayApply(RetainerCommon):
    def test_an_invoice_is_written_and_posted(self):
        entries = self.make_entries(2, 4)
        result = self.apply_one(self.invoice(bind={"entries": entries.ids}))
        self.assert_status(result, "created")
        move = self.move_of()
        self.assertEqual(result["id"], move.id)
        self.assertEqual(result["name"], move.name)
        self.assertFalse(result["replaced"])
        self.assertEqual((move.state, move.amount_untaxed), ("posted", 1050))
        self.assertEqual(move.invoice_date, day("2025-03-31"))
        self.assertEqual(move.retainer_service_start, day("2025-03-01"))
        self.assertEqual(entries.retainer_move_id, move)
        self.assertFalse(move.retainer_changed)
        self.assertEqual(move.retainer_content, move.retainer_content_written)
        self.assertIn("6:00 h over", move.retainer_explanation_html)
        self.assertEqual(move.create_uid, self.service_user)

    def test_the_due_date_does_not_depend_on_the_day_of_the_run(self):
        terms = self.env["account.payment.term"].create(
            {
                "name": "Net 30",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 100, "nb_days": 30})
                ],
            }
        )
        self.apply(
            self.invoice(),
            self.invoice("k/terms", values={"invoice_payment_term_id": terms.id}),
            self.invoice("k/given", values={"invoice_date_due": "2025-05-15"}),
        )
        self.assertEqual(self.move_of().invoice_date_due, day("2025-03-31"))
        self.assertEqual(self.move_of("k/terms").invoice_date_due, day("2025-04-30"))
        self.assertEqual(self.move_of("k/given").invoice_date_due, day("2025-05-15"))
        self.client.property_payment_term_id = terms
        self.apply(self.invoice("k/own"))
        self.assertEqual(self.move_of("k/own").invoice_date_due, day("2025-04-30"))

    def test_a_draft_is_left_for_review(self):
        self.assert_status(self.apply_one(self.invoice(post=False)), "created")
        self.assertEqual(self.move_of().state, "draft")
        # Finance switches the policy to posting: the same content is posted now.
        result = self.apply_one(self.invoice(post=True))
        self.assert_status(result, "created")
        self.assertEqual(self.move_of().state, "posted")
        self.assert_status(self.apply_one(self.invoice(post=True)), "unchanged")

    def test_entries_go_to_the_journal_of_retainers(self):
        self.apply_one(self.entry("k/rec", self.unearned, self.income, "100.00"))
        move = self.move_of("k/rec")
        self.assertEqual(move.journal_id, self.company.retainer_journal_id)
        self.assertEqual(move.state, "posted")
        self.assertEqual(sorted(move.line_ids.mapped("balance")), [-100, 100])

    def test_invoices_go_to_the_chosen_sales_journal(self):
        journal = self.sale_journal.copy({"code": "RETI"})
        self.company.retainer_invoice_journal_id = journal
        self.apply_one(self.invoice())
        self.assertEqual(self.move_of().journal_id, journal)

    def test_the_same_again_changes_nothing(self):
        entries = self.make_entries(6)
        documents = [
            self.invoice(bind={"entries": entries.ids}),
            self.invoice("k/draft", post=False),
            self.entry("k/rec", self.unearned, self.income, "100.00"),
            self.period(),
            self.period(
                "k/period/2025-02",
                values={"date_start": "2025-02-01", "date_end": "2025-02-28", "state": "closed"},
                bind={"entries": entries.ids},
            ),
            self.alert(),
            self.change_order(),
            self.quotation(),
        ]
        first = self.apply(*documents)
        self.assertEqual({result["status"] for result in first}, {"created"})
        self.age_everything()
        before = self.write_dates()
        second = self.apply(*documents)
        self.assertEqual({result["status"] for result in second}, {"unchanged"})
        self.assertEqual([result["id"] for result in second], [result["id"] for result in first])
        self.assertEqual(self.write_dates(), before)

    TABLES = (
        "account_move",
        "account_move_line",
        "account_analytic_line",
        "retainer_period",
        "retainer_period_lot",
        "retainer_engagement",
        "retainer_alert",
        "retainer_change_order",
        "sale_order",
        "sale_order_line",
    )

    def age_everything(self):
        """The whole test is one transaction, so write dates tell nothing unless they are old."""
        for table in self.TABLES:
            self.env.cr.execute(
                SQL("UPDATE %s SET write_date = '2025-01-01'", SQL.identifier(table))
            )
        self.env.invalidate_all()

    def write_dates(self):
        found = {}
        for table in self.TABLES:
            self.env.cr.execute(
                SQL("SELECT id, write_date FROM %s ORDER BY id", SQL.identifier(table))
            )
            found[table] = self.env.cr.fetchall()
        return found

    def test_the_unchanged_check_does_not_grow(self):
        few = [self.invoice(f"k/{number}") for number in range(3)]
        many = [self.invoice(f"k/{number}") for number in range(30)]
        self.apply(*many)
        run = self.lease

        def count(documents):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.gateway.apply(self.company.id, run["run_id"], run["token"], documents)
            return self.env.cr.sql_log_count - start

        count(few)
        self.assertEqual(count(many), count(few))

    def test_our_untouched_draft_is_rewritten(self):
        entries = self.make_entries(2, 4)
        self.apply_one(self.invoice(post=False, bind={"entries": entries[:1].ids}))
        move = self.move_of()
        document = self.invoice(post=False, fingerprint="f2", bind={"entries": entries[1:].ids})
        document["lines"][0]["quantity"] = "7"
        document["expect"]["amount_untaxed"] = "1225"
        result = self.apply_one(document)
        self.assert_status(result, "created")
        self.assertTrue(result["replaced"])
        self.assertEqual(result["id"], move.id)
        self.assertEqual((move.amount_untaxed, len(move.invoice_line_ids)), (1225, 1))
        self.assertEqual(move.retainer_fingerprint, "f2")
        self.assertFalse(move.retainer_changed)
        self.assertFalse(entries[0].retainer_move_id)
        self.assertEqual(entries[1].retainer_move_id, move)
        self.assert_status(self.apply_one(document), "unchanged")

    def test_an_open_period_is_rewritten_with_its_lots(self):
        self.apply_one(self.period())
        changed = self.period(fingerprint="p2", values={"used_seconds": 3600})
        changed["lots"] = [
            {"granted_on": "2025-02-01", "source": "allowance", "expires_on": "2025-04-30"},
            {"granted_on": "2025-03-01", "source": "deficit", "granted": -3600},
        ]
        result = self.apply_one(changed)
        self.assert_status(result, "created")
        self.assertTrue(result["replaced"])
        period = self.engagement.period_ids
        self.assertEqual(period.used, 1)
        self.assertEqual(period.lot_ids.mapped("source"), ["allowance", "deficit"])
        self.assertEqual(period.lot_ids[0].expires_on, day("2025-04-30"))

    def test_a_closed_period_is_not_touched(self):
        entries = self.make_entries(1)
        closed = self.period(values={"state": "closed"}, bind={"entries": entries.ids})
        self.assert_status(self.apply_one(closed), "created")
        self.assertEqual(self.engagement.period_ids.state, "closed")
        self.assertEqual(self.engagement.period_ids.lot_ids.granted_hours, 40)
        self.assert_status(self.apply_one(closed), "unchanged")
        self.assert_status(
            self.apply_one({**closed, "fingerprint": "p2"}), "rejected", "period_closed"
        )

    # ------------------------------------------------------------------ units

    def test_a_unit_is_written_together_or_not_at_all(self):
        entries = self.make_entries(6)
        bad = self.invoice(unit="u", expect={"amount_untaxed": "1049.99"})
        month = self.period(unit="u", values={"state": "closed"}, bind={"entries": entries.ids})
        fine = self.invoice("k/fine")
        first, second, third = self.apply(bad, month, fine)
        self.assert_status(first, "rejected", "expect_differs")
        self.assert_status(second, "rejected", "unit")
        self.assert_status(third, "created")
        self.assertFalse(self.move_of())
        self.assertFalse(self.engagement.period_ids)
        self.assertFalse(entries.retainer_period_id)
        good = self.invoice(unit="u")
        self.assertEqual(
            [result["status"] for result in self.apply(good, month)], ["created", "created"]
        )

    def test_a_unit_waits_for_a_conflict_too(self):
        self.apply_one(self.invoice())
        conflicting = self.invoice(unit="u", fingerprint="f2")
        first, second = self.apply(conflicting, self.period(unit="u"))
        self.assert_status(first, "conflict", "posted_differs")
        self.assert_status(second, "rejected", "unit")

    @mute_logger("odoo.sql_db")
    def test_one_bad_document_does_not_stop_the_others(self):
        documents = [self.invoice(f"k/{number}") for number in range(20)]
        # Odoo itself refuses this one, and only when everything is posted.
        documents[7]["lines"][0]["price_unit"] = "-175"
        documents[7]["expect"] = {}
        # The database refuses this one.
        documents[11]["values"]["retainer_service_end"] = "2025-01-01"
        results = self.apply(*documents)
        self.assertEqual(
            [number for number, result in enumerate(results) if result["status"] != "created"],
            [7, 11],
        )
        self.assert_status(results[7], "rejected", "refused")
        self.assertIn("negative total amount", results[7]["reason"])
        self.assert_status(results[11], "rejected", "refused")
        self.assertIn("ends before it starts", results[11]["reason"])
        self.assertEqual(len(self.move_of("k/0").search([("retainer_key", "like", "k/")])), 18)

    # ------------------------------------------------------------------ what was planned

    def test_a_lock_date_moves_nothing_in_silence(self):
        self.company.fiscalyear_lock_date = "2025-03-31"
        locked, free = self.apply(
            self.invoice(),
            self.invoice(
                "k/free", values={"invoice_date": "2025-04-01"}, expect={"date": "2025-04-01"}
            ),
        )
        self.assert_status(locked, "rejected", "expect_differs")
        self.assertIn("lock date", locked["reason"])
        self.assertIn("planned was 2025-03-31", locked["reason"])
        self.assert_status(free, "created")
        self.assertFalse(self.move_of())

    def test_totals_are_compared_to_the_cent(self):
        for name, value in (
            ("amount_untaxed", "1050.01"),
            ("amount_total", "1049.99"),
            ("invoice_date", "2025-04-01"),
        ):
            with self.subTest(name):
                result = self.apply_one(self.invoice(expect={name: value}))
                self.assert_status(result, "rejected", "expect_differs")
        self.assert_status(
            self.apply_one(
                self.invoice(expect={"amount_tax": "0.00", "invoice_date": "2025-03-31"})
            ),
            "created",
        )
        entry = self.entry("k/rec", self.unearned, self.income, "100.00")
        self.assert_status(
            self.apply_one({**entry, "expect": {"amount_untaxed": "99.99"}}),
            "rejected",
            "expect_differs",
        )
        self.assert_status(
            self.apply_one({**entry, "expect": {"amount_untaxed": "100"}}), "created"
        )

    # ------------------------------------------------------------------ binding

    def test_nothing_is_billed_twice(self):
        entries = self.make_entries(2, 4)
        self.apply_one(self.invoice(bind={"entries": entries[:1].ids}))
        result = self.apply_one(self.invoice("k/second", bind={"entries": entries.ids}))
        self.assert_status(result, "rejected", "already_billed")
        self.assertIn(f"account.analytic.line,{entries[0].id}", result["reason"])
        one, two = self.apply(
            self.invoice("k/one", bind={"entries": entries[1:].ids}),
            self.invoice("k/two", bind={"entries": entries[1:].ids}),
        )
        self.assert_status(one, "created")
        self.assert_status(two, "rejected", "already_billed")

    def test_time_counts_once_and_may_be_billed_as_well(self):
        entries = self.make_entries(6)
        bind = {"entries": entries.ids}
        month = self.period(values={"state": "closed"}, bind=bind)
        results = self.apply(month, self.invoice(bind=bind))
        self.assertEqual([result["status"] for result in results], ["created", "created"])
        self.assertTrue(entries.retainer_period_id and entries.retainer_move_id)
        again = self.period(
            "k/april",
            values={"date_start": "2025-04-01", "date_end": "2025-04-30", "state": "closed"},
            bind=bind,
        )
        self.assert_status(self.apply_one(again), "rejected", "already_billed")

    def test_a_cost_line_is_no_time_entry(self):
        plan = self.env["account.analytic.plan"].create({"name": "Plan"})
        account = self.env["account.analytic.account"].create({"name": "A", "plan_id": plan.id})
        cost = self.env["account.analytic.line"].create(
            {"name": "Train", "account_id": account.id, "amount": -50}
        )
        result = self.apply_one(self.invoice(bind={"entries": cost.ids}))
        self.assert_status(result, "rejected", "unknown_record")

    def test_purchases_are_recharged_once(self):
        order = self.env["purchase.order"].create(
            {
                "partner_id": self.other_client.id,
                "order_line": [
                    Command.create(
                        {"product_id": self.service_product.id, "product_qty": 1, "price_unit": 80}
                    )
                ],
            }
        )
        bind = {"purchase_lines": order.order_line.ids}
        self.assert_status(self.apply_one(self.invoice(bind=bind)), "created")
        self.assertEqual(order.order_line.retainer_move_id, self.move_of())
        self.assert_status(
            self.apply_one(self.invoice("k/b", bind=bind)), "rejected", "already_billed"
        )

    # ------------------------------------------------------------------ other kinds

    def alert(self, **changes):
        values = {
            "kind": "hours_90",
            "severity": "warning",
            "engagement_id": self.engagement.id,
            "message": "90 % of the hours are used.",
            **changes.pop("values", {}),
        }
        return {
            "key": "k/alert",
            "kind": "alert",
            "fingerprint": "a1",
            "values": values,
            **changes,
        }

    def change_order(self, **changes):
        values = {
            "name": "Overage, March 2025",
            "engagement_id": self.engagement.id,
            "hourly_rate": "175.00",
            "hours_cap": "6",
            **changes.pop("values", {}),
        }
        return {
            "key": "k/co",
            "kind": "change_order",
            "fingerprint": "c1",
            "values": values,
            **changes,
        }

    def quotation(self, **changes):
        return {
            "key": "k/quote",
            "kind": "quotation",
            "fingerprint": "q1",
            "values": {
                "partner_id": self.client.id,
                "retainer_engagement_id": self.engagement.id,
                "require_signature": True,
            },
            "lines": [
                {
                    "name": "Landing pages",
                    "product_id": self.service_product.id,
                    "quantity": "14",
                    "price_unit": "150.00",
                    "tax_ids": [],
                }
            ],
            **changes,
        }

    def test_an_alert_is_raised_once(self):
        self.assert_status(self.apply_one(self.alert()), "created")
        alert = self.env["retainer.alert"].search([("key", "=", "k/alert")])
        activity = alert.activity_id
        self.assertEqual(activity.user_id, self.engagement.user_id)
        self.assertEqual(activity.res_model, "retainer.engagement")
        self.assertEqual(activity.res_id, self.engagement.id)
        self.assert_status(self.apply_one(self.alert()), "unchanged")
        self.apply_one(self.alert(fingerprint="a2", values={"message": "91 %"}))
        self.assertEqual(alert.activity_id, activity)
        self.assertEqual(alert.message, "91 %")
        self.apply_one(self.alert(fingerprint="a3", values={"state": "done"}))
        self.assertEqual(alert.state, "done")
        self.assertFalse(activity.exists())

    def test_a_dismissed_alert_stays_away(self):
        self.apply_one(self.alert())
        alert = self.env["retainer.alert"].search([("key", "=", "k/alert")])
        user = new_test_user(self.env, login="am", groups="retainer_billing.group_user")
        alert.with_user(user).action_done()
        self.assertEqual((alert.state, alert.dismissed_by), ("done", user))
        self.apply_one(self.alert(fingerprint="a2", values={"state": "open", "message": "95 %"}))
        self.assertEqual(alert.state, "done")
        self.assertFalse(alert.activity_id)
        # What the service itself closed may come back.
        alert.with_user(user).action_reopen()
        self.apply_one(self.alert(fingerprint="a3", values={"state": "done"}))
        self.apply_one(self.alert(fingerprint="a4", values={"state": "open"}))
        self.assertEqual(alert.state, "open")
        self.assertTrue(alert.activity_id)

    def test_a_change_order_waits_for_approval(self):
        self.apply_one(self.change_order())
        order = self.env["retainer.change.order"].search([("retainer_key", "=", "k/co")])
        self.assertEqual((order.approval_state, order.hours_cap), ("waiting", 6))
        self.apply_one(self.change_order(fingerprint="c2", values={"hours_cap": "8"}))
        self.assertEqual(order.hours_cap, 8)
        order.approval_reference = "Mail"
        order.action_approve()
        self.assert_status(
            self.apply_one(self.change_order(fingerprint="c2", values={"hours_cap": "8"})),
            "unchanged",
        )
        self.assert_status(
            self.apply_one(self.change_order(fingerprint="c3")), "conflict", "changed_by_person"
        )
        self.assertEqual(order.hours_cap, 8)

    def test_a_quotation_carries_its_change_orders(self):
        self.apply_one(self.change_order())
        order = self.env["retainer.change.order"].search([("retainer_key", "=", "k/co")])
        self.assert_status(
            self.apply_one(self.quotation(bind={"change_orders": order.ids})), "created"
        )
        quote = order.quote_id
        self.assertEqual((quote.state, quote.amount_untaxed), ("draft", 2100))
        quote.order_line.price_unit = 140
        self.assert_status(
            self.apply_one(self.quotation(fingerprint="q2")), "conflict", "changed_by_person"
        )
        quote.order_line.price_unit = 150
        self.assertFalse(quote.retainer_changed)
        quote.action_confirm()
        self.assert_status(
            self.apply_one(self.quotation(fingerprint="q2")), "conflict", "posted_differs"
        )

    # ------------------------------------------------------------------ lookup

    def test_lookup_tells_what_exists(self):
        self.apply(self.invoice(), self.period(), self.alert())
        rows = self.gateway.lookup(
            self.company.id, ["k/overage/1", "k/period/2025-03", "k/alert", "k/none"]
        )
        by_key = {row["key"]: row for row in rows}
        self.assertEqual(set(by_key), {"k/overage/1", "k/period/2025-03", "k/alert"})
        move = self.move_of()
        self.assertEqual(
            by_key["k/overage/1"],
            {
                "key": "k/overage/1",
                "kind": "move",
                "id": move.id,
                "name": move.name,
                "fingerprint": "f1",
                "state": "posted",
                "changed": False,
            },
        )
        self.assertEqual(by_key["k/period/2025-03"]["state"], "open")

    # ------------------------------------------------------------------ who

    def test_others_are_refused(self):
        for groups in (
            "retainer_billing.group_manager,account.group_account_manager",
            "base.group_system",
        ):
            user = new_test_user(self.env, login=groups[:12], groups=groups)
            gateway = self.env["retainer.gateway"].with_user(user)
            for call in (
                lambda gateway=gateway: gateway.hello(),
                lambda gateway=gateway: gateway.preflight(self.company.id),
                lambda gateway=gateway: gateway.begin_run(self.company.id, "2025-04-01", "x", 60),
                lambda gateway=gateway: gateway.record_run(self.company.id, "2025-04-01", "x"),
                lambda gateway=gateway: gateway.apply(self.company.id, 1, "x", []),
                lambda gateway=gateway: gateway.lookup(self.company.id, ["k"]),
                lambda gateway=gateway: gateway.renew_lease(1, "x", 60),
                lambda gateway=gateway: gateway.finish_run(1, "x", "done"),
            ):
                with self.assertRaises(AccessError):
                    call()

    def test_companies_are_kept_apart(self):
        other = self.make_company()
        with self.assertRaises(AccessError):
            self.gateway.begin_run(other.id, "2025-04-01", "x", 60)
        with self.assertRaises(AccessError):
            self.gateway.lookup(other.id, ["k"])
        both = new_test_user(
            self.env,
            login="both",
            groups=SERVICE,
            company_id=self.company.id,
            company_ids=[Command.set((self.company | other).ids)],
        )
        gateway = self.env["retainer.gateway"].with_user(both)
        run = gateway.begin_run(other.id, "2025-04-01", "x", 600)
        # A token of one company opens no other.
        with self.refused("lease_lost"):
            gateway.apply(self.company.id, run["run_id"], run["token"], [])
        account = self.env["account.account"].search(
            [("account_type", "=", "income"), ("company_ids", "in", other.ids)], limit=1
        )
        document = self.invoice(
            values={"retainer_engagement_id": False, "partner_id": self.other_client.id}
        )
        document["lines"][0]["account_id"] = account.id
        self.assert_status(
            gateway.apply(other.id, run["run_id"], run["token"], [document])["results"][0],
            "created",
        )
        # The same key in our company is another document.
        self.assertFalse(self.gateway.lookup(self.company.id, [document["key"]]))
        self.assert_status(self.apply_one(self.invoice()), "created")
        for values, lines in (
            ({"retainer_engagement_id": self.engagement.id}, {}),
            ({"retainer_engagement_id": False}, {"account_id": self.income.id}),
        ):
            document = self.invoice("k/foreign", values=values)
            document["lines"][0].update({"account_id": account.id, **lines})
            (result,) = gateway.apply(other.id, run["run_id"], run["token"], [document])["results"]
            self.assert_status(result, "rejected", "other_company")
