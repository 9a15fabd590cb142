"""Rates: how much of a currency one unit of the company's currency is, on a day."""

from decimal import Decimal

from sync.odoo.memory.tables import Tables
from sync.odoo.memory.values import get

ONE = Decimal(1)


def rate_on(tables: Tables, currency: int, company: int, day: str) -> Decimal:
    """The last rate up to the day, else the first one there is, else 1."""
    if currency == tables.row("res.company", company)["currency_id"]:
        return ONE
    rows = tables.rows("res.currency.rate")
    root = get(tables, "res.company", tables.row("res.company", company), "root_id")
    rates = sorted(
        (rows[each]["name"], rows[each]["rate"])
        for each in tables.referring("res.currency.rate", "currency_id", currency)
        if rows[each].get("company_id") in (root, False, None)
    )
    past = [rate for since, rate in rates if since <= day]
    found = past[-1] if past else rates[0][1] if rates else 1.0
    return Decimal(str(found))
