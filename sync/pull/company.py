"""The company that a run is for."""

import mappings.res_company as res_company
import mappings.res_currency as res_currency
from mappings import Books, Unreadable, unreadable
from sync.domain.money import Currency
from sync.domain.snapshot import Company
from sync.odoo.gateway import Gateway
from sync.pull.errors import CompanyNotFound, CompanyUnreadable
from sync.pull.reader import Reader

_MOST_COMPANIES = 1000


def read_company(reader: Reader, wanted: int | str) -> tuple[Company, Books, dict[int, Currency]]:
    """The company by id or name, its books, and all currencies.

    Raises ``CompanyNotFound`` with the companies that the service user sees, and
    ``CompanyUnreadable`` when its settings make no sense.
    """
    gateway = reader.gateway
    rows = gateway.search_read(
        res_company.MODEL, res_company.domain(wanted), res_company.FIELDS, limit=2
    )
    if len(rows) != 1:
        raise CompanyNotFound(wanted, visible_companies(gateway))
    currencies = {
        each.id: each
        for each in reader.read(
            res_currency.MODEL,
            reader.rows(res_currency.MODEL, res_currency.domain(), res_currency.FIELDS),
            res_currency.value,
        ).values
    }
    try:
        return res_company.value(rows[0], currencies), res_company.books(rows[0]), currencies
    except Unreadable as trouble:
        raise CompanyUnreadable(unreadable(res_company.MODEL, rows[0], trouble)) from None


def visible_companies(gateway: Gateway) -> list[tuple[int, str]]:
    """(id, name) of every company that the service user may see."""
    rows = gateway.search_read(
        res_company.MODEL, res_company.visible(), ("name",), limit=_MOST_COMPANIES
    )
    return [(row["id"], str(row.get("name", ""))) for row in rows if isinstance(row, dict)]
