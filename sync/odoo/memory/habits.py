"""Small habits of Odoo's own models: what a new product, user or milestone brings along."""

from sync.odoo.gateway import Row
from sync.odoo.memory.records import (
    AFTER_CHANGE,
    BEFORE_CREATE,
    BEFORE_WRITE,
    Guard,
    Prepare,
    create,
)
from sync.odoo.memory.schema import fields_of
from sync.odoo.memory.tables import Tables


def _product(tables: Tables, values: Row) -> Row:
    """A product variant makes its template; the fields they share belong to the template."""
    if values.get("product_tmpl_id"):
        return values
    own = fields_of("product.product")
    shared = {name: value for name, value in values.items() if own[name].related}
    if "lst_price" in shared:
        shared["list_price"] = shared.pop("lst_price")
    rest = {name: value for name, value in values.items() if name not in shared}
    return {**rest, "product_tmpl_id": create(tables, "product.template", shared)}


def _with_partner(tables: Tables, values: Row) -> Row:
    """Users and companies are partners too."""
    if values.get("partner_id"):
        return values
    partner = {"name": values.get("name"), "email": values.get("email", False)}
    return {**values, "partner_id": create(tables, "res.partner", partner)}


def _company_of_user(tables: Tables, record: int) -> None:
    """A user's company is among those it may use."""
    row = tables.row("res.users", record)
    if row["company_id"] not in row["company_ids"]:
        companies = [*row["company_ids"], row["company_id"]]
        tables.update("res.users", record, {"company_ids": companies}, quietly=True)


def _dated_when_reached(tables: Tables, values: Row) -> Row:
    """Reaching a milestone dates it, unless the day is given."""
    if "is_reached" not in values or "reached_date" in values:
        return values
    day = tables.today.isoformat() if values["is_reached"] else False
    return {**values, "reached_date": day}


def _dated_once(tables: Tables, row: Row, values: Row) -> Row:
    """A day that was given before the milestone is reached stays."""
    if values.get("is_reached") and row["reached_date"]:
        return values
    return _dated_when_reached(tables, values)


def _entry(tables: Tables, values: Row) -> Row:
    """A time entry takes the change order of its task when it gets the task."""
    if "task_id" not in values or "retainer_change_order_id" in values:
        return values
    task = values["task_id"]
    order = tables.row("project.task", task)["retainer_change_order_id"] if task else False
    return {**values, "retainer_change_order_id": order}


def _written(prepare: Prepare) -> Guard:
    """A habit of new records that written ones have too."""
    return lambda tables, _row, values: prepare(tables, values)


def _order(_tables: Tables, values: Row) -> Row:
    """The invoice address of a sales order is its client's, unless another is given."""
    return {"partner_invoice_id": values.get("partner_id"), **values}


def _order_line(tables: Tables, values: Row) -> Row:
    """A line of an order takes name and price of its product."""
    product = values.get("product_id")
    if not product:
        return values
    template = tables.row("product.product", product)["product_tmpl_id"]
    row = tables.row("product.template", template)
    taxes = row["taxes_id"]
    return {"name": row["name"], "price_unit": row["list_price"], "tax_ids": taxes, **values}


BEFORE_CREATE["product.product"] = _product
BEFORE_CREATE["res.users"] = _with_partner
BEFORE_CREATE["res.company"] = _with_partner
BEFORE_CREATE["project.milestone"] = _dated_when_reached
BEFORE_CREATE["sale.order"] = _order
BEFORE_CREATE["sale.order.line"] = _order_line
BEFORE_CREATE["account.analytic.line"] = _entry
BEFORE_WRITE["account.analytic.line"] = _written(_entry)
BEFORE_WRITE["project.milestone"] = _dated_once
AFTER_CHANGE["res.users"] = _company_of_user
