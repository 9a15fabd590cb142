from odoo import Command
from odoo.tests import tagged

from .common import RetainerCommon


@tagged("post_install", "-at_install")
class TestGatewayTally(RetainerCommon):
    """Parts of entries and of purchases, withdrawn drafts, and approved overage."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.entries = cls.make_entries(4, 2)
        cls.order = cls.env["purchase.order"].create(
            {
                "partner_id": cls.other_client.id,
                "order_line": [
                    Command.create(
                        {"product_id": cls.service_product.id, "product_qty": 10, "price_unit": 8}
                    )
                ],
            }
        )
        cls.purchase = cls.order.order_line

    def cut(self, key="k/cut", seconds=3600, quantity="2.5", **changes):
        return self.invoice(
            key,
            bind={
                "entry_seconds": [[self.entries[0].id, seconds]],
                "purchases": [[self.purchase.id, quantity]],
            },
            **changes,
        )

    def amounts(self):
        return (self.entries[0].retainer_billed_seconds, self.purchase.retainer_recharged_qty)

    def test_parts_add_up_and_stay_unbound(self):
        self.assert_status(self.read_and_apply_one(self.cut()), "created")
        self.assertEqual(self.amounts(), (3600, 2.5))
        self.assertFalse(self.entries[0].retainer_move_id)
        self.assertEqual(self.purchase.retainer_move_id, self.move_of("k/cut"))
        self.assert_status(self.read_and_apply_one(self.cut()), "unchanged")
        self.assertEqual(self.amounts(), (3600, 2.5))
        self.read_and_apply_one(self.cut("k/2", 1800, "0.25"))
        self.read_and_apply_one(self.cut("k/3", 900, "0.25"))
        self.assertEqual(self.amounts(), (6300, 3.0))

    def test_a_partly_billed_entry_is_settled(self):
        self.read_and_apply_one(self.cut())
        with self.refused("Add a correcting entry instead"):
            self.entries[0].unit_amount = 1

    def test_a_rewritten_draft_adds_its_new_part_only(self):
        self.read_and_apply_one(self.cut(post=False))
        self.read_and_apply_one(self.cut(post=False, fingerprint="f2", seconds=600, quantity="1"))
        self.assertEqual(self.amounts(), (600, 1.0))
        # Posting it later adds nothing.
        self.read_and_apply_one(self.cut(fingerprint="f2", seconds=600, quantity="1"))
        self.assertEqual(self.move_of("k/cut").state, "posted")
        self.assertEqual(self.amounts(), (600, 1.0))

    def test_a_deleted_draft_gives_its_part_back(self):
        self.read_and_apply_one(self.cut(post=False))
        self.move_of("k/cut").unlink()
        self.assertEqual(self.amounts(), (0, 0.0))

    def test_a_refused_unit_adds_nothing(self):
        self.read_and_apply_one(self.cut(expect={"amount_untaxed": "1"}))
        self.assertEqual(self.amounts(), (0, 0.0))

    def test_bad_parts(self):
        for number, bind in enumerate(
            (
                {"entry_seconds": self.entries.ids},
                {"entry_seconds": [[self.entries[0].id]]},
                {"entry_seconds": [[self.entries[0].id, "1.5"]]},
                {"entry_seconds": [["a", 1]]},
                {"purchases": [[self.purchase.id, "many"]]},
                {"purchases": {"a": 1}},
            )
        ):
            result = self.apply_one(self.invoice(f"k/{number}", bind=bind))
            self.assert_status(result, "rejected", "refused")
        result = self.apply_one(self.invoice("k/x", bind={"entry_seconds": [[2**30, 5]]}))
        self.assert_status(result, "rejected", "unknown_record")
        self.apply_one(self.invoice("k/whole", bind={"entries": self.entries[:1].ids}))
        result = self.read_and_apply_one(self.cut("k/late"))
        self.assert_status(result, "rejected", "already_billed")
        self.assertIn("billed whole", result["reason"])

    # ------------------------------------------------------------------ withdraw

    def withdraw(self, key="k/cut", **changes):
        return {"key": key, "kind": "move", "fingerprint": "w", "withdraw": True, **changes}

    def test_an_untouched_draft_is_withdrawn(self):
        document = self.cut(post=False)
        document["bind"]["entries"] = self.entries[1:].ids
        self.read_and_apply_one(document)
        move = self.move_of("k/cut")
        result = self.apply_one(self.withdraw())
        self.assert_status(result, "created")
        self.assertEqual((result["id"], result["replaced"]), (move.id, True))
        self.assertFalse(move.exists())
        self.assertEqual(self.amounts(), (0, 0.0))
        self.assertFalse(self.entries.retainer_move_id)
        self.assertFalse(self.gateway.lookup(self.company.id, ["k/cut"]))
        self.assert_status(self.apply_one(self.withdraw()), "unchanged")
        # It left no trace, so the service may write it again.
        self.assert_status(self.read_and_apply_one(self.cut(post=False)), "created")

    def test_what_is_final_or_changed_is_not_withdrawn(self):
        self.read_and_apply_one(self.cut())
        self.read_and_apply_one(self.cut("k/2", post=False))
        self.read_and_apply_one(self.cut("k/3", post=False))
        self.assert_status(self.apply_one(self.withdraw()), "conflict", "posted_differs")
        self.move_of("k/2").invoice_line_ids.price_unit = 1
        self.assert_status(self.apply_one(self.withdraw("k/2")), "conflict", "changed_by_person")
        self.move_of("k/3").button_cancel()
        self.assert_status(self.apply_one(self.withdraw("k/3")), "conflict", "cancelled")
        self.assert_status(
            self.apply_one({**self.withdraw(), "kind": "alert"}), "rejected", "field_not_allowed"
        )

    def test_what_a_withdrawn_draft_had_is_free_in_the_same_call(self):
        bind = {"entries": self.entries.ids}
        self.apply_one(self.invoice("k/old", post=False, bind=bind))
        results = self.apply(self.invoice("k/new", bind=bind), self.withdraw("k/old"))
        self.assertEqual([result["status"] for result in results], ["created", "created"])
        self.assertEqual(self.entries.retainer_move_id, self.move_of("k/new"))

    def test_what_a_rewritten_draft_gives_up_is_free_in_the_same_call(self):
        self.apply_one(self.invoice("k/old", post=False, bind={"entries": self.entries.ids}))
        results = self.apply(
            self.invoice("k/new", bind={"entries": self.entries[1:].ids}),
            self.invoice(
                "k/old", post=False, fingerprint="f2", bind={"entries": self.entries[:1].ids}
            ),
        )
        self.assertEqual([result["status"] for result in results], ["created", "created"])
        self.assertEqual(self.entries[0].retainer_move_id, self.move_of("k/old"))
        self.assertEqual(self.entries[1].retainer_move_id, self.move_of("k/new"))

    def test_a_unit_with_a_withdrawal_is_one(self):
        self.read_and_apply_one(self.cut(post=False))
        results = self.apply(
            self.withdraw(unit="u"),
            self.invoice("k/bad", unit="u", expect={"amount_untaxed": "1"}),
        )
        self.assert_status(results[0], "rejected", "unit")
        self.assert_status(results[1], "rejected", "expect_differs")
        self.assertTrue(self.move_of("k/cut"))
        self.assertEqual(self.amounts(), (3600, 2.5))

    # ------------------------------------------------------------------ change orders

    def make_order(self, **values):
        return self.env["retainer.change.order"].create(
            {"name": "Landing pages", "engagement_id": self.engagement.id, **values}
        )

    def test_approved_overage_is_billed_once(self):
        order = self.make_order(approval_reference="Mail", hourly_rate=150)
        order.action_approve()
        bind = {"change_orders": order.ids}
        self.assert_status(self.apply_one(self.invoice(bind=bind)), "created")
        self.assertEqual(order.retainer_move_id, self.move_of())
        self.assert_status(
            self.apply_one(self.invoice("k/2", bind=bind)), "rejected", "already_billed"
        )
        with self.refused("is billed on"):
            order.hourly_rate = 100
        order.requester = "Ms Example"

    def test_time_keeps_the_change_order_of_the_day_it_was_entered(self):
        order = self.make_order()
        self.task.retainer_change_order_id = order
        self.assertFalse(self.entries.retainer_change_order_id)
        extra = self.make_entries(1.5)
        self.assertEqual(extra.retainer_change_order_id, order)
        self.task.retainer_change_order_id = False
        self.assertEqual(extra.retainer_change_order_id, order)
        extra.retainer_change_order_id = False
        self.assertFalse(extra.retainer_change_order_id)
        extra.retainer_change_order_id = order
        self.apply_one(self.invoice(bind={"entries": extra.ids}))
        with self.refused("Add a correcting entry instead"):
            extra.retainer_change_order_id = False

    def test_what_is_billed_of_a_change_order(self):
        order = self.make_order(hours_cap=3)
        self.entries.retainer_change_order_id = order
        self.assertEqual(order.billed_seconds, 0)
        self.read_and_apply(
            self.invoice(
                bind={
                    "entries": self.entries[1:].ids,
                    "entry_seconds": [[self.entries[0].id, 3600], [self.entries[1].id, 7200]],
                }
            )
        )
        self.assertEqual(order.billed_seconds, 3 * 3600)
        self.assertEqual(order.billed_hours, 3)

    def test_a_signed_quotation_approves(self):
        order, rejected = self.make_order(), self.make_order(name="Rejected")
        rejected.action_reject()
        quote = self.env["sale.order"].create(
            {
                "partner_id": self.client.id,
                "order_line": [Command.create({"product_id": self.service_product.id})],
            }
        )
        (order | rejected).quote_id = quote
        quote.write({"signed_by": "Ms Example", "signed_on": "2025-03-12 10:00:00"})
        quote.action_confirm()
        self.assertEqual(order.approval_state, "approved")
        self.assertEqual(str(order.approved_on), "2025-03-12")
        self.assertIn(quote.name, order.approval_reference)
        self.assertIn("signed by Ms Example", order.approval_reference)
        self.assertEqual(rejected.approval_state, "rejected")

    def test_a_correction_names_an_entry_of_its_project(self):
        elsewhere = self.project.copy({"name": "Elsewhere"})
        correction = self.make_entries(-1, retainer_corrects_id=self.entries[0].id)
        self.assertEqual(correction.retainer_corrects_id, self.entries[0])
        with self.refused("only correct another time entry of its own project"):
            self.make_entries(
                -1,
                project_id=elsewhere.id,
                task_id=False,
                retainer_corrects_id=self.entries[0].id,
            )
        with self.refused("only correct another time entry"):
            correction.retainer_corrects_id = correction

    # ------------------------------------------------------------------ the rest of the contract

    def test_lots_say_which_entries_drew_from_them(self):
        document = self.period()
        document["lots"][0]["draws"] = [[self.entries[0].id, 3600], [self.entries[1].id, 60]]
        document["lots"].append({"granted_on": "2025-03-01", "source": "correction"})
        self.assert_status(self.apply_one(document), "created")
        lots = self.engagement.period_ids.lot_ids
        self.assertEqual(lots[0].draws, [[self.entries[0].id, 3600], [self.entries[1].id, 60]])
        document["lots"][0]["draws"] = [[1, "x"]]
        document["fingerprint"] = "p2"
        self.assert_status(self.apply_one(document), "rejected", "refused")

    def test_the_day_of_sending_is_kept(self):
        self.apply_one(self.invoice())
        move = self.move_of()
        self.assertEqual((move.retainer_lifecycle, move.retainer_sent_on), ("draft", False))
        move.is_move_sent = True
        self.assertEqual(move.retainer_lifecycle, "sent")
        self.assertEqual(move.retainer_sent_on, self.env.cr.now().date())

    def test_a_quotation_in_a_foreign_currency(self):
        euro = self.make_currency("EUR")
        document = {
            "key": "k/quote",
            "kind": "quotation",
            "fingerprint": "q",
            "values": {"partner_id": self.client.id, "currency_id": euro.id},
            "lines": [
                {
                    "name": "Pages",
                    "product_id": self.service_product.id,
                    "quantity": "2",
                    "price_unit": "100.00",
                    "tax_ids": [],
                }
            ],
        }
        self.assert_status(self.apply_one(document), "created")
        quote = self.env["sale.order"].search([("retainer_key", "=", "k/quote")])
        self.assertEqual((quote.currency_id, quote.amount_untaxed), (euro, 200))

    def test_the_service_reads_the_role_of_an_employee(self):
        job = self.env["hr.job"].create({"name": "Director", "company_id": self.company.id})
        self.employee.job_id = job
        terms = self.engagement.terms_ids
        terms.role_rate_ids = [
            Command.create({"job_id": job.id, "factor": 1.5, "overage_rate": 250})
        ]
        self.env.flush_all()
        self.env.invalidate_all()
        reader = self.env(user=self.service_user)
        (row,) = reader["hr.employee"].search_read(
            [("id", "=", self.employee.id)], ["job_id"], load=None
        )
        self.assertEqual(row["job_id"], job.id)
        (row,) = reader["retainer.role.rate"].search_read(
            [("terms_id", "=", terms.id)], ["job_id", "factor", "overage_rate"], load=None
        )
        self.assertEqual((row["factor"], row["overage_rate"]), (1.5, 250))
        with self.refused("a rate for this role already"):
            terms.role_rate_ids = [Command.create({"job_id": job.id})]
        with self.refused("more than 0"):
            terms.role_rate_ids[0].factor = 0
