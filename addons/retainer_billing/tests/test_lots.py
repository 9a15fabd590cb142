from odoo import Command, fields
from odoo.tests import new_test_user, tagged

from .common import RetainerCommon, day


@tagged("post_install", "-at_install")
class TestLots(RetainerCommon):
    """All lots of an advance count: its request, what was taken over, what was restored."""

    def setUp(self):
        super().setUp()
        self.advance = self.env["retainer.advance"].create(
            {
                "partner_id": self.client.id,
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
                "amount": 1000,
                "date_due": "2025-03-01",
            }
        )

    def opening(self, amount=800, advance=None, date="2025-01-01", post=True, **values):
        """The entry in which a bookkeeper takes over a balance from another system."""
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": date,
                "line_ids": [
                    Command.create(
                        {
                            "name": "Opening balance",
                            "account_id": self.advances.id,
                            "partner_id": self.client.id,
                            "credit": amount,
                            "retainer_advance_id": (advance or self.advance).id
                            if advance is not False
                            else False,
                            **values,
                        }
                    ),
                    Command.create(
                        {
                            "name": "x",
                            "account_id": self.account_of_type("equity").id,
                            "debit": amount,
                        }
                    ),
                ],
            }
        )
        if post:
            move.action_post()
        return move.line_ids.filtered("credit")

    def draw(self, lot, amount, key="k/draw", date="2025-03-31", **changes):
        document = self.entry(
            key,
            self.advances,
            self.receivable,
            amount,
            values={"retainer_role": "drawdown", "date": date, **changes.pop("values", {})},
            **changes,
        )
        document["lines"][0].update(retainer_advance_id=self.advance.id, reconcile_line_id=lot.id)
        self.assert_status(self.apply_one(document), "created")
        return self.move_of(key)

    def figures(self, advance=None):
        advance = advance or self.advance
        advance.invalidate_recordset()
        return tuple(
            advance[name]
            for name in ("state", "unpaid", "received", "consumed", "returned", "remaining")
        )

    def request(self, amount="1000.00", taxes=None):
        document = self.invoice(
            "k/request",
            expect={},
            values={"retainer_role": "advance_request"},
            bind={"advances": self.advance.ids},
        )
        document["lines"] = [
            {
                "name": "Advance",
                "quantity": "1",
                "price_unit": amount,
                "account_id": self.advances.id,
                "tax_ids": taxes.ids if taxes else [],
                "retainer_advance_id": self.advance.id,
            }
        ]
        self.assert_status(self.apply_one(document), "created")
        move = self.move_of("k/request")
        return move.line_ids.filtered(
            lambda line: line.account_id == self.advances and line.display_type == "product"
        )

    def test_an_opening_balance_is_received(self):
        lot = self.opening()
        self.assertEqual(self.figures(), ("paid", 0, 800, 0, 0, 800))
        self.assertEqual(self.advance.received_on, day("2025-01-01"))
        self.draw(lot, "300.00")
        self.assertEqual(self.figures(), ("paid", 0, 800, 300, 0, 500))
        self.draw(lot, "500.00", "k/draw/2")
        self.assertEqual(self.figures(), ("exhausted", 0, 800, 800, 0, 0))
        self.assertEqual(self.advance.drawdown_ids.mapped("lot_move_id"), lot.move_id)

    def test_request_and_opening_add_up(self):
        self.opening()
        lot = self.request()
        self.assertEqual(self.figures(), ("paid", 1000, 800, 0, 0, 800))
        self.pay(lot.move_id, 250)
        self.assertEqual(self.figures(), ("paid", 750, 1050, 0, 0, 1050))

    def test_a_draft_counts_for_nothing(self):
        self.opening(post=False)
        self.assertEqual(self.figures(), ("draft", 0, 0, 0, 0, 0))

    def test_what_is_restored_can_be_drawn_again(self):
        lot = self.request()
        self.pay(lot.move_id, 1000)
        self.draw(lot, "700.00")
        document = self.entry(
            "k/undo",
            self.receivable,
            self.advances,
            "700.00",
            values={"retainer_role": "drawdown"},
        )
        document["lines"][1]["retainer_advance_id"] = self.advance.id
        self.assert_status(self.apply_one(document), "created")
        self.assertEqual(self.figures(), ("paid", 0, 1000, 0, 0, 1000))
        restored = self.move_of("k/undo").line_ids.filtered("credit")
        self.draw(restored, "200.00", "k/draw/2")
        self.assertEqual(self.figures(), ("paid", 0, 1000, 200, 0, 800))
        lots = self.advance.lot_ids
        self.assertEqual(
            [(each.origin, each.received, each.consumed, each.remaining) for each in lots],
            [("request", 1000, 700, 300), ("restored", 0, -500, 500)],
        )

    def test_the_credit_note_of_a_deducting_invoice_restores_the_advance(self):
        lot = self.request(taxes=self.tax)
        self.pay(lot.move_id, 1200)
        self.assertEqual(self.figures(), ("paid", 0, 1000, 0, 0, 1000))
        document = self.invoice("k/deduct", expect={"amount_total": "0.00"})
        document["lines"] = [
            {
                "name": name,
                "quantity": "1",
                "price_unit": amount,
                "account_id": account.id,
                "tax_ids": self.tax.ids,
                **more,
            }
            for name, amount, account, more in (
                ("Work", "600.00", self.income, {}),
                (
                    "Advance",
                    "-600.00",
                    self.advances,
                    {"retainer_advance_id": self.advance.id, "reconcile_line_id": lot.id},
                ),
            )
        ]
        self.assert_status(self.apply_one(document), "created")
        self.assertEqual(self.move_of("k/deduct").payment_state, "paid")
        self.assertEqual(self.figures(), ("paid", 0, 1000, 600, 0, 400))
        credit = self.move_of("k/deduct")._reverse_moves([{"invoice_date": "2025-04-02"}])
        self.assertEqual(credit.line_ids.retainer_advance_id, self.advance)
        self.assertFalse(credit.line_ids.retainer_reconcile_line_id)
        credit.action_post()
        self.assertEqual(self.figures(), ("paid", 0, 1000, 0, 0, 1000))
        self.assertEqual(self.advance.lot_ids.mapped("origin"), ["request", "restored"])

    def test_a_payment_that_bounces_after_a_draw(self):
        lot = self.request()
        payment = self.pay(lot.move_id, 1000)
        self.draw(lot, "700.00")
        payment.action_draft()
        payment.action_cancel()
        # The draw stays; what is left in the ledger cannot be drawn any more.
        self.assertEqual(self.figures(), ("requested", 300, 0, 700, 0, 0))
        self.assertEqual(self.advance.shortfall, 700)
        # What a credit note gives back of it was never paid: 1000 are unpaid, nothing is left.
        document = self.entry(
            "k/undo",
            self.receivable,
            self.advances,
            "600.00",
            values={"retainer_role": "drawdown"},
        )
        document["lines"][1]["retainer_advance_id"] = self.advance.id
        self.assert_status(self.apply_one(document), "created")
        self.assertEqual(self.figures(), ("requested", 900, 0, 100, 0, 0))
        self.assertEqual(self.advance.shortfall, 100)
        self.assertEqual(
            [(each.unpaid, each.remaining, each.shortfall) for each in self.advance.lot_ids],
            [(300, 0, 100), (600, 0, 0)],
        )
        # 800 come in: 200 are unpaid of 900 that are left in the ledger.
        self.pay(lot.move_id, 800)
        self.assertEqual(self.figures(), ("paid", 200, 800, 100, 0, 700))
        self.assertEqual(self.advance.shortfall, 0)

    def test_what_is_shown_apart_at_year_end_is_no_lot(self):
        self.opening()
        noncurrent = self.company.retainer_advance_noncurrent_account_id
        for key, date, debit, credit in (
            ("k/split", "2025-12-31", self.advances, noncurrent),
            ("k/back", "2026-01-01", noncurrent, self.advances),
        ):
            document = self.entry(
                key,
                debit,
                credit,
                "500.00",
                values={"retainer_role": "reclassification", "date": date},
            )
            self.assert_status(self.apply_one(document), "created")
        self.assertEqual(self.figures(), ("paid", 0, 800, 0, 0, 800))
        lots = self.env["retainer.lot"].search([("partner_id", "=", self.client.id)])
        self.assertEqual(lots.mapped("open"), [800])

    def test_many_advances_cost_as_much_as_one(self):
        advances = self.advance
        for number in range(4):
            advance = self.advance.copy()
            self.opening(100 + number, advance)
            advances |= advance
        self.opening(50)
        advances.invalidate_recordset()
        self.env.flush_all()
        advances.mapped("display_name")
        with self.assertQueryCount(4):
            self.assertEqual(sum(advances.mapped("remaining")), 50 + 100 + 101 + 102 + 103)

    # ------------------------------------------------------------------ the monitor's figures

    def test_figures_of_a_lot(self):
        today = fields.Date.today()
        lot = self.opening(date=str(fields.Date.subtract(today, days=40)))
        self.draw(lot, "200.00", date=str(fields.Date.subtract(today, days=10)))
        sale = self.invoice(
            values={"invoice_date": str(fields.Date.subtract(today, days=5))}, expect={}
        )
        sale["lines"][0].update({"quantity": "1", "price_unit": "900"})
        self.apply_one(sale)
        (row,) = self.advance.lot_ids
        self.assertEqual((row.kind, row.origin, row.status), ("advances", "opening", "open"))
        self.assertEqual((row.age_days, row.age_band), (40, "b060"))
        self.assertEqual(row.partner_id, self.client)
        self.assertEqual((row.received, row.consumed, row.remaining), (800, 200, 600))
        # 200 in 40 days are 5 a day, 900 of sales in 90 days are 10 a day.
        self.assertEqual((row.days_of_cover, row.days_of_sales), (120, 60))
        self.assertEqual(row.runs_out_on, fields.Date.add(today, days=120))
        self.assertEqual(row.last_draw_on, fields.Date.subtract(today, days=10))

    def test_ageing_bands(self):
        today = fields.Date.today()
        for days, band in (
            (0, "b030"),
            (30, "b030"),
            (31, "b060"),
            (60, "b060"),
            (61, "b090"),
            (90, "b090"),
            (91, "b180"),
            (180, "b180"),
            (181, "b365"),
            (365, "b365"),
            (366, "b999"),
        ):
            lot = self.opening(date=str(fields.Date.subtract(today, days=days)))
            self.assertEqual(self.env["retainer.lot"].browse(lot.id).age_band, band, days)

    def test_a_fee_is_a_lot_too(self):
        document = self.invoice("k/fee", expect={}, values={"retainer_role": "fee"})
        document["lines"][0].update(
            {"quantity": "1", "price_unit": "1200.00", "account_id": self.unearned.id}
        )
        self.apply_one(document)
        move = self.move_of("k/fee")
        line = move.line_ids.filtered(lambda each: each.account_id == self.unearned)
        lot = self.env["retainer.lot"].browse(line.id)
        self.assertEqual((lot.kind, lot.origin, lot.status), ("unearned", "fee", "open"))
        # Its service is owed, paid or not.
        self.assertEqual((lot.open, lot.unpaid, lot.remaining), (1200, 0, 1200))
        self.assertEqual(
            (lot.engagement_id, lot.maturity_date), (self.engagement, day("2025-03-31"))
        )
        self.assertEqual(lot.received_on, day("2025-03-31"))

    # ------------------------------------------------------------------ links

    def test_a_link_must_make_sense(self):
        other = self.env["retainer.advance"].create(
            {"partner_id": self.other_client.id, "amount": 5}
        )
        euros = self.env["retainer.advance"].create(
            {
                "partner_id": self.client.id,
                "amount": 5,
                "currency_id": self.make_currency("EUR").id,
            }
        )
        for words, values in (
            ("Choose an advance of this client", {"advance": other}),
            ("Enter the line in EUR", {"advance": euros}),
            ("names no client", {"partner_id": False}),
            ("is no customer advances account", {"account_id": self.unearned.id}),
        ):
            with self.subTest(words), self.refused(words):
                self.opening(**values)
        sister = self.make_company()
        foreign = self.env["retainer.advance"].create(
            {"partner_id": self.client.id, "amount": 5, "company_id": sister.id}
        )
        with self.refused("Choose an advance of that company"):
            self.opening(advance=foreign)

    def user(self, login, *groups):
        return new_test_user(self.env, login=login, groups=",".join(groups))

    def test_who_may_link_a_posted_line(self):
        lot = self.opening(advance=False)
        bookkeeper = self.user("bookkeeper", "account.group_account_manager")
        keeper = self.user(
            "keeper", "account.group_account_manager", "retainer_billing.group_manager"
        )
        with self.refused("set by retainer managers"):
            lot.with_user(bookkeeper).retainer_advance_id = self.advance
        lot.with_user(keeper).with_context(
            tracking_disable=False
        ).retainer_advance_id = self.advance
        self.assertEqual(self.figures(), ("paid", 0, 800, 0, 0, 800))
        self.assertIn("was linked to this advance", self.advance.message_ids[0].body)
        self.assertIn("keeper", self.advance.message_ids[0].body)
        self.draw(lot, "100.00")
        with self.refused("Unreconcile it first"):
            lot.with_user(keeper).retainer_advance_id = False
        drawn = self.move_of("k/draw").line_ids.filtered("debit")
        with self.refused("was written by the billing service"):
            drawn.with_user(keeper).retainer_advance_id = False

    def test_a_request_that_a_person_made_is_linked(self):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.client.id,
                "invoice_date": "2025-03-01",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Advance",
                            "price_unit": 1000,
                            "account_id": self.advances.id,
                            "tax_ids": [],
                        }
                    )
                ],
            }
        )
        self.advance.request_move_id = move
        self.assertEqual(move.invoice_line_ids.retainer_advance_id, self.advance)
        # Who makes the line anew before posting has forgotten nothing.
        move.invoice_line_ids = [
            Command.clear(),
            Command.create(
                {
                    "name": "Advance",
                    "price_unit": 1000,
                    "account_id": self.advances.id,
                    "tax_ids": [],
                }
            ),
        ]
        self.assertFalse(move.invoice_line_ids.retainer_advance_id)
        move.action_post()
        self.assertEqual(move.invoice_line_ids.retainer_advance_id, self.advance)
        self.assertEqual(self.figures(), ("requested", 1000, 0, 0, 0, 0))
