"""How the gateway works on many documents at once."""

# Context of all that the gateway writes. Odoo's own methods are spared what cannot change anything.
BATCH = "retainer_batch"

# Writing a document must neither mail anyone nor log what its own explanation says better.
QUIET = {
    BATCH: True,
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "mail_activity_quick_update": True,
}
