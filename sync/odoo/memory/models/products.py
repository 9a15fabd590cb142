"""Products: what they share is kept on the template."""

from sync.odoo.memory.fields import (
    ACTIVE,
    BOOL,
    CHAR,
    FLOAT,
    Fields,
    choice,
    m2m,
    m2o,
    needed,
    o2m,
    related,
    with_default,
)

PRODUCT_TEMPLATE: Fields = {
    "name": needed(CHAR),
    "active": ACTIVE,
    "type": choice("consu", "service", "combo", default="consu", required=True),
    "list_price": with_default(FLOAT, 1.0),
    "company_id": m2o("res.company"),
    "categ_id": m2o("product.category"),
    "uom_id": m2o("uom.uom", default="@unit"),
    "taxes_id": m2m("account.tax", default="@sale_taxes"),
    "supplier_taxes_id": m2m("account.tax"),
    "property_account_income_id": m2o("account.account"),
    "invoice_policy": choice("order", "delivery", default="order"),
    "service_type": choice("manual", "timesheet", "milestones", default="manual"),
    "service_tracking": choice(
        "no", "task_global_project", "task_in_project", "project_only", default="no"
    ),
    "sale_ok": with_default(BOOL, True),
    "product_variant_ids": o2m("product.product", "product_tmpl_id"),
}

PRODUCTS: dict[str, Fields] = {
    "uom.uom": {"name": needed(CHAR), "factor": with_default(FLOAT, 1.0), "active": ACTIVE},
    "product.category": {
        "name": needed(CHAR),
        "property_account_income_categ_id": m2o("account.account"),
    },
    "product.template": PRODUCT_TEMPLATE,
    "product.product": {
        **{
            name: related(field, f"product_tmpl_id.{name}")
            for name, field in PRODUCT_TEMPLATE.items()
            if not field.inverse
        },
        "active": ACTIVE,
        "default_code": CHAR,
        "product_tmpl_id": m2o("product.template", required=True),
        "lst_price": related(FLOAT, "product_tmpl_id.list_price"),
        "standard_price": FLOAT,
    },
}
