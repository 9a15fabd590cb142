"""Defaults that depend on who asks, when, and on what is there."""

from collections.abc import Callable
from typing import Any

from sync.odoo.gateway import Row
from sync.odoo.memory.fields import Field
from sync.odoo.memory.tables import Tables


def default_of(tables: Tables, field: Field, values: Row) -> Any:
    """The default of a field for a record about to be made with ``values``."""
    if isinstance(field.default, str) and field.default.startswith("@"):
        return _NAMED[field.default](tables, values)
    return field.default


def _currency(tables: Tables, values: Row) -> Any:
    company = values.get("company_id") or tables.company_id
    companies = tables.rows("res.company")
    return companies[company]["currency_id"] if company in companies else False


def _companies(tables: Tables, values: Row) -> Any:
    return [values.get("company_id") or tables.company_id]


def _sale_taxes(tables: Tables, _values: Row) -> Any:
    tax = tables.row("res.company", tables.company_id).get("account_sale_tax_id")
    return [tax] if tax else []


def _first_unit(tables: Tables, _values: Row) -> Any:
    return next(iter(tables.ids("uom.uom")), False)


def _number(prefix: str, model: str) -> Callable[[Tables, Row], Any]:
    return lambda tables, _: f"{prefix}{tables.last_id(model) + 1:05d}"


_NAMED: dict[str, Callable[[Tables, Row], Any]] = {
    "@today": lambda tables, _: tables.today.isoformat(),
    "@now": lambda tables, _: tables.stamp,
    "@user": lambda tables, _: tables.user_id,
    "@company": lambda tables, _: tables.company_id,
    "@companies": _companies,
    "@companies_of_user": lambda tables, _: [tables.company_id],
    "@currency": _currency,
    "@sale_taxes": _sale_taxes,
    "@unit": _first_unit,
    "@sale_number": _number("S", "sale.order"),
    "@purchase_number": _number("P", "purchase.order"),
    "@change_order_number": _number("CO/", "retainer.change.order"),
    "@advance_number": _number("ADV/", "retainer.advance"),
}
