"""What the general ledger says: open lots of money, what may draw on them, what was drawn."""

from sync.pull.ledger.ledger import LedgerRead, read_defaults, read_entries, read_ledger

__all__ = ["LedgerRead", "read_defaults", "read_entries", "read_ledger"]
