from odoo import Command, fields
from odoo.tests import tagged
from odoo.tools import html2plaintext

from .common import RetainerCommon


@tagged("post_install", "-at_install")
class TestClientPo(RetainerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.today()
        cls.po = cls.make_po("PO-1", amount=2000)

    @classmethod
    def make_po(cls, name, **values):
        return cls.env["retainer.client.po"].create(
            {
                "name": name,
                "partner_id": cls.client.id,
                "company_id": cls.company.id,
                "currency_id": cls.company.currency_id.id,
                **values,
            }
        )

    def manual_invoice(self, amount, **values):
        return self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.client.id,
                "invoice_date": "2025-03-31",
                "retainer_client_po_id": self.po.id,
                "invoice_line_ids": [
                    Command.create({"name": "x", "price_unit": amount, "tax_ids": []})
                ],
                **values,
            }
        )

    def assert_database_refuses(self, words, **values):
        with self.refused(words):
            self.make_po(**values)

    def test_nonsense(self):
        self.assert_database_refuses("cannot be negative", name="PO-2", amount=-1)
        self.assert_database_refuses(
            "ends before it starts", name="PO-2", date_start="2025-02-01", date_end="2025-01-31"
        )
        self.assert_database_refuses("has a purchase order with this number", name="PO-1")
        # Another client may well use the same number.
        self.make_po("PO-1", partner_id=self.other_client.id)

    def test_invoiced_counts_drafts_and_credit_notes_net_of_tax(self):
        first = self.manual_invoice(500)
        self.manual_invoice(300).action_post()
        self.assertEqual((self.po.invoiced, self.po.remaining), (800, 1200))
        first.button_cancel()
        self.assertEqual(self.po.invoiced, 300)
        second = self.manual_invoice(400)
        second.action_post()
        refund = second._reverse_moves([{"invoice_date": "2025-03-31"}])
        self.assertEqual(refund.retainer_client_po_id, self.po)
        self.assertEqual((self.po.invoiced, self.po.remaining), (300, 1700))

    def test_tax_and_advance_requests_use_up_nothing(self):
        move = self.manual_invoice(100)
        move.invoice_line_ids.tax_ids = self.tax
        self.assertGreater(move.amount_total, 100)
        self.assertEqual(self.po.invoiced, 100)
        move.retainer_role = "advance_request"
        self.env.flush_all()
        self.po.invalidate_recordset()
        self.assertEqual(self.po.invoiced, 0)

    def test_what_is_billed_counts_before_advances_are_deducted(self):
        def move():
            return self.manual_invoice(
                800,
                invoice_line_ids=[
                    Command.create(
                        {
                            "name": name,
                            "price_unit": amount,
                            "account_id": account.id,
                            "tax_ids": [],
                        }
                    )
                    for name, amount, account in (
                        ("Work", 800, self.income),
                        ("Advance", -500, self.advances),
                    )
                ],
            )

        invoice = move()
        self.assertEqual(invoice.amount_untaxed, 300)
        self.assertEqual((self.po.invoiced, self.po.remaining), (800, 1200))
        invoice.action_post()
        refund = invoice._reverse_moves([{"invoice_date": "2025-03-31"}])
        self.assertEqual(refund.amount_untaxed, 300)
        self.env.invalidate_all()
        self.assertEqual((self.po.invoiced, self.po.remaining), (0, 2000))

    def test_states(self):
        today = self.today
        tomorrow = fields.Date.add(today, days=1)
        yesterday = fields.Date.subtract(today, days=1)
        self.assertEqual(self.po.state, "valid")
        self.po.date_end = fields.Date.add(today, days=31)
        self.assertEqual(self.po.state, "valid")
        self.po.date_end = fields.Date.add(today, days=30)
        self.assertEqual(self.po.state, "expiring")
        self.po.date_end = today
        self.assertEqual(self.po.state, "expiring")
        self.po.date_end = yesterday
        self.assertEqual(self.po.state, "expired")
        self.po.date_end = tomorrow
        self.manual_invoice(2000)
        self.assertEqual(self.po.state, "exhausted")
        found = self.env["retainer.client.po"].search(
            [("state", "=", "exhausted"), ("id", "in", self.po.ids)]
        )
        self.assertEqual(found, self.po)
        self.assertFalse(
            self.env["retainer.client.po"].search(
                [("state", "in", ("valid", "expired")), ("id", "in", self.po.ids)]
            )
        )

    def test_an_unlimited_order_is_never_exhausted(self):
        self.po.amount = 0
        self.manual_invoice(1000000)
        self.assertEqual((self.po.state, self.po.remaining), ("valid", 0))

    def test_only_the_clients_own_order(self):
        foreign = self.make_po("PO-S", partner_id=self.other_client.id)
        with self.refused("Choose a purchase order of that client"):
            self.engagement.client_po_id = foreign
        with self.refused("Choose a purchase order of that client"):
            self.manual_invoice(1, retainer_client_po_id=foreign.id)
        contact = self.env["res.partner"].create({"name": "AP", "parent_id": self.client.id})
        self.engagement.client_po_id = self.make_po("PO-C", partner_id=contact.id)

    def test_only_the_engagements_own_order(self):
        other = self.make_engagement(name="Website")
        self.po.engagement_ids = other
        with self.refused("is for Website, not for Northwind retainer"):
            self.engagement.client_po_id = self.po
        with self.refused("is for Website"):
            self.manual_invoice(1, retainer_engagement_id=self.engagement.id)
        self.po.engagement_ids |= self.engagement
        self.engagement.client_po_id = self.po
        with self.refused("is for Website"):
            self.po.engagement_ids = other

    def test_a_change_of_the_register_must_not_break_its_documents(self):
        self.manual_invoice(1)
        with self.refused("Choose a purchase order of that client"):
            self.po.partner_id = self.other_client

    def test_another_currency(self):
        euros = self.make_po("PO-E", currency_id=self.make_currency("EUR").id)
        with self.refused("Choose an order in USD"):
            self.engagement.client_po_id = euros

    def test_one_order_on_one_document(self):
        move = self.manual_invoice(1)
        self.assertEqual(move.retainer_po_number, "PO-1")
        with self.refused("two purchase orders"):
            move.retainer_po_number = "PO-2"
        second = self.make_po("PO-2")
        move.retainer_client_po_id = second
        self.assertEqual(move.retainer_po_number, "PO-2")
        move.retainer_client_po_id = False
        move.retainer_po_number = "4711"
        self.assertEqual(move.retainer_po_number, "4711")

    def test_change_orders_take_the_clients_orders_only(self):
        foreign = self.make_po("PO-S", partner_id=self.other_client.id)
        with self.refused("Choose a purchase order of that client"):
            self.env["retainer.change.order"].create(
                {
                    "name": "Landing pages",
                    "engagement_id": self.engagement.id,
                    "client_po_id": foreign.id,
                }
            )

    def test_approval_needs_its_evidence(self):
        order = self.env["retainer.change.order"].create(
            {"name": "Landing pages", "engagement_id": self.engagement.id}
        )
        self.assertRegex(order.number, r"^CO/\d{4}/\d{4}$")
        with self.refused("enter the approval reference"):
            order.action_approve()
        order.approval_reference = "Mail of 3 March"
        order.action_approve()
        self.assertEqual(order.approved_on, fields.Date.today())
        with self.refused("enter the approval reference"):
            order.approval_reference = False

    def test_the_printed_invoice_says_what_accounts_payable_ask_for(self):
        contact = self.env["res.partner"].create(
            {"name": "Accounts Payable", "parent_id": self.client.id}
        )
        move = self.manual_invoice(
            500,
            retainer_engagement_id=self.engagement.id,
            retainer_ap_contact_id=contact.id,
            retainer_service_start="2025-03-01",
            retainer_service_end="2025-03-31",
            ref="PO-1",
        )
        html, _ = self.env["ir.actions.report"]._render_qweb_html(
            "account.report_invoice", move.ids
        )
        head = html2plaintext(html).partition("Draft Invoice")[2].partition("Description")[0]
        text = " ".join(head.replace("*", "").split())
        for said in (
            "Your Purchase Order PO-1",
            f"For the Attention of {contact.name}",
            f"Engagement {self.engagement.name}",
            "Service Period 03/01/2025 – 03/31/2025",
        ):
            self.assertIn(said, text)
        self.assertEqual(text.count("PO-1"), 1, "the reference repeats the order")
