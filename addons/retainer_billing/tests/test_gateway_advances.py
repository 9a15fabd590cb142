from odoo import Command
from odoo.tests import new_test_user, tagged

from .common import RetainerCommon, day


@tagged("post_install", "-at_install")
class TestGatewayAdvances(RetainerCommon):
    """Requests, top-ups, and lines that are reconciled one by one."""

    def top_up(self, key="k/top-up", **values):
        return {
            "key": key,
            "kind": "advance",
            "unit": "u/top-up",
            "fingerprint": "a1",
            "values": {
                "partner_id": self.client.id,
                "engagement_ids": self.engagement.ids,
                "currency_id": self.company.currency_id.id,
                "amount": "1000.00",
                "date_request": "2025-03-15",
                "date_due": "2025-03-31",
                "refundable": True,
                "tax_mode": "none",
                **values,
            },
        }

    def request(self, key="k/request", amount="1000.00", **changes):
        document = self.invoice(key, expect={}, **changes)
        document["values"]["retainer_role"] = "advance_request"
        document["lines"] = [
            {
                "name": "Advance",
                "quantity": "1",
                "price_unit": amount,
                "account_id": self.advances.id,
                "tax_ids": [],
            }
        ]
        return document

    def advance_of(self, key="k/top-up"):
        return self.env["retainer.advance"].search([("retainer_key", "=", key)])

    def lot(self, key="k/request"):
        return self.move_of(key).line_ids.filtered(lambda line: line.account_id == self.advances)

    # ------------------------------------------------------------------ top-ups

    def request_of(self, key="k/top-up", **changes):
        """The request of a top-up that stands already."""
        advance = self.advance_of(key)
        document = self.request(bind={"advances": advance.ids}, **changes)
        document["lines"][0]["retainer_advance_id"] = advance.id
        return document

    def test_a_top_up_and_its_request(self):
        self.assert_status(self.apply_one(self.top_up()), "created")
        advance = self.advance_of()
        self.assertEqual((advance.amount, advance.date_request), (1000, day("2025-03-15")))
        self.assertEqual(advance.engagement_ids, self.engagement)
        self.assertEqual(advance.state, "draft")
        request = self.request_of()
        self.assert_status(self.apply_one(request), "created")
        self.assertEqual(advance.request_move_id, self.move_of("k/request"))
        self.assertEqual(self.lot().retainer_advance_id, advance)
        self.assertEqual(advance.state, "requested")
        (row,) = self.gateway.lookup(self.company.id, ["k/top-up"])
        self.assertEqual((row["kind"], row["state"]), ("advance", "requested"))
        results = self.apply(request, self.top_up())
        self.assertEqual([result["status"] for result in results], ["unchanged", "unchanged"])

    def test_a_top_up_that_changes_before_it_is_requested(self):
        self.apply_one(self.top_up())
        again = {**self.top_up(amount="1500.00"), "fingerprint": "a2"}
        result = self.apply_one(again)
        self.assert_status(result, "created")
        self.assertTrue(result["replaced"])
        self.assertEqual(self.advance_of().amount, 1500)
        self.apply_one(self.request_of())
        self.assert_status(
            self.apply_one({**self.top_up(), "fingerprint": "a3"}), "conflict", "posted_differs"
        )

    def test_people_may_amend_days_but_own_what_is_asked(self):
        self.apply_one(self.top_up())
        advance = self.advance_of()
        advance.write({"maturity_date": "2025-12-31", "priority": 1})
        self.assert_status(self.apply_one(self.top_up()), "unchanged")
        advance.amount = 700
        self.assert_status(
            self.apply_one({**self.top_up(), "fingerprint": "a2"}), "conflict", "changed_by_person"
        )

    def test_a_deleted_top_up_stays_deleted(self):
        self.apply_one(self.top_up())
        self.advance_of().unlink()
        self.assert_status(self.apply_one(self.top_up()), "conflict", "deleted")
        (row,) = self.gateway.lookup(self.company.id, ["k/top-up"])
        self.assertEqual(row["state"], "deleted")

    def test_an_advance_must_make_sense(self):
        foreign = self.make_engagement(partner_id=self.other_client.id)
        result = self.apply_one(self.top_up(engagement_ids=foreign.ids))
        self.assert_status(result, "rejected", "refused")
        self.assertIn("Choose engagements of the same client", result["reason"])
        self.assert_status(
            self.apply_one(self.top_up(decision="keep")), "rejected", "field_not_allowed"
        )

    # ------------------------------------------------------------------ requests

    def test_a_request_has_its_own_due_date(self):
        terms = self.env["account.payment.term"].create(
            {"name": "60 days", "line_ids": [Command.create({"nb_days": 60, "value": "percent"})]}
        )
        self.client.property_payment_term_id = terms
        advance = self.env["retainer.advance"].create(
            {"partner_id": self.client.id, "amount": 1000, "date_due": "2025-03-20"}
        )
        document = self.request(
            values={"invoice_date": "2025-03-05", "invoice_date_due": "2025-03-20"},
            bind={"advances": advance.ids},
        )
        document["lines"][0]["retainer_advance_id"] = advance.id
        self.assert_status(self.apply_one(document), "created")
        move = self.move_of("k/request")
        self.assertEqual(move.invoice_date_due, day("2025-03-20"))
        owed = move.line_ids.filtered(lambda line: line.account_id == self.receivable)
        self.assertEqual(owed.date_maturity, day("2025-03-20"))
        self.assert_status(self.apply_one(document), "unchanged")

    # ------------------------------------------------------------------ line by line

    def deducting(self, *parts, key="k/deduct", **changes):
        """An invoice of 1050 that deducts parts of lots: [(lot, amount)]."""
        document = self.invoice(key, expect={}, **changes)
        document["lines"] += [
            {
                "name": "Advance",
                "quantity": "1",
                "price_unit": f"-{amount}",
                "account_id": self.advances.id,
                "tax_ids": [],
                "reconcile_line_id": lot.id,
            }
            for lot, amount in parts
        ]
        return document

    def two_lots(self):
        self.apply(self.request("k/a", "400.00"), self.request("k/b", "500.00"))
        return self.lot("k/a"), self.lot("k/b")

    def test_lines_of_one_account_draw_lots_of_their_own(self):
        first, second = self.two_lots()
        document = self.deducting((second, "300.00"), (first, "400.00"))
        self.assert_status(self.apply_one(document), "created")
        self.assertEqual((first.amount_residual, second.amount_residual), (0, -200))
        self.assertEqual(self.move_of("k/deduct").amount_residual, 350)
        self.assert_status(self.apply_one(document), "unchanged")

    def test_never_more_than_the_lot(self):
        first, second = self.two_lots()
        result = self.apply_one(self.deducting((first, "400.01"), (second, "1.00")))
        self.assert_status(result, "rejected", "refused")
        self.assertIn("draws more on", result["reason"])
        self.assertEqual((first.amount_residual, second.amount_residual), (-400, -500))

    def test_a_draft_draws_when_it_is_posted(self):
        first, _second = self.two_lots()
        self.assert_status(self.apply_one(self.deducting((first, "100.00"), post=False)), "created")
        self.assertEqual(first.amount_residual, -400)
        self.move_of("k/deduct").action_post()
        self.assertEqual(first.amount_residual, -300)

    def test_a_draft_whose_lot_is_gone_says_so(self):
        first, _second = self.two_lots()
        self.apply_one(self.deducting((first, "100.00"), post=False))
        self.apply_one(self.deducting((first, "400.00"), key="k/faster"))
        with self.refused("the counterpart has no open line"):
            self.move_of("k/deduct").action_post()

    def test_lines_and_accounts_together(self):
        """Line by line on the liability, by account on the receivable."""
        first, second = self.two_lots()
        self.apply_one(self.invoice())
        owed = self.move_of().line_ids.filtered(lambda line: line.account_id == self.receivable)
        entry = self.entry(
            "k/draw",
            self.advances,
            self.receivable,
            "700.00",
            values={"retainer_role": "drawdown"},
            reconcile=[{"account_id": self.receivable.id, "line_ids": owed.ids}],
        )
        line = entry["lines"][0]
        entry["lines"] = [
            {**line, "debit": "400.00", "reconcile_line_id": first.id},
            {**line, "debit": "300.00", "reconcile_line_id": second.id},
            entry["lines"][1],
        ]
        self.assert_status(self.apply_one(entry), "created")
        self.assertEqual((first.amount_residual, second.amount_residual), (0, -200))
        self.assertEqual(self.move_of().amount_residual, 350)

    def test_foreign_draws_are_worth_what_they_say(self):
        """A lot keeps its rate: no draw makes an exchange difference; the last takes the rest."""
        euro = self.make_currency("EUR", rate=2.0)
        engagement = self.make_engagement(currency_id=euro.id, state="running")
        values = {"currency_id": euro.id, "retainer_engagement_id": engagement.id}
        for number, draws in enumerate(
            (
                (("333.33", "166.67"), ("333.33", "166.66"), ("333.34", "166.67")),
                (("0.01", "0.01"), ("0.01", "0.00"), ("999.98", "499.99")),
                (("999.99", "500.00"), ("0.01", "0.00")),
                (("500.00", "250.50"), ("250.00", "125.00"), ("250.00", "124.50")),
                (("500.00", "240.00"), ("500.00", "260.00")),
            )
        ):
            self.apply_one(self.request(f"k/a{number}", "1000.00", values=values))
            lot = self.lot(f"k/a{number}")
            left, left_company = -1000, -500
            for step, (amount, company) in enumerate(draws):
                key = f"k/draw/{number}/{step}"
                entry = self.entry(key, self.advances, self.income, "0", values=values)
                entry["lines"] = [
                    {
                        "name": "Draw",
                        "account_id": account.id,
                        "partner_id": self.client.id,
                        "currency_id": euro.id,
                        "amount_currency": f"{sign}{amount}",
                        "balance": f"{sign}{company}",
                    }
                    for account, sign in ((self.advances, ""), (self.income, "-"))
                ]
                entry["lines"][0]["reconcile_line_id"] = lot.id
                self.assert_status(self.apply_one(entry), "created")
                left, left_company = left + float(amount), left_company + float(company)
                self.assertAlmostEqual(lot.amount_residual_currency, left, 2)
                self.assertAlmostEqual(lot.amount_residual, left_company, 2)
                parts = lot.matched_debit_ids
                self.assertFalse(parts.exchange_move_id)
            self.assertTrue(lot.reconciled)
            self.assertAlmostEqual(sum(parts.mapped("amount")), 500, 2)

    def test_a_foreign_return_books_the_difference_of_the_rates(self):
        """A credit note is worth what its day says; Odoo books the rest as it does everywhere."""
        euro = self.make_currency("EUR", rate=2.0)
        engagement = self.make_engagement(currency_id=euro.id, state="running")
        values = {"currency_id": euro.id, "retainer_engagement_id": engagement.id}
        self.apply_one(self.request("k/a", "1000.00", values=values))
        lot = self.lot("k/a")
        document = self.request("k/return", "1000.00", values={**values, "move_type": "out_refund"})
        document["values"].update(retainer_role="advance_return", invoice_currency_rate="2.5")
        document["lines"][0]["reconcile_line_id"] = lot.id
        self.assert_status(self.apply_one(document), "created")
        self.assertTrue(lot.reconciled)
        self.assertEqual(sum(lot.matched_debit_ids.exchange_move_id.line_ids.mapped("debit")), 100)

    def test_what_a_foreign_deduction_differs_from_its_advance_is_revenue(self):
        """An advance keeps its rate (IFRIC 22.8): no exchange difference, whoever posts."""
        euro = self.make_currency("EUR", rate=2.0)
        engagement = self.make_engagement(currency_id=euro.id, state="running")
        values = {"currency_id": euro.id, "retainer_engagement_id": engagement.id}
        (own,) = self.gateway.defaults(self.company.id, [engagement.id])
        for number, (rate, difference) in enumerate((("2.5", -100), ("1.6", 125))):
            self.apply_one(self.request(f"k/a{number}", "1000.00", values=values))
            lot = self.lot(f"k/a{number}")
            key = f"k/draw{number}"
            document = self.request(key, "1000.00", values={**values, "move_type": "out_refund"})
            document["values"].update(retainer_role="drawdown", invoice_currency_rate=rate)
            document["lines"][0]["reconcile_line_id"] = lot.id
            self.assert_status(self.apply_one(document), "created")
            self.assertTrue(lot.reconciled)
            other = lot.matched_debit_ids.exchange_move_id.line_ids.filtered(
                lambda line: line.account_id != self.advances
            )
            self.assertEqual(other.account_id.id, own["income_account_id"])
            self.assertEqual(other.balance, difference)

    def test_counterparts_are_checked(self):
        first, _second = self.two_lots()
        receivable = self.move_of("k/a").line_ids - first
        for lot, changes, words in (
            (receivable, {}, "no open, posted line"),
            (first, {"account_id": self.income.id}, "does not allow reconciliation"),
            (first, {"account_id": False}, "must give its account_id"),
        ):
            document = self.deducting((lot, "10.00"))
            document["lines"][1].update(changes)
            result = self.apply_one(document)
            self.assert_status(result, "rejected", "refused")
            self.assertIn(words, result["reason"])
        document = self.deducting((first, "10.00"))
        document["lines"][1]["reconcile_line_id"] = 999999999
        self.assert_status(self.apply_one(document), "rejected", "unknown_record")

    def test_only_the_service_wishes_a_reconciliation(self):
        first, _second = self.two_lots()
        self.apply_one(self.deducting((first, "10.00"), post=False))
        user = new_test_user(
            self.env,
            login="bookkeeper",
            groups="account.group_account_manager,retainer_billing.group_manager",
        )
        line = self.move_of("k/deduct").invoice_line_ids[0].with_user(user)
        with self.refused("only the billing service writes this field"):
            line.retainer_reconcile_line_id = first.id

    # ------------------------------------------------------------------ tax of a line, settling

    def test_a_line_carries_its_share_of_the_tax(self):
        first, _second = self.two_lots()
        document = self.deducting((first, "100.00"))
        document["lines"][1].update(tax_ids=self.tax.ids, retainer_taxes=[[self.tax.id, "-20.00"]])
        self.assert_status(self.apply_one(document), "created")
        line = self.move_of("k/deduct").invoice_line_ids[1]
        self.assertEqual(line.retainer_taxes, [[self.tax.id, "-20.00"]])
        credit = self.move_of("k/deduct")._reverse_moves([{"invoice_date": "2025-04-01"}])
        self.assertFalse(any(credit.line_ids.mapped("retainer_taxes")))
        for broken in ("x", [1], [[self.tax.id]], [[self.tax.id, "much"]], [[0, "1"]]):
            document["key"] = "k/broken"
            document["lines"][1]["retainer_taxes"] = broken
            self.assert_status(self.apply_one(document), "rejected", "refused")
        document["lines"][1]["retainer_taxes"] = [[999999999, "1.00"]]
        self.assert_status(self.apply_one(document), "rejected", "unknown_record")

    def test_settling_receivables(self):
        self.apply(self.invoice("k/a"), self.invoice("k/b"))
        owed = [
            self.move_of(key).line_ids.filtered(lambda line: line.account_id == self.receivable)
            for key in ("k/a", "k/b")
        ]
        credit = self.invoice("k/credit", expect={}, values={"move_type": "out_refund"})
        credit["lines"][0].update({"quantity": "1", "price_unit": "1200.00"})
        credit["settle"] = [{"account_id": self.receivable.id, "line_id": line.id} for line in owed]
        self.assert_status(self.apply_one(credit), "created")
        self.assertEqual([line.amount_residual for line in owed], [0, 900])
        self.assertEqual(self.move_of("k/credit").amount_residual, 0)
        # Nothing open is a refusal now, and no hindrance for a draft later.
        late = {**credit, "key": "k/late", "unit": "k/late", "post": False}
        self.assert_status(self.apply_one(late), "rejected", "refused")
        late["settle"] = late["settle"][1:]
        self.assert_status(self.apply_one(late), "created")
        self.pay(self.move_of("k/b"), 900)
        self.move_of("k/late").action_post()
        self.assertEqual(self.move_of("k/late").amount_residual, 1200)

    def test_what_is_no_settling(self):
        entry = self.entry("k/1", self.unearned, self.income, "100.00")
        entry["settle"] = [{"account_id": self.receivable.id, "line_id": 1}]
        self.assert_status(self.apply_one(entry), "rejected", "field_not_allowed")
        for broken in ("x", [1], [{"account_id": self.receivable.id}]):
            document = {**self.invoice(), "settle": broken}
            self.assert_status(self.apply_one(document), "rejected", "refused")

    # ------------------------------------------------------------------ lock dates

    def test_lock_exceptions_of_the_service_count(self):
        """What Odoo itself says the service's user must keep to; an exception is seen."""
        locks = ("user_fiscalyear_lock_date", "user_sale_lock_date", "user_tax_lock_date")

        def read():
            self.env.invalidate_all()
            company = self.env["res.company"].with_user(self.service_user)
            (row,) = company.search_read(
                [("id", "=", self.company.id)], [*locks, "user_hard_lock_date"]
            )
            return [str(row[name]) for name in (*locks, "user_hard_lock_date")]

        never = "0001-01-01"
        self.assertEqual(read(), [never] * 4)
        self.company.fiscalyear_lock_date = "2025-03-31"
        self.company.sale_lock_date = "2025-02-28"
        self.company.tax_lock_date = "2025-01-31"
        self.assertEqual(read(), ["2025-03-31", "2025-02-28", "2025-01-31", never])
        entry = self.entry(
            "k/1", self.unearned, self.income, "10.00", expect={"date": "2025-03-31"}
        )
        self.assert_status(self.apply_one(entry), "rejected", "expect_differs")
        # An exception for another user is none of the service's.
        self.exception(user_id=self.env.ref("base.user_admin").id, fiscalyear_lock_date=False)
        self.assertEqual(read()[0], "2025-03-31")
        self.assert_status(self.apply_one(entry), "rejected", "expect_differs")
        own = self.exception(user_id=self.service_user.id, fiscalyear_lock_date="2025-02-28")
        self.assertEqual(read()[0], "2025-02-28")
        self.assert_status(self.apply_one(entry), "created")
        own.action_revoke()
        self.assertEqual(read()[0], "2025-03-31")
        # One for everyone, without a new date: open altogether.
        self.exception(user_id=False, fiscalyear_lock_date=False)
        self.assertEqual(read()[0], never)

    def exception(self, **values):
        return self.env["account.lock_exception"].create(
            {"company_id": self.company.id, "reason": "Test", **values}
        )
