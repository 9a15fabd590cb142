from odoo import Command
from odoo.tests import tagged

from .common import RetainerCommon


@tagged("post_install", "-at_install")
class TestNativeInvoicing(RetainerCommon):
    """Odoo's own invoicing of timesheets must not bill what a retainer has counted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hourly = cls.env["product.product"].create(
            {
                "name": "Hours",
                "type": "service",
                "invoice_policy": "delivery",
                "service_type": "timesheet",
                "list_price": 100,
                "taxes_id": [Command.clear()],
                "uom_id": cls.env.ref("uom.product_uom_hour").id,
            }
        )
        cls.order = cls.env["sale.order"].create(
            {
                "partner_id": cls.client.id,
                "order_line": [
                    Command.create({"product_id": cls.hourly.id, "product_uom_qty": 100})
                ],
            }
        )
        cls.order.action_confirm()
        cls.line = cls.order.order_line
        cls.project.allow_billable = True
        cls.task.sale_line_id = cls.line
        cls.entries = cls.make_entries(2, 3, 5)
        cls.env.flush_all()

    def test_the_setting_is_what_odoo_bills(self):
        self.assertEqual(self.entries.so_line, self.line)
        self.assertEqual((self.line.qty_delivered, self.line.qty_to_invoice), (10, 10))

    def test_counted_hours_are_not_to_invoice(self):
        self.apply_one(
            self.period(values={"state": "closed"}, bind={"entries": self.entries[:2].ids})
        )
        self.assertEqual((self.line.qty_delivered, self.line.qty_to_invoice), (5, 5))
        invoice = self.order._create_invoices()
        self.assertEqual(invoice.invoice_line_ids.quantity, 5)
        self.assertEqual(invoice.timesheet_ids, self.entries[2])

    def test_billed_hours_stay_billed_after_a_credit_note(self):
        self.apply_one(self.invoice(bind={"entries": self.entries[:2].ids}))
        invoice = self.order._create_invoices()
        invoice.action_post()
        invoice._reverse_moves([{"invoice_date": invoice.invoice_date}], cancel=True)
        ours = self.move_of()
        ours._reverse_moves([{"invoice_date": ours.invoice_date}], cancel=True)
        self.assertEqual(ours.payment_state, "reversed")
        self.assertEqual(self.entries[:2].retainer_move_id, ours)
        self.assertEqual(self.line.qty_delivered, 5)
        self.line._recompute_qty_to_invoice(False, False)
        self.assertEqual(self.line.qty_to_invoice, 5)

    def test_deleting_our_draft_frees_the_hours(self):
        self.apply_one(self.invoice(post=False, bind={"entries": self.entries[:2].ids}))
        self.assertEqual(self.line.qty_delivered, 5)
        self.move_of().unlink()
        self.assertFalse(self.entries.retainer_move_id)
        self.assertEqual(self.line.qty_delivered, 10)

    def test_lines_billed_on_ordered_quantity_still_show_the_hours(self):
        self.hourly.invoice_policy = "order"
        self.apply_one(self.period(values={"state": "closed"}, bind={"entries": self.entries.ids}))
        self.assertEqual(self.line.qty_delivered, 10)

    def test_what_odoo_has_billed_is_not_bound(self):
        invoice = self.order._create_invoices()
        self.assertEqual(self.entries.timesheet_invoice_id, invoice)
        result = self.apply_one(self.invoice(bind={"entries": self.entries[:1].ids}))
        self.assert_status(result, "rejected", "already_billed")
        self.assertIn("Odoo's own sales invoicing", result["reason"])
        invoice.button_cancel()
        self.assert_status(
            self.apply_one(self.invoice(bind={"entries": self.entries[:1].ids})), "created"
        )

    def test_counted_time_keeps_its_sales_line(self):
        self.apply_one(self.period(values={"state": "closed"}, bind={"entries": self.entries.ids}))
        self.task.sale_line_id = False
        self.assertEqual(self.entries.so_line, self.line)
