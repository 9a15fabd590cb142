from . import (
    retainer_acceptance,
    retainer_as_of,
    retainer_balance_confirmation,
    retainer_decision,
    retainer_lot_link,
    retainer_rollforward,
)
