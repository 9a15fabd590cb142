from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from .common import RetainerCommon


@tagged("post_install", "-at_install")
class TestAcceptance(RetainerCommon):
    """What a person changed, cancelled or deleted may rightly stand so: who, when and why."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, login="retainer-finance", groups="retainer_billing.group_manager"
        )
        cls.user = new_test_user(cls.env, login="retainer-am", groups="retainer_billing.group_user")
        cls.accountant = new_test_user(
            cls.env, login="retainer-acc", groups="account.group_account_manager"
        )

    def draft(self, **changes):
        self.read_and_apply_one(self.invoice(post=False, **changes))
        return self.move_of()

    def stone(self, key="k/overage/1"):
        return self.env["retainer.tombstone"].search([("key", "=", key)])

    def extra_work(self, *hours):
        order = self.env["retainer.change.order"].create(
            {"name": "Pages", "engagement_id": self.engagement.id}
        )
        return self.make_entries(*hours, retainer_change_order_id=order.id)

    def test_a_cancelled_invoice(self):
        move = self.draft()
        self.assertEqual(move.retainer_amount_written, 1050)
        move.button_cancel()
        move.with_user(self.manager).retainer_accept(" Goodwill for the outage ")
        self.assertEqual(move.retainer_accepted_by, self.manager)
        self.assertTrue(move.retainer_accepted_on)
        self.assertEqual(move.retainer_accepted_reason, "Goodwill for the outage")
        self.assertIn("Goodwill for the outage", move.message_ids[0].body)
        self.assertEqual(move.message_ids[0].author_id, self.manager.partner_id)
        # It stays what it is for the gateway: nothing is written over it.
        self.assert_status(self.apply_one(self.invoice()), "conflict", "cancelled")

    def test_it_may_be_withdrawn(self):
        move = self.draft()
        move.button_cancel()
        move.retainer_accept("Goodwill")
        move.with_user(self.manager).action_retainer_withdraw_acceptance()
        self.assertFalse(move.retainer_accepted_on)
        self.assertFalse(move.retainer_accepted_by)
        self.assertFalse(move.retainer_accepted_reason)
        self.assertIn("No longer accepted", move.message_ids[0].body)

    def test_taking_a_cancelled_invoice_up_again_withdraws_it(self):
        move = self.draft()
        move.button_cancel()
        move.retainer_accept("Goodwill")
        move.button_draft()
        self.assertFalse(move.retainer_accepted_on)

    def test_a_changed_invoice_stays_accepted_when_it_is_posted(self):
        move = self.draft()
        move.invoice_line_ids.price_unit = 150
        move.retainer_accept("Agreed on the phone")
        move.action_post()
        self.assertTrue(move.retainer_accepted_on)
        # What the service wrote and what stands: 150.00 are rightly not billed.
        self.assertEqual((move.retainer_amount_written, move.amount_untaxed), (1050, 900))

    def test_only_what_a_person_touched_is_accepted(self):
        move = self.draft()
        with self.refused("is what the billing service wrote"):
            move.retainer_accept("No reason")
        foreign = self.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": self.client.id}
        )
        with self.refused("is no invoice of the billing service"):
            foreign.retainer_accept("No reason")
        self.apply_one(self.entry("k/entry", self.unearned, self.income, "100.00", post=False))
        entry = self.move_of("k/entry")
        entry.button_cancel()
        with self.refused("is no invoice of the billing service"):
            entry.retainer_accept("No reason")

    def test_a_reason_is_needed(self):
        move = self.draft()
        move.button_cancel()
        for empty in ("", "  ", False):
            with self.refused("Give the reason"):
                move.retainer_accept(empty)

    def test_managers_only(self):
        move = self.draft()
        move.button_cancel()
        for method, arguments in (
            ("retainer_accept", ["Goodwill"]),
            ("action_retainer_withdraw_acceptance", []),
        ):
            with self.assertRaisesRegex(AccessError, "Only a retainer manager"):
                getattr(move.with_user(self.user), method)(*arguments)
        with self.assertRaises(AccessError):
            move.with_user(self.service_user).retainer_accept("Goodwill")

    def test_it_is_not_entered_by_hand(self):
        move = self.draft().with_user(self.accountant)
        with self.refused("is not entered by hand"):
            move.write({"retainer_accepted_reason": "Mine"})
        with self.refused("only the billing service writes"):
            move.write({"retainer_amount_written": 1})
        moves = move.browse()
        with self.refused("is not entered by hand"):
            moves.create({"move_type": "entry", "retainer_accepted_reason": "Mine"})
        with self.refused("is not entered by hand"):
            moves.with_context(default_retainer_accepted_reason="Mine").create(
                {"move_type": "entry"}
            )
        self.assertFalse(move.copy().retainer_accepted_on)

    def test_the_button_asks_for_the_reason(self):
        move = self.draft()
        move.button_cancel()
        action = move.with_user(self.manager).action_retainer_accept()
        model = self.env[action["res_model"]].with_user(self.manager)
        with Form(model.with_context(**action["context"])) as form:
            form.reason = "Goodwill"
        form.record.action_accept()
        self.assertEqual(move.retainer_accepted_by, self.manager)

    # ------------------------------------------------------------------ deleted documents

    def test_a_deleted_invoice_says_what_it_was(self):
        self.draft().unlink()
        stone = self.stone()
        self.assertEqual(stone.engagement_id, self.engagement)
        self.assertEqual((stone.role, stone.move_type), ("overage", "out_invoice"))
        self.assertEqual(stone.retainer_amount_written, 1050)
        self.assertEqual(str(stone.invoice_date), "2025-03-31")
        self.assertEqual(str(stone.service_start), "2025-03-01")

    def test_extra_work_on_it_is_settled_and_freed_again(self):
        entries = self.extra_work(2, 3)
        other = self.make_entries(1)
        self.draft(bind={"entries": (entries | other).ids}).unlink()
        stone = self.stone()
        stone.with_user(self.manager).retainer_accept("Ours to bear")
        self.assertEqual(stone.entry_ids, entries)
        self.assertFalse(other.retainer_tombstone_id)
        with self.refused("is counted on"):
            entries[0].unit_amount = 1
        result = self.apply_one(self.invoice("k/2", bind={"entries": entries.ids}))
        self.assert_status(result, "rejected", "already_billed")
        self.assertIn("accepted as not billed", result["reason"])
        stone.action_retainer_withdraw_acceptance()
        self.assertFalse(entries.retainer_tombstone_id)
        self.assertIn("No longer accepted", stone.message_ids[0].body)

    def test_what_is_billed_by_now_is_left_alone(self):
        entries = self.extra_work(2, 3)
        self.draft(bind={"entries": entries.ids}).unlink()
        self.apply_one(self.invoice("k/2", bind={"entries": entries[:1].ids}))
        self.stone().retainer_accept("Ours to bear")
        self.assertEqual(self.stone().entry_ids, entries[1])

    def test_parts_and_purchases_on_it_are_settled_too(self):
        (entry,) = self.extra_work(8)
        vendor = self.env["res.partner"].create({"name": "Print shop"})
        line = (
            self.env["purchase.order"]
            .create(
                {
                    "partner_id": vendor.id,
                    "order_line": [
                        (0, 0, {"product_id": self.service_product.id, "product_qty": 3})
                    ],
                }
            )
            .order_line
        )
        self.draft(bind={"entry_seconds": [[entry.id, 7200]], "purchases": [[line.id, "2"]]})
        self.assertEqual((entry.retainer_billed_seconds, line.retainer_recharged_qty), (7200, 2))
        self.move_of().unlink()
        self.assertEqual((entry.retainer_billed_seconds, line.retainer_recharged_qty), (0, 0))
        stone = self.stone()
        stone.retainer_accept("Ours to bear")
        self.assertEqual((entry.retainer_billed_seconds, line.retainer_recharged_qty), (7200, 2))
        # Whoever deletes the line wants the document written again.
        stone.unlink()
        self.assertEqual((entry.retainer_billed_seconds, line.retainer_recharged_qty), (0, 0))

    def test_an_accepted_invoice_that_is_deleted_stays_accepted(self):
        entries = self.extra_work(2)
        move = self.draft(bind={"entries": entries.ids})
        move.button_cancel()
        move.retainer_accept("Ours to bear")
        move.unlink()
        self.assertEqual(self.stone().retainer_accepted_reason, "Ours to bear")
        self.assertEqual(self.stone().entry_ids, entries)

    def test_only_deleted_invoices_are_accepted(self):
        self.apply(
            {
                "key": "k/co",
                "kind": "change_order",
                "fingerprint": "c",
                "values": {"name": "Pages", "engagement_id": self.engagement.id},
            }
        )
        self.engagement.change_order_ids.unlink()
        with self.refused("was no invoice and no credit note"):
            self.stone("k/co").retainer_accept("No reason")
