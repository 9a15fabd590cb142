from odoo import Command
from odoo.addons.retainer_billing.models.gateway.batch import BATCH
from odoo.tests import tagged

from .common import RetainerCommon


@tagged("post_install", "-at_install")
class TestGatewayBatch(RetainerCommon):
    """What Odoo is spared while the gateway writes changes nothing of what it writes."""

    def lines_of(self, move):
        return sorted(
            (
                line.display_type,
                line.account_id.id,
                line.partner_id.id,
                line.balance,
                line.amount_currency,
                line.debit,
                line.credit,
                line.tax_ids.ids,
                line.tax_tag_ids.ids,
                line.tax_line_id.id,
                str(line.date_maturity),
                line.analytic_distribution or {},
            )
            for line in move.line_ids
        )

    def test_an_invoice_is_what_odoo_makes_of_it(self):
        tax = self.env["account.tax"].create(
            {"name": "VAT", "amount": 21.0, "type_tax_use": "sale"}
        )
        for number, taxes in enumerate((tax, tax.browse())):
            document = self.invoice(f"k/{number}")
            for line in document["lines"]:
                line["tax_ids"] = taxes.ids
            del document["expect"]
            self.assert_status(self.apply_one(document), "created")
            ours = self.move_of(f"k/{number}")
            theirs = self.env["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "partner_id": ours.partner_id.id,
                    "invoice_date": ours.invoice_date,
                    "invoice_date_due": ours.invoice_date_due,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": line["name"],
                                "product_id": line.get("product_id"),
                                "quantity": float(line["quantity"]),
                                "price_unit": float(line["price_unit"]),
                                "tax_ids": [Command.set(taxes.ids)],
                            }
                        )
                        for line in document["lines"]
                    ],
                }
            )
            theirs.action_post()
            self.assertEqual(self.lines_of(ours), self.lines_of(theirs))

    def test_only_what_changes_nothing_is_passed_over(self):
        self.assert_status(self.apply_one(self.invoice("k/1", post=False)), "created")
        line = self.move_of("k/1").invoice_line_ids.with_context(**{BATCH: True})
        before = line.move_id.amount_untaxed
        line.write({"price_unit": line.price_unit})
        self.assertEqual(line.move_id.amount_untaxed, before)
        line.write({"price_unit": line.price_unit + 10})
        self.assertEqual(line.move_id.amount_untaxed, before + 10 * line.quantity)
