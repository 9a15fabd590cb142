from odoo import Command
from odoo.tests import tagged

from .common import RetainerCommon


@tagged("post_install", "-at_install")
class TestGatewayTaxes(RetainerCommon):
    """A part of a taxed advance is deducted with the tax that was posted on it, to the cent."""

    def service_invoice(self, work, deductions=(), taxes=None, total=None, **changes):
        """An invoice of work [(net, taxes)] less deductions [(net, taxes)]."""
        lines = [
            {
                "name": "Work",
                "quantity": "1",
                "price_unit": net,
                "account_id": self.income.id,
                "tax_ids": of.ids,
            }
            for net, of in work
        ]
        lines += [
            {
                "name": "Advance",
                "quantity": "1",
                "price_unit": f"-{net}",
                "account_id": self.advances.id,
                "tax_ids": of.ids,
            }
            for net, of in deductions
        ]
        expect = {"amount_total": total} if total else {}
        document = self.invoice(lines=lines, expect=expect, **changes)
        if taxes is not None:
            document["taxes"] = [
                {"tax_id": tax.id, "amount": amount} for tax, amount in taxes.items()
            ]
        return document

    def tax_lines(self, move):
        return {
            tax: move.currency_id.round(
                -sum(
                    move.line_ids.filtered(lambda line, tax=tax: line.tax_line_id == tax).mapped(
                        "amount_currency"
                    )
                )
            )
            for tax in move.line_ids.tax_line_id
        }

    def test_the_amount_given_is_posted_and_stays(self):
        for rounding in ("round_per_line", "round_globally"):
            self.company.tax_calculation_rounding_method = rounding
            with self.subTest(rounding):
                key = f"k/{rounding}"
                # 19 % of 100.05 - 33.37 = 66.68 are 12.67; the advance had 6.35 of tax.
                tax = self.make_tax(f"19 % {rounding}", 19)
                document = self.service_invoice(
                    [("100.05", tax)],
                    [("33.37", tax)],
                    {tax: "12.66"},
                    "79.34",
                    key=key,
                )
                self.assert_status(self.apply_one(document), "created")
                move = self.move_of(key)
                self.assertEqual(move.state, "posted")
                self.assertEqual(
                    (move.amount_untaxed, move.amount_tax, move.amount_total),
                    (66.68, 12.66, 79.34),
                )
                owed = move.line_ids.filtered(lambda line: line.account_id == self.receivable)
                self.assertEqual(owed.balance, 79.34)
                self.assertEqual(sum(move.line_ids.mapped("balance")), 0)
                self.assert_status(self.apply_one(document), "unchanged")
                # Nothing that people do afterwards brings Odoo's own amount back.
                self.pay(move, 79.34)
                move.ref = "Amended"
                move.button_draft()
                self.assertEqual((move.amount_tax, move.amount_total), (12.66, 79.34))
                move.action_post()
                self.assertEqual((move.amount_tax, move.amount_total), (12.66, 79.34))
                self.assertEqual(move.amount_residual, 0)
                # The credit note takes back exactly what was posted.
                credit = move._reverse_moves([{"invoice_date": "2025-04-01"}])
                credit.action_post()
                self.assertEqual((credit.amount_tax, credit.amount_total), (12.66, 79.34))

    def test_without_it_odoo_works_it_out(self):
        document = self.service_invoice([("100.05", self.tax)], [("33.37", self.tax)])
        self.assert_status(self.apply_one(document), "created")
        self.assertEqual(self.move_of().amount_tax, 13.34)

    def test_several_rates(self):
        low = self.make_tax("7 %", 7)
        document = self.service_invoice(
            [("100.05", self.tax), ("50.03", low)],
            [("40.01", self.tax), ("20.02", low)],
            {self.tax: "12.02", low: "2.09"},
            "104.16",
        )
        self.assert_status(self.apply_one(document), "created")
        move = self.move_of()
        self.assertEqual(self.tax_lines(move), {self.tax: 12.02, low: 2.09})
        self.assertEqual(move.amount_total, 104.16)

    def test_a_rate_that_changed_between_advance_and_invoice(self):
        old = self.make_tax("16 %", 16)
        document = self.service_invoice(
            [("100.00", self.tax)], [("100.00", old)], {self.tax: "20.00", old: "-16.00"}, "4.00"
        )
        self.assert_status(self.apply_one(document), "created")
        self.assertEqual(self.tax_lines(self.move_of()), {self.tax: 20, old: -16})

    def test_fully_covered_comes_to_nothing_and_is_paid(self):
        for number, taxes in enumerate((None, {self.tax: "0.00"})):
            key = f"k/{number}"
            document = self.service_invoice(
                [("33.33", self.tax), ("33.33", self.tax)],
                [("66.66", self.tax)],
                taxes,
                "0.00",
                key=key,
            )
            self.assert_status(self.apply_one(document), "created")
            move = self.move_of(key)
            self.assertEqual(move.move_type, "out_invoice")
            self.assertEqual((move.amount_tax, move.amount_total), (0, 0))
            self.assertEqual(move.payment_state, "paid")

    def test_a_cent_of_tax_where_the_lines_cancel_out(self):
        document = self.service_invoice(
            [("100.05", self.tax)], [("100.05", self.tax)], {self.tax: "0.01"}, "0.01"
        )
        self.assert_status(self.apply_one(document), "created")
        move = self.move_of()
        self.assertEqual((move.amount_tax, move.amount_total), (0.01, 0.01))

    def test_prices_with_tax_included(self):
        included = self.make_tax("20 % incl.", 20, price_include_override="tax_included")
        document = self.service_invoice(
            [("120.06", included)], [("40.02", included)], {included: "13.35"}, "80.05"
        )
        result = self.apply_one(document)
        self.assert_status(result, "created")
        move = self.move_of()
        self.assertEqual((move.amount_untaxed, move.amount_tax), (66.70, 13.35))
        self.assertEqual(move.amount_total, 80.05)

    def test_a_credit_note(self):
        document = self.service_invoice(
            [("100.05", self.tax)], taxes={self.tax: "20.00"}, total="120.05"
        )
        document["values"]["move_type"] = "out_refund"
        self.assert_status(self.apply_one(document), "created")
        move = self.move_of()
        self.assertEqual((move.amount_tax, move.amount_total), (20, 120.05))
        self.assertEqual(self.tax_lines(move), {self.tax: -20})

    def test_a_foreign_currency(self):
        euro = self.make_currency("EUR")
        engagement = self.make_engagement(currency_id=euro.id, state="running")
        document = self.service_invoice(
            [("100.05", self.tax)],
            [("33.37", self.tax)],
            {self.tax: "13.33"},
            "80.01",
            values={
                "currency_id": euro.id,
                "retainer_engagement_id": engagement.id,
                "invoice_currency_rate": "1.25",
            },
        )
        self.assert_status(self.apply_one(document), "created")
        move = self.move_of()
        self.assertEqual(move.invoice_currency_rate, 1.25)
        self.assertEqual(move.amount_total, 80.01)
        # 66.68 at 1.25 = 53.34, 13.33 at 1.25 = 10.66.
        self.assertEqual(move.amount_untaxed_signed, 53.34)
        self.assertEqual(move.amount_tax_signed, 10.66)
        self.assertEqual(sum(move.line_ids.mapped("balance")), 0)

    def test_a_draft_that_is_rewritten(self):
        document = self.service_invoice(
            [("100.05", self.tax)], taxes={self.tax: "20.00"}, post=False
        )
        self.apply_one(document)
        self.assertEqual(self.move_of().amount_tax, 20)
        again = self.service_invoice(
            [("100.05", self.tax)], taxes={self.tax: "20.02"}, post=False, fingerprint="f2"
        )
        self.assert_status(self.apply_one(again), "created")
        self.assertEqual(self.move_of().amount_tax, 20.02)
        self.assert_status(self.apply_one({**again, "post": True}), "created")
        self.assertEqual((self.move_of().state, self.move_of().amount_tax), ("posted", 20.02))

    def test_bad_amounts(self):
        other = self.make_tax("7 %", 7)
        for taxes, words in (
            ({other: "1.00"}, "no line of the document is taxed with"),
            ({self.tax: "20.005"}, "finer than"),
            ({self.tax: "many"}, "not a usable number"),
        ):
            document = self.service_invoice([("100.05", self.tax)], taxes=taxes)
            result = self.apply_one(document)
            self.assert_status(result, "rejected", "refused")
            self.assertIn(words, result["reason"])
        for broken in (
            [{"tax_id": self.tax.id}],
            [{"tax_id": self.tax.id, "amount": "1", "x": 1}],
            "20",
            [{"tax_id": self.tax.id, "amount": "1"}] * 2,
        ):
            document = self.service_invoice([("100.05", self.tax)])
            self.assert_status(self.apply_one({**document, "taxes": broken}), "rejected", "refused")
        document = self.entry("k/1", self.unearned, self.income, "100.00")
        document["taxes"] = [{"tax_id": self.tax.id, "amount": "1.00"}]
        self.assert_status(self.apply_one(document), "rejected", "field_not_allowed")

    def test_the_total_is_checked(self):
        document = self.service_invoice(
            [("100.05", self.tax)], taxes={self.tax: "20.00"}, total="120.06"
        )
        self.assert_status(self.apply_one(document), "rejected", "expect_differs")
        self.assertFalse(self.move_of())

    # ------------------------------------------------------------------ defaults

    def test_defaults_are_what_odoo_puts_on_an_invoice(self):
        low = self.make_tax("7 %", 7)
        position = self.env["account.fiscal.position"].create(
            {
                "name": "Abroad",
                "company_id": self.company.id,
                "tax_ids": [Command.set(low.ids)],
            }
        )
        low.original_tax_ids = self.tax
        income = self.income.copy({"code": "499998", "name": "Consulting"})
        self.service_product.write(
            {"property_account_income_id": income.id, "taxes_id": [Command.set(self.tax.ids)]}
        )
        bare = self.env["product.product"].create(
            {"name": "Bare", "type": "service", "taxes_id": [Command.clear()]}
        )
        abroad = self.env["res.partner"].create(
            {"name": "Abroad", "property_account_position_id": position.id}
        )
        engagements = self.engagement | self.make_engagement(name="Abroad", partner_id=abroad.id)
        engagements |= self.make_engagement(name="Bare", product_id=bare.id)
        engagements |= self.make_engagement(name="None", product_id=False)
        account = self.engagement.project_ids.account_id
        if not account:
            plan = self.env["account.analytic.plan"].create({"name": "Plan"})
            account = self.env["account.analytic.account"].create(
                {"name": "Northwind", "plan_id": plan.id, "company_id": self.company.id}
            )
            self.engagement.project_ids.account_id = account
        rows = self.gateway.defaults(self.company.id, engagements.ids[::-1])
        self.assertEqual([row["engagement_id"] for row in rows], engagements.ids[::-1])
        for row, engagement in zip(rows, engagements[::-1], strict=True):
            draft = self.env["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "partner_id": engagement.partner_id.id,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": "x",
                                "product_id": engagement.product_id.id,
                                "price_unit": 1,
                            }
                        )
                    ],
                }
            )
            line = draft.invoice_line_ids
            self.assertEqual(row["income_account_id"], line.account_id.id, engagement.name)
            self.assertEqual([tax["id"] for tax in row["taxes"]], line.tax_ids.ids, engagement.name)
            self.assertEqual(row["rounding"], self.company.tax_calculation_rounding_method)
        own = rows[-1]
        self.assertEqual(own["income_account_id"], income.id)
        self.assertEqual(own["analytic_account_id"], account.id)
        self.assertEqual(
            own["taxes"],
            [
                {
                    "id": self.tax.id,
                    "name": "20 %",
                    "amount_type": "percent",
                    "amount": 20.0,
                    "price_include": False,
                }
            ],
        )
        self.assertEqual([tax["id"] for tax in rows[-2]["taxes"]], low.ids)
        self.assertEqual(rows[0]["analytic_account_id"], False)

    def test_defaults_of_strangers(self):
        self.assertEqual(self.gateway.defaults(self.company.id, [999999999]), [])
        for bad in ("1", [0], [True], ["1"]):
            with self.refused("engagement_ids must be"):
                self.gateway.defaults(self.company.id, bad)
