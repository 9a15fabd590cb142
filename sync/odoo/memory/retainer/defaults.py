"""What Odoo itself would put on a line of an engagement's product for its addressee."""

from typing import Any

from sync.odoo.errors import Rejected
from sync.odoo.gateway import Row
from sync.odoo.memory.moves import default_taxes, income_account, sales_journal
from sync.odoo.memory.retainer.entry import checked_id, enter
from sync.odoo.memory.tables import Tables
from sync.odoo.memory.values import get


def defaults(tables: Tables, *, company_id: int, engagement_ids: Any) -> list[Row]:
    """Income account, analytic account and taxes of each engagement, in the order given."""
    company = enter(tables, company_id)
    if not isinstance(engagement_ids, list):
        raise Rejected("engagement_ids must be a list of ids.")
    ids = [checked_id(each, "engagement_ids") for each in engagement_ids]
    rows = tables.rows("retainer.engagement")
    return [
        of_engagement(tables, rows[each])
        for each in ids
        if each in rows and rows[each]["company_id"] == company
    ]


def of_engagement(tables: Tables, engagement: Row) -> Row:
    """Income account, analytic account and taxes of an engagement."""
    company = tables.row("res.company", engagement["company_id"])
    journal = company["retainer_invoice_journal_id"] or sales_journal(tables, company["id"])
    product = engagement["product_id"]
    account = income_account(tables, journal, product)
    found = [
        tables.row("account.tax", each)
        for each in default_taxes(tables, "sale", company["id"], product, account)
    ]
    return {
        "engagement_id": engagement["id"],
        "income_account_id": account,
        "analytic_account_id": _analytic(tables, engagement),
        "taxes": [
            {
                "id": tax["id"],
                "name": tax["name"],
                "amount_type": tax["amount_type"],
                "amount": tax["amount"],
                "price_include": tax["price_include_override"] == "tax_included",
            }
            for tax in found
        ],
        "rounding": company["tax_calculation_rounding_method"],
    }


def _analytic(tables: Tables, engagement: Row) -> Any:
    """The analytic account of its projects."""
    accounts = [
        get(tables, "project.project", tables.row("project.project", each), "account_id")
        for each in sorted(engagement["project_ids"])
    ]
    return next((each for each in accounts if each), False)
