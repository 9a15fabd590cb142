"""Fields that several models of the addon have."""

from sync.odoo.memory.fields import (
    BOOL,
    CHAR,
    DATETIME,
    JSON,
    MONEY,
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

ACCEPTED: Fields = {
    "retainer_accepted_on": DATETIME,
    "retainer_accepted_by": m2o("res.users"),
    "retainer_accepted_reason": CHAR,
    "retainer_amount_written": MONEY,
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

ROLES = (
    "fee",
    "overage",
    "milestone",
    "out_of_scope",
    "recharge",
    "hour_block",
    "advance_request",
    "advance_return",
    "drawdown",
    "recognition",
    "breakage",
    "correction",
    "reclassification",
)
"""What a document of ours may do."""
