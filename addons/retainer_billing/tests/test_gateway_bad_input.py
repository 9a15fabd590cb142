from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import RetainerCommon


@tagged("post_install", "-at_install")
class TestGatewayBadInput(RetainerCommon):
    def assert_rejected(self, document, code="refused", words=""):
        """The document is rejected with a reason, and the one beside it is written."""
        self.number = getattr(self, "number", 0) + 1
        bad, good = self.apply(document, self.invoice(f"k/good/{self.number}"))
        self.assert_status(bad, "rejected", code)
        self.assertTrue(bad["reason"])
        self.assertIn(words, bad["reason"])
        self.assertNotIn("Traceback", bad["reason"])
        self.assert_status(good, "created")

    def test_shapes(self):
        for document in (
            None,
            5,
            "text",
            [],
            {},
            {"key": "k/x"},
            {"key": 5, "kind": "move"},
            {"key": "", "kind": "move"},
            {"key": "k\x00", "kind": "move", "fingerprint": "f"},
            {"key": "k" * 300, "kind": "move", "fingerprint": "f"},
            {"key": "k/x", "kind": "invoice"},
            {"key": "k/x", "kind": ["move"]},
            {"key": "k/x", "kind": "move"},
            self.invoice("k/x", fingerprint=""),
            self.invoice("k/x", fingerprint=7),
            self.invoice("k/x", unit={"a": 1}),
            self.invoice("k/x", post="yes"),
            self.invoice("k/x") | {"values": [1]},
            self.invoice("k/x") | {"lines": "none"},
            self.invoice("k/x", lines=[]),
            self.invoice("k/x", lines=["line"]),
            self.invoice("k/x", bind=[1]),
            self.invoice("k/x", bind={"entries": "all"}),
            self.invoice("k/x", bind={"entries": [True]}),
            self.invoice("k/x", reconcile=[5]),
            self.invoice("k/x", reconcile=[{"account_id": self.unearned.id}]),
            self.invoice("k/x", reconcile=[{"account_id": "a", "line_ids": [1]}]),
            self.invoice("k/x", expect={"date": "31.03.2025"}),
            self.invoice("k/x", expect={"amount_untaxed": "many"}),
            self.invoice("k/x", explanation={"rule": "x"}),
        ):
            with self.subTest(str(document)[:80]):
                self.assert_rejected(document)

    def test_values(self):
        for values in (
            {"invoice_date": "2025-02-30"},
            {"invoice_date": 20250331},
            {"partner_id": "7"},
            {"partner_id": True},
            {"partner_id": -1},
            {"partner_id": 2**40},
            {"partner_id": False},
            {"retainer_role": "gift"},
            {"retainer_role": ["fee"]},
            {"ref": 5},
            {"ref": "a\x00b"},
            {"invoice_currency_rate": "NaN"},
            {"invoice_currency_rate": "Infinity"},
            {"retainer_version": "many"},
        ):
            with self.subTest(str(values)):
                self.assert_rejected(self.invoice("k/x", values=values))

    def test_line_values(self):
        for values in (
            {"quantity": "six"},
            {"quantity": "1e400"},
            {"price_unit": None, "quantity": {}},
            {"price_unit": "NaN"},
            {"tax_ids": 5},
            {"tax_ids": ["a"]},
            {"account_id": 1.5},
            {"analytic_distribution": [1]},
            {"analytic_distribution": {"a": 100}},
            {"sequence": 2**40},
        ):
            with self.subTest(str(values)):
                document = self.invoice("k/x")
                document["lines"][0].update(values)
                self.assert_rejected(document)

    def test_fields_outside_the_contract(self):
        for values in (
            {"state": "posted"},
            {"retainer_key": "k/other"},
            {"company_id": self.company.id},
            {"name": "INV/1"},
            {"create_uid": 1},
            {"line_ids": []},
            {"move_type": "in_invoice"},
            {"no_such_field": 1},
        ):
            with self.subTest(str(values)):
                self.assert_rejected(self.invoice("k/x", values=values), "field_not_allowed")
        document = self.invoice("k/x")
        document["lines"][0]["move_id"] = 1
        self.assert_rejected(document, "field_not_allowed")
        self.assert_rejected(self.invoice("k/x", extra=1), "field_not_allowed", "extra")
        self.assert_rejected(self.invoice("k/x", bind={"users": [1]}), "field_not_allowed")
        self.assert_rejected(self.invoice("k/x", expect={"state": "x"}), "field_not_allowed")
        self.assert_rejected(self.period("k/x", lines=[{"name": "x"}]), "field_not_allowed")
        self.assert_rejected(
            self.period("k/x", bind={"milestones": [1]}), "field_not_allowed", "milestones"
        )

    def test_records_that_are_not_there(self):
        for document in (
            self.invoice("k/x", values={"partner_id": 2**30}),
            self.invoice("k/x", bind={"entries": [2**30]}),
            self.invoice("k/x", reconcile=[{"account_id": 2**30, "line_ids": [1]}]),
            self.period("k/x", values={"engagement_id": 2**30}),
        ):
            self.assert_rejected(document, "unknown_record", str(2**30))
        document = self.invoice("k/x")
        document["lines"][0]["tax_ids"] = [2**30]
        self.assert_rejected(document, "unknown_record")
        document["lines"][0]["tax_ids"] = []
        document["lines"][0]["analytic_distribution"] = {str(2**30): "100"}
        self.assert_rejected(document, "unknown_record")

    def test_entries_that_do_not_balance(self):
        document = self.entry("k/x", self.unearned, self.income, "100.00")
        document["lines"][1]["credit"] = "99.00"
        self.assert_rejected(document, words="balanced")

    @mute_logger("odoo.sql_db")
    def test_what_only_the_database_refuses(self):
        document = self.invoice("k/x", explanation=[{"rule": "x", "text": "a\x00b"}])
        self.assert_rejected(document)

    def test_a_key_twice_in_one_call(self):
        # Nobody can say which of the two is meant, so neither is written.
        first, second = self.apply(self.invoice(unit="u"), self.invoice(unit="v"))
        self.assert_status(first, "rejected", "refused")
        self.assert_status(second, "rejected", "refused")
        self.assertIn("twice", second["reason"])

    def test_answers_keep_the_order(self):
        results = self.apply(self.invoice("k/1"), {"key": "k/2"}, self.invoice("k/3"), 7)
        self.assertEqual([result["key"] for result in results], ["k/1", "k/2", "k/3", ""])
        self.assertEqual(
            [result["status"] for result in results],
            ["created", "rejected", "created", "rejected"],
        )

    def test_arguments(self):
        run, company = self.lease, self.company.id
        gateway = self.gateway
        for call in (
            lambda: gateway.apply(company, run["run_id"], run["token"], {"a": 1}),
            lambda: gateway.apply(company, run["run_id"], run["token"], [{}] * 5000),
            lambda: gateway.apply("1", run["run_id"], run["token"], []),
            lambda: gateway.apply(company, "1", run["token"], []),
            lambda: gateway.lookup(company, "k"),
            lambda: gateway.lookup(company, [1]),
            lambda: gateway.lookup(company, ["k\x00"]),
            lambda: gateway.begin_run(company, "today", "x", 60),
            lambda: gateway.begin_run(company, "2025-04-01", "", 60),
            lambda: gateway.begin_run(company, "2025-04-01", "x", 0),
            lambda: gateway.begin_run(company, "2025-04-01", "x", 10**9),
            lambda: gateway.begin_run(company, "2025-04-01", "x", "60"),
            lambda: gateway.finish_run(run["run_id"], run["token"], "running"),
            lambda: gateway.finish_run(run["run_id"], run["token"], "done", "c", [1]),
            lambda: gateway.finish_run(run["run_id"], run["token"], "done", "c", {}, "a\x00"),
            lambda: gateway.record_run(company, None, "x"),
        ):
            with self.assertRaises(UserError):
                call()
        self.assertEqual(gateway.apply(company, run["run_id"], run["token"], []), {"results": []})
        self.assertEqual(gateway.lookup(company, []), [])
