"""What the service may write, per kind of document. Anything else is refused."""

from .tally import TALLIES

MOVE_TYPES = ("entry", "out_invoice", "out_refund")

# The client's order: the register's, and its number. They belong together.
PO_FIELDS = ("retainer_client_po_id", "retainer_po_number")

# What people may amend on a draft without the service taking it back.
AMENDABLE = (
    *PO_FIELDS,
    "retainer_ap_contact_id",
    "invoice_payment_term_id",
    "invoice_date_due",
    "partner_shipping_id",
    "ref",
)

MOVE_VALUES = frozenset(
    {
        "move_type",
        "partner_id",
        "journal_id",
        "currency_id",
        "invoice_currency_rate",
        "date",
        "invoice_date",
        "invoice_origin",
        "invoice_user_id",
        "narration",
        "fiscal_position_id",
        "payment_reference",
        "reversed_entry_id",
        "retainer_engagement_id",
        "retainer_role",
        "retainer_lifecycle",
        "retainer_version",
        "retainer_service_start",
        "retainer_service_end",
        "retainer_sent_on",
        "retainer_milestone_id",
        *AMENDABLE,
    }
)

MOVE_LINE_VALUES = frozenset(
    {
        "display_type",
        "sequence",
        "name",
        "product_id",
        "product_uom_id",
        "quantity",
        "price_unit",
        "discount",
        "account_id",
        "tax_ids",
        "partner_id",
        "currency_id",
        "amount_currency",
        "balance",
        "debit",
        "credit",
        "date_maturity",
        "analytic_distribution",
        "sale_line_ids",
        "retainer_advance_id",
        "retainer_reconcile_line_id",
        "retainer_taxes",
    }
)

ADVANCE_VALUES = frozenset(
    {
        "partner_id",
        "engagement_ids",
        "currency_id",
        "amount",
        "date_request",
        "date_due",
        "maturity_date",
        "priority",
        "refundable",
        "tax_mode",
    }
)

# What the contract calls otherwise than Odoo: (kind, name of the contract) -> field.
NAMES = {
    ("move", "reconcile_line_id"): "retainer_reconcile_line_id",
    ("quotation", "quantity"): "product_uom_qty",
}

PERIOD_VALUES = frozenset(
    {
        "engagement_id",
        "date_start",
        "date_end",
        "state",
        "allocated_seconds",
        "rolled_in_seconds",
        "available_seconds",
        "used_seconds",
        "remaining_seconds",
        "overage_seconds",
        "expired_seconds",
        "rolled_out_seconds",
        "late_seconds",
        "utilization",
        "fee",
        "overage_amount",
        "money_opening",
        "money_billed",
        "money_recognised",
        "money_expired",
        "money_closing",
        "runs_out_on",
    }
)

LOT_VALUES = frozenset(
    {
        "sequence",
        "granted_on",
        "expires_on",
        "source",
        "block_id",
        "granted",
        "opening",
        "drawn",
        "lapsed",
        "closing",
        "draws",
    }
)

CHANGE_ORDER_VALUES = frozenset(
    {
        "name",
        "engagement_id",
        "requester",
        "request_date",
        "hourly_rate",
        "hours_cap",
        "client_po_id",
        "overage_month",
        "overage_seconds",
    }
)

QUOTATION_VALUES = frozenset(
    {
        "partner_id",
        "currency_id",
        "partner_invoice_id",
        "partner_shipping_id",
        "user_id",
        "client_order_ref",
        "origin",
        "note",
        "validity_date",
        "payment_term_id",
        "fiscal_position_id",
        "require_signature",
        "require_payment",
        "retainer_engagement_id",
    }
)

QUOTATION_LINE_VALUES = frozenset(
    {
        "display_type",
        "sequence",
        "name",
        "product_id",
        "product_uom_qty",
        "price_unit",
        "discount",
        "tax_ids",
    }
)

ALERT_VALUES = frozenset(
    {
        "kind",
        "severity",
        "engagement_id",
        "date",
        "message",
        "res_model",
        "res_id",
        "state",
    }
)


class Kind:
    """How documents of one kind are named, found and checked."""

    def __init__(self, name, model, key, values, *, state, required, **parts):
        self.name = name
        self.model = model
        self.key = key
        self.values = values
        self.state = state
        self.required = required
        self.lines_model = parts.get("lines_model")
        self.lines = parts.get("lines", frozenset())
        self.lots = parts.get("lots", frozenset())
        # What a document may bind: payload name -> (model, field that points at the document).
        self.binds = parts.get("binds", {})
        # Quantities that a document adds to other records.
        self.tallies = parts.get("tallies", {})
        self.has_content = parts.get("has_content", False)


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "period",
            "retainer.period",
            "retainer_key",
            PERIOD_VALUES,
            state="state",
            required=("engagement_id", "date_start", "date_end"),
            lots=LOT_VALUES,
            binds={"entries": ("account.analytic.line", "retainer_period_id")},
        ),
        Kind(
            "advance",
            "retainer.advance",
            "retainer_key",
            ADVANCE_VALUES,
            state="state",
            required=("partner_id", "amount"),
            has_content=True,
        ),
        Kind(
            "move",
            "account.move",
            "retainer_key",
            MOVE_VALUES,
            state="state",
            required=("move_type",),
            lines_model="account.move.line",
            lines=MOVE_LINE_VALUES,
            binds={
                "entries": ("account.analytic.line", "retainer_move_id"),
                "milestones": ("project.milestone", "retainer_move_id"),
                "purchase_lines": ("purchase.order.line", "retainer_move_id"),
                "hour_blocks": ("retainer.hour.block", "move_id"),
                "advances": ("retainer.advance", "request_move_id"),
                "change_orders": ("retainer.change.order", "retainer_move_id"),
            },
            tallies=TALLIES,
            has_content=True,
        ),
        Kind(
            "change_order",
            "retainer.change.order",
            "retainer_key",
            CHANGE_ORDER_VALUES,
            state="approval_state",
            required=("name", "engagement_id"),
            has_content=True,
        ),
        Kind(
            "quotation",
            "sale.order",
            "retainer_key",
            QUOTATION_VALUES,
            state="state",
            required=("partner_id",),
            lines_model="sale.order.line",
            lines=QUOTATION_LINE_VALUES,
            binds={"change_orders": ("retainer.change.order", "quote_id")},
            has_content=True,
        ),
        Kind(
            "alert",
            "retainer.alert",
            "key",
            ALERT_VALUES,
            state="state",
            required=("kind", "message"),
        ),
    )
}

# Amounts and days that a document can be checked for after it was posted.
EXPECT = ("date", "invoice_date", "amount_untaxed", "amount_tax", "amount_total")
