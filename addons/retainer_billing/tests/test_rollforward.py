from odoo import Command
from odoo.tests import tagged

from .common import RetainerCommon, day


@tagged("post_install", "-at_install")
class TestRollforward(RetainerCommon):
    """Opening to closing of the contract liability, tied to the ledger and to the open lots."""

    maxDiff = None

    def setUp(self):
        super().setUp()
        self.advance = self.env["retainer.advance"].create(
            {
                "partner_id": self.client.id,
                "amount": 1000,
                "engagement_ids": [Command.set(self.engagement.ids)],
            }
        )

    def lot(self, amount, date, advance=True):
        """A balance that a bookkeeper took over."""
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
                            "retainer_advance_id": self.advance.id if advance else False,
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
        move.action_post()
        return move.line_ids.filtered("credit")

    def fee(self, amount, date, key="k/fee"):
        document = self.invoice(
            key, expect={}, values={"retainer_role": "fee", "invoice_date": date}
        )
        document["lines"][0].update(
            {"quantity": "1", "price_unit": amount, "account_id": self.unearned.id}
        )
        self.assert_status(self.apply_one(document), "created")
        return self.move_of(key).line_ids.filtered(lambda line: line.account_id == self.unearned)

    def take(self, lot, amount, date, role, key, credit=None):
        document = self.entry(
            key,
            lot.account_id,
            credit or self.income,
            amount,
            values={"retainer_role": role, "date": date},
        )
        document["lines"][0]["reconcile_line_id"] = lot.id
        self.assert_status(self.apply_one(document), "created")
        return self.move_of(key)

    def rollforward(self, start="2025-01-01", end="2025-12-31"):
        wizard = self.env["retainer.rollforward"].create({"date_start": start, "date_end": end})
        action = wizard.action_show()
        self.env.flush_all()
        return self.env[action["res_model"]].search(action["domain"])

    def row(self, line):
        """The columns that are not zero."""
        names = (
            "opening",
            "received",
            "restored",
            "recognised_opening",
            "recognised_period",
            "passed_on",
            "breakage",
            "returned",
            "currency_difference",
            "reclassified",
            "unexplained",
            "closing",
            "lots",
            "difference",
        )
        return {name: line[name] for name in names if line[name]}

    def ledger(self, account, end):
        return -sum(
            self.env["account.move.line"]
            .search(
                [
                    ("account_id", "=", account.id),
                    ("parent_state", "=", "posted"),
                    ("date", "<=", end),
                ]
            )
            .mapped("balance")
        )

    def test_a_year(self):
        old = self.lot(1000, "2024-11-30")
        self.take(old, "100.00", "2024-12-15", "drawdown", "k/1", self.receivable)
        self.take(old, "250.00", "2025-02-28", "drawdown", "k/2", self.receivable)
        new = self.lot(600, "2025-03-01")
        self.take(new, "200.00", "2025-04-30", "drawdown", "k/3", self.receivable)
        self.take(old, "50.00", "2025-06-30", "breakage", "k/4", self.breakage)
        credit = self.invoice(
            "k/return",
            expect={},
            values={
                "move_type": "out_refund",
                "retainer_role": "advance_return",
                "invoice_date": "2025-07-31",
            },
        )
        credit["lines"] = [
            {
                "name": "Return",
                "quantity": "1",
                "price_unit": "300.00",
                "account_id": self.advances.id,
                "tax_ids": [],
                "retainer_advance_id": self.advance.id,
                "reconcile_line_id": old.id,
            }
        ]
        self.assert_status(self.apply_one(credit), "created")
        fee = self.fee("1200.00", "2025-03-31")
        self.take(fee, "800.00", "2025-05-31", "recognition", "k/5")
        self.take(new, "100.00", "2026-01-31", "drawdown", "k/6", self.receivable)
        lines = self.rollforward()
        self.assertEqual(
            {line.account_id: self.row(line) for line in lines},
            {
                self.advances: {
                    "opening": 900,
                    "received": 600,
                    "recognised_opening": -250,
                    "recognised_period": -200,
                    "breakage": -50,
                    "returned": -300,
                    "closing": 700,
                    "lots": 700,
                },
                self.unearned: {
                    "received": 1200,
                    "recognised_period": -800,
                    "closing": 400,
                    "lots": 400,
                },
            },
        )
        for line in lines:
            self.assertEqual(line.partner_id, self.client)
            self.assertEqual(line.engagement_id, self.engagement)
            self.assertEqual(line.closing, self.ledger(line.account_id, "2025-12-31"))
        # The next year opens where this one closed.
        following = self.rollforward("2026-01-01", "2026-12-31")
        self.assertEqual(
            {line.account_id: self.row(line) for line in following},
            {
                self.advances: {
                    "opening": 700,
                    "recognised_opening": -100,
                    "closing": 600,
                    "lots": 600,
                },
                self.unearned: {"opening": 400, "closing": 400, "lots": 400},
            },
        )

    def test_an_advance_that_pays_a_fee_is_no_revenue_yet(self):
        lot = self.lot(1000, "2024-11-30")
        fee = self.fee("300.00", "2025-03-31")
        owed = fee.move_id.line_ids.filtered(lambda line: line.account_id == self.receivable)
        document = self.entry(
            "k/draw",
            self.advances,
            self.receivable,
            "300.00",
            values={"retainer_role": "drawdown", "date": "2025-03-31"},
        )
        document["lines"][0]["reconcile_line_id"] = lot.id
        document["lines"][1]["reconcile_line_id"] = owed.id
        self.assert_status(self.apply_one(document), "created")
        self.assertEqual(
            {line.account_id: self.row(line) for line in self.rollforward()},
            {
                self.advances: {
                    "opening": 1000,
                    "passed_on": -300,
                    "closing": 700,
                    "lots": 700,
                },
                self.unearned: {"received": 300, "closing": 300, "lots": 300},
            },
        )

    def test_what_is_restored_stands_apart(self):
        old = self.lot(1000, "2024-11-30")
        self.take(old, "400.00", "2025-02-28", "drawdown", "k/1", self.receivable)
        document = self.entry(
            "k/undo",
            self.receivable,
            self.advances,
            "150.00",
            values={"retainer_role": "drawdown", "date": "2025-03-31"},
        )
        document["lines"][1]["retainer_advance_id"] = self.advance.id
        self.assert_status(self.apply_one(document), "created")
        self.assertEqual(
            self.row(self.rollforward()),
            {
                "opening": 1000,
                "restored": 150,
                "recognised_opening": -400,
                "closing": 750,
                "lots": 750,
            },
        )

    def test_year_end_moves_between_accounts(self):
        self.lot(1000, "2025-03-01")
        noncurrent = self.company.retainer_advance_noncurrent_account_id
        for key, date, debit, credit in (
            ("k/split", "2025-12-31", self.advances, noncurrent),
            ("k/back", "2026-01-01", noncurrent, self.advances),
        ):
            document = self.entry(
                key,
                debit,
                credit,
                "400.00",
                values={"retainer_role": "reclassification", "date": date},
            )
            self.assert_status(self.apply_one(document), "created")

        def rows(*period):
            return {
                (line.account_id, line.engagement_id): self.row(line)
                for line in self.rollforward(*period)
            }

        nothing = self.env["retainer.engagement"]
        self.assertEqual(
            rows(),
            {
                (self.advances, self.engagement): {
                    "received": 1000,
                    "closing": 1000,
                    "lots": 1000,
                },
                (self.advances, nothing): {"reclassified": -400, "closing": -400, "lots": -400},
                (noncurrent, nothing): {"reclassified": 400, "closing": 400, "lots": 400},
            },
        )
        self.assertEqual(
            rows("2026-01-01", "2026-12-31"),
            {
                (self.advances, self.engagement): {
                    "opening": 1000,
                    "closing": 1000,
                    "lots": 1000,
                },
                (self.advances, nothing): {"opening": -400, "reclassified": 400},
                (noncurrent, nothing): {"opening": 400, "reclassified": -400},
            },
        )

    def test_an_entry_by_hand_stands_apart_and_does_not_tie(self):
        self.lot(1000, "2025-03-01")
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2025-04-30",
                "line_ids": [
                    Command.create(
                        {
                            "name": "By hand",
                            "account_id": self.advances.id,
                            "partner_id": self.client.id,
                            "debit": 70,
                        }
                    ),
                    Command.create({"name": "x", "account_id": self.income.id, "credit": 70}),
                ],
            }
        )
        move.action_post()
        lines = self.rollforward()
        self.assertEqual(sum(lines.mapped("closing")), self.ledger(self.advances, "2025-12-31"))
        by_hand = lines.filtered("unexplained")
        self.assertEqual(self.row(by_hand), {"unexplained": -70, "closing": -70, "difference": -70})
        self.assertFalse(by_hand.engagement_id)

    def test_exchange_differences_have_their_column(self):
        euro = self.make_currency("EUR", rate=2.0)
        engagement = self.make_engagement(currency_id=euro.id, state="running")
        values = {"currency_id": euro.id, "retainer_engagement_id": engagement.id}
        document = self.invoice("k/request", expect={}, values=values)
        document["values"]["retainer_role"] = "advance_request"
        document["lines"][0].update(
            {"quantity": "1", "price_unit": "1000.00", "account_id": self.advances.id}
        )
        self.assert_status(self.apply_one(document), "created")
        lot = self.move_of("k/request").line_ids.filtered(
            lambda line: line.account_id == self.advances
        )
        document.update(key="k/return", unit="k/return")
        document["values"].update(
            move_type="out_refund", retainer_role="advance_return", invoice_currency_rate="2.5"
        )
        document["lines"][0]["reconcile_line_id"] = lot.id
        self.assert_status(self.apply_one(document), "created")
        self.assertEqual(
            self.row(self.rollforward()),
            {"received": 500, "returned": -400, "currency_difference": -100},
        )

    def test_the_period_the_wrong_way_round(self):
        with self.refused("ends before it starts"):
            self.rollforward("2025-12-31", "2025-01-01")

    def test_lots_as_of_a_day(self):
        lot = self.lot(1000, "2025-03-01")
        self.take(lot, "300.00", "2025-04-30", "drawdown", "k/1", self.receivable)
        self.take(lot, "700.00", "2025-06-30", "drawdown", "k/2", self.receivable)

        def as_of(date):
            lots = self.env["retainer.lot"].with_context(retainer_as_of=date)
            found = lots.search([("id", "=", lot.id)])
            found.invalidate_recordset()
            return found and (found.open, found.consumed, found.status, found.age_days)

        self.assertFalse(as_of("2025-02-28"))
        self.assertEqual(as_of("2025-03-01"), (1000, 0, "open", 0))
        self.assertEqual(as_of("2025-04-29"), (1000, 0, "open", 59))
        self.assertEqual(as_of("2025-04-30"), (700, 300, "open", 60))
        self.assertEqual(as_of("2025-06-30")[:3], (0, 1000, "settled"))
        self.assertEqual(self.env["retainer.lot"].browse(lot.id).status, "settled")

    def test_payments_of_later_days_do_not_count(self):
        document = self.invoice("k/request", expect={}, bind={"advances": self.advance.ids})
        document["values"].update(retainer_role="advance_request", invoice_date="2025-03-31")
        document["lines"][0].update(
            {"quantity": "1", "price_unit": "1200.00", "account_id": self.advances.id}
        )
        self.assert_status(self.apply_one(document), "created")
        move = self.move_of("k/request")
        line = move.line_ids.filtered(lambda each: each.account_id == self.advances)
        self.pay(move, 1200, "2025-05-15")
        lot = self.env["retainer.lot"].with_context(retainer_as_of="2025-04-30").browse(line.id)
        self.assertEqual((lot.open, lot.unpaid, lot.remaining), (1200, 1200, 0))
        self.assertFalse(lot.received_on)
        self.env.invalidate_all()
        now = self.env["retainer.lot"].browse(line.id)
        self.assertEqual((now.unpaid, now.received_on), (0, day("2025-05-15")))
