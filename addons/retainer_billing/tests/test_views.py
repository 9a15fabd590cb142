from odoo.tests import Form, new_test_user, tagged

from .common import RetainerCommon

MODELS = (
    "retainer.engagement",
    "retainer.terms",
    "retainer.hour.block",
    "retainer.period",
    "retainer.client.po",
    "retainer.change.order",
    "retainer.advance",
    "retainer.drawdown",
    "retainer.lot",
    "retainer.alert",
    "retainer.sync.run",
    "retainer.tombstone",
)


@tagged("post_install", "-at_install")
class TestViews(RetainerCommon):
    def test_every_record_has_its_views(self):
        for model in MODELS:
            with self.subTest(model):
                for kind in ("list", "form", "search"):
                    view = self.env["ir.ui.view"].search(
                        [("model", "=", model), ("type", "=", kind)], limit=1
                    )
                    self.assertTrue(view, kind)
                self.env[model].get_views([(False, "list"), (False, "form"), (False, "search")])
                self.assertTrue(
                    self.env["ir.actions.act_window"].search([("res_model", "=", model)])
                )

    def test_an_engagement_is_entered_by_form(self):
        with Form(self.env["retainer.engagement"]) as form:
            form.name = "Website rebuild"
            form.partner_id = self.client
            form.kind = "project"
            form.product_id = self.service_product
            form.use_advances = True
        engagement = form.save()
        self.assertEqual(engagement.commercial_partner_id, self.client)
        self.assertEqual(engagement.currency_id, self.company.currency_id)

    def test_terms_are_entered_on_the_engagement(self):
        with Form(self.engagement) as form, form.terms_ids.new() as line:
            line.date_start = "2025-06-01"
            line.monthly_hours = 60
            line.monthly_fee = 7000
        self.assertEqual(len(self.engagement.terms_ids), 2)
        self.assertEqual(
            set(self.engagement.terms_ids.currency_id), set(self.engagement.currency_id)
        )

    def test_a_decision_names_who_took_it(self):
        advance = self.env["retainer.advance"].create(
            {"partner_id": self.client.id, "amount": 1000}
        )
        with Form(advance) as form:
            form.decision = "keep"
            self.assertEqual(form.decision_by, self.env.user)
            form.decision_note = "Agreed by phone"

    def test_changing_the_client_drops_the_order_of_the_old_one(self):
        po = self.env["retainer.client.po"].create(
            {
                "name": "PO-1",
                "partner_id": self.client.id,
                "currency_id": self.company.currency_id.id,
            }
        )
        engagement = self.make_engagement(client_po_id=po.id)
        with Form(engagement) as form:
            form.partner_id = self.other_client
        self.assertFalse(engagement.client_po_id)

    def test_documents_open_without_accounting_rights(self):
        """All that the form of documents shows can be read by those it is made for."""
        self.apply(self.invoice(), self.entry("k/entry", self.unearned, self.income, "100.00"))
        invoice, entry = self.move_of(), self.move_of("k/entry")
        own = self.env.ref("retainer_billing.retainer_move_view_form")
        for group in ("group_user", "group_manager", "group_auditor"):
            user = new_test_user(
                self.env, login=f"views-{group}", groups=f"retainer_billing.{group}"
            )
            move = invoice.with_user(user)
            self.assertEqual(self.form_shown(move, False), own)
            self.assertEqual(self.form_shown(move, self.env.ref("account.view_move_form").id), own)
            self.assertEqual(Form(move).amount_total, 1050)
            self.assertEqual(len(Form(entry.with_user(user)).line_ids), 2)

    def test_with_accounting_rights_documents_open_in_odoos_own_form(self):
        user = new_test_user(
            self.env,
            login="views-finance",
            groups="retainer_billing.group_user,account.group_account_invoice",
        )
        moves = self.env["account.move"].with_user(user)
        self.assertEqual(self.form_shown(moves, False), self.env.ref("account.view_move_form"))

    def form_shown(self, move, view_id):
        views = move.get_views([(view_id, "form")])["views"]
        return self.env["ir.ui.view"].browse(views["form"]["id"])

    def test_smart_buttons(self):
        self.apply(self.invoice(), self.period())
        self.assertEqual((self.engagement.move_count, self.engagement.period_count), (1, 1))
        for action in (
            self.engagement.action_view_moves(),
            self.engagement.action_view_periods(),
            self.engagement.action_view_alerts(),
            self.engagement.period_ids.action_view_entries(),
            self.move_of().action_view_retainer_entries(),
        ):
            self.env[action["res_model"]].search(action["domain"])
