from odoo import Command
from odoo.tests import tagged

from .common import RetainerCommon


@tagged("post_install", "-at_install")
class TestGatewayReconcile(RetainerCommon):
    """Draws on liability lines: the lot's remainder is the residual in the ledger."""

    def fee_invoice(self, key="k/fee", amount="1200.00"):
        document = self.invoice(key, expect={"amount_untaxed": amount})
        document["values"]["retainer_role"] = "fee"
        document["lines"] = [
            {
                "name": "Monthly retainer, March 2025",
                "product_id": self.service_product.id,
                "quantity": "1",
                "price_unit": amount,
                "account_id": self.unearned.id,
                "tax_ids": [],
            }
        ]
        self.assert_status(self.apply_one(document), "created")
        return self.move_of(key).line_ids.filtered(lambda line: line.account_id == self.unearned)

    def recognise(self, key, amount, line, **changes):
        return self.entry(
            key,
            self.unearned,
            self.income,
            amount,
            reconcile=[
                {
                    "account_id": self.unearned.id,
                    "line_ids": line.ids,
                    **changes.pop("step", {}),
                }
            ],
            **changes,
        )

    def test_draws_leave_what_is_left(self):
        lot = self.fee_invoice()
        results = self.apply(
            self.recognise("k/1", "400.00", lot), self.recognise("k/2", "300.00", lot)
        )
        self.assertEqual([result["status"] for result in results], ["created", "created"])
        self.assertEqual(lot.amount_residual, -500)
        self.assert_status(self.apply_one(self.recognise("k/3", "500.00", lot)), "created")
        self.assertEqual(lot.amount_residual, 0)
        self.assertTrue(lot.reconciled)

    def test_never_more_than_is_there(self):
        lot = self.fee_invoice()
        result = self.apply_one(self.recognise("k/1", "1200.01", lot))
        self.assert_status(result, "rejected", "refused")
        self.assertIn("draws more on", result["reason"])
        self.assertEqual(lot.amount_residual, -1200)
        # Two draws that only fit one by one: one is written, the other is refused.
        results = self.apply(
            self.recognise("k/2", "800.00", lot), self.recognise("k/3", "800.00", lot)
        )
        self.assertEqual(sorted(result["status"] for result in results), ["created", "rejected"])
        self.assertEqual(lot.amount_residual, -400)

    def test_a_partial_draw_on_purpose(self):
        lot = self.fee_invoice()
        result = self.apply_one(self.recognise("k/1", "1500.00", lot, step={"partial": True}))
        self.assert_status(result, "created")
        self.assertTrue(lot.reconciled)

    def test_a_draft_is_reconciled_when_it_is_posted(self):
        lot = self.fee_invoice()
        self.assert_status(
            self.apply_one(self.recognise("k/1", "400.00", lot, post=False)), "created"
        )
        self.assertEqual(lot.amount_residual, -1200)
        self.move_of("k/1").action_post()
        self.assertEqual(lot.amount_residual, -800)

    def test_bad_counterparts(self):
        lot = self.fee_invoice()
        other = self.entry("k/o", self.receivable, self.unearned, "50.00")
        self.apply_one(other)
        receivable = self.move_of("k/o").line_ids.filtered("debit")
        for line, account, words in (
            (receivable, self.unearned, "no open, posted line"),
            (lot, self.income, "does not allow reconciliation"),
        ):
            document = self.recognise("k/1", "100.00", line)
            document["reconcile"][0]["account_id"] = account.id
            result = self.apply_one(document)
            self.assert_status(result, "rejected", "refused")
            self.assertIn(words, result["reason"])
        document = self.entry(
            "k/2",
            self.breakage,
            self.income,
            "100.00",
            reconcile=[{"account_id": self.unearned.id, "line_ids": lot.ids}],
        )
        result = self.apply_one(document)
        self.assert_status(result, "rejected", "refused")
        self.assertIn("cannot be reconciled", result["reason"])

    def test_an_invoice_and_its_drawdown_in_one_unit(self):
        """A covered invoice is paid at once: the entry names the invoice by its key."""
        request = self.invoice("k/request", expect={})
        request["values"]["retainer_role"] = "advance_request"
        request["lines"][0].update(
            {"account_id": self.advances.id, "quantity": "1", "price_unit": "2000.00"}
        )
        self.apply_one(request)
        lot = self.move_of("k/request").line_ids.filtered(
            lambda line: line.account_id == self.advances
        )
        self.pay(self.move_of("k/request"), 2000)
        drawdown = self.entry(
            "k/drawdown",
            self.advances,
            self.receivable,
            "1050.00",
            unit="u",
            values={"retainer_role": "drawdown"},
            reconcile=[
                {"account_id": self.advances.id, "line_ids": lot.ids},
                {"account_id": self.receivable.id, "line_ids": [], "keys": ["k/overage/1"]},
            ],
        )
        results = self.apply(self.invoice(unit="u"), drawdown)
        self.assertEqual([result["status"] for result in results], ["created", "created"])
        self.assertEqual(self.move_of().payment_state, "paid")
        self.assertEqual(lot.amount_residual, -950)

    def test_two_credit_notes_of_one_invoice(self):
        self.fee_invoice("k/a")
        self.fee_invoice("k/b")
        first, second = self.move_of("k/a"), self.move_of("k/b")

        def credit(key, move, amount):
            document = self.invoice(key, expect={"amount_untaxed": amount})
            document["values"].update(
                {
                    "move_type": "out_refund",
                    "reversed_entry_id": move.id,
                    "retainer_role": "correction",
                }
            )
            document["lines"][0].update(
                {"quantity": "1", "price_unit": amount, "account_id": self.unearned.id}
            )
            return document

        results = self.apply(
            credit("k/c1", first, "100.00"),
            credit("k/c2", first, "200.00"),
            credit("k/c3", second, "50.00"),
        )
        self.assertEqual({result["status"] for result in results}, {"created"})
        self.assertEqual(first.amount_residual, 900)
        self.assertEqual(second.amount_residual, 1150)

    def test_amounts_in_a_foreign_currency(self):
        euro = self.make_currency("EUR")
        engagement = self.make_engagement(currency_id=euro.id, state="running")
        document = self.invoice(
            values={"currency_id": euro.id, "retainer_engagement_id": engagement.id},
            expect={"amount_untaxed": "1050.00", "date": "2025-03-31"},
        )
        self.assert_status(self.apply_one(document), "created")
        move = self.move_of()
        self.assertEqual((move.amount_untaxed, move.amount_untaxed_signed), (1050, 525))
        self.assert_status(self.apply_one(document), "unchanged")

    def test_taxes_follow_the_product_unless_given(self):
        self.service_product.taxes_id = self.tax
        taxed = self.invoice("k/taxed")
        del taxed["lines"][0]["tax_ids"]
        results = self.apply(self.invoice("k/untaxed"), taxed)
        self.assertEqual({result["status"] for result in results}, {"created"})
        self.assertEqual(self.move_of("k/untaxed").amount_tax, 0)
        self.assertEqual(self.move_of("k/taxed").invoice_line_ids.tax_ids, self.tax)

    def test_lines_of_an_entry_may_carry_analytics(self):
        plan = self.env["account.analytic.plan"].create({"name": "Plan"})
        account = self.env["account.analytic.account"].create(
            {"name": "A", "plan_id": plan.id, "company_id": self.company.id}
        )
        document = self.entry("k/1", self.unearned, self.income, "100.00")
        document["lines"][1]["analytic_distribution"] = {str(account.id): "100"}
        self.assert_status(self.apply_one(document), "created")
        line = self.move_of("k/1").line_ids.filtered("credit")
        self.assertEqual(line.analytic_distribution, {str(account.id): 100})

    def test_a_section_and_a_note(self):
        document = self.invoice()
        document["lines"].insert(0, {"display_type": "line_section", "name": "March"})
        document["lines"].append({"display_type": "line_note", "name": "Approved by mail"})
        self.assert_status(self.apply_one(document), "created")
        self.assertEqual(len(self.move_of().invoice_line_ids), 3)

    def test_a_sales_line_is_invoiced_through_it(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.client.id,
                "order_line": [
                    Command.create({"product_id": self.service_product.id, "product_uom_qty": 6})
                ],
            }
        )
        order.action_confirm()
        document = self.invoice()
        document["lines"][0]["sale_line_ids"] = order.order_line.ids
        self.assert_status(self.apply_one(document), "created")
        self.assertEqual(order.order_line.qty_invoiced, 6)
