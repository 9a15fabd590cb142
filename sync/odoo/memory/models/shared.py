"""Fields that several models of the addon have."""

from sync.odoo.memory.fields import (
    BOOL,
    CHAR,
    JSON,
    Fields,
    computed,
    m2o,
)

COMPANY = m2o("res.company", default="@company", required=True)
CURRENCY = m2o("res.currency", default="@currency", required=True)

KEYED: Fields = {"retainer_key": CHAR, "retainer_fingerprint": CHAR, "retainer_explanation": JSON}
CONTENT: Fields = {
    **KEYED,
    "retainer_content": computed(CHAR),
    "retainer_content_written": CHAR,
    "retainer_changed": computed(BOOL),
}

PERIOD_HOURS = (
    "allocated",
    "rolled_in",
    "available",
    "used",
    "remaining",
    "overage",
    "expired",
    "rolled_out",
    "late",
)
