"""The kinds of documents, and what of each the service may write."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sync.odoo.memory.models.shared import PERIOD_HOURS
from sync.odoo.memory.tally import TALLIES

MOVE_TYPES = ("entry", "out_invoice", "out_refund")

PO_FIELDS = ("retainer_client_po_id", "retainer_po_number")
"""The client's order: the register's, and its number. They belong together."""

AMENDABLE = (
    *PO_FIELDS,
    "retainer_ap_contact_id",
    "invoice_payment_term_id",
    "invoice_date_due",
    "partner_shipping_id",
    "ref",
)
"""What people may amend on a draft without the service taking it back."""

NAMES = {
    ("move", "reconcile_line_id"): "retainer_reconcile_line_id",
    ("quotation", "quantity"): "product_uom_qty",
}
"""What the contract calls otherwise than Odoo: (kind, the contract's name) → field."""

EXPECT = ("date", "invoice_date", "amount_untaxed", "amount_tax", "amount_total")

Target = tuple[str, str]
"""A model and its many2one that points at the document."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


@dataclass(frozen=True, eq=False)
class Kind:
    """How documents of a kind are named, found and checked."""

    name: str
    model: str
    state: str
    values: frozenset[str]
    required: tuple[str, ...]
    key: str = "retainer_key"
    lines_model: str = ""
    lines: frozenset[str] = frozenset()
    lots: frozenset[str] = frozenset()
    binds: Mapping[str, Target] = field(default_factory=dict)
    tallies: Mapping[str, Target] = field(default_factory=dict)
    """What a document adds to, record by record: a model and its number."""
    has_content: bool = False


_PERIOD = Kind(
    name="period",
    model="retainer.period",
    state="state",
    values=_names(
        "engagement_id date_start date_end state utilization fee overage_amount runs_out_on"
        " money_opening money_billed money_recognised money_expired money_closing"
    )
    | {f"{name}_seconds" for name in PERIOD_HOURS},
    required=("engagement_id", "date_start", "date_end"),
    lots=_names(
        "sequence granted_on expires_on source block_id granted opening drawn lapsed closing draws"
    ),
    binds={"entries": ("account.analytic.line", "retainer_period_id")},
)

_MOVE = Kind(
    name="move",
    model="account.move",
    state="state",
    values=_names(
        "move_type partner_id journal_id currency_id invoice_currency_rate date invoice_date"
        " invoice_origin invoice_user_id fiscal_position_id payment_reference reversed_entry_id"
        " retainer_engagement_id retainer_role retainer_lifecycle retainer_version"
        " retainer_service_start retainer_service_end retainer_milestone_id retainer_sent_on"
        " narration"
    )
    | set(AMENDABLE),
    required=("move_type",),
    lines_model="account.move.line",
    lines=_names(
        "display_type sequence name product_id product_uom_id quantity price_unit discount"
        " account_id tax_ids partner_id currency_id amount_currency balance debit credit"
        " date_maturity analytic_distribution sale_line_ids retainer_advance_id"
        " retainer_reconcile_line_id retainer_taxes"
    ),
    binds={
        "entries": ("account.analytic.line", "retainer_move_id"),
        "milestones": ("project.milestone", "retainer_move_id"),
        "purchase_lines": ("purchase.order.line", "retainer_move_id"),
        "hour_blocks": ("retainer.hour.block", "move_id"),
        "advances": ("retainer.advance", "request_move_id"),
        "change_orders": ("retainer.change.order", "retainer_move_id"),
    },
    tallies={name: (model, field) for name, (model, field, _) in TALLIES.items()},
    has_content=True,
)

_ADVANCE = Kind(
    name="advance",
    model="retainer.advance",
    state="state",
    values=_names(
        "partner_id engagement_ids currency_id amount date_request date_due maturity_date priority"
        " refundable tax_mode"
    ),
    required=("partner_id", "amount"),
    has_content=True,
)

_CHANGE_ORDER = Kind(
    name="change_order",
    model="retainer.change.order",
    state="approval_state",
    values=_names(
        "name engagement_id requester request_date hourly_rate hours_cap client_po_id"
        " overage_month overage_seconds"
    ),
    required=("name", "engagement_id"),
    has_content=True,
)

_QUOTATION = Kind(
    name="quotation",
    model="sale.order",
    state="state",
    values=_names(
        "partner_id currency_id partner_invoice_id partner_shipping_id user_id client_order_ref"
        " origin note validity_date payment_term_id fiscal_position_id require_signature"
        " require_payment retainer_engagement_id"
    ),
    required=("partner_id",),
    lines_model="sale.order.line",
    lines=_names(
        "display_type sequence name product_id product_uom_qty price_unit discount tax_ids"
    ),
    binds={"change_orders": ("retainer.change.order", "quote_id")},
    has_content=True,
)

_ALERT = Kind(
    name="alert",
    model="retainer.alert",
    state="state",
    values=_names("kind severity engagement_id date message res_model res_id state"),
    required=("kind", "message"),
    key="key",
)

KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (_PERIOD, _ADVANCE, _MOVE, _CHANGE_ORDER, _QUOTATION, _ALERT)
}
"""In the order in which a unit's documents are written."""
