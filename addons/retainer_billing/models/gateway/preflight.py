"""What must be in place before the service can work in a company."""

READ_MODELS = (
    "account.account",
    "account.analytic.account",
    "account.analytic.line",
    "account.fiscal.position",
    "account.full.reconcile",
    "account.journal",
    "account.lock_exception",
    "account.move",
    "account.move.line",
    "account.partial.reconcile",
    "account.payment.term",
    "account.tax",
    # Odoo shows people without rights on employees their public profiles under the same name.
    "hr.employee.public",
    "hr.job",
    "product.product",
    "project.milestone",
    "project.project",
    "project.task",
    "purchase.order",
    "purchase.order.line",
    "res.company",
    "res.currency",
    "res.currency.rate",
    "res.partner",
    "resource.calendar.leaves",
    "retainer.advance",
    "retainer.alert",
    "retainer.change.order",
    "retainer.client.po",
    "retainer.drawdown",
    "retainer.engagement",
    "retainer.hour.block",
    "retainer.lot",
    "retainer.period",
    "retainer.period.lot",
    "retainer.role.rate",
    "retainer.sync.run",
    "retainer.terms",
    "retainer.tombstone",
    "sale.order",
    "sale.order.line",
)

# Models of which a record rule may silently hide rows from the service.
VISIBLE_MODELS = {
    "project.project": [],
    "project.task": [],
    "project.milestone": [],
    "account.analytic.line": [("project_id", "!=", False)],
    "account.move": [],
    "retainer.engagement": [],
    "sale.order": [],
    "purchase.order": [],
}

SETTINGS = "Settings > Retainer billing"
RIGHTS_REMEDY = "Upgrade the module Retainer Billing, and remove rules that forbid these models."


def unreadable(caller):
    """Return in words which models the caller may not read; empty where none is missing."""
    missing = [name for name in READ_MODELS if not caller[name].has_access("read")]
    return f"{caller.user.login} may not read {', '.join(missing)}." if missing else ""


class Preflight:
    """Collects the findings; ``env`` is elevated, ``caller`` has the caller's own rights."""

    def __init__(self, env, caller, company):
        self.env = env
        self.caller = caller
        self.company = company
        self.findings = []

    def run(self):
        self._chart()
        self._accounts()
        self._journals()
        self._rights()
        self._visibility()
        self._sequences()
        self._currencies()
        self._engagements()
        self._taxes_of_advances()
        return self.findings

    def _add(self, code, ok, record, message, remedy=""):
        self.findings.append(
            {
                "code": code,
                "ok": bool(ok),
                "record": f"{record._name},{record.id or 0}",
                "message": message,
                "remedy": "" if ok else remedy,
            }
        )

    def _chart(self):
        company = self.company
        has_chart = bool(company.chart_template)
        self._add(
            "chart",
            has_chart,
            company,
            f"{company.name}: chart of accounts {company.chart_template}"
            if has_chart
            else f"{company.name} has no chart of accounts.",
            "Install one under Invoicing > Configuration > Settings > Fiscal Localization.",
        )

    def _accounts(self):
        company = self.company
        liabilities = ("liability_current", "liability_non_current")
        incomes = ("income", "income_other")
        self._account("unearned", "retainer_unearned_account_id", liabilities, True)
        self._account("advance", "retainer_advance_account_id", liabilities, True)
        self._account("breakage", "retainer_breakage_account_id", incomes, False)
        if company.retainer_income_account_id:
            # Empty is fine: the products of the engagements name theirs.
            self._account("income", "retainer_income_account_id", incomes, False)
        noncurrent = {
            name: f"retainer_{name}_account_id"
            for name in ("unearned_noncurrent", "advance_noncurrent")
            if company[f"retainer_{name}_account_id"]
        }
        if company.retainer_split_noncurrent:
            for name, field in noncurrent.items():
                self._account(name, field, ("liability_non_current",), True)
            self._add(
                "noncurrent_accounts",
                noncurrent,
                company,
                "Non-current parts are shown apart on accounts of their own."
                if noncurrent
                else "Non-current parts are to be shown apart, and no account is set for them.",
                f"Set a non-current account in {SETTINGS}, or do not show these parts apart.",
            )
        used = [company.retainer_unearned_account_id, company.retainer_advance_account_id]
        used += [company[field] for field in noncurrent.values()]
        named = [account for account in used if account]
        twice = [account for account in named if named.count(account) > 1]
        self._add(
            "accounts_distinct",
            not twice,
            company,
            "Unearned revenue and customer advances are kept on accounts of their own."
            if not twice
            else f"{twice[0].display_name} is named for more than one purpose.",
            f"Choose an account of its own for each purpose in {SETTINGS}.",
        )

    def _exchange_accounts(self, foreign):
        """Draws at other rates than their invoice's are booked as exchange differences."""
        if not foreign:
            return
        company = self.company
        for field, what in (
            ("income_currency_exchange_account_id", "gains"),
            ("expense_currency_exchange_account_id", "losses"),
        ):
            self._add(
                f"exchange_{what}_account",
                company[field],
                company,
                f"Exchange {what}: {company[field].display_name}"
                if company[field]
                else f"There are engagements in {', '.join(foreign.mapped('name'))}, and no "
                f"account for exchange {what} is set.",
                "Set it under Invoicing > Configuration > Settings > Default Accounts.",
            )

    def _taxes_of_advances(self):
        """A tax without an account of its own is booked beside its base: on the advances."""
        advances = self.env["retainer.advance"].search(
            [("company_id", "=", self.company.id), ("tax_mode", "=", "on_receipt")]
        )
        engagements = self._running().filtered("use_advances") if advances else self._running()[:0]
        for tax in engagements.product_id.taxes_id._filter_taxes_by_company(self.company):
            parts = tax.invoice_repartition_line_ids.filtered(
                lambda part: part.repartition_type == "tax"
            )
            self._add(
                "tax_account",
                all(part.account_id for part in parts),
                tax,
                f"The tax {tax.display_name} is booked on an account of its own."
                if all(part.account_id for part in parts)
                else f"The tax {tax.display_name} has no account, so on a taxed advance it would "
                "stand on the customer advances account.",
                "Set the account on the tax under Invoicing > Configuration > Taxes.",
            )

    def _account(self, name, field, types, reconcile):
        company = self.company
        account = company[field]
        label = company._fields[field].string
        code = f"{name}_account"
        if not account:
            self._add(
                code,
                False,
                company,
                f"{label} is not set.",
                f"Set it in {SETTINGS} > {label}, or press Create default accounts there.",
            )
            return
        chart = "Invoicing > Configuration > Chart of Accounts"
        problems = [
            (
                account.account_type not in types,
                f"is of type {account.account_type}",
                f"Choose an account of type {' or '.join(types)} in {SETTINGS} > {label}.",
            ),
            (
                reconcile and not account.reconcile,
                "does not allow reconciliation",
                f"Tick Allow Reconciliation on the account under {chart}.",
            ),
            (
                not account.active,
                "is archived",
                f"Choose another account in {SETTINGS} > {label}.",
            ),
            (
                not account.company_ids & company.parent_ids,
                f"belongs to {', '.join(account.company_ids.mapped('name'))}",
                f"Choose an account of {company.name} in {SETTINGS} > {label}.",
            ),
        ]
        found = [(text, remedy) for wrong, text, remedy in problems if wrong]
        for text, remedy in found:
            self._add(code, False, account, f"{label}: {account.display_name} {text}.", remedy)
        if not found:
            self._add(code, True, account, f"{label}: {account.display_name}")

    def _journals(self):
        self._journal("entry_journal", self.company.retainer_journal_id, "general")
        invoice_journal = self.company.retainer_invoice_journal_id or self.env[
            "account.journal"
        ].search([("company_id", "=", self.company.id), ("type", "=", "sale")], limit=1)
        self._journal("invoice_journal", invoice_journal, "sale")

    def _journal(self, code, journal, journal_type):
        label = "Retainer Entries Journal" if journal_type == "general" else "Invoice Journal"
        if not journal:
            self._add(
                code,
                False,
                self.company,
                f"{label} is not set.",
                f"Set it in {SETTINGS} > {label}, or press Create default accounts there."
                if journal_type == "general"
                else "Create a sales journal under Invoicing > Configuration > Journals.",
            )
            return
        wrong = ""
        if journal.type != journal_type:
            wrong = f"is a {journal.type} journal"
        elif journal.company_id != self.company:
            wrong = f"belongs to {journal.company_id.name}"
        elif not journal.active:
            wrong = "is archived"
        self._add(
            code,
            not wrong,
            journal,
            f"{label}: {journal.display_name} {wrong}".strip(),
            f"Choose a {journal_type} journal of {self.company.name} in {SETTINGS} > {label}.",
        )
        # Odoo takes an invoice's number from the journal's last one; it needs a code to begin.
        self._add(
            f"{code}_sequence",
            bool(journal.code),
            journal,
            f"{journal.display_name} numbers its documents.",
            "Give the journal a short code under Invoicing > Configuration > Journals.",
        )

    def _rights(self):
        user = self.caller.user
        self._add(
            "group",
            user.has_group("retainer_billing.group_sync_service"),
            user,
            f"{user.login} is in the group Retainer service.",
            "Add the group under Settings > Users > Groups.",
        )
        missing = unreadable(self.caller)
        self._add(
            "rights",
            not missing,
            user,
            missing or f"{user.login} may read what the service needs.",
            RIGHTS_REMEDY,
        )
        writable = [name for name in READ_MODELS if self._may_write(name)]
        self._add(
            "least_rights",
            not writable,
            user,
            f"{user.login} may write nothing directly."
            if not writable
            else f"{user.login} may write {', '.join(writable)} directly.",
            "Remove the other groups of this user under Settings > Users; the service writes "
            "through its gateway only.",
        )

    def _may_write(self, name):
        if not self.caller[name].has_access("write"):
            return False
        # Odoo answers for the model; a record rule may still refuse every record of it.
        return not self.caller["ir.rule"]._compute_domain(name, "write").is_false()

    def _visibility(self):
        for name, domain in VISIBLE_MODELS.items():
            model = self.env[name]
            company_domain = [("company_id", "in", (self.company.id, False))]
            if "company_id" not in model._fields:
                company_domain = [("project_id.company_id", "in", (self.company.id, False))]
            domain = [*domain, *company_domain]
            everything = model.search_count(domain)
            visible = (
                self.caller[name].search_count(domain)
                if self.caller[name].has_access("read")
                else 0
            )
            self._add(
                f"visible_{name.replace('.', '_')}",
                visible == everything,
                model,
                f"{model._description}: {visible} of {everything} visible.",
                f"A record rule hides {everything - visible} from {self.caller.user.login}. Look "
                f"under Settings > Technical > Record Rules for {name}, or remove other groups of "
                f"this user.",
            )

    def _sequences(self):
        for code, what in (
            ("retainer.change.order", "change orders"),
            ("retainer.advance", "advances"),
            ("sale.order", "quotations"),
        ):
            sequence = self.env["ir.sequence"].search(
                [("code", "=", code), ("company_id", "in", (self.company.id, False))], limit=1
            )
            self._add(
                f"sequence_{code.replace('.', '_')}",
                sequence,
                sequence or self.company,
                f"Numbers of {what}.",
                f"Create a sequence with the code {code} under Settings > Technical > Sequences.",
            )

    def _running(self):
        return self.env["retainer.engagement"].search(
            [("company_id", "=", self.company.id), ("state", "in", ("running", "paused"))]
        )

    def _currencies(self):
        foreign = self._running().currency_id - self.company.currency_id
        self._exchange_accounts(foreign)
        for currency in foreign:
            rated = self.env["res.currency.rate"].search_count(
                [
                    ("currency_id", "=", currency.id),
                    ("company_id", "in", (*self.company.parent_ids.ids, False)),
                ],
                limit=1,
            )
            self._add(
                "currency_rate",
                rated and currency.active,
                currency,
                f"{currency.name} has a rate."
                if rated
                else f"{currency.name} is used by engagements and has no rate.",
                "Enter a rate under Invoicing > Configuration > Currencies.",
            )

    def _engagements(self):
        """Report the engagements whose invoices Odoo would refuse or put on a wrong account."""
        for engagement in self._running().with_company(self.company):
            if not engagement.product_id:
                self._add(
                    "engagement_product",
                    False,
                    engagement,
                    f"{engagement.display_name} has no service.",
                    "Set the field Service under Retainer billing > Engagements.",
                )
                continue
            accounts = engagement.product_id.product_tmpl_id.get_product_accounts()
            if not accounts.get("income"):
                self._add(
                    "engagement_income_account",
                    False,
                    engagement.product_id,
                    f"The service {engagement.product_id.display_name} of "
                    f"{engagement.display_name} has no income account.",
                    "Set one on the product's category, tab Accounting, or on the product.",
                )
