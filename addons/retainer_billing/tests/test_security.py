from odoo import Command
from odoo.addons.retainer_billing.models.gateway.preflight import READ_MODELS
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import RetainerCommon

OWN_MODELS = (
    "retainer.engagement",
    "retainer.terms",
    "retainer.role.rate",
    "retainer.hour.block",
    "retainer.period",
    "retainer.period.lot",
    "retainer.client.po",
    "retainer.change.order",
    "retainer.advance",
    "retainer.drawdown",
    "retainer.lot",
    "retainer.alert",
    "retainer.sync.run",
    "retainer.tombstone",
)
# What nobody changes by hand, not even a manager.
SERVICE_WRITTEN = (
    "retainer.period",
    "retainer.period.lot",
    "retainer.alert",
    "retainer.sync.run",
    "retainer.drawdown",
    "retainer.lot",
)


@tagged("post_install", "-at_install")
class TestSecurity(RetainerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.make_user("user", "retainer_billing.group_user")
        cls.manager = cls.make_user("manager", "retainer_billing.group_manager")
        cls.auditor = cls.make_user("auditor", "retainer_billing.group_auditor")
        cls.outsider = cls.make_user("outsider", "base.group_user")

    @classmethod
    def make_user(cls, login, groups):
        return new_test_user(
            cls.env,
            login=f"retainer-{login}",
            groups=groups,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def rights(self, user, model):
        records = self.env[model].with_user(user)
        return "".join(
            letter
            for letter, operation in zip("rwcd", ("read", "write", "create", "unlink"), strict=True)
            if records.has_access(operation)
        )

    def test_rights_per_group(self):
        expected = {
            "retainer.engagement": ("rwc", "rwcd"),
            "retainer.terms": ("r", "rwcd"),
            "retainer.role.rate": ("r", "rwcd"),
            "retainer.hour.block": ("rwc", "rwcd"),
            "retainer.client.po": ("rwc", "rwcd"),
            "retainer.change.order": ("rwc", "rwcd"),
            "retainer.advance": ("r", "rwcd"),
            "retainer.tombstone": ("", "rd"),
            **dict.fromkeys(SERVICE_WRITTEN, ("r", "r")),
        }
        self.assertEqual(set(expected), set(OWN_MODELS))
        for model, (user, manager) in expected.items():
            with self.subTest(model):
                self.assertEqual(self.rights(self.user, model), user)
                self.assertEqual(self.rights(self.manager, model), manager)
                self.assertEqual(self.rights(self.auditor, model), "r")
                self.assertEqual(self.rights(self.service_user, model), "r")
                self.assertEqual(self.rights(self.outsider, model), "")

    def test_the_service_reads_and_writes_nothing(self):
        for model in READ_MODELS:
            with self.subTest(model):
                records = self.env[model].with_user(self.service_user)
                self.assertTrue(records.has_access("read"))
                if records.has_access("write"):
                    self.assertTrue(
                        records.env["ir.rule"]._compute_domain(model, "write").is_false()
                    )
        with self.assertRaises(AccessError):
            self.task.with_user(self.service_user).write({"name": "x"})
        with self.assertRaises(AccessError):
            self.env["account.move"].with_user(self.service_user).create({"move_type": "entry"})

    def test_the_auditor_reads_all_time_and_the_documents_of_retainers(self):
        self.apply_one(self.invoice())
        ours = self.move_of()
        foreign = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.other_client.id,
                "invoice_line_ids": [Command.create({"name": "x", "price_unit": 1})],
            }
        )
        entries = self.make_entries(1)
        for user in (self.auditor, self.user):
            reader = self.env(user=user)
            self.assertEqual(
                reader["account.move"].search([("id", "in", (ours | foreign).ids)]), ours
            )
            self.assertEqual(ours.with_user(user).amount_total, 1050)
            self.assertEqual(ours.with_user(user).line_ids, ours.line_ids)
            self.assertEqual(
                reader["account.analytic.line"].search([("id", "in", entries.ids)]), entries
            )
            with self.assertRaises(AccessError):
                ours.with_user(user).write({"ref": "x"})
        self.assertEqual(
            self.env["project.project"]
            .with_user(self.auditor)
            .search([("id", "=", self.project.id)]),
            self.project,
        )

    def test_an_account_manager_sees_no_other_peoples_costs(self):
        elsewhere = self.project.copy({"name": "Internal", "privacy_visibility": "followers"})
        hidden = self.make_entries(1, project_id=elsewhere.id, task_id=False)
        self.assertFalse(
            self.env["account.analytic.line"]
            .with_user(self.user)
            .search([("id", "in", hidden.ids)])
        )

    def test_companies(self):
        other = self.make_company()
        stranger = new_test_user(
            self.env,
            login="retainer-stranger",
            groups="retainer_billing.group_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.apply(
            self.period(),
            {
                "key": "k/alert",
                "kind": "alert",
                "fingerprint": "a",
                "values": {"kind": "x", "message": "x", "engagement_id": self.engagement.id},
            },
        )
        for model in ("retainer.engagement", "retainer.terms", "retainer.period", "retainer.alert"):
            with self.subTest(model):
                self.assertTrue(self.env[model].search([("company_id", "=", self.company.id)]))
                self.assertFalse(
                    self.env[model]
                    .with_user(stranger)
                    .search([("company_id", "=", self.company.id)])
                )
        with self.assertRaises(AccessError):
            self.engagement.with_user(stranger).read(["name"])

    def test_a_user_cannot_approve_their_own_terms(self):
        terms = self.engagement.terms_ids.with_user(self.user)
        with self.assertRaises(AccessError):
            terms.monthly_fee = 1
        self.engagement.terms_ids.with_user(self.manager).monthly_fee = 5500
        self.assertEqual(self.engagement.terms_ids.monthly_fee, 5500)

    def test_the_work_of_a_user(self):
        engagement = (
            self.env["retainer.engagement"]
            .with_user(self.user)
            .create({"name": "New", "partner_id": self.client.id, "kind": "out_of_scope"})
        )
        po = (
            self.env["retainer.client.po"]
            .with_user(self.user)
            .create({"name": "PO-9", "partner_id": self.client.id, "amount": 100})
        )
        engagement.client_po_id = po
        engagement.action_start()
        self.assertEqual((po.state, engagement.state), ("valid", "running"))

    def test_only_users_decide_on_alerts(self):
        self.apply_one(
            {
                "key": "k/alert",
                "kind": "alert",
                "fingerprint": "a",
                "values": {"kind": "x", "message": "x", "engagement_id": self.engagement.id},
            }
        )
        alert = self.env["retainer.alert"].search([("key", "=", "k/alert")])
        with self.assertRaises(AccessError):
            alert.with_user(self.auditor).action_done()
        with self.assertRaises(AccessError):
            alert.with_user(self.user).write({"message": "y"})
        alert.with_user(self.user).action_done()
        self.assertEqual(alert.state, "done")
