from odoo import Command
from odoo.tests import new_test_user, tagged

from .common import RetainerCommon


@tagged("post_install", "-at_install")
class TestGatewayPeople(RetainerCommon):
    """What people do to the service's documents is never overwritten and never undone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pay_terms = cls.env["account.payment.term"].create({"name": "Net 30"})
        cls.accountant = new_test_user(cls.env, login="acc", groups="account.group_account_manager")

    def change_line(self, move, **values):
        move.with_user(self.accountant).write(
            {"invoice_line_ids": [Command.update(move.invoice_line_ids[0].id, values)]}
        )
        self.env.flush_all()

    def test_each_visible_change_counts(self):
        product = self.service_product.copy()
        account = self.income.copy()
        for number, (values, said) in enumerate(
            (
                ({"name": "Other text"}, "text: Overage, March 2025 → Other text"),
                ({"quantity": 5}, "quantity: 6 → 5"),
                ({"price_unit": 170}, "price: 175 → 170"),
                ({"account_id": account.id}, f"account: {self.income.name} → {account.name}"),
                ({"product_id": product.id}, f"product: {self.service_product.name} →"),
                ({"discount": 5}, "discount: 0 → 5"),
                ({"tax_ids": [Command.set(self.tax.ids)]}, f"taxes: none → {self.tax.name}"),
            )
        ):
            key = f"k/{number}"
            self.apply_one(self.invoice(key, post=False))
            move = self.move_of(key)
            self.assertFalse(move.retainer_changed)
            self.assertFalse(move.retainer_changes)
            self.change_line(move, **values)
            self.assertTrue(move.retainer_changed, values)
            self.assertIn(said, move.retainer_changes)
            result = self.apply_one(self.invoice(key, post=False, fingerprint="f2"))
            self.assert_status(result, "conflict", "changed_by_person")
            self.assert_status(
                self.apply_one(self.invoice(key, post=False)), "conflict", "changed_by_person"
            )

    def test_head_and_lines_added_or_removed_count(self):
        other = self.env["res.partner"].create({"name": "AP", "parent_id": self.client.id})
        changes = (
            {"invoice_date": "2025-04-01"},
            {"partner_id": other.id},
            {"invoice_line_ids": [Command.create({"name": "More", "price_unit": 1})]},
            {"invoice_line_ids": [Command.clear()]},
        )
        for number, values in enumerate(changes):
            key = f"k/{number}"
            self.apply_one(self.invoice(key, post=False))
            move = self.move_of(key)
            move.with_user(self.accountant).write(values)
            self.assertTrue(move.retainer_changed, values)

    def test_notes_and_order_are_for_people(self):
        self.apply_one(self.invoice(post=False))
        move = self.move_of()
        note = {"display_type": "line_note", "name": "Thank you", "sequence": 1}
        move.with_user(self.accountant).write({"invoice_line_ids": [Command.create(note)]})
        self.assertTrue(move.retainer_changed)
        self.assertFalse(move.retainer_changes)

    def test_many_changes_are_cut_short(self):
        self.apply_one(self.invoice(post=False))
        move = self.move_of()
        more = [Command.create({"name": f"More {at}", "price_unit": 1}) for at in range(12)]
        move.with_user(self.accountant).write({"invoice_line_ids": more})
        self.assertTrue(move.retainer_changes.endswith("line added: More 9; and 2 more"))

    def test_taking_a_change_back_is_no_change(self):
        self.apply_one(self.invoice(post=False))
        move = self.move_of()
        self.change_line(move, quantity=5)
        self.change_line(move, quantity=6)
        self.assertFalse(move.retainer_changed)
        self.assert_status(self.apply_one(self.invoice(post=False)), "unchanged")

    def test_amendments_are_no_changes_and_survive_a_rewrite(self):
        values = {"retainer_po_number": "PO-0", "retainer_ap_contact_id": self.client.id}
        self.apply_one(self.invoice(post=False, values=values))
        move = self.move_of()
        move.with_user(self.accountant).write(
            {
                "retainer_po_number": "PO-7",
                "retainer_ap_contact_id": self.other_client.id,
                "invoice_payment_term_id": self.pay_terms.id,
            }
        )
        self.assertFalse(move.retainer_changed)
        result = self.apply_one(self.invoice(post=False, fingerprint="f2", values=values))
        self.assert_status(result, "created")
        self.assertEqual(move.retainer_po_number, "PO-7")
        self.assertEqual(move.retainer_ap_contact_id, self.other_client)
        self.assertEqual(move.invoice_payment_term_id, self.pay_terms)

    def test_an_unamended_number_follows_the_service(self):
        self.apply_one(self.invoice(post=False, values={"retainer_po_number": "PO-0"}))
        self.apply_one(
            self.invoice(post=False, fingerprint="f2", values={"retainer_po_number": "PO-1"})
        )
        self.assertEqual(self.move_of().retainer_po_number, "PO-1")

    def test_posting_is_no_change(self):
        self.apply_one(self.invoice(post=False, expect={}))
        self.company.fiscalyear_lock_date = "2025-03-31"
        move = self.move_of()
        move.with_user(self.accountant).action_post()
        self.assertGreater(str(move.date), "2025-03-31")
        self.assertFalse(move.retainer_changed)
        self.assert_status(self.apply_one(self.invoice(post=False)), "unchanged")

    def test_posting_hides_no_change(self):
        self.apply_one(self.invoice(post=False))
        move = self.move_of()
        self.change_line(move, quantity=5)
        move.with_user(self.accountant).action_post()
        self.assertTrue(move.retainer_changed)

    def test_posted_with_other_content(self):
        self.apply_one(self.invoice())
        self.assert_status(
            self.apply_one(self.invoice(fingerprint="f2")), "conflict", "posted_differs"
        )
        self.assertEqual(self.move_of().amount_untaxed, 1050)

    def test_reset_to_draft_is_a_persons_doing(self):
        self.apply_one(self.invoice())
        move = self.move_of()
        move.button_draft()
        for fingerprint in ("f1", "f2"):
            self.assert_status(
                self.apply_one(self.invoice(fingerprint=fingerprint)),
                "conflict",
                "changed_by_person",
            )
        self.assertEqual(move.state, "draft")
        move.action_post()
        self.assert_status(self.apply_one(self.invoice()), "unchanged")

    def test_cancelled(self):
        self.apply_one(self.invoice(post=False))
        self.move_of().button_cancel()
        for fingerprint in ("f1", "f2"):
            self.assert_status(
                self.apply_one(self.invoice(fingerprint=fingerprint)), "conflict", "cancelled"
            )

    def test_deleted_is_remembered(self):
        entries = self.make_entries(6)
        self.apply_one(self.invoice(post=False, bind={"entries": entries.ids}))
        self.move_of().with_user(self.accountant).unlink()
        self.assertFalse(entries.retainer_move_id)
        tombstone = self.env["retainer.tombstone"].search([("key", "=", "k/overage/1")])
        self.assertEqual(tombstone.kind, "account.move")
        self.assertEqual(tombstone.deleted_by, self.accountant)
        self.assert_status(self.apply_one(self.invoice()), "conflict", "deleted")
        (row,) = self.gateway.lookup(self.company.id, ["k/overage/1"])
        self.assertEqual((row["kind"], row["state"]), ("move", "deleted"))
        # A manager lets the service bill it again.
        tombstone.unlink()
        self.assert_status(self.apply_one(self.invoice()), "created")

    def test_other_kinds_are_remembered_too(self):
        self.apply(
            self.period(),
            {
                "key": "k/co",
                "kind": "change_order",
                "fingerprint": "c",
                "values": {"name": "Pages", "engagement_id": self.engagement.id},
            },
        )
        self.engagement.period_ids.unlink()
        self.engagement.change_order_ids.unlink()
        first, second = self.apply(
            self.period(),
            {
                "key": "k/co",
                "kind": "change_order",
                "fingerprint": "c",
                "values": {"name": "Pages", "engagement_id": self.engagement.id},
            },
        )
        self.assert_status(first, "conflict", "deleted")
        self.assert_status(second, "conflict", "deleted")

    def test_nobody_forges_a_key(self):
        self.apply_one(self.invoice(post=False))
        move = self.move_of().with_user(self.accountant)
        for values in (
            {"retainer_key": "k/other"},
            {"retainer_fingerprint": "f9"},
            {"retainer_content_written": move.retainer_content},
            {"retainer_changed": False},
            {"retainer_pending_reconcile": [{"account_id": 1}]},
        ):
            with self.refused("only the billing service writes"):
                move.write(values)
        moves = self.env["account.move"].with_user(self.accountant)
        with self.refused("only the billing service writes"):
            moves.create({"move_type": "entry", "retainer_key": "k/new"})
        with self.refused("only the billing service writes"):
            moves.with_context(default_retainer_key="k/new").create({"move_type": "entry"})

    def test_copies_and_credit_notes_carry_no_key(self):
        self.apply_one(self.invoice())
        move = self.move_of()
        copy = move.copy()
        refund = move._reverse_moves([{"invoice_date": "2025-03-31"}])
        for other in (copy, refund):
            self.assertFalse(other.retainer_key)
            self.assertFalse(other.retainer_content)
            self.assertFalse(other.retainer_changed)
            self.assertEqual(other.retainer_engagement_id, self.engagement)
