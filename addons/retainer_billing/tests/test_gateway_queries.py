from odoo.tests import tagged

from .common import RetainerCommon


@tagged("post_install", "-at_install")
class TestGatewayQueries(RetainerCommon):
    """What is the same for many records is asked of the database once in a call."""

    def queries(self, call, *args):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call(*args)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_defaults_of_many_engagements_of_one_client(self):
        engagements = self.engagement.browse()
        for number in range(10):
            engagements |= self.make_engagement(name=f"Work {number}", state="running")

        def ask(ids):
            self.assertEqual(
                [row["engagement_id"] for row in self.gateway.defaults(self.company.id, ids)], ids
            )

        ask(engagements[:1].ids)
        one = self.queries(ask, engagements[:1].ids)
        self.assertLessEqual(self.queries(ask, engagements.ids[::-1]), one + 1)

    def test_quotations_in_a_foreign_currency(self):
        euro, own = self.make_currency("EUR"), self.company.currency_id
        self.assertTrue(self.lease)

        def write(currency, number):
            results = self.apply(
                *(
                    {
                        "key": f"k/{currency.name}/{each}",
                        "kind": "quotation",
                        "fingerprint": "q",
                        "values": {"partner_id": self.client.id, "currency_id": currency.id},
                        "lines": [
                            {
                                "name": "Pages",
                                "product_id": self.service_product.id,
                                "quantity": "2",
                                "price_unit": "100.00",
                                "tax_ids": [],
                            }
                        ],
                    }
                    for each in number
                )
            )
            self.assertEqual({result["status"] for result in results}, {"created"})

        for currency in (own, euro):
            write(currency, range(1))
        many = range(1, 11)
        self.assertLessEqual(self.queries(write, euro, many), self.queries(write, own, many) + 5)
        quotes = self.env["sale.order"].search([("retainer_key", "=like", "k/EUR/%")])
        self.assertEqual((len(quotes), quotes.currency_id), (11, euro))
