# Parents come first: Odoo registers models in the order of these imports.
from . import retainer_acceptable_mixin, retainer_bound_mixin, retainer_keyed_mixin

# isort: split
from . import retainer_content_mixin

# isort: split
from . import (
    account_analytic_line,
    account_bank_statement_line,
    account_move,
    account_move_line,
    project_milestone,
    project_project,
    project_task,
    purchase_order_line,
    res_company,
    res_config_settings,
    retainer_advance,
    retainer_alert,
    retainer_change_order,
    retainer_client_po,
    retainer_drawdown,
    retainer_engagement,
    retainer_gateway,
    retainer_hour_block,
    retainer_lot,
    retainer_period,
    retainer_period_lot,
    retainer_role_rate,
    retainer_sync_run,
    retainer_terms,
    retainer_tombstone,
    sale_order,
    sale_order_line,
)
