"""What is read from Odoo and needed to write to it."""

from mappings.books import Books
from sync.domain.money import Currency
from sync.domain.snapshot import Snapshot
from sync.domain.value import Value


class Pulled(Value):
    """A company's facts for the rules, and its accounts and journals for the push."""

    snapshot: Snapshot
    books: Books
    currencies: tuple[Currency, ...] = ()
    """All of Odoo's, for what is read beside the snapshot; none in an older file."""
