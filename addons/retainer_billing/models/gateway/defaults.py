"""What Odoo itself would put on a line of an engagement's product for its addressee."""


def of_engagements(env, company, engagement_ids):
    """Return the defaults of these engagements of the company, in the order given."""
    found = (
        env["retainer.engagement"]
        .with_context(active_test=False)
        .search([("id", "in", engagement_ids), ("company_id", "=", company.id)])
    )
    known = set(found.ids)
    engagements = found.with_company(company).browse(
        [ref for ref in engagement_ids if ref in known]
    )
    journal = company.retainer_invoice_journal_id or env["account.journal"].search(
        [("company_id", "=", company.id), ("type", "=", "sale")], limit=1
    )
    rounding = company.tax_calculation_rounding_method
    distributions = {}
    return [
        {
            "engagement_id": engagement.id,
            "rounding": rounding,
            **_of_engagement(engagement, addressee, company, journal, distributions),
        }
        for engagement, addressee in zip(engagements, _addressees(engagements), strict=True)
    ]


def _of_engagement(engagement, addressee, company, journal, distributions):
    delivery = addressee.browse(addressee.address_get(["delivery"])["delivery"])
    if delivery == addressee:
        # Read together with the others.
        delivery = addressee
    position = engagement.env["account.fiscal.position"]._get_fiscal_position(
        addressee, delivery=delivery
    )
    product = engagement.product_id
    income = journal.default_account_id
    if product:
        accounts = product.product_tmpl_id.get_product_accounts(fiscal_pos=position)
        income = accounts["income"] or income
    return {
        "income_account_id": income.id,
        "analytic_account_id": _analytic(engagement, addressee, income, distributions),
        "taxes": [
            {
                "id": tax.id,
                "name": tax.name,
                "amount_type": tax.amount_type,
                "amount": tax.amount,
                "price_include": tax.price_include,
            }
            for tax in position.map_tax(_taxes(product, income, company))
        ],
    }


def _addressees(engagements):
    """Return who receives the invoices of each, as one record set, so that all are read at once."""
    return engagements.env["res.partner"].browse(
        [
            engagement.invoice_partner_id.id
            or engagement.partner_id.address_get(["invoice"])["invoice"]
            for engagement in engagements
        ]
    )


def _taxes(product, income, company):
    """Return the taxes before the fiscal position: as Odoo looks for them on an invoice line."""
    domain = product.env["account.tax"]._check_company_domain(company)
    taxes = product.taxes_id.filtered_domain(domain) or income.tax_ids.filtered(
        lambda tax: tax.type_tax_use == "sale"
    )
    return taxes._filter_taxes_by_company(company)


def _analytic(engagement, addressee, income, distributions):
    """Return the analytic account of the engagement's project, or that of Odoo's own rules.

    ``distributions``: what Odoo's rules said in this call; each costs a query.
    """
    accounts = engagement.project_ids.account_id
    if accounts:
        return accounts[0].id
    asked = engagement.product_id, addressee, income
    if asked not in distributions:
        distributions[asked] = engagement.env[
            "account.analytic.distribution.model"
        ]._get_distribution(
            {
                "product_id": engagement.product_id.id,
                "product_categ_id": engagement.product_id.categ_id.id,
                "partner_id": addressee.id,
                "partner_category_id": addressee.category_id.ids,
                "account_prefix": income.code,
                "company_id": engagement.company_id.id,
            }
        )
    distribution = distributions[asked]
    whole = [name for name, percent in distribution.items() if percent == 100 and name.isdigit()]
    return int(whole[0]) if len(whole) == 1 else False
