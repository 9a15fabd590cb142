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
        taxes = self.env["account.tax"].create(
            [
                {"name": "On top", "amount": 21.0, "type_tax_use": "sale"},
                {
                    "name": "Within",
                    "amount": 21.0,
                    "type_tax_use": "sale",
                    "price_include_override": "tax_included",
                },
            ]
        )
        on_top, within = taxes
        tag = self.env["account.account.tag"].create({"name": "T", "applicability": "products"})
        tagged_product = self.service_product.copy()
        tagged_product.account_tag_ids = tag
        self.company.tax_calculation_rounding_method = "round_globally"
        plain = {"quantity": "6.0", "price_unit": "175.00"}
        fine = {"quantity": "0.5", "price_unit": "66.67"}
        kinds = {
            "untaxed": [(plain, taxes.browse())],
            "taxed": [(plain, on_top)],
            "tax within": [(plain, within)],
            "one of each": [(plain, on_top), (plain, taxes.browse()), (plain, within)],
            "finer than the currency": [(fine, taxes.browse()), (fine, taxes.browse())],
            "discount": [({**plain, "discount": "12.5"}, taxes.browse())],
            "less": [(plain, taxes.browse()), ({**plain, "quantity": "-1"}, taxes.browse())],
            "tags": [({**plain, "product_id": tagged_product.id}, taxes.browse())],
            "own words": [({**plain, "product_id": False}, on_top)],
        }
        for move_type in ("out_invoice", "out_refund"):
            for name, lines in kinds.items():
                with self.subTest(f"{move_type}: {name}"):
                    self.compare(f"new/{move_type}/{name}", move_type, lines)
                with self.subTest(f"rewritten {move_type}: {name}"):
                    key = f"rewritten/{move_type}/{name}"
                    draft = self.invoice(key, values={"move_type": move_type}, post=False)
                    draft["lines"] = [{**draft["lines"][0], "tax_ids": []}]
                    del draft["expect"]
                    self.assert_status(self.apply_one({**draft, "fingerprint": "f0"}), "created")
                    self.compare(key, move_type, lines)

    def compare(self, key, move_type, lines):
        document = self.invoice(key, values={"move_type": move_type})
        document["lines"] = [
            {
                "name": "Work",
                "product_id": self.service_product.id,
                "tax_ids": taxes.ids,
                **line,
            }
            for line, taxes in lines
        ]
        del document["expect"]
        self.assert_status(self.apply_one(document), "created")
        ours = self.move_of(key)
        theirs = self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": ours.partner_id.id,
                "invoice_date": ours.invoice_date,
                "invoice_date_due": ours.invoice_date_due,
                "invoice_line_ids": [
                    Command.create(
                        {
                            **line,
                            "tax_ids": [Command.set(line["tax_ids"])],
                            **{
                                number: float(line[number])
                                for number in ("quantity", "price_unit", "discount")
                                if number in line
                            },
                        }
                    )
                    for line in document["lines"]
                ],
            }
        )
        theirs.action_post()
        self.assertEqual(self.lines_of(ours), self.lines_of(theirs))
        self.assertEqual(
            (ours.amount_untaxed, ours.amount_tax, ours.amount_total),
            (theirs.amount_untaxed, theirs.amount_tax, theirs.amount_total),
        )

    def test_only_what_changes_nothing_is_passed_over(self):
        self.assert_status(self.apply_one(self.invoice("k/1", post=False)), "created")
        line = self.move_of("k/1").invoice_line_ids.with_context(**{BATCH: True})
        before = line.move_id.amount_untaxed
        line.write({"price_unit": line.price_unit})
        self.assertEqual(line.move_id.amount_untaxed, before)
        line.write({"price_unit": line.price_unit + 10})
        self.assertEqual(line.move_id.amount_untaxed, before + 10 * line.quantity)
