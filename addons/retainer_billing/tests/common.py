import datetime
from contextlib import contextmanager

import psycopg2
from odoo import Command
from odoo.addons.retainer_billing.models.gateway import readings
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, new_test_user
from odoo.tools import mute_logger

SERVICE = "retainer_billing.group_sync_service"


def day(text):
    return datetime.date.fromisoformat(text)


class RetainerCommon(TransactionCase):
    """One client with a retainer of 40 hours for 5000 a month, and the service's user.

    It works in the database's main company: loading a chart of accounts for a company of its own
    would take longer than the tests of a class.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={**cls.env.context, "tracking_disable": True, "no_reset_password": True}
        )
        cls.company = cls.env.ref("base.main_company")
        if not cls.company.chart_template:
            cls.env["account.chart.template"].try_loading("generic_coa", cls.company)
        cls.company.write({"fiscalyear_lock_date": False, "sale_lock_date": False})
        cls.company.retainer_create_default_accounts()
        cls.sale_journal = cls.env["account.journal"].search(
            [("company_id", "=", cls.company.id), ("type", "=", "sale")], limit=1
        )
        cls.tax = cls.make_tax("20 %", 20)
        cls.unearned = cls.company.retainer_unearned_account_id
        cls.advances = cls.company.retainer_advance_account_id
        cls.breakage = cls.company.retainer_breakage_account_id
        cls.income = cls.account_of_type("income")
        cls.service_user = new_test_user(
            cls.env,
            login="retainer-service",
            groups=SERVICE,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.gateway = cls.env["retainer.gateway"].with_user(cls.service_user)
        cls.service_product = cls.env["product.product"].create(
            {"name": "Retainer", "type": "service", "taxes_id": [Command.clear()]}
        )
        cls.client = cls.env["res.partner"].create({"name": "Northwind", "is_company": True})
        cls.receivable = cls.client.property_account_receivable_id
        cls.other_client = cls.env["res.partner"].create({"name": "Southwind", "is_company": True})
        cls.project = cls.env["project.project"].create(
            {
                "name": "Northwind retainer",
                "partner_id": cls.client.id,
                "company_id": cls.company.id,
                "allow_timesheets": True,
                "privacy_visibility": "followers",
            }
        )
        cls.task = cls.env["project.task"].create({"name": "Work", "project_id": cls.project.id})
        cls.engagement = cls.env["retainer.engagement"].create(
            {
                "name": "Northwind retainer",
                "partner_id": cls.client.id,
                "company_id": cls.company.id,
                "currency_id": cls.company.currency_id.id,
                "project_ids": [Command.set(cls.project.ids)],
                "product_id": cls.service_product.id,
                "date_start": "2025-01-01",
                "state": "running",
                "terms_ids": [
                    Command.create(
                        {
                            "date_start": "2025-01-01",
                            "monthly_hours": 40,
                            "monthly_fee": 5000,
                            "hourly_rate": 150,
                            "overage_rate": 175,
                        }
                    )
                ],
            }
        )
        cls.employee = cls.env["hr.employee"].create(
            {"name": "Consultant", "company_id": cls.company.id}
        )
        cls.env.flush_all()

    @classmethod
    def account_of_type(cls, account_type, company=None):
        return cls.env["account.account"].search(
            [
                ("account_type", "=", account_type),
                ("company_ids", "in", (company or cls.company).ids),
            ],
            limit=1,
        )

    @classmethod
    def make_tax(cls, name, amount, **values):
        """A sales tax with an account of its own, as the charts of countries have them."""
        account = cls.account_of_type("liability_current")
        parts = [
            Command.clear(),
            Command.create({"repartition_type": "base"}),
            Command.create({"repartition_type": "tax", "account_id": account.id}),
        ]
        return cls.env["account.tax"].create(
            {
                "name": name,
                "amount": amount,
                "type_tax_use": "sale",
                "company_id": cls.company.id,
                "invoice_repartition_line_ids": parts,
                "refund_repartition_line_ids": parts,
                **values,
            }
        )

    @classmethod
    def make_currency(cls, name, rate=2.0):
        currency = (
            cls.env["res.currency"].with_context(active_test=False).search([("name", "=", name)])
        )
        currency.active = True
        currency.rate_ids.unlink()
        cls.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "company_id": cls.company.id,
                "name": "2025-01-01",
                "rate": rate,
            }
        )
        return currency

    @classmethod
    def make_company(cls):
        """Another company with a chart of accounts; takes some seconds."""
        company = cls.env["res.company"].create({"name": "Sister company"})
        cls.env["account.chart.template"].try_loading("generic_coa", company)
        cls.env.user.company_ids |= company
        return company

    @classmethod
    def make_engagement(cls, **values):
        return cls.env["retainer.engagement"].create(
            {
                "name": "Another",
                "partner_id": cls.client.id,
                "company_id": cls.company.id,
                "currency_id": cls.company.currency_id.id,
                "product_id": cls.service_product.id,
                "date_start": "2025-01-01",
                **values,
            }
        )

    @classmethod
    def make_entries(cls, *hours, date="2025-03-10", **values):
        return cls.env["account.analytic.line"].create(
            [
                {
                    "name": f"Work {number}",
                    "project_id": cls.project.id,
                    "task_id": cls.task.id,
                    "employee_id": cls.employee.id,
                    "date": date,
                    "unit_amount": amount,
                    **values,
                }
                for number, amount in enumerate(hours, 1)
            ]
        )

    @contextmanager
    def refused(self, words):
        """What is done within is refused, by Odoo or by the database, in words that say why."""
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(Exception) as caught,
            self.env.cr.savepoint(),
        ):
            yield
            self.env.flush_all()
        error = caught.exception
        self.assertIsInstance(error, (UserError, psycopg2.IntegrityError))
        message = str(error)
        if isinstance(error, psycopg2.IntegrityError):
            models = [name for name in self.env if self.env[name]._table == error.diag.table_name]
            message = self.env[models[0]]._sql_error_to_message(error)
        self.assertRegex(message, words)

    # ------------------------------------------------------------------ the service

    def setUp(self):
        super().setUp()
        self._lease = None

    @property
    def lease(self):
        if self._lease is None:
            self._lease = self.gateway.begin_run(self.company.id, "2025-04-01", "test", 600)
        return self._lease

    def read_now(self, document):
        """Return what the service would have read by now of all that a document binds."""
        bind = document.get("bind") or {}
        bound = {
            name: list(ids)
            for name, ids in bind.items()
            if name in readings.READINGS and name not in readings.READ_OF
        }
        for parts, name in readings.READ_OF.items():
            bound.setdefault(name, []).extend(ref for ref, _amount in bind.get(parts, ()))
        return {
            name: [
                [
                    record.id,
                    *(
                        str(value) if isinstance(value, float | datetime.date) else value
                        for value in (
                            column.now(record, self.company)
                            for column in readings.READINGS[name].columns
                        )
                    ),
                ]
                for record in self.env[readings.READINGS[name].model].browse(
                    list(dict.fromkeys(ids))
                )
            ]
            for name, ids in bound.items()
            if ids
        }

    def apply(self, *documents, company=None):
        """Send documents as the service does, and return the results."""
        company = company or self.company
        run = self.lease
        answer = self.gateway.apply(
            company_id=company.id,
            run_id=run["run_id"],
            token=run["token"],
            documents=list(documents),
        )
        self.env.flush_all()
        self.env.invalidate_all()
        return answer["results"]

    def read_and_apply_one(self, document):
        (result,) = self.read_and_apply(document)
        return result

    def apply_one(self, document):
        (result,) = self.apply(document)
        return result

    def assert_status(self, result, status, code=False):
        self.assertEqual((result["status"], result["code"]), (status, code), result["reason"])

    def read_and_apply(self, *documents):
        """Send documents that were made of what is there now."""
        return self.apply(*({**each, "read": self.read_now(each)} for each in documents))

    def invoice(self, key="k/overage/1", **changes):
        """A document as the service sends it: an overage invoice of 6 hours at 175."""
        values = {
            "move_type": "out_invoice",
            "partner_id": self.client.id,
            "invoice_date": "2025-03-31",
            "retainer_engagement_id": self.engagement.id,
            "retainer_role": "overage",
            "retainer_service_start": "2025-03-01",
            "retainer_service_end": "2025-03-31",
            **changes.pop("values", {}),
        }
        return {
            "key": key,
            "kind": "move",
            "unit": key,
            "fingerprint": "f1",
            "values": values,
            "lines": [
                {
                    "name": "Overage, March 2025",
                    "product_id": self.service_product.id,
                    "quantity": "6.0",
                    "price_unit": "175.00",
                    "account_id": self.income.id,
                    "tax_ids": [],
                }
            ],
            "post": True,
            "expect": {"amount_untaxed": "1050.00", "date": "2025-03-31"},
            "bind": {},
            "reconcile": [],
            "explanation": [{"rule": "overage", "text": "6:00 h over", "records": []}],
            **changes,
        }

    def entry(self, key, debit, credit, amount, **changes):
        """A journal entry between two accounts."""
        values = {
            "move_type": "entry",
            "date": "2025-03-31",
            "retainer_engagement_id": self.engagement.id,
            "retainer_role": "recognition",
            **changes.pop("values", {}),
        }
        return {
            "key": key,
            "kind": "move",
            "unit": key,
            "fingerprint": "f1",
            "values": values,
            "lines": [
                {
                    "name": "Entry",
                    "account_id": debit.id,
                    "debit": amount,
                    "partner_id": self.client.id,
                },
                {
                    "name": "Entry",
                    "account_id": credit.id,
                    "credit": amount,
                    "partner_id": self.client.id,
                },
            ],
            "post": True,
            **changes,
        }

    def period(self, key="k/period/2025-03", **changes):
        values = {
            "engagement_id": self.engagement.id,
            "date_start": "2025-03-01",
            "date_end": "2025-03-31",
            "state": "open",
            "allocated_seconds": 40 * 3600,
            "available_seconds": 50 * 3600,
            "used_seconds": 56 * 3600,
            "overage_seconds": 6 * 3600,
            "utilization": "112.0",
            "fee": "5000.00",
            "overage_amount": "1050.00",
            **changes.pop("values", {}),
        }
        return {
            "key": key,
            "kind": "period",
            "unit": key,
            "fingerprint": "p1",
            "values": values,
            "lots": [
                {
                    "granted_on": "2025-03-01",
                    "source": "allowance",
                    "granted": 144000,
                    "opening": 144000,
                    "drawn": 144000,
                    "closing": 0,
                }
            ],
            **changes,
        }

    def move_of(self, key="k/overage/1"):
        return self.env["account.move"].search([("retainer_key", "=", key)])

    # ------------------------------------------------------------------ money

    def pay(self, move, amount, date="2025-03-05"):
        """Register a customer's payment on a posted invoice."""
        return (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"amount": amount, "payment_date": date})
            ._create_payments()
        )
