from odoo.tests import new_test_user, tagged

from .common import RetainerCommon


@tagged("post_install", "-at_install")
class TestCompany(RetainerCommon):
    def test_default_accounts_can_do_their_work(self):
        for account in (self.unearned, self.advances):
            self.assertEqual(account.account_type, "liability_current")
            self.assertTrue(account.reconcile)
        self.assertNotEqual(self.unearned, self.advances)
        self.assertEqual(self.breakage.account_type, "income_other")
        for account in (
            self.company.retainer_unearned_noncurrent_account_id,
            self.company.retainer_advance_noncurrent_account_id,
        ):
            self.assertEqual(account.account_type, "liability_non_current")
            self.assertTrue(account.reconcile)
        self.assertEqual(
            self.company.retainer_income_account_id, self.sale_journal.default_account_id
        )
        self.assertFalse(self.company.retainer_split_noncurrent)
        self.assertEqual(self.company.retainer_journal_id.code, "RETB")
        self.assertEqual(self.company.retainer_journal_id.type, "general")

    def test_a_second_call_changes_nothing_and_keeps_choices(self):
        own = self.breakage.copy({"code": "499999", "name": "Lapsed hours"})
        self.company.retainer_breakage_account_id = own
        self.company.retainer_journal_id = False
        before = self.env["account.account"].search_count([])
        self.company.retainer_create_default_accounts()
        self.assertEqual(self.company.retainer_breakage_account_id, own)
        self.assertEqual(self.company.retainer_journal_id.code, "RETB")
        self.assertEqual(self.env["account.account"].search_count([]), before)

    def test_each_company_gets_its_own(self):
        other = self.make_company()
        other.retainer_create_default_accounts()
        self.assertNotEqual(other.retainer_unearned_account_id, self.unearned)
        self.assertEqual(other.retainer_unearned_account_id.company_ids, other)
        self.assertEqual(other.retainer_journal_id.company_id, other)

    def test_a_company_without_chart(self):
        bare = self.env["res.company"].create({"name": "Bare"})
        with self.refused("no chart of accounts"):
            bare.retainer_create_default_accounts()

    def test_only_managers_create_accounts(self):
        user = new_test_user(self.env, login="plain", groups="retainer_billing.group_user")
        with self.refused("Ask a retainer manager"):
            self.company.with_user(user).retainer_create_default_accounts()

    def test_settings_reject_nonsense(self):
        for words, values in (
            ("from 1 to 31", {"retainer_out_of_scope_day": 0}),
            ("from 1 to 31", {"retainer_out_of_scope_day": 32}),
            ("cannot be negative", {"retainer_close_after_days": -1}),
        ):
            with (
                self.subTest(str(values)),
                self.refused(words),
            ):
                self.company.write(values)
                self.env.flush_all()

    def test_accounts_of_another_company_are_refused(self):
        other = self.make_company()
        other.retainer_create_default_accounts()
        with self.refused("(?i)company"):
            self.company.retainer_unearned_account_id = other.retainer_unearned_account_id

    def test_settings_write_the_company(self):
        settings = self.env["res.config.settings"].create(
            {"retainer_po_policy": "hold", "retainer_out_of_scope_day": 31}
        )
        settings.execute()
        self.assertEqual(self.company.retainer_po_policy, "hold")
        self.assertEqual(self.company.retainer_out_of_scope_day, 31)
