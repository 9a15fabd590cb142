from odoo import fields, models
from odoo.exceptions import UserError

POST_POLICIES = [("post", "Post"), ("draft", "Leave as draft for review")]


class ResCompany(models.Model):
    _inherit = "res.company"

    retainer_unearned_account_id = fields.Many2one(
        "account.account",
        string="Unearned Revenue Account",
        check_company=True,
        domain="[('account_type', 'in', ('liability_current', 'liability_non_current'))]",
        help="Liability account that fee invoices credit until the revenue is earned. It must "
        "allow reconciliation.",
    )
    retainer_advance_account_id = fields.Many2one(
        "account.account",
        string="Customer Advances Account",
        check_company=True,
        domain="[('account_type', 'in', ('liability_current', 'liability_non_current'))]",
        help="Liability account of the advances that clients pay. It must allow reconciliation.",
    )
    retainer_breakage_account_id = fields.Many2one(
        "account.account",
        string="Breakage Income Account",
        check_company=True,
        domain="[('account_type', 'in', ('income', 'income_other'))]",
        help="Income account of hours and advances that lapse unused.",
    )
    retainer_income_account_id = fields.Many2one(
        "account.account",
        string="Recognised Revenue Account",
        check_company=True,
        domain="[('account_type', 'in', ('income', 'income_other'))]",
        help="Income account of revenue that is recognised, where the engagement's product names "
        "none.",
    )
    retainer_split_noncurrent = fields.Boolean(
        string="Show Non-Current Parts Apart",
        help="At the end of the financial year, what is owed for longer than twelve months is "
        "moved to the non-current accounts.",
    )
    retainer_unearned_noncurrent_account_id = fields.Many2one(
        "account.account",
        string="Non-Current Unearned Revenue Account",
        check_company=True,
        domain="[('account_type', '=', 'liability_non_current')]",
        help="Unearned revenue that is owed for longer than twelve months at year end. It must "
        "allow reconciliation. Empty: unearned revenue is not split.",
    )
    retainer_advance_noncurrent_account_id = fields.Many2one(
        "account.account",
        string="Non-Current Customer Advances Account",
        check_company=True,
        domain="[('account_type', '=', 'liability_non_current')]",
        help="Advances that are owed for longer than twelve months at year end. It must allow "
        "reconciliation. Empty: advances are not split.",
    )
    retainer_journal_id = fields.Many2one(
        "account.journal",
        string="Retainer Entries Journal",
        check_company=True,
        domain="[('type', '=', 'general')]",
        help="General journal of drawdown, recognition and breakage entries.",
    )
    retainer_invoice_journal_id = fields.Many2one(
        "account.journal",
        check_company=True,
        domain="[('type', '=', 'sale')]",
        help="Sales journal of retainer invoices. Empty: the company's default sales journal.",
    )
    retainer_post_policy = fields.Selection(
        POST_POLICIES,
        string="Retainer Invoices",
        required=True,
        default="post",
        help="Whether the service posts the invoices and credit notes it writes.",
    )
    retainer_entry_post_policy = fields.Selection(
        POST_POLICIES,
        string="Unearned Revenue Entries",
        required=True,
        default="post",
        help="Whether the service posts the unearned revenue entries it writes.",
    )
    retainer_po_policy = fields.Selection(
        [
            ("hold", "Hold the invoice"),
            ("warn", "Warn"),
            ("ignore", "Ignore"),
            ("fit", "Bill what fits, hold the rest"),
        ],
        string="Client Purchase Order Policy",
        required=True,
        default="warn",
        help="What happens when a client's purchase order is missing, expired or exceeded.",
    )
    retainer_po_warning_days = fields.Integer(
        string="Purchase Order Warning (days)",
        default=30,
        help="A purchase order counts as expiring this many days before its end.",
    )
    retainer_stuck_after_days = fields.Integer(
        string="Invoice Stuck After (days)",
        default=5,
        help="An invoice that was sent and not viewed for this many days is one to chase.",
    )
    retainer_out_of_scope_day = fields.Integer(
        string="Out-of-Scope Invoice Day",
        default=28,
        help="Day of the month on which extra work is invoiced, 1 to 31. A day past the month's "
        "end means its last day.",
    )
    retainer_close_after_days = fields.Integer(
        string="Close Month After (days)",
        default=0,
        help="Days a finished month stays open for late time entries.",
    )
    retainer_go_live_date = fields.Date(
        help="Time worked before this day is none of the service's business.",
    )
    retainer_responsible_id = fields.Many2one(
        "res.users",
        string="Retainer Alerts Without Engagement To",
        help="Receives the alerts that belong to no engagement.",
    )

    _retainer_out_of_scope_day = models.Constraint(
        "CHECK (retainer_out_of_scope_day IS NULL OR retainer_out_of_scope_day BETWEEN 1 AND 31)",
        "The out-of-scope invoice day is a day of the month. Enter a number from 1 to 31.",
    )
    _retainer_days = models.Constraint(
        "CHECK (COALESCE(retainer_po_warning_days, 0) >= 0"
        " AND COALESCE(retainer_stuck_after_days, 0) >= 0"
        " AND COALESCE(retainer_close_after_days, 0) >= 0)",
        "Numbers of days in the retainer settings cannot be negative. Enter 0 or more.",
    )

    def retainer_create_default_accounts(self):
        """Create the accounts and the journal that the settings still lack, and set them.

        What is set already stays; an account or a journal that an earlier call made is used
        again.
        """
        if not self.env.user.has_group("retainer_billing.group_manager") and not self.env.su:
            raise UserError(
                self.env._("Ask a retainer manager to create the accounts of retainer billing.")
            )
        self.check_access("read")
        for company in self.sudo():
            if not company.chart_template:
                raise UserError(
                    self.env._(
                        "%(company)s has no chart of accounts yet. Install one under Invoicing > "
                        "Configuration > Settings > Fiscal Localization first.",
                        company=company.name,
                    )
                )
            company = company.with_company(company)
            values = {
                "retainer_unearned_account_id": company._retainer_default_account(
                    "2350", company.env._("Unearned revenue"), "liability_current", True
                ),
                "retainer_advance_account_id": company._retainer_default_account(
                    "2360", company.env._("Customer advances"), "liability_current", True
                ),
                "retainer_unearned_noncurrent_account_id": company._retainer_default_account(
                    "2750",
                    company.env._("Unearned revenue, non-current"),
                    "liability_non_current",
                    True,
                ),
                "retainer_advance_noncurrent_account_id": company._retainer_default_account(
                    "2760",
                    company.env._("Customer advances, non-current"),
                    "liability_non_current",
                    True,
                ),
                "retainer_breakage_account_id": company._retainer_default_account(
                    "4350", company.env._("Breakage income"), "income_other", False
                ),
                "retainer_income_account_id": company._retainer_default_income,
                "retainer_journal_id": company._retainer_default_journal(),
            }
            company.write(
                {name: record().id for name, record in values.items() if not company[name]}
            )
        return True

    def _retainer_default_account(self, code, name, account_type, reconcile):
        """Return a function that finds or creates the account."""

        def find_or_create():
            accounts = self.env["account.account"]
            domain = [
                *accounts._check_company_domain(self),
                ("name", "=", name),
                ("account_type", "=", account_type),
            ]
            return accounts.search(domain, limit=1) or accounts.create(
                {
                    "code": accounts._search_new_account_code(
                        code.ljust(self._retainer_code_digits(), "0")
                    ),
                    "name": name,
                    "account_type": account_type,
                    "reconcile": reconcile,
                    "company_ids": [(6, 0, self.ids)],
                }
            )

        return find_or_create

    def _retainer_default_income(self):
        """Return the income account that Odoo itself puts on lines without a product."""
        journals = self.env["account.journal"]
        journal = self.retainer_invoice_journal_id or journals.search(
            [("company_id", "=", self.id), ("type", "=", "sale")], limit=1
        )
        return journal.default_account_id

    def _retainer_advance_accounts(self):
        """Return the accounts on which the advances of clients stand."""
        return self.retainer_advance_account_id | self.retainer_advance_noncurrent_account_id

    def _retainer_unearned_accounts(self):
        """Return the accounts on which billed and unearned fees stand."""
        return self.retainer_unearned_account_id | self.retainer_unearned_noncurrent_account_id

    def _retainer_liability_accounts(self):
        """Return all accounts on which what is owed to clients stands."""
        return self._retainer_advance_accounts() | self._retainer_unearned_accounts()

    def _retainer_code_digits(self):
        """Return how many digits the company's chart uses, so that new codes look like it."""
        account = self.env["account.account"].search(
            [
                *self.env["account.account"]._check_company_domain(self),
                ("account_type", "=", "income"),
            ],
            limit=1,
        )
        return len(account.code or "000000")

    def _retainer_default_journal(self):
        def find_or_create():
            journals = self.env["account.journal"]
            return journals.search(
                [("company_id", "=", self.id), ("type", "=", "general"), ("code", "=", "RETB")],
                limit=1,
            ) or journals.create(
                {
                    "name": self.env._("Retainer entries"),
                    "code": "RETB",
                    "type": "general",
                    "company_id": self.id,
                    "show_on_dashboard": False,
                }
            )

        return find_or_create
