from odoo import Command, fields
from odoo.tests import tagged

from .common import RetainerCommon, day


@tagged("post_install", "-at_install")
class TestAdvance(RetainerCommon):
    def make_advance(self, **values):
        return self.env["retainer.advance"].create(
            {
                "partner_id": self.client.id,
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
                "amount": 1000,
                "date_due": "2025-03-01",
                **values,
            }
        )

    def request(self, advance, amount=1000, taxes=None):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.client.id,
                "invoice_date": "2025-03-01",
                "retainer_role": "advance_request",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Advance",
                            "price_unit": amount,
                            "account_id": self.advances.id,
                            "tax_ids": [Command.set(taxes.ids if taxes else [])],
                        }
                    )
                ],
            }
        )
        advance.request_move_id = move
        return move

    def lot(self, advance):
        return advance.line_ids.filtered(
            lambda line: line.parent_state == "posted" and line.balance < 0
        )

    def draw(self, advance, amount, key="k/draw", date="2025-03-31"):
        document = self.entry(
            key,
            self.advances,
            self.receivable,
            amount,
            values={"retainer_role": "drawdown", "date": date},
            reconcile=[{"account_id": self.advances.id, "line_ids": self.lot(advance).ids}],
        )
        self.assert_status(self.apply_one(document), "created")
        return self.move_of(key)

    def figures(self, advance):
        advance.invalidate_recordset()
        return (
            advance.state,
            advance.received,
            advance.consumed,
            advance.returned,
            advance.remaining,
        )

    def test_the_life_of_an_advance(self):
        advance = self.make_advance()
        self.assertRegex(advance.name, r"^ADV/\d{4}/\d{4}$")
        self.assertEqual(self.figures(advance), ("draft", 0, 0, 0, 0))
        move = self.request(advance)
        self.assertEqual(self.figures(advance), ("draft", 0, 0, 0, 0))
        move.action_post()
        self.assertEqual(self.figures(advance), ("requested", 0, 0, 0, 0))
        self.pay(move, 400, "2025-03-05")
        self.assertEqual(self.figures(advance), ("paid", 400, 0, 0, 400))
        self.assertEqual(advance.received_on, day("2025-03-05"))
        self.pay(move, 600, "2025-03-10")
        self.draw(advance, "700.00")
        self.assertEqual(self.figures(advance), ("paid", 1000, 700, 0, 300))
        self.assertEqual(advance.last_draw_on, day("2025-03-31"))
        self.draw(advance, "300.00", "k/draw/2")
        self.assertEqual(self.figures(advance), ("exhausted", 1000, 1000, 0, 0))

    def test_a_credit_note_returns_the_rest(self):
        advance = self.make_advance()
        move = self.request(advance)
        move.action_post()
        self.pay(move, 1000)
        self.draw(advance, "700.00")
        credit = self.invoice(
            "k/return",
            values={"move_type": "out_refund", "retainer_role": "advance_return"},
            expect={"amount_untaxed": "300.00"},
            reconcile=[{"account_id": self.advances.id, "line_ids": self.lot(advance).ids}],
        )
        credit["lines"][0].update(
            {"quantity": "1", "price_unit": "300.00", "account_id": self.advances.id}
        )
        self.assert_status(self.apply_one(credit), "created")
        self.assertEqual(self.figures(advance), ("closed", 1000, 700, 300, 0))
        self.assertEqual(
            sorted(advance.drawdown_ids.mapped(lambda line: (line.kind, line.amount))),
            [("draw", 700), ("return", 300)],
        )

    def test_a_cancelled_request_returned_nothing(self):
        advance = self.make_advance()
        move = self.request(advance)
        move.action_post()
        move._reverse_moves([{"invoice_date": "2025-03-02"}], cancel=True)
        self.assertEqual(self.figures(advance), ("closed", 0, 0, 0, 0))

    def test_an_unpaid_rest_that_is_cancelled(self):
        advance = self.make_advance()
        move = self.request(advance)
        move.action_post()
        self.pay(move, 400)
        refund = move._reverse_moves([{"invoice_date": "2025-03-06"}])
        refund.invoice_line_ids.price_unit = 600
        refund.action_post()
        self.assertEqual(self.figures(advance), ("paid", 400, 0, 0, 400))

    def test_tax_on_receipt_is_not_part_of_the_advance(self):
        advance = self.make_advance(tax_mode="on_receipt")
        move = self.request(advance, taxes=self.tax)
        move.action_post()
        self.assertEqual(move.amount_total, 1200)
        self.pay(move, 600)
        self.assertEqual(self.figures(advance), ("paid", 500, 0, 0, 500))
        self.pay(move, 600)
        self.assertEqual(self.figures(advance), ("paid", 1000, 0, 0, 1000))

    def test_a_foreign_currency(self):
        euro = self.make_currency("EUR")
        advance = self.make_advance(currency_id=euro.id)
        move = self.request(self.make_advance())
        move.unlink()
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.client.id,
                "invoice_date": "2025-03-01",
                "currency_id": euro.id,
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
        advance.request_move_id = move
        move.action_post()
        self.pay(move, 1000)
        self.assertEqual(self.figures(advance), ("paid", 1000, 0, 0, 1000))

    def test_maturity_and_outlook(self):
        today = fields.Date.today()
        advance = self.make_advance(
            date_due=fields.Date.subtract(today, days=60),
            maturity_date=fields.Date.subtract(today, days=1),
        )
        move = self.request(advance)
        move.invoice_date = fields.Date.subtract(today, days=60)
        move.action_post()
        self.pay(move, 1000, fields.Date.subtract(today, days=50))
        self.draw(advance, "500.00", date=str(fields.Date.subtract(today, days=10)))
        self.assertEqual(self.figures(advance)[0], "matured")
        self.assertEqual(advance.age_days, 50)
        self.assertEqual(advance.average_daily_draw, 10)
        self.assertEqual(advance.runs_out_on, fields.Date.add(today, days=50))
        self.assertEqual(advance.days_of_sales, 0)
        found = self.env["retainer.advance"].search(
            [("state", "=", "matured"), ("id", "=", advance.id)]
        )
        self.assertEqual(found, advance)
        advance.maturity_date = today
        self.assertEqual(self.figures(advance)[0], "paid")

    def test_days_of_sales(self):
        today = fields.Date.today()
        advance = self.make_advance()
        move = self.request(advance)
        move.action_post()
        self.pay(move, 1000)
        sale = self.invoice(
            values={"invoice_date": str(fields.Date.subtract(today, days=5))}, expect={}
        )
        sale["lines"][0].update({"quantity": "1", "price_unit": "900"})
        self.assert_status(self.apply_one(sale), "created")
        advance.invalidate_recordset()
        # 900 in 90 days are 10 a day.
        self.assertEqual(advance.days_of_sales, 100)

    def test_the_drawdown_names_the_invoice_it_paid(self):
        advance = self.make_advance()
        move = self.request(advance)
        move.action_post()
        self.pay(move, 1000)
        self.apply_one(self.invoice())
        invoice = self.move_of()
        owed = invoice.line_ids.filtered(lambda line: line.account_id == self.receivable)
        document = self.entry(
            "k/draw",
            self.advances,
            self.receivable,
            "1000.00",
            values={"retainer_role": "drawdown"},
            reconcile=[
                {"account_id": self.advances.id, "line_ids": self.lot(advance).ids},
                {"account_id": self.receivable.id, "line_ids": owed.ids},
            ],
        )
        self.assert_status(self.apply_one(document), "created")
        drawdown = advance.drawdown_ids
        self.assertEqual(drawdown.invoice_id, invoice)
        self.assertEqual(drawdown.entry_id, self.move_of("k/draw"))
        self.assertEqual((drawdown.amount, drawdown.kind), (1000, "draw"))
        self.assertEqual(invoice.amount_residual, 50)

    # ------------------------------------------------------------------ constraints

    def test_nonsense(self):
        for words, values in (
            ("more than 0", {"amount": 0}),
            ("more than 0", {"amount": -5}),
            ("cannot be negative", {"priority": -1}),
        ):
            with (
                self.subTest(words),
                self.refused(words),
            ):
                self.make_advance(**values)
        with self.refused("matures before it is due"):
            self.make_advance(maturity_date="2025-02-28")

    def test_scope(self):
        foreign = self.make_engagement(partner_id=self.other_client.id)
        with self.refused("Choose engagements of the same client"):
            self.make_advance(engagement_ids=[Command.set(foreign.ids)])
        euros = self.make_engagement(currency_id=self.make_currency("EUR").id)
        with self.refused("Request the advance in EUR"):
            self.make_advance(engagement_ids=[Command.set(euros.ids)])

    def test_the_request_is_the_right_invoice(self):
        advance = self.make_advance()
        for values, words in (
            ({"partner_id": self.other_client.id}, "for another client"),
            ({"move_type": "out_refund"}, "not a customer invoice"),
            ({}, "no line on the customer advances account"),
        ):
            move = self.env["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.client.id,
                    "invoice_line_ids": [Command.create({"name": "x", "price_unit": 1})],
                    **values,
                }
            )
            with self.refused(words):
                advance.request_move_id = move
        move = self.request(advance)
        with self.refused("the request of another advance"):
            self.make_advance(request_move_id=move.id)

    def test_a_decision_needs_who_and_why(self):
        advance = self.make_advance()
        for values in (
            {"decision": "return"},
            {"decision": "return", "decision_by": self.env.user.id},
            {"decision": "keep", "decision_note": "Because"},
            {"decision": "keep", "decision_by": self.env.user.id, "decision_note": "  "},
        ):
            with self.refused("the person who took it and a note why"):
                advance.write(values)
        decided = {"decision_by": self.env.user.id, "decision_note": "Agreed on 3 March"}
        with self.refused("cannot become revenue"):
            advance.write({"decision": "recognise", **decided})
        advance.write({"decision": "recognise", "refundable": False, **decided})
        with self.refused("cannot become revenue"):
            advance.refundable = True

    def test_the_service_binds_the_request(self):
        advance = self.make_advance()
        document = self.invoice("k/request", bind={"advances": advance.ids}, expect={})
        document["values"]["retainer_role"] = "advance_request"
        document["lines"][0].update(
            {"account_id": self.advances.id, "quantity": "1", "price_unit": "1000.00"}
        )
        self.assert_status(self.apply_one(document), "created")
        self.assertEqual(advance.request_move_id, self.move_of("k/request"))
        self.assertEqual(self.figures(advance)[0], "requested")
        self.assert_status(
            self.apply_one({**document, "key": "k/request/2"}), "rejected", "already_billed"
        )
