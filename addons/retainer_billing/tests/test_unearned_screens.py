import base64

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from .common import RetainerCommon, day


@tagged("post_install", "-at_install")
class TestUnearnedScreens(RetainerCommon):
    """What finance does under Unearned Cash, and what an auditor may."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.finance = cls.make_user(
            "finance", "retainer_billing.group_manager", "account.group_account_manager"
        )
        cls.auditor = cls.make_user("auditor", "retainer_billing.group_auditor")
        cls.advance = cls.make_advance(refundable=False)
        cls.lot = cls.open_lot(cls.advance, 800)

    @classmethod
    def make_user(cls, login, *groups):
        return new_test_user(
            cls.env,
            login=f"screens-{login}",
            groups=",".join(groups),
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def make_advance(cls, **values):
        return cls.env["retainer.advance"].create(
            {"partner_id": cls.client.id, "company_id": cls.company.id, "amount": 1000, **values}
        )

    @classmethod
    def open_lot(cls, advance, amount, date="2025-01-15"):
        move = cls.env["account.move"].create(
            {
                "move_type": "entry",
                "date": date,
                "line_ids": [
                    Command.create(
                        {
                            "name": "Opening balance",
                            "account_id": cls.advances.id,
                            "partner_id": cls.client.id,
                            "credit": amount,
                            "retainer_advance_id": advance.id if advance else False,
                        }
                    ),
                    Command.create(
                        {
                            "name": "x",
                            "account_id": cls.account_of_type("equity").id,
                            "debit": amount,
                        }
                    ),
                ],
            }
        )
        move.action_post()
        cls.env.flush_all()
        return cls.env["retainer.lot"].browse(move.line_ids.filtered("credit").id)

    def as_finance(self, records):
        return records.with_user(self.finance).with_context(tracking_disable=False)

    # ------------------------------------------------------------------ decisions

    def decide(self, lots=None, **values):
        action = self.as_finance(self.lot if lots is None else lots).action_decide()
        wizard = self.as_finance(self.env[action["res_model"]]).with_context(**action["context"])
        wizard = wizard.create({"note": "Terms of 3 March, section 4", **values})
        wizard.action_apply()
        self.env.flush_all()

    def test_a_decision_names_who_when_why_and_its_evidence(self):
        # A record that was made in this transaction is not tracked.
        self.env.cr.precommit.run()
        letter = (
            self.env["ir.attachment"]
            .with_user(self.finance)
            .create({"name": "letter.txt", "datas": base64.b64encode(b"waived")})
        )
        self.decide(
            decision="recognise",
            date="2025-12-31",
            amount=500,
            evidence_ids=[Command.set(letter.ids)],
        )
        advance = self.advance
        self.assertEqual(
            (
                advance.decision,
                advance.decision_by,
                advance.decision_on,
                advance.decision_amount,
                advance.decision_note,
            ),
            ("recognise", self.finance, day("2025-12-31"), 500, "Terms of 3 March, section 4"),
        )
        self.assertEqual(advance.decision_evidence_ids, letter)
        # Who may read the advance may read its evidence.
        self.assertEqual(letter.with_user(self.auditor).raw, b"waived")
        history = advance.message_ids.filtered("body")
        self.assertIn("Recognise as revenue, decided on 2025-12-31", history[0].body)
        self.assertEqual(history[0].attachment_ids, letter)
        self.env.cr.precommit.run()
        tracked = advance.message_ids.tracking_value_ids.field_id.mapped("name")
        self.assertLessEqual({"decision", "decision_by", "decision_on"}, set(tracked))
        self.env.invalidate_all()
        self.assertEqual((self.lot.decision, self.lot.decision_by), ("recognise", self.finance))

    def test_a_decision_is_taken_back_with_a_reason(self):
        self.decide(decision="keep")
        self.decide(decision="undecided", note="The client has answered after all")
        advance = self.advance
        self.assertEqual(advance.decision, "undecided")
        self.assertFalse(advance.decision_by or advance.decision_on or advance.decision_note)
        self.assertIn("answered after all", advance.message_ids.filtered("body")[0].body)

    def test_decisions_on_several_advances(self):
        other = self.make_advance()
        lots = self.lot | self.open_lot(other, 100)
        note = (
            self.env["ir.attachment"]
            .with_user(self.finance)
            .create({"name": "list.txt", "raw": b"x"})
        )
        self.decide(lots, decision="keep", evidence_ids=[Command.set(note.ids)])
        self.assertEqual(set((self.advance | other).mapped("decision")), {"keep"})
        for advance in self.advance | other:
            self.assertEqual(advance.decision_evidence_ids.res_id, advance.id)
        with self.refused("about one advance"):
            self.decide(lots, decision="return", amount=5)

    def test_decisions_that_cannot_be(self):
        refundable = self.open_lot(self.make_advance(refundable=True), 100)
        for words, lots, values in (
            ("needs a reason", self.lot, {"decision": "keep", "note": "  "}),
            ("Only .* remains", self.lot, {"decision": "return", "amount": 800.01}),
            ("cannot be negative", self.lot, {"decision": "return", "amount": -1}),
            ("cannot become revenue", refundable, {"decision": "recognise"}),
            ("belongs to no advance", self.open_lot(False, 50), {"decision": "keep"}),
        ):
            with self.subTest(words), self.refused(words):
                self.decide(lots, **values)
        document = self.invoice("k/fee", expect={}, values={"retainer_role": "fee"})
        document["lines"][0]["account_id"] = self.unearned.id
        self.apply_one(document)
        fee = self.move_of("k/fee").line_ids.filtered(lambda line: line.account_id == self.unearned)
        with self.refused("is an unearned fee"):
            self.env["retainer.lot"].browse(fee.id).action_decide()

    def test_the_wizard_as_a_form(self):
        action = self.lot.action_decide()
        with Form(
            self.env["retainer.decision"].with_context(**action["context"]).with_user(self.finance)
        ) as form:
            self.assertEqual(form.remaining, 800)
            form.decision = "return"
            form.note = "Asked for by the client"
        form.save().action_apply()
        self.assertEqual(self.advance.decision, "return")

    # ------------------------------------------------------------------ links

    def test_a_balance_taken_over_gets_its_advance(self):
        lot = self.open_lot(False, 50)
        action = self.as_finance(lot).action_set_advance()
        wizard = self.as_finance(self.env[action["res_model"]]).with_context(**action["context"])
        wizard.create({"advance_id": self.advance.id}).action_apply()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(lot.advance_id, self.advance)
        self.assertEqual(self.advance.remaining, 850)
        self.assertIn("was linked to this advance", self.advance.message_ids[0].body)

    # ------------------------------------------------------------------ entries to review

    def test_entries_are_posted_from_their_list(self):
        document = self.entry(
            "k/recognition",
            self.advances,
            self.income,
            "80.00",
            post=False,
            values={"retainer_role": "breakage"},
        )
        document["lines"][0]["reconcile_line_id"] = self.lot.id
        self.assert_status(self.apply_one(document), "created")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "retainer_billing.retainer_entry_action"
        )
        domain = [
            ("retainer_key", "!=", False),
            ("move_type", "=", "entry"),
            ("state", "=", "draft"),
        ]
        self.assertIn("search_default_draft", action["context"])
        waiting = self.env["account.move"].with_user(self.finance).search(domain)
        self.assertEqual(waiting, self.move_of("k/recognition"))
        waiting.action_post()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.lot.remaining, 720)
        self.assertFalse(self.move_of("k/recognition").retainer_changed)
        with self.assertRaises(AccessError):
            self.move_of("k/recognition").with_user(self.auditor).action_post()

    # ------------------------------------------------------------------ confirmation

    def letter(self, user=None, **values):
        wizard = (
            self.env["retainer.balance.confirmation"]
            .with_user(user or self.finance)
            .create({"partner_id": self.client.id, "date": "2025-12-31", **values})
        )
        report = self.env["ir.actions.report"].with_user(user or self.finance)
        html, _kind = report._render_qweb_html(
            "retainer_billing.report_balance_confirmation", wizard.ids
        )
        return html.decode()

    def test_the_clients_balance_confirmation(self):
        html = self.letter(reply_to="auditor@example.com")
        for words in (
            "Northwind",
            self.advance.name,
            "800.00",
            "auditor@example.com",
            "These balances agree with our books",
        ):
            self.assertIn(words, html)
        self.assertNotIn("Our books show no balance", html)
        # Before the money came in there was nothing to confirm.
        self.assertIn("Our books show no balance", self.letter(date="2025-01-14"))
        self.assertIn("Our books show no balance", self.letter(partner_id=self.other_client.id))

    def test_the_confirmation_says_what_is_not_paid(self):
        document = self.invoice("k/fee", expect={}, values={"retainer_role": "fee"})
        document["lines"][0].update(
            {"quantity": "1", "price_unit": "1234.00", "account_id": self.unearned.id}
        )
        self.apply_one(document)
        html = self.letter()
        self.assertIn("1,234.00", html)
        self.assertIn("Northwind retainer", html)

    def test_buttons_of_the_confirmation(self):
        wizard = self.env["retainer.balance.confirmation"].create({"partner_id": self.client.id})
        self.assertEqual(wizard.action_print()["report_type"], "qweb-pdf")
        self.assertEqual(wizard.action_preview()["report_type"], "qweb-html")

    # ------------------------------------------------------------------ as of a day

    def test_lots_of_the_past_from_the_menu(self):
        wizard = self.env["retainer.as.of"].create({"date": "2025-01-14"})
        for action, name in (
            (wizard.action_monitor(), "Unearned Cash as of 2025-01-14"),
            (wizard.action_year_end(), "Year-End Decisions as of 2025-01-14"),
        ):
            self.assertEqual(action["name"], name)
            self.assertEqual(action["context"]["search_default_open"], 1)
            lots = self.env["retainer.lot"].with_context(**action["context"])
            self.assertFalse(lots.search([("id", "=", self.lot.id)]))

    # ------------------------------------------------------------------ the auditor

    def test_the_auditor_reads_all_of_it_and_changes_nothing(self):
        reader = self.env(user=self.auditor)
        lot = self.lot.with_env(reader)
        self.assertEqual((lot.remaining, lot.move_id.state), (800, "posted"))
        self.assertEqual(lot.move_id.line_ids, self.lot.move_id.line_ids)
        self.assertEqual(lot.advance_id.remaining, 800)
        lot.web_read({"move_id": {"fields": {"display_name": {}}}, "decision_evidence_ids": {}})
        wizard = reader["retainer.rollforward"].create({})
        lines = reader["retainer.rollforward.line"].search(wizard.action_show()["domain"])
        self.assertTrue(lines)
        self.assertIn("800.00", self.letter(self.auditor))
        reader["retainer.as.of"].create({}).action_monitor()
        with self.assertRaises(AccessError):
            reader["retainer.decision"].create({"decision": "keep", "note": "x"})
        with self.assertRaises(AccessError):
            reader["retainer.lot.link"].create({"line_id": self.lot.id})
        with self.assertRaises(AccessError):
            lot.advance_id.decision_note = "x"
