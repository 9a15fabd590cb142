"""The fields that retainer_billing adds to Odoo's own models."""

from sync.odoo.memory.fields import (
    BOOL,
    CHAR,
    DATE,
    FLOAT,
    INT,
    JSON,
    MONEY,
    Fields,
    choice,
    m2m,
    m2o,
    o2m,
    related,
    with_default,
)
from sync.odoo.memory.models.shared import ACCEPTED, CONTENT, ROLES

EXTENSIONS: dict[str, Fields] = {
    "res.company": {
        "retainer_unearned_account_id": m2o("account.account"),
        "retainer_advance_account_id": m2o("account.account"),
        "retainer_breakage_account_id": m2o("account.account"),
        "retainer_income_account_id": m2o("account.account"),
        "retainer_unearned_noncurrent_account_id": m2o("account.account"),
        "retainer_advance_noncurrent_account_id": m2o("account.account"),
        "retainer_split_noncurrent": BOOL,
        "retainer_journal_id": m2o("account.journal"),
        "retainer_invoice_journal_id": m2o("account.journal"),
        "retainer_responsible_id": m2o("res.users"),
        "retainer_post_policy": choice("post", "draft", default="post", required=True),
        "retainer_entry_post_policy": choice("post", "draft", default="post", required=True),
        "retainer_po_policy": choice(
            "hold", "warn", "ignore", "fit", default="warn", required=True
        ),
        "retainer_po_warning_days": with_default(INT, 30),
        "retainer_stuck_after_days": with_default(INT, 5),
        "retainer_out_of_scope_day": with_default(INT, 28),
        "retainer_close_after_days": INT,
        "retainer_go_live_date": DATE,
    },
    "account.move": {
        **CONTENT,
        **ACCEPTED,
        "retainer_engagement_id": m2o("retainer.engagement"),
        "retainer_role": choice(*ROLES),
        "retainer_client_po_id": m2o("retainer.client.po"),
        "retainer_po_number": CHAR,
        "retainer_ap_contact_id": m2o("res.partner"),
        "retainer_lifecycle": choice(
            "draft", "sent", "viewed", "change_requested", "approved", "locked", default="draft"
        ),
        "retainer_version": with_default(INT, 1),
        "retainer_service_start": DATE,
        "retainer_service_end": DATE,
        "retainer_sent_on": DATE,
        "retainer_milestone_id": m2o("project.milestone"),
        "retainer_entry_ids": o2m("account.analytic.line", "retainer_move_id"),
        "retainer_amendments_written": JSON,
        "retainer_pending_reconcile": JSON,
        "retainer_tally": JSON,
    },
    "account.move.line": {
        "retainer_advance_id": m2o("retainer.advance"),
        "retainer_reconcile_line_id": m2o("account.move.line"),
        "retainer_taxes": JSON,
    },
    "account.analytic.line": {
        "retainer_period_id": m2o("retainer.period"),
        "retainer_move_id": m2o("account.move"),
        "retainer_tombstone_id": m2o("retainer.tombstone"),
        "retainer_non_billable": BOOL,
        "retainer_change_order_id": m2o("retainer.change.order"),
        "retainer_billed_seconds": INT,
        "retainer_corrects_id": m2o("account.analytic.line"),
    },
    "project.project": {
        "retainer_ignore": BOOL,
        "retainer_engagement_ids": m2m("retainer.engagement", inverse="project_ids"),
    },
    "project.task": {"retainer_change_order_id": m2o("retainer.change.order")},
    "project.milestone": {
        "retainer_engagement_id": m2o("retainer.engagement"),
        "retainer_currency_id": related(m2o("res.currency"), "retainer_engagement_id.currency_id"),
        "retainer_amount": MONEY,
        "retainer_percent": FLOAT,
        "retainer_quantity": FLOAT,
        "retainer_unit_price": MONEY,
        "retainer_number": INT,
        "retainer_sign_off_reference": CHAR,
        "retainer_move_id": m2o("account.move"),
    },
    "purchase.order.line": {
        "retainer_move_id": m2o("account.move"),
        "retainer_recharged_qty": FLOAT,
    },
    "sale.order": {
        **CONTENT,
        "retainer_engagement_id": m2o("retainer.engagement"),
        "retainer_change_order_ids": o2m("retainer.change.order", "quote_id"),
    },
}
