from odoo import Command
from odoo.tests import new_test_user, tagged

from .common import SERVICE, RetainerCommon


@tagged("post_install", "-at_install")
class TestGatewayPreflight(RetainerCommon):
    def findings(self, gateway=None):
        # An empty recordset is false, and the gateway is one.
        gateway = self.gateway if gateway is None else gateway
        return gateway.preflight(self.company.id)

    def failing(self, gateway=None):
        return {row["code"]: row for row in self.findings(gateway) if not row["ok"]}

    def test_all_is_well(self):
        rows = self.findings()
        self.assertEqual(self.failing(), {})
        self.assertTrue(rows)
        for row in rows:
            self.assertEqual(set(row), {"code", "ok", "record", "message", "remedy"})
            self.assertRegex(row["record"], r"^[a-z_.]+,\d+$")
            self.assertTrue(row["message"])
        self.assertLessEqual(
            {
                "unearned_account",
                "advance_account",
                "breakage_account",
                "entry_journal",
                "invoice_journal",
                "rights",
                "least_rights",
                "visible_project_project",
                "visible_account_analytic_line",
            },
            {row["code"] for row in rows},
        )

    def test_what_a_rule_hides_is_told_before_a_run(self):
        self.make_entries(2)
        self.assertEqual(self.gateway.hidden(self.company.id), [])
        for model in ("project.project", "account.analytic.line", "retainer.engagement"):
            rule = self.env["ir.rule"].create(
                {
                    "name": "Hide",
                    "model_id": self.env["ir.model"]._get_id(model),
                    "domain_force": "[(0, '=', 1)]",
                }
            )
            found = {row["code"]: row for row in self.gateway.hidden(self.company.id)}
            row = found[f"visible_{model.replace('.', '_')}"]
            self.assertFalse(row["ok"])
            self.assertIn("sees 0 of ", row["message"])
            self.assertIn(f"Record Rules for {model}", row["remedy"])
            rule.unlink()
        self.env.ref("retainer_billing.access_retainer_terms_sync_service").perm_read = False
        (row,) = self.gateway.hidden(self.company.id)
        self.assertEqual(row["code"], "rights")
        self.assertIn("may not read retainer.terms", row["message"])

    def test_projects_of_others_may_be_hidden(self):
        project = self.env["project.project"].create({"name": "Private"})
        self.env["ir.rule"].create(
            {
                "name": "Hide",
                "model_id": self.env["ir.model"]._get_id("project.project"),
                "domain_force": f"[('id', '!=', {project.id})]",
            }
        )
        self.assertEqual(self.gateway.hidden(self.company.id), [])
        self.assertIn("visible_project_project", self.failing())

    def test_time_that_no_run_reads_may_be_hidden(self):
        self.company.retainer_go_live_date = "2025-03-01"
        hidden = self.make_entries(1, retainer_non_billable=True)
        hidden |= self.make_entries(1, date="2025-02-28")
        self.engagement.kind = "project"
        hidden |= self.make_entries(1)
        self.env["ir.rule"].create(
            {
                "name": "Hide",
                "model_id": self.env["ir.model"]._get_id("account.analytic.line"),
                "domain_force": f"[('id', 'not in', {hidden.ids})]",
            }
        )
        self.assertEqual(self.gateway.hidden(self.company.id), [])
        self.engagement.kind = "out_of_scope"
        (row,) = self.gateway.hidden(self.company.id)
        self.assertEqual(row["code"], "visible_account_analytic_line")
        self.assertIn("sees 0 of 1 ", row["message"])

    def test_what_is_missing_is_named_with_its_menu(self):
        self.company.write(
            {
                "retainer_unearned_account_id": False,
                "retainer_advance_account_id": False,
                "retainer_breakage_account_id": False,
                "retainer_journal_id": False,
            }
        )
        failing = self.failing()
        self.assertEqual(
            set(failing),
            {"unearned_account", "advance_account", "breakage_account", "entry_journal"},
        )
        for row in failing.values():
            self.assertIn("Settings > Retainer billing", row["remedy"])
            self.assertEqual(row["record"], f"res.company,{self.company.id}")

    def test_unusable_accounts(self):
        self.unearned.reconcile = False
        failing = self.failing()
        self.assertEqual(set(failing), {"unearned_account"})
        self.assertEqual(
            failing["unearned_account"]["record"], f"account.account,{self.unearned.id}"
        )
        self.assertIn("Allow Reconciliation", failing["unearned_account"]["remedy"])
        self.unearned.reconcile = True
        self.advances.account_type = "income"
        messages = [row["message"] for row in self.findings() if not row["ok"]]
        self.assertTrue(any("of type income" in message for message in messages), messages)
        self.advances.write({"account_type": "liability_current", "reconcile": True})
        self.company.retainer_advance_account_id = self.unearned
        self.assertEqual(set(self.failing()), {"accounts_distinct"})

    def test_accounts_of_recognition_and_of_year_end(self):
        company = self.company
        company.retainer_income_account_id = self.unearned
        self.assertIn("of type liability_current", self.failing()["income_account"]["message"])
        company.retainer_income_account_id = False
        self.assertEqual(self.failing(), {})
        company.retainer_advance_noncurrent_account_id.reconcile = False
        # Nobody asks for the split yet.
        self.assertEqual(self.failing(), {})
        company.retainer_split_noncurrent = True
        self.assertEqual(set(self.failing()), {"advance_noncurrent_account"})
        company.retainer_advance_noncurrent_account_id = False
        self.assertEqual(self.failing(), {})
        company.retainer_unearned_noncurrent_account_id = False
        self.assertEqual(set(self.failing()), {"noncurrent_accounts"})

    def test_exchange_accounts_where_currencies_are_foreign(self):
        self.company.income_currency_exchange_account_id = False
        self.assertEqual(self.failing(), {})
        self.make_engagement(currency_id=self.make_currency("EUR").id, state="running")
        self.assertEqual(set(self.failing()), {"exchange_gains_account"})

    def test_a_tax_without_an_account_beside_taxed_advances(self):
        bare = self.env["account.tax"].create(
            {"name": "Bare", "amount": 5, "type_tax_use": "sale", "company_id": self.company.id}
        )
        self.service_product.taxes_id = bare
        self.engagement.use_advances = True
        self.assertEqual(self.failing(), {})
        self.env["retainer.advance"].create(
            {"partner_id": self.client.id, "amount": 5, "tax_mode": "on_receipt"}
        )
        self.assertEqual(self.failing()["tax_account"]["record"], f"account.tax,{bare.id}")
        self.service_product.taxes_id = self.tax
        self.assertEqual(self.failing(), {})

    def test_a_journal_of_the_wrong_type(self):
        self.company.retainer_invoice_journal_id = self.company.retainer_journal_id
        self.assertIn("general journal", self.failing()["invoice_journal"]["message"])

    def test_hidden_rows_are_counted(self):
        self.make_entries(1)
        self.env["ir.rule"].create(
            {
                "name": "Only public projects",
                "model_id": self.env["ir.model"]._get_id("project.project"),
                "domain_force": "[('privacy_visibility', '!=', 'followers')]",
            }
        )
        row = self.failing()["visible_project_project"]
        self.assertIn("Record Rules", row["remedy"])
        self.assertRegex(row["message"], r"\d+ of \d+ visible")

    def test_followers_only_projects_are_visible(self):
        self.assertEqual(self.project.privacy_visibility, "followers")
        entries = self.make_entries(1, 2)
        reader = self.env["account.analytic.line"].with_user(self.service_user)
        self.assertEqual(reader.search([("id", "in", entries.ids)]), entries)
        self.assertTrue(
            self.env["project.task"]
            .with_user(self.service_user)
            .search([("id", "=", self.task.id)])
        )

    def test_a_powerful_service_user_is_reported(self):
        user = new_test_user(
            self.env,
            login="strong",
            groups=f"{SERVICE},account.group_account_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        failing = self.failing(self.env["retainer.gateway"].with_user(user))
        self.assertIn("account.move", failing["least_rights"]["message"])

    def test_a_currency_without_rate(self):
        currency = self.env["res.currency"].create({"name": "XTS", "symbol": "X"})
        self.make_engagement(currency_id=currency.id, state="running")
        failing = self.failing()
        self.assertEqual(failing["currency_rate"]["record"], f"res.currency,{currency.id}")
        self.env["res.currency.rate"].create(
            {"currency_id": currency.id, "rate": 2, "company_id": self.company.id}
        )
        self.assertEqual(self.failing(), {})

    def test_an_engagement_without_service(self):
        engagement = self.make_engagement(product_id=False, state="running")
        self.assertEqual(
            self.failing()["engagement_product"]["record"],
            f"retainer.engagement,{engagement.id}",
        )
        engagement.state = "draft"
        self.assertEqual(self.failing(), {})

    def test_a_missing_sequence(self):
        self.env.ref("retainer_billing.sequence_change_order").unlink()
        self.assertEqual(set(self.failing()), {"sequence_retainer_change_order"})
